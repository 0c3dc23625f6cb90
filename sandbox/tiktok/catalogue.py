"""How SKUs are laid out as products, and TikTok Shop's JSON for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.channel import Json
from sandbox.listings import Listing, NewItem
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import Warehouse

# The first SKU of a call is a product of its own, the next two share one, then one
# alone again: whoever reads the catalogue always meets both shapes.
_LAYOUT = (1, 2)


@dataclass(kw_only=True, eq=False)
class Product:
    """A product and its SKUs; even a single SKU has a number of its own."""

    id: str
    title: str
    created_at: int
    listings: list[Listing] = field(default_factory=list)

    @property
    def updated_at(self) -> int:
        """When anything of it changed last."""
        return max(listing.updated_at for listing in self.listings)

    def sku(self, sku_id: str) -> Listing | None:
        """The listing of one SKU."""
        return next((each for each in self.listings if each.variant_id == sku_id), None)


class Catalogue:
    """The products of every shop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._products: dict[str, dict[str, Product]] = {}
        self._by_sku: dict[str, dict[str, Product]] = {}

    def of(self, shop: Shop) -> list[Product]:
        """A shop's products, oldest first."""
        return list(self._products.get(shop.name, {}).values())

    def product(self, shop: Shop, product_id: str) -> Product | None:
        """One product of a shop."""
        return self._products.get(shop.name, {}).get(product_id)

    def with_sku(self, shop: Shop, sku_id: str) -> Product | None:
        """The product that a SKU belongs to."""
        return self._by_sku.get(shop.name, {}).get(sku_id)

    def add(self, shop: Shop, wanted: Sequence[NewItem]) -> list[Listing]:
        """List new SKUs, alternating between products of one and of two."""
        added: list[Listing] = []
        rest = list(wanted)
        turn = 0
        while rest:
            size = _LAYOUT[turn % len(_LAYOUT)]
            group, rest = rest[:size], rest[size:]
            added += self._add_product(shop, group).listings
            turn += 1
        shop.listings.update({listing.sku: listing for listing in added})
        return added

    def _add_product(self, shop: Shop, group: Sequence[NewItem]) -> Product:
        now = self._world.clock.stamp()
        draw = self._world.identifiers
        product = Product(
            id=draw.digits(15, "1729"), title=group[0].name, created_at=now
        )
        product.listings = [
            Listing(
                sku=new.sku,
                item_id=product.id,
                variant_id=draw.digits(15, "1729"),
                name=new.name,
                barcode=new.barcode,
                price=draw.price(),
                sellable=new.quantity,
                created_at=now,
                updated_at=now,
            )
            for new in group
        ]
        self._products.setdefault(shop.name, {})[product.id] = product
        for listing in product.listings:
            self._by_sku.setdefault(shop.name, {})[listing.variant_id] = product
        return product


def search_row(product: Product, warehouse: Warehouse) -> Json:
    """A product as the search answers it."""
    return {
        "id": product.id,
        "title": product.title,
        "status": "ACTIVATE",
        "sales_regions": ["VN"],
        "is_not_for_sale": False,
        "create_time": product.created_at,
        "update_time": product.updated_at,
        "skus": [_search_sku(each, warehouse) for each in product.listings],
    }


def detail(product: Product, warehouse: Warehouse) -> Json:
    """A product in full."""
    return {
        "id": product.id,
        "title": product.title,
        "status": "ACTIVATE",
        "description": f"<p>{product.title}</p>",
        "is_cod_allowed": True,
        "main_images": [],
        "create_time": product.created_at,
        "update_time": product.updated_at,
        "skus": [_detail_sku(each, warehouse) for each in product.listings],
    }


def _search_sku(listing: Listing, warehouse: Warehouse) -> Json:
    return {
        "id": listing.variant_id,
        "seller_sku": listing.sku,
        "price": {
            "currency": "VND",
            "sale_price": str(listing.price),
            "tax_exclusive_price": str(listing.price),
        },
        "inventory": [
            {"warehouse_id": warehouse.sales_id, "quantity": listing.sellable}
        ],
    }


def _detail_sku(listing: Listing, warehouse: Warehouse) -> Json:
    described: Json = {
        **_search_sku(listing, warehouse),
        "sales_attributes": [{"name": "Phân loại", "value_name": listing.name}],
    }
    if listing.barcode:
        described["identifier_code"] = {"code": listing.barcode, "type": "GTIN"}
    return described
