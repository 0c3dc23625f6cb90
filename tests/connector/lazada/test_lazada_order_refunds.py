"""Refunds that follow from an order: who paid, what ended, how far the money is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
import requests

from connector import ChannelOrder, ChannelRefund, RefundState
from connector.conformance.sandbox import SandboxWorld
from connector.lazada import LazadaConnector
from tests.connector.lazada.one_order import (
    FIRST,
    ORDER,
    PACKED,
    OneOrder,
    fetched,
)
from tests.connector.opening import opened

NEVER_ARRIVED = [
    "failed",
    "failed_delivery",
    "shipped_back",
    "shipped_back_success",
    "shipped_back_failed",
    "lost",
    "lost_by_3pl",
    "damaged_by_3pl",
    "package_scrapped",
]
REFUSED_AT_THE_DOOR = {
    "status": "canceled",
    "cancel_return_initiator": "cancellation-failed Delivery",
}
shop_numbers = count(1)


def states(order: ChannelOrder) -> list[RefundState]:
    return [refund.state for refund in order.refunds]


def paid_by(answer: Callable[..., None], method: str) -> None:
    """Let the order itself say how it is paid."""
    data = {"order_id": int(ORDER), "payment_method": method}
    answer("order/get", {"code": "0", "data": data})


def delivered(shop: OneOrder) -> None:
    event = {"status_code": "1400", "detail_type": "delivered"}
    package = {
        "ofc_package_id": PACKED["package_id"],
        "tracking_number": PACKED["tracking_code"],
        "logistic_detail_info_list": [event],
    }
    module = [{"package_detail_info_list": [package]}]
    shop.trace({"code": "0", "result": {"success": True, "module": module}})


def test_what_was_paid_and_cancelled_is_refunded_by_lazada(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "canceled"}, {})
    assert fetched(lazada).refunds == (
        ChannelRefund(
            refund_id=f"cancellation:{FIRST}",
            amount=Decimal(85000),
            currency="VND",
            state=RefundState.DONE,
        ),
    )
    shop.hold({"status": "canceled"}, {"status": "canceled"})
    assert sum(refund.amount for refund in fetched(lazada).refunds) == 185000


@pytest.mark.parametrize("payment_time", [None, "", "null", 0, "0"])
def test_what_was_never_paid_is_not_refunded(
    lazada: LazadaConnector, shop: OneOrder, payment_time: Any
) -> None:
    shop.hold({"status": "canceled", "payment_time": payment_time})
    assert fetched(lazada).refunds == ()


@pytest.mark.parametrize("status", NEVER_ARRIVED)
def test_what_was_paid_and_never_arrived_is_paid_back_later(
    lazada: LazadaConnector, shop: OneOrder, status: str
) -> None:
    shop.hold({"status": status, **PACKED}, {"status": "delivered"})
    assert fetched(lazada).refunds == (
        ChannelRefund(
            refund_id=f"cancellation:{FIRST}",
            amount=Decimal(85000),
            currency="VND",
            state=RefundState.PENDING,
        ),
    )
    shop.hold({"status": status, **PACKED}, {"status": status, **PACKED})
    assert sum(refund.amount for refund in fetched(lazada).refunds) == 185000


@pytest.mark.parametrize("status", ["canceled", "returned", "shipped"])
def test_a_refused_parcel_is_paid_back_later_by_whatever_name(
    lazada: LazadaConnector, shop: OneOrder, status: str
) -> None:
    shop.hold({**REFUSED_AT_THE_DOOR, "status": status, **PACKED})
    assert states(fetched(lazada)) == [RefundState.PENDING]


def test_a_failed_delivery_that_is_called_a_cancel_later_is_one_refund(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "failed_delivery", **PACKED})
    (first,) = fetched(lazada).refunds
    shop.hold({**REFUSED_AT_THE_DOOR, **PACKED})
    (again,) = fetched(lazada).refunds
    assert again.refund_id == first.refund_id


@pytest.mark.parametrize(
    "status", ["pending", "ready_to_ship", "shipped", "delivered", "returned"]
)
def test_what_goes_its_way_gives_nothing_back_and_is_not_asked_about(
    lazada: LazadaConnector,
    shop: OneOrder,
    calls: Callable[[str], list[Any]],
    status: str,
) -> None:
    shop.hold({"status": status, **PACKED})
    assert fetched(lazada).refunds == ()
    assert calls("/order/get") == []


@pytest.mark.parametrize("status", [*NEVER_ARRIVED, "canceled"])
def test_cash_on_delivery_that_was_never_collected_does_not_go_back(
    lazada: LazadaConnector, shop: OneOrder, answer: Callable[..., None], status: str
) -> None:
    # Whether such an item may have a time of payment all the same is not documented.
    paid_by(answer, "COD")
    shop.hold({"status": status, **PACKED})
    assert fetched(lazada).refunds == ()
    shop.hold({"status": status, **PACKED, "payment_time": ""})
    assert fetched(lazada).refunds == ()


def test_cash_that_a_delivery_brought_in_goes_back(
    lazada: LazadaConnector, shop: OneOrder, answer: Callable[..., None]
) -> None:
    paid_by(answer, "COD")
    delivered(shop)
    shop.hold({"status": "canceled", **PACKED})
    assert states(fetched(lazada)) == [RefundState.DONE]


@pytest.mark.parametrize(
    "silence",
    [
        {"code": "16", "type": "ISV", "message": "no"},
        {"code": "0", "data": []},
        {"code": "0", "data": {"payment_method": None}},
        requests.ConnectionError("the line broke"),
    ],
)
def test_where_the_order_does_not_say_how_it_is_paid_the_time_of_payment_counts(
    lazada: LazadaConnector, shop: OneOrder, edge: Any, silence: Any
) -> None:
    is_error = isinstance(silence, Exception)
    body = {"body": silence} if is_error else {"json": silence}
    edge.add("GET", "https://api.lazada.vn/rest/order/get", **body)
    shop.hold({"status": "failed_delivery", **PACKED})
    assert states(fetched(lazada)) == [RefundState.PENDING]


class Seller(SandboxWorld):
    """A shop on Lazada whose buyers refuse a parcel at the door."""

    def refuse_at_door(self, order_id: str) -> None:
        """The same fate as a failed delivery, under the status of a cancel."""
        self._act(order_id, "refuse_at_door")


@pytest.fixture
def world(control_url: str) -> Seller:
    seller = Seller(control_url, "lazada", f"refunds{next(shop_numbers)}")
    seller.add_item("A", 10)
    return seller


@pytest.fixture
def connector(world: Seller) -> Iterator[LazadaConnector]:
    shop = opened(LazadaConnector, world, {})
    yield shop
    shop.transport.close()


def told(connector: LazadaConnector, order_id: str) -> ChannelOrder:
    (order,) = connector.fetch_orders([order_id]).items
    return order


@pytest.mark.parametrize("ends", ["fail_delivery", "refuse_at_door", "lose"])
def test_a_parcel_that_never_arrives_is_paid_back_unless_it_was_on_delivery(
    connector: LazadaConnector, world: Seller, ends: str
) -> None:
    prepaid = world.place_order({"A": 2})
    on_delivery = world.place_order({"A": 2}, cod=True)
    for order_id in (prepaid, on_delivery):
        for step in ("arrange", "pick_up", ends):
            getattr(world, step)(order_id)
    order = told(connector, prepaid)
    assert states(order) == [RefundState.PENDING] * 2
    assert sum(refund.amount for refund in order.refunds) == order.total
    assert told(connector, on_delivery).refunds == ()


def test_goods_that_arrived_back_leave_the_refund_as_it_was(
    connector: LazadaConnector, world: Seller
) -> None:
    order_id = world.place_order({"A": 1})
    for step in (world.arrange, world.pick_up, world.fail_delivery):
        step(order_id)
    before = told(connector, order_id).refunds
    world.arrive_back(order_id)
    assert told(connector, order_id).refunds == before
