"""Writing down what an action changed, and telling the shop about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.orders import HistoryEntry, Order
from sandbox.shops import Shop
from sandbox.world import World

from .parcels import LIVE, parcels_in
from .pushes import Pushes, Snapshot
from .statuses import ORDER_STATUS_OF, OrderStatus, PackageStatus

_COMPLETES_AFTER = 3 * 86400
_RETURNABLE_FOR = 15 * 86400
_PROGRESS = list(ORDER_STATUS_OF)


class Chronicle:
    """Keeps an order's status, update time, history and pushes in step."""

    def __init__(self, world: World, pushes: Pushes) -> None:
        self._world = world
        self._pushes = pushes

    def begin(self, shop: Shop, order: Order) -> None:
        """Record that an order was placed."""
        self._write(order, "place")
        self._pushes.announce(shop, order, None, Snapshot.of(order))

    @contextmanager
    def entry(self, shop: Shop, order: Order, action: str) -> Iterator[None]:
        """Record one action; a refused one leaves no trace.

        The update time moves with the status of the order or of a package and with
        cancelled units.  It does not move for tracking events alone, nor for returns
        of a completed order.
        """
        before = Snapshot.of(order)
        yield
        self._settle(shop, order)
        after = Snapshot.of(order)
        if after.moves_order(before):
            order.updated_at = self._world.clock.stamp()
        self._write(order, action)
        self._pushes.announce(shop, order, before, after)

    def _write(self, order: Order, action: str) -> None:
        order.history.append(
            HistoryEntry(
                at=self._world.clock.stamp(), action=action, status=order.status
            )
        )

    def _settle(self, shop: Shop, order: Order) -> None:
        order.status = _status(order)
        if order.status != OrderStatus.TO_CONFIRM_RECEIVE:
            return
        if not order.paid_at:
            order.paid_at = self._world.clock.stamp()
        if not order.returnable_until:
            order.returnable_until = self._world.clock.now() + _RETURNABLE_FOR
            self._world.agenda.add(
                _COMPLETES_AFTER, lambda: self._complete(shop, order)
            )

    def _complete(self, shop: Shop, order: Order) -> None:
        if order.status == OrderStatus.TO_CONFIRM_RECEIVE:
            with self.entry(shop, order, "complete"):
                order.completed = True


def _status(order: Order) -> OrderStatus:
    live = parcels_in(order, LIVE)
    if not live:
        return OrderStatus.CANCELLED
    if order.cancel_asked:
        return OrderStatus.IN_CANCEL
    least = min((PackageStatus(parcel.status) for parcel in live), key=_PROGRESS.index)
    status = ORDER_STATUS_OF[least]
    if status not in (OrderStatus.SHIPPED, OrderStatus.TO_CONFIRM_RECEIVE):
        return status
    if order.completed:
        return OrderStatus.COMPLETED
    return OrderStatus.TO_RETURN if order.returns else status
