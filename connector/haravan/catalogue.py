"""Reads a shop's catalogue and the stock of its listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connector.errors import PermanentError
from connector.haravan.client import LARGEST_PAGE, Client
from connector.haravan.fields import units
from connector.haravan.levels import UNLIMITED, Level, Levels, is_counted
from connector.parsing import JsonRecord, Malformed, identifier, records, told
from connector.rejections import rejected
from connector.values import ChannelListing, ListingRef, Page, Rejected

PRODUCTS = "products"

# The title that Haravan gives to the only variant of a product.
_ONLY_VARIANT = "default title"


class Catalogue:
    """Reads what a shop sells, and how many of each."""

    def __init__(self, client: Client, levels: Levels) -> None:
        self._client = client
        self._levels = levels

    def page(self, cursor: str | None) -> Page[ChannelListing]:
        """Return one page of the catalogue."""
        number = _page_number(cursor)
        query = {"limit": LARGEST_PAGE, "page": number}
        products = self._client.many(PRODUCTS, PRODUCTS, query)
        items: list[ChannelListing] = []
        refused: list[Rejected] = []
        for product in products:
            try:
                items += listings_of(product)
            except Malformed as problem:
                refused.append(rejected(told(product.get("id")), problem))
        more = len(products) >= LARGEST_PAGE
        return Page(
            items=tuple(self._at_our_location(items)),
            rejected=tuple(refused),
            next_cursor=str(number + 1) if more else None,
        )

    def quantities(self, listings: Sequence[ListingRef]) -> dict[ListingRef, int]:
        """Return the sellable number of each listing that Haravan knows."""
        levels = self._levels.of(listings)
        found: dict[ListingRef, int] = {}
        for listing in dict.fromkeys(listings):
            if listing in levels:
                found[listing] = levels[listing].available
                continue
            variant = self._levels.variant(listing)
            if variant is not None:
                # Counted, but never stocked at our location.
                found[listing] = 0 if is_counted(variant) else UNLIMITED
        return found

    def _at_our_location(self, items: Sequence[ChannelListing]) -> list[ChannelListing]:
        """Return listings with the number that we keep, not that of all locations."""
        counted = [one.listing for one in items if one.quantity != UNLIMITED]
        levels: dict[ListingRef, Level] = self._levels.of(counted) if counted else {}
        return [
            replace(one, quantity=levels[one.listing].available)
            if one.listing in levels
            else one
            for one in items
        ]


def listings_of(product: JsonRecord) -> list[ChannelListing]:
    """Return a product's variants, each sold by itself; raises ``Malformed``."""
    item_id = identifier(product.get("id"), "product id")
    return [
        ChannelListing(
            listing=ListingRef(
                item_id=item_id,
                variant_id=identifier(variant.get("id"), "variant id"),
            ),
            sku=told(variant.get("sku")),
            title=_title(product, variant),
            quantity=_quantity(variant),
            barcode=told(variant.get("barcode")),
        )
        for variant in records(product.get("variants"), "variants")
    ]


def _quantity(variant: JsonRecord) -> int:
    if not is_counted(variant):
        return UNLIMITED
    return units(variant.get("inventory_quantity", 0), "inventory_quantity")


def _title(product: JsonRecord, variant: JsonRecord) -> str:
    names = [told(product.get("title")), told(variant.get("title"))]
    if names[1].lower() == _ONLY_VARIANT:
        names.pop()
    return " - ".join(name for name in names if name)


def _page_number(cursor: str | None) -> int:
    if cursor is None:
        return 1
    if not cursor.isascii() or not cursor.isdigit() or not 0 < len(cursor) <= 9:
        raise PermanentError("the cursor is not one of this channel")
    return int(cursor)
