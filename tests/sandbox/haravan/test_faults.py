"""Every way in which a request to Haravan can go wrong."""

import pytest
import requests

from tests.sandbox.driver import Json
from tests.sandbox.haravan.driver import Store

READ = "/com/shop.json"
WRITE = "/com/inventories/adjustorset.json"


def test_too_many_requests_say_when_to_come_back(store: Store) -> None:
    store.fault(READ, "status_429", seconds=7)
    answer = store.send("GET", READ)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json() == {"errors": "Too Many Requests"}
    assert store.send("GET", READ).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("status_500", 500, {"errors": "Internal Server Error"}),
        ("token_expired", 401, {"errors": "Unauthorized"}),
        ("wrong_json", 200, []),
    ],
)
def test_an_answer_in_haravans_words_applied_nothing(
    store: Store, kind: str, status: int, body: object
) -> None:
    store.fault(WRITE, kind)
    answer = store.write_stock(A=1)
    assert (answer.status_code, answer.json()) == (status, body)
    assert store.stock()["A"] == 5
    assert store.write_stock(A=1).status_code == 201


def test_an_html_page_comes_with_status_200(store: Store) -> None:
    store.fault(WRITE, "html")
    answer = store.write_stock(A=1)
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    assert store.stock()["A"] == 5


@pytest.mark.parametrize("kind", ["timeout", "reset"])
def test_a_cut_connection_applied_nothing(store: Store, kind: str) -> None:
    store.fault(WRITE, kind, seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        store.write_stock(A=1)
    assert store.stock()["A"] == 5


@pytest.mark.parametrize("kind", ["truncated", "lost_answer"])
def test_an_answer_that_never_came_was_applied(store: Store, kind: str) -> None:
    store.fault(WRITE, kind)
    with pytest.raises(
        (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    ):
        store.write_stock(A=1)
    assert store.stock()["A"] == 1


def test_a_refund_whose_answer_was_lost_is_found_by_reading(store: Store) -> None:
    order = store.order(A=1)
    store.fault(f"/com/orders/{order}/refunds", "lost_answer")
    money = [{"amount": 1000, "kind": "refund"}]
    with pytest.raises(requests.ConnectionError):
        store.refund(order, restock=False, note="R1", transactions=money)
    (refund,) = store.get(f"orders/{order}/refunds")["refunds"]
    assert refund["note"] == "R1"


def test_a_refresh_whose_answer_was_lost_uses_the_token_up(store: Store) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": store.settings["refresh_token"],
    }
    store.fault("/connect/token", "lost_answer")
    with pytest.raises(requests.ConnectionError):
        store.token(**form)
    assert store.token(**form).json() == {"error": "invalid_grant"}


def test_a_refresh_that_was_not_applied_gives_tokens_that_open_nothing(
    store: Store,
) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": store.settings["refresh_token"],
    }
    store.fault("/connect/token", "accepted_not_applied")
    headers = {"Authorization": f"Bearer {store.token(**form).json()['access_token']}"}
    assert store.send("GET", READ, headers=headers).status_code == 401
    assert store.token(**form).status_code == 200


def test_a_late_write_lands_after_a_newer_one_and_after_its_token(
    store: Store,
) -> None:
    later = 2 * 86400
    store.fault(WRITE, "late", seconds=later)
    with pytest.raises(requests.ReadTimeout):
        store.write_stock(A=1, timeout=0.2)
    store.write_stock(A=2)
    assert store.stock()["A"] == 2
    store.control.clock(later + 1)
    assert store.stock()["A"] == 1


def test_success_can_be_a_lie(store: Store) -> None:
    order = store.order("arrange", A=1)
    before = store.view(order), store.detail(order), store.stock()
    store.fault("/", "accepted_not_applied", times=4)
    assert store.write_stock(A=1).json()["inventory"]["line_items"]
    sent: Json = {"reason": "customer", "restock": True, "amount": "1000"}
    assert store.cancel(order, **sent)["order"]["cancelled_status"] == "cancelled"
    money = [{"amount": 1000, "kind": "refund"}]
    assert store.refund(order, restock=False, transactions=money)["refund"]["id"]
    assert store.send("POST", "/api/subscribe").json()["error"] is False
    assert (store.view(order), store.detail(order), store.stock()) == before
    assert store.control.get("haravan/writes", shop=store.name) == []
    assert store.get("inventories/adjustments/count") == {"count": 0}
    assert store.send("GET", "/api/subscribe").json()["data"] == []


def test_a_batch_can_lose_its_first_row_without_a_word(store: Store) -> None:
    store.fault(WRITE, "partial_failure")
    answer = store.write_stock(A=1, B=2)
    assert answer.status_code == 201
    booked = [
        str(line["product_variant_id"])
        for line in answer.json()["inventory"]["line_items"]
    ]
    assert booked == [store.listings["B"]["variant_id"]]
    assert store.stock() == {"A": 5, "B": 2, "C": 5}


def test_an_answer_can_come_in_single_bytes(store: Store) -> None:
    store.fault(READ, "drip", seconds=0)
    assert store.get("shop")["shop"]["name"] == store.name


def test_requests_are_counted_by_outcome(store: Store) -> None:
    store.get("shop")
    store.fault(READ, "status_429")
    store.send("GET", READ)
    store.send("GET", "/com/orders/1.json")
    counted = store.control.get("haravan/requests", shop=store.name)
    assert counted[READ] == {"ok": 1, "refused": 1}
    assert counted["/com/orders/1.json"] == {"ok": 0, "refused": 1}
