"""An order's way from the shop to the buyer, or half of it."""

from sandbox.orders import Order, Parcel, Units, covers, less
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .parcels import LIVE, Carrier, forbid, listed, parcels_in, whole_parcels
from .statuses import ARRANGEABLE, OrderStatus, PackageStatus, TrackingEvent


class Story:
    """What the seller, the carrier and the buyer do on the way out."""

    def __init__(self, world: World, carrier: Carrier) -> None:
        self._world = world
        self._carrier = carrier

    def pay(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer pays for an order that was placed without paying."""
        if order.status != OrderStatus.UNPAID:
            raise forbid(order, "pay", "only an UNPAID order can be paid")
        order.paid_at = self._world.clock.stamp()
        for parcel in parcels_in(order, LIVE):
            self._carrier.move(parcel, PackageStatus.READY)

    def arrange(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The seller arranges the shipment, of some units or of all that wait.

        Units that do not fill a parcel become a package of their own: the order is
        split.
        """
        if order.status not in (OrderStatus.READY_TO_SHIP, OrderStatus.RETRY_SHIP):
            raise forbid(
                order, "arrange", "allowed in READY_TO_SHIP and RETRY_SHIP only"
            )
        waiting = parcels_in(order, ARRANGEABLE)
        if units is not None:
            waiting = [self._parcel_with(order, waiting, units)]
        for parcel in waiting:
            self._carrier.accept(parcel)

    def fail_pickup(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The carrier came and left without the parcel."""
        waiting = self._chosen(
            order, "fail_pickup", units, PackageStatus.REQUEST_CREATED
        )
        for parcel in waiting:
            self._carrier.move(parcel, PackageStatus.PICKUP_RETRY)
            self._carrier.scan(parcel, TrackingEvent.PICKUP_RETRY)

    def pick_up(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The carrier takes the parcels that wait for it."""
        waiting = self._chosen(order, "pick_up", units, PackageStatus.REQUEST_CREATED)
        for parcel in waiting:
            self._carrier.move(parcel, PackageStatus.PICKUP_DONE)
            parcel.picked_up_at = self._world.clock.stamp()
            self._carrier.scan(parcel, TrackingEvent.PICKED_UP)

    def deliver(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer takes the parcel."""
        for parcel in self._chosen(order, "deliver", units, PackageStatus.PICKUP_DONE):
            self._carrier.move(parcel, PackageStatus.DELIVERY_DONE)
            parcel.delivered_at = self._world.clock.stamp()
            self._carrier.scan(parcel, TrackingEvent.DELIVERED)

    def complete(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer confirms; a return from now on leaves the order COMPLETED."""
        if order.status != OrderStatus.TO_CONFIRM_RECEIVE:
            raise forbid(order, "complete", "allowed in TO_CONFIRM_RECEIVE only")
        order.completed = True

    def fail_delivery(self, shop: Shop, order: Order, units: Units | None) -> None:
        """The buyer refuses or is not found; the parcel turns back as it is.

        No return record comes of it, and the package status never changes again:
        only the tracking events tell that the goods travel.
        """
        on_the_way = self._chosen(
            order, "fail_delivery", units, PackageStatus.PICKUP_DONE
        )
        for parcel in on_the_way:
            self._carrier.move(parcel, PackageStatus.DELIVERY_FAILED)
            self._carrier.scan(parcel, TrackingEvent.FAILED_DELIVERED)
            self._carrier.turn_back(parcel)
            self._world.sales.call_off(shop, order, parcel.units, left=True)
        blame(order, by="system", reason="Failed Delivery")

    def lose(self, shop: Shop, order: Order, parcels: list[Parcel]) -> None:
        """The carrier loses parcels, on their way to the buyer or back.

        The status of a parcel that had turned back stays frozen; only its tracking
        tells.
        """
        for parcel in parcels:
            parcel.lost_at = self._world.clock.stamp()
            self._carrier.scan(parcel, TrackingEvent.LOST)
            if not parcel.turned_back_at:
                self._carrier.move(parcel, PackageStatus.LOST)
                self._world.sales.call_off(shop, order, parcel.units, left=True)
                blame(order, by="system", reason="Parcel is Lost")

    def _parcel_with(self, order: Order, waiting: list[Parcel], units: Units) -> Parcel:
        for parcel in waiting:
            if parcel.units == units:
                return parcel
        for parcel in waiting:
            if parcel.status == PackageStatus.READY and covers(parcel.units, units):
                parcel.units = less(parcel.units, units)
                part = self._carrier.new_parcel(units, PackageStatus.READY)
                order.parcels.append(part)
                return part
        raise NotAllowed(
            "arrange: no package that waits holds these units; waiting are "
            + listed(waiting)
        )

    def _chosen(
        self, order: Order, action: str, units: Units | None, status: PackageStatus
    ) -> list[Parcel]:
        parcels = [
            parcel
            for parcel in parcels_in(order, (status,))
            if not parcel.turned_back_at
        ]
        if not parcels or order.status == OrderStatus.IN_CANCEL:
            raise forbid(order, action, f"it needs a package in {status.value}")
        return parcels if units is None else whole_parcels(parcels, units, action)


def blame(order: Order, *, by: str, reason: str) -> None:
    """Say who cancelled and why, once nothing of the order lives on."""
    if not parcels_in(order, LIVE):
        order.cancelled_by = by
        order.cancel_reason = reason
