"""Calls that read reverse orders."""

from collections.abc import Callable

from sandbox.channel import Json

from .channel import Lazada
from .reverse_json import detail, list_row
from .trade_orders import ReverseOrder, TradeOrder, trade_orders
from .wire import Answer, Call, Data, Result, missing, parsed, returned, whole

_LAST_PAGE = 100
_LARGEST_PAGE = 100

Pair = tuple[TradeOrder, ReverseOrder]

REFUSAL_REASONS: tuple[tuple[int, str, str], ...] = (
    (10000401, "Item returned is not the one sold", "Hàng hoàn không đúng sản phẩm"),
    (10000402, "Item returned is damaged", "Hàng hoàn bị hư hỏng"),
    (10000403, "Item was not received", "Chưa nhận được hàng hoàn"),
)


class ReverseCalls:
    """``/reverse/*`` and the reading half of ``/order/reverse/*``."""

    def __init__(self, lazada: Lazada) -> None:
        self._lazada = lazada

    def reverse_orders(self, call: Call) -> Answer:
        """Reverse orders by page; past the hundredth page there is nothing."""
        page, size = _page(call, "page_no"), _page(call, "page_size")
        if size > _LARGEST_PAGE:
            raise returned(120, "page size invalid")
        pairs = [pair for pair in pairs_of(call) if _passes(call, *pair)]
        pairs.sort(key=lambda pair: (pair[1].requested_at, pair[1].id), reverse=True)
        shown = pairs[(page - 1) * size : page * size] if page <= _LAST_PAGE else []
        return Result(
            value={
                "success": True,
                "page_no": page,
                "page_size": size,
                "total": len(pairs),
                "items": [
                    list_row(order, case, call.seller.country) for order, case in shown
                ],
            }
        )

    def detail(self, call: Call) -> Answer:
        """One reverse order; of another seller's there are just no lines."""
        found = find_case(call)
        if found is None:
            return Data(value={"reverseOrderLineDTOList": []})
        return Data(value=detail(*found, call.seller.country))

    def history(self, call: Call) -> Answer:
        """Who did something when; never what."""
        _, case = self._by_line(call)
        size, page = _page(call, "page_size", 10), _page(call, "page_number", 1)
        shown = case.operations[(page - 1) * size : page * size]
        rows: list[Json] = [
            {"operator": each.operator, "time": each.at * 1000, "picture": []}
            for each in shown
        ]
        return Data(
            value={
                "list": rows,
                "page_info": {
                    "page_size": size,
                    "current_page_number": page,
                    "total": len(case.operations),
                },
            }
        )

    def reasons(self, call: Call) -> Answer:
        """For what a seller may refuse."""
        self._by_line(call)
        rows: list[Json] = [
            {"reason_id": number, "text": text, "muti_language_text": local}
            for number, text, local in REFUSAL_REASONS
        ]
        return Data(value=rows)

    def _by_line(self, call: Call) -> Pair:
        line_id = call.text("reverse_order_line_id")
        for order, case in pairs_of(call):
            if any(line.id == line_id for line in case.lines):
                return order, case
        raise returned(106, "ROC internal error")


def pairs_of(call: Call) -> list[Pair]:
    """Every reverse order of the seller, with the order it belongs to."""
    return [
        (order, case)
        for order in trade_orders(call.seller.shop)
        for case in order.reverse_orders
    ]


def find_case(call: Call) -> Pair | None:
    """The reverse order that the call names, if the seller has it."""
    wanted = call.text("reverse_order_id")
    for order, case in pairs_of(call):
        if case.id == wanted:
            return order, case
    return None


def _page(call: Call, name: str, default: int | None = None) -> int:
    text = call.text(name, "" if default is None else str(default))
    if not text:
        raise missing(name)
    number = whole(text)
    if number is None or number < 1:
        size = "size" in name
        raise returned(
            120 if size else 121, f"page {'size' if size else 'number'} invalid"
        )
    return number


def _passes(call: Call, order: TradeOrder, case: ReverseOrder) -> bool:
    # ReverseOrderLineTimeRange is accepted and filters nothing, as seen live.
    return (
        _equal(call, "trade_order_id", order.id)
        and _equal(call, "reverse_order_id", case.id)
        and _equal(call, "return_to_type", "RTM" if case.is_rtm else "RTW")
        and _equal(call, "dispute_in_progress", str(case.is_dispute).lower())
        and _equal(call, "QC_Decision", case.decision)
        and _listed(call, "request_type_list", case.request_type)
        and _listed(call, "reverse_status_list", case.reverse_status)
        and _listed(call, "ofc_status_list", case.ofc_status)
        and _between(call, "TradeOrderLineCreatedTimeRange")(order.placed_at)
        and _between(call, "ReverseOrderLineModifiedTimeRange")(case.updated_at)
    )


def _equal(call: Call, name: str, value: str) -> bool:
    return call.text(name, value) == value


def _listed(call: Call, name: str, value: str) -> bool:
    text = call.text(name, "")
    if not text:
        return True
    wanted = parsed(text)
    return isinstance(wanted, list) and value in wanted


def _between(call: Call, name: str) -> Callable[[int], bool]:
    since = whole(call.text(f"{name}Start", ""))
    until = whole(call.text(f"{name}End", ""))

    def inside(stamp: int) -> bool:
        at = stamp * 1000
        # Stamps are whole seconds: what ends within this second still holds it.
        return (since is None or since - 999 <= at) and (until is None or at <= until)

    return inside
