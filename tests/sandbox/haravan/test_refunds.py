"""Refunds and transactions that the merchant starts over the API."""

import re

import pytest

from sandbox.haravan.formats import timestamp
from tests.sandbox.driver import Json
from tests.sandbox.haravan.driver import Store


def delivered(store: Store, **quantities: int) -> str:
    return store.order("arrange", "pick_up", "deliver", **quantities)


@pytest.mark.parametrize(
    ("said", "restock", "stock"),
    [({"restock": False}, False, 3), ({}, True, 4), ({"restock": True}, True, 4)],
)
def test_lines_are_put_back_unless_restock_is_false(
    store: Store, said: Json, restock: bool, stock: int
) -> None:
    order = delivered(store, A=2)
    rows = store.refund_rows(order, A=1)
    made = store.refund(order, refund_line_items=rows, **said)["refund"]
    assert made["restock"] is restock
    assert store.stock()["A"] == stock
    status = store.line(order, "A")["fulfillment_status"]
    assert status == ("restock" if restock else "fulfilled")


def test_a_refund_of_money_alone_has_no_lines_and_no_restock(store: Store) -> None:
    order = delivered(store, A=2)
    money = [{"amount": 1500.5, "kind": "refund"}]
    made = store.refund(order, restock=True, transactions=money)["refund"]
    assert (made["restock"], made["refund_line_items"]) == (None, [])
    (transaction,) = made["transactions"]
    assert (transaction["amount"], transaction["kind"]) == (-1500.5, "refund")
    assert transaction["status"] == "Thành công"
    assert store.stock()["A"] == 3
    assert store.detail(order)["financial_status"] == "partially_refunded"


def test_refunds_are_read_back_one_by_one(store: Store) -> None:
    order = delivered(store, A=2)
    rows = store.refund_rows(order, A=1)
    made = store.refund(
        order, restock=False, note="wrong size", refund_line_items=rows
    )["refund"]
    (listed,) = store.get(f"orders/{order}/refunds")["refunds"]
    one = store.get(f"orders/{order}/refunds/{made['id']}")["refund"]
    assert listed == one
    assert one["note"] == "wrong size"
    (row,) = one["refund_line_items"]
    assert (row["line_item_id"], row["quantity"]) == (rows[0]["line_item_id"], 1)
    # The nested line shows what was bought and has no number of its own.
    assert (row["line_item"]["id"], row["line_item"]["quantity"]) == (0, 2)
    assert store.send("GET", f"/com/orders/{order}/refunds/1.json").status_code == 404


def test_the_same_request_twice_refunds_twice_until_nothing_is_left(
    store: Store,
) -> None:
    order = delivered(store, A=2)
    rows = store.refund_rows(order, A=1)
    for _ in range(2):
        store.refund(order, restock=False, refund_line_items=rows)
    refused = store.refund(order, 422, restock=False, refund_line_items=rows)
    assert refused == {"errors": {"quantity": ["can not be more than 0"]}}
    assert store.view(order)["lines"][0]["returned"] == 2


@pytest.mark.parametrize(
    ("refund", "named"),
    [
        ({}, "refund"),
        ({"refund_line_items": [{"line_item_id": 1, "quantity": 1}]}, "line_item_id"),
        ({"transactions": [{"amount": 1, "kind": "sale"}]}, "kind"),
        ({"transactions": [{"amount": 10**9, "kind": "refund"}]}, "amount"),
        ({"transactions": [{"amount": "much", "kind": "refund"}]}, "amount"),
        ({"transactions": [{"amount": -1, "kind": "refund"}]}, "amount"),
        ({"transactions": "all"}, "transactions"),
        ({"restock": "no", "transactions": [{"amount": 1, "kind": "refund"}]}, "rest"),
    ],
)
def test_a_refund_that_cannot_be_booked_is_refused(
    store: Store, refund: Json, named: str
) -> None:
    order = delivered(store, A=1)
    before = store.detail(order)
    answer = store.refund(order, 422, **refund)
    assert named in str(answer["errors"])
    assert store.detail(order) == before


@pytest.mark.parametrize("quantity", [0, -1, True, "x"])
def test_only_whole_units_are_refunded(store: Store, quantity: object) -> None:
    order = delivered(store, A=1)
    (row,) = store.refund_rows(order, A=1)
    rows = [row | {"quantity": quantity}]
    store.refund(order, 422, restock=False, refund_line_items=rows)


