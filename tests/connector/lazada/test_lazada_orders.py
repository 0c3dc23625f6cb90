"""Where the units of Lazada's orders are, and how the evidence for it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector import (
    Ending,
    Parcel,
    ParcelDirection,
    Portion,
    RateLimited,
    Stage,
)
from connector.lazada import LazadaConnector
from tests.connector.lazada.one_order import (
    NO_TRACE,
    ORDER,
    PACKED,
    OneOrder,
    fetched,
    one,
)


def portions(lazada: LazadaConnector) -> list[Portion]:
    return [portion for line in fetched(lazada).lines for portion in line.portions]


def test_a_page_and_a_look_up_tell_the_same(
    lazada: LazadaConnector, shop: OneOrder, now: datetime
) -> None:
    shop.hold({"status": "shipped", **PACKED}, {"status": "canceled"})
    page = lazada.read_orders(since=now - timedelta(days=2))
    assert page.items == (fetched(lazada),)
    assert page.next_cursor is None


def test_the_status_of_an_order_is_those_of_its_units(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "shipped", **PACKED}, {"status": "canceled"}, {}, {})
    order = fetched(lazada)
    assert order.raw_status == "canceled, pending, shipped"
    assert [line.portions[0].stage for line in order.lines] == [
        Stage.IN_TRANSIT,
        Stage.NOT_SHIPPED,
        Stage.NOT_SHIPPED,
        Stage.NOT_SHIPPED,
    ]
    assert order.lines[1].portions[0].ending is Ending.CANCELLED


def test_ready_to_ship_takes_the_unit_off_the_books_and_packing_does_not(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "packed", **PACKED}, {"status": "ready_to_ship", **PACKED})
    assert portions(lazada) == [one(Stage.NOT_SHIPPED), one(Stage.AWAITING_PICKUP)]


def test_a_cancel_after_ready_to_ship_has_left(
    lazada: LazadaConnector, shop: OneOrder, reply: Callable[[str], Any]
) -> None:
    shop.hold({"status": "canceled", **PACKED})
    trace = reply("trace")
    package = trace["result"]["module"][0]["package_detail_info_list"][0]
    package["logistic_detail_info_list"].pop()
    shop.trace(trace)
    assert portions(lazada) == [one(Stage.AWAITING_PICKUP, Ending.CANCELLED)]


def test_a_cancel_on_the_way_is_seen_in_the_trace(
    lazada: LazadaConnector, shop: OneOrder, reply: Callable[[str], Any]
) -> None:
    shop.hold({"status": "canceled", **PACKED})
    shop.trace(reply("trace"))
    assert portions(lazada) == [one(Stage.IN_TRANSIT, Ending.CANCELLED)]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (NO_TRACE, 200),
        ({"code": "16", "type": "ISP", "message": "E016"}, 200),
        ({}, 502),
    ],
)
def test_a_trace_that_does_not_tell_leaves_the_unit_unknown(
    lazada: LazadaConnector, shop: OneOrder, body: Any, status: int
) -> None:
    shop.hold({"status": "canceled", **PACKED}, {})
    shop.trace(body, status)
    assert portions(lazada) == [
        one(Stage.UNKNOWN, Ending.CANCELLED),
        one(Stage.NOT_SHIPPED),
    ]


def test_the_trace_is_asked_for_where_it_can_tell_something(
    lazada: LazadaConnector, shop: OneOrder, calls: Callable[[str], list[Any]]
) -> None:
    shop.hold({"status": "shipped", **PACKED}, {"status": "canceled"})
    fetched(lazada)
    assert not calls("order/trace")
    shop.hold({"status": "canceled", **PACKED}, {"status": "canceled", **PACKED})
    fetched(lazada)
    assert len(calls("order/trace")) == 1


def test_a_failed_delivery_turns_back_on_its_forward_number(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "shipped_back", **PACKED})
    order = fetched(lazada)
    assert order.lines[0].portions == (one(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),)
    assert order.parcels == (
        Parcel(
            tracking_number="VNTEST0000001",
            direction=ParcelDirection.FORWARD,
            carrier="LEX VN",
        ),
    )


def test_the_number_of_a_failed_delivery_is_looked_for_in_the_trace(
    lazada: LazadaConnector, shop: OneOrder, reply: Callable[[str], Any]
) -> None:
    shop.hold({"status": "failed_delivery", "package_id": PACKED["package_id"]})
    shop.trace(reply("trace"))
    (parcel,) = fetched(lazada).parcels
    assert parcel.tracking_number == "VNTEST0000001"


def test_several_units_in_one_parcel_have_one_number(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "shipped", **PACKED}, {"status": "shipped", **PACKED})
    assert len(fetched(lazada).parcels) == 1


def test_a_number_that_disappears_after_delivery_is_not_told_as_an_empty_one(
    lazada: LazadaConnector, shop: OneOrder, calls: Callable[[str], list[Any]]
) -> None:
    shop.hold({"status": "delivered", "package_id": "FP900000000001"})
    assert fetched(lazada).parcels == ()
    assert portions(lazada) == [one(Stage.DELIVERED)]
    assert not calls("/rest/order/items/get"), "no call can tell it any more"


def test_a_number_that_the_batch_leaves_out_is_read_by_itself(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "ready_to_ship", "package_id": "FP1"}, alone=PACKED)
    (parcel,) = fetched(lazada).parcels
    assert parcel.tracking_number == "VNTEST0000001"


def test_never_packed_is_confirmed_by_the_call_that_surely_has_the_numbers(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "canceled"}, alone=PACKED)
    assert portions(lazada) == [one(Stage.UNKNOWN, Ending.CANCELLED)]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 502), ({"code": "0", "data": []}, 200)],
)
def test_what_cannot_be_confirmed_is_unknown(
    lazada: LazadaConnector,
    shop: OneOrder,
    answer: Callable[..., None],
    body: Any,
    status: int,
) -> None:
    shop.hold({"status": "canceled"})
    answer("order/items/get", body, status=status)
    assert portions(lazada) == [one(Stage.UNKNOWN, Ending.CANCELLED)]


def test_an_answer_about_other_items_confirms_nothing(
    lazada: LazadaConnector,
    shop: OneOrder,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    shop.hold({"status": "canceled"}, {"status": "canceled"})
    only_one = reply("items_of_one")
    only_one["data"] = [{**only_one["data"][0], "status": "canceled"}]
    answer("order/items/get", only_one)
    assert portions(lazada) == [one(Stage.UNKNOWN, Ending.CANCELLED)] * 2


def test_throttling_is_not_taken_for_missing_evidence(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"status": "canceled", **PACKED})
    shop.trace({"code": "901", "type": "ISP", "message": ""})
    with pytest.raises(RateLimited):
        lazada.fetch_orders([ORDER])


def test_orders_are_asked_for_fifty_at_a_time_and_unknown_ones_set_aside(
    lazada: LazadaConnector,
    play: Callable[..., None],
    calls: Callable[[str], list[Any]],
    sent: Callable[[Any], dict[str, str]],
) -> None:
    play("orders/items/get", lambda carried: {"code": "0", "data": []})
    wanted = [str(number) for number in range(1000, 1120)]
    page = lazada.fetch_orders([*wanted, wanted[0], "NOBODYKNOWS01"])
    lists = [sent(one)["order_ids"] for one in calls("orders/items/get")]
    assert [len(one.split(",")) for one in lists] == [50, 50, 20]
    assert lists[2].startswith("[1100,1101,")
    assert {one.reason for one in page.rejected} == {"not_found"}
    assert len(page.rejected) == 121


def test_one_wrong_order_does_not_spoil_its_batch(
    lazada: LazadaConnector,
    play: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    several = reply("items_of_several")

    def respond(carried: Mapping[str, str]) -> Any:
        asked = carried["order_ids"].strip("[]").split(",")
        if set(asked) - {ORDER}:
            return {"code": "16", "type": "ISP", "message": "E016: Invalid Order ID"}
        return several

    play("orders/items/get", respond)
    page = lazada.fetch_orders(["111", "222", ORDER, "333"])
    assert [order.order_id for order in page.items] == [ORDER]
    assert [one.record_id for one in page.rejected] == ["111", "222", "333"]
