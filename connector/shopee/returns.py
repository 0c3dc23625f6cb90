"""Reads Shopee's returns, each with its detail and the way of its parcel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.errors import RateLimited, TransientError, UnmappedStatus
from connector.parsing import JsonRecord, Malformed, identifier
from connector.rejections import not_found, rejected
from connector.shopee.claims import is_withdrawn, return_of, travels_forward
from connector.shopee.client import Client
from connector.shopee.orders import OrderReader, listing_from
from connector.shopee.refusals import Refused
from connector.shopee.windows import Listing, Window, read_window
from connector.values import ChannelOrder, ChannelReturn, Page, Rejected

LIST_PATH = "/api/v2/returns/get_return_list"
DETAIL_PATH = "/api/v2/returns/get_return_detail"
REVERSE_PATH = "/api/v2/returns/get_reverse_tracking_info"

# Each return costs two more calls, so pages are smaller than the channel's largest.
PAGE_SIZE = 40


class ReturnReader:
    """Reads returns by time of change, or by their numbers."""

    def __init__(self, client: Client, orders: OrderReader) -> None:
        self._client = client
        self._orders = orders

    def changed_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> Page[ChannelReturn]:
        """Return one window's worth of returns, the oldest change first."""
        window = Window.of(cursor, since, now)
        if window is None:
            return Page(items=())
        return_ids, following = read_window(window, PAGE_SIZE, self._list)
        page = self.by_number(return_ids)
        return Page(
            items=tuple(sorted(page.items, key=lambda found: found.updated_at)),
            rejected=page.rejected,
            next_cursor=following.encode() if following else None,
        )

    def by_number(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        """Return these returns; the unknown ones are rejected."""
        wanted = tuple(dict.fromkeys(return_ids))
        details = {return_id: self._detail(return_id) for return_id in wanted}
        orders = self._forward_orders(details)
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for return_id, detail in details.items():
            if detail is None:
                refused.append(not_found(return_id, "Shopee"))
                continue
            try:
                items.append(self._return(return_id, detail, orders))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(return_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))

    def _list(self, window: Window) -> Listing:
        """Return one page; nobody says whether the first has the number 0 or 1.

        Where 0 is refused or empty, 1 is asked for; where both are the same page, the
        caller drops what comes twice.
        """
        number = int(window.page) if window.page.isdigit() else 0
        if number > 0:
            return self._page(window, number)
        try:
            zero = self._page(window, 0)
        except Refused:
            return self._page(window, 1)
        return zero if zero.ids else self._page(window, 1)

    def _page(self, window: Window, number: int) -> Listing:
        query = {
            "page_no": number,
            "page_size": PAGE_SIZE,
            "update_time_from": window.start,
            "update_time_to": window.end,
        }
        response = self._client.read_response(LIST_PATH, query)
        page = listing_from(response, "return", "return_sn")
        # An empty page that promises more would never end.
        return Listing(
            ids=page.ids, more=page.more and bool(page.ids), next_page=str(number + 1)
        )

    def _detail(self, return_id: str) -> JsonRecord | None:
        try:
            return self._client.read_response(DETAIL_PATH, {"return_sn": return_id})
        except Refused:
            return None

    def _forward_orders(
        self, details: Mapping[str, JsonRecord | None]
    ) -> dict[str, ChannelOrder]:
        """Return the orders whose own parcels bring goods back."""
        wanted = [
            order_id
            for detail in details.values()
            if detail and (order_id := _forward_order_id(detail))
        ]
        if not wanted:
            return {}
        page = self._orders.by_number(wanted, watched=True)
        return {order.order_id: order for order in page.items}

    def _return(
        self, return_id: str, detail: JsonRecord, orders: Mapping[str, ChannelOrder]
    ) -> ChannelReturn:
        tracking: JsonRecord = {}
        if not is_withdrawn(detail):
            tracking = self._tracking(return_id)
        order = orders.get(_forward_order_id(detail))
        return return_of({"return_sn": return_id, **detail}, tracking, order)

    def _tracking(self, return_id: str) -> JsonRecord:
        """Return the reverse leg; without an answer the detail alone must do."""
        try:
            return self._client.read_response(REVERSE_PATH, {"return_sn": return_id})
        except RateLimited:
            raise
        except (Refused, TransientError):
            return {}


def _forward_order_id(detail: JsonRecord) -> str:
    """Return the order on whose parcels the goods travel, or the empty text."""
    try:
        if is_withdrawn(detail) or not travels_forward(detail):
            return ""
        return identifier(detail.get("order_sn"), "order_sn")
    except Malformed:
        return ""
