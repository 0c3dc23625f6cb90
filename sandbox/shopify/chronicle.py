"""Writing down what an action changed, and telling the shop about it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.orders import HistoryEntry
from sandbox.shops import Shop
from sandbox.world import World

from . import standing
from .announcements import Announcements, Snapshot
from .records import Purchase
from .statuses import FinancialStatus, FulfillmentProgress


class Chronicle:
    """Keeps an order's status, update time, history and webhooks in step."""

    def __init__(self, world: World, announcements: Announcements) -> None:
        self._world = world
        self._announcements = announcements

    def begin(self, shop: Shop, purchase: Purchase) -> None:
        """Record that an order was placed."""
        self._write(purchase, "place")
        self._announcements.placed(shop, purchase)

    @contextmanager
    def entry(self, shop: Shop, purchase: Purchase, action: str) -> Iterator[None]:
        """Record one action; a refused one leaves no trace.

        The update time moves with everything that shows in the order, its
        fulfilments, their events, its refunds and its returns.
        """
        before = Snapshot.of(purchase)
        yield
        self._archive(purchase)
        after = Snapshot.of(purchase)
        if after != before:
            purchase.order.updated_at = self._world.clock.stamp()
        self._write(purchase, action)
        if after != before:
            self._announcements.changed(shop, purchase, before, after)

    def _archive(self, purchase: Purchase) -> None:
        """Close what is paid and shipped, as shops do unless they switch it off."""
        done = (
            standing.financial_status(purchase) is FinancialStatus.PAID
            and standing.fulfillment_progress(purchase) is FulfillmentProgress.FULFILLED
        )
        if done and not purchase.closed_at:
            purchase.closed_at = self._world.clock.stamp()

    def _write(self, purchase: Purchase, action: str) -> None:
        order = purchase.order
        order.status = status_text(purchase)
        order.history.append(
            HistoryEntry(
                at=self._world.clock.stamp(), action=action, status=order.status
            )
        )


def status_text(purchase: Purchase) -> str:
    """How the control API names the state of an order."""
    if purchase.cancelled_at:
        return "CANCELLED"
    return standing.fulfillment_progress(purchase).value
