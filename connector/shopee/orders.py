"""Reads Shopee orders together with the evidence of where their goods are."""

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
from connector.parsing import JsonRecord, Malformed, identifier
from connector.rejections import not_found, rejected
from connector.shopee.client import Client
from connector.shopee.evidence import PACKAGE_STATUSES, Package, needs_tracking
from connector.shopee.items import keyed, written
from connector.shopee.mapping import order_facts, order_of
from connector.shopee.packages import events_of, packages_of
from connector.shopee.refusals import Refused
from connector.shopee.windows import Listing, Window, read_window
from connector.values import ChannelOrder, Page, Rejected, Stage

LIST_PATH = "/api/v2/order/get_order_list"
DETAIL_PATH = "/api/v2/order/get_order_detail"
PACKAGE_PATH = "/api/v2/order/get_package_detail"
NUMBER_PATH = "/api/v2/logistics/get_tracking_number"
TRACKING_PATH = "/api/v2/logistics/get_tracking_info"

PAGE_SIZE = 100
BATCH_SIZE = 50

_DETAIL_FIELDS = ",".join(
    (
        "buyer_cancel_reason",
        "cancel_by",
        "cancel_reason",
        "fulfillment_flag",
        "item_list",
        "package_list",
        "pay_time",
        "payment_method",
        "pickup_done_time",
        "return_request_due_date",
        "shipping_carrier",
        "total_amount",
    )
)


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
        page = self.by_number(order_ids, watched=False)
        return Page(
            items=tuple(sorted(page.items, key=lambda order: order.updated_at)),
            rejected=page.rejected,
            next_cursor=following.encode() if following else None,
        )

    def by_number(
        self, order_ids: Sequence[str], *, watched: bool
    ) -> Page[ChannelOrder]:
        """Return these orders, in their order; the unknown ones are rejected.

        For ``watched`` orders the tracking of every parcel on its way is read too.
        """
        wanted = tuple(dict.fromkeys(order_ids))
        orders: dict[str, JsonRecord] = {}
        for batch in batches(wanted, BATCH_SIZE):
            orders.update(self._details(batch))
        packages = self._package_details(orders)
        items: list[ChannelOrder] = []
        refused: list[Rejected] = []
        for order_id in wanted:
            if order_id not in orders:
                refused.append(not_found(order_id, "Shopee"))
                continue
            try:
                items.append(self._order(orders[order_id], packages, watched))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(order_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))

    def _list(self, window: Window) -> Listing:
        query: dict[str, str | int] = {
            "time_range_field": "update_time",
            "time_from": window.start,
            "time_to": window.end,
            "page_size": PAGE_SIZE,
            "cursor": window.page,
            "request_order_status_pending": "true",
        }
        response = self._client.read_response(LIST_PATH, query)
        return listing_from(response, "order_list", "order_sn")

    def _details(self, order_ids: Sequence[str]) -> dict[str, JsonRecord]:
        """Return the orders that Shopee knows; one unknown refuses its whole batch."""
        query: dict[str, str | int] = {
            "order_sn_list": ",".join(order_ids),
            "response_optional_fields": _DETAIL_FIELDS,
            "request_order_status_pending": "true",
        }
        try:
            response = self._client.read_response(DETAIL_PATH, query)
        except Refused as refusal:
            if not _says_unknown(refusal):
                raise
            if len(order_ids) == 1:
                return {}
            middle = len(order_ids) // 2
            first = self._details(order_ids[:middle])
            return {**first, **self._details(order_ids[middle:])}
        return _keyed(response, "order_list", "order_sn")

    def _package_details(
        self, orders: Mapping[str, JsonRecord]
    ) -> dict[str, JsonRecord]:
        numbers = [
            number for order in orders.values() for number in _package_numbers(order)
        ]
        found: dict[str, JsonRecord] = {}
        for batch in batches(tuple(dict.fromkeys(numbers)), BATCH_SIZE):
            found.update(self._package_batch(batch))
        return found

    def _package_batch(self, numbers: Sequence[str]) -> dict[str, JsonRecord]:
        """Return what Shopee tells of these packages; a refused one tells nothing."""
        query = {"package_number_list": ",".join(numbers)}
        try:
            response = self._client.read_response(PACKAGE_PATH, query)
        except Refused:
            if len(numbers) == 1:
                return {}
            middle = len(numbers) // 2
            first = self._package_batch(numbers[:middle])
            return {**first, **self._package_batch(numbers[middle:])}
        return _keyed(response, "package_list", "package_number")

    def _order(
        self, order: JsonRecord, details: Mapping[str, JsonRecord], watched: bool
    ) -> ChannelOrder:
        packages = packages_of(order, details)
        facts = order_facts(order, packages)
        order_id = identifier(order.get("order_sn"), "order_sn")
        seen = []
        for package in packages:
            if needs_tracking(facts, package, watched=watched):
                package = self._with_events(order_id, package)
            seen.append(self._with_number(order_id, order, package))
        events = None
        if not packages and facts.cancelled and not facts.never_paid:
            probe = Package(number="", status="LOGISTICS_NOT_STARTED")
            events = self._with_events(order_id, probe).events
        return order_of(order, seen, events)

    def _with_events(self, order_id: str, package: Package) -> Package:
        query: dict[str, str | int] = {"order_sn": order_id}
        if package.number:
            query["package_number"] = package.number
        response = self._optional(TRACKING_PATH, query)
        if response is None:
            return package
        reverse = written(response.get("reversed_tracking_number"), "reverse number")
        return replace(package, events=events_of(response), reverse_number=reverse)

    def _with_number(
        self, order_id: str, order: JsonRecord, package: Package
    ) -> Package:
        """Add the tracking number of an arranged package that has none yet."""
        if package.tracking_number or not _should_have_number(order, package):
            return package
        query: dict[str, str | int] = {"order_sn": order_id}
        if package.number:
            query["package_number"] = package.number
        response = self._optional(NUMBER_PATH, query) or {}
        number = written(response.get("tracking_number"), "tracking_number")
        return replace(package, tracking_number=number)

    def _optional(self, path: str, query: Mapping[str, str | int]) -> JsonRecord | None:
        """Ask for more evidence; without it the order is mapped from what there is.

        So one order that the channel's tracking chokes on does not hold up the rest.
        """
        try:
            return self._client.read_response(path, query)
        except RateLimited:
            raise
        except (Refused, TransientError):
            return None


def listing_from(response: JsonRecord, entries: str, key: str) -> Listing:
    """Return the ids of a page of a list."""
    return Listing(
        ids=tuple(_keyed(response, entries, key)),
        more=response.get("more") is True,
        next_page=str(response.get("next_cursor") or ""),
    )


def _keyed(response: JsonRecord, entries: str, key: str) -> dict[str, JsonRecord]:
    try:
        return keyed(response.get(entries), key, entries)
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def _package_numbers(order: JsonRecord) -> list[str]:
    try:
        return list(keyed(order.get("package_list"), "package_number", "package_list"))
    except Malformed:
        return []


def _should_have_number(order: JsonRecord, package: Package) -> bool:
    facts = order_facts(order, (package,))
    if package.arranged or package.picked_up or facts.picked_up:
        return True
    told = PACKAGE_STATUSES[package.status].stage
    return told in (Stage.AWAITING_PICKUP, Stage.IN_TRANSIT)


def _says_unknown(refusal: Refused) -> bool:
    message = refusal.message.lower()
    return (
        "not_found" in refusal.code or "not found" in message or "order_sn" in message
    )
