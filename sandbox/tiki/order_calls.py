"""Reading orders."""

from collections.abc import Callable, Mapping

from sandbox.channel import Json

from .expressions import set_expression, sort_order
from .order_json import order_json
from .paging import page, spread
from .records import TikiOrder
from .statuses import FULFILLMENT_TYPES, Confirmation, OrderStatus, inventory_type
from .times import midnight, moment
from .wire import Call, WireError

_DAY = 86400
_STATUSES = frozenset(OrderStatus)
_CONFIRMATIONS = frozenset(Confirmation)
_ITEM_TYPES = frozenset(("backorder", "instock", "preorder"))
_FULFILLMENTS = frozenset((*FULFILLMENT_TYPES.values(), "cross_border"))

_Test = Callable[[TikiOrder], bool]


class OrderCalls:
    """``/v2/orders``."""

    def listed(self, call: Call) -> Json:
        """The orders that pass every filter, the newest first.

        ``updated_from_date`` and ``updated_to_date`` were documented for API v1.  No
        client of v2 was seen to rely on them, so here they are read past, as Tiki does
        with a parameter that it does not know.
        """
        tests = self._tests(call)
        column, falling = sort_order(call.text("order_by"))
        orders = [o for o in self._orders(call) if all(test(o) for test in tests)]
        orders.sort(key=_columns[column], reverse=falling)
        shown, paging = page(call, spread(orders))
        include = call.words("include")
        return {
            "data": [order_json(order, call.account, include) for order in shown],
            "paging": paging,
        }

    def detail(self, call: Call) -> Json:
        """One order by its code."""
        return order_json(self.find(call), call.account, call.words("include"))

    def find(self, call: Call) -> TikiOrder:
        """The order that the path names, if it is this seller's."""
        order = call.account.shop.orders.get(call.place["code"])
        if not isinstance(order, TikiOrder):
            raise WireError(404, "Order not found")
        return order

    def _orders(self, call: Call) -> list[TikiOrder]:
        orders = call.account.shop.orders.values()
        return [order for order in orders if isinstance(order, TikiOrder)]

    def _tests(self, call: Call) -> list[_Test]:
        status = set_expression(call.text("status"), "status", _STATUSES)
        model = set_expression(
            call.text("fulfillment_type"), "fulfillment_type", _FULFILLMENTS
        )
        type_ = set_expression(
            call.text("item_inventory_type"), "item_inventory_type", _ITEM_TYPES
        )
        confirmation = set_expression(
            call.text("item_confirmation_status"),
            "item_confirmation_status",
            _CONFIRMATIONS,
        )
        is_rma = call.flag("is_rma")
        return [
            _named(call),
            _created(call),
            lambda order: status(order.status),
            lambda order: model(FULFILLMENT_TYPES[order.model]),
            lambda order: type_(inventory_type(order.model)),
            lambda order: any(confirmation(i.confirmation) for i in order.items),
            lambda order: is_rma is None or bool(order.replaces) is is_rma,
        ]


def _named(call: Call) -> _Test:
    codes, skus = set(call.words("code")), set(call.words("sku"))
    return lambda order: (
        (not codes or order.id in codes)
        and (not skus or any(item.tiki_sku in skus for item in order.items))
    )


def _created(call: Call) -> _Test:
    # Both ends are left out: Tiki looks for greater than and less than.
    after = moment(call.text("created_from_date"), "created_from_date")
    before = moment(call.text("created_to_date"), "created_to_date")
    since = _since(call)
    return lambda order: (
        (after is None or order.placed_at > after)
        and (before is None or order.placed_at < before)
        and order.placed_at >= since
    )


def _since(call: Call) -> float:
    named = call.text("filter_date_by")
    if not named:
        return 0
    today = midnight(call.wall)
    spans = {"today": 0, "last7days": 7 * _DAY, "last30days": 30 * _DAY}
    if named not in spans:
        raise WireError(400, "filter_date_by must be today, last7days or last30days")
    return today - spans[named]


_columns: Mapping[str, Callable[[TikiOrder], int]] = {
    "created_at": lambda order: order.placed_at,
    "updated_at": lambda order: order.updated_at,
}
