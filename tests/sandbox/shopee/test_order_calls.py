"""Shopee's calls about orders and packages: windows, pages, limits, the seller."""

import time

import pytest

from sandbox.servers import Sandbox
from tests.sandbox.driver import Json, Seller

DAY = 86400


def window(**replaced: object) -> Json:
    now = int(time.time())
    return {
        "time_range_field": "update_time",
        "time_from": now - DAY,
        "time_to": now + 60,
        "page_size": 100,
    } | replaced


def listed(answer: Json) -> list[str]:
    return [each["order_sn"] for each in answer["response"]["order_list"]]


def pages(seller: Seller, size: int) -> list[str]:
    seen: list[str] = []
    cursor, more = "", True
    while more:
        answer = seller.get(
            "order/get_order_list", **window(page_size=size), cursor=cursor
        )
        seen += listed(answer)
        cursor, more = answer["response"]["next_cursor"], answer["response"]["more"]
    assert cursor == ""
    return seen


def test_pages_together_hold_every_order_once(seller: Seller) -> None:
    orders = {seller.order(A=1) for _ in range(5)}
    seen = pages(seller, size=2)
    assert len(seen) == 5
    assert set(seen) == orders


def test_orders_that_move_while_they_are_read_are_not_skipped_or_repeated(
    seller: Seller, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = sandbox.world.clock
    start = clock.stamp()
    orders = []
    for age in (40, 30, 20, 10):
        monkeypatch.setattr(clock, "stamp", lambda age=age: start - age)
        orders.append(seller.order(A=1))
    first = seller.get("order/get_order_list", **window(page_size=2))
    assert listed(first) == [orders[3], orders[2]]
    monkeypatch.setattr(clock, "stamp", lambda: start)
    seller.do(orders[3], "arrange")
    cursor = first["response"]["next_cursor"]
    second = seller.get("order/get_order_list", **window(page_size=2), cursor=cursor)
    assert listed(second) == [orders[1], orders[0]]


@pytest.mark.parametrize("days", [0, -1, 15.1])
def test_a_window_must_be_forward_and_within_fifteen_days(
    seller: Seller, days: float
) -> None:
    since = int(time.time())
    until = since + int(days * DAY)
    answer = seller.get(
        "order/get_order_list", **window(time_from=since, time_to=until)
    )
    assert answer["error"] == "order.order_list_invalid_time"


def test_a_window_of_fifteen_days_is_accepted(seller: Seller) -> None:
    since = int(time.time()) - 15 * DAY
    answer = seller.get(
        "order/get_order_list", **window(time_from=since, time_to=since + 15 * DAY)
    )
    assert answer["error"] == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"page_size": 101}, "page_size must be 100 or less."),
        ({"page_size": 0}, "page_size must be 1 or greater."),
        ({"page_size": ""}, "page_size is a required field."),
        ({"time_range_field": "pay_time"}, "must be create_time or update_time."),
        ({"order_status": "TO_CONFIRM_RECEIVE"}, "order_status is invalid."),
        ({"cursor": "elsewhere"}, "cursor is invalid."),
    ],
)
def test_a_wrong_parameter_is_named(seller: Seller, change: Json, message: str) -> None:
    answer = seller.get("order/get_order_list", **window(**change))
    assert answer["error"] == "error_param"
    assert message in answer["message"]


def test_orders_are_filtered_by_status_and_shown_with_it(seller: Seller) -> None:
    kept, other = seller.order(A=1), seller.order(A=1)
    seller.do(kept, "arrange")
    answer = seller.get(
        "order/get_order_list",
        **window(order_status="PROCESSED", response_optional_fields="order_status"),
    )
    (row,) = answer["response"]["order_list"]
    assert (row["order_sn"], row["order_status"]) == (kept, "PROCESSED")
    assert other != kept


def test_optional_fields_are_absent_unless_asked_for(seller: Seller) -> None:
    order = seller.order(A=1)
    answer = seller.get("order/get_order_detail", order_sn_list=order)
    (detail,) = answer["response"]["order_list"]
    for name in ("item_list", "package_list", "pickup_done_time", "pay_time"):
        assert name not in detail
    assert detail["order_status"] == "READY_TO_SHIP"


