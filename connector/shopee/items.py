"""Reads what Shopee's records share: items, listings, texts; pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    identifier,
    quantity,
    record,
    records,
    text,
)
from connector.values import ListingRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One thing bought, added up over all entries that name it."""

    listing: ListingRef
    sku: str
    title: str
    unit_price: Decimal
    quantity: int
    cancelled: int


def line_id(listing: ListingRef) -> str:
    """Return how we name a line: Shopee's own line numbers came late and vary."""
    return f"{listing.item_id}:{listing.variant_id}"


def listing_of(entry: JsonRecord) -> ListingRef:
    """Return the listing that an item of an order, package or return names."""
    item_id = identifier(entry.get("item_id"), "item_id")
    model_id = entry.get("model_id")
    variant = "0" if model_id is None else identifier(model_id, "model_id")
    return ListingRef(item_id=item_id, variant_id=variant)


def sku_of(entry: JsonRecord, listing: ListingRef, variant_field: str) -> str:
    """Return the seller's code; an item's own code does not name its variants."""
    sku = written(entry.get(variant_field), variant_field)
    if sku or listing.variant_id != "0":
        return sku
    return written(entry.get("item_sku"), "item_sku")


def written(value: object, name: str) -> str:
    """Return a text; documents print "-" where servers send nothing."""
    plain = text(value, name)
    return "" if plain == "-" else plain


def told(value: object) -> str:
    """Return a text that only people read; what is no text counts as none."""
    try:
        return written(value, "text")
    except Malformed:
        return ""


def keyed(entries: object, key: str, name: str) -> dict[str, JsonRecord]:
    """Return a list of records by one of their fields; those without it are left."""
    found = {}
    for entry in records(entries, name):
        if entry.get(key):
            found[identifier(record(entry, name)[key], key)] = entry
    return found


def bought(order: JsonRecord) -> dict[str, Bought]:
    """Return what was bought; one thing may come in several entries, as in bundles."""
    things: dict[str, Bought] = {}
    for item in records(order.get("item_list"), "item_list"):
        listing = listing_of(item)
        before = things.get(line_id(listing))
        count = quantity(item.get("model_quantity_purchased"), "quantity purchased")
        cancelled = quantity(item.get("cancelled_qty") or 0, "cancelled_qty")
        things[line_id(listing)] = Bought(
            listing=listing,
            sku=sku_of(item, listing, "model_sku"),
            title=title_of(item, item),
            unit_price=before.unit_price if before else _unit_price(item),
            quantity=count + (before.quantity if before else 0),
            cancelled=min(cancelled, count) + (before.cancelled if before else 0),
        )
    return things


def title_of(item: JsonRecord, model: JsonRecord) -> str:
    """Return the item's name with its model's, where that says something more."""
    names = (
        written(item.get("item_name"), "item_name"),
        written(model.get("model_name"), "model_name"),
    )
    return ", ".join(dict.fromkeys(name for name in names if name))


def _unit_price(item: JsonRecord) -> Decimal:
    # The discounted price is per unit and is 0 where there is no discount.
    discounted = item.get("model_discounted_price")
    if discounted:
        return amount(discounted, "model_discounted_price")
    return amount(item.get("model_original_price", 0), "model_original_price")
