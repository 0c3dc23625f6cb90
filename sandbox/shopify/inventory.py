"""The states of a shop's stock, and what moves units between them."""

from collections.abc import Callable

from sandbox.listings import AutoRestock, StockWrite
from sandbox.orders import Units
from sandbox.shops import Shop
from sandbox.world import World

from .catalogue import Catalogue, Variant

_LATE_RESTOCK_SECONDS = 3600

LOWEST, HIGHEST = -1_000_000_000, 1_000_000_000


class Inventory:
    """Available and committed units; on hand is their sum.

    ``announce`` hears of every variant whose numbers changed.
    """

    def __init__(
        self,
        world: World,
        catalogue: Catalogue,
        announce: Callable[[Shop, Variant], None],
    ) -> None:
        self._world = world
        self._catalogue = catalogue
        self._announce = announce

    def commit(self, shop: Shop, units: Units) -> None:
        """Promise units that were already taken off the available number."""
        self._move(shop, units, committed=1)

    def ship(self, shop: Shop, units: Units) -> None:
        """Let committed units leave."""
        self._move(shop, units, committed=-1)

    def unship(self, shop: Shop, units: Units) -> None:
        """A fulfilment was cancelled: Shopify believes the units to be back."""
        self._move(shop, units, committed=1)

    def release(self, shop: Shop, units: Units, *, restock: bool) -> None:
        """Drop the promise; without restocking the units vanish from on hand."""
        self._move(shop, units, committed=-1, available=1 if restock else 0)

    def restock(self, shop: Shop, units: Units) -> None:
        """Raise the available number, whatever is true of the goods."""
        self._move(shop, units, available=1)

    def restock_as_habit(self, shop: Shop, units: Units) -> None:
        """Do what this shop's staff does with the restock box after shipping."""
        if shop.auto_restock is AutoRestock.ON_CANCEL:
            self.restock(shop, units)
        elif shop.auto_restock is AutoRestock.LATE:
            returning = dict(units)
            self._world.agenda.add(
                _LATE_RESTOCK_SECONDS, lambda: self.restock(shop, returning)
            )

    def write(
        self, shop: Shop, variant: Variant, available: int, *, request: str
    ) -> None:
        """Carry out a stock write that was accepted."""
        self._note(shop, variant, available, request)
        if variant.listing.sellable != available:
            variant.listing.sellable = available
            self._touched(shop, variant)

    def _note(self, shop: Shop, variant: Variant, available: int, request: str) -> None:
        shop.writes.append(
            StockWrite(
                at=self._world.clock.wall(),
                sku=variant.listing.sku,
                quantity=available,
                request=request,
            )
        )

    def _move(
        self, shop: Shop, units: Units, *, committed: int = 0, available: int = 0
    ) -> None:
        for sku, quantity in units.items():
            if quantity:
                variant = self._catalogue.variant(shop, sku)
                variant.committed += committed * quantity
                variant.listing.sellable += available * quantity
                self._touched(shop, variant)

    def _touched(self, shop: Shop, variant: Variant) -> None:
        variant.listing.updated_at = self._world.clock.stamp()
        self._announce(shop, variant)
