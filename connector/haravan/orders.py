"""Reads orders together with the evidence of where their goods are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.batches import batches
from connector.errors import UnmappedStatus
from connector.haravan.changes import ORDERS, changed_orders
from connector.haravan.client import LARGEST_PAGE, Client, Query
from connector.haravan.fields import is_number
from connector.haravan.mapping import look, order_of
from connector.haravan.refusals import Refused
from connector.parsing import JsonRecord, Malformed, told
from connector.rejections import not_found, rejected
from connector.values import ChannelOrder, Page, Rejected


class OrderReader:
    """Reads orders by time of change, or by their numbers."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def changed_since(self, since: datetime, cursor: str | None) -> Page[ChannelOrder]:
        """Return one page of orders, the oldest change first."""
        found, next_cursor = self.changed(since, cursor)
        items, refused = _mapped(found)
        return Page(
            items=tuple(sorted(items, key=lambda order: order.updated_at)),
            rejected=tuple(refused),
            next_cursor=next_cursor,
        )

    def changed(
        self, since: datetime, cursor: str | None
    ) -> tuple[list[JsonRecord], str | None]:
        """Return one page of records, without those from sources left out."""
        found, next_cursor = changed_orders(self._client, since, cursor)
        left_out = self._client.account().sources_left_out
        return [one for one in found if source_of(one) not in left_out], next_cursor

    def by_number(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        """Return these orders, in their order; the unknown ones are rejected."""
        wanted = tuple(dict.fromkeys(order_ids))
        found = self._found([one for one in wanted if is_number(one)])
        left_out = self._client.account().sources_left_out
        known = [found[one] for one in wanted if one in found]
        items, refused = _mapped(
            [order for order in known if source_of(order) not in left_out]
        )
        refused += [not_found(one, "Haravan") for one in wanted if one not in found]
        return Page(items=tuple(items), rejected=tuple(refused))

    def one(self, order_id: str) -> JsonRecord | None:
        """Return an order, or ``None`` if there is none."""
        if not is_number(order_id):
            return None
        try:
            return self._client.one(f"{ORDERS}/{order_id}", "order")
        except Refused as refusal:
            if refusal.is_unknown_record:
                return None
            raise

    def _found(self, order_ids: Sequence[str]) -> dict[str, JsonRecord]:
        """Return orders by number; what a list leaves out is asked for alone."""
        found: dict[str, JsonRecord] = {}
        for batch in batches(order_ids, LARGEST_PAGE):
            query: Query = {
                "ids": ",".join(batch),
                "status": "any",
                "limit": LARGEST_PAGE,
            }
            for order in self._client.many(ORDERS, ORDERS, query):
                found[told(order.get("id"))] = order
        for order_id in order_ids:
            if order_id not in found and (alone := self.one(order_id)) is not None:
                found[order_id] = alone
        return found


def source_of(order: JsonRecord) -> str:
    """Return where an order came from: the web, a till, a marketplace."""
    return told(order.get("source_name") or order.get("source")).lower()


def _mapped(
    orders: Sequence[JsonRecord],
) -> tuple[list[ChannelOrder], list[Rejected]]:
    items: list[ChannelOrder] = []
    refused: list[Rejected] = []
    for order in orders:
        try:
            items.append(order_of(look(order)))
        except (Malformed, UnmappedStatus) as problem:
            refused.append(rejected(told(order.get("id")), problem))
    return items, refused
