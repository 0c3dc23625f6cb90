"""Where the goods are: each status and each piece of evidence has a row here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector import ChannelOrder, Ending, Stage
from connector.tiki import TikiConnector
from tests.connector.tiki.conftest import Answer, past, recorded

Told = Callable[..., ChannelOrder]

NOT_SHIPPED, UNKNOWN = Stage.NOT_SHIPPED, Stage.UNKNOWN
PACKED, MOVING, DELIVERED = Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED
CANCELLED, FAILED, LOST = Ending.CANCELLED, Ending.DELIVERY_FAILED, Ending.LOST

BEFORE = ("processing", "queueing")
PACKING = (*BEFORE, "picking", "packaging", "ready_to_ship")
ON_ITS_WAY = (*PACKING, "handover_to_partner", "shipping")
HAD = (*ON_ITS_WAY, "successful_delivery")

WAYBILL_BACK = {"return_shipping_code": "BACK-1"}


def here(**changes: Any) -> dict[str, Any]:
    """Return what an order says whose goods nobody has touched."""
    return {"dropship_already": False, "items": items(), "shipping": {}, **changes}


def items(**changes: Any) -> list[dict[str, Any]]:
    untouched = {"is_fulfilled": False, "fulfilled_at": None}
    return [{**item, **untouched, **changes} for item in recorded("order")["items"]]


def fates(order: ChannelOrder) -> set[tuple[Stage, Ending | None]]:
    portions = [portion for line in order.lines for portion in line.portions]
    return {(portion.stage, portion.ending) for portion in portions}


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("queueing", NOT_SHIPPED),
        ("waiting_payment", NOT_SHIPPED),
        ("payment_review", NOT_SHIPPED),
        ("paid", NOT_SHIPPED),
        ("processing", NOT_SHIPPED),
        ("picking", PACKED),
        ("packaging", PACKED),
        ("finished_packing", PACKED),
        ("ready_to_ship", PACKED),
        ("handover_to_partner", MOVING),
        ("shipping", MOVING),
        ("successful_delivery", DELIVERED),
        ("delivered", DELIVERED),
        ("complete", DELIVERED),
        # The second word that the same page has for each.
        ("cho_in", NOT_SHIPPED),
        ("doi_thanh_toan", NOT_SHIPPED),
        ("da_thanh_toan", NOT_SHIPPED),
        ("dang_lay_hang", PACKED),
        ("dang_dong_goi", PACKED),
        ("dong_goi_xong", PACKED),
        ("len_ke", PACKED),
        ("ban_giao_doi_tac", MOVING),
        ("dang_van_chuyen", MOVING),
        ("giao_hang_thanh_cong", DELIVERED),
    ],
)
def test_a_living_order_is_where_its_status_says(
    told: Told, status: str, stage: Stage
) -> None:
    order = told(**here(), status=status, history=[status])
    assert fates(order) == {(stage, None)}
    assert order.raw_status == status


@pytest.mark.parametrize(
    ("history", "stage"),
    [
        (BEFORE, NOT_SHIPPED),
        ((*BEFORE, "waiting_payment"), NOT_SHIPPED),
        ((*BEFORE, "picking"), PACKED),
        (PACKING, PACKED),
        ((*PACKING, "handover_to_partner"), MOVING),
        (ON_ITS_WAY, MOVING),
        (HAD, DELIVERED),
        ((*HAD, "complete"), DELIVERED),
        ((*BEFORE, "ban_giao_doi_tac"), MOVING),
    ],
)
def test_a_cancelled_order_is_where_its_history_says(
    told: Told, history: tuple[str, ...], stage: Stage
) -> None:
    order = told(**here(), status="canceled", history=(*history, "canceled"))
    assert fates(order) == {(stage, CANCELLED)}


def test_a_parcel_picked_up_in_spite_of_the_cancel_has_left(told: Told) -> None:
    history = (*BEFORE, "canceled", "handover_to_partner")
    order = told(**here(), status="canceled", history=history)
    assert fates(order) == {(MOVING, CANCELLED)}


@pytest.mark.parametrize(
    "history",
    [
        # No word of the cancel: what else is missing?
        BEFORE,
        (),
        (*BEFORE, "a_new_word", "canceled"),
    ],
)
def test_a_history_that_is_not_whole_proves_nothing_to_be_here(
    told: Told, history: tuple[str, ...]
) -> None:
    order = told(**here(), status="canceled", history=history)
    assert fates(order) == {(UNKNOWN, CANCELLED)}


def test_a_cancelled_order_without_a_history_is_unknown(told: Told) -> None:
    order = told(**here(), status="canceled", status_histories=None)
    assert fates(order) == {(UNKNOWN, CANCELLED)}


def test_a_word_that_nobody_knows_does_not_hide_that_goods_left(told: Told) -> None:
    history = (*ON_ITS_WAY, "a_new_word", "canceled")
    order = told(**here(), status="canceled", history=history)
    assert fates(order) == {(MOVING, CANCELLED)}


@pytest.mark.parametrize(
    "doubt",
    [
        {"dropship_already": True},
        {"shipping": WAYBILL_BACK},
        {"shipping": {"shipping_detail": {"status": "picked"}}},
        {"shipping": {"shipping_detail": {"status": "Delivering"}}},
        {"shipping": {"status": "Returning"}},
        {"shipping": {"status": "Lost"}},
        {"items": items(is_fulfilled=True)},
        {"items": items(is_fulfilled=True, fulfilled_at="2026-10-30 09:00:30")},
        {"items": items(inventory_requisition={"id": 1, "status": "new"})},
    ],
)
def test_a_doubt_makes_a_cancel_on_the_shelf_unknown(
    told: Told, doubt: dict[str, Any]
) -> None:
    order = told(**here(**doubt), status="canceled", history=(*BEFORE, "canceled"))
    assert fates(order) == {(UNKNOWN, CANCELLED)}


def test_a_fulfilment_yet_to_come_is_no_doubt(told: Told) -> None:
    planned = items(is_fulfilled=True, fulfilled_at="2026-12-01 10:00:00")
    cancelled = (*BEFORE, "canceled")
    order = told(**here(items=planned), status="canceled", history=cancelled)
    assert fates(order) == {(NOT_SHIPPED, CANCELLED)}


@pytest.mark.parametrize("history", [BEFORE, PACKING])
def test_a_withdrawal_says_that_goods_are_with_tiki(
    told: Told, history: tuple[str, ...]
) -> None:
    withdrawn = items(inventory_withdrawals=[{"id": 31, "status": "waiting"}])
    cancelled = (*history, "canceled")
    order = told(**here(items=withdrawn), status="canceled", history=cancelled)
    assert fates(order) == {(MOVING, CANCELLED)}


def test_a_withdrawal_of_one_line_says_nothing_of_another(told: Told) -> None:
    first, second = items()
    withdrawn = {**first, "inventory_withdrawals": [{"id": 31, "status": "waiting"}]}
    cancelled = (*BEFORE, "canceled")
    order = told(
        **here(items=[withdrawn, second]), status="canceled", history=cancelled
    )
    found = {line.sku: line.portions[0].stage for line in order.lines}
    assert found == {"NON-LA": MOVING, "QUAT-TRE": NOT_SHIPPED}


def test_an_item_ready_for_the_driver_has_left_the_books(told: Told) -> None:
    ready = items(confirmation={"status": "ready_to_pick"})
    order = told(**here(items=ready), status="queueing", history=BEFORE)
    assert fates(order) == {(PACKED, None)}
    cancelled = (*BEFORE, "canceled")
    order = told(**here(items=ready), status="canceled", history=cancelled)
    assert fates(order) == {(PACKED, CANCELLED)}


@pytest.mark.parametrize("status", ["waiting", "seller_confirmed", "confirmed", ""])
def test_a_confirmed_item_is_still_here(told: Told, status: str) -> None:
    confirmed = items(confirmation={"status": status})
    order = told(**here(items=confirmed), status="queueing", history=BEFORE)
    assert fates(order) == {(NOT_SHIPPED, None)}


def test_an_item_that_the_seller_declined_stays_here(told: Told) -> None:
    first, second = items()
    declined = {**first, "confirmation": {"status": "seller_canceled"}}
    order = told(
        **here(items=[declined, second]), status="shipping", history=ON_ITS_WAY
    )
    found = {line.sku: line.portions[0] for line in order.lines}
    assert (found["NON-LA"].stage, found["NON-LA"].ending) == (NOT_SHIPPED, CANCELLED)
    assert (found["QUAT-TRE"].stage, found["QUAT-TRE"].ending) == (MOVING, None)


@pytest.mark.parametrize(
    ("changes", "history"),
    [
        ({}, ON_ITS_WAY),
        ({"is_fulfilled": True}, BEFORE),
        ({"inventory_withdrawals": [{"id": 1, "status": "done"}]}, BEFORE),
    ],
)
def test_a_declined_item_that_went_all_the_same_is_unknown(
    told: Told, changes: dict[str, Any], history: tuple[str, ...]
) -> None:
    declined = items(confirmation={"status": "seller_canceled"}, **changes)
    cancelled = (*history, "canceled")
    order = told(**here(items=declined), status="canceled", history=cancelled)
    assert fates(order) == {(UNKNOWN, CANCELLED)}


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ((*ON_ITS_WAY, "returned"), (MOVING, FAILED)),
        (("returned",), (MOVING, FAILED)),
        (None, (MOVING, FAILED)),
        # The buyer had it: the return tells the rest.
        ((*HAD, "returned"), (DELIVERED, None)),
    ],
)
def test_a_returned_order_waits_for_the_receipt(
    told: Told, history: Any, expected: tuple[Stage, Ending | None]
) -> None:
    more = {"status_histories": None} if history is None else {"history": history}
    order = told(**here(), status="returned", **more)
    assert fates(order) == {expected}


@pytest.mark.parametrize(
    ("status", "shipping", "ending"),
    [
        ("canceled", WAYBILL_BACK, FAILED),
        ("canceled", {"shipping_detail": {"status": "returning"}}, FAILED),
        ("canceled", {"shipping_detail": {"status": "returned"}}, FAILED),
        ("canceled", {"shipping_detail": {"reason_code": "lost_parcel"}}, LOST),
        ("canceled", {"status": "Lost"}, LOST),
        ("returned", {"status": "Lost", **WAYBILL_BACK}, LOST),
        ("shipping", {"shipping_detail": {"status": "returning"}}, FAILED),
        ("shipping", {"shipping_detail": {"status": "return_failed"}}, FAILED),
        ("shipping", {"shipping_detail": {"reason_code": "lost_parcel"}}, LOST),
        ("shipping", {"shipping_detail": {"status": "delivery_failed"}}, None),
        # A waybill alone may have been made together with the one for the way there.
        ("shipping", WAYBILL_BACK, None),
    ],
)
def test_a_parcel_that_turns_back_or_is_lost_is_seen_without_a_return(
    told: Told, status: str, shipping: dict[str, Any], ending: Ending | None
) -> None:
    history = (*ON_ITS_WAY, status)
    order = told(**here(shipping=shipping), status=status, history=history)
    assert fates(order) == {(MOVING, ending)}


def test_a_cancel_at_the_packing_table_is_no_failed_delivery(told: Told) -> None:
    cancelled = (*PACKING, "canceled")
    order = told(**here(shipping=WAYBILL_BACK), status="canceled", history=cancelled)
    assert fates(order) == {(PACKED, CANCELLED)}


@pytest.mark.parametrize(
    ("status", "history", "expected"),
    [
        ("holded", BEFORE, (NOT_SHIPPED, None)),
        ("holded", ON_ITS_WAY, (MOVING, None)),
        ("holded", (), (UNKNOWN, None)),
        ("closed", HAD, (DELIVERED, None)),
        ("closed", ON_ITS_WAY, (MOVING, None)),
        ("closed", BEFORE, (UNKNOWN, None)),
        ("closed", (*ON_ITS_WAY, "canceled"), (MOVING, CANCELLED)),
        ("closed", (*BEFORE, "canceled"), (UNKNOWN, CANCELLED)),
    ],
)
def test_a_held_or_closed_order_is_where_its_history_says(
    told: Told, status: str, history: Any, expected: tuple[Stage, Ending | None]
) -> None:
    order = told(**here(), status=status, history=(*history, status))
    assert fates(order) == {expected}


def test_having_left_is_not_taken_back_by_a_later_status(told: Told) -> None:
    history = (*ON_ITS_WAY, "holded", "processing")
    order = told(**here(), status="processing", history=history)
    assert fates(order) == {(MOVING, None)}


@pytest.mark.parametrize(
    ("fulfillment_type", "status", "stage"),
    [
        ("dropship", "packaging", PACKED),
        ("seller_delivery", "packaging", PACKED),
        ("cross_border", "ready_to_ship", PACKED),
        ("instant_delivery", "processing", NOT_SHIPPED),
        ("tiki_delivery", "queueing", NOT_SHIPPED),
        ("tiki_delivery", "picking", PACKED),
        # Tiki packs in its own warehouse: by then the goods are there.
        ("tiki_delivery", "packaging", MOVING),
        ("tiki_delivery", "finished_packing", MOVING),
        ("tiki_delivery", "ready_to_ship", MOVING),
    ],
)
def test_who_packs_decides_where_packed_goods_are(
    told: Told, fulfillment_type: str, status: str, stage: Stage
) -> None:
    order = told(
        **here(), fulfillment_type=fulfillment_type, status=status, history=[status]
    )
    assert fates(order) == {(stage, None)}


def test_a_status_that_nobody_knows_sets_the_order_aside(
    tiki: TikiConnector, answer: Answer
) -> None:
    order = {**recorded("order"), "status": "teleported"}
    order["status_histories"] = past(["teleported"])
    answer("v2/orders/610200301", order)
    page = tiki.fetch_orders(["610200301"])
    assert page.items == ()
    (refused,) = page.rejected
    assert (refused.record_id, refused.reason) == ("610200301", "unknown_status")
    assert refused.detail == "teleported"
