"""How the SKUs of a call become products and variations."""

from collections.abc import Sequence

from sandbox.listings import Listing, NewItem
from sandbox.world import World

from .catalogue import Product, Stock, Variation
from .site import Site

# A simple product, one with two variations that count for themselves, a simple one
# again, one with a variation whose stock the parent keeps: whoever reads the catalogue
# meets all of them.
_LAYOUT = ("simple", "own", "simple", "parent")
_SIZES = {"simple": 1, "own": 2, "parent": 1}


class Shelves:
    """Lists new items."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, site: Site, wanted: Sequence[NewItem]) -> list[Listing]:
        """Put new SKUs on offer, in each shape by turns."""
        added: list[Listing] = []
        rest = list(wanted)
        turn = 0
        while rest:
            kind = _LAYOUT[turn % len(_LAYOUT)]
            group, rest = rest[: _SIZES[kind]], rest[_SIZES[kind] :]
            product = self._new_product(site, group, kind)
            site.products[product.id] = product
            site.tell("product.created", product.id)
            added += product.listings
            turn += 1
        site.shop.listings.update({listing.sku: listing for listing in added})
        return added

    def _new_product(self, site: Site, group: Sequence[NewItem], kind: str) -> Product:
        now = self._world.clock.stamp()
        first = group[0]
        number = site.numbers.next("post")
        product = Product(
            id=number,
            name=first.name,
            slug=f"product-{number}",
            stock=_stock(first.quantity if kind != "own" else None),
            created_at=now,
            changed_at=now,
        )
        if kind == "simple":
            product.listing = self._new_listing(product, first, "", now)
            return product
        for item in group:
            variation = site.numbers.next("post")
            product.variations.append(
                Variation(
                    id=variation,
                    option=item.name,
                    listing=self._new_listing(product, item, str(variation), now),
                    stock=_stock(item.quantity if kind == "own" else None),
                )
            )
        return product

    def _new_listing(
        self, product: Product, item: NewItem, variant_id: str, now: int
    ) -> Listing:
        return Listing(
            sku=item.sku,
            item_id=str(product.id),
            variant_id=variant_id,
            name=item.name,
            barcode=item.barcode,
            price=self._world.identifiers.price(),
            sellable=item.quantity,
            created_at=now,
            updated_at=now,
        )


def _stock(quantity: int | None) -> Stock:
    stock = Stock(manages=quantity is not None, quantity=quantity)
    stock.follow()
    return stock
