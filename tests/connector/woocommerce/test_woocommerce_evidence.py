"""Where the goods are: one test row for each row of the README's tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector import ChannelOrder, Ending, Portion, Stage
from tests.connector.woocommerce.conftest import Reader

Teller = Callable[..., ChannelOrder]

DONE = "2026-11-01T09:00:00"
NUMBER = {"key": "_wc_shipment_tracking_items"}


def fates(order: ChannelOrder) -> set[tuple[Stage, Ending | None]]:
    portions = [one for line in order.lines for one in line.portions]
    return {(one.stage, one.ending) for one in portions}


def portions(order: ChannelOrder, line: int = 0) -> set[Portion]:
    return set(order.lines[line].portions)


def parcel(*, word: str = "", **more: Any) -> list[dict[str, Any]]:
    """Return order meta with one tracking number, and the carrier's word for it."""
    item = {"tracking_number": "GHN0002", "tracking_provider": "ghn", **more}
    meta: list[dict[str, Any]] = [{**NUMBER, "value": [item]}]
    if word:
        meta.append({"key": "ts_shipment_status", "value": [{"status": word}]})
    return meta


@pytest.mark.parametrize(
    ("status", "stage", "ending"),
    [
        ("pending", Stage.NOT_SHIPPED, None),
        ("on-hold", Stage.NOT_SHIPPED, None),
        ("processing", Stage.NOT_SHIPPED, None),
        ("completed", Stage.DELIVERED, None),
        ("packed", Stage.AWAITING_PICKUP, None),
        ("ready-pickup", Stage.AWAITING_PICKUP, None),
        ("shipped", Stage.IN_TRANSIT, None),
        ("updated-tracking", Stage.IN_TRANSIT, None),
        ("in-transit", Stage.IN_TRANSIT, None),
        ("partial-shipped", Stage.UNKNOWN, None),
        ("delivered", Stage.DELIVERED, None),
        ("pickup", Stage.DELIVERED, None),
        ("returning", Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),
        ("wc-shipped", Stage.IN_TRANSIT, None),
    ],
)
def test_a_status_alone_says_this(
    told: Teller, status: str, stage: Stage, ending: Ending | None
) -> None:
    assert fates(told(status=status)) == {(stage, ending)}


@pytest.mark.parametrize("status", ["cancelled", "refunded", "failed", "trash"])
def test_what_was_completed_and_ended_by_hand_has_left(
    told: Teller, status: str
) -> None:
    # The site has put the units back by itself: the moment of completion stays.
    order = told(status=status, date_completed_gmt=DONE)
    assert fates(order) == {(Stage.DELIVERED, Ending.CANCELLED)}
    assert order.raw_status == status


@pytest.mark.parametrize("status", ["cancelled", "refunded", "trash"])
def test_what_ended_before_anything_was_sent_is_on_the_shelf(
    told: Teller, status: str
) -> None:
    assert fates(told(status=status)) == {(Stage.NOT_SHIPPED, Ending.CANCELLED)}


@pytest.mark.parametrize(
    ("paid", "method", "stage"),
    [
        (None, "bacs", Stage.NOT_SHIPPED),
        (None, "cod", Stage.UNKNOWN),
        ("2026-11-01T08:01:00", "bacs", Stage.UNKNOWN),
    ],
)
def test_a_failed_order_is_here_only_if_it_was_never_paid(
    told: Teller, paid: str | None, method: str, stage: Stage
) -> None:
    order = told(status="failed", date_paid_gmt=paid, payment_method=method)
    assert fates(order) == {(stage, Ending.CANCELLED)}


@pytest.mark.parametrize(
    ("paid", "method", "stage"),
    [
        ("2026-11-01T08:01:00", "bacs", Stage.UNKNOWN),
        (None, "cod", Stage.UNKNOWN),
        (None, "bacs", Stage.NOT_SHIPPED),
    ],
)
def test_where_goods_leave_while_processing_a_cancel_is_in_doubt(
    told: Teller,
    enter: Callable[..., None],
    paid: str | None,
    method: str,
    stage: Stage,
) -> None:
    enter(goods_leave_while_processing=True)
    order = told(status="cancelled", date_paid_gmt=paid, payment_method=method)
    assert fates(order) == {(stage, Ending.CANCELLED)}


