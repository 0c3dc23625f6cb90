"""Putting new SKUs on offer."""

from collections.abc import Sequence

from sandbox.listings import Listing, NewItem
from sandbox.world import World

from .catalogue import LAYOUT, Product, Variant
from .journal import Journal
from .numbers import Numbers
from .store import Store
from .times import milliseconds


class Shelves:
    """Makes products of new SKUs, with one variant and with several by turns."""

    def __init__(self, world: World, numbers: Numbers, journal: Journal) -> None:
        self._world = world
        self._numbers = numbers
        self._journal = journal

    def add(self, store: Store, items: Sequence[NewItem]) -> list[Listing]:
        """List new SKUs."""
        rest, turn = list(items), 0
        added: list[Listing] = []
        while rest:
            size = LAYOUT[turn % len(LAYOUT)]
            group, rest = rest[:size], rest[size:]
            product = self._new_product(group)
            store.products[product.id] = product
            store.variants.update({each.id: each for each in product.variants})
            self._journal.list_product(store, product)
            added += [each.listing for each in product.variants]
            turn += 1
        store.shop.listings.update({listing.sku: listing for listing in added})
        return added

    def _new_product(self, group: Sequence[NewItem]) -> Product:
        product = Product(
            id=self._numbers.next(),
            name=group[0].name,
            created_at=milliseconds(self._world),
        )
        product.variants = [self._new_variant(product, each) for each in group]
        return product

    def _new_variant(self, product: Product, item: NewItem) -> Variant:
        now, number = self._world.clock.stamp(), self._numbers.next()
        listing = Listing(
            sku=item.sku,
            item_id=str(product.id),
            variant_id=str(number),
            name=item.name,
            barcode=item.barcode,
            price=self._world.identifiers.price(),
            sellable=item.quantity,
            created_at=now,
            updated_at=now,
        )
        return Variant(
            id=number,
            listing=listing,
            level_id=self._numbers.next(),
            transit_level_id=self._numbers.next(),
            updated_at=product.created_at,
            transit_updated_at=product.created_at,
        )
