"""Where the units of a listing stand in Lazada's books, and how they get back.

``sellable`` is what buyers see, ``withhold`` waits for payment, ``occupy`` is paid and
not yet declared ready to ship.  The three together are the total.  A unit that is
ready to ship stands in none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.listings import Listing
from sandbox.sales import Sales
from sandbox.shops import Shop

from .statuses import ItemStatus
from .trade_orders import OrderItem, TradeOrder, units_of

_OCCUPYING = (ItemStatus.PENDING, ItemStatus.REPACKED, ItemStatus.PACKED)


@dataclass(kw_only=True)
class Held:
    """Units of one listing that are sold and still in the books."""

    withhold: int = 0
    occupy: int = 0


class Inventory:
    """Keeps what is held of each listing in step with the items' statuses."""

    def __init__(self, clock: Clock, sales: Sales) -> None:
        self._clock = clock
        self._sales = sales
        self._held: dict[str, Held] = {}

    def held(self, listing: Listing) -> Held:
        """What is held of a listing."""
        return self._held.setdefault(listing.variant_id, Held())

    def take_in(self, item: OrderItem) -> None:
        """Hold a unit that was just ordered."""
        self._count(item, 1)

    def follow(self, item: OrderItem, status: ItemStatus) -> None:
        """Put an item into a status, and the books after it."""
        self._count(item, -1)
        item.status = status
        self._count(item, 1)

    def call_off(
        self, shop: Shop, order: TradeOrder, items: Sequence[OrderItem]
    ) -> None:
        """Undo the sale of items that did not change their status yet.

        Units that are still held go back to sellable, whatever the shop's habit: that
        is arithmetic of the books.  For units that are out of them the habit decides,
        and it never asks where the goods are.
        """
        for item in items:
            item.called_off = True
            if _in_the_books(item):
                self._restore(item)
        gone = [item for item in items if not _in_the_books(item)]
        self._sales.refund(order, units_of(items), "cancelled")
        self._sales.give_back(shop, units_of(gone))

    def _restore(self, item: OrderItem) -> None:
        item.listing.sellable += 1
        item.listing.updated_at = self._clock.stamp()

    def _count(self, item: OrderItem, by: int) -> None:
        held = self.held(item.listing)
        if item.status is ItemStatus.UNPAID:
            held.withhold += by
        elif item.status in _OCCUPYING:
            held.occupy += by


def _in_the_books(item: OrderItem) -> bool:
    return item.status is ItemStatus.UNPAID or item.status in _OCCUPYING
