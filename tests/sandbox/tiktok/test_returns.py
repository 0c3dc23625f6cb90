"""Returns: what their statuses say, and what they do not say."""

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.tiktok.driver import Shop

RETURNS = "/return_refund/202309/returns"
DELIVERED = ("arrange", "pick_up", "deliver")
REASON = {"reject_reason": "seller_reject_apply_agreement_with_buyer"}


def asked(shop: Shop, action: str = "request_return", **units: int) -> tuple[str, Json]:
    order = shop.order(*DELIVERED, **(units or {"A": 2}))
    shop.do(order, action)
    return order, case_of(shop, order)


def case_of(shop: Shop, order: str) -> Json:
    (case,) = shop.returns(order_ids=[order])
    return case


def approve(shop: Shop, case: Json, decision: str, **more: object) -> Json:
    path = f"{RETURNS}/{case['return_id']}/approve"
    shop.post(path, None, decision=decision, **more)
    return case_of(shop, case["order_id"])


def test_a_return_goes_its_way_from_request_to_refund(shop: Shop) -> None:
    order, case = asked(shop)
    assert case["return_type"] == "RETURN_AND_REFUND"
    assert case["return_status"] == "RETURN_OR_REFUND_REQUEST_PENDING"
    assert len(case["return_line_items"]) == 2
    assert case["seller_next_action_response"][0]["action"] == "SELLER_RESPOND_RETURN"
    case = approve(shop, case, "APPROVE_RETURN")
    assert case["return_status"] == "AWAITING_BUYER_SHIP"
    assert "return_tracking_number" not in case
    shop.do(order, "send_back")
    case = case_of(shop, order)
    assert case["return_status"] == "BUYER_SHIPPED_ITEM"
    assert case["return_tracking_number"]
    shop.do(order, "arrive_back")
    case = case_of(shop, order)
    assert case["return_status"] == "BUYER_SHIPPED_ITEM"
    (action,) = case["seller_next_action_response"]
    assert action["action"] == "SELLER_RESPOND_RECEIVE_PACKAGE"
    case = approve(shop, case, "APPROVE_RECEIVED_PACKAGE")
    assert case["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    assert shop.detail(order)["status"] == "DELIVERED"


@pytest.mark.parametrize("done", [[], ["send_back"]])
def test_success_means_refunded_and_not_arrived(
    shop: Shop, control: Control, done: list[str]
) -> None:
    order, _ = asked(shop)
    view = shop.do(order, *done, "refund")
    assert len(view["refunds"]) == 1
    case = case_of(shop, order)
    assert case["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    assert case["is_quick_refund"] is True
    (rma,) = shop.rmas()
    assert rma["status"] in ("INIT", "RETURN_IN_TRANSIT")
    control.clock(3601)
    case = case_of(shop, order)
    assert case["return_status"] == "RETURN_OR_REFUND_REQUEST_COMPLETE"
    assert view["returns"][0]["came_back_at"] is None
    # The parcel still comes, and only the RMA tells.
    for action in ["send_back"][len(done) :]:
        shop.do(order, action)
    assert case_of(shop, order)["return_tracking_number"]
    shop.do(order, "arrive_back")
    (rma,) = shop.rmas()
    assert rma["status"] == "PENDING_PACKAGE_REVIEW"
    case = case_of(shop, order)
    assert case["return_status"] == "RETURN_OR_REFUND_REQUEST_COMPLETE"


def test_a_refund_alone_brings_no_goods_back(shop: Shop) -> None:
    order, case = asked(shop, "request_refund")
    assert (case["return_type"], case["can_buyer_keep_item"]) == ("REFUND", True)
    assert shop.rmas() == []
    shop.refused(order, "send_back")
    case = approve(shop, case, "APPROVE_REFUND")
    assert case["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"


@pytest.mark.parametrize(
    ("decision", "more"),
    [("APPROVE_RETURN", {"buyer_keep_item": True}), ("DIRECT_REFUND", {})],
)
def test_a_buyer_may_be_let_keep_the_goods(
    shop: Shop, decision: str, more: Json
) -> None:
    order, case = asked(shop)
    case = approve(shop, case, decision, **more)
    assert case["return_status"] == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    assert case["can_buyer_keep_item"] is True
    shop.refused(order, "send_back")


def test_units_are_returned_one_by_one(shop: Shop) -> None:
    order = shop.order(*DELIVERED, A=2, B=1)
    shop.do(order, "request_return", A=1)
    shop.do(order, "request_return", A=1, B=1)
    cases = shop.returns(order_ids=[order])
    ids = [row["order_line_item_id"] for c in cases for row in c["return_line_items"]]
    assert sorted(ids) == sorted(
        item["id"] for item in shop.detail(order)["line_items"]
    )
    assert "can still be returned: none" in shop.refused(order, "request_return")


@pytest.mark.parametrize(
    ("action", "decision", "status"),
    [
        ("request_return", "REJECT_RETURN", "REFUND_OR_RETURN_REQUEST_REJECT"),
        ("request_refund", "REJECT_REFUND", "REFUND_OR_RETURN_REQUEST_REJECT"),
        ("request_replacement", "REJECT_REPLACEMENT", "REPLACEMENT_REQUEST_REJECT"),
    ],
)
def test_a_rejected_request_can_be_made_again(
    shop: Shop, action: str, decision: str, status: str
) -> None:
    order, case = asked(shop, action)
    path = f"/return_refund/202606/returns/{case['return_id']}/reject"
    assert shop.code("POST", path, {}, {"decision": decision}) != 0
    shop.post(path, None, decision=decision, **REASON)
    assert case_of(shop, order)["return_status"] == status
    shop.do(order, "request_return")


def test_a_refused_parcel_is_at_the_seller_all_the_same(shop: Shop) -> None:
    order, case = asked(shop)
    shop.do(order, "send_back", "arrive_back")
    path = f"{RETURNS}/{case['return_id']}/reject"
    shop.post(path, None, decision="REJECT_RECEIVED_PACKAGE", **REASON)
    assert case_of(shop, order)["return_status"] == "REJECT_RECEIVE_PACKAGE"


@pytest.mark.parametrize(
    "decision",
    ["APPROVE_REFUND", "APPROVE_RECEIVED_PACKAGE", "APPROVE_REPLACEMENT", "YES", None],
)
def test_a_decision_that_does_not_fit_is_refused(
    shop: Shop, decision: str | None
) -> None:
    _, case = asked(shop)
    path = f"{RETURNS}/{case['return_id']}/approve"
    assert shop.code("POST", path, {}, {"decision": decision}) != 0
    assert shop.code("POST", f"{RETURNS}/1/approve", {}, {"decision": decision}) != 0


def test_an_offered_part_waits_for_the_buyer(shop: Shop) -> None:
    _, case = asked(shop)
    offer = {"currency": "VND", "amount": "5000"}
    case = approve(shop, case, "OFFER_PARTIAL_REFUND", partial_refund=offer)
    assert case["return_status"] == "AWAITING_BUYER_RESPONSE"
    assert case["seller_proposed_return_type"] == "PARTIAL_REFUND"
    assert case["partial_refund"] == offer


def test_a_replacement_is_a_new_order_that_takes_stock_again(shop: Shop) -> None:
    order, case = asked(shop, "request_replacement")
    case = approve(shop, case, "APPROVE_REPLACEMENT")
    assert case["return_status"] == "REPLACEMENT_REQUEST_COMPLETE"
    assert shop.stock()["A"] == 1
    query = {"page_size": 10, "sort_order": "DESC"}
    found = shop.post("/order/202309/orders/search", query)["orders"]
    (new,) = [each for each in found if each["is_replacement_order"]]
    assert new["replaced_order_id"] == order
    assert len(new["line_items"]) == 2


def test_a_replacement_of_what_is_sold_out_is_refused(shop: Shop) -> None:
    _, case = asked(shop, "request_replacement", A=3)
    body = {"decision": "APPROVE_REPLACEMENT"}
    path = f"{RETURNS}/{case['return_id']}/approve"
    assert shop.code("POST", path, {}, body) != 0
    assert case_of(shop, case["order_id"])["return_status"].endswith("PENDING")


def test_what_nobody_decides_in_time_decides_itself(
    shop: Shop, control: Control
) -> None:
    silent, _ = asked(shop, A=1)
    arrived, _ = asked(shop, A=1)
    money, _ = asked(shop, "request_refund", A=1)
    shop.do(arrived, "send_back", "arrive_back")

    def found(order: str) -> str:
        view = control.get(f"tiktok/orders/{order}")
        return str(view["returns"][0]["status"])

    control.clock(2 * 86400 + 5)
    assert found(silent) == "AWAITING_BUYER_SHIP"
    assert found(arrived) == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    assert found(money) == "RETURN_OR_REFUND_REQUEST_SUCCESS"
    control.clock(7 * 86400 + 5)
    assert found(silent) == "RETURN_OR_REFUND_REQUEST_CANCEL"


def test_a_return_parcel_can_be_lost(shop: Shop) -> None:
    order, _ = asked(shop)
    shop.do(order, "send_back", "lose")
    shop.refused(order, "arrive_back")
    (rma,) = shop.rmas()
    assert rma["status"] == "RETURN_IN_TRANSIT"


def test_the_history_is_newest_first(shop: Shop) -> None:
    _, case = asked(shop)
    approve(shop, case, "APPROVE_RETURN")
    records = shop.get(f"{RETURNS}/{case['return_id']}/records")["records"]
    events = [record["event"] for record in records]
    assert events == ["AWAITING_BUYER_SHIP", "ORDER_RETURN"]
    assert records[-1]["role"] == "Buyer"


def test_the_search_filters(shop: Shop) -> None:
    _, case = asked(shop)
    assert shop.returns(return_types=["REFUND"]) == []
    assert shop.returns(return_ids=[case["return_id"]]) == [case]
    assert shop.returns(update_time_ge=case["update_time"]) == [case]
    assert shop.returns(update_time_lt=case["update_time"]) == []
    assert shop.returns(return_status=["AWAITING_BUYER_SHIP"]) == []
    older = shop.post("/return_refund/202309/returns/search")
    assert older["total_count"] == 1
    by_rma = {"filters": {"statuses": ["INIT"]}, "pagination": {"page_size": 1}}
    found = shop.post("/return_refund/202604/rma/search", None, **by_rma)
    (rma,) = found["return_merchandise_authorizations"]
    assert {line["main_order_id"] for line in rma["line_items"]} == {case["order_id"]}
    assert rma["sku_return_requests"] == [{"return_id": case["return_id"]}]
