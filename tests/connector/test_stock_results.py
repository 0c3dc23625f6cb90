"""A stock write in several calls has a true result for each listing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connector import (
    AuthenticationError,
    ConnectorError,
    ListingRef,
    OutcomeUnknown,
    RateLimited,
    StockUpdate,
    TransientError,
    WriteOutcome,
)
from connector.stock_results import Results, all_of, call_by_call, divided

A, B, C = (ListingRef(item_id=name) for name in "abc")


class Channel:
    """Answers each listing's call, or fails it as told."""

    def __init__(self, **failures: ConnectorError) -> None:
        self._failures = failures
        self.asked: list[str] = []

    def write(self, call: Sequence[ListingRef]) -> Results:
        name = call[0].item_id
        self.asked.append(name)
        if name in self._failures:
            raise self._failures[name]
        return all_of(call, WriteOutcome.ACCEPTED, "")


def outcomes(channel: Channel) -> list[WriteOutcome]:
    results = call_by_call([[A], [B], [C]], channel.write)
    return [results[one].outcome for one in (A, B, C)]


def test_a_lost_answer_leaves_only_its_own_call_unknown() -> None:
    channel = Channel(b=OutcomeUnknown("lost"))
    assert outcomes(channel) == ["accepted", "unknown", "accepted"]


def test_trouble_puts_off_only_its_own_call() -> None:
    channel = Channel(a=TransientError("busy"))
    assert outcomes(channel) == ["later", "accepted", "accepted"]


@pytest.mark.parametrize("stop", [RateLimited(5), AuthenticationError("no")])
def test_a_shop_that_is_throttled_or_refused_is_not_asked_again(
    stop: ConnectorError,
) -> None:
    channel = Channel(b=stop)
    assert outcomes(channel) == ["accepted", "later", "later"]
    assert channel.asked == ["a", "b"]


def test_an_error_is_raised_where_no_call_got_an_answer() -> None:
    first = TransientError("busy")
    with pytest.raises(TransientError) as raised:
        outcomes(Channel(a=first, b=TransientError("still"), c=RateLimited(5)))
    assert raised.value is first


def test_a_lost_answer_is_never_hidden_behind_an_error() -> None:
    channel = Channel(a=OutcomeUnknown("lost"), b=RateLimited(5))
    assert outcomes(channel) == ["unknown", "later", "later"]


def test_what_can_never_be_taken_is_refused_before_anything_is_sent() -> None:
    updates = [StockUpdate(listing=one, quantity=n) for one, n in ((A, 3), (B, -1))]
    wanted, results = divided(updates, lambda one: "" if one.quantity >= 0 else "no")
    assert wanted == {A: 3}
    assert {one.listing: (one.outcome, one.detail) for one in results.values()} == {
        B: (WriteOutcome.REFUSED, "no")
    }
