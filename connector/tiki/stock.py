"""Writes Tiki's stock: what lies on the shelf, so that what buyers see is our number.

A seller can set only ``qty_available``, the shelf with what buyers have ordered still
on it; Tiki itself takes off what it has reserved.  So what is reserved is read just
before, and added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from connector.parsing import JsonRecord, Malformed, told
from connector.stock_results import Results, call_by_call, divided, refused
from connector.tiki.catalogue import Catalogue, Stocked, is_ours
from connector.tiki.client import Client
from connector.tiki.refusals import Refused
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome

WRITE_PATH = "/v2/products/updateSku"

LISTINGS_PER_WRITE = 20
"""A choice of ours: each listing costs two calls."""

_LARGEST_STOCK = 9_999_999

_STATES: Mapping[str, WriteOutcome] = {
    "approved": WriteOutcome.ACCEPTED,
    # The first version's word: taken in, not carried out yet.
    "queuing": WriteOutcome.UNKNOWN,
    "queueing": WriteOutcome.UNKNOWN,
    "processing": WriteOutcome.UNKNOWN,
}


class StockWriter:
    """Sets numbers of listings, one call for each: the batch call tells no results."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue
        self._only_warehouse = ""

    def write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Return one result for each update, in their order.

        Raises only when no listing got an answer.  A listing whose answer was lost is
        UNKNOWN; once the shop is throttled or refused, what is left is LATER.
        """
        wanted, results = divided(updates, _impossible)
        calls = [{listing: quantity} for listing, quantity in wanted.items()]
        results.update(call_by_call(calls, self._call))
        return [results[update.listing] for update in updates]

    def _call(self, call: Mapping[ListingRef, int]) -> Results:
        return {listing: self._one(listing, units) for listing, units in call.items()}

    def _one(self, listing: ListingRef, quantity: int) -> StockResult:
        try:
            warehouse_id = self._warehouse()
            held = self._catalogue.stocked(listing)
            shelf = _shelf(held, quantity, warehouse_id)
            return _verdict(listing, self._send(listing, warehouse_id, shelf))
        except (Refused, Malformed) as problem:
            return refused(listing, problem.detail)

    def _send(self, listing: ListingRef, warehouse_id: str, shelf: int) -> JsonRecord:
        # Neither price nor active: what is left out stays as it is.
        body = {
            "product_id": int(listing.item_id),
            "warehouse_quantities": [
                {"warehouse_id": int(warehouse_id), "qty_available": shelf}
            ],
        }
        return self._client.write(WRITE_PATH, body)

    def _warehouse(self) -> str:
        """Return the warehouse to write, which is asked for where there is only one."""
        chosen = self._client.account().warehouse_id or self._only_warehouse
        if chosen:
            return chosen
        found = self._catalogue.warehouses()
        if len(found) != 1 or not found[0].isdigit():
            named = ", ".join(found) or "none"
            raise Malformed(
                "the setting warehouse_id must name one of the seller's active"
                f" warehouses, which are: {named}"
            )
        self._only_warehouse = found[0]
        return found[0]


def _shelf(held: Stocked, quantity: int, warehouse_id: str) -> int:
    """Return what to write so that buyers can buy exactly ``quantity``.

    Raises ``Malformed`` where no number would do.
    """
    if held.by_tiki:
        raise Malformed("it is sold from Tiki's own warehouse, which only Tiki counts")
    if held.reserved is None:
        raise Malformed("Tiki does not tell how many of it are reserved")
    elsewhere = sum(
        units for place, units in held.by_warehouse.items() if place != warehouse_id
    )
    shelf = quantity + held.reserved - elsewhere
    if shelf < 0:
        raise Malformed(
            f"other warehouses of the seller hold {elsewhere} of it, which is more than"
            " may be sold: set them to 0 in Seller Center"
        )
    return shelf


def _verdict(listing: ListingRef, answer: JsonRecord) -> StockResult:
    state = told(answer.get("state")).lower()
    if not state:
        return _result(
            listing, WriteOutcome.UNKNOWN, "the answer does not say what became of it"
        )
    outcome = _STATES.get(state, WriteOutcome.REFUSED)
    detail = "" if outcome is WriteOutcome.ACCEPTED else f"Tiki answered {state}"
    return _result(listing, outcome, detail)


def _impossible(update: StockUpdate) -> str:
    if not is_ours(update.listing):
        return "not a listing of Tiki: it has a product's number and no variant"
    if not 0 <= update.quantity <= _LARGEST_STOCK:
        return f"{update.quantity} is not a number of units to sell"
    return ""


def _result(listing: ListingRef, outcome: WriteOutcome, detail: str) -> StockResult:
    return StockResult(listing=listing, outcome=outcome, detail=detail)
