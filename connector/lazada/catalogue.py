"""Reads Lazada's catalogue and the stock of its listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.errors import UnexpectedAnswer
from connector.lazada.client import Client, held
from connector.lazada.fields import is_number, told, written
from connector.lazada.refusals import Refused
from connector.lazada.windows import Window, calendar
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    record,
    records,
)
from connector.rejections import rejected
from connector.values import ChannelListing, ListingRef, Page, Rejected

LIST_PATH = "/products/get"
ITEM_PATH = "/product/item/get"

PAGE_SIZE = 50
MOST_LISTED = 10_000
DEFAULT_WAREHOUSE = "dropshipping"
_ANY_WIDTH = 10**10
_SOLD_FILTER = "all"
_NOT_SOLD = frozenset({"deleted", "rejected"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """What one SKU has on the channel, by the seller's warehouse that holds it."""

    by_warehouse: Mapping[str, int]
    at_lazada: int

    def sellable(self, warehouse_code: str) -> int:
        """Return the seller's number: at the warehouse that is written to."""
        for code in (warehouse_code, DEFAULT_WAREHOUSE):
            if code in self.by_warehouse:
                return self.by_warehouse[code]
        return sum(self.by_warehouse.values())


class Catalogue:
    """Reads what a shop sells, and how many of each."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, cursor: str | None, now: datetime) -> Page[ChannelListing]:
        """Return one page of the catalogue.

        Behind a certain place Lazada lists nothing: what has more products is read in
        spans of the time when they were created.
        """
        window = Window.of_everything(cursor, now)
        products, total = self._products(window)
        while total > MOST_LISTED and window.end - window.start > 1:
            window = window.narrower()
            products, total = self._products(window)
        more = total > (window.page + 1) * PAGE_SIZE and bool(products)
        following = (
            window.next_page()
            if more
            else window.following(total, MOST_LISTED, _ANY_WIDTH)
        )
        warehouse = self._client.account().warehouse_code
        items: list[ChannelListing] = []
        refused: list[Rejected] = []
        for product in products:
            found, bad = _listings(product, warehouse)
            items.extend(found)
            refused.extend(bad)
        return Page(
            items=tuple(items),
            rejected=tuple(refused),
            next_cursor=following.encode() if following else None,
        )

    def quantities(self, listings: Sequence[ListingRef]) -> dict[ListingRef, int]:
        """Return the sellable number of each listing that Lazada knows."""
        wanted = [listing for listing in dict.fromkeys(listings) if is_ours(listing)]
        warehouse = self._client.account().warehouse_code
        found: dict[ListingRef, int] = {}
        for item_id in sorted({listing.item_id for listing in wanted}):
            for sku in self._skus(item_id):
                number = _number_or_none(sku, warehouse)
                if number is not None:
                    sku_id = told(sku.get("SkuId"))
                    found[ListingRef(item_id=item_id, variant_id=sku_id)] = number
        return {listing: found[listing] for listing in wanted if listing in found}

    def _products(self, window: Window) -> tuple[list[JsonRecord], int]:
        parameters = {
            "filter": _SOLD_FILTER,
            "limit": str(PAGE_SIZE),
            "offset": str(window.page * PAGE_SIZE),
        }
        if not window.is_everything:
            parameters["create_after"] = calendar(window.start - 1)
            parameters["create_before"] = calendar(window.end + 1)
        envelope = self._client.read(LIST_PATH, parameters)
        try:
            data = record(held(envelope) or {}, "data")
            products = records(data.get("products"), "products")
            # Without a count, a full page lets expect one more.
            least = window.page * PAGE_SIZE + len(products)
            least += len(products) // PAGE_SIZE
            total = data.get("total_products")
            if total is None:
                return products, least
            return products, quantity(total, "total_products")
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(detail)

    def _skus(self, item_id: str) -> list[JsonRecord]:
        try:
            envelope = self._client.read(ITEM_PATH, {"item_id": item_id})
            return records(record(held(envelope) or {}, "data").get("skus"), "skus")
        except Refused:
            return []
        except Malformed as problem:
            detail = problem.detail
        raise UnexpectedAnswer(detail)


def is_ours(listing: ListingRef) -> bool:
    """Whether this can be a listing of Lazada at all: its ids are numbers."""
    return is_number(listing.item_id) and is_number(listing.variant_id)


def stock_of(sku: JsonRecord) -> Stocked:
    """Return the stock of a SKU; raises ``Malformed``.

    Sellable is what buyers can still order: units of open orders are withheld or
    occupied beside it, so it is what a seller sets and what is read back.
    """
    own: dict[str, int] = {}
    for place in records(sku.get("multiWarehouseInventories"), "inventories"):
        code = written(place.get("warehouseCode"), "warehouseCode")
        own[code] = own.get(code, 0) + _sellable(place)
    if not own:
        own[DEFAULT_WAREHOUSE] = _count(sku, "Available", "quantity")
    at_lazada = records(sku.get("fblWarehouseInventories"), "fbl inventories")
    return Stocked(by_warehouse=own, at_lazada=sum(map(_sellable, at_lazada)))


def _sellable(place: JsonRecord) -> int:
    return _count(place, "sellableQuantity", "quantity")


def _count(entry: JsonRecord, *names: str) -> int:
    for name in names:
        if entry.get(name) not in (None, ""):
            return quantity(entry[name], name)
    raise Malformed(f"{names[0]} is missing", "bad_quantity")


def _number_or_none(sku: JsonRecord, warehouse: str) -> int | None:
    try:
        return stock_of(sku).sellable(warehouse)
    except Malformed:
        return None


def _listings(
    product: JsonRecord, warehouse: str
) -> tuple[list[ChannelListing], list[Rejected]]:
    """Return a product's listings; one bad SKU does not spoil the others."""
    item_id = told(product.get("item_id")) or told(product.get("itemId"))
    attributes = product.get("attributes")
    name = told(attributes.get("name")) if isinstance(attributes, dict) else ""
    if told(product.get("status")).lower() in _NOT_SOLD:
        return [], []
    found: list[ChannelListing] = []
    refused: list[Rejected] = []
    try:
        skus = records(product.get("skus"), "skus")
    except Malformed as problem:
        return [], [rejected(item_id, problem)]
    for sku in skus:
        if told(sku.get("Status")).lower() in _NOT_SOLD:
            continue
        try:
            found.append(_listing(item_id, name, sku, warehouse))
        except Malformed as problem:
            name_of_sku = f"{item_id}:{told(sku.get('SkuId'))}"
            refused.append(rejected(name_of_sku, problem))
    return found, refused


def _listing(
    item_id: str, name: str, sku: JsonRecord, warehouse: str
) -> ChannelListing:
    held_units = stock_of(sku)
    item = identifier(item_id, "item_id")
    sku_id = identifier(sku.get("SkuId"), "SkuId")
    return ChannelListing(
        listing=ListingRef(item_id=item, variant_id=sku_id),
        sku=written(sku.get("SellerSku"), "SellerSku"),
        title=", ".join(part for part in (name, _options(sku)) if part),
        quantity=held_units.sellable(warehouse),
        fulfilled_by_channel=held_units.at_lazada > 0
        and not any(held_units.by_warehouse.values()),
    )


def _options(sku: JsonRecord) -> str:
    chosen = sku.get("saleProp")
    if not isinstance(chosen, dict):
        return ""
    return ", ".join(value for value in chosen.values() if isinstance(value, str))
