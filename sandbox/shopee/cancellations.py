"""Cancelling an order, or units of it, before the carrier has it."""

from sandbox.orders import Order, Parcel, Units, covers, less, total
from sandbox.shops import Shop
from sandbox.world import World

from .parcels import Carrier, forbid, listed, parcels_in
from .statuses import (
    NOT_ARRANGED,
    STILL_HERE,
    OrderStatus,
    PackageStatus,
    TrackingEvent,
)
from .story import blame


class Cancellations:
    """What a buyer or the seller may still call off."""

    def __init__(self, world: World, carrier: Carrier) -> None:
        self._world = world
        self._carrier = carrier

    def cancel(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer cancels, the whole order or units that nobody arranged yet."""
        if order.status == OrderStatus.IN_CANCEL:
            raise forbid(order, "cancel", "the seller must answer the request first")
        self.check(order, units)
        self.carry_out(shop, order, units, by="buyer", reason="Change of mind")

    def ask(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer asks to cancel; the seller must answer."""
        gone = any(parcel.picked_up_at for parcel in order.parcels)
        if gone or order.status not in (
            OrderStatus.READY_TO_SHIP,
            OrderStatus.PROCESSED,
            OrderStatus.RETRY_SHIP,
        ):
            raise forbid(order, "ask_cancel", "allowed before pickup only")
        order.cancel_asked = True
        for line in order.lines:
            line.cancel_requested = line.active

    def refuse(self, order: Order) -> None:
        """The seller says no; the order goes on where it was."""
        order.cancel_asked = False
        for line in order.lines:
            line.cancel_requested = 0

    def check(self, order: Order, units: Units | None) -> None:
        """Refuse what the marketplace would not cancel any more."""
        here = parcels_in(order, STILL_HERE)
        if order.status == OrderStatus.CANCELLED:
            raise forbid(order, "cancel", "there is nothing left to cancel")
        gone = any(parcel.picked_up_at for parcel in order.parcels)
        if not here or (gone and units is None):
            raise forbid(
                order,
                "cancel",
                "goods are with the carrier or the buyer: use fail_delivery or "
                f"request_return; still here are {listed(here)}",
            )
        waiting = parcels_in(order, NOT_ARRANGED)
        if not _is_all(order, units) and not covers(_contents(waiting), units or {}):
            raise forbid(
                order,
                "cancel",
                "units can be cancelled in part before they are arranged only; "
                f"not arranged are {listed(waiting)}",
            )

    def carry_out(
        self, shop: Shop, order: Order, units: Units | None, *, by: str, reason: str
    ) -> None:
        """Cancel what ``check`` let pass."""
        self.refuse(order)
        if units is None or _is_all(order, units):
            for parcel in parcels_in(order, STILL_HERE):
                self._cancel_parcel(shop, order, parcel)
            blame(order, by=by, reason=reason)
        else:
            self._cancel_units(shop, order, units)

    def _cancel_parcel(self, shop: Shop, order: Order, parcel: Parcel) -> None:
        arranged = parcel.status not in NOT_ARRANGED
        if arranged:
            self._carrier.move(parcel, PackageStatus.REQUEST_CANCELED)
            self._carrier.scan(parcel, TrackingEvent.CANCELED)
        else:
            self._carrier.move(parcel, PackageStatus.INVALID)
        self._world.sales.call_off(shop, order, parcel.units, left=arranged)

    def _cancel_units(self, shop: Shop, order: Order, units: Units) -> None:
        remaining = dict(units)
        for parcel in parcels_in(order, NOT_ARRANGED):
            taken = {
                sku: min(quantity, remaining[sku])
                for sku, quantity in parcel.units.items()
                if sku in remaining
            }
            remaining = less(remaining, taken)
            if taken == parcel.units:
                self._cancel_parcel(shop, order, parcel)
            elif taken:
                parcel.units = less(parcel.units, taken)
                self._world.sales.call_off(shop, order, taken, left=False)


def _contents(parcels: list[Parcel]) -> dict[str, int]:
    return total([parcel.units for parcel in parcels])


def _is_all(order: Order, units: Units | None) -> bool:
    return units is None or units == _contents(parcels_in(order, STILL_HERE))
