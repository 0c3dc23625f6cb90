"""Reads returns, which WooCommerce core knows only as refunds of what had left.

A refund that a person made after the goods had gone names units, or the whole order:
those are expected back.  One that is only an amount is a gesture, and the buyer keeps
the goods.  Refunds that Truestock started answer a cancel or a return it knows already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from connector.errors import UnmappedStatus
from connector.parsing import JsonRecord, Malformed, identifier, quantity, records, told
from connector.rejections import not_found, rejected
from connector.values import (
    ChannelReturn,
    ChannelReturnLine,
    Page,
    Rejected,
    ReturnPhase,
)
from connector.woocommerce.changes import changed_orders
from connector.woocommerce.client import Client
from connector.woocommerce.evidence import OrderFacts, fate_outside
from connector.woocommerce.fields import is_number, listing_of
from connector.woocommerce.orders import Looked, OrderReader
from connector.woocommerce.refunds import (
    Repaid,
    refund_of,
    was_before_leaving,
)

_BETWEEN = ":"
RAW_STATUS = "refund"


class ReturnReader:
    """Reads returns by time of their order's change, or by their names."""

    def __init__(self, client: Client, orders: OrderReader) -> None:
        self._client = client
        self._orders = orders

    def changed_since(self, since: datetime, cursor: str | None) -> Page[ChannelReturn]:
        """Return the returns of one page of changed orders."""
        found, next_cursor = changed_orders(self._client, since, cursor)
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for order in found:
            if not order.get("refunds"):
                continue
            try:
                items += returns_of(self._orders.look(order))
            except (Malformed, UnmappedStatus) as problem:
                refused += [rejected(name, problem) for name in _names(order)]
        return Page(
            items=tuple(sorted(items, key=lambda one: one.updated_at)),
            rejected=tuple(refused),
            next_cursor=next_cursor,
        )

    def by_name(self, return_ids: Sequence[str]) -> Page[ChannelReturn]:
        """Return these returns; the unknown ones are rejected."""
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for return_id in dict.fromkeys(return_ids):
            try:
                found = self._one(return_id)
            except (Malformed, UnmappedStatus) as problem:
                refused.append(rejected(return_id, problem))
                continue
            if found is None:
                refused.append(not_found(return_id, "WooCommerce"))
            else:
                items.append(found)
        return Page(items=tuple(items), rejected=tuple(refused))

    def _one(self, return_id: str) -> ChannelReturn | None:
        order_id = return_id.partition(_BETWEEN)[0]
        order = self._orders.one(order_id) if is_number(order_id) else None
        if order is None:
            return None
        looked = self._orders.look(order)
        for refund in looked.repaid:
            if _name(order_id, refund.refund_id) == return_id:
                return _return(looked, refund) or _gesture(looked, refund)
        return None


def returns_of(looked: Looked) -> list[ChannelReturn]:
    """Return what should come back of an order because somebody refunded it."""
    found = (_return(looked, refund) for refund in looked.repaid)
    return [one for one in found if one is not None]


def _return(looked: Looked, refund: Repaid) -> ChannelReturn | None:
    if refund.is_ours or not _has_left(looked.facts):
        return None
    if was_before_leaving(refund, looked.facts):
        return None
    lines = _lines(looked, refund)
    if not lines:
        return None
    # Nothing tells of its way: the warehouse's receipt is the next word.
    return replace(
        _gesture(looked, refund),
        phase=ReturnPhase.APPROVED,
        goods_come_back=True,
        lines=lines,
    )


def _gesture(looked: Looked, refund: Repaid) -> ChannelReturn:
    """Return a refund for which no goods come back."""
    order_id = identifier(looked.order.get("id"), "id")
    currency = identifier(looked.order.get("currency"), "currency")
    return ChannelReturn(
        return_id=_name(order_id, refund.refund_id),
        order_id=order_id,
        updated_at=refund.created_at,
        phase=ReturnPhase.CLOSED,
        raw_status=RAW_STATUS,
        goods_come_back=False,
        lines=(),
        refund=refund_of(refund, currency),
        reason=refund.reason,
    )


def _name(order_id: str, refund_id: str) -> str:
    return f"{order_id}{_BETWEEN}{refund_id}"


def _names(order: JsonRecord) -> list[str]:
    """Return the names of all refunds of an order that could not be mapped."""
    order_id = told(order.get("id"))
    refunds = order.get("refunds")
    named = refunds if isinstance(refunds, list) else []
    return [
        _name(order_id, told(refund.get("id")))
        for refund in named
        if isinstance(refund, dict)
    ]


def _lines(looked: Looked, refund: Repaid) -> tuple[ChannelReturnLine, ...]:
    units = dict(refund.units) or _whole_order(looked)
    entries = records(looked.order.get("line_items"), "line_items")
    lines = []
    for entry in entries:
        line_id = identifier(entry.get("id"), "line id")
        count = units.get(line_id, 0)
        if count:
            lines.append(
                ChannelReturnLine(
                    listing=listing_of(entry),
                    quantity=count,
                    line_id=line_id,
                    sku=told(entry.get("sku")),
                )
            )
    return tuple(lines)


def _whole_order(looked: Looked) -> dict[str, int]:
    """Return all units where the only refund took the whole order back."""
    if looked.facts.status != "refunded" or len(looked.repaid) > 1:
        return {}
    return {
        identifier(entry.get("id"), "line id"): quantity(
            entry.get("quantity"), "quantity"
        )
        for entry in records(looked.order.get("line_items"), "line_items")
    }


def _has_left(facts: OrderFacts) -> bool:
    sent = any(shipment.fate.has_left for shipment in facts.shipments)
    return sent or facts.completed_at is not None or fate_outside(facts).has_left
