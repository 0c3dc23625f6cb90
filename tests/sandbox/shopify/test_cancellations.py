"""Cancels: on the admin page, and over the API."""

import time
from collections.abc import Callable

import pytest

from tests.sandbox.driver import Json
from tests.sandbox.shopify.driver import Store, gid

CANCEL = """
mutation ($id: ID!, $restock: Boolean!, $refund: OrderCancelRefundMethodInput,
          $old: Boolean, $note: String) {
  orderCancel(orderId: $id, restock: $restock, reason: STAFF, refundMethod: $refund,
              refund: $old, staffNote: $note) {
    job { id done }
    orderCancelUserErrors { field message code }
    userErrors { field message }
  }
}
"""
JOB = "query ($id: ID!) { job(id: $id) { done } }"


def refund_rows(order: Json) -> list[tuple[str, int, str]]:
    return [
        (row["lineItem"]["sku"], row["quantity"], row["restockType"])
        for refund in order["refunds"]
        for row in refund["refundLineItems"]["nodes"]
    ]


def test_a_cancel_on_the_shelf_puts_units_back_and_pays(store: Store) -> None:
    order = store.buy(A=2)
    store.do(order, "cancel")
    found = store.order(order)
    assert found["cancelledAt"]
    assert (found["cancelReason"], found["closed"]) == ("CUSTOMER", True)
    assert found["displayFinancialStatus"] == "REFUNDED"
    assert found["displayFulfillmentStatus"] == "UNFULFILLED"
    assert refund_rows(found) == [("A", 2, "CANCEL")]
    assert found["lineItems"]["nodes"][0]["currentQuantity"] == 0
    assert found["fulfillmentOrders"]["nodes"][0]["status"] == "CLOSED"
    assert store.quantities("A") == {"available": 5, "committed": 0, "on_hand": 5}
    assert store.sold()["A"] == 0


def test_an_order_that_nobody_paid_is_voided(store: Store) -> None:
    order = store.buy(A=1, cod=True)
    store.do(order, "cancel")
    found = store.order(order)
    assert found["displayFinancialStatus"] == "VOIDED"
    assert found["refunds"][0]["transactions"]["nodes"] == []


