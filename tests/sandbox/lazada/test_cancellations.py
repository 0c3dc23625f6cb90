"""Cancelling: by the buyer, by request, by the seller."""

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.lazada.driver import Seller

SOURCING_DELAY, OUT_OF_STOCK, WRONG_PRICE = "10000019", "10000021", "10000023"
CREATE = "/order/reverse/cancel/create"
VALIDATE = "/order/reverse/cancel/validate"
DECIDE = "/order/reverse/cancel/seller/decide"


def ids(seller: Seller, order: str) -> list[str]:
    return [str(item["order_item_id"]) for item in seller.items(order)]


def cancel(
    seller: Seller, order: str, items: list[str], reason: str = SOURCING_DELAY
) -> Json:
    return seller.get(
        CREATE, order_id=order, order_item_id_list=items, reason_id=reason
    )


@pytest.mark.parametrize("before", [(), ("pack",), ("arrange",)])
def test_a_buyer_cancels_before_the_carrier_has_it(
    seller: Seller, before: tuple[str, ...]
) -> None:
    order = seller.order(A=2)
    seller.do(order, *before)
    view = seller.do(order, "cancel")
    assert view["lines"][0]["cancelled"] == 2
    left = 2 if before == ("arrange",) else 0
    assert view["lines"][0]["cancelled_before_leaving"] == 2 - left
    assert [refund["reason"] for refund in view["refunds"]] == ["cancelled"]
    for item in seller.items(order):
        assert item["status"] == "canceled"
        assert item["cancel_return_initiator"] == "cancellation-customer"
        assert bool(item["package_id"]) is bool(before)


def test_a_buyers_cancellation_leaves_a_record_without_a_parcel(
    seller: Seller,
) -> None:
    order = seller.order(A=2)
    seller.do(order, "cancel", A=1)
    (row,) = seller.reverse_orders()
    assert (row["request_type"], str(row["trade_order_id"])) == ("CANCEL", order)
    detail = seller.reverse_order(row["reverse_order_id"])
    (line,) = detail["reverseOrderLineDTOList"]
    assert (line["reverse_status"], line["tracking_number"]) == ("CANCEL_SUCCESS", "")
    cancelled = [i for i in seller.items(order) if i["status"] == "canceled"]
    assert [i["order_item_id"] for i in cancelled] == [line["trade_order_line_id"]]
    assert cancelled[0]["reverse_order_id"] == row["reverse_order_id"]


def test_a_buyer_who_never_paid_is_not_refunded(seller: Seller) -> None:
    order = seller.cod_order(A=1)
    assert seller.do(order, "cancel")["refunds"] == []
    (row,) = seller.reverse_orders()
    (line,) = row["reverse_order_lines"]
    assert (line["is_need_refund"], line["refund_amount"]) == ("false", 0)


def test_pending_items_are_cancelled_one_by_one_and_packages_as_a_whole(
    seller: Seller,
) -> None:
    order = seller.order(A=2, B=2)
    seller.do(order, "cancel", B=1)
    seller.do(order, "pack")
    assert "no packages hold exactly" in seller.refused(order, "cancel", A=1)
    seller.do(order, "cancel", A=2, B=1)
    assert set(seller.statuses(order)) == {"canceled"}


def test_what_is_still_here_must_be_named_when_a_part_is_gone(seller: Seller) -> None:
    order = seller.order(A=2)
    seller.do(order, "arrange", A=1)
    seller.do(order, "pick_up")
    assert "name the units" in seller.refused(order, "cancel")
    seller.do(order, "cancel", A=1)
    assert sorted(seller.statuses(order)) == ["canceled", "shipped"]


def test_a_seller_cancels_for_a_reason_from_the_list(seller: Seller) -> None:
    order = seller.order(A=2)
    first, _ = ids(seller, order)
    data = seller.get(VALIDATE, order_id=order, order_item_id_list=[first])["data"]
    reasons = {option["reason_id"] for option in data["reason_options"]}
    assert reasons == {SOURCING_DELAY, OUT_OF_STOCK, WRONG_PRICE}
    assert cancel(seller, order, [first])["data"]["tip_type"] == "success"
    item, other = seller.items(order)
    assert item["cancel_return_initiator"] == "cancellation-seller"
    assert (item["status"], other["status"]) == ("canceled", "pending")
    assert seller.reverse_orders() == []


def test_a_sellers_cancel_takes_the_whole_package(seller: Seller) -> None:
    order = seller.order(A=2, B=1)
    seller.do(order, "pack", A=2)
    first, _, _ = ids(seller, order)
    cancel(seller, order, [first])
    assert seller.statuses(order) == ["canceled", "canceled", "pending"]


