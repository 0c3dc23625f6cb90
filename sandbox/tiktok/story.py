"""An order's way from the shop to the buyer, or half of it."""

from sandbox.orders import Parcel, Units
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from .cancellations import Cancellations
from .inventory import Inventory
from .orders import TikTokOrder, pick
from .parcels import Carrier, forbid, listed, on_the_way, parcels_in, whole_parcels
from .statuses import NOT_READY, OrderStatus, PackageStatus, TrackingEvent


class Story:
    """What the seller, the carrier and the buyer do on the way out."""

    def __init__(
        self,
        world: World,
        carrier: Carrier,
        inventory: Inventory,
        cancellations: Cancellations,
    ) -> None:
        self._world = world
        self._carrier = carrier
        self._inventory = inventory
        self._cancellations = cancellations

    def pay(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The buyer pays; the order is held while the buyer may still regret."""
        if order.status != OrderStatus.UNPAID:
            raise forbid(order, "pay", "only an UNPAID order can be paid")
        order.unpaid = False
        order.held = True
        order.paid_at = self._world.clock.stamp()

    def end_hold(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The time to regret is over: the order is ready to ship."""
        if order.status != OrderStatus.ON_HOLD:
            raise forbid(order, "end_hold", "only an ON_HOLD order is held")
        order.held = False

    def arrange(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The seller arranges the shipment, of some units or of all that wait.

        Units that do not fill a package become one of their own: the order is split.
        """
        waiting = self._arrangeable(order)
        if units is not None:
            waiting = [self._parcel_with(order, waiting, units)]
        for parcel in waiting:
            self.arrange_parcel(order, parcel)

    def arrange_parcel(self, order: TikTokOrder, parcel: Parcel) -> None:
        """Put one package into the carrier's book."""
        self._carrier.accept(parcel)
        order.rts_at = order.rts_at or self._world.clock.stamp()

    def pick_up(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The carrier takes the parcels that wait for it."""
        waiting = parcels_in(order, (PackageStatus.PROCESSING,))
        for parcel in self._chosen(order, "pick_up", units, waiting):
            self._carrier.move(parcel, PackageStatus.FULFILLING)
            parcel.picked_up_at = parcel.updated_at
            self._carrier.scan(parcel, TrackingEvent.PICKED_UP)
            self._inventory.ship(shop, parcel.units)
        self._close_request(order)

    def deliver(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The buyer takes the parcel; cash on delivery is paid."""
        for parcel in self._chosen(order, "deliver", units, on_the_way(order)):
            self._carrier.move(parcel, PackageStatus.COMPLETED)
            parcel.delivered_at = parcel.updated_at
            self._carrier.scan(parcel, TrackingEvent.DELIVERED)
        order.paid_at = order.paid_at or self._world.clock.stamp()

    def complete(self, shop: Shop, order: TikTokOrder, units: Units | None) -> None:
        """The order closes; nothing of it can be returned from now on."""
        if order.status != OrderStatus.DELIVERED:
            raise forbid(order, "complete", "allowed in DELIVERED only")
        order.completed = True

    def fail_delivery(
        self, shop: Shop, order: TikTokOrder, units: Units | None
    ) -> None:
        """The buyer refuses or is not found; the parcel turns back as it is.

        No return comes of it: the order is CANCELLED by the system, and the goods
        travel under their forward number.
        """
        parcels = self._chosen(order, "fail_delivery", units, on_the_way(order))
        for parcel in parcels:
            self._carrier.scan(parcel, TrackingEvent.DELIVERY_FAILED)
            self._carrier.turn_back(parcel)
        self._cancellations.fail(shop, order, parcels)

    def _arrangeable(self, order: TikTokOrder) -> list[Parcel]:
        waiting = parcels_in(order, (PackageStatus.TO_FULFILL,))
        if not waiting or order.status in NOT_READY or order.cancel_asked:
            raise forbid(
                order,
                "arrange",
                "it needs a package in TO_FULFILL, an order that is neither unpaid "
                "nor on hold, and no cancellation that waits for an answer",
            )
        return waiting

    def _close_request(self, order: TikTokOrder) -> None:
        pending = order.pending_cancellation()
        if pending is not None:
            self._cancellations.refuse(order, pending)

    def _parcel_with(
        self, order: TikTokOrder, waiting: list[Parcel], units: Units
    ) -> Parcel:
        for parcel in waiting:
            if parcel.units == units:
                return parcel
        for parcel in waiting:
            items = pick(order.in_parcel(parcel), units)
            if items is not None:
                return self._carrier.split(order, parcel, items)
        raise NotAllowed(
            "arrange: no package that waits holds these units; waiting are "
            + listed(waiting)
        )

    def _chosen(
        self,
        order: TikTokOrder,
        action: str,
        units: Units | None,
        parcels: list[Parcel],
    ) -> list[Parcel]:
        if not parcels:
            raise forbid(
                order, action, f"no package is so far; there are {_states(order)}"
            )
        return whole_parcels(parcels, units, action)


def _states(order: TikTokOrder) -> str:
    return ", ".join(f"{parcel.number} {parcel.status}" for parcel in order.parcels)
