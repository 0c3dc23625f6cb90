"""Every way in which a request can go wrong."""

import pytest
import requests

from tests.sandbox.shopify.driver import SET, Store, gid, new_key

SHOP = "{ shop { name } }"


def test_too_many_requests_are_an_error_with_status_200(store: Store) -> None:
    store.fault("status_429")
    answer = store.send(SHOP)
    assert answer.status_code == 200
    (error,) = answer.json()["errors"]
    assert (error["message"], error["extensions"]["code"]) == ("Throttled", "THROTTLED")
    status = answer.json()["extensions"]["cost"]["throttleStatus"]
    assert status["currentlyAvailable"] < 100
    assert store.data(SHOP)


def test_too_many_rest_calls_have_status_429(store: Store) -> None:
    store.fault("status_429", "shop.json", seconds=3)
    answer = store.rest("GET", "shop.json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


def test_a_revoked_token_is_refused(store: Store) -> None:
    store.fault("token_expired")
    assert store.send(SHOP).status_code == 401
    assert store.send(SHOP).status_code == 200


def test_a_failure_inside_has_status_500(store: Store) -> None:
    store.fault("status_500", times=2)
    assert [store.send(SHOP).status_code for _ in range(3)] == [500, 500, 200]


def test_json_of_the_wrong_shape_looks_like_success(store: Store) -> None:
    store.fault("wrong_json")
    assert store.ask(SHOP) == {"data": []}


def test_an_html_page_comes_with_status_200(store: Store) -> None:
    store.fault("html")
    answer = store.send(SHOP)
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")


def test_a_lost_answer_was_applied(store: Store) -> None:
    row, key = store.row("A", 9), new_key()
    store.fault("lost_answer")
    with pytest.raises(requests.ConnectionError):
        store.write(row, key=key)
    assert store.stock()["A"] == 9
    store.write(store.row("A", 1))
    assert store.write(row, key=key)["userErrors"] == []
    assert store.stock()["A"] == 1, "the key was used up by the lost answer"


def test_a_late_write_lands_after_a_newer_one(own_store: Store) -> None:
    variables = {
        "input": {
            "name": "available",
            "reason": "correction",
            "quantities": [own_store.row("A", 1)],
        },
        "key": new_key(),
    }
    own_store.fault("late", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        own_store.send(SET, variables, timeout=0.2)
    own_store.write(own_store.row("A", 2))
    assert own_store.stock()["A"] == 2
    own_store.control.clock(601)
    assert own_store.stock()["A"] == 1


def test_a_late_write_that_compares_does_no_harm(own_store: Store) -> None:
    variables = {
        "input": {
            "name": "available",
            "reason": "correction",
            "quantities": [own_store.row("A", 1, 5)],
        },
        "key": new_key(),
    }
    own_store.fault("late", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        own_store.send(SET, variables, timeout=0.2)
    own_store.write(own_store.row("A", 2, 5))
    own_store.control.clock(601)
    assert own_store.stock()["A"] == 2


def test_success_can_be_a_lie(store: Store) -> None:
    order = store.buy(A=1)
    row, refund_row = store.row("A", 9), store.refund_row(order, "A", 1, "CANCEL")
    store.fault("accepted_not_applied", times=3)
    answer = store.write(row)
    assert answer["inventoryAdjustmentGroup"]["changes"][0]["delta"] == 5
    refund = store.refund(order, refundLineItems=[refund_row])
    assert refund["userErrors"] == []
    assert refund["refund"]["id"]
    document = """
    mutation ($id: ID!) {
      orderCancel(orderId: $id, restock: true, reason: OTHER) { job { done } }
    }
    """
    assert store.data(document, id=gid("Order", order))["orderCancel"]["job"]
    found = store.order(order)
    assert (found["refunds"], found["cancelledAt"]) == ([], None)
    assert store.stock()["A"] == 4
    assert store.control.get("shopify/writes", shop=store.name) == []


def test_a_lie_is_not_remembered_by_its_key(store: Store) -> None:
    row, key = store.row("A", 9), new_key()
    store.fault("accepted_not_applied")
    store.write(row, key=key)
    store.write(row, key=key)
    assert store.stock()["A"] == 9


def test_a_row_that_fails_spoils_its_batch(store: Store) -> None:
    rows = [store.row("A", 9), store.row("B", 9)]
    store.fault("partial_failure")
    answer = store.write(*rows)
    (error,) = answer["userErrors"]
    assert error["code"] == "ITEM_NOT_STOCKED_AT_LOCATION"
    assert error["field"] == ["input", "quantities", "0", "locationId"]
    assert store.stock()["B"] == 5
    store.write(*rows)
    assert store.stock()["B"] == 9


@pytest.mark.parametrize("kind", ["timeout", "reset", "truncated"])
def test_a_connection_can_break(store: Store, kind: str) -> None:
    store.fault(kind, seconds=0.1)
    with pytest.raises(requests.RequestException):
        store.send(SHOP)
    assert store.data(SHOP)["shop"]["name"] == store.name


def test_an_answer_can_come_in_single_bytes(store: Store) -> None:
    store.fault("drip", seconds=0.0)
    assert store.data(SHOP)["shop"]["name"] == store.name


def test_requests_are_counted_by_outcome(store: Store) -> None:
    store.ask(SHOP)
    store.ask("{ colour }")
    store.fault("status_429")
    store.send(SHOP)
    store.rest("GET", "shop.json")
    store.rest("GET", "products/1.json")
    counted = store.control.get("shopify/requests", shop=store.name)
    assert counted["/admin/api/2026-10/graphql.json"] == {"ok": 1, "refused": 2}
    assert counted["/admin/api/2026-10/shop.json"] == {"ok": 1, "refused": 0}
    assert counted["/admin/api/2026-10/products/1.json"] == {"ok": 0, "refused": 1}