def test_a_completed_order_opened_again_contradicts_itself(told: Teller) -> None:
    order = told(status="processing", date_completed_gmt=DONE)
    assert fates(order) == {(Stage.UNKNOWN, None)}


@pytest.mark.parametrize(
    ("status", "stage", "ending"),
    [
        ("processing", Stage.AWAITING_PICKUP, None),
        ("shipped", Stage.IN_TRANSIT, None),
        ("completed", Stage.DELIVERED, None),
        ("cancelled", Stage.AWAITING_PICKUP, Ending.CANCELLED),
        ("partial-shipped", Stage.UNKNOWN, None),
        ("returning", Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),
    ],
)
def test_a_tracking_number_says_at_least_that_it_is_packed(
    told: Teller, status: str, stage: Stage, ending: Ending | None
) -> None:
    order = told(status=status, meta_data=parcel())
    assert fates(order) == {(stage, ending)}
    assert [one.tracking_number for one in order.parcels] == ["GHN0002"]


@pytest.mark.parametrize(
    ("word", "stage", "ending"),
    [
        ("pre_transit", Stage.AWAITING_PICKUP, None),
        ("label_cancelled", Stage.AWAITING_PICKUP, None),
        ("in_transit", Stage.IN_TRANSIT, None),
        ("on_hold", Stage.IN_TRANSIT, None),
        ("out_for_delivery", Stage.IN_TRANSIT, None),
        ("available_for_pickup", Stage.IN_TRANSIT, None),
        ("failure", Stage.IN_TRANSIT, None),
        ("exception", Stage.IN_TRANSIT, None),
        ("delivered", Stage.DELIVERED, None),
        ("return_to_sender", Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),
        ("a_new_word", Stage.DELIVERED, None),
    ],
)
def test_the_carriers_word_goes_before_the_merchants(
    told: Teller, word: str, stage: Stage, ending: Ending | None
) -> None:
    order = told(
        status="completed", date_completed_gmt=DONE, meta_data=parcel(word=word)
    )
    assert fates(order) == {(stage, ending)}


def test_a_cancel_keeps_what_the_carrier_said(told: Teller) -> None:
    on_its_way = told(status="cancelled", meta_data=parcel(word="in_transit"))
    assert fates(on_its_way) == {(Stage.IN_TRANSIT, Ending.CANCELLED)}
    turned_back = told(status="cancelled", meta_data=parcel(word="return_to_sender"))
    assert fates(turned_back) == {(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)}


def test_a_fulfilment_covers_the_units_that_it_names(
    told: Teller, reply: Reader
) -> None:
    order = told(fulfilments=reply("fulfilments"))
    assert portions(order) == {
        Portion(quantity=2, stage=Stage.IN_TRANSIT),
        Portion(quantity=1, stage=Stage.NOT_SHIPPED),
    }
    assert portions(order, 1) == {Portion(quantity=1, stage=Stage.NOT_SHIPPED)}
    (found,) = order.parcels
    assert (found.tracking_number, found.carrier) == ("GHN0001", "ghn")


def test_a_cancel_after_a_fulfilment_is_divided(told: Teller, reply: Reader) -> None:
    order = told(status="cancelled", fulfilments=reply("fulfilments"))
    assert portions(order) == {
        Portion(quantity=2, stage=Stage.IN_TRANSIT, ending=Ending.CANCELLED),
        Portion(quantity=1, stage=Stage.NOT_SHIPPED, ending=Ending.CANCELLED),
    }


@pytest.mark.parametrize("flag", [True, 1, "1", "true"])
def test_one_flag_is_written_in_several_ways(
    told: Teller, reply: Reader, flag: Any
) -> None:
    fulfilments = [{**reply("fulfilments")[0], "is_fulfilled": flag}]
    wrapped = {"fulfillments": fulfilments}
    assert Stage.IN_TRANSIT in {stage for stage, _ in fates(told(fulfilments=wrapped))}


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({"is_fulfilled": False}, Stage.AWAITING_PICKUP),
        ({"is_fulfilled": "", "meta_data": []}, Stage.NOT_SHIPPED),
        ({"date_deleted": "2026-11-01T09:10:00Z"}, Stage.NOT_SHIPPED),
    ],
)
def test_a_planned_or_deleted_fulfilment_is_not_sent(
    told: Teller, reply: Reader, changes: dict[str, Any], stage: Stage
) -> None:
    order = told(fulfilments=[{**reply("fulfilments")[0], **changes}])
    assert stage in {one.stage for one in order.lines[0].portions}
    assert Stage.IN_TRANSIT not in {stage for stage, _ in fates(order)}


