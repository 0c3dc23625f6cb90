"""Returns: to the seller, by Lazada's warehouse, or no return at all."""

from collections.abc import Callable

import pytest

from sandbox.lazada.reverse_json import reverse_amount
from tests.sandbox.driver import Control, Json, lines
from tests.sandbox.lazada.driver import Seller

UPDATE = "/order/reverse/return/update"
ONLY_REFUND = "/order/reverse/onlyrefund/seller/decide"
LIST = "/reverse/getreverseordersforseller"
REFUSAL: Json = {"reason_id": 10000402, "comment": "broken"}


def delivered(seller: Seller, **units: int) -> str:
    order = seller.order(**units)
    seller.do(order, "arrange", "pick_up", "deliver")
    return order


def case_of(seller: Seller, order: str) -> int:
    (row,) = seller.reverse_orders(trade_order_id=order)
    return int(row["reverse_order_id"])


def lines_of(seller: Seller, case: int) -> list[Json]:
    found: list[Json] = seller.reverse_order(case)["reverseOrderLineDTOList"]
    return found


def status_of(seller: Seller, case: int) -> str:
    return str(lines_of(seller, case)[0]["reverse_status"])


def decide(seller: Seller, case: int, step: str, **more: object) -> str:
    line = lines_of(seller, case)[0]["reverse_order_line_id"]
    given: Json = {
        "reverse_order_id": case,
        "reverse_order_item_ids": [line],
        "action": step,
    }
    return str(seller.post(UPDATE, **given | more)["code"])


def test_a_return_has_one_line_for_each_unit(seller: Seller) -> None:
    order = delivered(seller, A=2, B=1)
    seller.do(order, "request_return", A=2)
    case = case_of(seller, order)
    (row,) = seller.reverse_orders()
    assert (row["request_type"], row["is_rtm"]) == ("RETURN", True)
    units = {i["order_item_id"]: i["sku"] for i in seller.items(order)}
    assert [units[line["trade_order_line_id"]] for line in lines_of(seller, case)] == [
        "A",
        "A",
    ]


