"""Refunds: calculate first, then create, once."""

from collections.abc import Callable

import pytest

from tests.sandbox.driver import Json
from tests.sandbox.shopify.driver import REFUND, Store, gid

SUGGEST = """
query ($id: ID!, $rows: [RefundLineItemInput!], $all: Boolean) {
  order(id: $id) {
    suggestedRefund(refundLineItems: $rows, suggestFullRefund: $all) {
      amountSet { shopMoney { amount } }
      maximumRefundableSet { shopMoney { amount } }
      refundLineItems { quantity lineItem { sku } }
      suggestedTransactions {
        kind gateway amountSet { shopMoney { amount } } parentTransaction { id }
      }
    }
  }
}
"""


def suggest(store: Store, order: str, **more: object) -> Json:
    answer = store.data(SUGGEST, id=gid("Order", order), **more)
    found: Json = answer["order"]["suggestedRefund"]
    return found


def amount(money: Json) -> int:
    return int(float(money["shopMoney"]["amount"]))


def price(store: Store, order: str) -> int:
    return amount(store.order(order)["transactions"][0]["amountSet"])


def test_a_suggestion_names_the_payment_that_it_comes_from(store: Store) -> None:
    order = store.buy(A=2)
    row = store.refund_row(order, "A", 1)
    found = suggest(store, order, rows=[row])
    half = price(store, order) // 2
    assert amount(found["amountSet"]) == half
    assert amount(found["maximumRefundableSet"]) == 2 * half
    (money,) = found["suggestedTransactions"]
    assert (money["kind"], money["gateway"]) == ("SUGGESTED_REFUND", "onepay")
    paid = store.order(order)["transactions"][0]["id"]
    assert money["parentTransaction"] == {"id": paid}
    assert amount(suggest(store, order, all=True)["amountSet"]) == 2 * half


def test_nothing_can_be_refunded_that_was_not_paid(store: Store) -> None:
    order = store.buy(A=1, cod=True)
    found = suggest(store, order, all=True)
    assert (amount(found["amountSet"]), found["suggestedTransactions"]) == (0, [])


def test_a_refund_of_what_left_moves_money_and_no_stock(store: Store) -> None:
    order = store.buy(A=2)
    store.do(order, "arrange", "pick_up")
    total = price(store, order)
    answer = store.refund(
        order,
        note="truestock return 7",
        refundLineItems=[store.refund_row(order, "A", 2)],
        transactions=[store.money(order, total)],
    )
    assert answer["userErrors"] == []
    assert answer["refund"]["note"] == "truestock return 7"
    assert amount(answer["refund"]["totalRefundedSet"]) == total
    assert answer["refund"]["refundLineItems"]["nodes"] == [
        {"quantity": 2, "restockType": "NO_RESTOCK", "restocked": False}
    ]
    assert answer["order"]["displayFinancialStatus"] == "REFUNDED"
    assert store.stock()["A"] == 3
    found = store.order(order)
    assert found["cancelledAt"] is None
    assert found["displayFulfillmentStatus"] == "FULFILLED"
    assert [each["kind"] for each in found["transactions"]] == ["SALE", "REFUND"]


@pytest.mark.parametrize(
    ("steps", "restock_type", "after"),
    [
        ((), "CANCEL", {"available": 5, "committed": 0, "on_hand": 5}),
        ((), "NO_RESTOCK", {"available": 3, "committed": 2, "on_hand": 5}),
        (("arrange",), "RETURN", {"available": 5, "committed": 0, "on_hand": 5}),
        (("arrange",), "NO_RESTOCK", {"available": 3, "committed": 0, "on_hand": 3}),
    ],
)
def test_the_restock_type_decides_about_the_number(
    store: Store, steps: tuple[str, ...], restock_type: str, after: dict[str, int]
) -> None:
    order = store.buy(A=2)
    store.do(order, *steps)
    row = store.refund_row(order, "A", 2, restock_type)
    assert store.refund(order, refundLineItems=[row])["userErrors"] == []
    assert store.quantities("A") == after


def test_the_same_key_refunds_once(store: Store) -> None:
    order = store.buy(A=2)
    more = {
        "refundLineItems": [store.refund_row(order, "A", 1)],
        "transactions": [store.money(order, 1000)],
    }
    first = store.refund(order, key="r1", **more)
    assert store.refund(order, key="r1", **more) == first
    assert len(store.order(order)["refunds"]) == 1
    other = store.refund(order, key="r1", note="else", **more)
    assert other["refund"] is None
    assert "different operation parameters" in other["userErrors"][0]["message"]


