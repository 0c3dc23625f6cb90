"""Every change of an order: the new value, its time, the books and the push."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sandbox.orders import Event, HistoryEntry, Parcel
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Inventory
from .pushes import Pushes
from .statuses import TITLES, ItemStatus, PackageStatus, ReverseStatus, TraceCode
from .trade_orders import (
    OPEN_PHASES,
    Operation,
    OrderItem,
    Phase,
    ReverseOrder,
    TradeOrder,
)


class Journal:
    """Moves items, packages and reverse orders, and tells the shop about each."""

    def __init__(self, world: World, inventory: Inventory, pushes: Pushes) -> None:
        self._world = world
        self._inventory = inventory
        self._pushes = pushes

    def begin(self, shop: Shop, order: TradeOrder) -> None:
        """Record that an order was placed."""
        for item in order.items:
            self._inventory.take_in(item)
            self._pushes.item(shop, order, item)
        self._write(order, "place")

    @contextmanager
    def entry(self, shop: Shop, order: TradeOrder, action: str) -> Iterator[None]:
        """Record one action; whoever refuses does so before changing anything."""
        yield
        self._write(order, action)

    def move(
        self,
        shop: Shop,
        order: TradeOrder,
        items: Iterable[OrderItem],
        status: ItemStatus,
    ) -> None:
        """Put items into their next status."""
        for item in items:
            self._inventory.follow(item, status)
            self.touch(order, item)
            self._pushes.item(shop, order, item)

    def touch(self, order: TradeOrder, item: OrderItem) -> None:
        """Let the update times of an item and its order move, nothing else."""
        item.updated_at = order.updated_at = self._world.clock.stamp()

    def move_package(
        self,
        shop: Shop,
        order: TradeOrder,
        parcel: Parcel,
        status: PackageStatus,
        *scans: TraceCode,
    ) -> None:
        """Put a package into its next status, after the carrier's scans."""
        parcel.status = status
        parcel.updated_at = self._world.clock.stamp()
        for code in scans:
            parcel.events.append(
                Event(at=parcel.updated_at, code=code.value, text=TITLES[code])
            )
        self._pushes.package(shop, order, parcel)

    def move_reverse(
        self,
        shop: Shop,
        order: TradeOrder,
        case: ReverseOrder,
        *,
        by: str,
        phase: Phase | None = None,
        status: ReverseStatus | None = None,
        pushed: tuple[str, ...] = (),
    ) -> None:
        """Move a reverse order on and write down who did it."""
        case.status = phase or case.status
        case.reverse_status = status or case.reverse_status
        case.updated_at = self._world.clock.stamp()
        case.operations.append(Operation(at=case.updated_at, operator=by))
        for item in case.items:
            self.touch(order, item)
        for word in pushed:
            self._pushes.reverse(shop, order, case, word)

    def _write(self, order: TradeOrder, action: str) -> None:
        _sum_up(order)
        order.history.append(
            HistoryEntry(
                at=self._world.clock.stamp(), action=action, status=order.status
            )
        )


def _sum_up(order: TradeOrder) -> None:
    """Derive what the control API shows from the items."""
    order.status = ",".join(order.statuses)
    asked = _items_of(order, OPEN_PHASES)
    refunded = _items_of(order, (Phase.REFUNDED,))
    for line in order.lines:
        items = [item for item in order.items if item.sku == line.sku]
        off = [item for item in items if item.called_off]
        line.cancelled = len(off)
        line.cancelled_before_leaving = sum(not item.left for item in off)
        line.cancel_requested = sum(
            item.awaits_seller or item.awaits_logistics for item in items
        )
        line.return_requested = sum(item.id in asked for item in items)
        line.returned = sum(item.id in refunded for item in items)


def _items_of(order: TradeOrder, phases: Iterable[Phase]) -> set[str]:
    wanted = tuple(phases)
    return {
        item.id
        for case in order.return_cases
        if case.status in wanted
        for item in case.items
    }
