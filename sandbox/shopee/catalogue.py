"""How SKUs are laid out as items and models, and Shopee's JSON for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.channel import Json
from sandbox.listings import Listing, NewItem
from sandbox.shops import Shop
from sandbox.world import World

# The first SKU of a call stands alone, the next two share an item, then one alone
# again: whoever reads the catalogue always meets both shapes.
_LAYOUT = (1, 2)
_CATEGORY = 100629


@dataclass(kw_only=True)
class Item:
    """A Shopee item: one listing by itself, or one listing for each model."""

    id: int
    name: str
    has_model: bool
    created_at: int
    listings: list[Listing] = field(default_factory=list)

    @property
    def updated_at(self) -> int:
        """When anything of it changed last."""
        return max(listing.updated_at for listing in self.listings)

    def model(self, model_id: int) -> Listing | None:
        """The listing of one model; model 0 is the item itself."""
        wanted = str(model_id)
        return next((each for each in self.listings if each.variant_id == wanted), None)


class Catalogue:
    """The items of every shop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._items: dict[str, list[Item]] = {}

    def of(self, shop: Shop) -> list[Item]:
        """A shop's items, oldest first."""
        return self._items.setdefault(shop.name, [])

    def item(self, shop: Shop, item_id: int) -> Item | None:
        """One item of a shop."""
        return next((item for item in self.of(shop) if item.id == item_id), None)

    def add(self, shop: Shop, wanted: Sequence[NewItem]) -> list[Listing]:
        """List new SKUs, alternating between items with and without models."""
        added: list[Listing] = []
        rest = list(wanted)
        turn = 0
        while rest:
            size = _LAYOUT[turn % len(_LAYOUT)]
            group, rest = rest[:size], rest[size:]
            added += self._add_item(shop, group, has_model=size > 1).listings
            turn += 1
        shop.listings.update({listing.sku: listing for listing in added})
        return added

    def _add_item(
        self, shop: Shop, group: Sequence[NewItem], *, has_model: bool
    ) -> Item:
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        item = Item(
            id=identifiers.number(11),
            name=group[0].name,
            has_model=has_model,
            created_at=now,
        )
        item.listings = [
            Listing(
                sku=new.sku,
                item_id=str(item.id),
                variant_id=str(identifiers.number(12)) if has_model else "0",
                name=new.name,
                barcode=new.barcode,
                price=identifiers.price(),
                sellable=new.quantity,
                created_at=now,
                updated_at=now,
            )
            for new in group
        ]
        self.of(shop).append(item)
        return item


def base_info(item: Item) -> Json:
    """An item as ``get_item_base_info`` answers it.

    Stock, SKU and price of an item with models stand on its models alone.
    """
    info: Json = {
        "item_id": item.id,
        "category_id": _CATEGORY,
        "item_name": item.name,
        "description": item.name,
        "item_sku": "" if item.has_model else item.listings[0].sku,
        "create_time": item.created_at,
        "update_time": item.updated_at,
        "attribute_list": [],
        "image": {"image_url_list": [], "image_id_list": []},
        "weight": "0.3",
        "pre_order": {"is_pre_order": False, "days_to_ship": 2},
        "condition": "NEW",
        "item_status": "NORMAL",
        "deboost": "FALSE",
        "has_model": item.has_model,
        "promotion_id": 0,
        "brand": {"brand_id": 0, "original_brand_name": "NoBrand"},
        "item_dangerous": 0,
        "description_type": "normal",
    }
    if not item.has_model:
        info["gtin_code"] = item.listings[0].barcode
        info["price_info"] = _price(item.listings[0])
        info["stock_info_v2"] = stock_info(item.listings[0])
    return info


def model_list(item: Item) -> Json:
    """An item's models as ``get_model_list`` answers them."""
    if not item.has_model:
        return {"tier_variation": [], "model": [], "standardise_tier_variation": []}
    options: list[Json] = [{"option": listing.name} for listing in item.listings]
    return {
        "tier_variation": [{"name": "Phân loại", "option_list": options}],
        "model": [
            {
                "model_id": int(listing.variant_id),
                "model_name": listing.name,
                "model_sku": listing.sku,
                "model_status": "MODEL_NORMAL",
                "tier_index": [index],
                "promotion_id": 0,
                "price_info": _price(listing),
                "pre_order": {"is_pre_order": False, "days_to_ship": 2},
                "stock_info_v2": stock_info(listing),
                "gtin_code": listing.barcode,
                "weight": "0.3",
            }
            for index, listing in enumerate(item.listings)
        ],
        "standardise_tier_variation": [],
    }


def stock_info(listing: Listing) -> Json:
    """``stock_info_v2`` of a shop with one location and no promotion."""
    return {
        "summary_info": {
            "total_reserved_stock": 0,
            "total_available_stock": listing.sellable,
        },
        "seller_stock": [
            {"location_id": "", "stock": listing.sellable, "if_saleable": True}
        ],
        "shopee_stock": [],
    }


def _price(listing: Listing) -> list[Json]:
    return [
        {
            "currency": "VND",
            "original_price": listing.price,
            "current_price": listing.price,
        }
    ]
