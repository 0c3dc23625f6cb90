"""Reads Lazada orders together with the evidence of where their units are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.batches import batches
from connector.errors import (
    RateLimited,
    TransientError,
    UnexpectedAnswer,
    UnmappedStatus,
)
from connector.lazada.client import Client, held
from connector.lazada.evidence import (
    Tracked,
    check_known,
    may_owe_refund,
    needs_trace,
)
from connector.lazada.fields import is_number
from connector.lazada.items import Unit, lacks_tracking, unit_of
from connector.lazada.mapping import order_of
from connector.lazada.refusals import Refused, bare
from connector.lazada.tracking import tracked_of
from connector.lazada.windows import Listing, Window, calendar, read_window
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    record,
    records,
    told,
)
from connector.rejections import not_found, rejected
from connector.values import ChannelOrder, Page, Rejected

LIST_PATH = "/orders/get"
ITEMS_OF_SEVERAL_PATH = "/orders/items/get"
ITEMS_PATH = "/order/items/get"
ORDER_PATH = "/order/get"
TRACE_PATH = "/logistic/order/trace"

PAGE_SIZE = 100
BATCH_SIZE = 50
LARGEST_OFFSET = 5000

_NO_SUCH_ORDER = "16"
_CASH_ON_DELIVERY = "COD"


class OrderReader:
    """Reads orders by time of change, or by their numbers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def changed_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> Page[ChannelOrder]:
        """Return one window's worth of orders, the oldest change first."""
        window = Window.of(cursor, since, now)
        if window is None:
            return Page(items=())
        order_ids, following = read_window(window, PAGE_SIZE, self._list)
        page = self.by_number(order_ids)
        refused = page.rejected
        if following is not None and following.page * PAGE_SIZE > LARGEST_OFFSET:
            refused = (*refused, _too_many(following))
            following = following.following(PAGE_SIZE, PAGE_SIZE)
        return Page(
            items=tuple(sorted(page.items, key=lambda order: order.updated_at)),
            rejected=refused,
            next_cursor=following.encode() if following else None,
        )

    def by_number(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        """Return these orders, in their order; the unknown ones are rejected."""
        wanted = tuple(dict.fromkeys(order_ids))
        orders: dict[str, list[JsonRecord]] = {}
        for batch in batches([one for one in wanted if is_number(one)], BATCH_SIZE):
            orders.update(self._items_of_several(batch))
        items: list[ChannelOrder] = []
        refused: list[Rejected] = []
        for order_id in wanted:
            if order_id not in orders:
                refused.append(not_found(order_id, "Lazada"))
                continue
            try:
                items.append(self._order(order_id, orders[order_id]))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(order_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))

    def _list(self, window: Window) -> Listing:
        # Whether the borders belong to the span is not told, so it gets a second more.
        offset = window.page * PAGE_SIZE
        envelope = self._client.read(
            LIST_PATH,
            {
                "update_after": calendar(window.start - 1),
                "update_before": calendar(window.end + 1),
                "sort_by": "updated_at",
                "sort_direction": "ASC",
                "limit": str(PAGE_SIZE),
                "offset": str(offset),
            },
        )
        try:
            return _listing(record(held(envelope), "data"), offset)
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(detail)

    def _items_of_several(
        self, order_ids: Sequence[str]
    ) -> dict[str, list[JsonRecord]]:
        """Return the items that Lazada knows; one wrong order refuses its batch."""
        parameters = {"order_ids": f"[{','.join(order_ids)}]"}
        try:
            envelope = self._client.read(ITEMS_OF_SEVERAL_PATH, parameters)
        except Refused as refusal:
            if bare(refusal.code) != _NO_SUCH_ORDER:
                raise
            if len(order_ids) == 1:
                return {}
            middle = len(order_ids) // 2
            first = self._items_of_several(order_ids[:middle])
            return {**first, **self._items_of_several(order_ids[middle:])}
        return _by_order(held(envelope))

    def _order(self, order_id: str, items: Sequence[JsonRecord]) -> ChannelOrder:
        units: Sequence[Unit] = [unit_of(item) for item in items]
        if any(lacks_tracking(item) for item in items):
            units = self._with_tracking(order_id, units)
        check_known(units)
        packages: tuple[Tracked, ...] = ()
        if any(needs_trace(unit) for unit in units):
            packages = self._trace(order_id)
        in_cash = any(map(may_owe_refund, units)) and self._is_paid_in_cash(order_id)
        return order_of(order_id, units, packages, cash_on_delivery=in_cash)

    def _with_tracking(self, order_id: str, units: Sequence[Unit]) -> Sequence[Unit]:
        """Read an order's items by themselves: only that call surely has the numbers.

        Without an answer nothing counts as never packed.
        """
        envelope = self._optional(ITEMS_PATH, {"order_id": order_id}) or {}
        found = [unit_of(item) for item in records(held(envelope), "data")]
        if {unit.line_id for unit in found} == {unit.line_id for unit in units}:
            return found
        return [replace(unit, never_packed=False) for unit in units]

    def _trace(self, order_id: str) -> tuple[Tracked, ...]:
        envelope = self._optional(TRACE_PATH, {"order_id": order_id, "locale": "en"})
        return tracked_of(envelope) if envelope is not None else ()

    def _is_paid_in_cash(self, order_id: str) -> bool:
        """Whether the buyer pays at the door; items alone do not tell.

        Without an answer the time of payment has to do.
        """
        envelope = self._optional(ORDER_PATH, {"order_id": order_id}) or {}
        data = held(envelope)
        head = data if isinstance(data, dict) else {}
        return told(head.get("payment_method")).upper() == _CASH_ON_DELIVERY

    def _optional(self, path: str, parameters: Mapping[str, str]) -> JsonRecord | None:
        """Ask for more evidence; without it the order is mapped from what there is.

        So one order that the channel's trace chokes on does not hold up the rest.
        """
        try:
            return self._client.read(path, parameters)
        except RateLimited:
            raise
        except (Refused, TransientError):
            return None


def _listing(data: JsonRecord, offset: int) -> Listing:
    ids = tuple(
        identifier(head.get("order_id"), "order_id")
        for head in records(data.get("orders"), "orders")
    )
    total = data.get("countTotal")
    if total is None:
        return Listing(ids=ids, more=len(ids) >= PAGE_SIZE)
    more = quantity(total, "countTotal") > offset + len(ids)
    # An empty page that promises more would never end.
    return Listing(ids=ids, more=more and bool(ids))


def _by_order(data: object) -> dict[str, list[JsonRecord]]:
    try:
        return {
            identifier(entry.get("order_id"), "order_id"): records(
                entry.get("order_items"), "order_items"
            )
            for entry in records(data, "data")
        }
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def _too_many(window: Window) -> Rejected:
    detail = f"Lazada lists no more than {LARGEST_OFFSET + PAGE_SIZE} of one second"
    return Rejected(
        record_id=f"orders of {calendar(window.start)}",
        reason="too_many",
        detail=detail,
    )
