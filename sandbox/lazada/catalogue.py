"""How SKUs are laid out as products, and Lazada's JSON for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sandbox.channel import Json
from sandbox.listings import Listing, NewItem
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Held

WAREHOUSE = "dropshipping"

# The first SKU of a call stands alone, the next two share a product, then one alone
# again: whoever reads the catalogue always meets both shapes.
_LAYOUT = (1, 2)
_CATEGORY = 18209

HeldOf = Callable[[Listing], Held]


@dataclass(kw_only=True)
class Product:
    """A Lazada product with one or more SKUs."""

    id: str
    name: str
    created_at: int
    listings: list[Listing] = field(default_factory=list)

    @property
    def updated_at(self) -> int:
        """When anything of it changed last."""
        return max(listing.updated_at for listing in self.listings)

    @property
    def sold_out(self) -> bool:
        """Whether buyers see nothing of it."""
        return not any(listing.sellable for listing in self.listings)


class Catalogue:
    """The products of every shop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._products: dict[str, list[Product]] = {}
        self._by_sku_id: dict[str, Listing] = {}

    def of(self, shop: Shop) -> list[Product]:
        """A shop's products, oldest first."""
        return self._products.setdefault(shop.name, [])

    def product(self, shop: Shop, item_id: str) -> Product | None:
        """One product of a shop."""
        return next((each for each in self.of(shop) if each.id == item_id), None)

    def listing(self, shop: Shop, sku_id: str, seller_sku: str) -> Listing | None:
        """The listing that ``SkuId`` names, or ``SellerSku`` when that is all."""
        found = shop.listings.get(seller_sku)
        if sku_id:
            by_id = self._by_sku_id.get(sku_id)
            mine = by_id is not None and shop.listings.get(by_id.sku) is by_id
            found = by_id if mine else None
        if found is not None and seller_sku and found.sku != seller_sku:
            return None
        return found

    def add(self, shop: Shop, wanted: Sequence[NewItem]) -> list[Listing]:
        """List new SKUs, alternating between products of one SKU and of two."""
        added: list[Listing] = []
        rest = list(wanted)
        turn = 0
        while rest:
            size = _LAYOUT[turn % len(_LAYOUT)]
            group, rest = rest[:size], rest[size:]
            added += self._add_product(shop, group).listings
            turn += 1
        shop.listings.update({listing.sku: listing for listing in added})
        self._by_sku_id.update({listing.variant_id: listing for listing in added})
        return added

    def _add_product(self, shop: Shop, group: Sequence[NewItem]) -> Product:
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        product = Product(id=identifiers.digits(10), name=group[0].name, created_at=now)
        product.listings = [
            Listing(
                sku=new.sku,
                item_id=product.id,
                variant_id=identifiers.digits(11),
                name=new.name,
                barcode=new.barcode,
                price=identifiers.price(),
                sellable=new.quantity,
                created_at=now,
                updated_at=now,
            )
            for new in group
        ]
        self.of(shop).append(product)
        return product


def product_row(product: Product, held_of: HeldOf) -> Json:
    """A product as ``/products/get`` shows it: names with underscores."""
    return {
        "item_id": int(product.id),
        "created_time": str(product.created_at * 1000),
        "updated_time": str(product.updated_at * 1000),
        "primary_category": _CATEGORY,
        "images": [],
        "marketImages": [],
        **_common(product, held_of),
    }


def product_detail(product: Product, held_of: HeldOf) -> Json:
    """A product as ``/product/item/get`` shows it: names in camel case."""
    return {
        "itemId": int(product.id),
        "createdTime": str(product.created_at * 1000),
        "updatedTime": str(product.updated_at * 1000),
        "primaryCategory": _CATEGORY,
        "productImageList": [],
        "marketImageList": [],
        "subStatus": None,
        "suspendedSkus": None,
        "rejectReason": None,
        **_common(product, held_of),
    }


def shop_sku(listing: Listing) -> str:
    """Lazada's own code of a SKU."""
    return f"{listing.item_id}_VNAMZ-{listing.variant_id}"


def _common(product: Product, held_of: HeldOf) -> Json:
    return {
        "skus": [_sku(listing, held_of(listing)) for listing in product.listings],
        "variation": {},
        "trialProduct": False,
        "attributes": {"name": product.name, "brand": "No Brand", "source": "api"},
        "status": "Active",
    }


def _sku(listing: Listing, held: Held) -> Json:
    return {
        "SkuId": int(listing.variant_id),
        "SellerSku": listing.sku,
        "ShopSku": shop_sku(listing),
        "Status": "active",
        "Url": "",
        "Images": [],
        "price": float(listing.price),
        "special_price": 0.0,
        "package_weight": "0.3",
        "package_length": "10.00",
        "package_width": "10.00",
        "package_height": "10.00",
        "quantity": listing.sellable,
        "Available": listing.sellable,
        "multiWarehouseInventories": [
            {
                "warehouseCode": WAREHOUSE,
                "sellableQuantity": listing.sellable,
                "quantity": listing.sellable,
                "withholdQuantity": held.withhold,
                "occupyQuantity": held.occupy,
                "totalQuantity": listing.sellable + held.withhold + held.occupy,
            }
        ],
        "fblWarehouseInventories": [],
        "channelInventories": [],
    }
