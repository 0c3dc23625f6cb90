"""Refunds that follow from an order: who had paid for what never arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest

from connector import ChannelOrder, ChannelRefund, RefundState
from connector.conformance.sandbox import SandboxWorld
from connector.tiki import TikiConnector
from tests.connector.opening import opened
from tests.connector.tiki.conftest import Answer, recorded

Told = Callable[..., ChannelOrder]

OUT = ("paid", "picking", "shipping")
ARRIVED = (*OUT, "successful_delivery")
shop_numbers = count(1)


def carrier_says(word: str) -> dict[str, Any]:
    """Return the shipping of the recorded order with a word of Tiki's own carrier."""
    return {**recorded("order")["shipping"], "shipping_detail": {"status": word}}


PAID = {"method": "momo", "is_prepaid": True, "status": "success"}


@pytest.mark.parametrize(
    ("status", "payment", "history", "owed"),
    [
        ("canceled", PAID, (), True),
        ("canceled", {**PAID, "status": "pending"}, ("paid",), True),
        ("canceled", {**PAID, "status": "pending"}, ("waiting_payment",), False),
        ("canceled", {**PAID, "is_prepaid": False}, (), False),
        ("canceled", None, (), False),
        ("shipping", PAID, (), False),
    ],
)
def test_a_refund_is_owed_for_what_was_paid_and_cancelled(
    told: Told, status: str, payment: Any, history: tuple[str, ...], owed: bool
) -> None:
    order = told(status=status, payment=payment, history=(*history, status))
    refund = ChannelRefund(
        refund_id="cancellation",
        amount=Decimal(210000),
        currency="VND",
        state=RefundState.PENDING,
        reason="cancelled",
    )
    assert order.refunds == ((refund,) if owed else ())


NEVER_ARRIVED = ChannelRefund(
    refund_id="cancellation",
    amount=Decimal(210000),
    currency="VND",
    state=RefundState.PENDING,
    reason="never arrived",
)


@pytest.mark.parametrize(
    ("history", "word", "owed"),
    [
        ((*OUT, "returned"), "returned", True),
        ((*OUT, "returned"), "", True),
        ((*OUT, "returned", "closed"), "", True),
        (OUT, "returning", True),
        (OUT, "return_failed", True),
        (OUT, "lost", True),
        (OUT, "delivering", False),
        (("paid", "picking"), "lost", False),
        # The buyer had it, and how much of it comes back is not told.
        ((*ARRIVED, "returned"), "returned", False),
        ((*ARRIVED, "returned", "closed"), "returned", False),
        (ARRIVED, "returning", False),
    ],
)
def test_a_refund_is_owed_for_what_was_paid_and_never_arrived(
    told: Told, history: tuple[str, ...], word: str, owed: bool
) -> None:
    order = {
        "status": history[-1],
        "history": history,
        "shipping": carrier_says(word),
    }
    assert told(**order, payment=PAID).refunds == ((NEVER_ARRIVED,) if owed else ())
    on_delivery = {"method": "cod", "is_prepaid": False, "status": "pending"}
    assert told(**order, payment=on_delivery).refunds == ()


def test_a_lost_parcel_is_told_by_the_carriers_reason_too(told: Told) -> None:
    detail = {"status": "delivering", "reason_code": "lost_parcel"}
    shipping = {**recorded("order")["shipping"], "shipping_detail": detail}
    order = told(status="shipping", history=OUT, shipping=shipping, payment=PAID)
    assert order.refunds == (NEVER_ARRIVED,)


def test_an_order_that_came_back_without_its_history_may_be_a_return_of_a_part(
    tiki: TikiConnector, answer: Answer
) -> None:
    order = {**recorded("order"), "status": "returned", "payment": PAID}
    del order["status_histories"]
    answer("v2/orders/610200301", order)
    (found,) = tiki.fetch_orders(["610200301"]).items
    assert found.refunds == ()


def test_a_failed_delivery_that_is_cancelled_later_is_one_refund(told: Told) -> None:
    failed = (*OUT, "returned")
    (first,) = told(status="returned", history=failed, payment=PAID).refunds
    called_off = (*failed, "canceled")
    (again,) = told(status="canceled", history=called_off, payment=PAID).refunds
    assert again.refund_id == first.refund_id


@pytest.fixture
def world(control_url: str) -> SandboxWorld:
    seller = SandboxWorld(control_url, "tiki", f"refunds{next(shop_numbers)}")
    seller.add_item("A", 10)
    return seller


@pytest.fixture
def connector(world: SandboxWorld) -> Iterator[TikiConnector]:
    shop = opened(TikiConnector, world, {})
    yield shop
    shop.transport.close()


@pytest.mark.parametrize("ends", ["fail_delivery", "lose"])
def test_a_parcel_that_never_arrives_is_paid_back_unless_it_was_on_delivery(
    connector: TikiConnector, world: SandboxWorld, ends: str
) -> None:
    prepaid = world.place_order({"A": 2})
    on_delivery = world.place_order({"A": 2}, cod=True)
    for order_id in (prepaid, on_delivery):
        for step in ("arrange", "pick_up", ends):
            getattr(world, step)(order_id)
    orders = connector.fetch_orders([prepaid, on_delivery]).items
    (refund,) = orders[0].refunds
    assert (refund.state, refund.amount) == (RefundState.PENDING, orders[0].total)
    assert orders[1].refunds == ()
