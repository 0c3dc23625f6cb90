"""Every way in which a request can go wrong, in WooCommerce's words."""

import time

import pytest
import requests

from tests.sandbox.driver import Control
from tests.sandbox.woocommerce.driver import Seller


def test_too_many_requests_are_the_hosts_doing(seller: Seller) -> None:
    seller.fault("orders", "status_429", seconds=7)
    answer = seller.send("GET", "orders")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_a_broken_site_answers_with_its_critical_error(seller: Seller) -> None:
    seller.fault("orders", "status_500")
    assert seller.error("GET", "orders") == (500, "internal_server_error")


def test_a_revoked_key_is_refused(seller: Seller) -> None:
    seller.fault("orders", "token_expired")
    answer = seller.send("GET", "orders")
    assert (answer.status_code, answer.json()) == (
        401,
        {
            "code": "woocommerce_rest_authentication_error",
            "message": "Consumer key is invalid.",
            "data": {"status": 401},
        },
    )
    assert seller.get("orders") == []


@pytest.mark.parametrize("kind", ["html", "wrong_json"])
def test_an_answer_of_the_wrong_kind_comes_with_status_200(
    seller: Seller, kind: str
) -> None:
    seller.fault("products", kind)
    answer = seller.write_stock(1)
    assert answer.status_code == 200
    assert '"stock_quantity"' not in answer.text
    assert seller.stock() == 10


@pytest.mark.parametrize(
    ("kind", "error", "stock"),
    [
        ("timeout", requests.ReadTimeout, 10),
        ("reset", requests.ConnectionError, 10),
        ("lost_answer", requests.ConnectionError, 1),
        ("truncated", requests.exceptions.ChunkedEncodingError, 1),
    ],
)
def test_a_cut_connection_may_or_may_not_have_written(
    seller: Seller, kind: str, error: type[Exception], stock: int
) -> None:
    seller.fault("products", kind, seconds=0.4)
    with pytest.raises(error):
        seller.write_stock(1, timeout=0.2)
    assert seller.stock() == stock


def test_a_late_write_lands_after_a_newer_one(seller: Seller, control: Control) -> None:
    seller.fault("products", "late", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        seller.write_stock(1, timeout=0.2)
    seller.write_stock(2)
    assert seller.stock() == 2
    control.clock(601)
    assert seller.stock() == 1


def test_an_answer_can_drip(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.fault("orders", "drip", seconds=0)
    assert seller.get("orders", _fields="id") == [{"id": int(order)}]


def test_a_write_can_be_a_lie(seller: Seller) -> None:
    order = seller.order(A=1)
    seller.do(order, "arrange", "pick_up")
    seller.fault("", "accepted_not_applied", times=4)
    assert seller.write_stock(1).json()["stock_quantity"] == 1
    row = {"id": int(seller.listings["D"]["item_id"]), "stock_quantity": 1}
    batch = seller.post("products/batch", expect=200, update=[row])
    assert batch["update"][0]["stock_quantity"] == 1
    assert seller.put(f"orders/{order}", status="cancelled")["status"] == "cancelled"
    hook = {"topic": "order.updated", "delivery_url": "http://127.0.0.1:9/"}
    assert seller.send("POST", "webhooks", hook).status_code == 201
    assert (seller.stock("A"), seller.stock("D")) == (9, 10)
    assert (seller.writes(), seller.get("webhooks")) == ([], [])
    assert seller.detail(order)["status"] == "completed"
    seller.fault(f"orders/{order}/refunds", "accepted_not_applied")
    assert seller.refund(order, 1).status_code == 201
    assert seller.get(f"orders/{order}/refunds") == []


def test_a_batch_can_fail_in_part(seller: Seller) -> None:
    seller.fault("products", "partial_failure")
    rows = [
        {"id": int(seller.listings[sku]["item_id"]), "stock_quantity": 1}
        for sku in ("A", "D")
    ]
    answer = seller.post("products/batch", expect=200, update=rows)["update"]
    assert answer[0]["id"] == rows[0]["id"]
    assert answer[0]["error"]["data"] == {"status": 500}
    assert answer[1]["stock_quantity"] == 1
    assert (seller.stock("A"), seller.stock("D")) == (10, 1)


def test_requests_are_counted_by_outcome(seller: Seller, control: Control) -> None:
    seller.get("orders")
    seller.error("GET", "orders", per_page=101)
    seller.fault("orders", "status_429")
    seller.send("GET", "orders")
    keys = seller.settings["consumer_key"], seller.settings["consumer_secret"]
    requests.get(seller.api + "orders", auth=keys, timeout=5)
    counted = control.get("woocommerce/requests", shop=seller.name)
    assert counted["/wp-json/wc/v3/orders"] == {"ok": 1, "refused": 3}


def test_one_slow_request_keeps_nobody_waiting(seller: Seller) -> None:
    seller.fault("orders", "timeout", seconds=0.5)
    with pytest.raises(requests.ReadTimeout):
        seller.send("GET", "orders", timeout=0.1)
    begun = time.monotonic()
    assert seller.get("orders") == []
    assert time.monotonic() - begun < 0.4
