"""Reads stock levels at one location, and what a listing is without any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.batches import batches
from connector.errors import UnexpectedAnswer
from connector.haravan.client import Client, Query
from connector.haravan.fields import is_number, units
from connector.haravan.locations import Locations
from connector.haravan.refusals import Refused
from connector.parsing import JsonRecord, Malformed, told
from connector.values import ListingRef

LEVELS = "inventory_locations"

_IDS_PER_CALL = 50
_MOST_LEVELS = 250

UNLIMITED = 9_999_999
"""Stands for a variant whose units Haravan does not count: it never sells out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The units of one variant at our location.

    ``available`` is what buyers can still order: on hand without committed.
    """

    item_id: str
    on_hand: int
    committed: int
    available: int


class Levels:
    """Reads levels of listings."""

    def __init__(self, client: Client, locations: Locations) -> None:
        self._client = client
        self._locations = locations

    def of(self, listings: Sequence[ListingRef]) -> dict[ListingRef, Level]:
        """Return the level of each listing that has one at our location."""
        wanted = [one for one in dict.fromkeys(listings) if is_ours(one)]
        variants = list(dict.fromkeys(one.variant_id for one in wanted))
        found: dict[str, Level] = {}
        for batch in batches(variants, _IDS_PER_CALL):
            found.update(self._batch(batch))
        return {
            one: found[one.variant_id]
            for one in wanted
            if one.variant_id in found and found[one.variant_id].item_id == one.item_id
        }

    def variant(self, listing: ListingRef) -> JsonRecord | None:
        """Return a listing's variant, or ``None`` if Haravan has no such listing."""
        if not is_ours(listing):
            return None
        try:
            variant = self._client.one(f"variants/{listing.variant_id}", "variant")
        except Refused as refusal:
            if refusal.is_unknown_record:
                return None
            raise
        return variant if told(variant.get("product_id")) == listing.item_id else None

    def _batch(self, variants: Sequence[str]) -> dict[str, Level]:
        location = self._locations.ours()
        query: Query = {
            "location_ids": location,
            "variant_ids": ",".join(variants),
            "limit": _MOST_LEVELS,
        }
        rows = self._client.many(LEVELS, LEVELS, query)
        found = {}
        for row in rows:
            variant = told(row.get("variant_id"))
            if told(row.get("loc_id")) == location and variant in variants:
                try:
                    found[variant] = level_of(row)
                except Malformed as problem:
                    raise UnexpectedAnswer(f"{LEVELS}: {problem.detail}") from None
        if len(rows) >= _MOST_LEVELS and len(found) < len(variants):
            raise UnexpectedAnswer(f"{LEVELS} does not keep to the variants asked for")
        return found


def is_ours(listing: ListingRef) -> bool:
    """Whether this can be a listing of Haravan: product and variant are numbers."""
    return is_number(listing.item_id) and is_number(listing.variant_id)


def is_counted(variant: JsonRecord) -> bool:
    """Whether Haravan counts a variant's units."""
    return bool(told(variant.get("inventory_management")))


def level_of(row: JsonRecord) -> Level:
    """Return a row of levels; raises ``Malformed``."""
    on_hand = units(row.get("qty_onhand"), "qty_onhand")
    # The document spells it so; the right spelling is taken too.
    committed = row.get("qty_commited", row.get("qty_committed"))
    return Level(
        item_id=told(row.get("product_id")),
        on_hand=on_hand,
        committed=units(committed, "qty_commited"),
        available=units(row.get("qty_available"), "qty_available"),
    )
