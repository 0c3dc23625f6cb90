"""Reads Shopee's catalogue and the stock of its listings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from connector.batches import batches
from connector.errors import PermanentError, UnexpectedAnswer
from connector.parsing import (
    JsonRecord,
    Malformed,
    identifier,
    quantity,
    record,
    records,
)
from connector.rejections import rejected
from connector.shopee.client import Client
from connector.shopee.items import keyed, title_of, written
from connector.shopee.orders import BATCH_SIZE
from connector.shopee.refusals import Refused
from connector.values import ChannelListing, ListingRef, Page, Rejected

LIST_PATH = "/api/v2/product/get_item_list"
BASE_PATH = "/api/v2/product/get_item_base_info"
MODEL_PATH = "/api/v2/product/get_model_list"

PAGE_SIZE = 50
_SOLD_STATUSES = ("NORMAL", "UNLIST")
NO_MODEL = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """What one listing has on the channel, by the location that holds it."""

    by_location: Mapping[str, int]
    at_shopee: int

    def sellable(self, location_id: str) -> int:
        """Return the seller's own number, at one location if that is in use."""
        if location_id in self.by_location:
            return self.by_location[location_id]
        return sum(self.by_location.values())


class Catalogue:
    """Reads what a shop sells, and how many of each."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def page(self, cursor: str | None) -> Page[ChannelListing]:
        """Return one page of the catalogue; a kit cannot be sold from stock."""
        query: list[tuple[str, str | int]] = [
            ("offset", _offset(cursor)),
            ("page_size", PAGE_SIZE),
            *(("item_status", status) for status in _SOLD_STATUSES),
        ]
        response = self._client.read_response(LIST_PATH, query)
        listed = _keyed(response, "item")
        items: list[ChannelListing] = []
        refused = [_kit(item) for item, entry in listed.items() if _is_kit(entry)]
        wanted = [item for item, entry in listed.items() if not _is_kit(entry)]
        location = self._client.account().location_id
        bases = self._bases(wanted)
        for item_id in wanted:
            try:
                items.extend(self._listings(item_id, bases.get(item_id), location))
            except Malformed as problem:
                refused.append(rejected(item_id, problem))
        return Page(
            items=tuple(items),
            rejected=tuple(refused),
            next_cursor=_next_offset(response, _offset(cursor)),
        )

    def quantities(self, listings: Sequence[ListingRef]) -> dict[ListingRef, int]:
        """Return the sellable number of each listing that Shopee knows."""
        location = self._client.account().location_id
        stocked = self.stocked(listings)
        return {listing: held.sellable(location) for listing, held in stocked.items()}

    def stocked(self, listings: Iterable[ListingRef]) -> dict[ListingRef, Stocked]:
        """Return where each listing's units are; unknown ones are left out."""
        wanted = [listing for listing in dict.fromkeys(listings) if is_ours(listing)]
        plain = [one.item_id for one in wanted if one.variant_id == NO_MODEL]
        entries: dict[ListingRef, JsonRecord] = {
            ListingRef(item_id=item_id, variant_id=NO_MODEL): base
            for item_id, base in self._bases(plain).items()
            if base.get("has_model") is not True
        }
        varied = {one.item_id for one in wanted if one.variant_id != NO_MODEL}
        for item_id in sorted(varied):
            for model_id, model in self._models(item_id).items():
                listing = ListingRef(item_id=item_id, variant_id=model_id)
                entries[listing] = model
        found = {one: _stock_or_none(entries.get(one)) for one in wanted}
        return {one: held for one, held in found.items() if held is not None}

    def _listings(
        self, item_id: str, base: JsonRecord | None, location_id: str
    ) -> list[ChannelListing]:
        if base is None:
            raise Malformed("listed, but Shopee does not tell its data", "not_found")
        if base.get("has_model") is not True:
            return [_listing(item_id, NO_MODEL, base, base, location_id)]
        models = self._models(item_id)
        if not models:
            raise Malformed("has variations, but Shopee tells none", "not_found")
        return [
            _listing(item_id, model_id, base, model, location_id)
            for model_id, model in models.items()
        ]

    def _bases(self, item_ids: Sequence[str]) -> dict[str, JsonRecord]:
        found: dict[str, JsonRecord] = {}
        for batch in batches(tuple(dict.fromkeys(item_ids)), BATCH_SIZE):
            found.update(self._base_batch(batch))
        return found

    def _base_batch(self, item_ids: Sequence[str]) -> dict[str, JsonRecord]:
        query = {"item_id_list": ",".join(item_ids)}
        try:
            response = self._client.read_response(BASE_PATH, query)
        except Refused:
            if len(item_ids) == 1:
                return {}
            middle = len(item_ids) // 2
            first = self._base_batch(item_ids[:middle])
            return {**first, **self._base_batch(item_ids[middle:])}
        return _keyed(response, "item_list")

    def _models(self, item_id: str) -> dict[str, JsonRecord]:
        try:
            response = self._client.read_response(MODEL_PATH, {"item_id": item_id})
        except Refused:
            return {}
        return _keyed(response, "model", "model_id")


