"""Reads Lazada's reverse orders, each with its detail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.errors import UnexpectedAnswer, UnmappedStatus
from connector.lazada.claims import (
    CANCEL,
    changes_of,
    lines_in,
    request_type,
    return_of,
)
from connector.lazada.client import Client, held
from connector.lazada.fields import is_number, told
from connector.lazada.refusals import Refused, TroubleOrUnknown
from connector.lazada.windows import BY_CHANGE, BY_SALE, Listing, Window, read_window
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    record,
    records,
)
from connector.rejections import not_found, rejected
from connector.values import ChannelReturn, Page, Rejected

LIST_PATH = "/reverse/getreverseordersforseller"
DETAIL_PATH = "/order/reverse/return/detail/list"

# Each return costs one more call, so pages are smaller than the channel's largest.
PAGE_SIZE = 50
MOST_LISTED = 100 * PAGE_SIZE
"""Nothing is listed behind page 100."""

_LONGEST_RETURN_SECONDS = 90 * 86_400
_RANGES: Mapping[str, str] = {
    BY_CHANGE: "ReverseOrderLineModifiedTimeRange",
    BY_SALE: "TradeOrderLineCreatedTimeRange",
}
_WRONG_METHOD = "unsupportedhttpmethod"


@dataclass(frozen=True, slots=True)
class _Listed:
    """One page of the list, as it was told."""

    heads: tuple[JsonRecord, ...]
    more: bool
    total: int


class _RangeIgnored(Exception):
    """The list holds what was not changed in the span that was asked for."""


class ReturnReader:
    """Reads returns by time of change, or by their numbers.

    Nobody says for certain that the list can be searched by time of change.  Where it
    visibly cannot, it is walked by time of sale instead, and what has not changed since
    the asked moment is left out.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._method = "GET"

    def changed_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> Page[ChannelReturn]:
        """Return one window's worth of returns, the oldest change first."""
        window = Window.of(cursor, since, now)
        if window is None:
            return Page(items=())
        try:
            return_ids, following = self._read(window)
        except _RangeIgnored:
            window = window.by_sale(_LONGEST_RETURN_SECONDS)
            return_ids, following = self._read(window)
        page = self.by_number(return_ids)
        return Page(
            items=tuple(sorted(page.items, key=lambda found: found.updated_at)),
            rejected=page.rejected,
            next_cursor=following.encode() if following else None,
        )

    def by_number(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        """Return these returns; unknown ones are rejected, cancellations left out.

        What a reverse order of the type CANCEL tells is told by its order.
        """
        account = self._client.account()
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for return_id in dict.fromkeys(return_ids):
            detail = self._detail(return_id) if is_number(return_id) else None
            if detail is None:
                refused.append(not_found(return_id, "Lazada"))
                continue
            try:
                if request_type(detail) != CANCEL:
                    now = self._client.clock()
                    items.append(return_of(return_id, detail, account, now))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(return_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))

    def _read(self, window: Window) -> tuple[tuple[str, ...], Window | None]:
        if window.by == BY_CHANGE:
            return read_window(window, PAGE_SIZE, self._changed)
        return self._sold(window)

    def _changed(self, window: Window) -> Listing:
        listed = self._page(window)
        crowded = listed.more and window.end - window.start <= 1
        if crowded or any(_is_outside(head, window) for head in listed.heads):
            raise _RangeIgnored
        return Listing(ids=_ids(listed.heads), more=listed.more)

    def _sold(self, window: Window) -> tuple[tuple[str, ...], Window | None]:
        """Walk a window of sales page by page; it is made to fit what can be listed."""
        listed = self._page(window)
        while listed.total > MOST_LISTED and window.end - window.start > 1:
            window = window.narrower()
            listed = self._page(window)
        changed = [head for head in listed.heads if _may_be_new(head, window.since)]
        if listed.more:
            return _ids(changed), window.next_page()
        return _ids(changed), window.following(listed.total, MOST_LISTED)

    def _page(self, window: Window) -> _Listed:
        number = window.page + 1
        range_name = _RANGES[window.by]
        envelope = self._ask(
            {
                "page_no": str(number),
                "page_size": str(PAGE_SIZE),
                f"{range_name}Start": str((window.start - 1) * 1000),
                f"{range_name}End": str((window.end + 1) * 1000),
            }
        )
        try:
            return _listed(record(held(envelope) or {}, "result"), number)
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(detail)

    def _ask(self, parameters: Mapping[str, str]) -> JsonRecord:
        """Ask for the list with GET, or with POST where only that is taken."""
        try:
            return self._client.read(LIST_PATH, parameters, method=self._method)
        except Refused as refusal:
            if refusal.code.lower() != _WRONG_METHOD:
                raise
        self._method = "POST" if self._method == "GET" else "GET"
        return self._client.read(LIST_PATH, parameters, method=self._method)

    def _detail(self, return_id: str) -> JsonRecord | None:
        """Return a reverse order; of another shop's one Lazada tells no lines."""
        try:
            envelope = self._client.read(DETAIL_PATH, {"reverse_order_id": return_id})
            detail = record(held(envelope) or {}, "data")
            return detail if lines_in(detail) else None
        except (Refused, TroubleOrUnknown, Malformed):
            return None


def _listed(result: JsonRecord, number: int) -> _Listed:
    heads = tuple(records(result.get("items"), "items"))
    counted = result.get("total")
    if counted is None:
        more, total = len(heads) >= PAGE_SIZE, len(heads)
    else:
        total = quantity(counted, "total")
        more = total > number * PAGE_SIZE
    # An empty page that promises more would never end.
    return _Listed(heads=heads, more=more and bool(heads), total=total)


def _ids(heads: Sequence[JsonRecord]) -> tuple[str, ...]:
    """Return the ids of those that are no mere cancellations."""
    try:
        return tuple(
            identifier(head.get("reverse_order_id"), "reverse_order_id")
            for head in heads
            if told(head.get("request_type")).upper() != CANCEL
        )
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def _is_outside(head: JsonRecord, window: Window) -> bool:
    """Whether a record shows that it was not changed in the window; a second counts."""
    seconds = _changes(head)
    first, last = window.start - 2, window.end + 2
    return bool(seconds) and not any(first <= at <= last for at in seconds)


def _may_be_new(head: JsonRecord, since: int) -> bool:
    return max(_changes(head), default=since) >= since - 1


def _changes(head: JsonRecord) -> list[float]:
    try:
        return [moment.timestamp() for moment in changes_of(head)]
    except Malformed:
        return []
