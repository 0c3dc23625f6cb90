"""Shopee orders: lines, split packages, refunds, and records that are set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ChannelOrder,
    Ending,
    ListingRef,
    Portion,
    RefundState,
    Stage,
)
from connector.shopee import ShopeeConnector

ORDER = "261101TRUE0001"
SHIRT = "7000000001:8000000001"
HAT = "7000000002:0"

Play = Callable[..., ChannelOrder]


@pytest.fixture
def play(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> Play:
    """Change the recorded order and packages, and fetch what comes of them."""

    def fetched(
        change: Callable[[dict[str, Any], list[dict[str, Any]]], None],
        tracking: str = "",
    ) -> ChannelOrder:
        orders, packages = reply("order_detail"), reply("package_detail")
        order = orders["response"]["order_list"][0]
        change(order, packages["response"]["package_list"])
        answer("order/get_order_detail", orders)
        answer("order/get_package_detail", packages)
        nothing = {"error": "logistics.invalid_error", "message": "not exist"}
        events = reply(tracking) if tracking else nothing
        answer("logistics/get_tracking_info", events)
        answer("logistics/get_tracking_number", reply("tracking_number"))
        (found,) = shopee.fetch_orders([ORDER]).items
        return found

    return fetched


def portions(order: ChannelOrder) -> dict[str, tuple[Portion, ...]]:
    return {line.line_id: line.portions for line in order.lines}


def units(count: int, stage: Stage, ending: Ending | None = None) -> Portion:
    return Portion(quantity=count, stage=stage, ending=ending)


def cancel(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
    order.update(order_status="CANCELLED", cancel_by="buyer")
    packages[0]["fulfillment_status"] = "LOGISTICS_INVALID"


def test_an_order_is_mapped_whole(play: Play) -> None:
    order = play(lambda order, packages: None)
    assert order.order_id == ORDER
    assert order.updated_at == datetime.fromtimestamp(1793503600, UTC)
    assert (order.currency, order.total) == ("VND", Decimal(250000))
    shirt, hat = order.lines
    assert shirt.listing == ListingRef(item_id="7000000001", variant_id="8000000001")
    assert (shirt.sku, shirt.unit_price) == ("AO-DEN-M", Decimal(50000))
    assert (hat.line_id, hat.sku, hat.unit_price) == (HAT, "MU", Decimal(100000))
    assert not order.refunds
    assert not order.fulfilled_by_channel


def test_one_thing_in_several_entries_is_one_line(play: Play) -> None:
    def bundle(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        order["item_list"].append({**order["item_list"][0]})
        order["item_list"][0]["model_quantity_purchased"] = 2
        order["item_list"][2]["model_quantity_purchased"] = 1

    order = play(bundle)
    assert portions(order)[SHIRT] == (units(3, Stage.NOT_SHIPPED),)


def test_each_package_of_a_split_order_has_its_own_stage(play: Play) -> None:
    def split(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        order["order_status"] = "SHIPPED"
        first = order["package_list"][0]
        second = {**first, "package_number": "OFG900000000002"}
        item = first["item_list"][0]
        first["item_list"] = [{**item, "model_quantity": 2}]
        second["item_list"] = [{**item, "model_quantity": 1}, first["item_list"][0]]
        second["item_list"][1] = {**item, "item_id": 7000000002, "model_id": 0}
        second["item_list"][1]["model_quantity"] = 1
        order["package_list"] = [first, second]
        packages[0]["fulfillment_status"] = "LOGISTICS_PICKUP_DONE"
        packages[0]["tracking_number"] = "SPXVN0000000001"
        later = {**packages[0], "package_number": "OFG900000000002"}
        later.update(fulfillment_status="LOGISTICS_READY", tracking_number="")
        packages.append(later)

    order = play(split)
    assert portions(order) == {
        SHIRT: (units(2, Stage.IN_TRANSIT), units(1, Stage.NOT_SHIPPED)),
        HAT: (units(1, Stage.NOT_SHIPPED),),
    }
    assert [parcel.tracking_number for parcel in order.parcels] == ["SPXVN0000000001"]


def test_a_failed_delivery_keeps_the_forward_number(play: Play) -> None:
    def fail(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        order.update(order_status="CANCELLED", cancel_reason="Failed Delivery")
        packages[0]["fulfillment_status"] = "LOGISTICS_DELIVERY_FAILED"

    order = play(fail, "tracking_turned_back")
    failed = units(3, Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
    assert portions(order)[SHIRT] == (failed,)
    assert [parcel.tracking_number for parcel in order.parcels] == ["SPXVN0000000001"]
    assert order.cancel_reason == "Failed Delivery"


def test_a_parcel_that_turns_back_is_found_on_the_watch_list(play: Play) -> None:
    def ship(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        order["order_status"] = "SHIPPED"
        packages[0]["fulfillment_status"] = "LOGISTICS_PICKUP_DONE"

    order = play(ship, "tracking_turned_back")
    failed = units(3, Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
    assert portions(order)[SHIRT] == (failed,)


def test_a_paid_and_cancelled_order_is_refunded_by_shopee(play: Play) -> None:
    (refund,) = play(cancel).refunds
    assert (refund.refund_id, refund.amount) == ("cancellation", Decimal(250000))
    assert (refund.currency, refund.state) == ("VND", RefundState.DONE)


def test_cash_that_was_never_collected_is_not_refunded(play: Play) -> None:
    def cancel_cod(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        cancel(order, packages)
        order.update(cod=True, pay_time=None)

    assert play(cancel_cod).refunds == ()


def test_a_part_cancelled_before_packing_is_free_and_refunded(play: Play) -> None:
    def cancel_one(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        order["item_list"][0]["cancelled_qty"] = 1
        order["package_list"][0]["item_list"][0]["model_quantity"] = 2

    order = play(cancel_one)
    assert set(portions(order)[SHIRT]) == {
        units(2, Stage.NOT_SHIPPED),
        units(1, Stage.NOT_SHIPPED, Ending.CANCELLED),
    }
    assert [refund.amount for refund in order.refunds] == [Decimal(50000)]


def test_a_cancelled_unit_that_its_package_still_names_is_found_there(
    play: Play,
) -> None:
    def cancel_one(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        order["item_list"][0]["cancelled_qty"] = 1
        order["order_status"] = "PROCESSED"
        packages[0]["fulfillment_status"] = "LOGISTICS_REQUEST_CREATED"

    assert set(portions(play(cancel_one))[SHIRT]) == {
        units(2, Stage.AWAITING_PICKUP),
        units(1, Stage.AWAITING_PICKUP, Ending.CANCELLED),
    }


def test_units_that_no_package_of_a_cancelled_order_names_are_unknown(
    play: Play,
) -> None:
    def lose_one(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        cancel(order, packages)
        order["package_list"][0]["item_list"][0]["model_quantity"] = 2

    assert set(portions(play(lose_one))[SHIRT]) == {
        units(2, Stage.NOT_SHIPPED, Ending.CANCELLED),
        units(1, Stage.UNKNOWN, Ending.CANCELLED),
    }


@pytest.mark.parametrize(
    ("flag", "advance"), [("fulfilled_by_shopee", False), ("", True)]
)
def test_what_shopee_ships_itself_is_marked(
    play: Play, flag: str, advance: bool
) -> None:
    def flagged(order: dict[str, Any], packages: list[dict[str, Any]]) -> None:
        order.update(fulfillment_flag=flag, advance_package=advance)

    assert play(flagged).fulfilled_by_channel


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("order_status", "HALF_SHIPPED", "unknown_status"),
        ("currency", None, "malformed"),
        ("total_amount", "NaN", "bad_amount"),
        ("create_time", -1, "bad_time"),
        ("item_list", [], "no_lines"),
        ("item_list", "none", "malformed"),
    ],
)
def test_an_order_that_cannot_be_mapped_is_set_aside_with_its_reason(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    field: str,
    value: object,
    reason: str,
) -> None:
    body = reply("order_detail")
    good = reply("order_detail")["response"]["order_list"][0]
    body["response"]["order_list"][0][field] = value
    body["response"]["order_list"].append({**good, "order_sn": "261101TRUE0002"})
    answer("order/get_order_detail", body)
    answer("order/get_package_detail", reply("package_detail"))
    page = shopee.fetch_orders([ORDER, "261101TRUE0002"])
    assert [order.order_id for order in page.items] == ["261101TRUE0002"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [(ORDER, reason)]


@pytest.mark.parametrize(
    "quantity", [-1, "-1", "1.5", 1.5, True, "１", "12345678", None]
)
def test_a_quantity_that_is_none_is_never_guessed(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    quantity: object,
) -> None:
    body = reply("order_detail")
    item = body["response"]["order_list"][0]["item_list"][0]
    item["model_quantity_purchased"] = quantity
    answer("order/get_order_detail", body)
    answer("order/get_package_detail", reply("package_detail"))
    (rejected,) = shopee.fetch_orders([ORDER]).rejected
    assert rejected.reason == "bad_quantity"


def test_packages_that_hold_more_than_was_bought_are_a_contradiction(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    body = reply("order_detail")
    package = body["response"]["order_list"][0]["package_list"][0]
    package["item_list"][0]["model_quantity"] = 4
    answer("order/get_order_detail", body)
    answer("order/get_package_detail", reply("package_detail"))
    (rejected,) = shopee.fetch_orders([ORDER]).rejected
    assert rejected.reason == "quantities_contradict"
