"""Turns Lazada's orders into our values; pure functions.

Field names and meanings are those of ``/orders/items/get`` and ``/order/items/get``.
Whatever is told of an order follows from its items, so that a page and a look-up tell
the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from connector.fate import Fate
from connector.lazada.evidence import Tracked, check_known, fate_of
from connector.lazada.items import Unit
from connector.lazada.tracking import package_of
from connector.parsing import Malformed
from connector.values import (
    ChannelOrder,
    ChannelOrderLine,
    ChannelRefund,
    Ending,
    Parcel,
    ParcelDirection,
    Portion,
    RefundState,
    Stage,
)

_CANCELLED = "canceled"
# Where cash on delivery is paid; a time of payment is no proof of it.
_COLLECTED = Stage.DELIVERED

# A cancel is paid back at once; what turns back or is lost, once Lazada has settled it,
# which it does not tell.
_REFUND_STATES: Mapping[Ending | None, RefundState] = {
    Ending.CANCELLED: RefundState.DONE,
    Ending.DELIVERY_FAILED: RefundState.PENDING,
    Ending.LOST: RefundState.PENDING,
}


def order_of(
    order_id: str,
    units: Sequence[Unit],
    packages: Sequence[Tracked] = (),
    *,
    cash_on_delivery: bool = False,
) -> ChannelOrder:
    """Return the order; ``packages`` are those of its trace, where it was asked for.

    ``cash_on_delivery`` says that only a delivery brings money in.  Units in Lazada's
    own warehouse are left out, unless there are no others.  Raises ``Malformed`` or
    ``UnmappedStatus``.
    """
    if not units:
        raise Malformed("the order names no items", "no_lines")
    check_known(units)
    if len({unit.line_id for unit in units}) < len(units):
        raise Malformed("two items have one order_item_id", "quantities_contradict")
    ours = [unit for unit in units if not unit.fulfilled_by_lazada]
    shown = ours or list(units)
    fates = [fate_of(unit, package_of(unit, packages)) for unit in shown]
    lines = tuple(map(_line, shown, fates))
    return ChannelOrder(
        order_id=order_id,
        ordered_at=min(unit.ordered_at for unit in units),
        updated_at=max(unit.updated_at for unit in units),
        raw_status=", ".join(sorted({unit.status for unit in shown})),
        currency=units[0].currency,
        total=sum((unit.paid + unit.shipping for unit in units), Decimal(0)),
        lines=lines,
        parcels=_parcels(shown, packages),
        refunds=_refunds(shown, fates, cash_on_delivery),
        cancel_reason=_cancel_reason(shown),
        fulfilled_by_channel=not ours,
    )


def _line(unit: Unit, fate: Fate) -> ChannelOrderLine:
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


def _refunds(
    units: Sequence[Unit], fates: Sequence[Fate], cash_on_delivery: bool
) -> tuple[ChannelRefund, ...]:
    """Return the refunds that Lazada pays by itself for what ended and was paid.

    Lazada reports none with an order: this follows from ``payment_time``.
    """
    ended = [
        (unit, fate)
        for unit, fate in zip(units, fates, strict=True)
        if fate.ending is not None
    ]
    with_shipping = len(ended) == len(units)
    return tuple(
        ChannelRefund(
            # The same for a delivery that failed: Lazada may call it a cancel later.
            refund_id=f"cancellation:{unit.line_id}",
            amount=unit.paid + (unit.shipping if with_shipping else 0),
            currency=unit.currency,
            state=_REFUND_STATES[fate.ending],
            reason=unit.reason,
        )
        for unit, fate in ended
        if unit.was_paid and not (cash_on_delivery and fate.stage is not _COLLECTED)
    )


def _cancel_reason(units: Sequence[Unit]) -> str:
    reasons = (unit.reason for unit in units if unit.status == _CANCELLED)
    return "; ".join(dict.fromkeys(reason for reason in reasons if reason))
