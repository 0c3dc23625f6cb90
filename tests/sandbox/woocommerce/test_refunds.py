"""Refunds: restocking, refusals, and what the order becomes."""

from collections.abc import Callable

import pytest
import requests

from tests.sandbox.driver import Control
from tests.sandbox.woocommerce.driver import Seller


def shipped(seller: Seller, quantity: int = 3) -> str:
    order = seller.order(A=quantity)
    seller.do(order, "arrange", "pick_up")
    return order


def test_a_refund_without_restock_leaves_the_stock(seller: Seller) -> None:
    order = shipped(seller)
    answer = seller.refund(order, 3)
    body = answer.json()
    assert (answer.status_code, seller.stock()) == (201, 7)
    assert (body["refunded_payment"], body["amount"]) == (
        False,
        seller.detail(order)["total"],
    )
    (row,) = body["line_items"]
    assert (row["quantity"], row["total"][0]) == (-3, "-")
    assert row["meta_data"][0]["key"] == "_refunded_item_id"
    assert row["meta_data"][0]["value"] == str(seller.row(order)["id"])
    assert body["meta_data"][0]["value"] == "full"


def test_a_full_refund_makes_the_order_refunded(seller: Seller) -> None:
    order = shipped(seller)
    seller.refund(order, 1)
    assert seller.detail(order)["status"] == "completed"
    seller.refund(order, 2)
    detail = seller.detail(order)
    assert detail["status"] == "refunded"
    assert len(detail["refunds"]) == 2
    assert seller.sold() == 3


def test_a_refunded_order_that_is_cancelled_is_restored_after_all(
    seller: Seller,
) -> None:
    order = shipped(seller)
    seller.refund(order, 3)
    seller.do(order, "cancel")
    assert seller.stock() == 10


def test_restocking_is_what_happens_unless_it_is_switched_off(seller: Seller) -> None:
    order = shipped(seller)
    row = seller.row(order)
    line = {"id": row["id"], "quantity": 1, "refund_total": row["price"]}
    seller.post(f"orders/{order}/refunds", api_refund=False, line_items=[line])
    assert seller.stock() == 8
    assert seller.row(order)["meta_data"][0]["value"] == "2"
    # A later cancel adds only the rest.
    seller.do(order, "cancel")
    assert seller.stock() == 10


def test_without_rows_nothing_is_restocked(seller: Seller) -> None:
    order = shipped(seller)
    seller.post(f"orders/{order}/refunds", amount="1000.00", api_refund=False)
    assert seller.stock() == 7


def test_refunding_too_much_is_a_500_with_a_bare_number(seller: Seller) -> None:
    order = shipped(seller)
    answer = seller.refund(order, 3, amount="99999999.00")
    assert answer.status_code == 500
    assert answer.json() == {
        "code": "woocommerce_rest_cannot_create_order_refund",
        "message": "Invalid refund amount.",
        "data": 500,
    }
    seller.refund(order, 3)
    assert seller.refund(order, 1).status_code == 500


def test_an_amount_must_be_text(seller: Seller) -> None:
    order = shipped(seller)
    answer = seller.refund(order, 1, amount=1000)
    assert answer.json()["data"]["params"] == {
        "amount": "amount is not of type string."
    }


def test_a_refund_of_an_unknown_order_is_a_500_as_well(seller: Seller) -> None:
    body = {"amount": "1.00", "api_refund": False}
    answer = seller.send("POST", "orders/1/refunds", body)
    assert (answer.status_code, answer.json()["data"]) == (500, 404)


@pytest.mark.parametrize(("cod", "status"), [(False, 201), (True, 500)])
def test_only_some_gateways_refund_by_themselves(
    seller: Seller, cod: bool, status: int
) -> None:
    order = seller.order(cod=cod, A=1)
    seller.do(order, "complete")
    answer = seller.refund(order, 1, api_refund=True)
    assert answer.status_code == status
    if cod:
        assert "does not support automatic refunds" in answer.json()["message"]
        assert seller.get(f"orders/{order}/refunds") == []
    else:
        assert answer.json()["refunded_payment"] is True


