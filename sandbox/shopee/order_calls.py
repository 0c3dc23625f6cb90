"""Calls about orders."""

from collections.abc import Mapping

from sandbox.channel import Json
from sandbox.orders import Order
from sandbox.refusals import NotAllowed

from .channel import Shopee
from .order_json import order_json
from .paging import Key, page_after
from .statuses import LIST_FILTERS, OrderStatus
from .wire import Answer, Call, WireError, number_in, wrong

_LONGEST_WINDOW = 15 * 86400
_MOST_DETAILS = 50


class OrderCalls:
    """``order/*`` as far as it is about orders and not about packages."""

    def __init__(self, shopee: Shopee) -> None:
        self._shopee = shopee

    def order_list(self, call: Call) -> Answer:
        """Orders of a window, newest first, by creation or by last change."""
        field = call.text("time_range_field")
        if field not in ("create_time", "update_time"):
            raise wrong("time_range_field must be create_time or update_time.")
        since, until = call.number("time_from"), call.number("time_to")
        check_window(since, until)
        size = call.page_size()
        status = call.text("order_status", "")
        if status and status not in LIST_FILTERS:
            raise wrong("order_status is invalid.")

        def key(order: Order) -> Key:
            at = order.placed_at if field == "create_time" else order.updated_at
            return at, order.id

        matching = [
            order
            for order in call.shop_account.shop.orders.values()
            if since <= key(order)[0] <= until and status in ("", order.status)
        ]
        page, more, cursor = page_after(matching, key, call.text("cursor", ""), size)
        with_status = "order_status" in call.options("response_optional_fields")
        return {
            "more": more,
            "next_cursor": cursor,
            "order_list": [
                {"order_sn": order.id, "booking_sn": ""}
                | ({"order_status": order.status} if with_status else {})
                for order in page
            ],
        }

    def order_detail(self, call: Call) -> Answer:
        """Up to fifty orders; optional fields are absent unless asked for."""
        numbers = call.texts("order_sn_list", _MOST_DETAILS)
        asked = call.options("response_optional_fields")
        shop = call.shop_account.shop
        found = [shop.orders[number] for number in numbers if number in shop.orders]
        if not found:
            raise not_found()
        return {"order_list": [order_json(order, asked) for order in found]}

    def cancel_order(self, call: Call) -> Answer:
        """The seller cancels before shipping."""
        order = find_order(call)
        reason = call.body_text("cancel_reason")
        sold_out = self._sold_out_skus(call, order, reason)
        rows = call.body_rows("partial_cancel_item_list")
        units = _partial_units(order, rows) if rows else None
        cancellations = self._shopee.cancellations
        try:
            cancellations.check(order, units)
        except NotAllowed:
            raise WireError("order.error_limit", "Can not cancel this order") from None
        if call.applies:
            shop = call.shop_account.shop
            with self._shopee.chronicle.entry(shop, order, "cancel_order"):
                cancellations.carry_out(shop, order, units, by="seller", reason=reason)
            for sku in sold_out:
                shop.listing(sku).sellable = 0
        return {"update_time": order.updated_at}

    def handle_cancellation(self, call: Call) -> Answer:
        """The seller answers a buyer who asked to cancel."""
        order = find_order(call)
        operation = call.body_text("operation")
        if operation not in ("ACCEPT", "REJECT"):
            raise wrong("operation must be ACCEPT or REJECT.")
        if order.status != OrderStatus.IN_CANCEL:
            raise WireError(
                "order.cancel_order_invalid_status",
                "The order is not in a status that waits for this answer.",
            )
        if call.applies:
            self._answer_buyer(call, order, accepted=operation == "ACCEPT")
        return {"update_time": order.updated_at}

    def _answer_buyer(self, call: Call, order: Order, *, accepted: bool) -> None:
        shop = call.shop_account.shop
        cancellations = self._shopee.cancellations
        with self._shopee.chronicle.entry(shop, order, "handle_buyer_cancellation"):
            if accepted:
                cancellations.carry_out(
                    shop, order, None, by="buyer", reason="Change of mind"
                )
            else:
                cancellations.refuse(order)

    def _sold_out_skus(self, call: Call, order: Order, reason: str) -> list[str]:
        if reason == "OUT_OF_STOCK":
            rows = call.body_rows("item_list")
            if not rows:
                raise wrong("item_list is required for OUT_OF_STOCK.")
            return [_sku(order, row) for row in rows]
        if reason == "CUSTOMER_REQUEST" or (
            reason == "COD_NOT_SUPPORTED" and order.cod
        ):
            return []
        raise wrong("cancel_reason is not supported for this order.")


def check_window(since: int, until: int) -> None:
    """Refuse windows that are empty, reversed or longer than fifteen days."""
    if since >= until or until - since > _LONGEST_WINDOW:
        raise WireError(
            "order.order_list_invalid_time",
            "Start time must be earlier than end time and diff in 15days.",
        )


def find_order(call: Call) -> Order:
    """The order that the JSON body names."""
    order = call.shop_account.shop.orders.get(call.body_text("order_sn"))
    if order is None:
        raise not_found()
    return order


def not_found() -> WireError:
    """The answer about an order that this shop does not have."""
    return WireError(
        "error_not_found", "Wrong parameters, detail: the order is not found."
    )


def _partial_units(order: Order, rows: list[Mapping[str, object]]) -> dict[str, int]:
    units: dict[str, int] = {}
    for row in rows:
        quantity = number_in(row, "model_quantity")
        if quantity < 1:
            raise wrong("model_quantity must be 1 or greater.")
        sku = _sku(order, row)
        units[sku] = units.get(sku, 0) + quantity
    return units


def _sku(order: Order, row: Mapping[str, object]) -> str:
    wanted = str(number_in(row, "item_id")), str(number_in(row, "model_id"))
    for line in order.lines:
        if (line.listing.item_id, line.listing.variant_id) == wanted:
            return line.sku
    raise wrong("item_id and model_id are not in this order.")


def list_row(order: Order, number: str) -> Json:
    """One row of a list that names an order and one of its packages."""
    return {"order_sn": order.id, "package_number": number}
