"""Cash that one parcel brought in is never given back for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from connector import PermanentError, RefundState, UnexpectedAnswer
from connector.shopify import ShopifyConnector
from tests.connector.opening import opened
from tests.connector.shopify.bank import BAG, REQUEST, SHIRT, Bank
from tests.connector.shopify.changes import cancel, money
from tests.connector.shopify.conftest import Graph, Reply
from tests.connector.stores import Store, refund_of_skus, send_in_two_parcels

SHIRTS, BAGS = {SHIRT: 3}, {BAG: 1}
CASH = "Cash on Delivery (COD)"
shop_numbers = count(1)


@pytest.fixture
def bank(graph: Graph, reply: Reply) -> Bank:
    return Bank(graph, reply)


@pytest.fixture
def holds(bank: Bank) -> Callable[..., None]:
    """Say what came in, how, and what the order still comes to."""

    def say(received: int, *methods: Any, total: int = 500000) -> None:
        answer = bank.order({})
        answer["data"]["order"] |= {
            "paymentGatewayNames": list(methods or (CASH,)),
            "totalReceivedSet": money(f"{received}.0"),
            "currentTotalPriceSet": money(f"{total}.0"),
        }
        bank.graph.answer("OrderToRefund", answer)

    return say


@pytest.fixture
def sent(graph: Graph, reply: Reply) -> Callable[..., None]:
    """Let shirts and bag travel in a parcel each: ``sent("DELIVERED", "FAILURE")``."""

    def send(shirts: str, bag: str, *changes: Callable[[Any], None]) -> None:
        answer = reply("orders")
        order = answer["data"]["nodes"][0]
        (parcel,) = order["fulfillments"]
        lines = parcel["fulfillmentLineItems"]["nodes"]
        order["fulfillments"] = []
        for number, display in enumerate((shirts, bag)):
            one = deepcopy(parcel) | {"id": f"{parcel['id']}{number}"}
            one["displayStatus"] = display
            one["fulfillmentLineItems"]["nodes"] = [lines[number]]
            order["fulfillments"].append(one)
        for change in changes:
            change(order)
        graph.answer("OrdersWithEvidence", answer)

    return send


def assert_a_person_is_asked(
    shopify: ShopifyConnector, bank: Bank, quantities: dict[str, int]
) -> None:
    with pytest.raises(PermanentError, match=r"cash on delivery: .*\?"):
        shopify.refund(replace(REQUEST, quantities=quantities))
    assert bank.asked == []
    assert bank.graph.variables("SuggestedRefund") == []


@pytest.mark.parametrize("quantities", [BAGS, SHIRTS, SHIRTS | BAGS, {}])
def test_cash_for_one_parcel_pays_for_no_other(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
    quantities: dict[str, int],
) -> None:
    # The shirts were paid at the door; that would cover the bag.
    sent("DELIVERED", "FAILURE")
    holds(450000)
    assert_a_person_is_asked(shopify, bank, quantities)


def test_an_order_marked_as_paid_pays_for_no_parcel_refused_at_the_door(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
) -> None:
    sent("DELIVERED", "FAILURE")
    holds(500000)
    for quantities in (BAGS, SHIRTS | BAGS, {}):
        assert_a_person_is_asked(shopify, bank, quantities)
    # What was handed over was paid; the bag is no longer the buyer's.
    refund = shopify.refund(replace(REQUEST, quantities=SHIRTS))
    assert refund.state is RefundState.DONE


def test_an_order_that_was_cut_down_pays_for_no_parcel_refused_at_the_door(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
) -> None:
    sent("DELIVERED", "FAILURE")
    holds(450000, total=450000)
    assert_a_person_is_asked(shopify, bank, BAGS)


@pytest.mark.parametrize(
    ("shirts", "bag"),
    [("DELIVERED", "IN_TRANSIT"), ("FULFILLED", "FULFILLED")],
)
def test_goods_that_the_buyer_keeps_must_have_been_delivered(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
    shirts: str,
    bag: str,
) -> None:
    sent(shirts, bag)
    holds(500000)
    assert_a_person_is_asked(shopify, bank, SHIRTS)


def test_less_than_the_total_is_a_question_also_where_all_was_delivered(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
) -> None:
    sent("DELIVERED", "DELIVERED")
    holds(499999)
    assert_a_person_is_asked(shopify, bank, SHIRTS)


@pytest.mark.parametrize(
    ("shirts", "bag", "quantities"),
    [
        ("DELIVERED", "DELIVERED", SHIRTS),
        ("DELIVERED", "DELIVERED", SHIRTS | BAGS),
        ("DELIVERED", "DELIVERED", {}),
        # Chosen as cash and paid otherwise: nothing was taken at any door.
        ("FAILURE", "FAILURE", SHIRTS | BAGS),
        ("FAILURE", "FAILURE", BAGS),
        ("FULFILLED", "FULFILLED", SHIRTS | BAGS),
    ],
)
def test_cash_that_came_in_whole_goes_back(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
    shirts: str,
    bag: str,
    quantities: dict[str, int],
) -> None:
    sent(shirts, bag)
    holds(500000)
    refund = shopify.refund(replace(REQUEST, quantities=quantities))
    assert refund.state is RefundState.DONE
    assert len(bank.asked) == 1


def test_a_cancelled_order_that_was_delivered_and_paid_is_given_back(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
) -> None:
    sent("DELIVERED", "DELIVERED", cancel)
    holds(500000, total=0)
    assert shopify.refund(REQUEST).state is RefundState.DONE


@pytest.mark.parametrize(
    "method",
    ["Cash on Delivery (COD)", "COD", "cash_on_delivery", "Trả tiền khi nhận hàng"],
)
def test_each_name_of_cash_on_delivery_counts(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
    method: str,
) -> None:
    sent("DELIVERED", "FAILURE")
    holds(450000, "gift_card", method)
    assert_a_person_is_asked(shopify, bank, BAGS)


@pytest.mark.parametrize("methods", [["onepay"], ["Bank Deposit"], ["Codaco"]])
def test_money_that_came_in_beforehand_pays_for_a_refused_parcel(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    methods: list[str],
) -> None:
    holds(450000, *methods)
    refund = shopify.refund(replace(REQUEST, quantities=BAGS))
    assert refund.state is RefundState.DONE
    assert bank.graph.variables("OrdersWithEvidence") == []


def test_where_goods_are_that_nobody_can_tell_no_cash_goes_back(
    shopify: ShopifyConnector,
    bank: Bank,
    holds: Callable[..., None],
    sent: Callable[..., None],
) -> None:
    sent("DELIVERED", "BEAMED_AWAY")
    holds(500000)
    with pytest.raises(PermanentError, match="cash on delivery"):
        shopify.refund(REQUEST)
    assert bank.asked == []


def test_an_order_that_does_not_say_how_it_was_paid_is_not_paid_back(
    shopify: ShopifyConnector, bank: Bank
) -> None:
    answer = bank.order({})
    answer["data"]["order"]["paymentGatewayNames"] = None
    bank.graph.answer("OrderToRefund", answer)
    with pytest.raises(UnexpectedAnswer):
        shopify.refund(REQUEST)
    assert bank.asked == []


@pytest.fixture
def world(control_url: str) -> Store:
    world = Store(control_url, "shopify", f"cash{next(shop_numbers)}")
    world.add_item("A", 10)
    world.add_item("B", 10)
    return world


@pytest.fixture
def shop(world: Store) -> Iterator[ShopifyConnector]:
    connector = opened(ShopifyConnector, world, {})
    yield connector
    connector.transport.close()


def test_a_refused_parcel_is_not_paid_from_the_collected_one(
    shop: ShopifyConnector, world: Store
) -> None:
    order_id = send_in_two_parcels(world)
    world.step(order_id, "deliver", {"A": 2})
    world.step(order_id, "fail_delivery", {"B": 1})
    world.pay(order_id)
    with pytest.raises(PermanentError, match="cash on delivery"):
        shop.refund(refund_of_skus(shop, order_id, "B"))
    (order,) = shop.fetch_orders([order_id]).items
    assert order.refunds == ()


def test_collected_parcels_that_come_back_are_paid_back(
    shop: ShopifyConnector, world: Store
) -> None:
    order_id = send_in_two_parcels(world)
    world.deliver(order_id)
    assert shop.refund(refund_of_skus(shop, order_id, "B")).state is RefundState.DONE
