"""An order's life: statuses, what tells where the goods are, and what is refused."""

from typing import Any

from tests.sandbox.driver import Control
from tests.sandbox.woocommerce.driver import Seller


def evidence(seller: Seller, order: str) -> tuple[str, str | None, str | None]:
    """Status, the plugin's word for the first parcel, and the fulfilment status."""
    shipped = seller.meta(order, "shipment_status")
    return (
        seller.detail(order)["status"],
        shipped[0]["status"] if shipped else None,
        seller.meta(order, "_fulfillment_status"),
    )


def test_each_stage_leaves_its_own_evidence(seller: Seller) -> None:
    order = seller.order(A=1)
    assert evidence(seller, order) == ("processing", None, "unfulfilled")
    assert seller.meta(order, "_wc_shipment_tracking_items") is None
    seller.do(order, "arrange")
    assert evidence(seller, order) == ("processing", "pre_transit", "unfulfilled")
    (label,) = seller.meta(order, "_wc_shipment_tracking_items")
    assert label["tracking_number"].startswith("GHN")
    assert label["products_list"][0]["qty"] == "1"
    seller.do(order, "pick_up")
    assert evidence(seller, order) == ("completed", "in_transit", "fulfilled")
    assert seller.detail(order)["date_completed_gmt"]
    seller.do(order, "deliver")
    assert evidence(seller, order) == ("delivered", "delivered", "fulfilled")


def test_an_order_can_be_completed_without_any_label(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "complete")
    assert seller.detail(order)["status"] == "completed"
    assert seller.meta(order, "_wc_shipment_tracking_items") is None
    seller.do(order, "deliver")
    assert seller.detail(order)["status"] == "delivered"


def test_parts_travel_in_parcels_of_their_own(seller: Seller) -> None:
    order = seller.order(A=3, D=1)
    seller.do(order, "arrange", A=2)
    seller.do(order, "pick_up")
    assert evidence(seller, order) == (
        "partial-shipped",
        "in_transit",
        "partially_fulfilled",
    )
    (record,) = seller.get(f"orders/{order}/fulfillments")
    items = next(row for row in record["meta_data"] if row["key"] == "_items")
    assert items["value"] == [{"item_id": seller.row(order)["id"], "qty": 2}]
    seller.do(order, "deliver")
    assert seller.detail(order)["status"] == "partial-shipped"
    seller.do(order, "arrange", "pick_up")
    assert evidence(seller, order)[::2] == ("completed", "fulfilled")
    seller.do(order, "deliver")
    assert seller.detail(order)["status"] == "delivered"


def test_fulfilment_records_change_their_type_when_read_back(seller: Seller) -> None:
    order = seller.order(A=1)
    path = f"orders/{order}/fulfillments"
    items = [{"item_id": seller.row(order)["id"], "qty": 1}]
    meta = [
        {"key": "_items", "value": items},
        {"key": "_tracking_number", "value": "VTP0001"},
    ]
    made = seller.post(path, status="fulfilled", is_fulfilled=True, meta_data=meta)
    (read,) = seller.get(path)
    assert (made["is_fulfilled"], read["is_fulfilled"]) == (True, "1")
    assert made["meta_data"] == read["meta_data"]
    assert seller.get(f"{path}/{made['id']}") == read
    assert evidence(seller, order) == ("processing", None, "fulfilled")
    assert seller.error("POST", path, {"meta_data": []})[0] == 400
    assert seller.error("GET", "orders/1/fulfillments")[0] == 404


def test_without_the_feature_fulfilments_are_no_route(seller: Seller) -> None:
    setting = "settings/advanced/woocommerce_feature_fulfillments_enabled"
    assert seller.put(setting, value="no")["value"] == "no"
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up")
    path = f"orders/{order}/fulfillments"
    assert seller.error("GET", path) == (404, "rest_no_route")
    assert evidence(seller, order) == ("completed", "in_transit", None)


