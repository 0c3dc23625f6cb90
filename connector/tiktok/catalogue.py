"""Reads TikTok Shop's catalogue and the stock of its SKUs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from connector.batches import batches
from connector.errors import PermanentError, UnexpectedAnswer
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    records,
    text,
    told,
)
from connector.rejections import rejected
from connector.tiktok.client import Client
from connector.tiktok.fields import is_number, listed
from connector.tiktok.refusals import Refused
from connector.values import ChannelListing, ListingRef, Page, Rejected

SEARCH_PATH = "/product/202502/products/search"
INVENTORY_PATH = "/product/202309/inventory/search"

PAGE_SIZE = 100
INVENTORY_BATCH = 600

# Never on sale, so there is nothing to keep in step.
_NEVER_SOLD = frozenset({"DELETED", "DRAFT", "FAILED"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """What one SKU has on the channel, by the warehouse that holds it."""

    by_warehouse: Mapping[str, int] = field(default_factory=dict)
    in_total: int = 0


class Catalogue:
    """Reads what a shop sells, and how many of each."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, cursor: str | None) -> Page[ChannelListing]:
        """Return one page of the catalogue."""
        if cursor is not None and not (cursor.isascii() and cursor.isprintable()):
            raise PermanentError("the cursor is not one of this channel")
        query = {"page_size": str(PAGE_SIZE), "page_token": cursor or ""}
        data = self._client.search(SEARCH_PATH, {"status": "ALL"}, query)
        products = listed(data, "products")
        items: list[ChannelListing] = []
        refused: list[Rejected] = []
        for product in products:
            try:
                items += listings_of(product)
            except Malformed as problem:
                refused.append(rejected(told(product.get("id")), problem))
        following = told(data.get("next_page_token")) if products else ""
        if following and following == cursor:
            raise UnexpectedAnswer("the catalogue does not go on")
        return Page(
            items=tuple(items),
            rejected=tuple(refused),
            next_cursor=following or None,
        )

    def quantities(self, listings: Sequence[ListingRef]) -> dict[ListingRef, int]:
        """Return the sellable number of each listing that TikTok Shop knows."""
        return {one: held.in_total for one, held in self.stocked(listings).items()}

    def stocked(self, listings: Iterable[ListingRef]) -> dict[ListingRef, Stocked]:
        """Return where each listing's units are; unknown ones are left out."""
        wanted = [listing for listing in dict.fromkeys(listings) if is_ours(listing)]
        numbers = list(dict.fromkeys(listing.variant_id for listing in wanted))
        found: dict[ListingRef, Stocked] = {}
        for batch in batches(numbers, INVENTORY_BATCH):
            for product in self._inventory(batch):
                found.update(_stocked(product))
        return {listing: found[listing] for listing in wanted if listing in found}

    def _inventory(self, sku_ids: Sequence[str]) -> list[JsonRecord]:
        try:
            data = self._client.search(INVENTORY_PATH, {"sku_ids": list(sku_ids)})
        except Refused:
            # One that TikTok Shop does not know may refuse its whole batch.
            if len(sku_ids) == 1:
                return []
            middle = len(sku_ids) // 2
            first = self._inventory(sku_ids[:middle])
            return [*first, *self._inventory(sku_ids[middle:])]
        return listed(data, "inventory")


def is_ours(listing: ListingRef) -> bool:
    """Whether this can be a listing of TikTok Shop at all: its ids are numbers."""
    return is_number(listing.item_id) and is_number(listing.variant_id)


def stock_of(sku: JsonRecord) -> Stocked:
    """Return the stock in a SKU of ``inventory/search``.

    It is what is free to be sold; what is promised to orders is counted apart
    (``committed_quantity``).  Raises ``Malformed``.
    """
    held: dict[str, int] = {}
    for place in records(sku.get("warehouse_inventory"), "warehouse_inventory"):
        warehouse = text(place.get("warehouse_id"), "warehouse_id")
        units = quantity(place.get("available_quantity") or 0, "available_quantity")
        held[warehouse] = held.get(warehouse, 0) + units
    total = sku.get("total_available_quantity")
    in_total = sum(held.values()) if total is None else quantity(total, "total")
    return Stocked(by_warehouse=held, in_total=in_total)


def _stocked(product: JsonRecord) -> dict[ListingRef, Stocked]:
    """Return the SKUs of one product; one that cannot be read is left out."""
    found = {}
    product_id = told(product.get("product_id"))
    for sku in listed(product, "skus"):
        listing = ListingRef(item_id=product_id, variant_id=told(sku.get("id")))
        try:
            found[listing] = stock_of(sku)
        except Malformed:
            continue
    return found


def listings_of(product: JsonRecord) -> list[ChannelListing]:
    """Return the SKUs of a product of ``products/search``; raises ``Malformed``."""
    if told(product.get("status")) in _NEVER_SOLD:
        return []
    product_id = identifier(product.get("id"), "id")
    title = text(product.get("title"), "title")
    return [
        ChannelListing(
            listing=ListingRef(
                item_id=product_id, variant_id=identifier(sku.get("id"), "sku id")
            ),
            sku=text(sku.get("seller_sku"), "seller_sku"),
            title=title,
            quantity=_on_sale(sku),
        )
        for sku in records(product.get("skus"), "skus")
    ]


def _on_sale(sku: JsonRecord) -> int:
    places = records(sku.get("inventory"), "inventory")
    return sum(quantity(place.get("quantity") or 0, "quantity") for place in places)