def test_a_lost_answer_is_found_again_by_meta_or_reason(seller: Seller) -> None:
    order = shipped(seller)
    seller.fault(f"orders/{order}/refunds", "lost_answer")
    mark = [{"key": "_our_key", "value": "refund-7"}]
    with pytest.raises(requests.ConnectionError):
        seller.refund(order, 1, reason="refund-7", meta_data=mark)
    (found,) = seller.get(f"orders/{order}/refunds")
    assert found["reason"] == "refund-7"
    assert {"_our_key": "refund-7"}.items() <= {
        row["key"]: row["value"] for row in found["meta_data"]
    }.items()
    assert seller.get(f"orders/{order}/refunds/{found['id']}") == found
    # Nothing on the server keeps a second one out.
    seller.refund(order, 1, reason="refund-7", meta_data=mark)
    assert len(seller.get(f"orders/{order}/refunds")) == 2


def test_cancelling_refunds_nobody_and_a_refund_hides_the_cancel(
    seller: Seller,
) -> None:
    order = seller.order(A=2)
    seller.do(order, "cancel")
    assert seller.get(f"orders/{order}/refunds") == []
    seller.refund(order, 2)
    detail = seller.detail(order)
    assert (detail["status"], seller.stock(), seller.sold()) == ("refunded", 10, 0)


def test_a_refund_before_shipping_takes_units_out_of_the_parcel(
    seller: Seller,
) -> None:
    order = seller.order(A=3)
    seller.refund(order, 2)
    assert (seller.stock(), seller.sold()) == (7, 1)
    (parcel,) = seller.do(order, "arrange")["packages"]
    assert parcel["lines"] == [{"sku": "A", "quantity": 1}]


def test_the_status_refunded_writes_a_refund_of_the_rest(seller: Seller) -> None:
    order = shipped(seller)
    seller.put(f"orders/{order}", status="refunded")
    (refund,) = seller.get(f"orders/{order}/refunds")
    assert refund["reason"] == "Order fully refunded."
    assert refund["line_items"] == []
    assert seller.stock() == 7
    assert seller.view(order)["lines"][0]["returned"] == 3


@pytest.mark.parametrize(
    ("habit", "at_once", "an_hour_later"),
    [("on_cancel", 9, 9), ("late", 7, 9), ("never", 7, 7)],
)
def test_the_owner_restocks_by_habit_when_refunding_by_hand(
    open_shop: Callable[..., Seller],
    control: Control,
    habit: str,
    at_once: int,
    an_hour_later: int,
) -> None:
    seller = open_shop(auto_restock=habit)
    seller.sell(A=10)
    order = shipped(seller)
    seller.do(order, "deliver")
    seller.do(order, "refund", A=2)
    assert (seller.stock(), seller.sold()) == (at_once, 3)
    control.clock(3601)
    assert seller.stock() == an_hour_later
    assert "still be refunded" in seller.refused(order, "refund", A=2)


def test_nothing_more_can_be_refunded_than_was_paid(seller: Seller) -> None:
    order = shipped(seller)
    seller.do(order, "refund")
    assert seller.detail(order)["status"] == "refunded"
    assert "everything was refunded" in seller.refused(order, "refund")
    unpaid = seller.order(unpaid=True, A=1)
    assert "nothing was paid" in seller.refused(unpaid, "refund")


def test_a_refund_can_be_deleted_for_good_only(seller: Seller) -> None:
    order = shipped(seller)
    refund = seller.refund(order, 1).json()["id"]
    path = f"orders/{order}/refunds/{refund}"
    assert seller.error("DELETE", path) == (501, "woocommerce_rest_trash_not_supported")
    assert seller.send("DELETE", path, force="true").ok
    assert seller.error("GET", path)[0] == 404
