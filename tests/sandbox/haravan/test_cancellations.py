"""Cancels over the API: what they put back, and what must be said to stop them."""

from typing import Any

import pytest

from tests.sandbox.driver import Json
from tests.sandbox.haravan.driver import Store


def cancelled(store: Store, **body: Any) -> tuple[Json, Json]:
    """An order of two that is with a carrier, cancelled with this body."""
    order = store.order("arrange", A=2)
    seen = store.cancel(order, reason="customer", **body)["order"]
    (refund,) = seen["refunds"]
    assert seen["cancelled_status"] == "cancelled"
    return seen, refund


def nested(store: Store, order: str, **more: object) -> Json:
    money = [{"amount": 1000, "kind": "refund"}]
    rows = store.refund_rows(order, A=1)
    return {"refund_line_items": rows, "transactions": money, **more}


@pytest.mark.parametrize(
    ("outer", "inner", "restocked"),
    [
        ({"restock": False}, {"restock": False}, False),
        ({"restock": False}, {}, True),
        ({}, {"restock": False}, True),
        ({}, {}, True),
        ({"restock": True}, {"restock": False}, True),
        ({"restock": False}, {"restock": True}, True),
    ],
)
def test_only_false_at_both_levels_keeps_a_nested_refund_from_restocking(
    store: Store, outer: Json, inner: Json, restocked: bool
) -> None:
    order = store.order("arrange", A=2)
    body = {"reason": "customer", "refund": nested(store, order, **inner), **outer}
    seen = store.cancel(order, **body)["order"]
    (refund,) = seen["refunds"]
    assert refund["restock"] is restocked
    assert [row["quantity"] for row in refund["refund_line_items"]] == [1]
    assert store.stock()["A"] == (4 if restocked else 3)
    line = "restock" if restocked else "fulfilled"
    assert seen["line_items"][0]["fulfillment_status"] == line


@pytest.mark.parametrize("body", [{}, {"restock": False}, {"restock": None}])
def test_a_plain_cancel_puts_nothing_back_that_left(store: Store, body: Json) -> None:
    seen, refund = cancelled(store, **body)
    assert (refund["restock"], refund["refund_line_items"]) == (None, None)
    assert seen["line_items"][0]["fulfillment_status"] == "fulfilled"
    assert store.stock()["A"] == 3


def test_a_cancel_with_restock_puts_everything_back_wherever_it_is(
    store: Store,
) -> None:
    seen, refund = cancelled(store, restock=True, ignore_cancel_fulfillment=True)
    (fulfillment,) = seen["fulfillments"]
    assert fulfillment["carrier_status_code"] == "readytopick"
    assert fulfillment["line_items"][0]["fulfillment_status"] == "Nhập kho"
    assert (refund["restock"], refund["refund_line_items"][0]["quantity"]) == (True, 2)
    assert seen["line_items"][0]["fulfillment_status"] == "restock"
    assert store.level("A") == (5, 0, 5)


def test_a_cancel_stops_the_parcel_unless_told_otherwise(store: Store) -> None:
    order = store.order("arrange", "pick_up", A=1)
    seen = store.cancel(order, reason="customer", restock=False)["order"]
    (fulfillment,) = seen["fulfillments"]
    assert fulfillment["carrier_status_code"] == "cancel"
    assert fulfillment["delivering_date"] is not None
    assert fulfillment["cancel_date"] is not None
    assert seen["cancelled_at"] is not None
    assert store.do(order, "arrive_back")["packages"][0]["came_back_at"]


def test_what_was_delivered_or_turned_back_stays_as_it_is(store: Store) -> None:
    for last, code in (("deliver", "delivered"), ("fail_delivery", "return")):
        order = store.order("arrange", "pick_up", last, A=1)
        store.cancel(order, reason="customer", restock=False)
        assert store.fulfillment(order)["carrier_status_code"] == code
        assert store.view(order)["lines"][0]["cancelled_before_leaving"] == 0


def test_an_unpaid_cancel_leaves_an_empty_refund_and_a_pending_payment(
    store: Store,
) -> None:
    order = store.place({"A": 2}, cod=True)
    seen = store.cancel(order, reason="inventory", note="Hết hàng")["order"]
    (refund,) = seen["refunds"]
    assert (refund["restock"], refund["transactions"]) == (None, [])
    assert refund["note"] == "Hết hàng"
    assert (seen["financial_status"], seen["cancel_reason"]) == ("pending", "inventory")
    assert seen["line_items"][0]["fulfillable_quantity"] == 2
    assert store.stock()["A"] == 5


def test_an_amount_is_given_back_and_no_more_than_was_paid(store: Store) -> None:
    order = store.order(A=2)
    total = store.detail(order)["total_price"]
    too_much = store.cancel(order, 422, reason="customer", amount=str(total + 1))
    assert "amount" in too_much["errors"]
    assert store.detail(order)["cancelled_status"] == "uncancelled"
    seen = store.cancel(order, reason="customer", amount="1000")["order"]
    assert seen["financial_status"] == "partially_refunded"
    amounts = [(each["kind"], each["amount"]) for each in seen["transactions"]]
    assert amounts == [("refund", -1000.0), ("capture", total), ("pending", total)]


def test_the_reason_may_be_left_out_and_not_be_wrong(store: Store) -> None:
    order = store.order(A=1)
    assert "reason" in store.cancel(order, 422, reason="bored")["errors"]
    assert store.cancel(order)["order"]["cancel_reason"] == "other"


def test_an_order_is_cancelled_once(store: Store) -> None:
    order = store.order("cancel", A=1)
    before = store.detail(order)
    assert "order" in store.cancel(order, 422, reason="customer")["errors"]
    assert store.detail(order) == before


def test_prepared_goods_are_still_here_when_their_order_is_cancelled(
    store: Store,
) -> None:
    order = store.order("prepare", A=2)
    store.cancel(order, reason="customer", restock=False)
    assert store.view(order)["lines"][0]["cancelled_before_leaving"] == 2
    assert store.sold()["A"] == 0


def test_what_waits_and_what_left_part_ways(store: Store) -> None:
    order = store.order(A=3)
    store.do(order, "arrange", A=2)
    store.cancel(order, reason="customer", restock=False)
    assert store.stock()["A"] == 3
    assert store.sold()["A"] == 2
    (line,) = store.view(order)["lines"]
    assert (line["cancelled"], line["cancelled_before_leaving"]) == (3, 1)


def test_a_parcel_travels_on_when_its_cancel_was_told_to_ignore_it(
    store: Store,
) -> None:
    order = store.place({"A": 1}, cod=True)
    store.do(order, "arrange", "pick_up")
    keep = {"restock": False, "ignore_cancel_fulfillment": True}
    store.cancel(order, reason="customer", **keep)
    assert store.fulfillment(order)["carrier_status_code"] == "delivering"
    store.do(order, "deliver")
    assert store.fulfillment(order)["carrier_status_code"] == "delivered"
    assert store.detail(order)["financial_status"] == "pending"
