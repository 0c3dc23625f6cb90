"""Every way in which a request to this marketplace can go wrong."""

import threading

import pytest
import requests

from tests.sandbox.driver import Control
from tests.sandbox.tiktok.driver import Shop

READ = "/logistics/202309/warehouses"
WRITES = "/product/202309/products"


def test_too_many_requests_say_when_to_come_back(shop: Shop) -> None:
    shop.fault(READ, "status_429", seconds=7)
    answer = shop.send("GET", READ)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert answer.json()["code"] == 36009002
    assert shop.code("GET", READ) == 0


def test_a_failure_inside_has_an_envelope(shop: Shop) -> None:
    shop.fault(READ, "status_500", times=2)
    for _ in range(2):
        answer = shop.send("GET", READ)
        assert (answer.status_code, answer.json()["data"]) == (500, None)
        assert answer.json()["code"] != 0
    assert shop.code("GET", READ) == 0


def test_an_expired_token_is_refused_in_the_channels_words(shop: Shop) -> None:
    shop.fault(READ, "token_expired")
    answer = shop.send("GET", READ)
    assert (answer.status_code, answer.json()["code"]) == (401, 105002)
    assert shop.code("GET", READ) == 0


def test_json_of_the_wrong_shape_looks_like_success(shop: Shop) -> None:
    shop.fault(WRITES, "wrong_json")
    answer = shop.write_stock("A", 1)
    assert (answer["code"], answer["data"]) == (0, [])
    assert shop.stock()["A"] == 5


def test_an_html_page_comes_with_status_200(shop: Shop) -> None:
    shop.fault(WRITES, "html")
    body = {"skus": [shop.stock_row("A", 1)]}
    answer = shop.send("POST", shop.stock_path("A"), {}, body)
    assert (answer.status_code, answer.text[:9]) == (200, "<!DOCTYPE")
    assert shop.stock()["A"] == 5


@pytest.mark.parametrize("kind", ["timeout", "reset"])
def test_a_cut_connection_applied_nothing(shop: Shop, kind: str) -> None:
    shop.fault(WRITES, kind, seconds=0.05)
    with pytest.raises(requests.ConnectionError):
        shop.write_stock("A", 1)
    assert shop.stock()["A"] == 5


@pytest.mark.parametrize("kind", ["truncated", "lost_answer"])
def test_an_answer_that_never_came_was_applied(shop: Shop, kind: str) -> None:
    shop.fault(WRITES, kind)
    with pytest.raises(
        (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
    ):
        shop.write_stock("A", 1)
    assert shop.stock()["A"] == 1


def test_a_late_write_lands_after_a_newer_one_and_after_its_token(
    shop: Shop, control: Control
) -> None:
    later = 8 * 86400
    shop.fault(WRITES, "late", seconds=later)
    with pytest.raises(requests.ReadTimeout):
        shop.write_stock("A", 1, timeout=0.2)
    shop.write_stock("A", 2)
    assert shop.stock()["A"] == 2
    control.clock(later + 1)
    assert shop.stock()["A"] == 1


def test_success_can_be_a_lie(shop: Shop) -> None:
    shop.fault("/", "accepted_not_applied", times=4)
    assert shop.write_stock("A", 1)["code"] == 0
    assert shop.stock()["A"] == 5
    assert shop.control.get("tiktok/writes", shop=shop.name) == []
    order = shop.order(A=1)
    package = shop.control.get(f"tiktok/orders/{order}")["packages"][0]["number"]
    shop.post(f"/fulfillment/202309/packages/{package}/ship")
    assert shop.detail(order)["status"] == "AWAITING_SHIPMENT"
    reason = "seller_cancel_reason_out_of_stock"
    answer = shop.post(
        "/return_refund/202602/cancellations",
        None,
        order_id=order,
        cancel_reason=reason,
    )
    assert answer["cancel_status"] == "CANCELLATION_REQUEST_SUCCESS"
    assert shop.detail(order)["status"] == "AWAITING_SHIPMENT"


def test_a_batch_can_fail_in_part_with_code_zero(shop: Shop) -> None:
    shop.fault(WRITES, "partial_failure")
    rows = [shop.stock_row("B", 1), shop.stock_row("C", 2)]
    answer = shop.post(shop.stock_path("B"), None, skus=rows)
    (error,) = answer["errors"]
    assert error["detail"]["sku_id"] == shop.listings["B"]["variant_id"]
    assert shop.stock() == {"A": 5, "B": 5, "C": 2}


def test_settings_can_fail_in_part(shop: Shop) -> None:
    path = "/product/202608/inventory/operation/settings"
    ids = [shop.listings[sku]["variant_id"] for sku in ("A", "B")]
    shop.fault(path, "partial_failure")
    operation = shop.post(path, None, seller_id=shop.settings["shop_id"], sku_ids=ids)[
        "stock_operation"
    ]
    assert (operation["failed_sku_ids"], operation["success_sku_ids"]) == (
        ids[:1],
        ids[1:],
    )


def test_an_answer_can_come_in_single_bytes(shop: Shop) -> None:
    shop.fault(READ, "drip", seconds=0)
    assert len(shop.get(READ)["warehouses"]) == 2


def test_a_held_request_keeps_nobody_else_waiting(shop: Shop) -> None:
    shop.fault(READ, "timeout", seconds=0.5)
    held = threading.Event()

    def be_held() -> None:
        with pytest.raises(requests.ConnectionError):
            shop.send("GET", READ)
        held.set()

    waiting = threading.Thread(target=be_held)
    waiting.start()
    shop.get("/authorization/202309/shops")
    assert not held.is_set()
    waiting.join()


def test_requests_are_counted_by_outcome(shop: Shop) -> None:
    shop.get(READ)
    shop.code("GET", READ, {"timestamp": 1})
    shop.fault(READ, "status_429")
    shop.send("GET", READ)
    shop.get("/authorization/202309/shops")
    counted = shop.control.get("tiktok/requests", shop=shop.name)
    assert counted[READ] == {"ok": 1, "refused": 2}
    assert counted["/authorization/202309/shops"] == {"ok": 1, "refused": 0}
