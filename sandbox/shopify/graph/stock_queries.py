"""The fields about the catalogue and its stock."""

from collections.abc import Callable, Mapping

from sandbox.channel import Json
from sandbox.shopify.catalogue import Product, Variant

from . import search
from .connections import Key, connect
from .nodes import COUNTED, count
from .queries import Queries, number_of
from .stock_nodes import (
    QUANTITY_NAMES,
    InventoryItemNode,
    LevelNode,
    LocationNode,
    ProductNode,
    VariantNode,
    is_location,
)


class StockQueries(Queries):
    """Products, variants, inventory items, levels and the location."""

    @property
    def inventory_properties(self) -> Json:
        """The states that stock can be in."""
        return {
            "quantityNames": [
                {
                    "name": name,
                    "displayName": name.replace("_", " ").capitalize(),
                    "isInUse": True,
                    "belongsTo": [] if name in ("on_hand", "incoming") else ["on_hand"],
                    "comprises": (
                        [
                            each
                            for each in QUANTITY_NAMES
                            if each not in ("on_hand", "incoming")
                        ]
                        if name == "on_hand"
                        else []
                    ),
                }
                for name in QUANTITY_NAMES
            ]
        }

    def products(
        self,
        sort_key: str = "ID",
        query: str | None = None,
        saved_search_id: str | None = None,
        **paging: object,
    ) -> object:
        """The catalogue by product."""
        keys: Mapping[str, Callable[[Product], Key]] = {
            "TITLE": lambda each: (each.title, each.id),
            "CREATED_AT": lambda each: (each.created_at, each.id),
            "UPDATED_AT": lambda each: (each.updated_at, each.id),
        }
        return connect(
            self._products(query),
            keys.get(sort_key, lambda each: (each.id, each.id)),
            lambda each: ProductNode(self._session, each),
            paging,
        )

    def products_count(
        self,
        query: str | None = None,
        saved_search_id: str | None = None,
        limit: int | None = COUNTED,
    ) -> Json:
        """How many products there are."""
        return count(len(self._products(query)), limit)

    def product_variants(
        self,
        sort_key: str = "ID",
        query: str | None = None,
        saved_search_id: str | None = None,
        **paging: object,
    ) -> object:
        """The catalogue by variant."""
        by_sku = sort_key == "SKU"
        return connect(
            self._variants(query, lambda each: each.id),
            lambda each: (each.listing.sku if by_sku else each.id, each.id),
            lambda each: VariantNode(self._session, each),
            paging,
        )

    def inventory_items(self, query: str | None = None, **paging: object) -> object:
        """What is counted."""
        return connect(
            self._variants(query, lambda each: each.inventory_item_id),
            lambda each: (each.inventory_item_id, each.inventory_item_id),
            lambda each: InventoryItemNode(self._session, each),
            paging,
        )

    def locations(self, **paging: object) -> object:
        """The shop's one location."""
        return connect(
            [self._session.account],
            lambda each: (each.location_id, each.location_id),
            lambda _: LocationNode(self._session),
            paging,
        )

    def location(self, id: str | None = None) -> LocationNode | None:
        """A location; the primary one when none is named."""
        if id is not None and not is_location(self._session, id):
            return None
        return LocationNode(self._session)

    def product(self, id: str) -> ProductNode | None:
        """One product."""
        number = number_of(id, "Product")
        for each in self._catalogue.products(self._shop):
            if each.id == number:
                return ProductNode(self._session, each)
        return None

    def product_variant(self, id: str) -> VariantNode | None:
        """One variant."""
        number = number_of(id, "ProductVariant")
        for each in self._catalogue.variants(self._shop):
            if each.id == number:
                return VariantNode(self._session, each)
        return None

    def inventory_item(self, id: str) -> InventoryItemNode | None:
        """One inventory item."""
        number = number_of(id, "InventoryItem")
        variant = self._catalogue.by_inventory_item(self._shop, number)
        return None if variant is None else InventoryItemNode(self._session, variant)

    def inventory_level(self, id: str) -> LevelNode | None:
        """One level."""
        number = number_of(id, "InventoryLevel")
        for each in self._catalogue.variants(self._shop):
            if each.inventory_level_id == number:
                return LevelNode(self._session, each)
        return None

    def _products(self, query: str | None) -> list[Product]:
        now = self._session.shopify.world.clock.wall()
        return search.find(
            self._catalogue.products(self._shop),
            query,
            lambda each: {
                "default": search.words(each.title),
                "id": search.number(each.id),
                "title": search.words(each.title),
                "status": search.words("active"),
                "sku": search.words(*(v.listing.sku for v in each.variants)),
                "created_at": search.moment(each.created_at, now),
                "updated_at": search.moment(each.updated_at, now),
            },
        )

    def _variants(
        self, query: str | None, id_of: Callable[[Variant], int]
    ) -> list[Variant]:
        now = self._session.shopify.world.clock.wall()
        return search.find(
            self._catalogue.variants(self._shop),
            query,
            lambda each: {
                "default": search.words(each.listing.sku, each.title),
                "id": search.number(id_of(each)),
                "product_id": search.number(each.product.id),
                "sku": search.words(each.listing.sku),
                "barcode": search.words(each.listing.barcode),
                "inventory_quantity": search.number(each.listing.sellable),
                "updated_at": search.moment(each.listing.updated_at, now),
            },
        )
