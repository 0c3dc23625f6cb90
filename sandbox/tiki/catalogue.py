"""Products: how they are listed, and Tiki's JSON for them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sandbox.channel import Json
from sandbox.listings import Listing, NewItem
from sandbox.shops import Shop
from sandbox.world import World

from .accounts import Account
from .inventory import Inventory, Shelf, model_of
from .statuses import FULFILLMENT_TYPES, Model
from .times import local

INVENTORY = "inventory"
_SELLER = "seller"
_EMPTY = ("categories", "attributes", "images")


@dataclass(kw_only=True, eq=False)
class Product:
    """A product of one seller; Tiki's own SKU stands beside the seller's code."""

    listing: Listing
    model: Model
    tiki_sku: str
    version: int = 1
    active: bool = True

    @property
    def id(self) -> int:
        """The product id."""
        return int(self.listing.item_id)


class Catalogue:
    """The products of every shop."""

    def __init__(self, world: World, inventory: Inventory) -> None:
        self._world = world
        self._inventory = inventory
        self._products: dict[str, dict[int, Product]] = {}

    def of(self, shop: Shop) -> list[Product]:
        """A shop's products, the newest first."""
        return list(self._products.get(shop.name, {}).values())[::-1]

    def by_id(self, shop: Shop, product_id: int) -> Product | None:
        """The product of an id."""
        return self._products.get(shop.name, {}).get(product_id)

    def by_code(self, shop: Shop, original_sku: str) -> Product | None:
        """The product of a seller's own code."""
        listing = shop.listings.get(original_sku)
        return None if listing is None else self.by_id(shop, int(listing.item_id))

    def sku_of(self, shop: Shop, listing: Listing) -> str:
        """Tiki's own SKU of a listing."""
        return self._products[shop.name][int(listing.item_id)].tiki_sku

    def add(self, shop: Shop, wanted: Sequence[NewItem]) -> list[Listing]:
        """List new SKUs, each a simple product."""
        added = [self._product(new) for new in wanted]
        products = self._products.setdefault(shop.name, {})
        for product in added:
            products[product.id] = product
            shop.listings[product.listing.sku] = product.listing
            self._inventory.stock(product.listing)
        return [product.listing for product in added]

    def show(
        self, product: Product, account: Account, include: Collection[str]
    ) -> Json:
        """A product; its stock is there only when it was asked for."""
        listing = product.listing
        shown: Json = {
            "id": product.id,
            "product_id": product.id,
            "sku": product.tiki_sku,
            "name": listing.name,
            "master_id": product.id - 1,
            "master_sku": "",
            "super_id": 0,
            "super_sku": None,
            "active": int(product.active),
            "is_hidden": False,
            "original_sku": listing.sku,
            "type": "simple",
            "entity_type": "seller_simple",
            "price": listing.price,
            "market_price": listing.price,
            "version": product.version,
            "created_at": local(listing.created_at),
            "updated_at": local(listing.updated_at),
            "thumbnail": "",
        }
        if _SELLER in include:
            shown[_SELLER] = {"id": account.seller_id, "name": account.shop.name}
        for name in _EMPTY:
            if name in include:
                shown[name] = {} if name == "attributes" else []
        if INVENTORY in include:
            shown[INVENTORY] = self._stock(product, account)
        return shown

    def _stock(self, product: Product, account: Account) -> Json:
        numbers = _numbers(self._inventory.shelf(product.listing))
        by_tiki = product.model is Model.BY_TIKI
        stocks = [] if by_tiki else [{"warehouse_id": account.supplies.id, **numbers}]
        return {
            "inventory_type": product.model.value,
            "fulfillment_type": FULFILLMENT_TYPES[product.model],
            **numbers,
            "warehouse_stocks": stocks,
        }

    def _product(self, new: NewItem) -> Product:
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        listing = Listing(
            sku=new.sku,
            item_id=str(identifiers.number(9)),
            variant_id="",
            name=new.name,
            barcode=new.barcode,
            price=identifiers.price(),
            sellable=new.quantity,
            created_at=now,
            updated_at=now,
        )
        return Product(
            listing=listing,
            model=model_of(new.sku),
            tiki_sku=str(identifiers.number(13)),
        )


def _numbers(shelf: Shelf) -> Json:
    # ``quantity`` is a number of Tiki's own warehouses and says nothing about these.
    return {
        "quantity": 0,
        "quantity_available": shelf.available,
        "quantity_reserved": shelf.reserved,
        "quantity_sellable": shelf.sellable,
    }
