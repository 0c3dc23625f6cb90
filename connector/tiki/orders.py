"""Reads Tiki orders together with the evidence of where their goods are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.batches import batches
from connector.errors import (
    RateLimited,
    TransientError,
    UnexpectedAnswer,
    UnmappedStatus,
)
from connector.parsing import JsonRecord, Malformed, quantity, told
from connector.rejections import not_found, rejected
from connector.tiki.client import Client, data_of
from connector.tiki.fields import is_code
from connector.tiki.mapping import has_history, order_of
from connector.tiki.refusals import Refused
from connector.tiki.windows import (
    BY_CHANGE,
    Listing,
    NotSearchable,
    Window,
    read_window,
)
from connector.values import ChannelOrder, Page, Rejected

ORDERS = "/v2/orders"

PAGE_SIZE = 50
_INCLUDE: Mapping[str, str | int] = {"include": "status_histories"}


class OrderReader:
    """Reads orders by time of change, or by their codes."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def changed_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> Page[ChannelOrder]:
        """Return one page of orders, the oldest change first."""
        rows, next_cursor = self.rows_since(since, cursor, now)
        items, refused = _mapped(rows)
        return Page(
            items=tuple(sorted(items, key=lambda order: order.updated_at)),
            rejected=refused,
            next_cursor=next_cursor,
        )

    def by_code(self, codes: Sequence[str]) -> Page[ChannelOrder]:
        """Return these orders, in their order; the unknown ones are rejected."""
        wanted = tuple(dict.fromkeys(codes))
        found = self.rows_of(wanted)
        items, refused = _mapped([found[one] for one in wanted if one in found])
        unknown = tuple(not_found(one, "Tiki") for one in wanted if one not in found)
        return Page(items=tuple(items), rejected=refused + unknown)

    def rows_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> tuple[list[JsonRecord], str | None]:
        """Return one page of changed orders as Tiki tells them, and the next cursor."""
        window = Window.of(cursor, since, now)
        if window is None:
            return [], None
        rows, following = read_window(window, PAGE_SIZE, self._list)
        complete = [self._with_history(row) for row in rows]
        return complete, following.encode() if following else None

    def rows_of(self, codes: Sequence[str]) -> dict[str, JsonRecord]:
        """Return orders by their codes, as Tiki tells them."""
        found: dict[str, JsonRecord] = {}
        named = [code for code in codes if is_code(code)]
        for batch in batches(named, PAGE_SIZE):
            found.update(self._batch(batch))
        for code in named:
            order = found.get(code)
            if order is None or not has_history(order):
                order = self._detail(code) or order
            if order is not None:
                found[code] = order
        return found

    def _list(self, window: Window) -> Listing:
        query = {**window.query(), **_INCLUDE, "limit": PAGE_SIZE}
        try:
            body = self._client.read(ORDERS, query)
        except Refused:
            if window.by == BY_CHANGE:
                raise NotSearchable from None
            raise
        return listing_of(body, window.page)

    def _batch(self, codes: Sequence[str]) -> dict[str, JsonRecord]:
        """Return the orders that a list names; nobody says how codes are separated.

        What the list leaves out is asked for alone by the caller, who also leaves what
        nobody asked for.
        """
        if len(codes) == 1:
            return {}
        query = {"code": ",".join(codes), "page": 1, "limit": PAGE_SIZE, **_INCLUDE}
        try:
            rows = data_of(self._client.read(ORDERS, query), ORDERS)
        except Refused:
            return {}
        return {told(row.get("code")): row for row in rows}

    def _detail(self, code: str) -> JsonRecord | None:
        """Return an order with all that Tiki tells of it, if Tiki knows it."""
        try:
            return self._client.read(f"{ORDERS}/{code}", _INCLUDE)
        except Refused:
            return None

    def _with_history(self, row: JsonRecord) -> JsonRecord:
        """Return an order with its statuses, should its list have left them out.

        Without an answer the order is mapped from what there is, so that one that Tiki
        chokes on does not hold up the rest.
        """
        code = told(row.get("code"))
        if has_history(row) or not is_code(code):
            return row
        try:
            return self._detail(code) or row
        except RateLimited:
            raise
        except TransientError:
            return row


def _mapped(
    rows: Sequence[JsonRecord],
) -> tuple[list[ChannelOrder], tuple[Rejected, ...]]:
    """Return the orders in rows, and those that could not be mapped."""
    items: list[ChannelOrder] = []
    refused: list[Rejected] = []
    for row in rows:
        try:
            items.append(order_of(row))
        except (Malformed, UnmappedStatus) as problem:
            refused.append(rejected(told(row.get("code")), problem))
    return items, tuple(refused)


def listing_of(body: JsonRecord, page: int) -> Listing:
    """Return one page of a list; a page may hold fewer rows than were asked for."""
    rows = data_of(body, ORDERS)
    paging = body.get("paging")
    if not isinstance(paging, dict):
        return Listing(rows=tuple(rows), more=len(rows) >= PAGE_SIZE, total=0)
    try:
        last_page = quantity(paging.get("last_page") or 0, "last_page")
        total = quantity(paging.get("total") or 0, "total")
    except Malformed as problem:
        raise UnexpectedAnswer(problem.detail) from None
    return Listing(rows=tuple(rows), more=page < last_page, total=total)
