"""Cancellations: who asks, who answers, and what the records say."""

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.tiktok.driver import Shop

CANCELLATIONS = "/return_refund/202602/cancellations"
ANSWERS = "/return_refund/202309/cancellations"
OUT_OF_STOCK = "seller_cancel_reason_out_of_stock"
PACKED = "seller_reject_apply_product_has_been_packed"


def pending(shop: Shop, *actions: str) -> tuple[str, Json]:
    order = shop.order(*actions, "ask_cancel", A=2)
    (case,) = shop.cancellations(cancel_status=["CANCELLATION_REQUEST_PENDING"])
    return order, case


def test_a_request_waits_for_the_seller(shop: Shop) -> None:
    order, case = pending(shop)
    assert case["order_id"] == order
    assert (case["cancel_type"], case["role"]) == ("BUYER_CANCEL", "BUYER")
    (action,) = case["seller_next_action_response"]
    assert action["deadline"] > case["create_time"]
    found = shop.detail(order)
    assert found["status"] == "AWAITING_SHIPMENT"
    assert found["is_buyer_request_cancel"] is True
    assert "request_cancel_time" in found


@pytest.mark.parametrize("actions", [[], ["arrange"]])
def test_an_approved_request_cancels_the_order(shop: Shop, actions: list[str]) -> None:
    order, case = pending(shop, *actions)
    shop.post(f"{ANSWERS}/{case['cancel_id']}/approve")
    assert shop.detail(order)["status"] == "CANCELLED"
    (after,) = shop.cancellations(cancel_ids=[case["cancel_id"]])
    assert after["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    assert "seller_next_action_response" not in after
    assert shop.code("POST", f"{ANSWERS}/{case['cancel_id']}/approve", {}, {}) != 0


def test_a_rejected_request_lets_the_order_go_on(shop: Shop) -> None:
    order, case = pending(shop)
    path = f"{ANSWERS}/{case['cancel_id']}/reject"
    assert shop.code("POST", path, {}, {"reject_reason": "because"}) != 0
    reasons = shop.get("/return_refund/202309/reject_reasons")["reasons"]
    assert PACKED in [reason["name"] for reason in reasons]
    shop.post(path, reject_reason=PACKED, comment="too late")
    found = shop.detail(order)
    assert (found["status"], found["is_buyer_request_cancel"]) == (
        "AWAITING_SHIPMENT",
        False,
    )
    (after,) = shop.cancellations(order_ids=[order])
    assert after["cancel_status"] == "CANCELLATION_REQUEST_CANCEL"
    shop.do(order, "arrange")


def test_the_same_idempotency_key_succeeds_twice(shop: Shop) -> None:
    _, case = pending(shop)
    path = f"{ANSWERS}/{case['cancel_id']}/approve"
    for _ in range(2):
        shop.post(path, {"idempotency_key": "k-1"})
    assert shop.code("POST", path, {"idempotency_key": "k-2"}, {}) != 0


def test_silence_means_consent(shop: Shop, control: Control) -> None:
    order, _ = pending(shop)
    control.clock(2 * 86400 + 5)
    assert shop.control.get(f"tiktok/orders/{order}")["status"] == "CANCELLED"


def test_a_collected_parcel_ends_the_request(shop: Shop) -> None:
    order, _ = pending(shop, "arrange")
    shop.do(order, "pick_up")
    found = shop.detail(order)
    assert (found["status"], found["is_buyer_request_cancel"]) == ("IN_TRANSIT", False)


def test_a_platform_cancel_ends_the_request(shop: Shop) -> None:
    order, case = pending(shop)
    shop.do(order, "auto_cancel")
    found = {each["cancel_id"]: each for each in shop.cancellations(order_ids=[order])}
    asked = found.pop(case["cancel_id"])
    assert asked["cancel_status"] == "CANCELLATION_REQUEST_CANCEL"
    (done,) = found.values()
    assert (done["cancel_status"], done["role"]) == (
        "CANCELLATION_REQUEST_SUCCESS",
        "SYSTEM",
    )


def test_the_refund_completes_the_record(shop: Shop, control: Control) -> None:
    order = shop.order("cancel", A=2)
    (case,) = shop.cancellations(order_ids=[order])
    assert case["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    assert int(case["refund_amount"]["refund_total"]) > 0
    assert len(case["cancel_line_items"]) == 2
    control.clock(3601)
    (case,) = shop.cancellations(order_ids=[order])
    assert case["cancel_status"] == "CANCELLATION_REQUEST_COMPLETE"


def test_the_seller_cancels_the_whole_order_for_a_reason(shop: Shop) -> None:
    order = shop.order(A=2)
    sku = shop.listings["A"]["variant_id"]
    base = {"order_id": order, "cancel_reason": OUT_OF_STOCK}
    for body in (
        {"order_id": order, "cancel_reason": "bored"},
        base | {"skus": [{"sku_id": sku, "quantity": 1}]},
        base | {"skus": [{"sku_id": "1", "quantity": 1}]},
        base | {"order_id": "1"},
    ):
        assert shop.code("POST", CANCELLATIONS, {}, body) != 0
    answer = shop.post(
        CANCELLATIONS, None, **base, skus=[{"sku_id": sku, "quantity": 2}]
    )
    assert answer["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    found = shop.detail(order)
    assert (found["status"], found["cancellation_initiator"]) == (
        "CANCELLED",
        "SELLER",
    )
    (case,) = shop.cancellations(cancel_types=["CANCEL"])
    assert (case["cancel_id"], case["role"]) == (answer["cancel_id"], "SELLER")


def test_the_seller_cannot_cancel_what_was_collected(shop: Shop) -> None:
    order = shop.order("arrange", "pick_up", A=1)
    body = {"order_id": order, "cancel_reason": OUT_OF_STOCK}
    assert shop.code("POST", CANCELLATIONS, {}, body) != 0
    assert shop.detail(order)["status"] == "IN_TRANSIT"


def test_eligibility_names_the_reasons_that_create_takes(shop: Shop) -> None:
    order = shop.order(A=2)
    path = f"/return_refund/202602/orders/{order}/aftersale_eligibility"
    query = {"initiate_aftersale_user": "SELLER", "request_types": "CANCEL"}
    (sku,) = shop.get(path, **query)["sku_eligibility"]
    cancel = sku["request_type_eligibility"][0]
    assert cancel["eligible"] is True
    assert OUT_OF_STOCK in cancel["available_reason_names"]
    shop.do(order, "arrange", "pick_up")
    (sku,) = shop.get(path, **query)["sku_eligibility"]
    assert sku["request_type_eligibility"][0]["eligible"] is False


def test_a_calculated_refund_is_text(shop: Shop) -> None:
    order = shop.order(A=2)
    price = shop.detail(order)["line_items"][0]["sale_price"]
    answer = shop.post(
        "/return_refund/202602/refunds/calculate",
        order_id=order,
        skus=[{"sku_id": shop.listings["A"]["variant_id"], "quantity": 1}],
    )
    assert answer["order_refund_amount"]["refund_total"] == price


def test_the_search_pages_and_filters(shop: Shop) -> None:
    orders = [shop.order("cancel", A=1) for _ in range(3)]
    path = f"{CANCELLATIONS}/search"
    first = shop.post(path, {"page_size": 2})
    token = first["next_page_token"]
    second = shop.post(path, {"page_size": 2, "page_token": token})
    rows = first["cancellations"] + second["cancellations"]
    assert sorted(row["order_id"] for row in rows) == sorted(orders)
    assert second["next_page_token"] == ""
    assert shop.code("POST", path, {"page_size": 51}, {}) == 36009004
    assert shop.code("POST", path, {}, {"cancel_status": ["DONE"]}) == 36009004
    assert shop.cancellations(update_time_lt=1) == []
