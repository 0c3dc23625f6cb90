"""Turns Tiki's order JSON into our values; pure functions.

Field names and meanings are those of the Open API's pages on orders and order items,
version 2.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    identifier,
    quantity,
    record,
    records,
    text,
    told,
)
from connector.tiki.evidence import (
    DECLINED,
    INSTOCK,
    LineFacts,
    OrderFacts,
    check_known,
    fate_of,
    plain,
)
from connector.tiki.fields import optional_when, when
from connector.values import (
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    ListingRef,
    Parcel,
    ParcelDirection,
    Portion,
    RefundState,
)

CURRENCY = "VND"

_FORWARD = (
    ("tracking_code", "partner_name"),
    ("pickup_shipping_code", "pickup_partner_code"),
    ("delivery_shipping_code", "delivery_partner_code"),
)
# Words of the carrier that it says only of a parcel that it has had.
_HAS_HAD_IT = frozenset(
    {
        "picked",
        "storing",
        "delivering",
        "delivery_failed",
        "successful_delivery",
        "delivered",
    }
)


def order_of(order: JsonRecord) -> ChannelOrder:
    """Return the order; raises ``Malformed`` or ``UnmappedStatus``.

    Lines from Tiki's own stock are left out of an order that has others too.
    """
    facts = order_facts(order)
    items = records(order.get("items"), "items")
    ours = [item for item in items if not _is_instock(item)]
    lines = tuple(_line(item, order, facts) for item in ours or items)
    if not lines:
        raise Malformed("the order names no items", "no_lines")
    invoice = record(order.get("invoice") or {}, "invoice")
    total = amount(invoice.get("grand_total") or 0, "grand_total")
    return ChannelOrder(
        order_id=identifier(order.get("code"), "code"),
        ordered_at=when(order.get("created_at"), "created_at"),
        updated_at=changed_at(order),
        raw_status=text(order.get("status"), "status"),
        currency=CURRENCY,
        total=total,
        lines=lines,
        parcels=parcels_of(order, facts),
        refunds=_refunds(order, facts, total),
        cancel_reason=_cancel_reason(order) if facts.cancelled else "",
        fulfilled_by_channel=not ours,
    )


def order_facts(order: JsonRecord) -> OrderFacts:
    """Return what the order as a whole says; checks that its status is known."""
    status = identifier(order.get("status"), "status")
    check_known(status)
    shipping = _shipping(order)
    items = records(order.get("items"), "items")
    return OrderFacts(
        status=plain(status),
        history=_history(order),
        fulfillment_type=told(order.get("fulfillment_type")),
        picked_up_claim=(
            order.get("dropship_already") is True
            or not _HAS_HAD_IT.isdisjoint(_detail_words(shipping))
        ),
        way_back=bool(told(shipping.get("return_shipping_code"))),
        carrier=_detail_words(shipping) | {told(shipping.get("status")).lower()},
        every_line_declined=all(_confirmation(item) == DECLINED for item in items),
    )


def updated_at(order: JsonRecord) -> datetime:
    """Return when an order changed last, as its own field says."""
    return when(order.get("updated_at") or order.get("created_at"), "updated_at")


def changed_at(order: JsonRecord) -> datetime:
    """Return when an order changed last, by whichever of its times is the latest."""
    moments = [updated_at(order)]
    for entry in records(order.get("status_histories"), "status_histories"):
        moment = optional_when(entry.get("created_at"), "status_histories.created_at")
        if moment is not None:
            moments.append(moment)
    return max(moments)


def has_history(order: JsonRecord) -> bool:
    """Whether an answer brought the statuses that an order had."""
    return isinstance(order.get("status_histories"), list)


def parcels_of(order: JsonRecord, facts: OrderFacts) -> tuple[Parcel, ...]:
    """Return the numbers under which goods travel, there and back."""
    shipping = _shipping(order)
    found: dict[str, Parcel] = {}
    for number_field, carrier_field in _FORWARD:
        number = text(shipping.get(number_field), number_field)
        if number and number not in found:
            found[number] = Parcel(
                tracking_number=number,
                direction=ParcelDirection.FORWARD,
                carrier=told(shipping.get(carrier_field)),
            )
    number = text(shipping.get("return_shipping_code"), "return_shipping_code")
    if number and number not in found:
        back = ParcelDirection.RETURN_TO_SENDER
        found[number] = Parcel(
            tracking_number=number,
            direction=ParcelDirection.RETURN if facts.was_delivered else back,
            carrier=told(shipping.get("return_partner_code")),
        )
    return tuple(found.values())


def _line(item: JsonRecord, order: JsonRecord, facts: OrderFacts) -> ChannelOrderLine:
    product = record(item.get("product"), "product")
    invoice = record(item.get("invoice"), "item invoice")
    units = quantity(invoice.get("quantity"), "quantity")
    if units == 0:
        raise Malformed("an item of the order has no units", "bad_quantity")
    fate = fate_of(facts, _line_facts(item, order))
    return ChannelOrderLine(
        line_id=identifier(item.get("id"), "item id"),
        listing=ListingRef(item_id=identifier(product.get("id"), "product id")),
        sku=text(product.get("seller_product_code"), "seller_product_code"),
        title=text(product.get("name"), "name"),
        quantity=units,
        unit_price=amount(invoice.get("price") or 0, "price"),
        portions=(Portion(quantity=units, stage=fate.stage, ending=fate.ending),),
    )


def _line_facts(item: JsonRecord, order: JsonRecord) -> LineFacts:
    withdrawals = records(item.get("inventory_withdrawals"), "inventory_withdrawals")
    return LineFacts(
        confirmation=_confirmation(item),
        at_tiki=bool(withdrawals),
        doubtful=bool(item.get("inventory_requisition")) or _is_fulfilled(item, order),
    )


def _is_fulfilled(item: JsonRecord, order: JsonRecord) -> bool:
    """Whether the item claims to be fulfilled, other than at a time yet to come."""
    if item.get("is_fulfilled") is not True:
        return False
    moment = optional_when(item.get("fulfilled_at"), "fulfilled_at")
    return moment is None or moment <= changed_at(order)


def _confirmation(item: JsonRecord) -> str:
    found = record(item.get("confirmation") or {}, "confirmation")
    return told(found.get("status")).lower()


def _is_instock(item: JsonRecord) -> bool:
    product = record(item.get("product"), "product")
    return told(product.get("inventory_type")).lower() == INSTOCK


def _history(order: JsonRecord) -> frozenset[str] | None:
    if not has_history(order):
        return None
    entries = records(order.get("status_histories"), "status_histories")
    return frozenset(plain(text(entry.get("status"), "status")) for entry in entries)


def _shipping(order: JsonRecord) -> JsonRecord:
    return record(order.get("shipping") or {}, "shipping")


def _detail_words(shipping: JsonRecord) -> frozenset[str]:
    detail = shipping.get("shipping_detail")
    if not isinstance(detail, dict):
        return frozenset()
    words = (told(detail.get("status")), told(detail.get("reason_code")))
    return frozenset(word.lower() for word in words)


def _refunds(
    order: JsonRecord, facts: OrderFacts, total: Decimal
) -> tuple[ChannelRefund, ...]:
    """Return the refund that Tiki owes a buyer who had paid for what never arrived.

    Tiki pays by itself and tells neither amount nor time: this follows from the order,
    and stays pending.
    """
    payment = record(order.get("payment") or {}, "payment")
    paid = told(payment.get("status")) == "success" or "paid" in (facts.history or ())
    ended = facts.cancelled or facts.never_arrived
    if not (ended and payment.get("is_prepaid") is True and paid and total):
        return ()
    refund = ChannelRefund(
        # The same for a delivery that failed: Tiki may call it a cancel later.
        refund_id="cancellation",
        amount=total,
        currency=CURRENCY,
        state=RefundState.PENDING,
        reason="cancelled" if facts.cancelled else "never arrived",
    )
    return (refund,)


def _cancel_reason(order: JsonRecord) -> str:
    info = record(order.get("cancel_info") or {}, "cancel_info")
    reasons = (
        told(info.get("reason_text")) or told(info.get("reason_code")),
        told(info.get("comment")),
    )
    return ": ".join(reason for reason in reasons if reason)
