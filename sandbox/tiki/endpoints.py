"""The paths that Tiki serves, and what a token must allow for each."""

from collections.abc import Callable
from dataclasses import dataclass

from .channel import QUEUES_ROOT, Tiki
from .confirm_calls import ConfirmCalls
from .order_calls import OrderCalls
from .product_calls import ProductCalls
from .queue_calls import QueueCalls
from .seller_calls import SellerCalls
from .wire import Answer, Call

Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path; ``for_seller`` when a token must speak for a seller."""

    method: str
    path: str
    handler: Handler
    scopes: tuple[str, ...] = ()
    for_seller: bool = True


def endpoints(tiki: Tiki) -> list[Endpoint]:
    """Every endpoint behind a bearer token."""
    return [*_orders(tiki), *_products(tiki), *_sellers(tiki), *_queues(tiki)]


def _orders(tiki: Tiki) -> list[Endpoint]:
    orders, confirm = OrderCalls(), ConfirmCalls(tiki)
    calls: list[tuple[str, str, Handler]] = [
        ("GET", "orders", orders.listed),
        ("GET", "orders/<code>", orders.detail),
        ("GET", "orders/dropship/expected-pickup-slots", confirm.pickup_slots),
        ("POST", "orders/<code>/confirm-available", confirm.confirm),
        ("POST", "orders/<code>/dropship/confirm-available", confirm.confirm_dropship),
        (
            "POST",
            "orders/<code>/seller-delivery/update-delivery",
            confirm.update_delivery,
        ),
        ("GET", "orders/<code>/tiki-delivery/labels", confirm.label),
        ("GET", "orders/<code>/seller-delivery/labels", confirm.label),
        ("GET", "orders/<code>/dropship/labels", confirm.label),
        ("GET", "seller-inventories", confirm.inventories),
    ]
    return [
        Endpoint(
            method=method,
            path=f"/integration/v2/{path}",
            handler=handler,
            scopes=("order",),
        )
        for method, path, handler in calls
    ]


def _products(tiki: Tiki) -> list[Endpoint]:
    products = ProductCalls(tiki)
    calls: list[tuple[str, str, Handler]] = [
        ("GET", "products", products.listed),
        ("GET", "products/<int:id>", products.detail),
        ("GET", "products/findBy", products.find_by),
        ("PUT", "products/updateSku", products.update_sku),
    ]
    batch: tuple[str, str, Handler] = (
        "PUT",
        "products/updateSkus",
        products.update_skus,
    )
    return [
        Endpoint(
            method=method,
            path=f"/integration/{version}/{path}",
            handler=handler,
            scopes=("product", "inventory"),
        )
        for version, each in (("v2", calls), ("v2.1", [*calls, batch]))
        for method, path, handler in each
    ]


def _sellers(tiki: Tiki) -> list[Endpoint]:
    sellers = SellerCalls()
    calls: list[tuple[str, Handler]] = [
        ("sellers/me", sellers.me),
        ("sellers/me/warehouses", sellers.warehouses),
        ("warehouses/tiki", sellers.tiki_warehouses),
    ]
    return [
        Endpoint(method="GET", path=f"/integration/v2/{path}", handler=handler)
        for path, handler in calls
    ]


def _queues(tiki: Tiki) -> list[Endpoint]:
    queues = QueueCalls(tiki)
    calls: list[tuple[str, str, Handler]] = [
        ("GET", "", queues.listed),
        ("POST", "", queues.create),
        ("GET", "/<code>/subscriptions", queues.subscriptions),
        ("POST", "/<code>/subscriptions", queues.subscribe),
        ("POST", "/<code>/events/pull", queues.pull),
    ]
    return [
        Endpoint(
            method=method, path=QUEUES_ROOT + path, handler=handler, for_seller=False
        )
        for method, path, handler in calls
    ]
