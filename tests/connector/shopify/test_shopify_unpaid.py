"""Where no money came in, or none is left, none goes back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from connector import (
    ChannelRefund,
    Connector,
    RefundState,
    UnexpectedAnswer,
)
from connector.conformance.sandbox import SandboxWorld
from connector.shopify import ShopifyConnector
from tests.connector.opening import opened
from tests.connector.shopify.bank import REQUEST, Bank
from tests.connector.shopify.conftest import Graph, Reply
from tests.connector.stores import refund_of_all

shop_numbers = count(1)


@pytest.fixture
def bank(graph: Graph, reply: Reply) -> Bank:
    return Bank(graph, reply)


def holds(bank: Bank, received: str | None, refunded: str) -> None:
    """Let the order say what came in and what went back."""
    answer = bank.order({})
    order = answer["data"]["order"]
    for name, amount in (("totalReceived", received), ("totalRefunded", refunded)):
        money = {"amount": amount, "currencyCode": "VND"}
        order[f"{name}Set"] = {"presentmentMoney": money}
    bank.graph.answer("OrderToRefund", answer)


@pytest.mark.parametrize(
    ("received", "refunded", "reason"),
    [
        ("0.0", "0.0", "the buyer has not paid"),
        ("640000.0", "640000.0", "all was given back before"),
    ],
)
def test_where_no_money_is_left_nothing_is_given_back(
    shopify: ShopifyConnector, bank: Bank, received: str, refunded: str, reason: str
) -> None:
    holds(bank, received, refunded)
    assert shopify.refund(REQUEST) == ChannelRefund(
        refund_id="",
        amount=REQUEST.amount,
        currency="VND",
        state=RefundState.REFUSED,
        reason=reason,
    )
    assert bank.asked == []
    assert bank.graph.variables("SuggestedRefund") == []


def test_a_part_that_came_in_can_go_back(shopify: ShopifyConnector, bank: Bank) -> None:
    holds(bank, "340000.0", "40000.0")
    assert shopify.refund(REQUEST).state is RefundState.DONE


def test_what_we_paid_back_is_still_found_once_nothing_is_left(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    first = shopify.refund(REQUEST)
    holds(bank, "300000.0", "300000.0")
    assert shopify.refund(REQUEST) == first
    assert len(bank.asked) == 1


def test_money_that_cannot_be_read_moves_none(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    holds(bank, None, "0.0")
    with pytest.raises(UnexpectedAnswer):
        shopify.refund(REQUEST)
    assert bank.asked == []


@pytest.fixture
def world(control_url: str) -> SandboxWorld:
    store = SandboxWorld(control_url, "shopify", f"unpaid{next(shop_numbers)}")
    store.add_item("A", 10)
    return store


@pytest.fixture
def shop(world: SandboxWorld) -> Iterator[ShopifyConnector]:
    connector = opened(ShopifyConnector, world, {})
    yield connector
    connector.transport.close()


def give_back(shop: Connector, order_id: str) -> tuple[Any, str]:
    refund = shop.refund(refund_of_all(shop, order_id))
    return refund.state, refund.reason


NOT_PAID = (RefundState.REFUSED, "the buyer has not paid")


def test_a_parcel_on_delivery_refused_at_the_door_gives_nothing_back(
    shop: ShopifyConnector, world: SandboxWorld
) -> None:
    order_id = world.place_order({"A": 2}, cod=True)
    for step in (world.arrange, world.pick_up, world.fail_delivery):
        step(order_id)
    assert give_back(shop, order_id) == NOT_PAID


def test_orders_called_off_before_anybody_paid_give_nothing_back(
    shop: ShopifyConnector, world: SandboxWorld
) -> None:
    for order_id in (
        world.place_unpaid_order({"A": 2}),
        world.place_order({"A": 2}, cod=True),
    ):
        world.cancel(order_id)
        assert give_back(shop, order_id) == NOT_PAID
        (order,) = shop.fetch_orders([order_id]).items
        assert order.refunds == ()


def test_a_prepaid_parcel_refused_at_the_door_is_given_back(
    shop: ShopifyConnector, world: SandboxWorld
) -> None:
    order_id = world.place_order({"A": 2})
    for step in (world.arrange, world.pick_up, world.fail_delivery):
        step(order_id)
    state, _ = give_back(shop, order_id)
    assert state is RefundState.DONE
