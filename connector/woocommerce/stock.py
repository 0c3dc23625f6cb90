"""Writes stock: absolute numbers in batches, each row's result by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connector.batches import batches
from connector.parsing import JsonRecord, Malformed, records, told
from connector.stock_results import Results, all_of, call_by_call, divided, refused
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome
from connector.woocommerce.catalogue import (
    PRODUCTS,
    by_product,
    is_ours,
    variations_of,
)
from connector.woocommerce.client import Client
from connector.woocommerce.fields import is_yes
from connector.woocommerce.refusals import Refused, status_of, told_by

ROWS_PER_CALL = 100
_LARGEST_STOCK = 9_999_999


@dataclass(frozen=True, slots=True)
class _Call:
    """One batch: the listings by the id of their row."""

    path: str
    rows: Mapping[str, ListingRef]

    def __iter__(self) -> Iterator[ListingRef]:
        return iter(self.rows.values())


class StockWriter:
    """Sets numbers of listings."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Return one result for each update, in their order.

        Raises only when no call got an answer.  Rows whose answer was lost are
        UNKNOWN; once the site throttles or refuses the keys, what is left is LATER.
        """
        wanted, results = divided(updates, _impossible)
        calls = _calls(list(wanted))
        results.update(call_by_call(calls, lambda call: self._call(call, wanted)))
        return [results[update.listing] for update in updates]

    def _call(self, call: _Call, wanted: Mapping[ListingRef, int]) -> Results:
        rows = [_row(row_id, wanted[one]) for row_id, one in call.rows.items()]
        try:
            answer = self._client.write(f"{call.path}/batch", {"update": rows})
        except Refused as refusal:
            return all_of(call, WriteOutcome.REFUSED, refusal.detail)
        return _results(call, wanted, answer)


def _calls(listings: Sequence[ListingRef]) -> list[_Call]:
    """Divide listings among calls: products together, variations by their product."""
    plain = [one.item_id for one in listings if not one.variant_id]
    calls = [
        _Call(PRODUCTS, {item_id: ListingRef(item_id=item_id) for item_id in batch})
        for batch in batches(plain, ROWS_PER_CALL)
    ]
    for item_id, variants in by_product(listings).items():
        for batch in batches(variants, ROWS_PER_CALL):
            rows = {
                variant_id: ListingRef(item_id=item_id, variant_id=variant_id)
                for variant_id in batch
            }
            calls.append(_Call(variations_of(item_id), rows))
    return calls


def _row(row_id: str, quantity: int) -> JsonRecord:
    # Without its own stock management the site would take the number and forget it:
    # so it is for what sells without limit, and for a variation counted on its product.
    return {"id": int(row_id), "manage_stock": True, "stock_quantity": quantity}


def _impossible(update: StockUpdate) -> str:
    if not is_ours(update.listing):
        return "not a listing of WooCommerce: its ids are numbers"
    # The site itself would take a number below zero.
    if not 0 <= update.quantity <= _LARGEST_STOCK:
        return f"{update.quantity} is not a number of units to sell"
    return ""


def _results(
    call: _Call, wanted: Mapping[ListingRef, int], answer: JsonRecord
) -> Results:
    """Return what the answer says of each row; of one that it omits, nothing."""
    results = all_of(call, WriteOutcome.UNKNOWN, "the answer does not mention it")
    try:
        rows = records(answer.get("update"), "update")
    except Malformed as problem:
        return all_of(call, WriteOutcome.UNKNOWN, problem.detail)
    for row in rows:
        listing = call.rows.get(told(row.get("id")))
        if listing is not None:
            results[listing] = _row_result(listing, wanted[listing], row)
    return results


def _row_result(listing: ListingRef, quantity: int, row: JsonRecord) -> StockResult:
    error = row.get("error")
    if isinstance(error, dict):
        code, message = told_by(error)
        broken = status_of(error) >= 500
        outcome = WriteOutcome.UNKNOWN if broken else WriteOutcome.REFUSED
        return _result(listing, outcome, f"{code}: {message}")
    if not is_yes(row.get("manage_stock")):
        return refused(
            listing, "the site does not count it: is stock management switched on?"
        )
    shown = row.get("stock_quantity")
    if isinstance(shown, bool) or shown != quantity:
        return _result(
            listing, WriteOutcome.UNKNOWN, f"the site answered {shown}, not {quantity}"
        )
    return _result(listing, WriteOutcome.ACCEPTED, "")


def _result(listing: ListingRef, outcome: WriteOutcome, detail: str) -> StockResult:
    return StockResult(listing=listing, outcome=outcome, detail=detail)
