"""Results of a stock write that takes several calls, one result for each listing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from connector.errors import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    TransientError,
)
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome

Results = dict[ListingRef, StockResult]
Call = TypeVar("Call", bound=Iterable[ListingRef])


def divided(
    updates: Iterable[StockUpdate], impossible: Callable[[StockUpdate], str]
) -> tuple[dict[ListingRef, int], Results]:
    """Return the numbers to write, and what is refused before anything is sent.

    ``impossible`` says why the channel would never take an update, or nothing.
    """
    wanted: dict[ListingRef, int] = {}
    results: Results = {}
    for update in updates:
        reason = impossible(update)
        if reason:
            results[update.listing] = refused(update.listing, reason)
        else:
            wanted[update.listing] = update.quantity
    return wanted, results


def refused(listing: ListingRef, reason: str) -> StockResult:
    """Return a result that a person must act upon."""
    return StockResult(listing=listing, outcome=WriteOutcome.REFUSED, detail=reason)


def all_of(
    listings: Iterable[ListingRef], outcome: WriteOutcome, detail: str
) -> Results:
    """Return the same result for all of these."""
    return {
        listing: StockResult(listing=listing, outcome=outcome, detail=detail)
        for listing in listings
    }


def call_by_call(calls: Sequence[Call], write: Callable[[Call], Results]) -> Results:
    """Make calls one after the other; each is what it names, its listings.

    Raises only when no call got an answer.  What a call named whose answer was lost is
    UNKNOWN; once the shop is throttled or refused, what is left is LATER.
    """
    results: Results = {}
    first_error: ConnectorError | None = None
    answered = stopped = False
    for call in calls:
        if stopped:
            results.update(all_of(call, WriteOutcome.LATER, "not tried yet"))
            continue
        try:
            results.update(write(call))
            answered = True
        except OutcomeUnknown as problem:
            results.update(all_of(call, WriteOutcome.UNKNOWN, problem.detail))
            answered = True
        except (TransientError, AuthenticationError) as problem:
            first_error = first_error or problem
            stopped = isinstance(problem, RateLimited | AuthenticationError)
            results.update(all_of(call, WriteOutcome.LATER, problem.detail))
    if first_error is not None and not answered:
        raise first_error
    return results
