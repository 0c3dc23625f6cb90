"""How requests go wrong on Lazada's port."""

import pytest
import requests

from tests.sandbox.driver import Control
from tests.sandbox.lazada.driver import Seller

WRITE = "/product/stock/sellable/update"
READ = "/seller/get"


def test_throttling_is_a_code_with_status_200(seller: Seller) -> None:
    seller.fault(READ, "status_429", seconds=7)
    answer = seller.send("GET", READ, {})
    assert (answer.status_code, answer.headers["Retry-After"]) == (200, "7")
    assert answer.json()["code"] == "ApiCallLimit"
    assert "ban will last" in answer.json()["message"]


def test_a_failure_inside_is_a_server_error(seller: Seller) -> None:
    seller.fault(READ, "status_500")
    answer = seller.send("GET", READ, {})
    assert (answer.status_code, answer.json()["type"]) == (500, "SYSTEM")
    assert seller.get(READ)["code"] == "0"


def test_an_expired_token_is_refused_in_the_channels_words(seller: Seller) -> None:
    seller.fault(READ, "token_expired")
    assert seller.get(READ)["code"] == "IllegalAccessToken"
    assert seller.get(READ)["code"] == "0"


def test_json_of_the_wrong_shape_looks_like_success(seller: Seller) -> None:
    seller.fault(WRITE, "wrong_json")
    answer = seller.write_stock(A=1)
    assert answer["code"] == "0"
    assert not isinstance(answer["data"], dict | list)
    assert seller.stock()["A"] == 5


def test_an_html_page_comes_with_status_200(seller: Seller) -> None:
    seller.fault(WRITE, "html")
    answer = seller.send("POST", WRITE, {"payload": seller.payload(A=1)})
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    assert seller.stock()["A"] == 5


@pytest.mark.parametrize("kind", ["timeout", "reset"])
def test_a_broken_connection_applies_nothing(seller: Seller, kind: str) -> None:
    seller.fault(WRITE, kind, seconds=0.1)
    with pytest.raises(requests.ConnectionError):
        seller.write_stock(A=1)
    assert seller.stock()["A"] == 5


@pytest.mark.parametrize("kind", ["lost_answer", "truncated"])
def test_an_answer_that_is_not_read_was_applied(seller: Seller, kind: str) -> None:
    seller.fault(WRITE, kind)
    with pytest.raises(requests.RequestException):
        seller.write_stock(A=1)
    assert seller.stock()["A"] == 1


def test_an_answer_can_come_in_single_bytes(seller: Seller) -> None:
    seller.fault(READ, "drip", seconds=0.001)
    assert seller.get(READ)["code"] == "0"


def test_a_late_write_lands_after_a_newer_one(seller: Seller, control: Control) -> None:
    seller.fault(WRITE, "late", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        seller.write_stock(timeout=0.2, A=1)
    seller.write_stock(A=2)
    control.clock(601)
    assert seller.stock()["A"] == 1


def test_a_late_write_is_judged_by_when_it_arrived(
    seller: Seller, control: Control
) -> None:
    seller.fault(WRITE, "late", seconds=11 * 86400)
    with pytest.raises(requests.ReadTimeout):
        seller.write_stock(timeout=0.2, A=1)
    control.clock(11 * 86400 + 1)
    assert seller.stock()["A"] == 1


def test_success_can_be_a_lie(seller: Seller, control: Control) -> None:
    seller.fault(WRITE, "accepted_not_applied")
    assert seller.write_stock(A=1)["code"] == "0"
    assert seller.stock()["A"] == 5
    assert control.get("lazada/writes", shop=seller.name) == []


def test_a_batch_can_fail_in_part(seller: Seller) -> None:
    seller.fault(WRITE, "partial_failure")
    answer = seller.write_stock(A=1, B=2)
    assert (answer["code"], [row["seller_sku"] for row in answer["detail"]]) == (
        "501",
        ["A"],
    )
    assert seller.stock() == {"A": 5, "B": 2, "C": 5}


def test_requests_are_counted_by_outcome(seller: Seller, control: Control) -> None:
    seller.get(READ)
    seller.get(READ, timestamp=1)
    seller.fault(READ, "status_429")
    seller.send("GET", READ, {})
    seller.fault(WRITE, "status_500")
    seller.send("POST", WRITE, {"payload": seller.payload(A=1)})
    seller.write_stock(A=1)
    token = seller.settings["refresh_token"]
    seller.call("POST", "/auth/token/refresh", {"refresh_token": token})
    assert control.get("lazada/requests", shop=seller.name) == {
        "/rest/seller/get": {"ok": 1, "refused": 2},
        "/rest/product/stock/sellable/update": {"ok": 1, "refused": 1},
        "/rest/auth/token/refresh": {"ok": 1, "refused": 0},
    }
