"""Every way in which a request can go wrong."""

import socket
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.driver import Control, Seller

WRITE = "product/update_stock"
READ = "shop/get_shop_info"


def test_too_many_requests_say_when_to_come_back(
    seller: Seller, control: Control
) -> None:
    control.fault(READ, "status_429", seconds=7)
    answer = seller.send("GET", READ, {})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["error"] == "error_rate_limit"


def test_a_fault_is_used_up_and_meets_its_own_paths_only(
    seller: Seller, control: Control
) -> None:
    control.fault("shop/", "status_500", times=2)
    assert seller.get("public/get_shops_by_partner")["error"] == ""
    codes = [seller.send("GET", READ, {}).status_code for _ in range(3)]
    assert codes == [500, 500, 200]


def test_faults_can_be_cleared(seller: Seller, control: Control) -> None:
    control.fault("", "status_500", times=100)
    requests.delete(f"{control.url}/_control/faults", timeout=5)
    assert seller.send("GET", READ, {}).status_code == 200


def test_an_html_page_comes_with_status_200(seller: Seller, control: Control) -> None:
    control.fault(WRITE, "html")
    answer = seller.send("POST", WRITE, {}, seller.stock_body("A", 1))
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")
    assert seller.stock()["A"] == 5


def test_json_of_the_wrong_shape_looks_like_success(
    seller: Seller, control: Control
) -> None:
    control.fault(WRITE, "wrong_json")
    answer = seller.write_stock("A", 1)
    assert (answer["error"], answer["response"]) == ("", [])
    assert seller.stock()["A"] == 5


def test_an_expired_token_is_refused_in_the_channels_words(
    seller: Seller, control: Control
) -> None:
    control.fault(READ, "token_expired")
    assert seller.get(READ)["message"] == "Invalid access_token."
    assert seller.get(READ)["error"] == ""


def test_a_timeout_holds_and_answers_nothing(seller: Seller, control: Control) -> None:
    control.fault(WRITE, "timeout", seconds=0.6)
    with pytest.raises(requests.ReadTimeout):
        seller.write_stock("A", 1, timeout=0.2)
    control.fault(WRITE, "timeout", seconds=0.1)
    with pytest.raises(requests.ConnectionError):
        seller.write_stock("A", 1)
    assert seller.stock()["A"] == 5


def test_a_reset_cuts_the_connection(seller: Seller, control: Control) -> None:
    control.fault(WRITE, "reset")
    with pytest.raises(requests.ConnectionError) as caught:
        seller.write_stock("A", 1)
    assert "reset" in str(caught.value).lower()
    assert seller.stock()["A"] == 5


def test_a_truncated_answer_ends_in_the_middle_after_it_was_applied(
    seller: Seller, control: Control
) -> None:
    control.fault(WRITE, "truncated")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        seller.write_stock("A", 1)
    assert seller.stock()["A"] == 1


def test_a_lost_answer_was_applied(seller: Seller, control: Control) -> None:
    control.fault(WRITE, "lost_answer")
    with pytest.raises(requests.ConnectionError):
        seller.write_stock("A", 1)
    assert seller.stock()["A"] == 1


def test_a_late_write_lands_after_a_newer_one(seller: Seller, control: Control) -> None:
    control.fault(WRITE, "late", seconds=600)
    with pytest.raises(requests.ReadTimeout):
        seller.write_stock("A", 1, timeout=0.2)
    seller.write_stock("A", 2)
    assert seller.stock()["A"] == 2
    control.clock(601)
    assert seller.stock()["A"] == 1


def test_a_late_write_is_judged_by_when_it_arrived(
    seller: Seller, control: Control
) -> None:
    control.fault(WRITE, "late", seconds=5 * 3600)
    with pytest.raises(requests.ReadTimeout):
        seller.write_stock("A", 1, timeout=0.2)
    control.clock(5 * 3600 + 1)
    assert seller.stock()["A"] == 1


def test_a_late_write_lands_by_itself(seller: Seller, control: Control) -> None:
    control.fault(WRITE, "late", seconds=0.2)
    with pytest.raises(requests.ReadTimeout):
        seller.write_stock("A", 1, timeout=0.1)
    deadline = time.monotonic() + 2
    while seller.stock()["A"] != 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert seller.stock()["A"] == 1


def test_success_can_be_a_lie(seller: Seller, control: Control) -> None:
    control.fault("", "accepted_not_applied", times=2)
    answer = seller.write_stock("A", 1)
    assert answer["response"]["success_list"][0]["stock"] == 1
    assert seller.stock()["A"] == 5
    assert seller.control.get("shopee/writes", shop="s1") == []
    order = seller.order(A=1)
    assert seller.post("logistics/ship_order", order_sn=order, dropoff={})["error"] == (
        ""
    )
    assert seller.detail(order)["order_status"] == "READY_TO_SHIP"


def test_a_batch_can_fail_in_part(seller: Seller, control: Control) -> None:
    control.fault(WRITE, "partial_failure")
    body = seller.stock_body("B", 1)
    body["stock_list"] += seller.stock_body("C", 2)["stock_list"]
    answer = seller.call("POST", WRITE, {}, body)
    assert answer["error"] == "error_busi_update_stock_failed"
    failed = answer["response"]["failure_list"]
    assert [str(row["model_id"]) for row in failed] == [
        seller.listings["B"]["variant_id"]
    ]
    assert seller.stock() == {"A": 5, "B": 5, "C": 2}


def test_an_answer_can_come_in_single_bytes(seller: Seller, control: Control) -> None:
    control.fault(READ, "drip", seconds=0.01)
    address = urlsplit(seller.settings["base_url"])
    with socket.create_connection((address.hostname, address.port), 5) as connection:
        connection.sendall(
            b"GET /api/v2/shop/get_shop_info HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        pieces = []
        while piece := connection.recv(4096):
            pieces.append(piece)
    answer = b"".join(pieces)
    assert len(pieces) > len(answer) / 4
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"There is no partner_id in query." in answer


def test_a_held_request_keeps_nobody_else_waiting(
    seller: Seller, control: Control
) -> None:
    control.fault(READ, "timeout", seconds=1)

    def be_held() -> None:
        with pytest.raises(requests.RequestException):
            seller.send("GET", READ, {})

    held = threading.Thread(target=be_held)
    held.start()
    time.sleep(0.1)
    begun = time.monotonic()
    assert seller.get(READ)["error"] == ""
    assert time.monotonic() - begun < 0.5
    held.join()


def test_requests_are_counted_by_outcome(seller: Seller, control: Control) -> None:
    seller.get(READ)
    seller.get(READ, timestamp=0)
    control.fault(READ, "status_429")
    seller.send("GET", READ, {})
    control.fault(WRITE, "lost_answer")
    with pytest.raises(requests.ConnectionError):
        seller.write_stock("A", 1)
    counted = control.get("shopee/requests", shop="s1")
    assert counted["/api/v2/shop/get_shop_info"] == {"ok": 2, "refused": 1}
    assert counted["/api/v2/product/update_stock"] == {"ok": 1, "refused": 0}
