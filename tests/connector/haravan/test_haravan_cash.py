"""Cash that one parcel brought in is never given back for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
import responses

from connector import PermanentError, RefundState
from connector.haravan import HaravanConnector
from tests.connector.haravan.conftest import API, Reader
from tests.connector.haravan.till import REFUNDS, Till, asked
from tests.connector.opening import opened
from tests.connector.stores import Store, refund_of_skus, send_in_two_parcels

HATS, FAN = {"9101": 2}, {"9102": 1}
CASH = {"gateway": "Thanh toán khi giao hàng (COD)", "gateway_code": "COD"}
shop_numbers = count(1)

Fulfilment = Callable[..., dict[str, Any]]


@pytest.fixture
def till(edge: responses.RequestsMock, reply: Reader) -> Till:
    playing = Till(reply("order")["order"] | CASH)
    edge.add_callback("POST", REFUNDS, callback=playing.make)
    edge.add_callback("GET", f"{API}/orders/800501.json", callback=playing.show)
    return playing


def came_in(till: Till, amount: int, gateway: str = "COD") -> None:
    """Let the order hold one payment of an amount."""
    payment = {"kind": "capture", "status": None, "gateway": gateway}
    till.order["transactions"] = [{**payment, "amount": amount}]
    till.order["financial_status"] = "paid" if amount == 450000 else "partially_paid"


@pytest.fixture
def sent(till: Till, fulfilment: Fulfilment) -> Callable[[str, str], None]:
    """Let hats and fan travel in a parcel each: ``sent("delivered", "return")``."""

    def send(hats: str, fan: str) -> None:
        parcels = [
            fulfilment({9101: 2}, id=9201, carrier_status_code=hats),
            fulfilment({9102: 1}, id=9202, carrier_status_code=fan),
        ]
        till.order |= {"fulfillments": parcels, "fulfillment_status": "fulfilled"}

    return send


def assert_a_person_is_asked(
    haravan: HaravanConnector, till: Till, **changes: Any
) -> None:
    with pytest.raises(PermanentError, match=r"cash on delivery: .*\?"):
        haravan.refund(asked(**changes))
    assert till.sent == []


def test_cash_for_one_parcel_pays_for_no_other(
    haravan: HaravanConnector, till: Till, sent: Callable[[str, str], None]
) -> None:
    sent("delivered", "return")
    # The hats were paid at the door; that would cover the fan.
    came_in(till, 370000)
    assert_a_person_is_asked(haravan, till, quantities=FAN, amount=Decimal(60000))
    assert_a_person_is_asked(haravan, till, quantities=HATS)


def test_an_order_marked_as_paid_pays_for_no_parcel_refused_at_the_door(
    haravan: HaravanConnector, till: Till, sent: Callable[[str, str], None]
) -> None:
    sent("delivered", "return")
    came_in(till, 450000)
    fan = {"quantities": FAN, "amount": Decimal(60000)}
    assert_a_person_is_asked(haravan, till, **fan)
    assert_a_person_is_asked(haravan, till, quantities=HATS | FAN)
    assert_a_person_is_asked(haravan, till, quantities={})
    # What was handed over was paid; the fan is no longer the buyer's.
    assert haravan.refund(asked(quantities=HATS)).state is RefundState.DONE


@pytest.mark.parametrize(("hats", "fan"), [("delivered", "delivering"), ("", "")])
def test_goods_that_the_buyer_keeps_must_have_been_delivered(
    haravan: HaravanConnector,
    till: Till,
    sent: Callable[[str, str], None],
    hats: str,
    fan: str,
) -> None:
    sent(hats, fan)
    came_in(till, 450000)
    assert_a_person_is_asked(haravan, till, quantities=HATS)


def test_less_than_the_total_is_a_question_also_where_all_was_delivered(
    haravan: HaravanConnector, till: Till, sent: Callable[[str, str], None]
) -> None:
    sent("delivered", "delivered")
    came_in(till, 449999)
    assert_a_person_is_asked(haravan, till)


@pytest.mark.parametrize(
    ("hats", "fan", "quantities"),
    [
        ("delivered", "delivered", HATS),
        ("delivered", "delivered", HATS | FAN),
        ("delivered", "delivered", {}),
        # Chosen as cash and paid otherwise: nothing was taken at any door.
        ("return", "return", HATS | FAN),
        ("", "", HATS | FAN),
        ("return", "return", FAN),
    ],
)
def test_cash_that_came_in_whole_goes_back(
    haravan: HaravanConnector,
    till: Till,
    sent: Callable[[str, str], None],
    hats: str,
    fan: str,
    quantities: dict[str, int],
) -> None:
    sent(hats, fan)
    came_in(till, 450000)
    assert haravan.refund(asked(quantities=quantities)).state is RefundState.DONE
    assert len(till.sent) == 1


def test_goods_cancelled_at_home_are_not_paid_from_the_door(
    haravan: HaravanConnector, till: Till, fulfilment: Fulfilment
) -> None:
    delivered = fulfilment({9101: 2}, carrier_status_code="delivered")
    till.order |= {
        "fulfillments": [delivered],
        "fulfillment_status": "partial",
        "cancelled_status": "cancelled",
        "cancelled_at": "2026-11-01T05:00:00Z",
    }
    came_in(till, 450000)
    assert_a_person_is_asked(haravan, till, quantities=FAN)
    assert haravan.refund(asked(quantities=HATS)).state is RefundState.DONE


@pytest.mark.parametrize(
    "signs",
    [
        {"gateway": "COD", "gateway_code": None},
        {"gateway": None, "gateway_code": "cod"},
        {"gateway": "Trả tiền mặt khi nhận hàng", "gateway_code": None},
        {"transactions": [{"kind": "capture", "amount": 370000, "gateway": "COD"}]},
        {
            "transactions": [
                {"kind": "capture", "amount": 370000, "is_cod_gateway": True}
            ]
        },
        {"carrier_cod_status_code": "codpaid"},
    ],
)
def test_each_sign_of_cash_on_delivery_counts(
    haravan: HaravanConnector,
    till: Till,
    sent: Callable[[str, str], None],
    signs: dict[str, Any],
) -> None:
    sent("delivered", "return")
    came_in(till, 370000, gateway="")
    till.order |= {"gateway": "Chuyển khoản", "gateway_code": "BANK"}
    for parcel in till.order["fulfillments"]:
        parcel |= {name: signs[name] for name in signs if name in parcel}
    till.order |= {name: signs[name] for name in signs if name in till.order}
    assert_a_person_is_asked(haravan, till, quantities=FAN, amount=Decimal(60000))


def test_money_that_came_in_beforehand_pays_for_a_refused_parcel(
    haravan: HaravanConnector, till: Till, sent: Callable[[str, str], None]
) -> None:
    sent("delivered", "return")
    came_in(till, 370000, gateway="Chuyển khoản")
    till.order |= {"gateway": "Chuyển khoản", "gateway_code": "BANK"}
    refund = haravan.refund(asked(quantities=FAN, amount=Decimal(60000)))
    assert refund.state is RefundState.DONE


def test_where_goods_are_that_nobody_can_tell_no_cash_goes_back(
    haravan: HaravanConnector, till: Till, sent: Callable[[str, str], None]
) -> None:
    sent("delivered", "beamed_away")
    came_in(till, 450000)
    with pytest.raises(PermanentError, match="beamed_away"):
        haravan.refund(asked())
    assert till.sent == []


def test_what_was_given_back_is_found_before_anybody_is_asked(
    haravan: HaravanConnector, till: Till, sent: Callable[[str, str], None]
) -> None:
    sent("delivered", "delivered")
    came_in(till, 450000)
    first = haravan.refund(asked())
    sent("delivered", "return")
    assert haravan.refund(asked()) == first


@pytest.fixture
def world(control_url: str) -> Store:
    world = Store(control_url, "haravan", f"cash{next(shop_numbers)}")
    world.add_item("A", 10)
    world.add_item("B", 10)
    return world


@pytest.fixture
def shop(world: Store) -> Iterator[HaravanConnector]:
    connector = opened(HaravanConnector, world, {})
    yield connector
    connector.transport.close()


def test_a_refused_parcel_is_not_paid_from_the_collected_one(
    shop: HaravanConnector, world: Store
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
    shop: HaravanConnector, world: Store
) -> None:
    order_id = send_in_two_parcels(world)
    world.deliver(order_id)
    assert shop.refund(refund_of_skus(shop, order_id, "B")).state is RefundState.DONE