def test_units_can_be_cancelled_before_they_are_fulfilled(store: Store) -> None:
    order = store.buy(A=3, B=1)
    store.do(order, "cancel", A=1)
    found = store.order(order)
    assert found["cancelledAt"] is None
    assert refund_rows(found) == [("A", 1, "CANCEL")]
    assert found["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert store.stock()["A"] == 3
    store.do(order, "arrange", A=2)
    assert "before they are fulfilled" in store.refused(order, "cancel", A=1)


def test_a_paid_parcel_is_called_back_before_its_order_is_cancelled(
    store: Store,
) -> None:
    order = store.buy(A=2)
    store.do(order, "arrange", "pick_up")
    view = store.do(order, "cancel")
    found = store.order(order)
    assert found["cancelledAt"]
    (parcel,) = found["fulfillments"]
    assert (parcel["status"], parcel["displayStatus"]) == ("CANCELLED", "CANCELED")
    assert parcel["inTransitAt"]
    assert refund_rows(found) == [("A", 2, "NO_RESTOCK")]
    assert view["packages"][0]["turned_back_at"]
    assert store.quantities("A") == {"available": 3, "committed": 0, "on_hand": 3}
    assert store.sold()["A"] == 2
    assert store.do(order, "arrive_back")["packages"][0]["came_back_at"]


def test_an_unpaid_parcel_stays_fulfilled_when_its_order_is_cancelled(
    store: Store,
) -> None:
    order = store.buy(A=2, cod=True)
    store.do(order, "arrange", "pick_up", "cancel")
    found = store.order(order)
    assert found["cancelledAt"]
    assert found["fulfillments"][0]["status"] == "SUCCESS"
    assert found["displayFulfillmentStatus"] == "FULFILLED"
    assert refund_rows(found) == [("A", 2, "NO_RESTOCK")]
    assert store.sold()["A"] == 2
    store.do(order, "fail_delivery", "arrive_back")


@pytest.mark.parametrize("cod", [False, True])
def test_a_ticked_box_after_shipping_is_phantom_stock(
    open_store: Callable[..., Store], cod: bool
) -> None:
    store = open_store(auto_restock="on_cancel")
    store.sell(A=5)
    order = store.buy(A=2, cod=cod)
    store.do(order, "arrange", "cancel")
    assert store.stock()["A"] == 5
    assert store.sold()["A"] == 2
    (row,) = refund_rows(store.order(order))
    assert row == ("A", 2, "RETURN" if cod else "CANCEL")


def test_an_app_may_restock_an_hour_later(own_store: Store) -> None:
    answer = own_store.control.post("shopify/shops", shop="late", auto_restock="late")
    late = Store(own_store.control, "late", answer["settings"])
    late.sell(A=5)
    here, gone = late.buy(A=1), late.buy(A=2)
    late.do(here, "cancel")
    late.do(gone, "arrange", "cancel")
    assert late.stock()["A"] == 3
    late.control.clock(3601)
    assert late.stock()["A"] == 5


def cancel(store: Store, order: str, **more: object) -> Json:
    variables = {"id": gid("Order", order), "restock": True} | more
    answer: Json = store.data(CANCEL, **variables)["orderCancel"]
    return answer


def wait_for(store: Store, answer: Json) -> None:
    deadline = time.monotonic() + 3
    while not store.data(JOB, id=answer["job"]["id"])["job"]["done"]:
        assert time.monotonic() < deadline, "the job never ended"


def test_the_api_cancels_in_the_background(store: Store) -> None:
    order = store.buy(A=2)
    method = {"originalPaymentMethodsRefund": True}
    answer = cancel(store, order, refund=method, note="sold out")
    assert (answer["job"]["done"], answer["userErrors"]) == (False, [])
    wait_for(store, answer)
    found = store.order(order)
    assert (found["cancelReason"], found["displayFinancialStatus"]) == (
        "STAFF",
        "REFUNDED",
    )
    assert store.stock()["A"] == 5


def test_the_api_cancels_without_restock_or_refund_if_told_so(store: Store) -> None:
    order = store.buy(A=2)
    wait_for(store, cancel(store, order, restock=False))
    found = store.order(order)
    assert found["displayFinancialStatus"] == "PAID"
    assert refund_rows(found) == [("A", 2, "NO_RESTOCK")]
    assert store.quantities("A") == {"available": 3, "committed": 0, "on_hand": 3}


def problem(answer: Json) -> tuple[str, str]:
    assert answer["job"] is None
    (error,) = answer["orderCancelUserErrors"]
    assert answer["userErrors"] == [
        {"field": error["field"], "message": error["message"]}
    ]
    return error["code"], error["message"]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (("cancel",), "Cannot cancel an order that has already been canceled"),
        (("arrange",), "Cannot cancel an order that has outstanding fulfillments"),
        (
            ("arrange", "request_return"),
            "Cannot cancel an order that has returns",
        ),
    ],
)
def test_the_api_says_why_an_order_cannot_be_cancelled(
    store: Store, steps: tuple[str, ...], message: str
) -> None:
    order = store.buy(A=1)
    store.do(order, *steps)
    assert problem(cancel(store, order)) == ("INVALID", message)


def test_the_api_refuses_contradicting_arguments(store: Store) -> None:
    order = store.buy(A=1)
    both = cancel(store, order, old=True, refund={"originalPaymentMethodsRefund": True})
    assert problem(both)[1].startswith("Only one of the arguments `refund`")
    assert problem(cancel(store, order, note="x" * 256))[1].startswith("Staff note")
    assert problem(cancel(store, "1"))[0] == "NOT_FOUND"
    assert store.order(order)["cancelledAt"] is None
