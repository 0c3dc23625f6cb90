"""Writing down what happens to an order, and telling the queues."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count

from sandbox.orders import Event, HistoryEntry
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import Accounts
from .queues import Queues
from .records import OrderItem, StatusEntry, TikiOrder
from .statuses import Confirmation, EventType, OrderStatus, ShippingStatus

_FIRST_STATUS_ID = 100_000_001


class Journal:
    """Keeps statuses, their histories, update times and events in step."""

    def __init__(self, world: World, accounts: Accounts, queues: Queues) -> None:
        self._world = world
        self._accounts = accounts
        self._queues = queues
        self._status_ids = count(_FIRST_STATUS_ID)

    def begin(
        self, shop: Shop, order: TikiOrder, statuses: Iterable[OrderStatus]
    ) -> None:
        """Record that an order was placed; its first statuses make one event."""
        for status in statuses:
            self._write(order, status)
        self._queues.publish(
            self._accounts.of(shop), EventType.ORDER_CREATED, {"order_code": order.id}
        )
        self._remember(order, "place")

    @contextmanager
    def entry(self, order: TikiOrder, action: str) -> Iterator[None]:
        """Record one action; a refused one leaves no trace."""
        yield
        self._remember(order, action)

    def move(self, shop: Shop, order: TikiOrder, *statuses: OrderStatus) -> None:
        """Lead an order through these statuses."""
        for status in statuses:
            self._write(order, status)
            self._queues.publish(
                self._accounts.of(shop),
                EventType.ORDER_STATUS_UPDATED,
                {
                    "order_code": order.id,
                    "orderCode": order.id,
                    "status": status.value,
                },
            )

    def confirm(
        self, order: TikiOrder, item: OrderItem, confirmation: Confirmation
    ) -> None:
        """Write the seller's word about an item; the order's status stays."""
        item.confirmation = confirmation
        item.confirmed_at = self._world.clock.stamp()
        item.confirmations.append(self._entry(confirmation.value))
        self.touch(order)

    def scan(self, order: TikiOrder, status: ShippingStatus) -> None:
        """Write what the carrier says about the parcel; no event tells of it."""
        now = self._world.clock.stamp()
        order.parcel.status = status
        order.parcel.updated_at = now
        order.parcel.events.append(Event(at=now, code=status.value, text=status.value))
        self.touch(order)

    def touch(self, order: TikiOrder) -> None:
        """Move the update time."""
        order.updated_at = self._world.clock.stamp()

    def _write(self, order: TikiOrder, status: OrderStatus) -> None:
        order.status = status
        order.statuses.append(self._entry(status.value))
        self.touch(order)

    def _entry(self, status: str) -> StatusEntry:
        return StatusEntry(
            id=next(self._status_ids),
            status=status,
            at=self._world.clock.stamp(),
        )

    def _remember(self, order: TikiOrder, action: str) -> None:
        order.history.append(
            HistoryEntry(
                at=self._world.clock.stamp(), action=action, status=order.status
            )
        )
