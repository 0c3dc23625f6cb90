"""Turns Shopify's order JSON into our values; pure functions.

Field names and meanings are those of ``Order`` in the GraphQL Admin API.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

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
from connector.shopify.evidence import Fulfilment, check_known
from connector.shopify.fields import money, nodes, number_of, told_at
from connector.shopify.money_back import is_ours, refund_of
from connector.shopify.portions import LineFacts, OrderFacts, Refunded, portions_of
from connector.values import (
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    ListingRef,
    Parcel,
    ParcelDirection,
)

_RESTOCK_TYPES = {
    "CANCEL": "unshipped",
    "RETURN": "shipped",
    "LEGACY_RESTOCK": "either",
    "NO_RESTOCK": "kept_out",
}
CUSTOM_ITEM = "custom"
"""Stands for the product of a line that has none; never a listing's id."""


def order_of(order: JsonRecord) -> ChannelOrder:
    """Return the order; raises ``Malformed`` or ``UnmappedStatus``."""
    facts = _facts(order)
    refunded = _refunded(order)
    lines = tuple(
        _line(line, facts, refunded)
        for line in nodes(order.get("lineItems"), "lineItems")
        if _is_goods(line)
    )
    if not lines:
        raise Malformed("the order names no items", "no_lines")
    return ChannelOrder(
        order_id=number_of(order.get("id"), "order id"),
        ordered_at=told_at(order.get("createdAt"), "createdAt"),
        updated_at=told_at(order.get("updatedAt"), "updatedAt"),
        raw_status=_raw_status(order, facts),
        currency=identifier(order.get("presentmentCurrencyCode"), "currency"),
        total=money(order.get("totalPriceSet"), "totalPriceSet"),
        lines=lines,
        parcels=_parcels(facts.fulfilments),
        refunds=_refunds(order),
        cancel_reason=text(order.get("cancelReason"), "cancelReason").lower(),
    )


def listing_of(line: JsonRecord, line_id: str) -> ListingRef:
    """Return the listing of a line item; a deleted product leaves none."""
    product, variant = line.get("product"), line.get("variant")
    if not product:
        return ListingRef(item_id=CUSTOM_ITEM, variant_id=line_id)
    return ListingRef(
        item_id=number_of(record(product, "product").get("id"), "product id"),
        variant_id=number_of(record(variant, "variant").get("id"), "variant id")
        if variant
        else "",
    )


def _facts(order: JsonRecord) -> OrderFacts:
    status = identifier(order.get("displayFulfillmentStatus"), "fulfilment status")
    fulfilments = tuple(
        _fulfilment(entry)
        for entry in records(order.get("fulfillments"), "fulfilments")
    )
    check_known(status, fulfilments)
    return OrderFacts(
        status=status,
        cancelled=bool(order.get("cancelledAt")),
        fulfilments=fulfilments,
    )


def _fulfilment(entry: JsonRecord) -> Fulfilment:
    events = sorted(
        nodes(entry.get("events"), "events"),
        key=lambda event: told_at(event.get("happenedAt"), "happenedAt"),
    )
    tracking = records(entry.get("trackingInfo"), "trackingInfo")
    return Fulfilment(
        status=identifier(entry.get("status"), "fulfilment status"),
        display=text(entry.get("displayStatus"), "displayStatus"),
        in_transit=bool(entry.get("inTransitAt")),
        delivered=bool(entry.get("deliveredAt")),
        events=tuple(identifier(event.get("status"), "event") for event in events),
        units=_units(entry.get("fulfillmentLineItems"), "fulfillmentLineItems"),
        tracking=tuple(
            (text(one.get("number"), "number"), text(one.get("company"), "company"))
            for one in tracking
        ),
    )


def _units(connection: object, name: str) -> dict[str, int]:
    units: Counter[str] = Counter()
    for entry in nodes(connection, name):
        line = record(entry.get("lineItem"), "lineItem")
        line_id = number_of(line.get("id"), "line id")
        units[line_id] += quantity(entry.get("quantity") or 0, "quantity")
    return dict(units)


def _refunded(order: JsonRecord) -> dict[str, Refunded]:
    """Return how the refunds of others treated each line's stock."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for refund in records(order.get("refunds"), "refunds"):
        if is_ours(refund) or refund.get("return"):
            continue
        for entry in nodes(refund.get("refundLineItems"), "refundLineItems"):
            kind = identifier(entry.get("restockType"), "restockType")
            if kind not in _RESTOCK_TYPES:
                raise UnmappedStatus(kind)
            line = record(entry.get("lineItem"), "lineItem")
            line_id = number_of(line.get("id"), "line id")
            units = quantity(entry.get("quantity"), "refunded quantity")
            counts[line_id][_RESTOCK_TYPES[kind]] += units
    return {line_id: Refunded(**kinds) for line_id, kinds in counts.items()}


def _is_goods(line: JsonRecord) -> bool:
    """Whether a line can be about stock: a tip is not."""
    return bool(line.get("variant")) or line.get("requiresShipping") is not False


def _line(
    line: JsonRecord, order: OrderFacts, refunded: dict[str, Refunded]
) -> ChannelOrderLine:
    line_id = number_of(line.get("id"), "line id")
    bought = quantity(line.get("quantity"), "quantity")
    facts = LineFacts(
        line_id=line_id,
        quantity=bought,
        remaining=quantity(line.get("currentQuantity"), "currentQuantity"),
        unfulfilled=quantity(line.get("unfulfilledQuantity"), "unfulfilledQuantity"),
        refunded=refunded.get(line_id, Refunded()),
    )
    return ChannelOrderLine(
        line_id=line_id,
        listing=listing_of(line, line_id),
        sku=text(line.get("sku"), "sku"),
        title=text(line.get("name"), "name"),
        quantity=bought,
        unit_price=_unit_price(line),
        portions=portions_of(facts, order),
    )


def _unit_price(line: JsonRecord) -> Decimal:
    return money(line.get("discountedUnitPriceSet"), "discountedUnitPriceSet")


def _raw_status(order: JsonRecord, facts: OrderFacts) -> str:
    words = (
        "CANCELLED" if facts.cancelled else "",
        facts.status,
        text(order.get("displayFinancialStatus"), "displayFinancialStatus"),
    )
    return " ".join(word for word in words if word)


def _parcels(fulfilments: Sequence[Fulfilment]) -> tuple[Parcel, ...]:
    """Return the parcels; a withdrawn fulfilment's may still come back."""
    found = [
        Parcel(
            tracking_number=number, direction=ParcelDirection.FORWARD, carrier=carrier
        )
        for fulfilment in fulfilments
        for number, carrier in fulfilment.tracking
        if number
    ]
    return tuple(dict.fromkeys(found))


def _refunds(order: JsonRecord) -> tuple[ChannelRefund, ...]:
    currency = identifier(order.get("presentmentCurrencyCode"), "currency")
    found = (
        refund_of(entry, currency) for entry in records(order.get("refunds"), "refunds")
    )
    return tuple(refund for refund in found if refund is not None)
