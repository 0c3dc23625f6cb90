"""Reads orders together with the evidence of where their goods are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.batches import batches
from connector.errors import UnexpectedAnswer, UnmappedStatus
from connector.parsing import JsonRecord, Malformed, identifier, record, records, told
from connector.rejections import not_found, rejected
from connector.values import ChannelOrder, Page, Rejected
from connector.woocommerce.changes import ORDERS, changed_orders
from connector.woocommerce.client import LARGEST_PAGE, Client
from connector.woocommerce.evidence import (
    NOT_PLACED,
    OrderFacts,
    check_known,
    statuses_with,
)
from connector.woocommerce.fields import is_number, meta_of
from connector.woocommerce.mapping import order_facts, order_of, status_of
from connector.woocommerce.refunds import Repaid, repaid_from
from connector.woocommerce.refusals import Refused
from connector.woocommerce.shipments import FULFILMENT_STATUS, shipments_of

_NO_RECORDS: tuple[JsonRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An order with all that the site tells about it."""

    order: JsonRecord
    facts: OrderFacts
    repaid: tuple[Repaid, ...]


class OrderReader:
    """Reads orders by time of change, or by their numbers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._has_fulfilments = True

    def changed_since(self, since: datetime, cursor: str | None) -> Page[ChannelOrder]:
        """Return one page of orders, the oldest change first."""
        found, next_cursor = changed_orders(self._client, since, cursor)
        placed = [order for order in found if not _is_draft(order)]
        items, refused = self._mapped(placed)
        return Page(
            items=tuple(sorted(items, key=lambda order: order.updated_at)),
            rejected=tuple(refused),
            next_cursor=next_cursor,
        )

    def by_number(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        """Return these orders, in their order; the unknown ones are rejected.

        A basket that was not ordered is no order yet, and is left out.
        """
        wanted = tuple(dict.fromkeys(order_ids))
        found = self._found([one for one in wanted if is_number(one)])
        known = [found[one] for one in wanted if one in found]
        known = [order for order in known if not _is_draft(order)]
        items, refused = self._mapped(known)
        refused += [not_found(one, "WooCommerce") for one in wanted if one not in found]
        return Page(items=tuple(items), rejected=tuple(refused))

    def look(self, order: JsonRecord) -> Looked:
        """Return an order with its evidence.

        Raises ``Malformed`` or ``UnmappedStatus``.
        """
        facts = self.facts(order)
        return Looked(order=order, facts=facts, repaid=self.repaid(order))

    def facts(self, order: JsonRecord) -> OrderFacts:
        """Return what an order and its shipments say about its goods.

        Raises ``Malformed`` or ``UnmappedStatus``.
        """
        account = self._client.account()
        check_known(status_of(order), statuses_with(account.order_statuses))
        fulfilments, withheld = self._fulfilments(order)
        shipments = shipments_of(order, fulfilments, account.tracking_meta)
        return order_facts(order, shipments, account, records_withheld=withheld)

    def repaid(self, order: JsonRecord) -> tuple[Repaid, ...]:
        """Return the refunds of an order, which tells only that there are some."""
        if not records(order.get("refunds"), "refunds"):
            return ()
        return self.refunds_of(identifier(order.get("id"), "id"))

    def refunds_of(self, order_id: str) -> tuple[Repaid, ...]:
        """Return the refunds that the site keeps for an order."""
        path = f"{ORDERS}/{order_id}/refunds"
        return tuple(repaid_from(refund) for refund in self._client.every(path))

    def one(self, order_id: str) -> JsonRecord | None:
        """Return an order, also one in the bin, or ``None`` if there is none."""
        try:
            answer = self._client.read(f"{ORDERS}/{order_id}")
        except Refused as refusal:
            if refusal.is_unknown_id:
                return None
            raise
        try:
            return record(answer.body, "order")
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(detail)

    def _mapped(
        self, orders: Sequence[JsonRecord]
    ) -> tuple[list[ChannelOrder], list[Rejected]]:
        items: list[ChannelOrder] = []
        refused: list[Rejected] = []
        for order in orders:
            try:
                looked = self.look(order)
                items.append(order_of(order, looked.facts, looked.repaid))
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(told(order.get("id")), problem))
        return items, refused

    def _found(self, order_ids: Sequence[str]) -> dict[str, JsonRecord]:
        """Return orders by number; what a list leaves out is asked for alone.

        Orders in the bin are in no list, and their goods still count.
        """
        found: dict[str, JsonRecord] = {}
        for batch in batches(order_ids, LARGEST_PAGE):
            query = {"status": "any", "include": ",".join(batch)}
            listed = self._client.page(ORDERS, query, 1)
            found.update({told(order.get("id")): order for order in listed.records})
        for order_id in order_ids:
            if order_id not in found and (order := self.one(order_id)) is not None:
                found[order_id] = order
        return {one: found[one] for one in order_ids if one in found}

    def _fulfilments(self, order: JsonRecord) -> tuple[Sequence[JsonRecord], bool]:
        """Return an order's fulfilment records, and whether they are withheld."""
        announced = bool(told(meta_of(order).get(FULFILMENT_STATUS)))
        if not announced and not (self._has_fulfilments and _may_matter(order)):
            return _NO_RECORDS, False
        path = f"{ORDERS}/{identifier(order.get('id'), 'id')}/fulfillments"
        try:
            body = self._client.read(path).body
        except Refused as refusal:
            if refusal.is_unknown_route:
                # The feature is off; asked again once an order has such a record.
                self._has_fulfilments = False
                return _NO_RECORDS, announced
            return _NO_RECORDS, True
        inner = body.get("fulfillments") if isinstance(body, dict) else body
        return records(inner, "fulfillments"), False


def _is_draft(order: JsonRecord) -> bool:
    return told(order.get("status")) in NOT_PLACED


def _may_matter(order: JsonRecord) -> bool:
    """Whether a record could say more: a completed order has left in any case."""
    try:
        return status_of(order) not in ("pending", "completed", "delivered")
    except Malformed:
        return False
