"""Writes Shopee's stock: absolute numbers, one item a call, each result by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connector.batches import batches
from connector.errors import OutcomeUnknown
from connector.parsing import JsonRecord, Malformed, identifier, records
from connector.shopee.catalogue import Catalogue, is_ours
from connector.shopee.client import Client
from connector.shopee.items import told
from connector.shopee.refusals import Refused
from connector.stock_results import Results, all_of, call_by_call, divided, refused
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome

WRITE_PATH = "/api/v2/product/update_stock"
MODELS_PER_CALL = 50
_LARGEST_STOCK = 9_999_999

Wanted = Mapping[ListingRef, int]

# From the error table of ``product/update_stock``; the codes vary, the texts less.
_LATER = (
    "promotion",
    "holiday",
    "penalty",
    "campaign",
    "flash sale",
    # Trouble inside Shopee, told for a single model.
    "internal error",
    "system busy",
    "too many",
    "try again",
)
_LOCATION = (
    "different stock structure",
    "lack of location_id",
    "invalid stock location id",
    "location_id input is not matched",
)
_RESERVED = (
    "more than reserved stock",
    "larger than reserved stock",
    "less than reserve stock",
)
_WHOLE_ITEM = ("error_item_not_found", "wms_shop_block", "fbs shop", "kit")


class StockWriter:
    """Sets numbers of up to one batch of listings."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue

    def write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Return one result for each update, in their order.

        Raises only when no item got an answer.  An item whose answer was lost is
        UNKNOWN; once the shop is throttled or refused, what is left is LATER.
        """
        wanted, results = divided(updates, _impossible)
        items: dict[str, dict[ListingRef, int]] = {}
        for listing, quantity in wanted.items():
            items.setdefault(listing.item_id, {})[listing] = quantity
        results.update(call_by_call(list(items.values()), self._item))
        return [results[update.listing] for update in updates]

    def _item(self, item: Wanted) -> Results:
        location = self._client.account().location_id
        results: Results = {}
        listings = list(item)
        for batch in batches(listings, MODELS_PER_CALL):
            part = {one: item[one] for one in batch}
            results.update(self._models(part, dict.fromkeys(part, location)))
        return results

    def _models(self, item: Wanted, locations: Mapping[ListingRef, str]) -> Results:
        """Write one item's models; a refusal of the call is divided among them."""
        try:
            envelope = self._send(item, locations)
        except Refused as refusal:
            if _any_of(_LOCATION, refusal.message):
                return self._relocated(item, locations)
            if len(item) == 1 or _any_of(_WHOLE_ITEM, _said(refusal)):
                return {one: _classified(one, _said(refusal)) for one in item}
            # One bad model refuses the whole call, so each is asked for alone.
            return self._one_by_one(item, locations)
        results = _results(item, envelope)
        misplaced = {
            one: item[one]
            for one, result in results.items()
            if result.outcome is WriteOutcome.REFUSED
            and _any_of(_LOCATION, result.detail)
        }
        if misplaced:
            results.update(self._relocated(misplaced, locations))
        return results

    def _one_by_one(self, item: Wanted, locations: Mapping[ListingRef, str]) -> Results:
        results: Results = {}
        for listing, quantity in item.items():
            try:
                results.update(self._models({listing: quantity}, locations))
            except OutcomeUnknown as problem:
                one = {listing: quantity}
                results.update(all_of(one, WriteOutcome.UNKNOWN, problem.detail))
        return results

    def _relocated(self, item: Wanted, tried: Mapping[ListingRef, str]) -> Results:
        """Write again to the location that the item's stock really has.

        Whether stock is kept by location is a property of the item that never goes
        back, so it is read from the item when a write shows that we were wrong.
        """
        held = self._catalogue.stocked(item)
        preferred = self._client.account().location_id
        locations: dict[ListingRef, str] = {}
        results: Results = {}
        for listing in item:
            places = held[listing].by_location if listing in held else {}
            location = preferred if preferred in places else _only(places)
            if location is None or location == tried[listing]:
                results[listing] = refused(
                    listing, "the setting location_id must name one of its locations"
                )
            else:
                locations[listing] = location
        again = {one: item[one] for one in locations}
        if again:
            try:
                results.update(_results(again, self._send(again, locations)))
            except Refused as refusal:
                results.update({one: _classified(one, _said(refusal)) for one in again})
        return results

    def _send(self, item: Wanted, locations: Mapping[ListingRef, str]) -> JsonRecord:
        item_id = next(iter(item)).item_id
        stock_list = [
            {
                "model_id": int(listing.variant_id),
                "seller_stock": [_seller_stock(quantity, locations[listing])],
            }
            for listing, quantity in item.items()
        ]
        body = {"item_id": int(item_id), "stock_list": stock_list}
        return self._client.write(WRITE_PATH, body, partial="failure_list")


def _seller_stock(quantity: int, location: str) -> dict[str, Any]:
    stock: dict[str, Any] = {"stock": quantity}
    if location:
        stock["location_id"] = location
    return stock


def _only(places: Mapping[str, int]) -> str | None:
    return next(iter(places)) if len(places) == 1 else None


def _impossible(update: StockUpdate) -> str:
    if not is_ours(update.listing):
        return "not a listing of Shopee: its ids are numbers"
    if not 0 <= update.quantity <= _LARGEST_STOCK:
        return f"{update.quantity} is not a number of units that Shopee takes"
    return ""


def _results(item: Wanted, envelope: JsonRecord) -> Results:
    """Return what the answer says of each model; of one that it omits, nothing."""
    results = all_of(item, WriteOutcome.UNKNOWN, "the answer does not mention it")
    response = envelope.get("response")
    if not isinstance(response, dict):
        return results
    try:
        failures = _by_model(item, response.get("failure_list"))
        successes = _by_model(item, response.get("success_list"))
    except Malformed as problem:
        return all_of(item, WriteOutcome.UNKNOWN, problem.detail)
    for listing in successes:
        results[listing] = StockResult(listing=listing, outcome=WriteOutcome.ACCEPTED)
    for listing, entry in failures.items():
        reason = told(entry.get("failed_reason")) or "no reason given"
        results[listing] = _classified(listing, reason)
    return results


def _by_model(item: Wanted, entries: object) -> dict[ListingRef, JsonRecord]:
    named = {listing.variant_id: listing for listing in item}
    found = {}
    for entry in records(entries, "result list"):
        model_id = identifier(entry.get("model_id", 0), "model_id")
        if model_id in named:
            found[named[model_id]] = entry
    return found


def _classified(listing: ListingRef, reason: str) -> StockResult:
    if _any_of(_RESERVED, reason):
        return refused(listing, f"a promotion has reserved more than this: {reason}")
    if _any_of(_LATER, reason):
        return StockResult(listing=listing, outcome=WriteOutcome.LATER, detail=reason)
    return refused(listing, reason)


def _any_of(texts: Sequence[str], said: str) -> bool:
    low = said.lower()
    return any(part in low for part in texts)


def _said(refusal: Refused) -> str:
    return f"{refusal.code}: {refusal.message}"
