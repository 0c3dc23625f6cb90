"""Reads Tiki's catalogue and how many of each product there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connector.errors import PermanentError, UnexpectedAnswer
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    record,
    records,
    text,
    told,
)
from connector.rejections import rejected
from connector.tiki.client import Client, data_of
from connector.tiki.evidence import INSTOCK
from connector.tiki.refusals import Refused
from connector.values import ChannelListing, ListingRef, Page, Rejected

PRODUCTS = "/v2.1/products"
WAREHOUSES = "/v2/sellers/me/warehouses"

PAGE_SIZE = 50
_INCLUDE: Mapping[str, str | int] = {"include": "inventory"}
_SOLD_BY_SELLERS = ("", "seller_simple")
_ACTIVE = ("", "1")
_SHELF = ("quantity_available", "qty_available", "qtyAvailable")
_RECEIVES_RETURNS = "withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """What Tiki counts of one product.

    ``sellable`` is what buyers can buy, ``reserved`` what they have ordered; both
    together are what lies on the shelf.  ``reserved`` is missing where Tiki does not
    tell it.  ``by_warehouse`` is empty where the shelf is not told for each warehouse.
    """

    sellable: int
    reserved: int | None
    by_tiki: bool
    by_warehouse: Mapping[str, int] = field(default_factory=dict)


class Catalogue:
    """Reads what a shop sells, how many of each, and from where."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, cursor: str | None) -> Page[ChannelListing]:
        """Return one page of the catalogue."""
        number = _page_number(cursor)
        query = {"page": number, "limit": PAGE_SIZE, **_INCLUDE}
        body = self._client.read(PRODUCTS, query)
        items: list[ChannelListing] = []
        refused: list[Rejected] = []
        for entry in data_of(body, PRODUCTS):
            if told(entry.get("entity_type")) not in _SOLD_BY_SELLERS:
                # The parents of variants, which nobody can buy.
                continue
            try:
                items.append(_listing(entry))
            except Malformed as problem:
                refused.append(rejected(_product_id(entry), problem))
        more = number < _last_page(body, number, len(items) + len(refused))
        return Page(
            items=tuple(items),
            rejected=tuple(refused),
            next_cursor=str(number + 1) if more else None,
        )

    def quantities(self, listings: Sequence[ListingRef]) -> dict[ListingRef, int]:
        """Return the sellable number of each listing that Tiki knows."""
        found: dict[ListingRef, int] = {}
        for listing in dict.fromkeys(listings):
            held = self._stocked_or_none(listing)
            if held is not None:
                found[listing] = held.sellable
        return found

    def stocked(self, listing: ListingRef) -> Stocked:
        """Return what Tiki counts of a listing.

        Raises ``Refused`` for one that Tiki does not know, and ``Malformed``.
        """
        path = f"{PRODUCTS}/{listing.item_id}"
        return stock_of(self._client.read(path, _INCLUDE))

    def warehouses(self) -> list[str]:
        """Return the seller's active warehouses from which goods are sold."""
        body = self._client.read_any(WAREHOUSES, {"status": 1, "limit": PAGE_SIZE})
        found = []
        for entry in data_of(body, WAREHOUSES):
            warehouse_id = told(entry.get("id")) or told(entry.get("warehouse_id"))
            active = told(entry.get("status")) in _ACTIVE
            if warehouse_id and active and entry.get("type") != _RECEIVES_RETURNS:
                found.append(warehouse_id)
        return list(dict.fromkeys(found))

    def _stocked_or_none(self, listing: ListingRef) -> Stocked | None:
        if not is_ours(listing):
            return None
        try:
            return self.stocked(listing)
        except (Refused, Malformed):
            return None


def is_ours(listing: ListingRef) -> bool:
    """Whether this can be a listing of Tiki at all: a product's number, no variant."""
    number = listing.item_id
    return number.isascii() and number.isdigit() and not listing.variant_id


def stock_of(product: JsonRecord) -> Stocked:
    """Return the stock in a product; raises ``Malformed``.

    The document's formula is available = sellable + reserved, so each of the three
    follows from the other two.
    """
    inventory = record(product.get("inventory"), "inventory")
    available = _number(inventory, "quantity_available")
    reserved = _number(inventory, "quantity_reserved")
    sellable = _number(inventory, "quantity_sellable")
    if sellable is None and available is not None and reserved is not None:
        sellable = available - reserved
    if reserved is None and available is not None and sellable is not None:
        reserved = max(0, available - sellable)
    if sellable is None:
        raise Malformed("the inventory has no quantity_sellable", "bad_quantity")
    return Stocked(
        # Oversold: nobody can buy less than nothing.
        sellable=max(0, sellable),
        reserved=reserved,
        by_tiki=told(inventory.get("inventory_type")).lower() == INSTOCK,
        by_warehouse=_by_warehouse(inventory),
    )


def _by_warehouse(inventory: JsonRecord) -> dict[str, int]:
    """Return the shelf of each warehouse, however its fields are spelled."""
    found: dict[str, int] = {}
    for entry in records(inventory.get("warehouse_stocks"), "warehouse_stocks"):
        number = entry.get("warehouse_id") or entry.get("warehouseId")
        told_units = [entry[name] for name in _SHELF if entry.get(name) is not None]
        if told_units:
            shelf = quantity(told_units[0], "warehouse_stocks")
            found[identifier(number, "warehouse_id")] = shelf
    return found


def _number(inventory: JsonRecord, name: str) -> int | None:
    value = inventory.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return -quantity(-value, name)
    return quantity(value, name)


def _listing(entry: JsonRecord) -> ChannelListing:
    held = stock_of(entry)
    product_id = entry.get("product_id") or entry.get("id")
    return ChannelListing(
        listing=ListingRef(item_id=identifier(product_id, "product_id")),
        sku=text(entry.get("original_sku"), "original_sku"),
        title=text(entry.get("name"), "name"),
        quantity=held.sellable,
        fulfilled_by_channel=held.by_tiki,
    )


def _product_id(entry: JsonRecord) -> str:
    return told(entry.get("product_id")) or told(entry.get("id"))


def _page_number(cursor: str | None) -> int:
    try:
        number = quantity(cursor or "1", "cursor")
    except Malformed:
        number = 0
    if number < 1:
        raise PermanentError("the cursor is not one of this channel")
    return number


def _last_page(body: JsonRecord, number: int, rows: int) -> int:
    paging = body.get("paging")
    if not isinstance(paging, dict):
        return number + 1 if rows >= PAGE_SIZE else number
    try:
        return quantity(paging.get("last_page") or 0, "last_page")
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)
