"""Reads returns, which Haravan knows only as refunds of what had left.

A refund that a person made after the goods had gone names units, or the whole order:
those are expected back.  One that is only a part of the money is a gesture, and the
buyer keeps the goods.  Refunds that Truestock started answer something it knows, and
those of a cancel are told with the order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.errors import UnmappedStatus
from connector.haravan.client import Client
from connector.haravan.fields import count, listing_of, when, word
from connector.haravan.mapping import Looked, look, parcels_of
from connector.haravan.orders import OrderReader
from connector.haravan.refunds import Repaid, belongs_to_cancel, refund_of
from connector.parsing import JsonRecord, Malformed, identifier, records, told
from connector.rejections import not_found, rejected
from connector.values import (
    ChannelReturn,
    ChannelReturnLine,
    Ending,
    Page,
    Parcel,
    Rejected,
    ReturnPhase,
)

_BETWEEN = ":"
_TURNED_BACK = frozenset({"waitingforreturn", "return"})


class ReturnReader:
    """Reads returns by time of their order's change, or by their names."""

    def __init__(self, client: Client, orders: OrderReader) -> None:
        self._client = client
        self._orders = orders

    def changed_since(self, since: datetime, cursor: str | None) -> Page[ChannelReturn]:
        """Return the returns of one page of changed orders."""
        found, next_cursor = self._orders.changed(since, cursor)
        items: list[ChannelReturn] = []
        refused: list[Rejected] = []
        for order in found:
            if not order.get("refunds"):
                continue
            try:
                items += returns_of(look(order))
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
                refused.append(not_found(return_id, "Haravan"))
            else:
                items.append(found)
        return Page(items=tuple(items), rejected=tuple(refused))

    def _one(self, return_id: str) -> ChannelReturn | None:
        order_id, _, refund_id = return_id.partition(_BETWEEN)
        order = self._orders.one(order_id)
        if order is None:
            return None
        looked = look(order)
        for refund in looked.repaid:
            if refund.refund_id == refund_id:
                return _told(looked, refund, _units(looked, refund))
        return None


def returns_of(looked: Looked) -> list[ChannelReturn]:
    """Return what should come back of an order because somebody refunded it."""
    found = ((refund, _units(looked, refund)) for refund in looked.repaid)
    return [_told(looked, refund, units) for refund, units in found if units]


def _units(looked: Looked, refund: Repaid) -> Mapping[str, int]:
    """Return the units per line that come back because of a refund."""
    if refund.is_ours or belongs_to_cancel(refund, looked.facts):
        return {}
    if refund.units:
        return looked.back.returned.get(refund.refund_id, {})
    return _whole_order(looked)


def _whole_order(looked: Looked) -> dict[str, int]:
    """Return what left of an order that its only refund paid back in full.

    Returns on marketplaces that Haravan keeps in step come as money alone.
    """
    if len(looked.repaid) > 1 or word(looked.order.get("financial_status")) != (
        "refunded"
    ):
        return {}
    left: dict[str, int] = {}
    for shipment in looked.facts.shipments:
        if shipment.fate.has_left and not shipment.is_withdrawn:
            for line_id, named in shipment.units.items():
                left[line_id] = left.get(line_id, 0) + named
    return left


def _told(looked: Looked, refund: Repaid, units: Mapping[str, int]) -> ChannelReturn:
    """Return a refund as a return; without ``units`` no goods come back."""
    order = looked.order
    order_id = identifier(order.get("id"), "id")
    currency = identifier(order.get("currency"), "currency")
    money = refund_of(refund, currency)
    phase, parcels = _way_back(looked, units) if units else (ReturnPhase.CLOSED, ())
    return ChannelReturn(
        return_id=f"{order_id}{_BETWEEN}{refund.refund_id}",
        order_id=order_id,
        updated_at=when(order.get("updated_at"), "updated_at"),
        phase=phase,
        raw_status="refund, restocked" if refund.restocked else "refund",
        goods_come_back=bool(units),
        lines=_lines(order, units),
        parcels=parcels,
        refund=money if refund.amount else None,
        reason=money.reason,
    )


def _way_back(
    looked: Looked, units: Mapping[str, int]
) -> tuple[ReturnPhase, tuple[Parcel, ...]]:
    """Return how far the goods are; only a carrier's status tells of a way back."""
    turned = [
        shipment
        for shipment in looked.facts.shipments
        if shipment.fate.ending is Ending.DELIVERY_FAILED
        and shipment.code in _TURNED_BACK
        and set(units) & set(shipment.units)
    ]
    if not turned:
        return ReturnPhase.APPROVED, ()
    numbers = {shipment.number for shipment in turned}
    parcels = parcels_of(looked.facts)
    back = tuple(one for one in parcels if one.tracking_number in numbers)
    return ReturnPhase.SHIPPED_BACK, back


def _lines(
    order: JsonRecord, units: Mapping[str, int]
) -> tuple[ChannelReturnLine, ...]:
    lines = []
    for entry in records(order.get("line_items"), "line_items"):
        line_id = identifier(entry.get("id"), "line id")
        bought = count(entry.get("quantity"), "quantity")
        named = min(units.get(line_id, 0), bought)
        if named:
            lines.append(
                ChannelReturnLine(
                    listing=listing_of(entry),
                    quantity=named,
                    line_id=line_id,
                    sku=told(entry.get("sku")),
                )
            )
    return tuple(lines)


def _names(order: JsonRecord) -> list[str]:
    """Return the names of all refunds of an order that could not be mapped."""
    order_id = told(order.get("id"))
    refunds = order.get("refunds")
    named = refunds if isinstance(refunds, list) else []
    return [
        f"{order_id}{_BETWEEN}{told(refund.get('id'))}"
        for refund in named
        if isinstance(refund, dict)
    ]