def test_units_that_wait_are_taken_out_and_come_back_by_themselves(
    store: Store,
) -> None:
    order = store.order(A=2)
    rows = store.refund_rows(order, A=1)
    store.refund(order, restock=False, refund_line_items=rows)
    assert store.line(order, "A")["fulfillable_quantity"] == 1
    assert store.level("A") == (5, 1, 4)
    assert store.sold()["A"] == 1


def test_what_left_is_refunded_before_what_waits(store: Store) -> None:
    order = store.order(A=3)
    store.do(order, "arrange", A=2)
    for quantity, waiting in ((1, 1), (2, 0)):
        rows = store.refund_rows(order, A=quantity)
        store.refund(order, restock=False, refund_line_items=rows)
        assert store.line(order, "A")["fulfillable_quantity"] == waiting
    assert store.level("A") == (3, 0, 3)
    assert store.sold()["A"] == 2


def test_a_cancelled_order_can_still_be_refunded(store: Store) -> None:
    order = store.order("arrange", A=1)
    total = store.detail(order)["total_price"]
    store.cancel(order, reason="customer", restock=False)
    money = [{"amount": total, "kind": "refund"}]
    rows = store.refund_rows(order, A=1)
    store.refund(order, restock=False, refund_line_items=rows, transactions=money)
    assert store.detail(order)["financial_status"] == "refunded"
    assert store.stock()["A"] == 4


def test_an_order_that_nobody_paid_has_no_money_to_give_back(store: Store) -> None:
    order = store.place({"A": 1}, cod=True)
    money = [{"amount": 1, "kind": "refund"}]
    answer = store.refund(order, 422, restock=False, transactions=money)
    assert answer == {"errors": {"amount": ["can not be more than 0.0000"]}}
    assert "no money" in store.refused(order, "refund")


def test_a_transaction_is_written_in_three_ways(store: Store) -> None:
    order = delivered(store, A=1)
    money = [{"amount": 1000, "kind": "refund"}]
    refund = store.refund(order, restock=False, transactions=money)["refund"]
    in_order = store.detail(order)["transactions"][0]
    listed = store.get(f"orders/{order}/transactions")["transactions"][-1]
    in_refund = refund["transactions"][0]
    assert in_order["id"] == listed["id"] == in_refund["id"]
    seen = [(each["kind"], each["status"]) for each in (in_order, listed, in_refund)]
    assert seen == [("refund", None), ("Refund", "success"), ("refund", "Thành công")]
    one = store.get(f"orders/{order}/transactions/{listed['id']}")["transaction"]
    assert one == listed


def test_money_can_be_written_down_as_received_and_given_back(store: Store) -> None:
    order = store.place({"A": 1}, unpaid=True)
    total = store.detail(order)["total_price"]
    path = f"orders/{order}/transactions"
    kinds = [("Capture", total - 1000), ("Capture", 1000), ("Refund", 500)]
    seen: list[str] = []
    for kind, amount in kinds:
        sent = {"kind": kind, "amount": amount}
        made = store.post(path, 201, transaction=sent)["transaction"]
        assert (made["kind"], made["status"]) == (kind, "success")
        seen.append(store.detail(order)["financial_status"])
    assert seen == ["partially_paid", "paid", "partially_refunded"]
    for sent in ({"kind": "Capture", "amount": 1}, {"kind": "Void", "amount": 1}):
        store.post(path, 422, transaction=sent)


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [(0, "00Z"), (1, "00.001Z"), (1_100, "01.1Z"), (2_010, "02.01Z")],
)
def test_a_time_leaves_the_zeros_at_its_end_out(
    milliseconds: int, written: str
) -> None:
    assert timestamp(milliseconds) == f"1970-01-01T00:00:{written}"


def test_money_has_four_decimals_and_fresh_times_have_seven(store: Store) -> None:
    order = delivered(store, A=1)
    body = {"refund": {"transactions": [{"amount": 1000, "kind": "refund"}]}}
    answer = store.send("POST", f"/com/orders/{order}/refunds.json", None, body)
    assert '"amount":-1000.0000' in answer.text
    created = answer.json()["refund"]["created_at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", created)
    shown = store.send("GET", f"/com/orders/{order}.json").text
    assert re.search(r'"total_price":\d+\.0000,', shown)
    for moment in re.findall(r'"\w+_at":"([^"]+)"', shown):
        pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,2}[1-9])?Z"
        assert re.fullmatch(pattern, moment), moment
