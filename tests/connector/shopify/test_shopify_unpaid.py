"""Where no money came in, or none is left, none goes back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from connector import (
    ChannelRefund,
    Connector,
    RefundRequest,
    RefundState,
    UnexpectedAnswer,
)
from connector.conformance.sandbox import SandboxWorld
from connector.shopify import ShopifyConnector
from tests.connector.opening import opened
from tests.connector.shopify.bank import REQUEST, Bank
from tests.connector.shopify.conftest import Graph, Reply

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


class Store(SandboxWorld):
    """A shop of its own, where buyers may leave without paying."""

    def place_unpaid(self) -> str:
        lines = [{"sku": "A", "quantity": 2}]
        order = {"shop": self._shop, "lines": lines, "count": 1, "unpaid": True}
        (order_id,) = self._post("orders", order)["orders"]
        return str(order_id)


@pytest.fixture
def world(control_url: str) -> Store:
    store = Store(control_url, "shopify", f"unpaid{next(shop_numbers)}")
    store.add_item("A", 10)
    return store


@pytest.fixture
def shop(world: Store) -> Iterator[ShopifyConnector]:
    connector = opened(ShopifyConnector, world, {})
    yield connector
    connector.transport.close()


def give_back(shop: Connector, order_id: str) -> tuple[Any, str]:
    """Ask for all that an order cost, as after its end."""
    (order,) = shop.fetch_orders([order_id]).items
    refund = shop.refund(
        RefundRequest(
            key=f"end-{order_id}",
            order_id=order_id,
            amount=order.total,
            currency=order.currency,
            quantities={line.line_id: line.quantity for line in order.lines},
        )
    )
    return refund.state, refund.reason


NOT_PAID = (RefundState.REFUSED, "the buyer has not paid")


def test_a_parcel_on_delivery_refused_at_the_door_gives_nothing_back(
    shop: ShopifyConnector, world: Store
) -> None:
    order_id = world.place_order({"A": 2}, cod=True)
    for step in (world.arrange, world.pick_up, world.fail_delivery):
        step(order_id)
    assert give_back(shop, order_id) == NOT_PAID


def test_orders_called_off_before_anybody_paid_give_nothing_back(
    shop: ShopifyConnector, world: Store
) -> None:
    for order_id in (world.place_unpaid(), world.place_order({"A": 2}, cod=True)):
        world.cancel(order_id)
        assert give_back(shop, order_id) == NOT_PAID
        (order,) = shop.fetch_orders([order_id]).items
        assert order.refunds == ()


def test_a_prepaid_parcel_refused_at_the_door_is_given_back(
    shop: ShopifyConnector, world: Store
) -> None:
    order_id = world.place_order({"A": 2})
    for step in (world.arrange, world.pick_up, world.fail_delivery):
        step(order_id)
    state, _ = give_back(shop, order_id)
    assert state is RefundState.DONE
