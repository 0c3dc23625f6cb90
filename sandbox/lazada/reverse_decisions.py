"""Calls by which a seller answers what buyers want back."""

from collections.abc import Callable, Mapping

from sandbox.channel import Json

from .channel import Lazada
from .reverse_calls import find_case
from .reverse_json import reverse_amount
from .statuses import RequestType
from .trade_orders import Phase, ReverseOrder, TradeOrder
from .wire import Answer, Call, Data, WireError, parsed, returned

_Decide = Callable[[Call, TradeOrder, ReverseOrder], None]


class ReverseDecisions:
    """``/order/reverse/return/update`` and ``/order/reverse/onlyrefund/*``."""

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada
        self._reverse_orders = lazada.reverse_orders
        self._actions: Mapping[str, tuple[tuple[Phase, ...], _Decide]] = {
            "instantRefund": ((Phase.REQUESTED,), self._accept),
            "agreeReturn": ((Phase.REQUESTED,), self._agree),
            "refuseReturn": ((Phase.REQUESTED,), self._reject),
            "confirmDelivery": ((Phase.AGREED,), self._confirm),
            "agreeRefund": ((Phase.CONFIRMED,), self._accept),
            "refuseRefund": ((Phase.CONFIRMED,), self._reject),
        }

    def update(self, call: Call) -> Answer:
        """Move a return on; each step is possible in one phase only."""
        action = call.text("action")
        if action not in self._actions:
            raise returned(107, "invalid action")
        order, case = _named(call)
        if action.startswith("refuse"):
            _check_refusal(call, with_image=action == "refuseRefund")
        phases, decide = self._actions[action]
        if case.request_type is not RequestType.RETURN or case.status not in phases:
            raise _unsupported()
        if action == "confirmDelivery" and not case.handed_over_at:
            raise _unsupported()
        self._apply(call, order, case, action, decide)
        return Data(value=_updated(call, order, case))

    def decide_refund(self, call: Call) -> Answer:
        """Refund without a return, or dispute it."""
        action = call.text("action")
        if action not in ("agreeRefund", "startDispute"):
            raise returned(107, "invalid action")
        order, case = _named(call)
        if len(call.identifiers("reverse_order_item_ids") or []) > 1:
            raise returned(133, "do not support batch operation")
        if action == "startDispute":
            _check_dispute(call)
        if (
            case.request_type is not RequestType.ONLY_REFUND
            or case.status != Phase.REQUESTED
        ):
            raise _unsupported()
        decide = self._accept if action == "agreeRefund" else self._dispute
        self._apply(call, order, case, action, decide)
        return Data(value=None)

    def _apply(
        self,
        call: Call,
        order: TradeOrder,
        case: ReverseOrder,
        action: str,
        decide: _Decide,
    ) -> None:
        if call.applies:
            with self._lazada.journal.entry(call.seller.shop, order, action):
                decide(call, order, case)

    def _accept(self, call: Call, order: TradeOrder, case: ReverseOrder) -> None:
        self._reverse_orders.accept(call.seller.shop, order, case, by="seller")

    def _agree(self, call: Call, order: TradeOrder, case: ReverseOrder) -> None:
        self._reverse_orders.agree(call.seller.shop, order, case)

    def _confirm(self, call: Call, order: TradeOrder, case: ReverseOrder) -> None:
        self._reverse_orders.confirm(call.seller.shop, order, case)

    def _reject(self, call: Call, order: TradeOrder, case: ReverseOrder) -> None:
        self._reverse_orders.reject(call.seller.shop, order, case)

    def _dispute(self, call: Call, order: TradeOrder, case: ReverseOrder) -> None:
        self._reverse_orders.dispute(call.seller.shop, order, case)


def _named(call: Call) -> tuple[TradeOrder, ReverseOrder]:
    found = find_case(call)
    if found is None:
        raise returned(112, "no reverse order found")
    wanted = call.identifiers("reverse_order_item_ids")
    if not wanted:
        raise returned(100, "reverse order list is empty")
    lines = {line.id for line in found[1].lines}
    if not lines.issuperset(wanted):
        raise returned(126, "invalid reverse order lines")
    return found


def _check_refusal(call: Call, *, with_image: bool) -> None:
    if not call.text("reason_id", ""):
        raise returned(
            108, "reason can't be empty if you want to refuse return or refund"
        )
    if not call.text("comment", ""):
        raise returned(
            109, "comment can't be empty if you want to refuse return or refund"
        )
    if with_image and not parsed(call.text("image_info", "[]")):
        raise returned(110, "image can't be empty if you want to refuse refund")


def _check_dispute(call: Call) -> None:
    if not call.text("comment", ""):
        raise returned(109, "comment can't be empty if startDispute")
    if not parsed(call.text("image_info_list", "[]")):
        raise returned(110, "image can't be empty if startDispute")


def _unsupported() -> WireError:
    return returned(114, "this reverse does not support this action")


def _updated(call: Call, order: TradeOrder, case: ReverseOrder) -> Json:
    country = call.seller.country
    lines: list[Json] = [
        {
            "reverse_order_line_id": int(line.id),
            "order_id": int(order.id),
            "order_line_id": int(line.item.id),
            "seller_sku": line.item.sku,
            "refund_amount": reverse_amount(line.item.listing.price, country),
            "paid_price": reverse_amount(line.item.listing.price, country),
            "apply_reason": case.reason,
            "is_cancel": False,
        }
        for line in case.lines
    ]
    return {
        "reverse_order_id": int(case.id),
        "reverse_order_line": lines,
        "reason_info": [],
        "total_refund": str(reverse_amount(case.amount, country)),
    }
