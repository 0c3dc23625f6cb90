"""Reads a shop's catalogue and the stock of its listings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from connector.batches import batches
from connector.errors import PermanentError
from connector.parsing import JsonRecord, Malformed, identifier, told
from connector.rejections import rejected
from connector.values import ChannelListing, ListingRef, Page, Rejected
from connector.woocommerce.client import LARGEST_PAGE, Client, Listed, Query
from connector.woocommerce.fields import is_number, is_yes, title_of
from connector.woocommerce.refusals import Refused

PRODUCTS = "products"

# Each product with variations costs a call more, so pages are smaller than the largest.
PAGE_SIZE = 50

UNLIMITED = 9_999_999
"""Stands for a product whose units the site does not count: it never sells out."""

# A page of other products, and a link to another shop: neither is sold from stock.
_NOT_SOLD_HERE = ("grouped", "external")
_BY_PARENT = "parent"


class Catalogue:
    """Reads what a shop sells, and how many of each."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, cursor: str | None) -> Page[ChannelListing]:
        """Return one page of the catalogue."""
        number, total = _decoded(cursor)
        query: Query = {"orderby": "id", "order": "asc", "per_page": PAGE_SIZE}
        listed = self._client.page(PRODUCTS, query, number)
        items: list[ChannelListing] = []
        refused: list[Rejected] = []
        for product in listed.records:
            if told(product.get("type")) in _NOT_SOLD_HERE:
                continue
            try:
                items += self._listings(product)
            except Malformed as problem:
                refused.append(rejected(told(product.get("id")), problem))
        return Page(
            items=tuple(items),
            rejected=tuple(refused),
            next_cursor=_following(listed, number, total),
        )

    def quantities(self, listings: Sequence[ListingRef]) -> dict[ListingRef, int]:
        """Return the sellable number of each listing that the site knows."""
        wanted = [listing for listing in dict.fromkeys(listings) if is_ours(listing)]
        plain = [one.item_id for one in wanted if not one.variant_id]
        entries = {
            ListingRef(item_id=item_id): entry
            for item_id, entry in self._by_id(PRODUCTS, plain).items()
        }
        for item_id, variants in by_product(wanted).items():
            path = variations_of(item_id)
            for variant_id, entry in self._by_id(path, variants).items():
                listing = ListingRef(item_id=item_id, variant_id=variant_id)
                entries[listing] = entry
        found = {one: _sellable_or_none(entries.get(one)) for one in wanted}
        return {one: units for one, units in found.items() if units is not None}

    def _listings(self, product: JsonRecord) -> list[ChannelListing]:
        item_id = identifier(product.get("id"), "product id")
        if not _has_variations(product):
            return [_listing(ListingRef(item_id=item_id), product, product)]
        return [
            _listing(
                ListingRef(
                    item_id=item_id,
                    variant_id=identifier(variation.get("id"), "variation id"),
                ),
                product,
                variation,
            )
            for variation in self._client.every(variations_of(item_id))
        ]

    def _by_id(self, path: str, ids: Sequence[str]) -> dict[str, JsonRecord]:
        found: dict[str, JsonRecord] = {}
        for batch in batches(ids, LARGEST_PAGE):
            try:
                listed = self._client.page(path, {"include": ",".join(batch)}, 1)
            except Refused as refusal:
                if not (refusal.is_unknown_id or refusal.is_unknown_route):
                    raise
                continue
            found.update({told(entry.get("id")): entry for entry in listed.records})
        return {one: found[one] for one in ids if one in found}


def is_ours(listing: ListingRef) -> bool:
    """Whether this can be a listing of WooCommerce at all: its ids are numbers."""
    variant = listing.variant_id
    return is_number(listing.item_id) and (not variant or is_number(variant))


def by_product(listings: Sequence[ListingRef]) -> Mapping[str, list[str]]:
    """Return the variations among ``listings``, by their product."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for listing in listings:
        if listing.variant_id:
            found[listing.item_id].append(listing.variant_id)
    return found


def variations_of(item_id: str) -> str:
    """Return the path of a product's variations."""
    return f"{PRODUCTS}/{item_id}/variations"


def sellable(entry: JsonRecord) -> int:
    """Return how many units of a product or variation buyers can still order.

    A number below zero is what the site oversold.  A variation whose stock is kept on
    its product shows that number.  Raises ``Malformed``.
    """
    managed = entry.get("manage_stock")
    if is_yes(managed) or managed == _BY_PARENT:
        return _whole(entry.get("stock_quantity"))
    return 0 if told(entry.get("stock_status")) == "outofstock" else UNLIMITED


def _whole(value: object) -> int:
    """Return whole units: plugins that sell by weight make fractions of them."""
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Malformed("stock_quantity is not a number", "bad_quantity")
    return int(value)


def _sellable_or_none(entry: JsonRecord | None) -> int | None:
    try:
        return sellable(entry) if entry is not None else None
    except Malformed:
        return None


def _has_variations(product: JsonRecord) -> bool:
    kind = told(product.get("type"))
    return kind.startswith("variable") or bool(product.get("variations"))


def _listing(
    listing: ListingRef, product: JsonRecord, entry: JsonRecord
) -> ChannelListing:
    return ChannelListing(
        listing=listing,
        sku=told(entry.get("sku")),
        title=_title(product, entry),
        quantity=sellable(entry),
        barcode=told(entry.get("global_unique_id")),
    )


def _title(product: JsonRecord, entry: JsonRecord) -> str:
    names = [title_of(product.get("name"))]
    if entry is not product:
        names.append(title_of(entry.get("name")) or _options(entry))
    return ", ".join(dict.fromkeys(name for name in names if name))


def _options(variation: JsonRecord) -> str:
    """Return what makes up a variation, where an older site gives it no name."""
    attributes = variation.get("attributes")
    found = [
        title_of(attribute.get("option"))
        for attribute in (attributes if isinstance(attributes, list) else [])
        if isinstance(attribute, dict)
    ]
    return ", ".join(option for option in found if option)


def _decoded(cursor: str | None) -> tuple[int, int]:
    """Return the page to read, and how many products there were so far."""
    if cursor is None:
        return 1, 0
    page, _, total = cursor.partition(":")
    if not (is_number(page) and is_number(total)):
        raise PermanentError("the cursor is not one of this channel")
    return int(page), int(total)


def _following(listed: Listed, number: int, total: int) -> str | None:
    """Return where to go on; from the start where a product was deleted meanwhile."""
    if listed.total < total:
        return f"1:{listed.total}"
    if not listed.more or not listed.records:
        return None
    return f"{number + 1}:{listed.total}"
