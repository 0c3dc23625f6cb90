"""Calls by which a seller cancels items, or answers a buyer who wants to."""

from collections.abc import Sequence

from sandbox.channel import Json

from .cancellations import SELLER_REASONS, Reason
from .channel import Lazada
from .statuses import CANCELLABLE
from .trade_orders import OrderItem, TradeOrder, trade_order, trade_orders
from .wire import Answer, Call, Data, returned

_MAY_BE_EMPTIED = (
    "SKU stock may be set to 0 after a cancellation for out of stock or wrong price"
)
_NOT_ALLOWED = "Only items from pending to ready to ship can be cancelled"
_DONE = "The order has been cancelled"


class CancelCalls:
    """``/order/reverse/cancel/*``."""

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada

    def validate(self, call: Call) -> Answer:
        """Say whether items can be cancelled, and for which reasons."""
        _, items = _named(call)
        if not _all_cancellable(items):
            return _tip("error", _NOT_ALLOWED, reason_options=[])
        options: list[Json] = [
            {"reason_id": str(reason.number), "reason_name": reason.text}
            for reason in SELLER_REASONS
        ]
        return _tip("warning", _MAY_BE_EMPTIED, reason_options=options)

    def create(self, call: Call) -> Answer:
        """Cancel items, and with them everything that shares a package with them.

        What cannot be cancelled is said in the tip: the code is 0 all the same.
        """
        order, named = _named(call)
        reason = _reason(call)
        packages = {item.package_id for item in named if item.package_id}
        items = [
            item for item in order.items if item in named or item.package_id in packages
        ]
        if not _all_cancellable(items):
            return _tip("error", _NOT_ALLOWED)
        if call.applies:
            shop = call.seller.shop
            with self._lazada.journal.entry(shop, order, "cancel_by_seller"):
                self._lazada.cancellations.by_seller(shop, order, items, reason)
        return _tip("success", _DONE)

    def decide(self, call: Call) -> Answer:
        """Agree to a buyer's request, or refuse it."""
        reverse_order_id = call.text("reverse_order_id")
        decision = call.text("agree_cancel").lower()
        if decision not in ("true", "false"):
            raise returned(131, "no decision for this reverse order")
        for order in trade_orders(call.seller.shop):
            for case in order.cancellations:
                if case.id == reverse_order_id:
                    if not any(item.awaits_seller for item in case.items):
                        raise returned(131, "no decision for this reverse order")
                    if call.applies:
                        self._answer(call, order, case.id, decision == "true")
                    return Data(value=None)
        raise returned(105, "reverse order id is empty or invalid")

    def _answer(
        self, call: Call, order: TradeOrder, case_id: str, agreed: bool
    ) -> None:
        shop = call.seller.shop
        case = next(each for each in order.cancellations if each.id == case_id)
        with self._lazada.journal.entry(shop, order, "answer_cancel_request"):
            self._lazada.cancellations.answer(shop, order, case, agreed=agreed)


def _named(call: Call) -> tuple[TradeOrder, list[OrderItem]]:
    order = call.seller.shop.orders.get(call.text("order_id"))
    if order is None:
        raise returned(122, "invalid trade order")
    wanted = call.identifiers("order_item_id_list")
    if not wanted:
        raise returned(102, "trade order line id is empty or invalid")
    trade = trade_order(order)
    items = [item for item in trade.items if item.id in wanted]
    if len(items) < len(set(wanted)):
        unknown = ",".join(sorted(set(wanted) - {item.id for item in items}))
        raise returned(123, f"invalid trade order lines {unknown}")
    return trade, items


def _reason(call: Call) -> Reason:
    number = call.text("reason_id", "")
    for reason in SELLER_REASONS:
        if str(reason.number) == number:
            return reason
    raise returned(104, "reason is empty or invalid")


def _all_cancellable(items: Sequence[OrderItem]) -> bool:
    return all(item.status in CANCELLABLE for item in items)


def _tip(kind: str, content: str, **more: object) -> Answer:
    return Data(value={"tip_type": kind, "tip_content": content, **more})
