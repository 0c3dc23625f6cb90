"""Rules about trouble: each kind is told by its class, and no secret by any."""

from __future__ import annotations

import logging

import pytest

from connector.base import Connector
from connector.conformance.rules import Rules, happen, long_ago, ordered, orders_of
from connector.conformance.world import CannotHappen, Fault, World
from connector.errors import (
    AuthenticationError,
    ConnectorError,
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

    def test_a_lost_answer_to_a_write_is_an_unknown_outcome(
        self, connector: Connector, world: World
    ) -> None:
        listing = happen(lambda: world.add_item("LOST", 0))
        happen(lambda: world.cause(Fault.LOST_ANSWER))
        results = _written(connector, StockUpdate(listing=listing, quantity=8))
        assert all(one.outcome is WriteOutcome.UNKNOWN for one in results), results
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

    def test_no_secret_is_told_in_any_text(
        self,
        connector: Connector,
        world: World,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        told = [repr(connector), repr(connector.transport)]
        connector.identify()
        for fault in Fault:
            try:
                world.cause(fault)
            except CannotHappen:
                continue
            try:
                connector.read_orders(since=long_ago())
            except ConnectorError as error:
                told += [repr(error), str(error), repr(error.__context__)]
        told += [record.getMessage() for record in caplog.records]
        settings = connector.settings.read()
        secrets = {str(settings.get(name) or "") for name in connector.secret_settings}
        for secret in secrets - {""}:
            assert not any(secret in text for text in told), "a secret was told"


def _written(connector: Connector, update: StockUpdate) -> list[StockResult]:
    """Write; an error for the whole write says the same as one for its only listing."""
    try:
        return list(connector.write_stock([update]))
    except OutcomeUnknown as problem:
        outcome = WriteOutcome.UNKNOWN
        return [
            StockResult(listing=update.listing, outcome=outcome, detail=str(problem))
        ]
