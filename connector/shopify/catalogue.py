"""Reads Shopify's catalogue and the stock of its variants at one location."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connector.errors import PermanentError, UnexpectedAnswer
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    record,
    records,
    text,
    told,
)
from connector.rejections import rejected
from connector.shopify.client import Client
from connector.shopify.fields import end_cursor, gid, is_number, nodes, number_of, units
from connector.shopify.nodes import NodeReader
from connector.values import ChannelListing, ListingRef, Page, Rejected

PAGE_SIZE = 100
BATCH_SIZE = 100

_STOCK_FIELDS = """
    id
    product { id }
    inventoryItem {
      id
      tracked
      inventoryLevel(locationId: $location) {
        quantities(names: ["available"]) { name quantity }
      }
    }
"""

_CATALOGUE = f"""
query Catalogue($location: ID!, $size: Int!, $after: String) {{
  productVariants(first: $size, after: $after) {{
    nodes {{
      {_STOCK_FIELDS}
      sku
      barcode
      displayName
    }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

_STOCK = f"""
query Stock($ids: [ID!]!, $location: ID!) {{
  nodes(ids: $ids) {{ ... on ProductVariant {{ {_STOCK_FIELDS} }} }}
}}
"""

_PRIMARY_LOCATION = "query PrimaryLocation { location { id } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """What a variant has at the location; ``available`` is ``None`` where nothing is.

    Below nothing where the shop sold more than it had.
    """

    inventory_item: str
    tracked: bool
    available: int | None


class Catalogue:
    """Reads what a shop sells, and how many of each."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._variants = NodeReader(client, _STOCK, BATCH_SIZE)
        self._primary = ""
        # A variant keeps its inventory item for life.
        self._items: dict[ListingRef, str] = {}

    def location(self) -> str:
        """Return the global id of the location whose stock is ours."""
        chosen = self._client.account().location_id
        if chosen:
            return gid("Location", chosen)
        if not self._primary:
            found = self._client.read(_PRIMARY_LOCATION).get("location")
            if not isinstance(found, dict) or not told(found.get("id")):
                raise PermanentError("the setting location_id must name a location")
            self._primary = told(found["id"])
        return self._primary

    def page(self, cursor: str | None) -> Page[ChannelListing]:
        """Return one page of variants; whose stock cannot be set is set aside."""
        variables = {"location": self.location(), "size": PAGE_SIZE, "after": cursor}
        connection = self._client.read(_CATALOGUE, variables).get("productVariants")
        items: list[ChannelListing] = []
        refused: list[Rejected] = []
        variants, following = _opened(connection)
        for variant in variants:
            try:
                items.append(_listing(variant))
            except Malformed as problem:
                refused.append(rejected(told(variant.get("id")), problem))
        if following is not None and following == cursor:
            raise UnexpectedAnswer("the catalogue does not go on")
        return Page(items=tuple(items), rejected=tuple(refused), next_cursor=following)

    def quantities(self, listings: Sequence[ListingRef]) -> dict[ListingRef, int]:
        """Return the sellable number of each listing that Shopify knows."""
        return {
            listing: held.available
            for listing, held in self.stocked(listings).items()
            if held.available is not None and held.tracked
        }

    def stocked(self, listings: Iterable[ListingRef]) -> dict[ListingRef, Stocked]:
        """Return what each listing has at our location; unknown ones are left out."""
        wanted = {
            gid("ProductVariant", one.variant_id): one
            for one in listings
            if is_listing(one)
        }
        if not wanted:
            return {}
        found = self._variants.read(list(wanted), {"location": self.location()})
        stocked: dict[ListingRef, Stocked] = {}
        for variant_id, listing in wanted.items():
            held = _stock_or_none(found.get(variant_id), listing)
            if held is not None:
                stocked[listing] = held
        self._remember(stocked)
        return stocked

    def inventory_items(self, listings: Iterable[ListingRef]) -> dict[ListingRef, str]:
        """Return what was seen before of these listings, without asking."""
        return {one: self._items[one] for one in listings if one in self._items}

    def _remember(self, stocked: Mapping[ListingRef, Stocked]) -> None:
        for listing, held in stocked.items():
            if held.tracked and held.available is not None:
                self._items[listing] = held.inventory_item
            else:
                self._items.pop(listing, None)


def is_listing(listing: ListingRef) -> bool:
    """Whether this can be a listing of Shopify at all: its ids are numbers."""
    return is_number(listing.item_id) and is_number(listing.variant_id)


def _opened(connection: object) -> tuple[list[JsonRecord], str | None]:
    try:
        return nodes(connection, "variants"), end_cursor(connection, "variants")
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def _listing(variant: JsonRecord) -> ChannelListing:
    held = _stock_of(variant)
    if not held.tracked:
        raise Malformed("Shopify does not count its stock", "untracked")
    if held.available is None:
        raise Malformed("it is not stocked at this location", "not_stocked_here")
    return ChannelListing(
        listing=_ref(variant),
        sku=text(variant.get("sku"), "sku"),
        title=_title(variant),
        quantity=held.available,
        barcode=text(variant.get("barcode"), "barcode"),
    )


def _ref(variant: JsonRecord) -> ListingRef:
    product = record(variant.get("product"), "product")
    return ListingRef(
        item_id=number_of(product.get("id"), "product id"),
        variant_id=number_of(variant.get("id"), "variant id"),
    )


def _title(variant: JsonRecord) -> str:
    """Return product and variant; the only variant of a product has no name."""
    title = text(variant.get("displayName"), "displayName")
    return title.removesuffix(" - Default Title")


def _stock_of(variant: JsonRecord) -> Stocked:
    item = record(variant.get("inventoryItem"), "inventoryItem")
    level = item.get("inventoryLevel")
    available = None
    if level:
        quantities = record(level, "inventoryLevel").get("quantities")
        for entry in records(quantities, "quantities"):
            if entry.get("name") == "available":
                available = units(entry.get("quantity"), "available")
    return Stocked(
        inventory_item=identifier(item.get("id"), "inventory item"),
        tracked=item.get("tracked") is True,
        available=available,
    )


def _stock_or_none(variant: JsonRecord | None, listing: ListingRef) -> Stocked | None:
    if variant is None:
        return None
    try:
        return _stock_of(variant) if _ref(variant) == listing else None
    except Malformed:
        return None
