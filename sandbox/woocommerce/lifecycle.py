"""What follows when an order changes its status, whoever changed it."""

from sandbox.orders import HistoryEntry
from sandbox.world import World

from . import bookkeeping
from .records import OrderRecord
from .site import Site
from .statuses import (
    ENDED,
    REDUCES_STOCK,
    RESTORES_STOCK,
    OrderStatus,
    ParcelStatus,
)
from .stock import StockRoom
from .tracking import TrackingPlugin

UNPAID_SECONDS = 3600
"""How long units are kept for an order that is being paid."""


class Lifecycle:
    """The one door through which an order's status changes."""

    def __init__(self, world: World, stock: StockRoom, plugin: TrackingPlugin) -> None:
        self._world = world
        self._stock = stock
        self._plugin = plugin

    def begin(self, site: Site, record: OrderRecord) -> None:
        """What checkout does with a new order."""
        if record.status == OrderStatus.PENDING:
            self._stock.hold(site, record)
            self._world.agenda.add(UNPAID_SECONDS, lambda: self._expire(site, record))
        else:
            self._stock.reduce(site, record)
        site.tell("order.created", record.id)
        self._write(record, "place")
        self.save(site, record)

    def change(self, site: Site, record: OrderRecord, new: OrderStatus) -> None:
        """Move to another status: stock first, then dates, parcels and webhooks."""
        old = record.status
        if new == old:
            return
        record.order.status = new
        self._move_stock(site, record, new)
        self._stamp(record, new)
        self._move_parcels(record, old, new)
        self._plugin.write(site, record)
        self.save(site, record)

    def save(self, site: Site, record: OrderRecord) -> None:
        """An order was saved: its update time moves and its webhooks go out."""
        record.order.updated_at = self._world.clock.stamp()
        site.tell("order.updated", record.id)

    def note(self, record: OrderRecord, action: str) -> None:
        """Keep an action in the history that the control API shows."""
        self._write(record, action)

    def _move_stock(self, site: Site, record: OrderRecord, new: OrderStatus) -> None:
        if new in RESTORES_STOCK:
            self._stock.restore(site, record)
        if new in REDUCES_STOCK:
            self._stock.reduce(site, record)
        if new != OrderStatus.PENDING:
            self._stock.release(site, record)

    def _stamp(self, record: OrderRecord, new: OrderStatus) -> None:
        now = self._world.clock.stamp()
        if new == OrderStatus.COMPLETED:
            record.completed_at = now
        # Cash on delivery counts as paid once the order is completed, not before.
        by_cash = record.order.cod and new == OrderStatus.PROCESSING
        if new in (OrderStatus.PROCESSING, OrderStatus.COMPLETED) and not by_cash:
            record.order.paid_at = record.order.paid_at or now

    def _move_parcels(
        self, record: OrderRecord, old: OrderStatus, new: OrderStatus
    ) -> None:
        order = record.order
        if new in (OrderStatus.CANCELLED, OrderStatus.FAILED):
            bookkeeping.call_off(order, record.endings)
        elif new == OrderStatus.REFUNDED:
            bookkeeping.give_up(order, record.endings)
        elif old in ENDED:
            bookkeeping.reopen(order, record.endings)
            order.cancelled_by = order.cancel_reason = ""
        if new == OrderStatus.CANCELLED:
            self._call_back(record)

    def _call_back(self, record: OrderRecord) -> None:
        """The owner tells the carrier to bring back what is still on its way."""
        for parcel in record.order.parcels:
            if parcel.status == ParcelStatus.IN_TRANSIT:
                parcel.status = ParcelStatus.RETURN_TO_SENDER
                parcel.turned_back_at = self._world.clock.stamp()

    def _expire(self, site: Site, record: OrderRecord) -> None:
        if record.status == OrderStatus.PENDING and record.id in site.held:
            record.order.cancelled_by = "system"
            record.order.cancel_reason = "Unpaid order cancelled - time limit reached."
            self.change(site, record, OrderStatus.CANCELLED)
            self.note(record, "expire")

    def _write(self, record: OrderRecord, action: str) -> None:
        record.order.history.append(
            HistoryEntry(
                at=self._world.clock.stamp(),
                action=action,
                status=record.order.status,
            )
        )
