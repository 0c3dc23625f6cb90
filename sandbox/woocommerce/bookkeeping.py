"""What calling off, refunding and reopening mean for the units of an order."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.orders import Line, Order, Parcel, less

from .statuses import ParcelStatus


@dataclass(kw_only=True)
class Ending:
    """What an order's end did to one line, so that it can be undone."""

    cancelled: int = 0
    before_leaving: int = 0
    returned: int = 0


Endings = dict[str, Ending]
"""The ends of an order, by SKU; several in a row add up."""


def call_off(order: Order, endings: Endings) -> None:
    """Nothing more of the order is sent out: every unit is cancelled."""
    for line in order.lines:
        _end(line, endings, here=_here(order, line.sku), left_is_returned=False)
    for parcel in order.parcels:
        _stop(parcel)


def give_up(order: Order, endings: Endings) -> None:
    """The money went back: what is still here stays, what left counts as returned."""
    for line in order.lines:
        _end(line, endings, here=_here(order, line.sku), left_is_returned=True)
    for parcel in order.parcels:
        _stop(parcel)


def take_out(order: Order, units: Mapping[str, int]) -> None:
    """A part of the order was refunded: what is still here is not sent out."""
    for line in order.lines:
        quantity = min(units.get(line.sku, 0), line.active)
        here = min(quantity, _here(order, line.sku))
        line.cancelled += here
        line.cancelled_before_leaving += here
        line.returned += quantity - here
        _thin_out(order, line.sku, here)


def reopen(order: Order, endings: Endings) -> None:
    """The order is on again: what its end did is undone, what waited waits again."""
    for line in order.lines:
        ending = endings.pop(line.sku, Ending())
        line.cancelled -= ending.cancelled
        line.cancelled_before_leaving -= ending.before_leaving
        line.returned -= ending.returned
    for parcel in order.parcels:
        if parcel.status == ParcelStatus.LABEL_CANCELLED:
            parcel.status = ParcelStatus.PRE_TRANSIT
        elif parcel.status == ParcelStatus.CALLED_OFF and parcel.units:
            parcel.status = ParcelStatus.PENDING


def settle_return(line: Line, quantity: int) -> None:
    """Units that a buyer asked to return were refunded."""
    asked = min(quantity, line.return_requested)
    line.return_requested -= asked
    line.returned += asked


def _end(line: Line, endings: Endings, *, here: int, left_is_returned: bool) -> None:
    ending = endings.setdefault(line.sku, Ending())
    active = line.active
    here = min(active, here)
    returned = active - here if left_is_returned else 0
    line.cancelled += active - returned
    line.cancelled_before_leaving += here
    line.returned += returned
    ending.cancelled += active - returned
    ending.before_leaving += here
    ending.returned += returned


def _here(order: Order, sku: str) -> int:
    return sum(
        parcel.units.get(sku, 0)
        for parcel in order.parcels
        if parcel.status == ParcelStatus.PENDING
    )


def _stop(parcel: Parcel) -> None:
    if parcel.status == ParcelStatus.PENDING:
        parcel.status = ParcelStatus.CALLED_OFF
    elif parcel.status == ParcelStatus.PRE_TRANSIT:
        parcel.status = ParcelStatus.LABEL_CANCELLED


def _thin_out(order: Order, sku: str, quantity: int) -> None:
    for parcel in order.parcels:
        if parcel.status != ParcelStatus.PENDING or not quantity:
            continue
        taken = min(quantity, parcel.units.get(sku, 0))
        parcel.units = less(parcel.units, {sku: taken})
        quantity -= taken
        if not parcel.units:
            parcel.status = ParcelStatus.CALLED_OFF
