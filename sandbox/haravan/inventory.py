"""What moves units between available, committed and on hand."""

from sandbox.listings import AutoRestock, StockWrite
from sandbox.orders import Units
from sandbox.world import World

from .catalogue import Variant
from .store import Store
from .times import milliseconds

LATE_RESTOCK_SECONDS = 3600


class Inventory:
    """Available and committed units at the shop's own location."""

    def __init__(self, world: World) -> None:
        self._world = world

    def commit(self, store: Store, units: Units) -> None:
        """Promise units that were already taken off the available number."""
        self._move(store, units, committed=1)

    def ship(self, store: Store, units: Units) -> None:
        """Let committed units leave on hand."""
        self._move(store, units, committed=-1)

    def release(self, store: Store, units: Units) -> None:
        """Drop a promise: what was never fulfilled is available again by itself."""
        self._move(store, units, committed=-1, available=1)

    def restock(self, store: Store, units: Units) -> None:
        """Put fulfilled units back on hand, whatever is true of the goods."""
        self._move(store, units, available=1)

    def restock_late(self, store: Store, units: Units) -> None:
        """Let staff remember the restock box an hour later, where that is the habit."""
        if store.shop.auto_restock is AutoRestock.LATE:
            returning = dict(units)
            self._world.agenda.add(
                LATE_RESTOCK_SECONDS, lambda: self.restock(store, returning)
            )

    def write(
        self, store: Store, variant: Variant, location_id: int, quantity: int, by: str
    ) -> None:
        """Make the available number at a location this; ``by`` names the request."""
        now = milliseconds(self._world)
        if location_id != store.location_id:
            variant.in_transit = quantity
            variant.transit_updated_at = now
            return
        variant.listing.sellable = quantity
        self._touch(variant)
        store.shop.writes.append(
            StockWrite(
                at=self._world.clock.wall(),
                sku=variant.listing.sku,
                quantity=quantity,
                request=by,
            )
        )

    def _move(
        self, store: Store, units: Units, *, committed: int = 0, available: int = 0
    ) -> None:
        for sku, quantity in units.items():
            if quantity:
                variant = store.variant_of(store.shop.listing(sku))
                variant.committed += committed * quantity
                variant.listing.sellable += available * quantity
                self._touch(variant)

    def _touch(self, variant: Variant) -> None:
        variant.updated_at = milliseconds(self._world)
        variant.listing.updated_at = self._world.clock.stamp()


def available(store: Store, variant: Variant, location_id: int) -> int:
    """The available number of a variant at one of the two locations."""
    if location_id == store.location_id:
        return variant.listing.sellable
    return variant.in_transit