def is_ours(listing: ListingRef) -> bool:
    """Whether this can be a listing of Shopee at all: its ids are numbers."""
    return all(
        part.isascii() and part.isdigit()
        for part in (listing.item_id, listing.variant_id)
    )


def stock_of(entry: JsonRecord) -> Stocked:
    """Return the stock in an item or a model (``stock_info_v2``).

    The seller's stock is the only part that a seller may write, so it is what is read
    back.  Raises ``Malformed``.
    """
    info = record(entry.get("stock_info_v2") or {}, "stock_info_v2")
    own: dict[str, int] = {}
    for place in records(info.get("seller_stock"), "seller_stock"):
        location = written(place.get("location_id"), "location_id")
        units = quantity(place.get("stock"), "stock")
        own[location] = own.get(location, 0) + units
    if not own:
        summary = record(info.get("summary_info") or {}, "summary_info")
        own[""] = quantity(summary.get("total_available_stock") or 0, "stock")
    at_shopee = sum(
        quantity(place.get("stock"), "stock")
        for place in records(info.get("shopee_stock"), "shopee_stock")
        if written(place.get("stock"), "stock")
    )
    return Stocked(by_location=own, at_shopee=at_shopee)


def _stock_or_none(entry: JsonRecord | None) -> Stocked | None:
    try:
        return stock_of(entry) if entry is not None else None
    except Malformed:
        return None


def _listing(
    item_id: str, model_id: str, base: JsonRecord, entry: JsonRecord, location_id: str
) -> ChannelListing:
    held = stock_of(entry)
    own_code = "item_sku" if model_id == NO_MODEL else "model_sku"
    code = written(entry.get("gtin_code"), "gtin_code")
    return ChannelListing(
        listing=ListingRef(item_id=item_id, variant_id=model_id),
        sku=written(entry.get(own_code), own_code),
        title=title_of(base, entry),
        quantity=held.sellable(location_id),
        barcode="" if code == "00" else code,
        fulfilled_by_channel=held.at_shopee > 0 and not any(held.by_location.values()),
    )


def _keyed(
    response: JsonRecord, entries: str, key: str = "item_id"
) -> dict[str, JsonRecord]:
    try:
        return keyed(response.get(entries), key, entries)
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def _is_kit(entry: JsonRecord) -> bool:
    tag = entry.get("tag")
    return isinstance(tag, dict) and tag.get("kit") is True


def _kit(item_id: str) -> Rejected:
    return Rejected(
        record_id=item_id,
        reason="kit",
        detail="Shopee counts a kit by its parts and refuses to have its stock set",
    )


def _offset(cursor: str | None) -> int:
    try:
        return quantity(cursor or "0", "cursor")
    except Malformed:
        pass
    raise PermanentError("the cursor is not one of this channel")


def _next_offset(response: JsonRecord, offset: int) -> str | None:
    if response.get("has_next_page") is not True:
        return None
    following = response.get("next_offset")
    if not isinstance(following, int) or following <= offset:
        raise UnexpectedAnswer("the catalogue does not go on")
    return identifier(following, "next_offset")