def test_list_and_detail_use_different_names(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return", "send_back")
    (row,) = seller.reverse_orders()
    (shown,) = row["reverse_order_lines"]
    (detailed,) = lines_of(seller, row["reverse_order_id"])
    assert "tracking_number" not in shown
    assert detailed["tracking_number"]
    assert (shown["is_need_refund"], detailed["is_need_refund"]) == ("true", True)
    assert shown["product"]["product_sku"] == detailed["productDTO"]["sku"]
    assert shown["sla"] > 1_600_000_000_000 > shown["return_order_line_gmt_modified"]


def test_money_of_reverse_orders_is_in_hundredths_but_not_in_vietnam(
    seller: Seller,
) -> None:
    order = delivered(seller, A=1)
    (item,) = seller.items(order)
    seller.do(order, "request_return")
    (line,) = lines_of(seller, case_of(seller, order))
    assert line["refund_amount"] == line["item_unit_price"] == item["paid_price"]
    assert reverse_amount(66000, "vn") == 66000
    assert reverse_amount(89, "sg") == 8900


def test_the_buyers_parcel_has_a_number_of_its_own(seller: Seller) -> None:
    order = delivered(seller, A=1)
    forward = seller.control.get(f"lazada/orders/{order}")["packages"][0]
    seller.do(order, "request_return")
    case = case_of(seller, order)
    assert seller.statuses(order) == ["delivered"]
    assert lines_of(seller, case)[0]["tracking_number"] == ""
    seller.do(order, "send_back")
    (line,) = lines_of(seller, case)
    assert line["tracking_number"] != forward["tracking_number"]
    assert (line["ofc_status"], line["whqc_decision"]) == ("INITIAL", "")
    assert seller.statuses(order) == ["returned"]
    seller.do(order, "arrive_back")
    (line,) = lines_of(seller, case)
    assert (line["ofc_status"], line["whqc_decision"]) == (
        "RETURN_RTM_DELIVERED",
        "return_to_merchant",
    )


def test_the_sellers_steps_of_a_return(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return")
    case = case_of(seller, order)
    assert decide(seller, case, "agreeRefund") == "114"
    assert decide(seller, case, "agreeReturn") == "0"
    (item,) = seller.items(order)
    assert (item["status"], item["cancel_return_initiator"]) == (
        "returned",
        "return-customer",
    )
    assert decide(seller, case, "confirmDelivery") == "114"
    seller.do(order, "send_back", "arrive_back")
    assert decide(seller, case, "confirmDelivery") == "0"
    assert status_of(seller, case) == "REQUEST_INITIATE"
    assert decide(seller, case, "agreeRefund") == "0"
    assert status_of(seller, case) == "REFUND_SUCCESS"
    view = seller.control.get(f"lazada/orders/{order}")
    assert [refund["amount"] for refund in view["refunds"]] == [item["paid_price"]]
    assert view["lines"][0]["returned"] == 1


def test_a_refund_can_come_at_once_and_the_goods_later(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return")
    case = case_of(seller, order)
    assert decide(seller, case, "instantRefund") == "0"
    assert status_of(seller, case) == "REFUND_SUCCESS"
    seller.do(order, "send_back", "arrive_back")
    assert status_of(seller, case) == "REFUND_SUCCESS"
    assert "refund" in seller.refused(order, "refund")


def test_a_refusal_needs_words_and_in_the_end_a_picture(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return", "send_back")
    case = case_of(seller, order)
    decide(seller, case, "confirmDelivery")
    assert decide(seller, case, "refuseRefund") == "108"
    assert decide(seller, case, "refuseRefund", reason_id=1) == "109"
    assert decide(seller, case, "refuseRefund", **REFUSAL) == "110"
    image = [{"name": "a.jpg", "url": "https://example.test/a.jpg"}]
    assert decide(seller, case, "refuseRefund", image_info=image, **REFUSAL) == "0"
    assert status_of(seller, case) == "REQUEST_REJECT"
    assert seller.statuses(order) == ["delivered"]


def test_a_refused_or_withdrawn_return_can_be_asked_for_again(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return")
    case = case_of(seller, order)
    assert decide(seller, case, "refuseReturn", **REFUSAL) == "0"
    seller.do(order, "request_return", "withdraw_return")
    (item,) = seller.items(order)
    assert item["cancel_return_initiator"] == "null-null"
    (line,) = lines_of(seller, item["reverse_order_id"])
    (refused,) = lines_of(seller, case)
    assert refused["reverse_order_line_id"] != line["reverse_order_line_id"]
    assert refused["trade_order_line_id"] == line["trade_order_line_id"]
    assert (line["reverse_status"], line["ofc_status"]) == (
        "REQUEST_CANCEL",
        "RETURN_CANCELED",
    )
    seller.do(order, "request_return", "refund")
    assert seller.statuses(order) == ["returned"]


def test_a_unit_cannot_be_returned_twice(seller: Seller) -> None:
    order = delivered(seller, A=2)
    seller.do(order, "request_return", A=1)
    assert "{'A': 1}" in seller.refused(order, "request_return", A=2)
    seller.do(order, "request_return", A=1)
    assert "request_return" in seller.refused(order, "request_return")


def test_a_return_must_be_asked_for_in_time(seller: Seller, control: Control) -> None:
    order = delivered(seller, A=1)
    control.clock(15 * 86400 + 1)
    assert "time to return" in seller.refused(order, "request_return")


def test_a_return_by_lazadas_warehouse_says_so(seller: Seller) -> None:
    order = delivered(seller, A=2)
    seller.do(order, "request_return_to_warehouse", A=1)
    seller.do(order, "send_back", "scrap")
    (row,) = seller.reverse_orders(return_to_type="RTW")
    assert row["is_rtm"] is False
    (line,) = row["reverse_order_lines"]
    assert line["whqc_decision"] == "scrap"
    assert seller.reverse_orders(QC_Decision="scrap") == [row]
    assert seller.reverse_orders(return_to_type="RTM") == []


def test_a_return_parcel_can_be_lost(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return", "send_back", "lose")
    (line,) = lines_of(seller, case_of(seller, order))
    assert line["whqc_decision"] == "not_returned"
    assert "arrive_back" in seller.refused(order, "arrive_back")


def test_a_refund_without_a_return_leaves_the_goods_with_the_buyer(
    seller: Seller,
) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_refund_only")
    assert "send_back" in seller.refused(order, "send_back")
    case = case_of(seller, order)
    (line,) = lines_of(seller, case)
    given: Json = {
        "reverse_order_id": case,
        "reverse_order_item_ids": [line["reverse_order_line_id"]],
    }
    assert decide(seller, case, "agreeReturn") == "114"
    assert seller.get(ONLY_REFUND, action="startDispute", **given)["code"] == "109"
    assert seller.get(ONLY_REFUND, action="agreeRefund", **given)["data"] is None
    assert status_of(seller, case) == "REFUND_SUCCESS"
    assert seller.statuses(order) == ["delivered"]


@pytest.mark.parametrize(
    ("replaced", "code"),
    [
        ({"action": "burn"}, "107"),
        ({"reverse_order_id": 1}, "112"),
        ({"reverse_order_item_ids": []}, "100"),
        ({"reverse_order_item_ids": [1]}, "126"),
    ],
)
def test_a_decision_that_names_nothing_is_refused(
    seller: Seller, replaced: Json, code: str
) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return")
    assert decide(seller, case_of(seller, order), "agreeReturn", **replaced) == code


def test_a_decision_may_only_seem_to_be_taken(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return")
    seller.fault(UPDATE, "accepted_not_applied")
    case = case_of(seller, order)
    assert decide(seller, case, "instantRefund") == "0"
    assert status_of(seller, case) == "REQUEST_INITIATE"


def test_the_list_is_filtered_by_kind_status_and_time(seller: Seller) -> None:
    returned, cancelled = delivered(seller, A=1), seller.order(B=1)
    seller.do(returned, "request_return")
    seller.do(cancelled, "cancel")

    def found(**filters: object) -> set[str]:
        return {str(row["trade_order_id"]) for row in seller.reverse_orders(**filters)}

    assert found() == {returned, cancelled}
    assert found(request_type_list=["RETURN"]) == {returned}
    assert found(reverse_status_list=["CANCEL_SUCCESS"]) == {cancelled}
    assert found(ofc_status_list=["RETURN_RTM_DELIVERED"]) == set()
    assert found(dispute_in_progress="true") == set()
    for name in ("TradeOrderLineCreated", "ReverseOrderLineModified"):
        assert found(**{f"{name}TimeRangeEnd": 1}) == set()
        assert found(**{f"{name}TimeRangeStart": 1}) == {returned, cancelled}
    assert found(ReverseOrderLineTimeRangeEnd=1) == {returned, cancelled}


def test_past_page_a_hundred_there_is_nothing(
    open_shop: Callable[..., Seller],
) -> None:
    shop = open_shop()
    shop.sell(A=101)
    placed = shop.control.post(
        "lazada/orders", shop=shop.name, lines=lines({"A": 1}), count=101
    )["orders"]
    for order in placed:
        shop.do(order, "cancel")

    def rows(page: int) -> int:
        answer = shop.post(LIST, page_no=page, page_size=1)["result"]
        assert answer["total"] == 101
        return len(answer["items"])

    assert [rows(page) for page in (1, 100, 101)] == [1, 1, 0]


def test_pages_of_reverse_orders_are_counted_from_one(seller: Seller) -> None:
    assert seller.get(LIST, page_size=10)["code"] == "MissingParameter"
    assert seller.get(LIST, page_no=0, page_size=10)["code"] == "121"
    assert seller.get(LIST, page_no=1, page_size=101)["code"] == "120"


def test_history_and_reasons_belong_to_a_line(seller: Seller) -> None:
    order = delivered(seller, A=1)
    seller.do(order, "request_return", "send_back", "refund")
    (line,) = lines_of(seller, case_of(seller, order))
    named = {"reverse_order_line_id": line["reverse_order_line_id"]}
    history = seller.get("/order/reverse/return/history/list", **named)["data"]
    assert [row["operator"] for row in history["list"]] == ["buyer", "buyer", "system"]
    assert history["page_info"]["total"] == 3
    reasons = seller.get("/order/reverse/reason/list", **named)["data"]
    assert all(reason["text"] for reason in reasons)
    unknown = seller.get("/order/reverse/reason/list", reverse_order_line_id=1)
    assert unknown["code"] == "106"


def test_a_reverse_order_of_nobody_has_no_lines(seller: Seller) -> None:
    assert seller.reverse_order(1) == {"reverseOrderLineDTOList": []}