@pytest.mark.parametrize("reason", [OUT_OF_STOCK, WRONG_PRICE])
def test_cancelling_for_want_of_stock_or_price_zeroes_the_sku(
    seller: Seller, reason: str
) -> None:
    order = seller.order(A=1, B=1)
    first, second = ids(seller, order)
    cancel(seller, order, [first], reason)
    assert seller.stock() == {"A": 0, "B": 4, "C": 5}
    cancel(seller, order, [second], SOURCING_DELAY)
    assert seller.stock() == {"A": 0, "B": 5, "C": 5}
    assert seller.control.get("lazada/writes", shop=seller.name) == []


def test_what_has_gone_is_refused_in_a_tip_with_code_0(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up")
    items = ids(seller, order)
    answer = cancel(seller, order, items)
    assert (answer["code"], answer["data"]["tip_type"]) == ("0", "error")
    answer = seller.get(VALIDATE, order_id=order, order_item_id_list=items)
    assert answer["data"]["tip_type"] == "error"
    assert seller.statuses(order) == ["shipped"]


@pytest.mark.parametrize(
    ("replaced", "code"),
    [
        ({"order_id": 1}, "122"),
        ({"order_item_id_list": []}, "102"),
        ({"order_item_id_list": "7"}, "102"),
        ({"order_item_id_list": [7]}, "123"),
        ({"reason_id": 1}, "104"),
        ({"reason_id": ""}, "104"),
        ({"order_id": ""}, "MissingParameter"),
    ],
)
def test_a_cancel_that_names_nothing_is_refused(
    seller: Seller, replaced: Json, code: str
) -> None:
    order = seller.order(A=1)
    given: Json = {
        "order_id": order,
        "order_item_id_list": ids(seller, order),
        "reason_id": SOURCING_DELAY,
    }
    assert seller.get(CREATE, **given | replaced)["code"] == code


def asked(seller: Seller, *before: str) -> tuple[str, int]:
    order = seller.order(A=1)
    seller.do(order, *before, "ask_cancel")
    (item,) = seller.items(order)
    assert item["need_cancel_confirm"] == "true"
    return order, item["reverse_order_id"]


def decide(seller: Seller, reverse_order: int, agree: str) -> Json:
    return seller.get(DECIDE, reverse_order_id=reverse_order, agree_cancel=agree)


def state(seller: Seller, order: str) -> tuple[str, str, str]:
    (item,) = seller.items(order)
    return item["status"], item["need_cancel_confirm"], item["is_cancel_pending"]


def test_a_request_waits_for_the_seller(seller: Seller) -> None:
    order, _ = asked(seller)
    (item,) = seller.items(order)
    assert item["status"] == "pending"
    assert item["cancel_trigger_time"] > 1_600_000_000_000
    data = seller.get("/order/get", order_id=order)["data"]
    assert data["need_cancel_confirm"] == "true"
    assert "request" in seller.refused(order, "cancel")
    assert "arrange" in seller.refused(order, "arrange")


def test_a_refused_request_lets_the_order_go_on(seller: Seller) -> None:
    order, case = asked(seller)
    assert decide(seller, case, "false")["code"] == "0"
    assert state(seller, order) == ("pending", "false", "false")
    (line,) = seller.reverse_order(case)["reverseOrderLineDTOList"]
    assert line["reverse_status"] == "REQUEST_REJECT"
    seller.do(order, "arrange", "pick_up", "deliver")
    assert decide(seller, case, "true")["code"] == "131"


def test_an_agreed_request_cancels_what_is_not_ready(seller: Seller) -> None:
    order, case = asked(seller, "pack")
    decide(seller, case, "true")
    assert state(seller, order) == ("canceled", "false", "false")


def test_once_ready_an_agreement_waits_for_the_carrier(
    seller: Seller, control: Control
) -> None:
    order, case = asked(seller, "arrange")
    decide(seller, case, "true")
    assert state(seller, order) == ("ready_to_ship", "false", "true")
    control.clock(3601)
    assert state(seller, order) == ("canceled", "false", "false")


def test_the_carrier_may_come_before_the_cancellation(
    seller: Seller, control: Control
) -> None:
    order, case = asked(seller, "arrange")
    decide(seller, case, "true")
    seller.do(order, "pick_up")
    control.clock(3601)
    assert state(seller, order) == ("shipped", "false", "false")
    (line,) = seller.reverse_order(case)["reverseOrderLineDTOList"]
    assert line["reverse_status"] == "REQUEST_CANCEL"


def test_an_unanswered_request_carries_itself_out(
    seller: Seller, control: Control
) -> None:
    order, _ = asked(seller)
    control.clock(2 * 86400 + 1)
    assert state(seller, order) == ("canceled", "false", "false")


def test_a_decision_needs_a_request_and_a_clear_word(seller: Seller) -> None:
    _, case = asked(seller)
    assert decide(seller, case, "perhaps")["code"] == "131"
    assert decide(seller, 1, "true")["code"] == "105"
