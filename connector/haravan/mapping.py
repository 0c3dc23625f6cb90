"""Turns Haravan's order JSON into our values; pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connector.haravan.evidence import OrderFacts, order_facts
from connector.haravan.fields import count, listing_of, when
from connector.haravan.portions import portions_of, units_unsent
from connector.haravan.refunds import (
    Repaid,
    UnitsBack,
    all_repaid,
    refund_of,
    units_back,
)
from connector.parsing import JsonRecord, Malformed, amount, identifier, records, told
from connector.values import ChannelOrder, ChannelOrderLine, Parcel, ParcelDirection


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """An order with what follows from its evidence."""

    order: JsonRecord
    facts: OrderFacts
    repaid: tuple[Repaid, ...]
    back: UnitsBack


def look(order: JsonRecord) -> Looked:
    """Return an order with its evidence.

    Raises ``Malformed`` or ``UnmappedStatus``.
    """
    facts = order_facts(order)
    repaid = all_repaid(order)
    back = units_back(repaid, facts, _withdrawable(order, facts))
    return Looked(order=order, facts=facts, repaid=repaid, back=back)


def order_of(looked: Looked) -> ChannelOrder:
    """Return the order; raises ``Malformed``."""
    order = looked.order
    currency = identifier(order.get("currency"), "currency")
    return ChannelOrder(
        order_id=identifier(order.get("id"), "id"),
        ordered_at=when(order.get("created_at"), "created_at"),
        updated_at=when(order.get("updated_at"), "updated_at"),
        raw_status=_raw_status(order),
        currency=currency,
        total=amount(order.get("total_price"), "total_price"),
        lines=_lines(looked),
        parcels=parcels_of(looked.facts),
        # A refund that only moves stock, or ends an unpaid order, has no money.
        refunds=tuple(
            refund_of(one, currency) for one in looked.repaid if one.amount > 0
        ),
        cancel_reason=told(order.get("cancel_reason")),
    )


def parcels_of(facts: OrderFacts) -> tuple[Parcel, ...]:
    """Return the parcels; one that turns back does so under its forward number."""
    found = (
        Parcel(
            tracking_number=shipment.number,
            direction=ParcelDirection.FORWARD,
            carrier=shipment.carrier,
        )
        for shipment in facts.shipments
        if shipment.number
    )
    return tuple(dict.fromkeys(found))


def _lines(looked: Looked) -> tuple[ChannelOrderLine, ...]:
    entries = records(looked.order.get("line_items"), "line_items")
    lines = tuple(_line(entry, looked) for entry in entries if entry.get("quantity"))
    if not lines:
        raise Malformed("the order names no items", "no_lines")
    return lines


def _line(entry: JsonRecord, looked: Looked) -> ChannelOrderLine:
    line_id = identifier(entry.get("id"), "line id")
    bought = count(entry.get("quantity"), "quantity")
    kept = looked.back.kept.get(line_id, 0)
    return ChannelOrderLine(
        line_id=line_id,
        listing=listing_of(entry),
        sku=told(entry.get("sku")),
        title=told(entry.get("name")) or told(entry.get("title")),
        quantity=bought,
        unit_price=_unit_price(entry),
        portions=portions_of(line_id, bought, looked.facts, kept),
    )


def _unit_price(entry: JsonRecord) -> Decimal:
    return amount(entry.get("price", 0), "price")


def _withdrawable(order: JsonRecord, facts: OrderFacts) -> dict[str, int]:
    """Return the unsent units per line that the order no longer wants to send."""
    if facts.cancelled:
        return {}
    found = {}
    for entry in records(order.get("line_items"), "line_items"):
        if entry.get("fulfillable_quantity") is None or not entry.get("quantity"):
            continue
        line_id = identifier(entry.get("id"), "line id")
        bought = count(entry.get("quantity"), "quantity")
        wanted = count(entry.get("fulfillable_quantity"), "fulfillable_quantity")
        found[line_id] = max(units_unsent(line_id, bought, facts) - wanted, 0)
    return found


def _raw_status(order: JsonRecord) -> str:
    """Return the words of Haravan that tell where an order stands, for people."""
    words = [
        told(order.get("cancelled_status")),
        told(order.get("financial_status")),
        told(order.get("fulfillment_status")) or "notfulfilled",
    ]
    words += [
        told(entry.get("carrier_status_code"))
        for entry in records(order.get("fulfillments"), "fulfillments")
    ]
    return ", ".join(dict.fromkeys(one for one in words if one))
