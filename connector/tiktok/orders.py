"""Reads TikTok Shop's orders together with the evidence of where their goods are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from connector.batches import batches
from connector.errors import UnmappedStatus
from connector.parsing import JsonRecord, Malformed, epoch, told
from connector.rejections import not_found, rejected
from connector.tiktok.cancellations import CancellationReader, Cancelled
from connector.tiktok.client import Client
from connector.tiktok.evidence import CANCELLED, Package
from connector.tiktok.fields import is_number, keyed, listed
from connector.tiktok.mapping import (
    Packages,
    line_items,
    order_of,
    package_of,
    turns_back,
    wanted_packages,
)
from connector.tiktok.refusals import Refused
from connector.tiktok.sweeps import Sweep, read_page
from connector.values import ChannelOrder, Page, Parcel, ParcelDirection, Rejected

SEARCH_PATH = "/order/202309/orders/search"
DETAIL_PATH = "/order/202507/orders"
PACKAGE_PATH = "/fulfillment/202309/packages"
TRACKING_PATH = "/logistics/202604/orders/{}/tracking"

PAGE_SIZE = 100
BATCH_SIZE = 50

_ORDERS, _CANCELLATIONS = range(2)


class OrderReader:
    """Reads orders by time of change, or by their numbers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._cancellations = CancellationReader(client)

    def changed_since(
        self, since: datetime, cursor: str | None, now: datetime
    ) -> Page[ChannelOrder]:
        """Return one page of orders, the oldest change first.

        After the orders come those whose cancellation changed while they did not: a
        refund that is paid leaves an order's time of change as it was.
        """
        sweep = Sweep.of(cursor, since, now)
        if sweep is None:
            return Page(items=())
        if sweep.part == _CANCELLATIONS:
            order_ids, following = self._cancellations.changed(sweep)
            page = self._mapped(self._details(order_ids), before=sweep.since)
        else:
            order_ids, following = self._changed(sweep)
            page = self.by_number(order_ids, watched=False)
            following = following or sweep.next_part()
        return Page(
            items=tuple(sorted(page.items, key=lambda order: order.updated_at)),
            rejected=page.rejected,
            next_cursor=following.encode() if following else None,
        )

    def by_number(
        self, order_ids: Sequence[str], *, watched: bool
    ) -> Page[ChannelOrder]:
        """Return these orders, in their order; the unknown ones are rejected.

        For ``watched`` orders every parcel under way is looked up too.
        """
        return self._mapped(self._details(order_ids), watched=watched)

    def products(self, order_ids: Iterable[str]) -> dict[str, str]:
        """Return the product of each line item of these orders that can be read."""
        found: dict[str, str] = {}
        for order in self._details(tuple(order_ids)).values():
            if isinstance(order, dict):
                for item in _items(order):
                    found[told(item.get("id"))] = told(item.get("product_id"))
        return found

    def _changed(self, sweep: Sweep) -> tuple[list[str], Sweep | None]:
        entries, following = read_page(sweep, self._search, _orders)
        return list(keyed(entries, "id")), following

    def _search(self, sweep: Sweep) -> JsonRecord:
        query = {
            "page_size": str(PAGE_SIZE),
            "page_token": sweep.page,
            "sort_field": "update_time",
            "sort_order": "ASC",
        }
        return self._client.search(SEARCH_PATH, sweep.span(), query)

    def _details(self, order_ids: Sequence[str]) -> dict[str, JsonRecord | Rejected]:
        """Return each order, or why there is none."""
        wanted = tuple(dict.fromkeys(order_ids))
        found: dict[str, JsonRecord | Rejected] = {
            order_id: not_found(order_id, "TikTok Shop") for order_id in wanted
        }
        for batch in batches([one for one in wanted if is_number(one)], BATCH_SIZE):
            found.update(self._batch(batch))
        return found

    def _batch(self, order_ids: Sequence[str]) -> dict[str, JsonRecord | Rejected]:
        try:
            data = self._client.read(DETAIL_PATH, {"ids": ",".join(order_ids)})
        except Refused as refusal:
            if len(order_ids) == 1:
                (order_id,) = order_ids
                detail = refusal.detail
                return {
                    order_id: Rejected(
                        record_id=order_id, reason="refused", detail=detail
                    )
                }
            # One that TikTok Shop does not know may refuse its whole batch.
            middle = len(order_ids) // 2
            first = self._batch(order_ids[:middle])
            return {**first, **self._batch(order_ids[middle:])}
        return {**keyed(_orders(data), "id")}

    def _mapped(
        self,
        details: Mapping[str, JsonRecord | Rejected],
        *,
        watched: bool = False,
        before: int | None = None,
    ) -> Page[ChannelOrder]:
        """Map what was found; with ``before``, only what changed earlier than that."""
        refused = [one for one in details.values() if isinstance(one, Rejected)]
        orders = {
            order_id: order
            for order_id, order in details.items()
            if not isinstance(order, Rejected) and _is_before(order, before)
        }
        cancelled = self._cancellations.of_orders(
            [order_id for order_id, order in orders.items() if _is_cancelled(order)]
        )
        items = []
        for order_id, order in orders.items():
            try:
                known = cancelled.get(order_id, Cancelled())
                items.append(self._order(order, known, watched))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(order_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))

    def _order(
        self, order: JsonRecord, cancelled: Cancelled, watched: bool
    ) -> ChannelOrder:
        packages = self._packages(wanted_packages(order, watched=watched))
        # What was never paid is not paid back, whatever a cancellation reckons.
        paid = epoch(order.get("paid_time"), "paid_time") > 0
        found = order_of(
            order,
            packages,
            refunds=cancelled.refunds if paid else (),
            advice=cancelled.advice,
        )
        if not turns_back(found):
            return found
        known = {parcel.tracking_number for parcel in found.parcels}
        back = [
            parcel
            for parcel in self._tracked(found.order_id)
            if parcel.tracking_number not in known
        ]
        return replace(found, parcels=(*found.parcels, *back))

    def _packages(self, numbers: Sequence[str]) -> Packages:
        found: dict[str, Package] = {}
        for number in numbers:
            path = f"{PACKAGE_PATH}/{number}"
            if is_number(number):
                data = self._client.if_possible(
                    lambda path=path: self._client.read(path)  # type: ignore[misc]
                )
                found[number] = package_of(number, data)
        return found

    def _tracked(self, order_id: str) -> list[Parcel]:
        """Return an order's parcels by every number that the carrier has given them."""
        path = TRACKING_PATH.format(order_id)
        data = self._client.if_possible(lambda: self._client.read(path))
        return [
            Parcel(
                tracking_number=number,
                direction=ParcelDirection.RETURN_TO_SENDER,
                carrier=told(entry.get("carrier_name")),
            )
            for entry in listed(data, "logistics_details")
            for number in _tracking_numbers(entry)
        ]


def _tracking_numbers(entry: JsonRecord) -> list[str]:
    numbers = [told(entry.get("newest_tracking_no"))]
    for event in listed(entry, "track_list"):
        numbers.append(told(event.get("tracking_no")))
    return [number for number in dict.fromkeys(numbers) if number]


def _orders(data: JsonRecord) -> list[JsonRecord]:
    return listed(data, "orders")


def _items(order: JsonRecord) -> list[JsonRecord]:
    try:
        return line_items(order)
    except Malformed:
        return []


def _is_cancelled(order: JsonRecord) -> bool:
    """Whether anything of the order is cancelled, so that money may go back."""
    words = [order.get("status"), *(one.get("display_status") for one in _items(order))]
    return any(told(word) in CANCELLED for word in words)


def _is_before(order: JsonRecord, before: int | None) -> bool:
    if before is None:
        return True
    try:
        return epoch(order.get("update_time"), "update_time") < before
    except Malformed:
        return True
