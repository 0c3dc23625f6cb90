"""How SKUs are laid out as products and variants, each with an inventory item."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.listings import Listing, NewItem
from sandbox.shops import Shop
from sandbox.world import World

# The first SKU of a call stands alone, the next two share a product, then one alone
# again: whoever reads the catalogue always meets both shapes.
_LAYOUT = (1, 2)


@dataclass(kw_only=True, eq=False)
class Variant:
    """One SKU on offer, and its stock at the shop's location."""

    id: int
    inventory_item_id: int
    inventory_level_id: int
    position: int
    title: str
    listing: Listing
    product: "Product"
    committed: int = 0

    @property
    def on_hand(self) -> int:
        """What Shopify believes to be in the building."""
        return self.listing.sellable + self.committed


@dataclass(kw_only=True, eq=False)
class Product:
    """A product with one variant by itself, or several."""

    id: int
    title: str
    created_at: int
    variants: list[Variant] = field(default_factory=list)

    @property
    def updated_at(self) -> int:
        """When anything of it changed last."""
        return max(each.listing.updated_at for each in self.variants)


class Catalogue:
    """The products of every shop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._products: dict[str, list[Product]] = {}
        self._by_sku: dict[tuple[str, str], Variant] = {}
        self._by_inventory_item: dict[tuple[str, int], Variant] = {}

    def products(self, shop: Shop) -> list[Product]:
        """A shop's products, oldest first."""
        return self._products.setdefault(shop.name, [])

    def variants(self, shop: Shop) -> list[Variant]:
        """A shop's variants, oldest first."""
        return [each for product in self.products(shop) for each in product.variants]

    def variant(self, shop: Shop, sku: str) -> Variant:
        """The variant of a SKU that the shop lists."""
        return self._by_sku[shop.name, sku]

    def by_inventory_item(self, shop: Shop, id_: int) -> Variant | None:
        """The variant that an inventory item belongs to."""
        return self._by_inventory_item.get((shop.name, id_))

    def add(self, shop: Shop, wanted: Sequence[NewItem]) -> list[Listing]:
        """List new SKUs, alternating between single variants and several."""
        added: list[Variant] = []
        rest = list(wanted)
        turn = 0
        while rest:
            size = _LAYOUT[turn % len(_LAYOUT)]
            group, rest = rest[:size], rest[size:]
            added += self._add_product(shop, group).variants
            turn += 1
        for variant in added:
            shop.listings[variant.listing.sku] = variant.listing
            self._by_sku[shop.name, variant.listing.sku] = variant
            self._by_inventory_item[shop.name, variant.inventory_item_id] = variant
        return [variant.listing for variant in added]

    def _add_product(self, shop: Shop, group: Sequence[NewItem]) -> Product:
        product = Product(
            id=self._world.identifiers.number(13),
            title=group[0].name,
            created_at=self._world.clock.stamp(),
        )
        for position, new in enumerate(group, start=1):
            title = new.name if len(group) > 1 else "Default Title"
            product.variants.append(self._new_variant(product, new, position, title))
        self.products(shop).append(product)
        return product

    def _new_variant(
        self, product: Product, new: NewItem, position: int, title: str
    ) -> Variant:
        identifiers = self._world.identifiers
        id_ = identifiers.number(14)
        return Variant(
            id=id_,
            inventory_item_id=identifiers.number(14),
            inventory_level_id=identifiers.number(12),
            position=position,
            title=title,
            product=product,
            listing=Listing(
                sku=new.sku,
                item_id=str(product.id),
                variant_id=str(id_),
                name=new.name,
                barcode=new.barcode,
                price=identifiers.price(),
                sellable=new.quantity,
                created_at=product.created_at,
                updated_at=product.created_at,
            ),
        )
