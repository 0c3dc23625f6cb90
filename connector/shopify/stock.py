"""Writes Shopify's stock: absolute numbers, compared before they are set.

``inventorySetQuantities`` carries out all of a call or nothing, so one bad listing
would hold up its neighbours: it is taken out and the others are sent again.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from connector.batches import batches
from connector.errors import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknown,
    TransientError,
)
from connector.parsing import JsonRecord, Malformed, record, records, told
from connector.shopify.catalogue import Catalogue, Stocked, is_listing
from connector.shopify.client import Client
from connector.shopify.refusals import Refused
from connector.stock_results import Results, all_of, refused
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome

LEVELS_PER_CALL = 250
_LARGEST_STOCK = 1_000_000_000

_SET = """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    userErrors { code field message }
  }
}
"""

_STALE = {"CHANGE_FROM_QUANTITY_STALE", "COMPARE_QUANTITY_STALE"}
_LATER = {
    "IDEMPOTENCY_CONCURRENT_REQUEST",
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    "SERVICE_UNAVAILABLE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """One number to set."""

    listing: ListingRef
    inventory_item: str
    quantity: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class _UserError:
    """Why nothing was set; ``place`` is the level at fault, where one is named."""

    place: int | None
    code: str
    message: str


class StockWriter:
    """Sets numbers of up to one batch of listings."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue

    def write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Return one result for each update, in their order.

        Raises only when nothing got an answer.  Levels whose answer was lost are
        UNKNOWN; once the shop is throttled or refused, what is left is LATER.
        """
        results: Results = {}
        possible: dict[ListingRef, StockUpdate] = {}
        for update in updates:
            reason = _impossible(update)
            if reason:
                results[update.listing] = refused(update.listing, reason)
            else:
                possible[update.listing] = update
        items, unsettable = self._inventory_items(possible)
        results.update(unsettable)
        levels = [_level(possible[listing], item) for listing, item in items.items()]
        results.update(self._levels(levels))
        return [results[update.listing] for update in updates]

    def _inventory_items(
        self, listings: Collection[ListingRef]
    ) -> tuple[dict[ListingRef, str], Results]:
        """Return what stands for each listing in a stock write, or why nothing does."""
        items = self._catalogue.inventory_items(listings)
        results: Results = {}
        unseen = [listing for listing in listings if listing not in items]
        held = self._catalogue.stocked(unseen)
        for listing in unseen:
            reason = _unsettable(held.get(listing))
            if reason:
                results[listing] = refused(listing, reason)
            else:
                items[listing] = held[listing].inventory_item
        return items, results

    def _levels(self, levels: list[_Level]) -> Results:
        results: Results = {}
        first_error: ConnectorError | None = None
        waiting = deque(batches(levels, LEVELS_PER_CALL))
        while waiting:
            batch = waiting.popleft()
            try:
                told_of, again = self._batch(batch)
                results.update(told_of)
                waiting.extendleft(reversed(again))
            except OutcomeUnknown as problem:
                results.update(_all(batch, WriteOutcome.UNKNOWN, problem.detail))
            except (TransientError, AuthenticationError) as problem:
                first_error = problem
                for rest in (batch, *waiting):
                    results.update(_all(rest, WriteOutcome.LATER, problem.detail))
                break
        outcomes = {result.outcome for result in results.values()}
        if first_error is not None and outcomes == {WriteOutcome.LATER}:
            raise first_error
        return results

    def _batch(
        self, levels: Sequence[_Level]
    ) -> tuple[Results, list[Sequence[_Level]]]:
        """Send levels; return what is known now, and what must be sent again."""
        try:
            errors = self._send(levels)
        except Refused as refusal:
            # The call itself is wrong, whatever it names.
            return _all(levels, WriteOutcome.REFUSED, refusal.detail), []
        if not errors:
            return _all(levels, WriteOutcome.ACCEPTED, ""), []
        at_fault = {
            levels[error.place].listing: error
            for error in errors
            if error.place is not None and error.place < len(levels)
        }
        if not at_fault and len(levels) == 1:
            at_fault = {levels[0].listing: errors[0]}
        if not at_fault:
            middle = len(levels) // 2
            return {}, [levels[:middle], levels[middle:]]
        rest = [level for level in levels if level.listing not in at_fault]
        results = {one: _classified(one, error) for one, error in at_fault.items()}
        return results, [rest] if rest else []

    def _send(self, levels: Sequence[_Level]) -> list[_UserError]:
        location = self._catalogue.location()
        quantities = [
            {
                "inventoryItemId": level.inventory_item,
                "locationId": location,
                "quantity": level.quantity,
                # Must be said; null means that any number may be overwritten.
                "changeFromQuantity": level.expected,
            }
            for level in levels
        ]
        variables = {
            "input": {
                "name": "available",
                "reason": "correction",
                "quantities": quantities,
            },
            # New for each call: under an old key Shopify would repeat its old answer
            # and set nothing.
            "key": str(uuid.uuid4()),
        }
        return _user_errors(self._client.change(_SET, variables))


def _impossible(update: StockUpdate) -> str:
    if not is_listing(update.listing):
        return "not a listing of Shopify: its ids are numbers"
    if not 0 <= update.quantity <= _LARGEST_STOCK:
        return f"{update.quantity} is not a number of units that Shopify takes"
    return ""


def _unsettable(held: Stocked | None) -> str:
    if held is None:
        return "Shopify does not know this variant"
    if not held.tracked:
        return "Shopify does not count its stock: switch tracking on"
    if held.available is None:
        return "it is not stocked at this location"
    return ""


def _level(update: StockUpdate, inventory_item: str) -> _Level:
    return _Level(
        listing=update.listing,
        inventory_item=inventory_item,
        quantity=update.quantity,
        expected=update.expected,
    )


def _user_errors(data: JsonRecord) -> list[_UserError]:
    """Return why nothing was set; an answer without that list says nothing."""
    try:
        payload = record(data.get("inventorySetQuantities"), "payload")
        if payload.get("userErrors") is None:
            raise Malformed("the answer does not say whether anything was set")
        errors = records(payload["userErrors"], "userErrors")
    except Malformed as problem:
        detail = problem.detail
    else:
        return [
            _UserError(
                _place(error.get("field")),
                told(error.get("code")) or "no code",
                told(error.get("message")),
            )
            for error in errors
        ]
    raise OutcomeUnknown(detail)


def _place(path: object) -> int | None:
    """Return the position in a path like ``input, quantities, 3, quantity``."""
    for step in path if isinstance(path, list) else []:
        if isinstance(step, str) and step.isascii() and step.isdigit():
            return int(step)
    return None


def _classified(listing: ListingRef, error: _UserError) -> StockResult:
    outcome = WriteOutcome.REFUSED
    if error.code in _STALE:
        outcome = WriteOutcome.STALE
    elif error.code in _LATER:
        outcome = WriteOutcome.LATER
    detail = f"{error.code}: {error.message}"
    return StockResult(listing=listing, outcome=outcome, detail=detail)


def _all(levels: Sequence[_Level], outcome: WriteOutcome, detail: str) -> Results:
    return all_of((level.listing for level in levels), outcome, detail)
