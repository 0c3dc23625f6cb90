"""Reads TikTok Shop's return merchandise authorisations: parcels on their way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connector.batches import batches
from connector.parsing import JsonRecord, Malformed, records, told
from connector.tiktok.client import Client
from connector.tiktok.fields import is_number, listed
from connector.tiktok.sweeps import Sweep, read_page

SEARCH_PATH = "/return_refund/202604/rma/search"
PAGE_SIZE = 100
_MOST_PAGES = 20


@dataclass(frozen=True, slots=True)
class RmaReader:
    """Reads RMAs of orders, or by time of change; not every region has them."""

    _client: Client = field(repr=False)

    def of_orders(self, order_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the statuses of each return's parcels, by the return's id."""
        statuses: defaultdict[str, list[str]] = defaultdict(list)
        known = [one for one in order_ids if is_number(one)]
        for batch in batches(known, PAGE_SIZE):
            for entry in self._all_of(batch):
                for return_id in _return_ids(entry):
                    statuses[return_id].append(told(entry.get("status")))
        return {key: tuple(filter(None, words)) for key, words in statuses.items()}

    def moved(self, sweep: Sweep, now: datetime) -> tuple[list[str], Sweep | None]:
        """Return the returns whose parcels moved, and where to go on.

        An RMA does not say when it changed, so all until now are read by tokens.
        """
        span = sweep if sweep.until else sweep.before(int(now.timestamp()) + 1)
        entries, following = read_page(span, self._page, _entries)
        numbers = [one for entry in entries for one in _return_ids(entry)]
        unfinished = following is not None and following.until > 0
        return list(dict.fromkeys(numbers)), following if unfinished else None

    def _page(self, sweep: Sweep) -> JsonRecord:
        update_time = {
            "min_unix_time_inclusive": sweep.start,
            "max_unix_time_exclusive": sweep.until,
        }
        filters = {"time": {"update_time": update_time}}
        return self._client.where_allowed(lambda: self._search(filters, sweep.page))

    def _all_of(self, order_ids: Sequence[str]) -> list[JsonRecord]:
        found: list[JsonRecord] = []
        token = ""
        for _ in range(_MOST_PAGES):
            filters = {"main_order_ids": list(order_ids)}
            data = self._client.where_allowed(
                lambda filters=filters, token=token: self._search(filters, token)  # type: ignore[misc]
            )
            found += _entries(data)
            token = told(data.get("next_page_token"))
            if not token:
                break
        return found

    def _search(self, filters: Mapping[str, object], token: str) -> JsonRecord:
        pagination: dict[str, object] = {"page_size": PAGE_SIZE}
        if token:
            pagination["page_token"] = token
        body = {
            "filters": filters,
            "whitelisted_data_fields": ["LINE_ITEMS", "SKU_RETURN_REQUESTS"],
            "sort": {"sort_field": "UPDATE_TIME", "sort_order": "ASC"},
            "pagination": pagination,
        }
        return self._client.search(SEARCH_PATH, body)


def _entries(data: JsonRecord) -> list[JsonRecord]:
    return listed(data, "return_merchandise_authorizations")


def _return_ids(entry: JsonRecord) -> list[str]:
    """Return the returns whose goods are in this parcel."""
    named = [
        ("sku_return_requests", "return_id"),
        ("line_items", "sku_return_request_id"),
    ]
    numbers = []
    for name, key in named:
        try:
            numbers += [told(one.get(key)) for one in records(entry.get(name), name)]
        except Malformed:
            continue
    return [number for number in dict.fromkeys(numbers) if number]
