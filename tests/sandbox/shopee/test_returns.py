"""Returns: on the way, after delivery, in part, and what becomes of the parcel."""

from tests.sandbox.driver import Control, Json, Seller


def delivered(seller: Seller, **quantities: int) -> str:
    order = seller.order(**quantities)
    seller.do(order, "arrange", "pick_up", "deliver")
    return order


def detail(seller: Seller, return_sn: str) -> Json:
    answer = seller.get("returns/get_return_detail", return_sn=return_sn)
    found: Json = answer["response"]
    return found


def test_a_return_after_delivery_is_requested_then_accepted(seller: Seller) -> None:
    order = delivered(seller, A=2)
    seller.do(order, "request_return")
    (case,) = seller.returns()
    assert (case["status"], case["order_sn"]) == ("REQUESTED", order)
    assert case["return_refund_request_type"] == 0
    assert case["return_refund_type"] == "RRBOC"
    assert case["item"][0]["amount"] == 2
    seller.do(order, "refund")
    assert seller.returns()[0]["status"] == "ACCEPTED"
    item = seller.detail(order)["item_list"][0]
    assert (item["active_qty"], item["returned_qty"]) == (0, 2)


def test_the_return_parcel_has_a_number_of_its_own(seller: Seller) -> None:
    order = delivered(seller, A=1)
    view = seller.do(order, "request_return", "send_back")
    return_sn = view["returns"][0]["id"]
    case = detail(seller, return_sn)
    assert case["status"] == "PROCESSING"
    assert case["reverse_logistics_status"] == "LOGISTICS_PICKUP_DONE"
    assert case["tracking_number"] != view["packages"][0]["tracking_number"]
    seller.do(order, "arrive_back")
    case = detail(seller, return_sn)
    assert case["reverse_logistics_status"] == "LOGISTICS_DELIVERY_DONE"
    tracking = seller.get("returns/get_reverse_tracking_info", return_sn=return_sn)
    assert tracking["response"]["tracking_number"] == case["tracking_number"]
    assert len(tracking["response"]["tracking_info"]) == 2


def test_a_return_parcel_can_be_lost(seller: Seller) -> None:
    order = delivered(seller, A=1)
    view = seller.do(order, "request_return", "send_back", "lose")
    assert view["returns"][0]["reverse_status"] == "LOGISTICS_LOST"
    assert "no parcel is on its way back" in seller.refused(order, "arrive_back")


def test_a_return_on_the_way_keeps_the_forward_number_and_is_accepted_at_once(
    seller: Seller,
) -> None:
    order = seller.order(A=1)
    view = seller.do(order, "arrange", "pick_up", "request_return")
    (case,) = seller.returns()
    assert case["status"] == "ACCEPTED"
    assert case["return_refund_request_type"] == 1
    assert case["needs_logistics"] is True
    assert case["tracking_number"] == ""
    assert view["refunds"][0]["amount"] == case["refund_amount"]
    assert seller.events(order)[0] == "RETURN_INITIATED"
    seller.do(order, "arrive_back")
    assert seller.events(order)[0] == "RETURNED"
    assert detail(seller, case["return_sn"])["reverse_logistics_status"] == "Delivered"


def test_a_parcel_that_turned_back_can_still_be_lost(seller: Seller) -> None:
    order = seller.order(A=1)
    view = seller.do(order, "arrange", "pick_up", "fail_delivery", "lose")
    assert view["packages"][0]["status"] == "LOGISTICS_DELIVERY_FAILED"
    assert seller.events(order)[0] == "LOST"


def test_several_returns_go_up_to_what_was_bought(seller: Seller) -> None:
    order = delivered(seller, A=3)
    seller.do(order, "request_return", A=1)
    seller.do(order, "request_return", A=2)
    assert "none" in seller.refused(order, "request_return", A=1)
    assert len(seller.returns()) == 2
    view = seller.do(order, "refund", A=1)
    assert [case["status"] for case in view["returns"]] == ["ACCEPTED", "REQUESTED"]


def test_the_newest_open_return_is_refunded_first(seller: Seller) -> None:
    order = delivered(seller, A=3)
    seller.do(order, "request_return", A=1)
    seller.do(order, "request_return", A=2)
    view = seller.do(order, "refund")
    assert [case["status"] for case in view["returns"]] == ["REQUESTED", "ACCEPTED"]


def test_a_return_after_completion_leaves_the_order_completed(seller: Seller) -> None:
    order = delivered(seller, A=1)
    view = seller.do(order, "complete", "request_return")
    assert view["status"] == "COMPLETED"
    assert seller.returns()[0]["return_refund_type"] == "RRAOC"


def test_the_time_to_return_passes(seller: Seller, control: Control) -> None:
    order = delivered(seller, A=1)
    control.clock(16 * 86400)
    assert "time to return has passed" in seller.refused(order, "request_return")


def test_the_seller_can_accept_over_the_api_once(seller: Seller) -> None:
    order = delivered(seller, A=1)
    return_sn = seller.do(order, "request_return")["returns"][0]["id"]
    assert seller.post("returns/confirm", return_sn=return_sn)["error"] == ""
    assert seller.returns()[0]["status"] == "ACCEPTED"
    again = seller.post("returns/confirm", return_sn=return_sn)
    assert again["error"] == "returnsn.illegal"
    assert seller.get("returns/get_return_detail", return_sn="1")["error"] == (
        "returns.return_not_found"
    )


def test_an_undelivered_order_can_carry_a_refund_without_a_parcel(
    seller: Seller,
) -> None:
    order = seller.cod_order(A=1)
    seller.do(order, "arrange", "pick_up", "fail_delivery", "claim_not_received")
    (case,) = seller.returns()
    assert (case["reason"], case["status"]) == ("NOT_RECEIPT", "ACCEPTED")
    assert (case["needs_logistics"], case["tracking_number"]) == (False, "")
    seller.do(order, "arrive_back")
    assert seller.events(order)[0] == "RETURNED"


def test_returns_are_paged_from_one_within_fifteen_days(seller: Seller) -> None:
    order = delivered(seller, A=3)
    for _ in range(3):
        seller.do(order, "request_return", A=1)
    seen = []
    for page in (1, 2):
        answer = seller.get("returns/get_return_list", page_no=page, page_size=2)
        seen += [case["return_sn"] for case in answer["response"]["return"]]
        assert answer["response"]["more"] is (page == 1)
    assert len(set(seen)) == 3
    assert seller.get("returns/get_return_list", page_no=0, page_size=2)["error"]
    window = {"update_time_from": 1, "update_time_to": 16 * 86400 + 1}
    assert seller.get("returns/get_return_list", page_no=1, page_size=2, **window)[
        "error"
    ]
