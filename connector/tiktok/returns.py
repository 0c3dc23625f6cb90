"""Reads TikTok Shop's returns, each with the way of its parcel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from connector.batches import batches
from connector.errors import UnmappedStatus
from connector.parsing import JsonRecord, Malformed, epoch, told
from connector.rejections import not_found, rejected
from connector.tiktok.claims import is_under_way, return_of
from connector.tiktok.client import Client
from connector.tiktok.fields import is_number, keyed, listed
from connector.tiktok.orders import OrderReader
from connector.tiktok.rmas import RmaReader
from connector.tiktok.sweeps import Sweep, read_page
from connector.values import ChannelReturn, Page, Rejected

SEARCH_PATH = "/return_refund/202602/returns/search"
PAGE_SIZE = 50

_RETURNS, _RMAS = range(2)


class ReturnReader:
    """Reads returns by time of change, or by their numbers."""

    def __init__(self, client: Client, orders: OrderReader) -> None:
        self._client = client
        self._orders = orders
        self._rmas = RmaReader(client)

    def changed_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> Page[ChannelReturn]:
        """Return one page of returns, the oldest change first.

        After the returns come those whose parcel moved while they did not change.
        """
        sweep = Sweep.of(cursor, since, now)
        if sweep is None:
            return Page(items=())
        if sweep.part == _RMAS:
            moved, following = self._rmas.moved(sweep, now)
            found = self._search_all(moved)
            details = [one for one in found if _changed(one) < sweep.since]
        else:
            details, following = read_page(sweep, self._page, _returns)
            following = following or sweep.next_part()
        page = self._mapped(details)
        return Page(
            items=tuple(sorted(page.items, key=lambda found: found.updated_at)),
            rejected=page.rejected,
            next_cursor=following.encode() if following else None,
        )

    def by_number(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        """Return these returns; the unknown ones are rejected."""
        wanted = tuple(dict.fromkeys(return_ids))
        details = keyed(self._search_all(wanted), "return_id")
        page = self._mapped(details.values())
        missing = [
            not_found(one, "TikTok Shop") for one in wanted if one not in details
        ]
        return Page(items=page.items, rejected=(*page.rejected, *missing))

    def _page(self, sweep: Sweep) -> JsonRecord:
        query = {
            "page_size": str(PAGE_SIZE),
            "page_token": sweep.page,
            "sort_field": "update_time",
            "sort_order": "ASC",
        }
        return self._client.search(SEARCH_PATH, sweep.span(), query)

    def _search_all(self, return_ids: Sequence[str]) -> list[JsonRecord]:
        found: list[JsonRecord] = []
        for batch in batches([one for one in return_ids if is_number(one)], PAGE_SIZE):
            body = {"return_ids": list(batch)}
            query = {"page_size": str(PAGE_SIZE)}
            found += _returns(self._client.search(SEARCH_PATH, body, query))
        return found

    def _mapped(self, details: Iterable[JsonRecord]) -> Page[ChannelReturn]:
        found = list(details)
        under_way = [told(one.get("order_id")) for one in found if is_under_way(one)]
        statuses = self._rmas.of_orders(list(dict.fromkeys(filter(None, under_way))))
        orders = (told(one.get("order_id")) for one in found)
        products = self._orders.products(filter(None, orders))
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for detail in found:
            return_id = told(detail.get("return_id"))
            try:
                words = statuses.get(return_id, ())
                items.append(return_of(detail, words, products))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(return_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))


def _returns(data: JsonRecord) -> list[JsonRecord]:
    return listed(data, "return_orders")


def _changed(detail: JsonRecord) -> int:
    try:
        return epoch(detail.get("update_time"), "update_time")
    except Malformed:
        return 0
