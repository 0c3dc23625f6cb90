"""An order's way from the shop to the buyer."""

from collections.abc import Sequence

from sandbox.orders import Parcel, Units
from sandbox.shops import Shop
from sandbox.world import World

from .journal import Journal
from .parcels import forbid, listed, parcels_with, some_items, whole_parcels
from .statuses import (
    PACKABLE,
    WITH_BUYER,
    ItemStatus,
    PackageStatus,
    ReverseStatus,
    TraceCode,
)
from .trade_orders import OrderItem, Phase, TradeOrder

CARRIER = "LEX VN"
_SETTLES_AFTER = 7 * 86400
_RETURNABLE_FOR = 15 * 86400


class Story:
    """What the seller, the carrier and the buyer do on the way out."""

    def __init__(self, world: World, journal: Journal) -> None:
        self._world = world
        self._journal = journal

    def pay(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer pays for an order that was placed without paying."""
        unpaid = order.items_in((ItemStatus.UNPAID,))
        if not unpaid:
            raise forbid(order, "pay", "only unpaid items can be paid")
        order.paid_at = self._world.clock.stamp()
        self._journal.move(shop, order, unpaid, ItemStatus.PENDING)

    def arrange(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """Pack what is not packed and declare it ready to ship."""
        packable = _without_request(order.items_in(PACKABLE))
        packed = self._packed(order)
        if not packable and not packed:
            raise forbid(order, "arrange", "it needs pending or packed items")
        if units is None:
            if packable:
                packed.append(self.pack(shop, order, packable))
        elif (items := some_items(packable, units)) is not None:
            packed = [self.pack(shop, order, items)]
        else:
            packed = whole_parcels(packed, units, "arrange")
        for parcel in packed:
            self.declare_ready(shop, order, parcel)

    def pack_only(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """Pack items into one package and stop there: they are still here."""
        items: list[OrderItem] | None = _without_request(order.items_in(PACKABLE))
        if items and units is not None:
            items = some_items(items, units)
        if not items:
            raise forbid(order, "pack", "it needs so many pending or repacked items")
        self.pack(shop, order, items)

    def pack(self, shop: Shop, order: TradeOrder, items: Sequence[OrderItem]) -> Parcel:
        """Put items into a new package, which has its tracking number at once."""
        identifiers = self._world.identifiers
        units: dict[str, int] = {}
        for item in items:
            units[item.sku] = units.get(item.sku, 0) + 1
        parcel = Parcel(
            number=identifiers.digits(15, "FP"),
            units=units,
            status=PackageStatus.READY_TO_SHIP_PENDING,
            updated_at=self._world.clock.stamp(),
            tracking_number=identifiers.digits(10, "LMP") + "VNA",
        )
        order.parcels.append(parcel)
        for item in items:
            item.package_id = parcel.number
        self._journal.move(shop, order, items, ItemStatus.PACKED)
        self._journal.move_package(
            shop, order, parcel, PackageStatus.READY_TO_SHIP_PENDING
        )
        return parcel

    def declare_ready(self, shop: Shop, order: TradeOrder, parcel: Parcel) -> None:
        """Declare a package ready to ship: its units are out of the books for good."""
        parcel.arranged_at = self._world.clock.stamp()
        items = order.packed_in(parcel)
        for item in items:
            item.left = True
        self._journal.move(shop, order, items, ItemStatus.READY_TO_SHIP)
        self._journal.move_package(
            shop, order, parcel, PackageStatus.READY_TO_SHIP, TraceCode.READY_TO_SHIP
        )

    def repack(self, shop: Shop, order: TradeOrder, parcel: Parcel) -> None:
        """Break a packed package up; its items can be packed anew."""
        items = order.packed_in(parcel)
        self._journal.move_package(shop, order, parcel, PackageStatus.CANCELLED)
        for item in items:
            item.package_id = ""
        self._journal.move(shop, order, items, ItemStatus.REPACKED)

    def pick_up(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The carrier takes the packages that wait for it.

        A cancellation that was asked for or agreed meanwhile comes too late.
        """
        for parcel in chosen(order, "pick_up", units, ItemStatus.READY_TO_SHIP):
            parcel.picked_up_at = self._world.clock.stamp()
            items = order.packed_in(parcel)
            for item in items:
                item.awaits_seller = item.awaits_logistics = False
            self._journal.move(shop, order, items, ItemStatus.SHIPPED)
            self._journal.move_package(
                shop,
                order,
                parcel,
                PackageStatus.PICKED_UP,
                TraceCode.SHIPPED,
                TraceCode.IN_TRANSIT,
            )
        self._drop_requests(shop, order)

    def deliver(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer takes the parcel, and pays for it if nobody did before."""
        for parcel in chosen(order, "deliver", units, ItemStatus.SHIPPED):
            parcel.delivered_at = self._world.clock.stamp()
            order.paid_at = order.paid_at or parcel.delivered_at
            order.returnable_until = self._world.clock.now() + _RETURNABLE_FOR
            items = order.packed_in(parcel)
            self._journal.move_package(
                shop,
                order,
                parcel,
                PackageStatus.OUT_FOR_DELIVERY,
                TraceCode.OUT_FOR_DELIVERY,
            )
            self._journal.move(shop, order, items, ItemStatus.DELIVERED)
            self._journal.move_package(
                shop, order, parcel, PackageStatus.DELIVERED, TraceCode.DELIVERED
            )
            self._settle_later(order, items)

    def confirm(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer says that all is well."""
        delivered = order.items_in((ItemStatus.DELIVERED,))
        if not delivered:
            raise forbid(order, "complete", "it needs delivered items")
        order.completed = True
        self._journal.move(shop, order, delivered, ItemStatus.CONFIRMED)

    def _drop_requests(self, shop: Shop, order: TradeOrder) -> None:
        for case in order.cancellations:
            awaited = any(i.awaits_seller or i.awaits_logistics for i in case.items)
            if case.is_open and not awaited:
                self._journal.move_reverse(
                    shop,
                    order,
                    case,
                    by="system",
                    phase=Phase.CLOSED,
                    status=ReverseStatus.WITHDRAWN,
                )

    def _settle_later(self, order: TradeOrder, items: Sequence[OrderItem]) -> None:
        # Paying the seller out moves the update time long after the delivery.
        def settle() -> None:
            for item in items:
                if item.status in WITH_BUYER:
                    self._journal.touch(order, item)

        self._world.agenda.add(_SETTLES_AFTER, settle)

    def _packed(self, order: TradeOrder) -> list[Parcel]:
        return [
            parcel
            for parcel in parcels_with(order, (ItemStatus.PACKED,))
            if not any(item.awaits_seller for item in order.packed_in(parcel))
        ]


def chosen(
    order: TradeOrder, action: str, units: Units | None, *statuses: ItemStatus
) -> list[Parcel]:
    """The packages that an action of the carrier is about."""
    parcels = parcels_with(order, statuses)
    if not parcels:
        raise forbid(
            order,
            action,
            f"it needs items in {', '.join(statuses)}; packages: "
            + listed(order.parcels),
        )
    return parcels if units is None else whole_parcels(parcels, units, action)


def _without_request(items: Sequence[OrderItem]) -> list[OrderItem]:
    return [item for item in items if not item.awaits_seller]
