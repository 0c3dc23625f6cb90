"""Turns Shopee's order JSON into our values; pure functions.

Field names and meanings are those of ``order/get_order_detail``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    epoch,
    identifier,
    moment,
)
from connector.shopee.evidence import OrderFacts, Package, check_known
from connector.shopee.items import bought, written
from connector.shopee.portions import portions_of
from connector.values import (
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    Ending,
    Parcel,
    ParcelDirection,
    RefundState,
)


def order_facts(order: JsonRecord, packages: Sequence[Package]) -> OrderFacts:
    """Return what the order as a whole says; checks that all statuses are known."""
    status = identifier(order.get("order_status"), "order_status")
    check_known(status, list(packages))
    return OrderFacts(
        status=status,
        cod=order.get("cod") is True,
        paid=epoch(order.get("pay_time"), "pay_time") > 0,
        picked_up=epoch(order.get("pickup_done_time"), "pickup_done_time") > 0,
        packages=len(packages),
    )


def order_of(
    order: JsonRecord,
    packages: Sequence[Package],
    events: tuple[str, ...] | None = None,
) -> ChannelOrder:
    """Return the order; ``events`` are those of an order without packages.

    Raises ``Malformed`` or ``UnmappedStatus``.
    """
    facts = order_facts(order, packages)
    lines = tuple(
        ChannelOrderLine(
            line_id=name,
            listing=thing.listing,
            sku=thing.sku,
            title=thing.title,
            quantity=thing.quantity,
            unit_price=thing.unit_price,
            portions=portions_of(
                name, thing.quantity, thing.cancelled, facts, packages, events
            ),
        )
        for name, thing in bought(order).items()
        if thing.quantity
    )
    if not lines:
        raise Malformed("the order names no items", "no_lines")
    currency = identifier(order.get("currency"), "currency")
    total = amount(order.get("total_amount", 0), "total_amount")
    return ChannelOrder(
        order_id=identifier(order.get("order_sn"), "order_sn"),
        ordered_at=moment(order.get("create_time"), "create_time"),
        updated_at=moment(order.get("update_time"), "update_time"),
        raw_status=facts.status,
        currency=currency,
        total=total,
        lines=lines,
        parcels=_parcels(packages),
        refunds=_refunds(facts, lines, currency, total),
        cancel_reason=_cancel_reason(order),
        fulfilled_by_channel=_fulfilled_by_shopee(order),
    )


def _parcels(packages: Sequence[Package]) -> tuple[Parcel, ...]:
    found = []
    for package in packages:
        if package.tracking_number:
            found.append(
                Parcel(
                    tracking_number=package.tracking_number,
                    direction=ParcelDirection.FORWARD,
                    carrier=package.carrier,
                )
            )
        if package.reverse_number:
            found.append(
                Parcel(
                    tracking_number=package.reverse_number,
                    direction=ParcelDirection.RETURN_TO_SENDER,
                )
            )
    return tuple(dict.fromkeys(found))


def _refunds(
    facts: OrderFacts,
    lines: Sequence[ChannelOrderLine],
    currency: str,
    total: Decimal,
) -> tuple[ChannelRefund, ...]:
    """Return the refund that Shopee pays by itself for what was cancelled and paid.

    Shopee reports none: this follows from CANCELLED and ``pay_time``.
    """
    if not facts.paid:
        return ()
    cancelled_goods = sum(
        (
            line.unit_price * portion.quantity
            for line in lines
            for portion in line.portions
            if portion.ending is Ending.CANCELLED
        ),
        Decimal(0),
    )
    money = (total or cancelled_goods) if facts.cancelled else cancelled_goods
    if not money:
        return ()
    refund = ChannelRefund(
        refund_id="cancellation",
        amount=money,
        currency=currency,
        state=RefundState.DONE,
        reason="cancelled",
    )
    return (refund,)


def _cancel_reason(order: JsonRecord) -> str:
    reasons = (
        written(order.get("cancel_by"), "cancel_by"),
        written(order.get("buyer_cancel_reason"), "buyer_cancel_reason")
        or written(order.get("cancel_reason"), "cancel_reason"),
    )
    return ": ".join(reason for reason in reasons if reason)


def _fulfilled_by_shopee(order: JsonRecord) -> bool:
    flag = written(order.get("fulfillment_flag"), "fulfillment_flag")
    return flag == "fulfilled_by_shopee" or order.get("advance_package") is True
