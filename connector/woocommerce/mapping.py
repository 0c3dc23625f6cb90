"""Turns WooCommerce's order JSON into our values; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    identifier,
    quantity,
    records,
    told,
)
from connector.values import ChannelOrder, ChannelOrderLine, Parcel, ParcelDirection
from connector.woocommerce.account import Account
from connector.woocommerce.evidence import OrderFacts, Shipment, statuses_with
from connector.woocommerce.fields import gmt, gmt_or_none, listing_of, title_of
from connector.woocommerce.payments import is_cash_on_delivery, is_paid
from connector.woocommerce.portions import portions_of
from connector.woocommerce.refunds import Repaid, refund_of, units_kept

# Prices are floats in the channel's JSON, with all the digits that floats have.
_PRICE_DIGITS = Decimal("0.0001")


def order_facts(
    order: JsonRecord,
    shipments: Sequence[Shipment],
    account: Account,
    *,
    records_withheld: bool = False,
) -> OrderFacts:
    """Return what the order says about its goods; its status must be a known one."""
    return OrderFacts(
        status=status_of(order),
        statuses=statuses_with(account.order_statuses),
        paid=is_paid(order),
        cash_on_delivery=is_cash_on_delivery(order),
        completed_at=gmt_or_none(order.get("date_completed_gmt"), "date_completed_gmt"),
        shipments=tuple(shipments),
        leaves_while_processing=account.goods_leave_while_processing,
        records_withheld=records_withheld,
    )


def order_of(
    order: JsonRecord, facts: OrderFacts, repaid: Sequence[Repaid]
) -> ChannelOrder:
    """Return the order; raises ``Malformed``."""
    kept = units_kept(repaid, facts)
    lines = tuple(
        _line(entry, facts, kept.get(told(entry.get("id")), 0))
        for entry in records(order.get("line_items"), "line_items")
        if entry.get("quantity")
    )
    if not lines:
        raise Malformed("the order names no items", "no_lines")
    currency = identifier(order.get("currency"), "currency")
    return ChannelOrder(
        order_id=identifier(order.get("id"), "id"),
        ordered_at=gmt(order.get("date_created_gmt"), "date_created_gmt"),
        updated_at=gmt(order.get("date_modified_gmt"), "date_modified_gmt"),
        raw_status=facts.status,
        currency=currency,
        total=amount(order.get("total"), "total"),
        lines=lines,
        parcels=_parcels(facts.shipments),
        refunds=tuple(refund_of(refund, currency) for refund in repaid),
    )


def status_of(order: JsonRecord) -> str:
    """Return the order's status; some plugins print the prefix of the database."""
    return identifier(order.get("status"), "status").removeprefix("wc-")


def _line(entry: JsonRecord, facts: OrderFacts, kept: int) -> ChannelOrderLine:
    line_id = identifier(entry.get("id"), "line id")
    count = quantity(entry.get("quantity"), "quantity")
    return ChannelOrderLine(
        line_id=line_id,
        listing=listing_of(entry),
        sku=told(entry.get("sku")),
        title=title_of(entry.get("name")),
        quantity=count,
        unit_price=_unit_price(entry, count),
        portions=portions_of(line_id, count, facts, kept),
    )


def _unit_price(entry: JsonRecord, count: int) -> Decimal:
    total = amount(entry.get("total", 0), "line total")
    return (total / count).quantize(_PRICE_DIGITS)


def _parcels(shipments: Sequence[Shipment]) -> tuple[Parcel, ...]:
    """Return the parcels; one that turns back does so under its forward number."""
    found = (
        Parcel(
            tracking_number=shipment.number,
            direction=ParcelDirection.FORWARD,
            carrier=shipment.carrier,
        )
        for shipment in shipments
        if shipment.number
    )
    return tuple(dict.fromkeys(found))
