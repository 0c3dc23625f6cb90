"""The life of an order, and what tells whether its goods have left."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Control
from tests.sandbox.tiki.driver import Shop

BEGUN = ["processing", "queueing"]
PACKED = ["picking", "packaging", "finished_packing", "ready_to_ship"]
GONE = ["handover_to_partner", "shipping"]
OUT = ("arrange", "pick_up", "deliver")


def test_a_dropship_order_reaches_the_buyer(shop: Shop) -> None:
    order = shop.order(*OUT, "complete", "close")
    assert shop.statuses(order) == [
        *BEGUN,
        *PACKED,
        *GONE,
        "successful_delivery",
        "complete",
        "closed",
    ]


def test_the_seller_delivers_without_handing_over(shop: Shop) -> None:
    order = shop.order(*OUT, sku="SD-A")
    assert shop.statuses(order) == [
        *BEGUN,
        "packaging",
        "ready_to_ship",
        "shipping",
        "successful_delivery",
    ]
    assert shop.detail(order)["shipping"]["partner_name"] is None


@pytest.mark.parametrize(
    ("sku", "fulfillment", "inventory"),
    [
        ("A", "dropship", "backorder"),
        ("ODF-A", "tiki_delivery", "backorder"),
        ("SD-A", "seller_delivery", "backorder"),
        ("FBT-A", "tiki_delivery", "instock"),
    ],
)
def test_each_model_has_its_fulfilment_and_whose_stock_it_is(
    shop: Shop, sku: str, fulfillment: str, inventory: str
) -> None:
    seen = shop.detail(shop.order(*OUT, sku=sku))
    assert seen["fulfillment_type"] == fulfillment
    assert seen["items"][0]["product"]["inventory_type"] == inventory
    assert (seen["seller_warehouse"] is None) is (inventory == "instock")
    assert seen["has_backorder_items"] is (inventory == "backorder")
    assert seen["dropship_already"] is (fulfillment == "dropship")


def test_models_are_never_mixed_in_one_order(shop: Shop, control: Control) -> None:
    lines = [{"sku": sku, "quantity": 1} for sku in ("A", "SD-A")]
    control.post("tiki/orders", expect=409, shop=shop.name, lines=lines)
    assert (shop.stock("A"), shop.stock("SD-A")) == (10, 10)
    assert shop.codes() == []


def test_an_unpaid_order_waits_and_holds_its_units(shop: Shop) -> None:
    order = shop.place({"A": 2}, unpaid=True)
    assert shop.detail(order)["status"] == "waiting_payment"
    assert shop.numbers() == (10, 2, 8)
    shop.refused(order, "arrange")
    shop.do(order, "pay")
    assert shop.statuses(order) == ["waiting_payment", "paid", *BEGUN]


def test_cash_is_paid_at_the_door(shop: Shop) -> None:
    order = shop.place({"A": 1}, cod=True)
    payment = shop.detail(order)["payment"]
    assert (payment["method"], payment["is_prepaid"]) == ("cod", False)
    assert payment["status"] == "pending"
    assert shop.do(order, *OUT)["paid_at"] is not None
    assert shop.detail(order)["payment"]["status"] == "success"


def test_a_confirmed_order_keeps_its_status_and_moves_its_update_time(
    shop: Shop,
) -> None:
    order = shop.order("confirm")
    seen = shop.detail(order)
    assert seen["status"] == "queueing"
    assert seen["items"][0]["confirmation"]["status"] == "seller_confirmed"
    assert seen["items"][0]["confirmation"]["confirmed_at"] is not None


def test_picking_says_nothing_about_where_the_goods_are(shop: Shop) -> None:
    order = shop.order("start_picking", "cancel")
    assert shop.statuses(order) == [*BEGUN, "picking", "canceled"]
    assert shop.sold() == 0


def test_an_order_cancelled_on_the_shelf_has_no_step_that_left(shop: Shop) -> None:
    order = shop.order("confirm", "cancel")
    seen = shop.detail(order)
    assert not set(shop.statuses(order)) & set(GONE)
    assert seen["cancel_info"]["canceled_at"] == seen["updated_at"]
    assert seen["cancel_info"]["reason_code"]
    assert seen["items"][0]["is_fulfilled"] is False
    assert seen["shipping"]["return_shipping_code"] is None
    assert shop.sold() == 0


def test_an_order_cancelled_at_the_packing_table_has_left_the_books(
    shop: Shop,
) -> None:
    order = shop.order("arrange", "cancel")
    assert shop.statuses(order)[-2:] == ["ready_to_ship", "canceled"]
    assert shop.item(order)["inventory_withdrawals"] == []
    assert shop.sold() == 1


def test_an_order_cancelled_on_its_way_shows_that_it_had_left(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "cancel")
    seen = shop.detail(order)
    assert shop.statuses(order)[-3:] == [*GONE, "canceled"]
    assert seen["dropship_already"] is True
    assert seen["items"][0]["is_fulfilled"] is True
    assert seen["items"][0]["fulfilled_at"] is not None
    back = seen["shipping"]["return_shipping_code"]
    assert back
    assert back != seen["shipping"]["tracking_code"]
    assert shop.sold() == 1
    shop.do(order, "arrive_back")
    assert shop.detail(order)["shipping"]["status"] == "Returned"
    assert shop.detail(order)["status"] == "canceled"


def test_goods_brought_to_tiki_come_back_by_a_withdrawal(shop: Shop) -> None:
    order = shop.order("arrange", sku="ODF-A")
    assert shop.item(order)["inventory_requisition"]["code"]
    shop.do(order, "cancel")
    (withdrawal,) = shop.item(order)["inventory_withdrawals"]
    assert withdrawal["status"] == "waiting_for_picking"
    assert not set(shop.statuses(order)) & set(GONE)
    shop.do(order, "arrive_back")
    (withdrawal,) = shop.item(order)["inventory_withdrawals"]
    assert withdrawal["status"] == "completed"


def test_a_failed_delivery_is_returned_on_a_waybill_of_its_own(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "fail_delivery")
    seen = shop.detail(order)
    assert (seen["status"], seen["cancel_info"]) == ("returned", None)
    assert seen["shipping"]["return_shipping_code"]
    assert seen["shipping"]["shipping_detail"]["reason_code"]
    view = shop.do(order, "arrive_back")
    assert view["packages"][0]["came_back_at"] is not None
    shop.refused(order, "arrive_back")


def test_a_seller_whose_delivery_failed_has_a_cancelled_order(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "fail_delivery", sku="SD-A")
    seen = shop.detail(order)
    assert shop.statuses(order)[-2:] == ["shipping", "canceled"]
    assert seen["shipping"]["return_shipping_code"] is None


def test_a_lost_parcel_cancels_the_order(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", "lose")
    assert shop.statuses(order)[-3:] == [*GONE, "canceled"]
    assert shop.detail(order)["shipping"]["status"] == "Lost"
    shop.refused(order, "arrive_back")


def test_a_return_shows_as_a_waybill_and_then_as_a_status(shop: Shop) -> None:
    order = shop.order(*OUT, "complete")
    assert shop.error("GET", f"v2/orders/{order}/returns")[0] == 404
    shop.do(order, "request_return")
    seen = shop.detail(order)
    assert seen["status"] == "complete"
    assert seen["shipping"]["return_shipping_code"]
    shop.do(order, "send_back")
    assert shop.statuses(order)[-2:] == ["complete", "returned"]
    view = shop.do(order, "refund", "arrive_back")
    assert view["lines"][0]["returned"] == 1
    assert view["refunds"][0]["amount"] > 0
    shop.refused(order, "request_return")


def test_a_part_that_comes_back_never_makes_the_order_returned(shop: Shop) -> None:
    order = shop.order(*OUT, count=3)
    shop.do(order, "request_return", A=1)
    shop.do(order, "send_back")
    assert shop.detail(order)["status"] == "successful_delivery"
    shop.do(order, "request_return", "send_back")
    assert shop.detail(order)["status"] == "returned"


def test_nothing_can_be_returned_after_thirty_days(
    shop: Shop, control: Control
) -> None:
    order = shop.order(*OUT)
    control.clock(7 * 86400 + 1)
    assert shop.do(order, "request_return")["status"] == "complete"
    late = shop.order(*OUT)
    control.clock(31 * 86400)
    assert "passed" in shop.refused(late, "request_return")


def test_a_held_order_goes_on_where_it_was(shop: Shop) -> None:
    order = shop.order("hold")
    assert shop.detail(order)["status"] == "holded"
    shop.refused(order, "arrange")
    shop.do(order, "resume", *OUT)
    assert shop.detail(order)["status"] == "successful_delivery"
    held = shop.order("hold", "cancel")
    assert shop.statuses(held)[-2:] == ["holded", "canceled"]


@pytest.mark.parametrize(
    ("done", "refused"),
    [
        ((), "pick_up"),
        ((), "fail_delivery"),
        ((), "request_return"),
        ((), "arrive_back"),
        ((), "lose"),
        (("arrange",), "deliver"),
        (("arrange",), "arrange"),
        (("arrange", "pick_up"), "send_back"),
        (OUT, "cancel"),
        (OUT, "fail_delivery"),
        (("cancel",), "cancel"),
        (("cancel",), "arrange"),
        (("arrange", "pick_up", "fail_delivery"), "deliver"),
    ],
)
def test_what_tiki_would_not_allow_is_refused_and_leaves_no_trace(
    shop: Shop, control: Control, done: tuple[str, ...], refused: str
) -> None:
    order = shop.order(*done)
    before = control.get(f"tiki/orders/{order}")
    assert order in shop.refused(order, refused)
    assert control.get(f"tiki/orders/{order}") == before


def test_an_order_moves_as_a_whole(shop: Shop) -> None:
    order = shop.order(count=3)
    for action in ("arrange", "cancel"):
        assert "whole" in shop.refused(order, action, A=1)
    assert shop.do(order, "arrange", A=3)["status"] == "ready_to_ship"


def test_history_entries_are_numbered_upwards(shop: Shop) -> None:
    rows = shop.detail(shop.order(*OUT))["status_histories"]
    numbers = [row["id"] for row in rows]
    assert numbers == sorted(set(numbers))


def test_two_sellers_share_nothing_but_the_app(open_tiki: Callable[..., Shop]) -> None:
    first, second = open_tiki().settings, open_tiki().settings
    assert first["client_secret"] == second["client_secret"]
    for name in ("access_token", "refresh_token", "queue_code", "warehouse_id"):
        assert first[name] != second[name]
