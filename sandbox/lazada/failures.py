"""Parcels that never reach the buyer, and their way home on the forward number."""

from collections.abc import Sequence

from sandbox.orders import Parcel, Units
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Inventory
from .journal import Journal
from .parcels import forbid, whole_parcels
from .statuses import (
    Initiator,
    ItemStatus,
    PackageStatus,
    TraceCode,
)
from .story import chosen
from .trade_orders import TradeOrder

_TURNS_BACK_AFTER = 3600
_REFUSED = "Failed Delivery"
_ENDS = {
    ItemStatus.LOST_BY_3PL: (PackageStatus.LOST, TraceCode.LOST),
    ItemStatus.DAMAGED_BY_3PL: (PackageStatus.DAMAGED, TraceCode.DAMAGED),
    ItemStatus.PACKAGE_SCRAPPED: (PackageStatus.SCRAPPED, TraceCode.SCRAPPED),
}


class Failures:
    """Deliveries that fail; no reverse order ever comes of them."""

    def __init__(self, world: World, inventory: Inventory, journal: Journal) -> None:
        self._world = world
        self._inventory = inventory
        self._journal = journal

    def fail_delivery(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """Nobody takes the parcel; within the hour it is on its way back."""
        parcels = chosen(order, "fail_delivery", units, ItemStatus.SHIPPED)
        self._fail(shop, order, parcels, ItemStatus.FAILED_DELIVERY)
        self._world.agenda.add(
            _TURNS_BACK_AFTER, lambda: self._begin_return(shop, order, parcels)
        )

    def refuse_at_door(
        self, shop: Shop, order: TradeOrder, units: Units | None
    ) -> None:
        """The same fate under the status of a cancellation.

        Only ``cancel_return_initiator`` tells it from one that came in time.
        """
        parcels = chosen(order, "refuse_at_door", units, ItemStatus.SHIPPED)
        for parcel in parcels:
            for item in order.packed_in(parcel):
                item.initiator = Initiator.FAILED_DELIVERY
                item.reason = _REFUSED
        self._fail(shop, order, parcels, ItemStatus.CANCELED)

    def turn_back(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The carrier starts the way back before the hour is over."""
        parcels = chosen(order, "turn_back", units, ItemStatus.FAILED_DELIVERY)
        self._begin_return(shop, order, parcels)

    def fail_return(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The carrier cannot hand the parcel back to the seller."""
        parcels = self._on_the_way_back(order, "fail_return", units)
        for parcel in parcels:
            self._move_unless_canceled(
                shop, order, parcel, ItemStatus.SHIPPED_BACK_FAILED
            )
            self._journal.move_package(
                shop,
                order,
                parcel,
                PackageStatus.RETURN_FAILED,
                TraceCode.RETURN_FAILED,
            )

    def arrive_back(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The carrier says that it handed the parcel to the seller."""
        for parcel in self._on_the_way_back(order, "arrive_back", units):
            parcel.came_back_at = self._world.clock.stamp()
            self._move_unless_canceled(
                shop, order, parcel, ItemStatus.SHIPPED_BACK_SUCCESS
            )
            self._journal.move_package(
                shop, order, parcel, PackageStatus.BACK_TO_SHIPPER, TraceCode.RETURNED
            )

    def lose(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The carrier loses parcels, on their way to the buyer or back."""
        self._end(shop, order, units, "lose", ItemStatus.LOST_BY_3PL)

    def damage(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The carrier damages parcels so that nobody gets them."""
        self._end(shop, order, units, "damage", ItemStatus.DAMAGED_BY_3PL)

    def scrap(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The carrier scraps parcels on their way back."""
        parcels = self._on_the_way_back(order, "scrap", units)
        self._end_all(shop, order, parcels, ItemStatus.PACKAGE_SCRAPPED)

    def _fail(
        self,
        shop: Shop,
        order: TradeOrder,
        parcels: Sequence[Parcel],
        status: ItemStatus,
    ) -> None:
        for parcel in parcels:
            parcel.turned_back_at = self._world.clock.stamp()
            items = order.packed_in(parcel)
            self._inventory.call_off(shop, order, items)
            self._journal.move(shop, order, items, status)
            self._journal.move_package(
                shop,
                order,
                parcel,
                PackageStatus.DELIVERY_FAILED,
                TraceCode.DELIVERY_FAILED,
            )

    def _begin_return(
        self, shop: Shop, order: TradeOrder, parcels: Sequence[Parcel]
    ) -> None:
        waiting = [
            parcel
            for parcel in parcels
            if parcel.status == PackageStatus.DELIVERY_FAILED
        ]
        for parcel in waiting:
            self._move_unless_canceled(shop, order, parcel, ItemStatus.SHIPPED_BACK)
            self._journal.move_package(
                shop,
                order,
                parcel,
                PackageStatus.RETURN_AT_TRANSIT_HUB,
                TraceCode.RETURNING,
            )

    def _move_unless_canceled(
        self, shop: Shop, order: TradeOrder, parcel: Parcel, status: ItemStatus
    ) -> None:
        items = [
            item
            for item in order.packed_in(parcel)
            if item.status is not ItemStatus.CANCELED
        ]
        self._journal.move(shop, order, items, status)

    def _on_the_way_back(
        self, order: TradeOrder, action: str, units: Units | None
    ) -> list[Parcel]:
        turned = [parcel for parcel in order.parcels if parcel.travels_back]
        if not turned:
            raise forbid(
                order, action, "no parcel is on its way back: use send_back first"
            )
        return turned if units is None else whole_parcels(turned, units, action)

    def _end(
        self,
        shop: Shop,
        order: TradeOrder,
        units: Units | None,
        action: str,
        status: ItemStatus,
    ) -> None:
        turned = [parcel for parcel in order.parcels if parcel.travels_back]
        if not turned:
            turned = chosen(order, action, None, ItemStatus.SHIPPED)
        parcels = turned if units is None else whole_parcels(turned, units, action)
        self._end_all(shop, order, parcels, status)

    def _end_all(
        self,
        shop: Shop,
        order: TradeOrder,
        parcels: Sequence[Parcel],
        status: ItemStatus,
    ) -> None:
        for parcel in parcels:
            parcel.lost_at = self._world.clock.stamp()
            if not parcel.turned_back_at:
                self._inventory.call_off(shop, order, order.packed_in(parcel))
            self._move_unless_canceled(shop, order, parcel, status)
            package, scan = _ENDS[status]
            self._journal.move_package(shop, order, parcel, package, scan)