def test_at_most_fifty_details_at_once(seller: Seller) -> None:
    order = seller.order(A=1)
    many = ",".join([order] * 51)
    assert seller.get("order/get_order_detail", order_sn_list=many)["error"]
    many = ",".join(["OFG1"] * 51)
    assert seller.get("order/get_package_detail", package_number_list=many)["error"]


def test_an_order_that_is_not_here_is_not_found(seller: Seller) -> None:
    answer = seller.get("order/get_order_detail", order_sn_list="X")
    assert answer["error"] == "error_not_found"
    answer = seller.get("logistics/get_tracking_info", order_sn="X")
    assert answer["error"] == "logistics.invalid_error"


def test_the_seller_ships_over_the_api_once(seller: Seller) -> None:
    order = seller.order(A=1)
    (row,) = seller.get("order/get_shipment_list", page_size=10)["response"][
        "order_list"
    ]
    assert row["order_sn"] == order
    answer = seller.post("logistics/ship_order", order_sn=order, dropoff={})
    assert answer["error"] == ""
    assert "response" not in answer
    assert seller.detail(order)["order_status"] == "PROCESSED"
    tracking = seller.get("logistics/get_tracking_number", order_sn=order)
    assert tracking["response"]["tracking_number"].startswith("SPXVN")
    assert seller.post("logistics/ship_order", order_sn=order, dropoff={})["error"]
    assert seller.post("logistics/ship_order", order_sn=order)["error"] == "error_param"


def test_the_work_queue_shows_packages_by_what_must_be_done(seller: Seller) -> None:
    waiting, arranged, shipped = (seller.order(A=1) for _ in range(3))
    seller.do(arranged, "arrange")
    seller.do(shipped, "arrange", "pick_up")
    found = {}
    for status in (0, 2, 3):
        answer = seller.post(
            "order/search_package_list",
            filter={"package_status": status},
            pagination={"page_size": 10, "cursor": ""},
        )
        rows = answer["response"]["packages_list"]
        found[status] = {row["order_sn"] for row in rows}
    assert found == {0: {waiting, arranged}, 2: {waiting}, 3: {arranged}}


def test_a_seller_out_of_stock_cancels_and_the_listing_drops_to_zero(
    seller: Seller,
) -> None:
    order = seller.order(A=1)
    reason = {"order_sn": order, "cancel_reason": "OUT_OF_STOCK"}
    assert seller.post("order/cancel_order", **reason)["error"] == "error_param"
    rows = [{"item_id": int(seller.listings["A"]["item_id"]), "model_id": 0}]
    answer = seller.post("order/cancel_order", **reason, item_list=rows)
    assert answer["error"] == ""
    detail = seller.detail(order)
    assert (detail["order_status"], detail["cancel_by"]) == ("CANCELLED", "seller")
    assert seller.stock()["A"] == 0


def test_a_seller_cancels_units(seller: Seller) -> None:
    order = seller.order(A=3)
    row = {
        "item_id": int(seller.listings["A"]["item_id"]),
        "model_id": 0,
        "model_quantity": 2,
    }
    seller.post(
        "order/cancel_order",
        order_sn=order,
        cancel_reason="CUSTOMER_REQUEST",
        partial_cancel_item_list=[row],
    )
    item = seller.detail(order)["item_list"][0]
    assert (item["active_qty"], item["cancelled_qty"]) == (1, 2)


def test_a_seller_cannot_cancel_what_was_shipped(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up")
    answer = seller.post(
        "order/cancel_order", order_sn=order, cancel_reason="CUSTOMER_REQUEST"
    )
    assert (answer["error"], answer["message"]) == (
        "order.error_limit",
        "Can not cancel this order",
    )


@pytest.mark.parametrize(
    ("operation", "status"), [("ACCEPT", "CANCELLED"), ("REJECT", "READY_TO_SHIP")]
)
def test_the_seller_answers_a_buyer_who_asks_to_cancel(
    seller: Seller, operation: str, status: str
) -> None:
    order = seller.order(A=1)
    answer = {"order_sn": order, "operation": operation}
    early = seller.post("order/handle_buyer_cancellation", **answer)
    assert early["error"] == "order.cancel_order_invalid_status"
    seller.do(order, "ask_cancel")
    assert seller.detail(order)["item_list"][0]["cancel_requested_qty"] == 1
    seller.post("order/handle_buyer_cancellation", **answer)
    assert seller.detail(order)["order_status"] == status
