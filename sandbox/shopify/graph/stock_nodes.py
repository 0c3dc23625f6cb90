"""Products, variants, inventory items, their levels, and the location."""

from sandbox.channel import Json
from sandbox.shopify.announcements import level_gid
from sandbox.shopify.catalogue import Product, Variant
from sandbox.shopify.formats import gid, graph_money, graph_time, number_in_gid

from .connections import connect
from .nodes import Node, count
from .session import Session

QUANTITY_NAMES = (
    "available",
    "committed",
    "damaged",
    "incoming",
    "on_hand",
    "quality_control",
    "reserved",
    "safety_stock",
)


class ProductNode(Node):
    """A product."""

    graphql_type = "Product"

    description = ""
    is_gift_card = False
    online_store_url = None
    product_type = ""
    status = "ACTIVE"
    tracks_inventory = True

    def __init__(self, session: Session, product: Product) -> None:
        super().__init__(session, product.id)
        self._product = product
        self.title = product.title
        self.handle = f"product-{product.id}"
        self.tags: list[str] = []
        self.vendor = session.shop.name
        self.created_at = self.published_at = graph_time(product.created_at)
        self.updated_at = graph_time(product.updated_at)
        self.has_only_default_variant = len(product.variants) == 1
        numbers = [each.listing.sellable for each in product.variants]
        self.total_inventory = sum(numbers)
        self.has_out_of_stock_variants = min(numbers) <= 0
        self.variants_count = count(len(product.variants))

    def variants(self, sort_key: str = "POSITION", **paging: object) -> object:
        """Its variants by position."""
        return connect(
            self._product.variants,
            lambda each: (each.position, each.id),
            lambda each: VariantNode(self._session, each),
            paging,
        )


class VariantNode(Node):
    """A variant: what a listing is on Shopify."""

    graphql_type = "ProductVariant"

    compare_at_price = None
    inventory_policy = "DENY"
    requires_components = False
    taxable = False

    def __init__(self, session: Session, variant: Variant) -> None:
        super().__init__(session, variant.id)
        self._variant = variant
        listing = variant.listing
        self.sku = listing.sku
        self.barcode = listing.barcode or None
        self.title = variant.title
        self.display_name = f"{variant.product.title} - {variant.title}"
        self.position = variant.position
        self.selected_options = [{"name": "Title", "value": variant.title}]
        self.price = graph_money(listing.price)
        self.inventory_quantity = self.sellable_online_quantity = listing.sellable
        self.available_for_sale = listing.sellable > 0
        self.created_at = graph_time(listing.created_at)
        self.updated_at = graph_time(listing.updated_at)

    @property
    def product(self) -> ProductNode:
        """The product that it belongs to."""
        return ProductNode(self._session, self._variant.product)

    @property
    def inventory_item(self) -> "InventoryItemNode":
        """The thing in the warehouse."""
        return InventoryItemNode(self._session, self._variant)


class InventoryItemNode(Node):
    """What is counted; there is one for each variant."""

    graphql_type = "InventoryItem"

    duplicate_sku_count = 0
    requires_shipping = True
    tracked = True

    def __init__(self, session: Session, variant: Variant) -> None:
        super().__init__(session, variant.inventory_item_id)
        self._variant = variant
        self.sku = variant.listing.sku
        self.created_at = graph_time(variant.listing.created_at)
        self.updated_at = graph_time(variant.listing.updated_at)
        self.locations_count = count(1)

    @property
    def variant(self) -> VariantNode:
        """The variant that it is sold as."""
        return VariantNode(self._session, self._variant)

    def variants(self, **paging: object) -> object:
        """The variant that it is sold as, as a connection."""
        return connect(
            [self._variant],
            lambda each: (each.id, each.id),
            lambda each: VariantNode(self._session, each),
            paging,
        )

    def inventory_level(
        self, location_id: str, include_inactive: bool = False
    ) -> "LevelNode | None":
        """The level at a location, if it is stocked there."""
        if not is_location(self._session, location_id):
            return None
        return LevelNode(self._session, self._variant)

    def inventory_levels(
        self, include_inactive: bool = False, query: str | None = None, **paging: object
    ) -> object:
        """The level at the shop's one location."""
        return connect(
            [self._variant],
            lambda each: (each.inventory_level_id, each.inventory_level_id),
            lambda each: LevelNode(self._session, each),
            paging,
        )


class LevelNode:
    """The numbers of an item at a location."""

    graphql_type = "InventoryLevel"

    can_deactivate = False
    deactivation_alert = None
    is_active = True

    def __init__(self, session: Session, variant: Variant) -> None:
        self._session = session
        self._variant = variant
        self.id = level_gid(variant)
        self.created_at = graph_time(variant.listing.created_at)
        self.updated_at = graph_time(variant.listing.updated_at)

    @property
    def item(self) -> InventoryItemNode:
        """What is counted."""
        return InventoryItemNode(self._session, self._variant)

    @property
    def location(self) -> "LocationNode":
        """Where it is counted."""
        return LocationNode(self._session)

    def quantities(self, names: list[str]) -> list[Json]:
        """The asked states; a name that does not exist is left out."""
        variant = self._variant
        held = {
            **dict.fromkeys(QUANTITY_NAMES, 0),
            "available": variant.listing.sellable,
            "committed": variant.committed,
            "on_hand": variant.on_hand,
        }
        level = variant.inventory_level_id
        return [
            {
                "id": gid("InventoryQuantity", f"{level}?inventory_quantity={name}"),
                "name": name,
                "quantity": held[name],
                "updatedAt": self.updated_at,
            }
            for name in names
            if name in held
        ]


class LocationNode(Node):
    """The shop's one location."""

    graphql_type = "Location"

    activatable = False
    deactivatable = False
    deactivated_at = None
    fulfills_online_orders = True
    has_active_inventory = True
    is_active = True
    is_fulfillment_service = False
    is_primary = True
    name = "Kho chính"
    ships_inventory = True

    def __init__(self, session: Session) -> None:
        super().__init__(session, session.account.location_id)
        self.address: Json = {
            "country": "Vietnam",
            "countryCode": "VN",
            "formatted": ["Vietnam"],
        }
        self.created_at = self.updated_at = graph_time(session.shop.opened_at)

    def inventory_level(
        self, inventory_item_id: str, include_inactive: bool = False
    ) -> LevelNode | None:
        """The level of one item here."""
        number = number_in_gid(inventory_item_id, "InventoryItem")
        variant = self._session.shopify.catalogue.by_inventory_item(
            self._session.shop, number or 0
        )
        return None if variant is None else LevelNode(self._session, variant)

    def inventory_levels(
        self, include_inactive: bool = False, query: str | None = None, **paging: object
    ) -> object:
        """The levels of all items."""
        return connect(
            self._session.shopify.catalogue.variants(self._session.shop),
            lambda each: (each.inventory_level_id, each.inventory_level_id),
            lambda each: LevelNode(self._session, each),
            paging,
        )


def is_location(session: Session, id_: str) -> bool:
    """Whether an id names the shop's location."""
    return number_in_gid(id_, "Location") == session.account.location_id
