"""Rules about trouble: each kind is told by its class."""

from __future__ import annotations

import pytest

from connector.base import Connector
from connector.conformance.rules import (
    Rules,
    before_each_change,
    happen,
    long_ago,
    ordered,
    orders_of,
)
from connector.conformance.world import Fault, World
from connector.errors import (
    AuthenticationError,
    OutcomeUnknown,
    RateLimited,
    TransientError,
)
from connector.values import StockResult, StockUpdate, WriteOutcome


class TroubleRules(Rules):
    """What a connector raises when the channel is slow, busy, broken or unwilling."""

    def test_the_credentials_are_proven_by_a_call(self, connector: Connector) -> None:
        assert connector.identify().shop_id

    def test_refused_credentials_are_an_authentication_error(
        self, refused_connector: Connector
    ) -> None:
        with pytest.raises(AuthenticationError):
            refused_connector.identify()

    def test_throttling_names_a_positive_wait(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.cause(Fault.THROTTLED))
        with pytest.raises(RateLimited) as raised:
            connector.read_orders(since=long_ago())
        assert raised.value.retry_after_seconds > 0

    def test_a_pause_that_the_channel_names_is_passed_on(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.cause(Fault.THROTTLED))
        with pytest.raises(RateLimited) as raised:
            connector.read_orders(since=long_ago())
        assert raised.value.retry_after_seconds >= world.pause_seconds

    def test_a_pause_named_to_a_write_is_passed_on(
        self, connector: Connector, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        listing = happen(lambda: world.add_item("PAUSED", 0))
        update = StockUpdate(listing=listing, quantity=8)
        before = world.stock_writes()
        happen(lambda: world.cause(Fault.THROTTLED))
        assert _pause_asked(connector, update) >= world.pause_seconds
        changes: list[str] = []

        def throttle(change: str) -> None:
            changes.append(change)
            world.cause(Fault.THROTTLED)

        # A write may begin with a question, which was the one that was throttled.
        with before_each_change(connector, monkeypatch, throttle):
            asked = _pause_asked(connector, update)
        if changes:
            assert asked >= world.pause_seconds
            assert world.stock_writes() == before

    def test_a_lost_answer_to_a_write_is_an_unknown_outcome(
        self, connector: Connector, world: World
    ) -> None:
        listing = happen(lambda: world.add_item("LOST", 0))
        happen(lambda: world.cause(Fault.LOST_ANSWER))
        results = _written(connector, StockUpdate(listing=listing, quantity=8))
        assert [one.listing for one in results] == [listing], "silence is no result"
        assert {one.outcome for one in results} == {WriteOutcome.UNKNOWN}
        # Reading back is how it is settled, whatever became of the write.
        seen = connector.read_stock([listing])
        assert seen == {listing: world.visible_stock("LOST")}

    def test_a_page_for_people_is_no_answer(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.cause(Fault.HTML))
        with pytest.raises(TransientError):
            connector.read_orders(since=long_ago())

    def test_an_expired_token_is_renewed_unseen(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 1))
        order_id = ordered(world, {"A": 1})
        happen(lambda: world.cause(Fault.TOKEN_EXPIRED))
        assert [order.order_id for order in orders_of(connector)] == [order_id]


def _pause_asked(connector: Connector, update: StockUpdate) -> float:
    """Write; return the pause that an error names, or none."""
    try:
        connector.write_stock([update])
    except RateLimited as error:
        return error.retry_after_seconds
    return 0.0


def _written(connector: Connector, update: StockUpdate) -> list[StockResult]:
    """Write; an error for the whole write says the same as one for its only listing."""
    try:
        return list(connector.write_stock([update]))
    except OutcomeUnknown as problem:
        outcome = WriteOutcome.UNKNOWN
        return [
            StockResult(listing=update.listing, outcome=outcome, detail=str(problem))
        ]
