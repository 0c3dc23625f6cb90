"""Every call of the API, and the scope that it needs."""

from collections.abc import Callable
from dataclasses import dataclass

from .channel import Haravan
from .inventory_calls import InventoryCalls
from .order_calls import OrderCalls
from .order_writes import OrderWrites
from .product_calls import ProductCalls
from .refund_calls import RefundCalls
from .shop_calls import ShopCalls
from .webhook_calls import WebhookCalls
from .wire import Reply

Handler = Callable[..., Reply]

_ORDER = "orders/<int:order_id>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A method and a path; any of the scopes will do."""

    method: str
    path: str
    scopes: tuple[str, ...]
    handler: Handler


def endpoints(haravan: Haravan) -> list[Endpoint]:
    """What the sandbox plays of the API."""
    webhooks = WebhookCalls(haravan)
    hooks: list[tuple[str, Handler]] = [
        ("POST", webhooks.subscribe),
        ("GET", webhooks.list),
        ("DELETE", webhooks.unsubscribe),
    ]
    return [
        *(
            _admin(method, path, resource, handler)
            for method, path, resource, handler in (
                *_order_calls(haravan),
                *_stock_calls(haravan),
                *_shop_calls(),
            )
        ),
        *(
            Endpoint(
                method=method,
                path="/api/subscribe",
                scopes=("wh_api",),
                handler=handler,
            )
            for method, handler in hooks
        ),
    ]


_Row = tuple[str, str, str, Handler]


def _order_calls(haravan: Haravan) -> list[_Row]:
    orders, writes, money = OrderCalls(), OrderWrites(haravan), RefundCalls(haravan)
    return [
        (method, path, "orders", handler)
        for method, path, handler in (
            ("GET", "orders", orders.list),
            ("GET", "orders/count", orders.count),
            ("GET", _ORDER, orders.get),
            ("GET", f"{_ORDER}/events", orders.events),
            ("PUT", _ORDER, writes.update),
            ("POST", f"{_ORDER}/confirm", writes.confirm),
            ("POST", f"{_ORDER}/close", writes.close),
            ("POST", f"{_ORDER}/open", writes.open),
            ("POST", f"{_ORDER}/cancel", writes.cancel),
            ("POST", f"{_ORDER}/tags", writes.add_tags),
            ("DELETE", f"{_ORDER}/tags", writes.delete_tags),
            ("GET", f"{_ORDER}/refunds", money.list),
            ("POST", f"{_ORDER}/refunds", money.create),
            ("GET", f"{_ORDER}/refunds/<int:refund_id>", money.get),
            ("GET", f"{_ORDER}/transactions", money.transactions),
            ("POST", f"{_ORDER}/transactions", money.create_transaction),
            ("GET", f"{_ORDER}/transactions/<int:transaction_id>", money.transaction),
        )
    ]


def _stock_calls(haravan: Haravan) -> list[_Row]:
    inventory, adjustments = InventoryCalls(haravan), "inventories/adjustments"
    return [
        (method, path, "inventories", handler)
        for method, path, handler in (
            ("GET", "inventory_locations", inventory.levels),
            ("POST", "inventories/adjustorset", inventory.adjust_or_set),
            ("GET", adjustments, inventory.adjustments),
            ("GET", f"{adjustments}/count", inventory.adjustment_count),
            ("GET", f"{adjustments}/<int:adjustment_id>", inventory.adjustment),
        )
    ]


def _shop_calls() -> list[_Row]:
    products, shop = ProductCalls(), ShopCalls()
    return [
        ("GET", "products", "products", products.list),
        ("GET", "products/count", "products", products.count),
        ("GET", "products/<int:product_id>", "products", products.get),
        ("GET", "products/<int:product_id>/variants", "products", products.variants),
        ("GET", "variants/<int:variant_id>", "products", products.variant),
        ("GET", "shop", "shop", shop.shop),
        ("GET", "locations", "shop", shop.locations),
        ("GET", "locations/<int:location_id>", "shop", shop.location),
        ("GET", "events", "orders", shop.events),
    ]


def _admin(method: str, path: str, resource: str, handler: Handler) -> Endpoint:
    write = f"com.write_{resource}"
    scopes = (f"com.read_{resource}", write) if method == "GET" else (write,)
    return Endpoint(
        method=method, path=f"/com/{path}.json", scopes=scopes, handler=handler
    )