def test_a_failed_delivery_turns_back_on_its_forward_number(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    assert evidence(seller, order)[:2] == ("failed", "return_to_sender")
    assert seller.detail(order)["date_completed_gmt"]
    (label,) = seller.meta(order, "_wc_shipment_tracking_items")
    before = seller.detail(order)
    (parcel,) = seller.do(order, "arrive_back")["packages"]
    assert parcel["tracking_number"] == label["tracking_number"]
    assert parcel["came_back_at"]
    assert seller.detail(order) == before


def test_one_of_two_parcels_can_fail(seller: Seller) -> None:
    order = seller.order(A=1, D=1)
    seller.do(order, "arrange", A=1)
    seller.do(order, "arrange", D=1)
    seller.do(order, "pick_up")
    seller.do(order, "fail_delivery", A=1)
    assert seller.detail(order)["status"] == "completed"
    seller.do(order, "deliver")
    assert seller.detail(order)["status"] == "delivered"


def test_a_lost_parcel_is_an_exception(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "lose")
    assert evidence(seller, order)[:2] == ("failed", "exception")
    assert "no parcel" in seller.refused(order, "lose")


def test_cash_on_delivery_counts_as_paid_once_completed(seller: Seller) -> None:
    order = seller.order(cod=True, A=1)
    placed = seller.detail(order)
    assert (placed["status"], placed["payment_method"]) == ("processing", "cod")
    assert placed["date_paid_gmt"] is None
    assert "nothing was paid" in seller.refused(order, "refund")
    for status in ("on-hold", "processing"):
        assert seller.put(f"orders/{order}", status=status)["date_paid_gmt"] is None
    seller.do(order, "arrange", "pick_up")
    assert seller.detail(order)["date_paid_gmt"]


def test_an_unpaid_order_waits_and_is_paid(seller: Seller) -> None:
    order = seller.order(unpaid=True, A=1)
    assert seller.detail(order)["needs_payment"] is True
    assert "processing" in seller.refused(order, "arrange")
    seller.do(order, "hold")
    assert seller.detail(order)["status"] == "on-hold"
    seller.do(order, "fail_payment")
    assert seller.detail(order)["status"] == "failed"
    seller.do(order, "pay", "arrange")
    assert seller.detail(order)["status"] == "processing"


def test_an_unpaid_order_is_cancelled_after_an_hour(
    seller: Seller, control: Control
) -> None:
    order, paid = (seller.order(unpaid=True, A=1) for _ in range(2))
    seller.do(paid, "pay")
    control.clock(3601)
    assert seller.detail(order)["status"] == "cancelled"
    assert seller.view(order)["cancelled_by"] == "system"
    assert seller.detail(paid)["status"] == "processing"


def test_a_cancelled_order_keeps_the_trace_of_its_label(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "cancel")
    assert evidence(seller, order)[:2] == ("cancelled", "label_cancelled")
    assert seller.meta(order, "_wc_shipment_tracking_items")
    assert seller.sold() == 1
    never_left = seller.order(A=1)
    seller.do(never_left, "cancel")
    assert seller.meta(never_left, "_wc_shipment_tracking_items") is None
    assert seller.sold() == 1


def test_the_owner_can_cancel_what_has_left(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "cancel")
    assert evidence(seller, order)[:2] == ("cancelled", "return_to_sender")
    assert seller.detail(order)["date_completed_gmt"]
    assert seller.view(order)["cancelled_by"] == "seller"
    assert "nothing left" in seller.refused(order, "cancel")
    seller.do(order, "arrive_back")


def test_a_part_is_called_off_by_a_refund(seller: Seller) -> None:
    order = seller.order(A=3)
    seller.do(order, "cancel", A=1)
    detail = seller.detail(order)
    assert (detail["status"], detail["line_items"][0]["quantity"]) == ("processing", 3)
    (refund,) = seller.get(f"orders/{order}/refunds")
    assert refund["line_items"][0]["quantity"] == -1
    assert (seller.stock(), seller.sold()) == (8, 2)
    (parcel,) = seller.do(order, "arrange")["packages"]
    assert parcel["lines"] == [{"sku": "A", "quantity": 2}]
    assert "label" in seller.refused(order, "cancel", A=1)


def test_a_return_leaves_no_trace_until_it_is_refunded(seller: Seller) -> None:
    order = seller.order(A=2)
    assert "delivered" in seller.refused(order, "request_return")
    seller.do(order, "arrange", "pick_up", "deliver")
    before = seller.detail(order)
    assert "request_return" in seller.refused(order, "send_back")
    view = seller.do(order, "request_return", A=1)
    assert view["lines"][0]["return_requested"] == 1
    seller.do(order, "send_back", "arrive_back")
    assert seller.detail(order) == before
    view = seller.do(order, "refund")
    assert (view["lines"][0]["returned"], view["returns"][0]["status"]) == (
        1,
        "refunded",
    )
    (refund,) = seller.detail(order)["refunds"]
    assert refund["total"] == f"-{seller.row(order)['price']}.00"
    assert seller.detail(order)["status"] == "delivered"


def test_a_return_parcel_can_be_lost(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up", "deliver", "request_return", "send_back")
    assert seller.do(order, "lose")["returns"][0]["lost_at"]
    assert seller.refused(order, "arrive_back")


def test_what_people_would_not_do_is_refused_with_the_reason(seller: Seller) -> None:
    order = seller.order(A=2)
    for action in ("pick_up", "deliver", "fail_delivery", "arrive_back", "pay"):
        assert order in seller.refused(order, action)
    seller.do(order, "arrange")
    assert "exactly these units" in seller.refused(order, "pick_up", A=1)
    assert "processing" in seller.refused(order, "arrange")
    seller.do(order, "cancel")
    assert seller.refused(order, "pick_up")


def test_a_reopened_order_can_be_sent(seller: Seller) -> None:
    order = seller.order(A=2)
    seller.do(order, "cancel")
    seller.put(f"orders/{order}", status="processing")
    assert (seller.stock(), seller.sold()) == (8, 2)
    seller.do(order, "arrange", "pick_up")
    assert seller.detail(order)["status"] == "completed"


def test_actions_are_kept_in_the_history(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up")
    history: list[Any] = seller.view(order)["history"]
    assert [(each["action"], each["status"]) for each in history] == [
        ("place", "processing"),
        ("arrange", "processing"),
        ("pick_up", "completed"),
    ]
