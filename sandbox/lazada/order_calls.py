"""Calls that read orders and their items."""

from collections.abc import Callable

from sandbox.channel import Json

from .channel import Lazada
from .order_json import item_json, item_text_json, order_json
from .statuses import FILTERS, filtered
from .times import window
from .trade_orders import TradeOrder, trade_order, trade_orders
from .wire import Answer, Call, Data, WireError, numbered

_MOST_ORDERS = 100
_HIGHEST_OFFSET = 5000
_MOST_DETAILS = 50


class OrderCalls:
    """``/orders/*`` and ``/order/get``, ``/order/items/get``."""

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada

    def orders(self, call: Call) -> Answer:
        """Orders by offset; rows move between pages when they change meanwhile."""
        if not call.text("created_after", "") and not call.text("update_after", ""):
            raise numbered(18, "Either created_after or update_after is mandatory")
        limit = call.number("limit", _MOST_ORDERS, least=1, most=100, refusal=19)
        offset = call.number("offset", 0, least=0, most=_HIGHEST_OFFSET, refusal=14)
        matching = _matching(call)
        key, backwards = _sorting(call)
        matching.sort(key=key, reverse=backwards)
        shown = matching[offset : offset + limit]
        return Data(
            value={
                "count": len(shown),
                "countTotal": len(matching),
                "orders": [order_json(order) for order in shown],
            }
        )

    def order(self, call: Call) -> Answer:
        """One order, without its items."""
        return Data(value=order_json(find_order(call)))

    def items(self, call: Call) -> Answer:
        """The items of one order."""
        order = find_order(call)
        shop = call.seller.shop
        return Data(value=[item_json(shop, order, item) for item in order.items])

    def items_of_several(self, call: Call) -> Answer:
        """The items of up to fifty orders."""
        wanted = call.identifiers("order_ids")
        if wanted is None:
            raise numbered(
                56, "Invalid OrdersIdList format. Must use array format [1,2]"
            )
        if len(wanted) > _MOST_DETAILS:
            raise numbered(38, "Too many orders were requested")
        shop = call.seller.shop
        found = [trade_order(shop.orders[id]) for id in wanted if id in shop.orders]
        if not found:
            raise numbered(39, "No orders were found")
        if len(found) < len(wanted):
            raise numbered(37, "One or more order id in the list are incorrect")
        rows: list[Json] = [
            {
                "order_id": order.id,
                "order_number": order.id,
                "order_items": [
                    item_text_json(shop, order, item) for item in order.items
                ],
            }
            for order in found
        ]
        return Data(value=rows)


def find_order(call: Call) -> TradeOrder:
    """The order that the call names, if this seller has it."""
    order_id = call.text("order_id")
    order = call.seller.shop.orders.get(order_id)
    if order is None:
        raise invalid_order(order_id)
    return trade_order(order)


def invalid_order(order_id: str) -> WireError:
    """The answer about an order that this seller does not have."""
    return numbered(16, f'"{order_id}" Invalid Order ID')


def _matching(call: Call) -> list[TradeOrder]:
    created = window(call, "created_after", "created_before")
    updated = window(call, "update_after", "update_before")
    status = call.text("status", "all")
    if status != "all" and status not in FILTERS:
        raise numbered(36, "Invalid status filter")
    return [
        order
        for order in trade_orders(call.seller.shop)
        if created(order.placed_at)
        and updated(order.updated_at)
        and (status == "all" or not filtered(status).isdisjoint(order.statuses))
    ]


def _sorting(call: Call) -> tuple[Callable[[TradeOrder], tuple[int, str]], bool]:
    by = call.text("sort_by", "created_at")
    if by not in ("created_at", "updated_at"):
        raise numbered(75, "Invalid sort filter.")
    direction = call.text("sort_direction", "DESC").upper()
    if direction not in ("ASC", "DESC"):
        raise numbered(74, "Invalid sort direction.")

    def key(order: TradeOrder) -> tuple[int, str]:
        return (order.placed_at if by == "created_at" else order.updated_at), order.id

    return key, direction == "DESC"
