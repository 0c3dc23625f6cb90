"""Webhooks: greetings, signatures, the queue, and how they fall silent."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.woocommerce.conftest import Receiver
from tests.sandbox.woocommerce.driver import Seller, webhook_signature


@pytest.fixture
def told(open_shop: Callable[..., Seller], receiver: Receiver) -> Seller:
    shop = open_shop(webhook_url=receiver.url)
    shop.sell(A=50)
    receiver.wait_all(3)
    return shop


def settle(control: Control) -> None:
    """Let the background queue have its turn at once."""
    control.clock(1)


def test_a_new_address_is_greeted_without_a_signature(
    told: Seller, receiver: Receiver
) -> None:
    greetings = receiver.wait_all(3)
    assert [each.body for each in greetings] == [
        f"webhook_id={row['id']}".encode() for row in told.get("webhooks")[::-1]
    ]
    for greeting in greetings:
        assert not [name for name in greeting.headers if name.startswith("X-WC")]
        assert greeting.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_delivery_is_signed_over_its_raw_body(
    told: Seller, receiver: Receiver, control: Control
) -> None:
    order = told.order(A=1)
    settle(control)
    topics = {}
    for taken in receiver.wait(2):
        secret = told.settings["webhook_secret"]
        signature = taken.headers["X-WC-Webhook-Signature"]
        assert signature == webhook_signature(secret, taken.body)
        # Written anew by another JSON writer, the same content has another digest.
        again = json.dumps(json.loads(taken.body), separators=(",", ":")).encode()
        assert signature != webhook_signature(secret, again)
        topics[taken.headers["X-WC-Webhook-Topic"]] = json.loads(taken.body)
    assert topics.keys() == {"order.created", "order.updated"}
    assert topics["order.updated"] == told.detail(order)


def test_the_headers_say_what_it_is_about(
    told: Seller, receiver: Receiver, control: Control
) -> None:
    told.order(A=1)
    settle(control)
    by_topic = {each.headers["X-WC-Webhook-Topic"]: each for each in receiver.wait(2)}
    headers = by_topic["order.updated"].headers
    assert headers["X-WC-Webhook-Source"] == f"{told.settings['base_url']}/"
    assert headers["X-WC-Webhook-Resource"] == "order"
    assert headers["X-WC-Webhook-Event"] == "updated"
    assert headers["X-WC-Webhook-ID"].isdecimal()
    assert headers["User-Agent"].startswith("WooCommerce/11.0.1 Hookshot")
    assert len(headers["X-WC-Webhook-Delivery-ID"]) == 32


def test_two_changes_in_a_row_are_one_delivery_of_the_last_state(
    told: Seller, receiver: Receiver, control: Control
) -> None:
    order = told.order(A=1)
    settle(control)
    receiver.wait(2)
    rows = [
        {"id": int(order), "status": status} for status in ("completed", "cancelled")
    ]
    told.post("orders/batch", expect=200, update=rows)
    settle(control)
    body = json.loads(receiver.wait(3)[2].body)
    assert body["status"] == "cancelled"
    # Only the date tells that it was completed in between.
    assert body["date_completed_gmt"]
    time.sleep(0.1)
    assert len(receiver.signed) == 3


def test_a_deletion_says_the_number_alone(
    told: Seller, receiver: Receiver, control: Control
) -> None:
    order = told.order(A=1)
    settle(control)
    receiver.wait(2)
    told.send("DELETE", f"orders/{order}", force="true")
    settle(control)
    taken = receiver.wait(3)[2]
    assert taken.headers["X-WC-Webhook-Topic"] == "order.deleted"
    assert json.loads(taken.body) == {"id": int(order)}


def subscribe(seller: Seller, url: str, topic: str, **more: Any) -> Json:
    made: Json = seller.post(
        "webhooks", name="stock", topic=topic, delivery_url=url, **more
    )
    return made


def test_a_client_can_subscribe_with_a_secret_of_its_own(
    open_shop: Callable[..., Seller], receiver: Receiver, control: Control
) -> None:
    seller = open_shop()
    seller.sell(A=5, B=5, C=5)
    made = subscribe(seller, receiver.url, "product.updated", secret="s3same")
    assert (made["resource"], made["event"], made["status"]) == (
        "product",
        "updated",
        "active",
    )
    assert "secret" not in made
    (greeting,) = receiver.wait_all(1)
    assert greeting.body == f"webhook_id={made['id']}".encode()
    seller.write_stock(2, sku="B")
    settle(control)
    (taken,) = receiver.wait(1)
    assert taken.headers["X-WC-Webhook-Signature"] == webhook_signature(
        "s3same", taken.body
    )
    body = json.loads(taken.body)
    assert (body["id"], body["stock_quantity"]) == (
        int(seller.listings["B"]["variant_id"]),
        2,
    )
    assert seller.get(f"webhooks/{made['id']}") == made
    assert seller.send("DELETE", f"webhooks/{made['id']}").status_code == 501
    assert seller.send("DELETE", f"webhooks/{made['id']}", force="true").ok
    seller.write_stock(1, sku="B")
    settle(control)
    assert seller.error("GET", f"webhooks/{made['id']}")[0] == 404
    assert len(receiver.signed) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"topic": "order.moved", "delivery_url": "http://x"}, "invalid_topic"),
        ({"topic": "order.updated"}, "invalid_delivery_url"),
    ],
)
def test_a_subscription_needs_a_topic_and_an_address(
    seller: Seller, body: Json, code: str
) -> None:
    status, answer = seller.error("POST", "webhooks", body)
    assert status == 400
    assert answer == f"woocommerce_rest_shop_webhook_{code}"


def fail(seller: Seller, control: Control, receiver: Receiver, times: int) -> None:
    """Let changes be refused one after another."""
    for _ in range(times):
        before = len(receiver.signed)
        seller.write_stock(1)
        settle(control)
        receiver.wait(before + 1)


def status_after(seller: Seller, webhook: int, wanted: str) -> str:
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        status = str(seller.get(f"webhooks/{webhook}")["status"])
        if status == wanted:
            return status
        time.sleep(0.01)
    return status


def test_nothing_is_tried_again_and_five_failures_in_a_row_disable(
    seller: Seller, receiver: Receiver, control: Control
) -> None:
    webhook = subscribe(seller, receiver.url, "product.updated")["id"]
    receiver.status = 500
    fail(seller, control, receiver, 4)
    receiver.status = 200
    fail(seller, control, receiver, 1)
    receiver.status = 500
    fail(seller, control, receiver, 4)
    control.clock(86400)
    assert len(receiver.signed) == 9
    assert seller.get(f"webhooks/{webhook}")["status"] == "active"
    fail(seller, control, receiver, 1)
    assert status_after(seller, webhook, "disabled") == "disabled"
    seller.write_stock(1)
    settle(control)
    time.sleep(0.1)
    assert len(receiver.signed) == 10
    receiver.status = 200
    assert seller.put(f"webhooks/{webhook}", status="active")["status"] == "active"
    fail(seller, control, receiver, 1)


def test_duplicates_carry_the_same_delivery_twice(
    told: Seller, receiver: Receiver, control: Control
) -> None:
    control.post("webhooks", mode="duplicate")
    told.order(A=1)
    settle(control)
    ids = [each.headers["X-WC-Webhook-Delivery-ID"] for each in receiver.wait(4)]
    assert sorted(ids)[::2] == sorted(ids)[1::2]


def test_switched_off_webhooks_never_come(
    told: Seller, receiver: Receiver, control: Control
) -> None:
    control.post("webhooks", mode="off")
    told.order(A=1)
    settle(control)
    control.post("webhooks", mode="normal")
    kept = told.order(A=1)
    settle(control)
    assert {json.loads(each.body)["number"] for each in receiver.wait(2)} == {kept}
