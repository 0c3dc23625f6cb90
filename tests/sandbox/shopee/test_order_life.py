"""What buyers, carriers and the seller can do to an order, and what they cannot."""

from typing import Any

import pytest

from tests.sandbox.driver import Control, Seller


def status(seller: Seller, order: str) -> tuple[str, str]:
    detail = seller.detail(order)
    return detail["order_status"], detail["package_list"][0]["logistics_status"]


def test_a_prepaid_order_is_paid_and_waits(seller: Seller) -> None:
    detail = seller.detail(seller.order(A=2))
    assert detail["order_status"] == "READY_TO_SHIP"
    assert detail["pay_time"] == detail["create_time"]
    assert detail["pickup_done_time"] == 0
    assert detail["item_list"][0]["active_qty"] == 2


def test_a_cod_order_is_paid_at_the_door(seller: Seller) -> None:
    order = seller.cod_order(A=1)
    seller.do(order, "arrange", "pick_up")
    assert seller.detail(order)["pay_time"] is None
    seller.do(order, "deliver")
    assert seller.detail(order)["pay_time"] > 0


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["arrange"], ("PROCESSED", "LOGISTICS_REQUEST_CREATED")),
        (["arrange", "fail_pickup"], ("RETRY_SHIP", "LOGISTICS_PICKUP_RETRY")),
        (["arrange", "pick_up"], ("SHIPPED", "LOGISTICS_PICKUP_DONE")),
        (
            ["arrange", "pick_up", "deliver"],
            ("TO_CONFIRM_RECEIVE", "LOGISTICS_DELIVERY_DONE"),
        ),
        (
            ["arrange", "pick_up", "deliver", "complete"],
            ("COMPLETED", "LOGISTICS_DELIVERY_DONE"),
        ),
        (
            ["arrange", "pick_up", "fail_delivery"],
            ("CANCELLED", "LOGISTICS_DELIVERY_FAILED"),
        ),
        (["arrange", "pick_up", "lose"], ("CANCELLED", "LOGISTICS_LOST")),
        (["cancel"], ("CANCELLED", "LOGISTICS_INVALID")),
        (["arrange", "cancel"], ("CANCELLED", "LOGISTICS_REQUEST_CANCELED")),
        (["ask_cancel"], ("IN_CANCEL", "LOGISTICS_READY")),
        (
            ["arrange", "pick_up", "deliver", "request_return"],
            ("TO_RETURN", "LOGISTICS_DELIVERY_DONE"),
        ),
        (
            ["arrange", "pick_up", "request_return"],
            ("TO_RETURN", "LOGISTICS_PICKUP_DONE"),
        ),
    ],
)
def test_actions_lead_to_the_documented_statuses(
    seller: Seller, actions: list[str], expected: tuple[str, str]
) -> None:
    order = seller.order(A=1)
    seller.do(order, *actions)
    assert status(seller, order) == expected


ALL = {
    "arrange",
    "pick_up",
    "deliver",
    "fail_delivery",
    "cancel",
    "request_return",
    "refund",
    "send_back",
    "arrive_back",
    "lose",
    "pay",
    "fail_pickup",
    "complete",
    "ask_cancel",
    "claim_not_received",
}


@pytest.mark.parametrize(
    ("actions", "allowed"),
    [
        ([], {"arrange", "cancel", "ask_cancel"}),
        (["arrange"], {"pick_up", "cancel", "ask_cancel", "fail_pickup"}),
        (
            ["arrange", "pick_up"],
            {"deliver", "fail_delivery", "lose"} | {"request_return"},
        ),
        (["arrange", "pick_up", "deliver"], {"complete", "request_return"}),
        (["arrange", "pick_up", "deliver", "complete"], {"request_return"}),
        (["cancel"], set()),
        (["arrange", "cancel"], set()),
        (
            ["arrange", "pick_up", "fail_delivery"],
            {"arrive_back", "lose", "claim_not_received"},
        ),
        (
            ["arrange", "pick_up", "fail_delivery", "arrive_back"],
            {"claim_not_received"},
        ),
        (["arrange", "pick_up", "lose"], set()),
        (["arrange", "pick_up", "request_return"], {"arrive_back", "lose"}),
        (
            ["arrange", "pick_up", "deliver", "request_return"],
            {"refund", "send_back"},
        ),
        (
            ["arrange", "pick_up", "deliver", "request_return", "send_back"],
            {"refund", "arrive_back", "lose"},
        ),
    ],
)
def test_whatever_else_is_tried_is_refused_with_the_status_that_forbids_it(
    seller: Seller, actions: list[str], allowed: set[str]
) -> None:
    order = seller.order(A=1)
    seller.do(order, *actions)
    now = seller.control.get(f"shopee/orders/{order}")
    for action in sorted(ALL - allowed):
        sentence = seller.refused(order, action)
        assert action in sentence or "returned" in sentence
        assert order in sentence
    assert seller.control.get(f"shopee/orders/{order}") == now


def test_a_buyer_who_cancels_too_late_is_pointed_to_what_is_possible(
    seller: Seller,
) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up")
    sentence = seller.refused(order, "cancel")
    assert "SHIPPED" in sentence
    assert "fail_delivery or request_return" in sentence


