"""Writes stock: absolute numbers in batches, each proven by reading it back.

Buyers see what is *available*: on hand without what orders have committed.  So the
committed units are read first, and the levels are read again afterwards: the answer to
a write tells nothing about its rows, and an order that leaves in between changes both
numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from connector.batches import batches
from connector.errors import AuthenticationError, ConnectorError, TransientError
from connector.haravan.adjustments import Adjustments, Numbers
from connector.haravan.client import Client
from connector.haravan.levels import Level, Levels, is_counted, is_ours
from connector.haravan.locations import Locations
from connector.stock_results import Results, all_of, divided
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome

ROWS_PER_CALL = 100

_LARGEST_STOCK = 9_999_999

LevelOf = Mapping[ListingRef, Level]


class StockWriter:
    """Sets numbers of listings."""

    def __init__(self, client: Client, locations: Locations, levels: Levels) -> None:
        self._levels = levels
        self._adjustments = Adjustments(client, locations)

    def write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Return one result for each update, in their order.

        Raises only when nothing at all was sent.  Rows whose answer was lost are
        UNKNOWN; once Haravan throttles or refuses the token, what is left is LATER.
        """
        wanted, results = divided(updates, _impossible)
        results.update(self._all_calls(wanted))
        return [results[update.listing] for update in updates]

    def _all_calls(self, wanted: Numbers) -> Results:
        results: Results = {}
        for number, call in enumerate(_calls(wanted)):
            try:
                results.update(self._call(call))
            except (TransientError, AuthenticationError) as problem:
                if number == 0:
                    raise
                results.update(all_of(call, WriteOutcome.LATER, problem.detail))
        return results

    def _call(self, wanted: Numbers) -> Results:
        before = dict(self._levels.of(list(wanted)))
        results = self._refusals(wanted, before)
        numbers = {one: wanted[one] for one in wanted if one not in results}
        results.update(self._adjustments.set(numbers, before))
        results.update(self._proven(_accepted(results), wanted, before))
        return results

    def _refusals(self, wanted: Numbers, before: dict[ListingRef, Level]) -> Results:
        """Refuse what cannot be set, and add the levels of what was never stocked.

        A listing without a level may as well not exist: it would spoil the whole call.
        """
        results: Results = {}
        for listing in wanted:
            if listing in before:
                continue
            variant = self._levels.variant(listing)
            if variant is None:
                reason = "Haravan has no such listing"
            elif not is_counted(variant):
                reason = "Haravan does not count it: switch its stock keeping on there"
            else:
                before[listing] = Level(
                    item_id=listing.item_id, on_hand=0, committed=0, available=0
                )
                continue
            results.update(all_of([listing], WriteOutcome.REFUSED, reason))
        return results

    def _proven(
        self, listings: Sequence[ListingRef], wanted: Numbers, before: LevelOf
    ) -> Results:
        """Read levels back; what shows too many is set once more."""
        seen, problem = self._read_back(listings)
        if problem:
            return all_of(listings, WriteOutcome.UNKNOWN, problem)
        again = {
            one: wanted[one]
            for one in listings
            if one in seen and seen[one].available > wanted[one]
        }
        for one, number in again.items():
            self._adjustments.learn(number, before[one], seen[one])
        rest = [one for one in listings if one not in again]
        results = _judged(rest, wanted, before, seen)
        results.update(
            self._once_more(
                again, {one: _start(before[one], seen[one]) for one in again}
            )
        )
        return results

    def _once_more(self, numbers: Numbers, before: LevelOf) -> Results:
        try:
            results = self._adjustments.set(numbers, before)
        except (TransientError, AuthenticationError) as problem:
            detail = f"Haravan shows too many: {problem.detail}"
            return all_of(numbers, WriteOutcome.UNKNOWN, detail)
        accepted = _accepted(results)
        seen, unread = self._read_back(accepted)
        if unread:
            results.update(all_of(accepted, WriteOutcome.UNKNOWN, unread))
            return results
        for one in accepted:
            if one in seen:
                self._adjustments.learn(numbers[one], before[one], seen[one])
        results.update(_judged(accepted, numbers, before, seen))
        return results

    def _read_back(self, listings: Sequence[ListingRef]) -> tuple[LevelOf, str]:
        """Return levels, or why they could not be read; the write was made by then."""
        if not listings:
            return {}, ""
        try:
            return self._levels.of(listings), ""
        except ConnectorError as problem:
            return {}, f"written, but not read back: {problem.detail}"


def _calls(wanted: Numbers) -> Iterator[Numbers]:
    return (dict(rows) for rows in batches(list(wanted.items()), ROWS_PER_CALL))


def _impossible(update: StockUpdate) -> str:
    if not is_ours(update.listing):
        return "not a listing of Haravan: product and variant are numbers"
    if not 0 <= update.quantity <= _LARGEST_STOCK:
        return f"{update.quantity} is not a number of units to sell"
    return ""


def _accepted(results: Results) -> list[ListingRef]:
    return [
        listing
        for listing, result in results.items()
        if result.outcome is WriteOutcome.ACCEPTED
    ]


def _judged(
    listings: Sequence[ListingRef], wanted: Numbers, before: LevelOf, seen: LevelOf
) -> Results:
    results: Results = {}
    for listing in listings:
        detail = _doubt(wanted[listing], before[listing], seen.get(listing))
        outcome = WriteOutcome.UNKNOWN if detail else WriteOutcome.ACCEPTED
        results.update(all_of([listing], outcome, detail))
    return results


def _start(before: Level, seen: Level) -> Level:
    """Return the level to begin a second attempt from.

    Where the first one changed nothing, either it was passed over or Haravan sets what
    is available and that stood there already.  Without the committed units on top the
    second can only show too few, and tells which it was.
    """
    return replace(seen, committed=0) if seen == before else seen


def _doubt(number: int, before: Level, seen: Level | None) -> str:
    """Return why the levels do not prove that a number was set, if they do not.

    Fewer to sell are right where our units lie: an order came in since.
    """
    if seen is None:
        return "Haravan shows no stock of it at the location"
    set_on_hand = number + before.committed
    sold_since = seen.available < number and seen.on_hand == set_on_hand
    if seen.available == number or sold_since:
        return ""
    return f"Haravan shows {seen.available} to sell, not {number}"
