"""Which calls exist, in which versions, and what a request for them must carry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from sandbox.channel import Json

from .auth_calls import GET_TOKEN, REFRESH_TOKEN, AuthCalls
from .cancellation_calls import CancellationCalls
from .channel import TikTok
from .event_calls import EventCalls
from .order_calls import OrderCalls
from .package_calls import PackageCalls
from .product_calls import ProductCalls
from .return_calls import ReturnCalls
from .rma_calls import RmaCalls
from .wire import Call

Handler = Callable[[Call], Json]
_Row = tuple[str, str, str, str, Handler]


class Needs(Enum):
    """What a request must carry beyond its own parameters."""

    NOTHING = auto()
    TOKEN = auto()
    SHOP = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path with its method."""

    method: str
    path: str
    handler: Handler
    needs: Needs


def endpoints(tiktok: TikTok) -> list[Endpoint]:
    """Every call in each version that is played."""
    auth = AuthCalls(tiktok)
    public = [
        _get(GET_TOKEN, auth.get_token, Needs.NOTHING),
        _get(REFRESH_TOKEN, auth.refresh_token, Needs.NOTHING),
        _get("/authorization/202309/shops", auth.shops, Needs.TOKEN),
    ]
    rows = [
        *_event_rows(tiktok),
        *_order_rows(tiktok),
        *_package_rows(tiktok),
        *_cancellation_rows(tiktok),
        *_return_rows(tiktok),
        *_product_rows(tiktok),
    ]
    return public + [
        Endpoint(
            method=method,
            path=f"/{area}/{version}/{path}",
            handler=handler,
            needs=Needs.SHOP,
        )
        for method, area, versions, path, handler in rows
        for version in versions.split()
    ]


def _get(path: str, handler: Handler, needs: Needs) -> Endpoint:
    return Endpoint(method="GET", path=path, handler=handler, needs=needs)


def _event_rows(tiktok: TikTok) -> list[_Row]:
    calls = EventCalls(tiktok)
    return [
        ("GET", "event", "202309", "webhooks", calls.webhooks),
        ("PUT", "event", "202309", "webhooks", calls.register),
        ("DELETE", "event", "202309", "webhooks", calls.forget),
    ]


def _order_rows(tiktok: TikTok) -> list[_Row]:
    calls = OrderCalls(tiktok)
    price = "orders/<order_id>/price_detail"
    tracking = "orders/<order_id>/tracking"
    return [
        ("POST", "order", "202309", "orders/search", calls.search),
        ("GET", "order", "202309 202507", "orders", calls.detail),
        ("GET", "order", "202407", price, calls.price_detail),
        ("GET", "fulfillment", "202309", tracking, calls.tracking),
        ("GET", "logistics", "202604", tracking, calls.parcel_tracking),
    ]


def _package_rows(tiktok: TikTok) -> list[_Row]:
    calls = PackageCalls(tiktok)
    one = "packages/<package_id>"
    slots, documents = f"{one}/handover_time_slots", f"{one}/shipping_documents"
    self_shipped = "orders/<order_id>/packages"
    return [
        ("POST", "fulfillment", "202309", "packages/search", calls.search),
        ("GET", "fulfillment", "202309", one, calls.detail),
        ("POST", "fulfillment", "202309", f"{one}/ship", calls.ship),
        ("POST", "fulfillment", "202309", "packages/ship", calls.ship_batch),
        ("GET", "fulfillment", "202309", slots, calls.time_slots),
        ("GET", "fulfillment", "202309", documents, calls.documents),
        ("POST", "fulfillment", "202309 202610", self_shipped, calls.mark_shipped),
        ("POST", "fulfillment", "202309", "packages/deliver", calls.mark_delivered),
    ]


def _cancellation_rows(tiktok: TikTok) -> list[_Row]:
    calls = CancellationCalls(tiktok)
    both = "202309 202602"
    one = "cancellations/<cancel_id>"
    eligibility = "orders/<order_id>/aftersale_eligibility"
    return [
        ("POST", "return_refund", both, "cancellations/search", calls.search),
        ("POST", "return_refund", both, "cancellations", calls.create),
        ("POST", "return_refund", "202309", f"{one}/approve", calls.approve),
        ("POST", "return_refund", "202309", f"{one}/reject", calls.reject),
        ("GET", "return_refund", "202309", "reject_reasons", calls.reject_reasons),
        ("GET", "return_refund", both, eligibility, calls.eligibility),
        ("POST", "return_refund", both, "refunds/calculate", calls.calculate),
    ]


def _return_rows(tiktok: TikTok) -> list[_Row]:
    calls, rma = ReturnCalls(tiktok), RmaCalls(tiktok)
    both = "202309 202602"
    one = "returns/<return_id>"
    return [
        ("POST", "return_refund", both, "returns/search", calls.search),
        ("GET", "return_refund", "202309", f"{one}/records", calls.records),
        ("POST", "return_refund", "202309", f"{one}/approve", calls.approve),
        ("POST", "return_refund", "202309 202606", f"{one}/reject", calls.reject),
        ("POST", "return_refund", "202604", "rma/search", rma.search),
    ]


def _product_rows(tiktok: TikTok) -> list[_Row]:
    calls = ProductCalls(tiktok)
    one = "products/<product_id>"
    settings = "inventory/operation/settings"
    return [
        ("POST", "product", "202309 202502", "products/search", calls.search),
        ("GET", "product", "202309 202509", one, calls.detail),
        ("POST", "product", "202309", f"{one}/inventory/update", calls.update),
        ("POST", "product", "202309", "inventory/search", calls.inventory),
        ("POST", "product", "202604 202608", settings, calls.settings),
        ("GET", "logistics", "202309", "warehouses", calls.warehouses),
    ]
