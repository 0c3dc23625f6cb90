"""Turns Shopify's returns into our values; pure functions.

Field names and meanings are those of ``Return`` in the GraphQL Admin API.
"""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import UnmappedStatus
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    record,
    records,
    text,
)
from connector.shopify.fields import nodes, number_of, told_at
from connector.shopify.mapping import listing_of
from connector.shopify.money_back import refund_of
from connector.values import (
    ChannelRefund,
    ChannelReturn,
    ChannelReturnLine,
    Parcel,
    ParcelDirection,
    ReturnPhase,
)

RETURN_STATUSES: Mapping[str, ReturnPhase] = {
    "REQUESTED": ReturnPhase.REQUESTED,
    "OPEN": ReturnPhase.APPROVED,
    "CLOSED": ReturnPhase.CLOSED,
    "DECLINED": ReturnPhase.WITHDRAWN,
    "CANCELED": ReturnPhase.WITHDRAWN,
}

# What a person at the location did with a unit that lay before him.
_SEEN = frozenset({"RESTOCKED", "NOT_RESTOCKED", "PROCESSING_REQUIRED"})
_DISPOSITIONS = _SEEN | {"MISSING"}


def return_of(entry: JsonRecord) -> ChannelReturn:
    """Return the return; raises ``Malformed`` or ``UnmappedStatus``."""
    status = identifier(entry.get("status"), "return status")
    if status not in RETURN_STATUSES:
        raise UnmappedStatus(status)
    order = record(entry.get("order"), "order")
    reverse = nodes(entry.get("reverseFulfillmentOrders"), "reverseFulfillmentOrders")
    phase = _phase(RETURN_STATUSES[status], reverse)
    return ChannelReturn(
        return_id=number_of(entry.get("id"), "return id"),
        order_id=number_of(order.get("id"), "order id"),
        # A return has no time of change of its own.
        updated_at=told_at(order.get("updatedAt"), "updatedAt"),
        phase=phase,
        raw_status=status,
        goods_come_back=phase is not ReturnPhase.WITHDRAWN,
        lines=_lines(entry),
        parcels=_parcels(reverse),
        refund=_refund(entry, order),
        reason=_reason(entry),
    )


def _phase(told: ReturnPhase, reverse: list[JsonRecord]) -> ReturnPhase:
    if told is not ReturnPhase.APPROVED:
        return told
    if any(_was_seen(one) for one in reverse):
        return ReturnPhase.ARRIVED
    if any(nodes(one.get("reverseDeliveries"), "deliveries") for one in reverse):
        return ReturnPhase.SHIPPED_BACK
    return told


def _was_seen(reverse: JsonRecord) -> bool:
    """Whether the location has processed any of the goods."""
    words = [
        identifier(disposition.get("type"), "disposition")
        for line in nodes(reverse.get("lineItems"), "reverse lines")
        for disposition in records(line.get("dispositions"), "dispositions")
    ]
    unknown = set(words) - _DISPOSITIONS
    if unknown:
        raise UnmappedStatus(sorted(unknown)[0])
    return reverse.get("status") == "CLOSED" or bool(_SEEN.intersection(words))


def _lines(entry: JsonRecord) -> tuple[ChannelReturnLine, ...]:
    """Return the lines; one that names no shipped item tells nothing of goods."""
    lines = []
    for told in nodes(entry.get("returnLineItems"), "returnLineItems"):
        shipped = told.get("fulfillmentLineItem")
        units = quantity(told.get("quantity"), "returned quantity")
        if not shipped or not units:
            continue
        item = record(record(shipped, "shipped item").get("lineItem"), "lineItem")
        line_id = number_of(item.get("id"), "line id")
        lines.append(
            ChannelReturnLine(
                listing=listing_of(item, line_id),
                quantity=units,
                line_id=line_id,
                sku=text(item.get("sku"), "sku"),
            )
        )
    if not lines:
        raise Malformed("the return names no shipped items", "no_lines")
    return tuple(lines)


def _parcels(reverse: list[JsonRecord]) -> tuple[Parcel, ...]:
    found = []
    for one in reverse:
        for delivery in nodes(one.get("reverseDeliveries"), "reverseDeliveries"):
            deliverable = record(delivery.get("deliverable") or {}, "deliverable")
            tracking = record(deliverable.get("tracking") or {}, "tracking")
            number = text(tracking.get("number"), "number")
            if number:
                found.append(
                    Parcel(
                        tracking_number=number,
                        direction=ParcelDirection.RETURN,
                        carrier=text(tracking.get("carrierName"), "carrierName"),
                    )
                )
    return tuple(dict.fromkeys(found))


def _refund(entry: JsonRecord, order: JsonRecord) -> ChannelRefund | None:
    """Return the newest refund; the order tells of all of them."""
    currency = identifier(order.get("presentmentCurrencyCode"), "currency")
    found = [refund_of(one, currency) for one in nodes(entry.get("refunds"), "refunds")]
    paid = [refund for refund in found if refund is not None]
    return max(paid, key=lambda refund: int(refund.refund_id)) if paid else None


def _reason(entry: JsonRecord) -> str:
    """Return what the buyer wrote, or why the seller declined."""
    notes = []
    for told in nodes(entry.get("returnLineItems"), "returnLineItems"):
        notes.append(text(told.get("customerNote"), "customerNote"))
        notes.append(text(told.get("returnReasonNote"), "returnReasonNote"))
    decline = record(entry.get("decline") or {}, "decline")
    notes.append(text(decline.get("note"), "decline note"))
    return "; ".join(dict.fromkeys(note for note in notes if note))[:300]
