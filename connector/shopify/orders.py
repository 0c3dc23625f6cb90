"""Reads Shopify orders together with the evidence of where their goods are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connector.errors import UnexpectedAnswer, UnmappedStatus
from connector.parsing import JsonRecord, Malformed, records
from connector.rejections import not_found, rejected
from connector.shopify import order_documents as documents
from connector.shopify.changes import Position, changed_orders
from connector.shopify.client import Client
from connector.shopify.fields import gid, is_number, number_of
from connector.shopify.mapping import order_of
from connector.shopify.nodes import NodeReader, whole_connection
from connector.values import ChannelOrder, Page, Rejected

PAGE_SIZE = 20
BATCH_SIZE = 10
_PARTS_BATCH = 10


class OrderReader:
    """Reads orders by time of change, or by their numbers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._orders = NodeReader(client, documents.ORDERS, BATCH_SIZE)
        self._fulfilments = NodeReader(client, documents.FULFILMENTS, _PARTS_BATCH)
        self._refunds = NodeReader(client, documents.REFUNDS, _PARTS_BATCH)

    def changed_since(self, since: datetime, cursor: str | None) -> Page[ChannelOrder]:
        """Return a page of orders, the oldest change first."""
        position = Position.of(cursor, since)
        found, following = changed_orders(
            self._client, documents.CHANGED, position, PAGE_SIZE
        )
        page = self.by_number([_number(order) for order in found])
        return Page(
            items=tuple(sorted(page.items, key=lambda order: order.updated_at)),
            rejected=page.rejected,
            next_cursor=following,
        )

    def by_number(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        """Return these orders, in their order; the unknown ones are rejected."""
        wanted = tuple(dict.fromkeys(order_ids))
        gids = [gid("Order", one) for one in wanted if is_number(one)]
        orders = self._orders.read(gids)
        items: list[ChannelOrder] = []
        refused: list[Rejected] = []
        for order_id in wanted:
            order = orders.get(gid("Order", order_id))
            if order is None:
                refused.append(not_found(order_id, "Shopify"))
                continue
            try:
                items.append(order_of(self._whole(order)))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(order_id, problem))
        return Page(items=tuple(items), rejected=tuple(refused))

    def _whole(self, order: JsonRecord) -> JsonRecord:
        """Return the order with what did not fit into the first answer."""
        order = whole_connection(
            self._client, order, "Order", "lineItems", documents.LINE_FIELDS
        )
        fulfilments = records(order.get("fulfillments"), "fulfillments")
        refunds = records(order.get("refunds"), "refunds")
        if (
            len(fulfilments) >= documents.LISTED_FULFILMENTS
            or len(refunds) >= documents.LISTED_REFUNDS
        ):
            fulfilments, refunds = self._parts(order)
        return {
            **order,
            "fulfillments": [self._whole_fulfilment(one) for one in fulfilments],
            "refunds": [self._whole_refund(one) for one in refunds],
        }

    def _parts(self, order: JsonRecord) -> tuple[list[JsonRecord], list[JsonRecord]]:
        data = self._client.read(documents.PARTS, {"id": order.get("id")})
        parts = data.get("order")
        if not isinstance(parts, dict):
            raise UnexpectedAnswer("an order is gone while it is read")
        fulfilments = _ids(parts.get("fulfillments"))
        refunds = _ids(parts.get("refunds"))
        return (
            list(self._fulfilments.read(fulfilments).values()),
            list(self._refunds.read(refunds).values()),
        )

    def _whole_fulfilment(self, fulfilment: JsonRecord) -> JsonRecord:
        return whole_connection(
            self._client,
            fulfilment,
            "Fulfillment",
            "fulfillmentLineItems",
            documents.SHIPPED_FIELDS,
        )

    def _whole_refund(self, refund: JsonRecord) -> JsonRecord:
        return whole_connection(
            self._client,
            refund,
            "Refund",
            "refundLineItems",
            documents.REFUNDED_FIELDS,
        )


def _number(order: JsonRecord) -> str:
    try:
        return number_of(order.get("id"), "order id")
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def _ids(parts: object) -> list[str]:
    return [str(one.get("id")) for one in records(parts, "parts")]