def test_units_of_a_partial_shipment_are_told_by_what_was_tracked(
    told: Teller,
) -> None:
    products = [{"product": "31", "item_id": "71", "qty": "2"}]
    order = told(status="partial-shipped", meta_data=parcel(products_list=products))
    assert portions(order) == {
        Portion(quantity=2, stage=Stage.AWAITING_PICKUP),
        Portion(quantity=1, stage=Stage.NOT_SHIPPED),
    }


def test_a_number_known_twice_is_one_parcel(told: Teller, reply: Reader) -> None:
    meta = parcel(tracking_number="GHN0001", word="delivered")
    order = told(fulfilments=reply("fulfilments"), meta_data=meta)
    assert [one.tracking_number for one in order.parcels] == ["GHN0001"]
    assert Portion(quantity=2, stage=Stage.DELIVERED) in portions(order)
    assert Portion(quantity=1, stage=Stage.NOT_SHIPPED) in portions(order)


def test_units_named_by_two_parcels_are_counted_once(
    told: Teller, reply: Reader
) -> None:
    (one,) = reply("fulfilments")
    twice = [one, {**one, "id": 5, "meta_data": one["meta_data"][:1]}]
    order = told(fulfilments=twice)
    assert portions(order) == {Portion(quantity=3, stage=Stage.IN_TRANSIT)}


def test_several_parcels_of_one_order_say_only_what_is_certain(told: Teller) -> None:
    items = [{"tracking_number": "A1"}, {"tracking_number": "B2"}]
    words = [{"status": "delivered"}, {"status": "return_to_sender"}]
    meta = [
        # PHP prints a list as an object once its first entry was taken out.
        {**NUMBER, "value": {"1": items[0], "2": items[1]}},
        {"key": "shipment_status", "value": words},
    ]
    order = told(status="completed", meta_data=meta)
    assert fates(order) == {(Stage.IN_TRANSIT, None)}
    assert [one.tracking_number for one in order.parcels] == ["A1", "B2"]


def test_a_carriers_own_name_is_kept(told: Teller, reply: Reader) -> None:
    meta = [{**NUMBER, "value": reply("tracking_items")}]
    (found,) = told(status="shipped", meta_data=meta).parcels
    assert found.carrier == "Giao Hàng Nhanh"


@pytest.mark.parametrize("name", ["_tracking_number", "_aftership_tracking_number"])
def test_plain_meta_may_hold_the_number(told: Teller, name: str) -> None:
    order = told(meta_data=[{"key": name, "value": "VTP77"}])
    assert fates(order) == {(Stage.AWAITING_PICKUP, None)}
    assert [one.tracking_number for one in order.parcels] == ["VTP77"]


def test_a_shop_names_the_meta_and_the_statuses_of_its_plugins(
    told: Teller, enter: Callable[..., None]
) -> None:
    enter(
        tracking_meta=["_ghtk_code"],
        order_statuses={
            "boxed": "awaiting_pickup",
            "hoan-hang": "in_transit delivery_failed",
            "completed": "in_transit",
        },
    )
    assert fates(told(status="boxed")) == {(Stage.AWAITING_PICKUP, None)}
    assert fates(told(status="hoan-hang")) == {
        (Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
    }
    assert fates(told(status="completed")) == {(Stage.IN_TRANSIT, None)}
    ended = told(status="cancelled", date_completed_gmt=DONE)
    assert fates(ended) == {(Stage.IN_TRANSIT, Ending.CANCELLED)}
    tracked = told(meta_data=[{"key": "_ghtk_code", "value": "S1.22"}])
    assert fates(tracked) == {(Stage.AWAITING_PICKUP, None)}


def test_records_that_the_site_withholds_leave_a_cancel_in_doubt(
    told: Teller, reply: Reader
) -> None:
    meta = [{"key": "_fulfillment_status", "value": "fulfilled"}]
    # Announced by the order, and yet the feature is off now.
    order = told(status="cancelled", meta_data=meta)
    assert fates(order) == {(Stage.UNKNOWN, Ending.CANCELLED)}