def test_a_failed_delivery_turns_back_on_its_forward_number_without_a_return(
    seller: Seller,
) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    detail = seller.detail(order)
    assert (detail["cancel_by"], detail["cancel_reason"]) == (
        "system",
        "Failed Delivery",
    )
    assert detail["pickup_done_time"] > 0
    assert seller.returns() == []
    assert seller.events(order)[:3] == [
        "RETURN_INITIATED",
        "RETURN_STARTED",
        "FAILED_DELIVERED",
    ]
    package = seller.package(detail["package_list"][0]["package_number"])
    tracking = package["tracking_number"]
    seller.do(order, "arrive_back")
    assert seller.events(order)[0] == "RETURNED"
    after = seller.package(package["package_number"])
    assert after["fulfillment_status"] == "LOGISTICS_DELIVERY_FAILED"
    assert after["tracking_number"] == tracking


def test_tracking_events_alone_do_not_move_the_update_time(
    seller: Seller, monkeypatch: pytest.MonkeyPatch, sandbox: Any
) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    before = seller.detail(order)["update_time"]
    clock = sandbox.world.clock
    later = clock.stamp() + 100
    monkeypatch.setattr(clock, "stamp", lambda: later)
    seller.do(order, "arrive_back")
    assert seller.detail(order)["update_time"] == before


def test_a_package_cancelled_before_it_was_arranged_has_no_pickup_time_at_all(
    seller: Seller,
) -> None:
    order = seller.order(A=1)
    view = seller.do(order, "cancel")
    package = seller.package(view["packages"][0]["number"])
    assert "pickup_done_time" not in package
    assert package["is_shipment_arranged"] is False
    assert package["tracking_number"] == ""


def test_units_can_be_cancelled_in_part_before_arranging(seller: Seller) -> None:
    order = seller.order(A=3, B=1)
    view = seller.do(order, "cancel", A=2)
    assert view["status"] == "READY_TO_SHIP"
    item = seller.detail(order)["item_list"][0]
    assert (item["active_qty"], item["cancelled_qty"]) == (1, 2)
    assert view["packages"][0]["lines"] == [
        {"sku": "A", "quantity": 1},
        {"sku": "B", "quantity": 1},
    ]
    seller.do(order, "arrange")
    assert "before they are arranged" in seller.refused(order, "cancel", A=1)


def test_arranging_some_units_splits_the_order(seller: Seller) -> None:
    order = seller.order(A=3, B=1)
    view = seller.do(order, "arrange", A=2)
    assert view["status"] == "READY_TO_SHIP"
    assert [each["status"] for each in view["packages"]] == [
        "LOGISTICS_READY",
        "LOGISTICS_REQUEST_CREATED",
    ]
    assert view["packages"][1]["lines"] == [{"sku": "A", "quantity": 2}]
    seller.do(order, "pick_up")
    view = seller.do(order, "arrange")
    assert view["status"] == "PROCESSED"
    view = seller.do(order, "pick_up")
    assert view["status"] == "SHIPPED"
    numbers = [each["number"] for each in view["packages"]]
    assert len({each["tracking_number"] for each in view["packages"]}) == 2
    assert seller.get("logistics/get_tracking_info", order_sn=order)["error"] != ""
    assert seller.events(order, package_number=numbers[0])[0] == "PICKED_UP"


def test_one_parcel_of_a_split_order_can_fail_while_the_other_arrives(
    seller: Seller,
) -> None:
    order = seller.order(A=2, B=1)
    seller.do(order, "arrange", A=2)
    seller.do(order, "arrange")
    seller.do(order, "pick_up")
    seller.do(order, "fail_delivery", A=2)
    view = seller.do(order, "deliver")
    assert view["status"] == "TO_CONFIRM_RECEIVE"
    assert [line["cancelled"] for line in view["lines"]] == [2, 0]
    assert "no parcels hold exactly" in seller.refused(order, "arrive_back", A=1)
    seller.do(order, "arrive_back", A=2)


def test_prepaid_buyers_get_their_money_back_and_cod_buyers_paid_none(
    seller: Seller,
) -> None:
    prepaid, cod = seller.order(A=1), seller.cod_order(A=1)
    assert seller.do(prepaid, "cancel")["refunds"][0]["amount"] > 0
    assert seller.do(cod, "cancel")["refunds"] == []


def test_an_order_completes_by_itself_after_three_days(
    seller: Seller, control: Control
) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "deliver")
    control.clock(3 * 86400 + 1)
    assert control.get(f"shopee/orders/{order}")["status"] == "COMPLETED"


def test_an_unpaid_order_is_paid_later(seller: Seller, control: Control) -> None:
    answer = control.post(
        "shopee/orders",
        shop="s1",
        lines=[{"sku": "A", "quantity": 1}],
        unpaid=True,
    )
    order = answer["orders"][0]
    assert status(seller, order) == ("UNPAID", "LOGISTICS_NOT_START")
    seller.do(order, "pay")
    assert status(seller, order) == ("READY_TO_SHIP", "LOGISTICS_READY")
