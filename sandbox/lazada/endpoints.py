"""Which calls are played, and by which methods they can be reached."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .auth import AuthCalls
from .cancel_calls import CancelCalls
from .channel import Lazada
from .order_calls import OrderCalls
from .package_calls import PackageCalls
from .product_calls import ProductCalls
from .reverse_calls import ReverseCalls
from .reverse_decisions import ReverseDecisions
from .wire import Answer, Call

_GET = frozenset({"GET"})
_POST = frozenset({"POST"})
# The documents say one, and clients are known to use the other.
_BOTH = _GET | _POST
_INVENTORY_PER_SECOND = 50

_Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One call of the API."""

    methods: frozenset[str]
    handler: _Handler
    for_seller: bool = True
    per_second: int = 0


def endpoints(lazada: Lazada) -> Mapping[str, Endpoint]:
    """Every call by its path without ``/rest``."""
    auth = AuthCalls(lazada)
    products = ProductCalls(lazada)
    of_seller = {
        **_of_orders(lazada),
        **_of_reverse_orders(lazada),
        "/seller/get": (_GET, auth.seller),
        "/rc/warehouse/get": (_BOTH, products.warehouses),
        "/seller/warehouse/get": (_BOTH, products.warehouses),
        "/products/get": (_GET, products.products),
        "/product/item/get": (_GET, products.product),
        "/product/update": (_POST, products.update_product),
    }
    inventory: dict[str, tuple[frozenset[str], _Handler]] = {
        "/product/stock/sellable/update": (_BOTH, products.update_sellable),
        "/product/stock/sellable/adjust": (_POST, products.adjust_sellable),
        "/product/price_quantity/update": (_POST, products.update_total),
    }
    return {
        "/auth/token/create": Endpoint(
            methods=_BOTH, handler=auth.create, for_seller=False
        ),
        "/auth/token/refresh": Endpoint(
            methods=_BOTH, handler=auth.refresh, for_seller=False
        ),
        **{
            path: Endpoint(methods=methods, handler=handler)
            for path, (methods, handler) in of_seller.items()
        },
        **{
            path: Endpoint(
                methods=methods, handler=handler, per_second=_INVENTORY_PER_SECOND
            )
            for path, (methods, handler) in inventory.items()
        },
    }


def _of_orders(lazada: Lazada) -> dict[str, tuple[frozenset[str], _Handler]]:
    orders, packages = OrderCalls(lazada), PackageCalls(lazada)
    return {
        "/orders/get": (_GET, orders.orders),
        "/order/get": (_GET, orders.order),
        "/order/items/get": (_GET, orders.items),
        "/orders/items/get": (_GET, orders.items_of_several),
        "/logistic/order/trace": (_BOTH, packages.trace),
        "/order/fulfill/pack": (_POST, packages.pack),
        "/order/package/rts": (_POST, packages.ready_to_ship),
        "/order/package/repack": (_BOTH, packages.repack),
        "/order/package/document/get": (_BOTH, packages.document),
        "/order/package/sof/delivered": (_POST, packages.own_fleet_delivered),
        "/order/package/sof/failed_delivery": (_POST, packages.own_fleet_failed),
    }


def _of_reverse_orders(lazada: Lazada) -> dict[str, tuple[frozenset[str], _Handler]]:
    cancels = CancelCalls(lazada)
    reads, decisions = ReverseCalls(lazada), ReverseDecisions(lazada)
    return {
        "/order/reverse/cancel/validate": (_BOTH, cancels.validate),
        "/order/reverse/cancel/create": (_BOTH, cancels.create),
        "/order/reverse/cancel/seller/decide": (_BOTH, cancels.decide),
        "/reverse/getreverseordersforseller": (_BOTH, reads.reverse_orders),
        "/order/reverse/return/detail/list": (_GET, reads.detail),
        "/order/reverse/return/history/list": (_GET, reads.history),
        "/order/reverse/reason/list": (_GET, reads.reasons),
        "/order/reverse/return/update": (_BOTH, decisions.update),
        "/order/reverse/onlyrefund/seller/decide": (_BOTH, decisions.decide_refund),
    }