def test_a_refund_without_a_key_is_refused(store: Store) -> None:
    order = store.buy(A=1)
    document = REFUND.replace("@idempotent(key: $key)", "")
    document = document.replace(", $key: String!", "")
    error = store.error(document, input={"orderId": gid("Order", order)})
    assert error["extensions"]["code"] == "BAD_REQUEST"


def refusal(answer: Json) -> str:
    assert answer["refund"] is None
    (error,) = answer["userErrors"]
    assert set(error) == {"field", "message"}
    return str(error["message"])


def test_more_than_was_bought_is_refused(store: Store) -> None:
    order = store.buy(A=2)
    row = store.refund_row(order, "A", 3)
    answer = store.refund(order, refundLineItems=[row])
    message = "Quantity cannot refund more items than were purchased"
    assert refusal(answer) == message
    assert answer["userErrors"][0]["field"] == ["refundLineItems", "0", "quantity"]
    twice = [store.refund_row(order, "A", 1)] * 3
    assert refusal(store.refund(order, refundLineItems=twice)) == message


def test_more_money_than_was_paid_is_refused(store: Store) -> None:
    order = store.buy(A=1)
    money = store.money(order, price(store, order) + 1)
    answer = store.refund(order, transactions=[money])
    assert "is greater than net payment received" in refusal(answer)


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"kind": "SALE"}, "Kind sale is not a valid transaction"),
        (
            {"parentId": gid("OrderTransaction", 1)},
            "Transactions require a parent_id associated with the order",
        ),
        ({"amount": "0"}, "Amount must be a positive amount of money"),
        ({"amount": "much"}, "Amount must be a positive amount of money"),
    ],
)
def test_a_transaction_that_does_not_fit_is_refused(
    store: Store, replaced: Json, message: str
) -> None:
    order = store.buy(A=1)
    money = store.money(order, 1000) | replaced
    assert refusal(store.refund(order, transactions=[money])) == message


def test_an_order_or_line_that_does_not_exist_is_refused(store: Store) -> None:
    order = store.buy(A=1)
    assert refusal(store.refund("1")) == "Order does not exist"
    row = store.refund_row(order, "A", 1) | {"lineItemId": gid("LineItem", 1)}
    assert refusal(store.refund(order, refundLineItems=[row])) == (
        "Line item does not exist"
    )
    row = store.refund_row(order, "A", 1, "LEGACY_RESTOCK")
    assert "not supported" in refusal(store.refund(order, refundLineItems=[row]))


def test_what_left_cannot_be_cancelled_by_a_refund(store: Store) -> None:
    order = store.buy(A=2)
    store.do(order, "arrange")
    row = store.refund_row(order, "A", 1, "CANCEL")
    assert "unfulfilled" in refusal(store.refund(order, refundLineItems=[row]))
    assert store.stock()["A"] == 3


def test_what_left_and_lost_its_fulfilment_still_counts_as_sold(store: Store) -> None:
    order = store.buy(A=2, B=1)
    store.do(order, "arrange", A=2)
    store.do(order, "cancel_fulfillment")
    rows = [
        store.refund_row(order, "A", 2, "CANCEL"),
        store.refund_row(order, "B", 1, "CANCEL"),
    ]
    assert store.refund(order, refundLineItems=rows)["userErrors"] == []
    assert store.stock() == {"A": 5, "B": 5, "C": 5}
    assert store.sold() == {"A": 2, "B": 0, "C": 0}


@pytest.mark.parametrize(("habit", "left"), [("never", 3), ("on_cancel", 5)])
def test_staff_refunds_with_the_box_as_the_habit_is(
    open_store: Callable[..., Store], habit: str, left: int
) -> None:
    store = open_store(auto_restock=habit)
    store.sell(A=5)
    order = store.buy(A=2)
    store.do(order, "arrange", "pick_up", "refund")
    found = store.order(order)
    assert found["displayFinancialStatus"] == "REFUNDED"
    assert found["cancelledAt"] is None
    assert store.stock()["A"] == left
    assert store.sold()["A"] == 2
    assert "refunded already" in store.refused(order, "refund")


def test_staff_refunds_units_that_wait_by_cancelling_them(store: Store) -> None:
    order = store.buy(A=3)
    store.do(order, "arrange", A=1)
    store.do(order, "refund", A=2)
    rows = store.order(order)["refunds"][0]["refundLineItems"]["nodes"]
    assert [(row["quantity"], row["restockType"]) for row in rows] == [
        (1, "NO_RESTOCK"),
        (1, "CANCEL"),
    ]
    assert "can be refunded 1" in store.refused(order, "refund", A=2)
