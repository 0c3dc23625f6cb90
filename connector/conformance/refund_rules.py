"""Rules about money that the merchant gives back: once, and never with the goods."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector.base import Connector
from connector.conformance.rules import (
    Rules,
    before_each_change,
    happen,
    ordered,
    the_order,
)
from connector.conformance.world import Fault, UnpaidOrders, World
from connector.errors import ConnectorError
from connector.values import ChannelRefund, RefundRequest, RefundState

_ON_ITS_WAY = ("arrange", "pick_up")


class RefundRules(Rules):
    """Refunds, on channels where the merchant must start them."""

    def test_a_refund_gives_money_back_and_no_stock(
        self, connector: Connector, world: World
    ) -> None:
        _needs_refunds(connector)
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2}, *_ON_ITS_WAY)
        before = world.visible_stock("A")
        refund = connector.refund(_request(connector, order_id, "key-1"))
        assert refund.state is not RefundState.REFUSED
        assert refund.amount > 0
        assert world.visible_stock("A") == before, "the goods are still away"

    def test_the_same_refund_is_paid_once(
        self, connector: Connector, world: World
    ) -> None:
        _needs_refunds(connector)
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2}, *_ON_ITS_WAY)
        request = _request(connector, order_id, "key-2")
        first = connector.refund(request)
        assert connector.refund(request).refund_id == first.refund_id
        assert _refund_ids(connector, order_id) == [first.refund_id]

    def test_a_refund_whose_answer_was_lost_is_not_paid_again(
        self, connector: Connector, world: World
    ) -> None:
        _needs_refunds(connector)
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2}, *_ON_ITS_WAY)
        request = _request(connector, order_id, "key-3")
        happen(lambda: world.cause(Fault.LOST_ANSWER))
        try:
            connector.refund(request)
        except ConnectorError:
            connector.refund(request)
        assert len(_refund_ids(connector, order_id)) == 1

    def test_cash_that_was_never_collected_is_not_paid_back(
        self, connector: Connector, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _needs_refunds(connector)
        happen(lambda: world.add_item("A", 10))
        order_id = happen(lambda: world.place_order({"A": 2}, cod=True))
        for step in (world.arrange, world.pick_up, world.fail_delivery):
            happen(lambda step=step: step(order_id))  # type: ignore[misc]
        _assert_refused(connector, order_id, monkeypatch)

    def test_an_order_that_was_never_paid_is_not_paid_back(
        self, connector: Connector, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _needs_refunds(connector)
        if not isinstance(world, UnpaidOrders):
            pytest.skip("the world leaves no order unpaid")
        happen(lambda: world.add_item("A", 10))
        order_id = happen(lambda: world.place_unpaid_order({"A": 2}))
        happen(lambda: world.cancel(order_id))
        _assert_refused(connector, order_id, monkeypatch)


def _assert_refused(
    connector: Connector, order_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ask for money that was never paid: it is REFUSED, and no change is sent."""
    request = _request(connector, order_id, "never-paid")
    sent: list[str] = []
    with before_each_change(connector, monkeypatch, sent.append):
        refund = connector.refund(request)
    assert refund.state is RefundState.REFUSED
    assert sent == [], "what was never paid was asked to be paid back"
    assert _refund_ids(connector, order_id) == []


def _needs_refunds(connector: Connector) -> None:
    if not connector.capabilities.merchant_refunds:
        pytest.skip("the channel refunds buyers by itself")


def _request(connector: Connector, order_id: str, key: str) -> RefundRequest:
    order = the_order(connector, order_id)
    amount = sum((x.unit_price * x.quantity for x in order.lines), Decimal(0))
    assert amount > 0
    return RefundRequest(
        key=key,
        order_id=order_id,
        amount=amount,
        currency=order.currency,
        quantities={line.line_id: line.quantity for line in order.lines},
        reason="cancelled on its way",
    )


def _refund_ids(connector: Connector, order_id: str) -> list[str]:
    refunds: tuple[ChannelRefund, ...] = the_order(connector, order_id).refunds
    return [refund.refund_id for refund in refunds]
