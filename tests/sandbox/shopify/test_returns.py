"""Returns: asked for, sent back, arrived, refunded, closed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.driver import Json
from tests.sandbox.shopify.driver import Store, gid

DELIVERED = ("arrange", "pick_up", "deliver")
DISPOSE = """
mutation ($rows: [ReverseFulfillmentOrderDisposeInput!]!) {
  reverseFulfillmentOrderDispose(dispositionInputs: $rows) {
    reverseFulfillmentOrderLineItems { id dispositions { type quantity } }
    userErrors { field code message }
  }
}
"""


def delivered(store: Store, **units: Any) -> str:
    order = store.buy(**units)
    store.do(order, *DELIVERED)
    return order


def the_return(store: Store, order: str) -> Json:
    (found,) = store.order(order)["returns"]["nodes"]
    record: Json = found
    return record


def expected(record: Json) -> Json:
    (found,) = record["reverseFulfillmentOrders"]["nodes"]
    order: Json = found
    return order


def test_a_return_is_asked_for_and_expected_once_agreed(store: Store) -> None:
    order = delivered(store, A=3)
    store.do(order, "request_return", A=2)
    record = the_return(store, order)
    assert (record["name"], record["status"]) == ("#1001-R1", "REQUESTED")
    (line,) = record["returnLineItems"]["nodes"]
    assert (line["quantity"], line["returnReason"]) == (2, "UNWANTED")
    assert line["fulfillmentLineItem"]["lineItem"] == {"sku": "A"}
    assert record["reverseFulfillmentOrders"]["nodes"] == []
    assert store.order(order)["returnStatus"] == "RETURN_REQUESTED"
    store.do(order, "approve_return")
    record = the_return(store, order)
    assert (record["status"], expected(record)["status"]) == ("OPEN", "OPEN")
    assert store.order(order)["returnStatus"] == "IN_PROGRESS"


def test_a_return_on_its_way_and_arrived_are_told_apart(store: Store) -> None:
    order = delivered(store, A=1)
    store.do(order, "request_return", "send_back")
    (parcel,) = expected(the_return(store, order))["reverseDeliveries"]["nodes"]
    assert parcel["deliverable"]["tracking"]["number"].startswith("VNR")
    before = store.stock()
    store.do(order, "arrive_back")
    (line,) = expected(the_return(store, order))["lineItems"]["nodes"]
    assert line["dispositions"] == [{"type": "PROCESSING_REQUIRED", "quantity": 1}]
    assert store.stock() == before


def test_a_return_that_is_turned_down_stays_with_the_buyer(store: Store) -> None:
    order = delivered(store, A=1)
    store.do(order, "request_return", "decline_return")
    assert the_return(store, order)["status"] == "DECLINED"
    assert store.order(order)["returnStatus"] == "NO_RETURN"
    assert "no return" in store.refused(order, "send_back")
    store.do(order, "request_return")
    assert len(store.order(order)["returns"]["nodes"]) == 2


@pytest.mark.parametrize(("habit", "left"), [("never", 3), ("on_cancel", 5)])
def test_a_refunded_return_follows_the_habit(
    open_store: Callable[..., Store], habit: str, left: int
) -> None:
    store = open_store(auto_restock=habit)
    store.sell(A=5)
    order = delivered(store, A=2)
    view = store.do(order, "request_return", "refund")
    assert view["lines"][0]["returned"] == 2
    found = store.order(order)
    (refund,) = found["refunds"]
    assert refund["return"]["id"] == found["returns"]["nodes"][0]["id"]
    assert the_return(store, order)["returnLineItems"]["nodes"][0][
        "refundedQuantity"
    ] == (2)
    assert the_return(store, order)["status"] == "OPEN"
    assert store.stock()["A"] == left


def test_the_app_may_refund_what_is_in_a_return(store: Store) -> None:
    order = delivered(store, A=2)
    store.do(order, "request_return", "send_back")
    row = store.refund_row(order, "A", 2)
    assert store.refund(order, refundLineItems=[row])["userErrors"] == []
    (line,) = the_return(store, order)["returnLineItems"]["nodes"]
    assert line["refundedQuantity"] == 2
    view = store.control.get(f"shopify/orders/{order}")
    assert view["lines"][0]["returned"] == 2


def test_only_shipped_units_can_be_returned_once(store: Store) -> None:
    order = store.buy(A=3)
    assert "none" in store.refused(order, "request_return")
    store.do(order, "arrange", A=2)
    assert "can be returned" in store.refused(order, "request_return", A=3)
    store.do(order, "request_return", A=2)
    assert "none" in store.refused(order, "request_return")


def test_a_return_closes(store: Store) -> None:
    order = delivered(store, A=1)
    store.do(order, "request_return", "approve_return", "close_return")
    assert the_return(store, order)["status"] == "CLOSED"
    assert store.order(order)["returnStatus"] == "RETURNED"


def dispose(store: Store, order: str, *rows: Json) -> Json:
    (line,) = expected(the_return(store, order))["lineItems"]["nodes"]
    sent = [{"reverseFulfillmentOrderLineItemId": line["id"]} | row for row in rows]
    answer: Json = store.data(DISPOSE, rows=sent)["reverseFulfillmentOrderDispose"]
    return answer


def row(store: Store, type_: str, quantity: int) -> Json:
    location = gid("Location", store.settings["location_id"])
    return {"dispositionType": type_, "quantity": quantity, "locationId": location}


def test_only_restocked_dispositions_raise_the_number(store: Store) -> None:
    order = delivered(store, A=3)
    store.do(order, "request_return", "send_back")
    answer = dispose(
        store,
        order,
        row(store, "RESTOCKED", 1),
        row(store, "NOT_RESTOCKED", 1),
        row(store, "MISSING", 1),
    )
    assert answer["userErrors"] == []
    assert store.stock()["A"] == 3
    record = the_return(store, order)
    assert expected(record)["status"] == "CLOSED"
    assert record["returnLineItems"]["nodes"][0]["unprocessedQuantity"] == 0
    assert store.order(order)["returnStatus"] == "INSPECTION_COMPLETE"


def test_a_disposition_that_does_not_fit_spoils_its_batch(store: Store) -> None:
    order = delivered(store, A=2)
    store.do(order, "request_return", "send_back")
    good = row(store, "RESTOCKED", 1)
    for bad, code in (
        (row(store, "RESTOCKED", 3), "INVALID"),
        (good | {"locationId": None}, "NOT_FOUND"),
        (
            good
            | {
                "reverseFulfillmentOrderLineItemId": gid(
                    "ReverseFulfillmentOrderLineItem", 1
                )
            },
            "NOT_FOUND",
        ),
    ):
        answer = dispose(store, order, good, bad)
        assert [error["code"] for error in answer["userErrors"]] == [code]
    assert dispose(store, order)["userErrors"][0]["code"] == "BLANK"
    assert store.stock()["A"] == 3


CREATE = """
mutation ($input: ReturnInput!) {
  returnCreate(returnInput: $input) {
    return { id status totalQuantity }
    userErrors { field code message }
  }
}
"""
ANSWER = """
mutation ($id: ID!) {
  %s { return { status decline { reason } } userErrors { code message } }
}
"""
APPROVE = ANSWER % "returnApproveRequest(input: {id: $id})"
DECLINE = ANSWER % "returnDeclineRequest(input: {id: $id, declineReason: FINAL_SALE})"
CLOSE = ANSWER % "returnClose(id: $id)"


def create(store: Store, order: str, **replaced: object) -> Json:
    (parcel,) = store.order(order)["fulfillments"]
    line = {
        "fulfillmentLineItemId": parcel["fulfillmentLineItems"]["nodes"][0]["id"],
        "quantity": 1,
        "returnReason": "DEFECTIVE",
    } | replaced
    sent = {"orderId": gid("Order", order), "returnLineItems": [line]}
    answer: Json = store.data(CREATE, input=sent)["returnCreate"]
    return answer


def test_the_app_opens_a_return_that_needs_no_approval(store: Store) -> None:
    order = delivered(store, A=2)
    answer = create(store, order)
    assert answer["return"]["status"] == "OPEN"
    for replaced, code in (
        ({"quantity": 2}, "INVALID"),
        ({"fulfillmentLineItemId": gid("FulfillmentLineItem", 1)}, "NOT_FOUND"),
        ({"returnReason": None}, "NOT_FOUND"),
    ):
        refused = create(store, order, **replaced)
        assert [error["code"] for error in refused["userErrors"]] == [code]


def test_the_app_answers_a_request_once(store: Store) -> None:
    order = delivered(store, A=1)
    store.do(order, "request_return")
    id_ = the_return(store, order)["id"]
    assert store.data(CLOSE, id=id_)["returnClose"]["userErrors"][0]["code"] == (
        "INVALID_STATE"
    )
    declined = store.data(DECLINE, id=id_)["returnDeclineRequest"]
    assert declined["return"] == {
        "status": "DECLINED",
        "decline": {"reason": "FINAL_SALE"},
    }
    again = store.data(APPROVE, id=id_)["returnApproveRequest"]
    assert again["userErrors"][0]["code"] == "INVALID_STATE"
    store.do(order, "request_return")
    second = store.order(order)["returns"]["nodes"][1]["id"]
    assert store.data(APPROVE, id=second)["returnApproveRequest"]["return"][
        "status"
    ] == ("OPEN")
    assert store.data(CLOSE, id=second)["returnClose"]["return"]["status"] == "CLOSED"
    unknown = store.data(CLOSE, id=gid("Return", 1))["returnClose"]
    assert unknown["userErrors"][0]["code"] == "NOT_FOUND"
