"""Turns Lazada's orders into our values; pure functions.

Field names and meanings are those of ``/orders/items/get`` and ``/order/items/get``.
Whatever is told of an order follows from its items, so that a page and a look-up tell
the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.lazada.evidence import Tracked, check_known, fate_of
from connector.lazada.items import Unit
from connector.lazada.tracking import package_of
from connector.parsing import Malformed
from connector.values import (
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    Parcel,
    ParcelDirection,
    Portion,
    RefundState,
)

_CANCELLED = "canceled"


def order_of(
    order_id: str, units: Sequence[Unit], packages: Sequence[Tracked] = ()
) -> ChannelOrder:
    """Return the order; ``packages`` are those of its trace, where it was asked for.

    Units in Lazada's own warehouse are left out, unless there are no others.  Raises
    ``Malformed`` or ``UnmappedStatus``.
    """
    if not units:
        raise Malformed("the order names no items", "no_lines")
    check_known(units)
    if len({unit.line_id for unit in units}) < len(units):
        raise Malformed("two items have one order_item_id", "quantities_contradict")
    ours = [unit for unit in units if not unit.fulfilled_by_lazada]
    shown = ours or list(units)
    lines = tuple(_line(unit, package_of(unit, packages)) for unit in shown)
    return ChannelOrder(
        order_id=order_id,
        ordered_at=min(unit.ordered_at for unit in units),
        updated_at=max(unit.updated_at for unit in units),
        raw_status=", ".join(sorted({unit.status for unit in shown})),
        currency=units[0].currency,
        total=sum((unit.paid + unit.shipping for unit in units), Decimal(0)),
        lines=lines,
        parcels=_parcels(shown, packages),
        refunds=_refunds(shown),
        cancel_reason=_cancel_reason(shown),
        fulfilled_by_channel=not ours,
    )


def _line(unit: Unit, tracked: Tracked | None) -> ChannelOrderLine:
    fate = fate_of(unit, tracked)
    return ChannelOrderLine(
        line_id=unit.line_id,
        listing=unit.listing,
        sku=unit.sku,
        title=unit.title,
        quantity=1,
        unit_price=unit.price,
        portions=(Portion(quantity=1, stage=fate.stage, ending=fate.ending),),
    )


def _parcels(units: Sequence[Unit], packages: Sequence[Tracked]) -> tuple[Parcel, ...]:
    """Return the numbers that are still told; what turns back keeps its number."""
    found: dict[str, str] = {}
    for unit in units:
        tracked = package_of(unit, packages)
        number = unit.tracking_number or (tracked.tracking_number if tracked else "")
        if number:
            found.setdefault(number, unit.carrier)
    return tuple(
        Parcel(
            tracking_number=number, direction=ParcelDirection.FORWARD, carrier=carrier
        )
        for number, carrier in found.items()
    )


def _refunds(units: Sequence[Unit]) -> tuple[ChannelRefund, ...]:
    """Return the refunds that Lazada pays by itself for what was cancelled and paid.

    Lazada reports none with an order: this follows from ``payment_time``.
    """
    cancelled = [unit for unit in units if unit.status == _CANCELLED]
    with_shipping = len(cancelled) == len(units)
    return tuple(
        ChannelRefund(
            refund_id=f"cancellation:{unit.line_id}",
            amount=unit.paid + (unit.shipping if with_shipping else 0),
            currency=unit.currency,
            state=RefundState.DONE,
            reason=unit.reason,
        )
        for unit in cancelled
        if unit.was_paid
    )


def _cancel_reason(units: Sequence[Unit]) -> str:
    reasons = (unit.reason for unit in units if unit.status == _CANCELLED)
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))
