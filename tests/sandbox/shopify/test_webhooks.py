"""Webhooks: what they say, how they are signed, who gets them and for how long."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.sandbox.driver import Control, Json
from tests.sandbox.shopify.conftest import open_in
from tests.sandbox.shopify.driver import Store, webhook_signature


@dataclass
class Receiver:
    """An app's webhook address that answers as it is told."""

    url: str = ""
    status: int = 200
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def wait(self, count: int, seconds: float = 3) -> list[str]:
        """The topics of what came, once so many have."""
        deadline = time.monotonic() + seconds
        while len(self.taken) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(self.taken) >= count, self.topics()
        return self.topics()

    def topics(self) -> list[str]:
        return [headers["X-Shopify-Topic"] for headers, _ in self.taken]

    def body(self, topic: str) -> Json:
        """The newest message of a topic."""
        found: Json = json.loads(
            next(
                body
                for headers, body in reversed(self.taken)
                if headers["X-Shopify-Topic"] == topic
            )
        )
        return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.status
            receiver.taken.append((dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hooks/shopify"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield receiver
        server.shutdown()
        thread.join()


@pytest.fixture
def told(open_store: Callable[..., Store], receiver: Receiver) -> Store:
    store = open_store(webhook_url=receiver.url)
    store.sell(A=50)
    return store


def mode(control: Control, name: str, **more: Any) -> None:
    control.post("webhooks", mode=name, **more)


def test_a_webhook_is_signed_over_its_raw_body(told: Store, receiver: Receiver) -> None:
    order = told.buy(A=1)
    receiver.wait(3)
    for headers, body in receiver.taken:
        secret = told.settings["client_secret"]
        assert headers["X-Shopify-Hmac-Sha256"] == webhook_signature(secret, body)
        assert headers["X-Shopify-Shop-Domain"].endswith(".myshopify.com")
        assert headers["X-Shopify-Triggered-At"].endswith("Z")
        assert headers["X-Shopify-API-Version"] == "2026-10"
    ids = [headers["X-Shopify-Webhook-Id"] for headers, _ in receiver.taken]
    assert len(set(ids)) == 3
    created = receiver.body("orders/create")
    assert created["id"] == int(order)
    assert created["admin_graphql_api_id"] == f"gid://shopify/Order/{order}"
    assert created["financial_status"] == "paid"
    assert created["line_items"][0]["sku"] == "A"


def test_each_change_has_its_topics(told: Store, receiver: Receiver) -> None:
    order = told.buy(A=2)
    assert receiver.wait(3) == [
        "inventory_levels/update",
        "orders/create",
        "orders/paid",
    ]
    receiver.taken.clear()
    told.do(order, "arrange", A=1)
    assert receiver.wait(4) == [
        "inventory_levels/update",
        "fulfillments/create",
        "orders/updated",
        "orders/partially_fulfilled",
    ]
    receiver.taken.clear()
    told.do(order, "arrange")
    assert receiver.wait(4)[1:] == [
        "fulfillments/create",
        "orders/updated",
        "orders/fulfilled",
    ]
    receiver.taken.clear()
    told.do(order, "pick_up", A=1)
    assert receiver.wait(2) == ["fulfillments/update", "orders/updated"]
    assert receiver.body("fulfillments/update")["shipment_status"] == "in_transit"


def test_a_cancel_tells_of_stock_refund_and_order(
    told: Store, receiver: Receiver
) -> None:
    order = told.buy(A=2)
    receiver.wait(3)
    receiver.taken.clear()
    told.do(order, "cancel")
    assert receiver.wait(4) == [
        "inventory_levels/update",
        "refunds/create",
        "orders/updated",
        "orders/cancelled",
    ]
    level = receiver.body("inventory_levels/update")
    assert level["available"] == 50
    refund = receiver.body("refunds/create")
    assert refund["order_id"] == int(order)
    assert refund["refund_line_items"][0]["restock_type"] == "cancel"
    assert receiver.body("orders/cancelled")["cancel_reason"] == "customer"


def test_a_return_tells_how_it_goes_on(told: Store, receiver: Receiver) -> None:
    order = told.buy(A=1)
    told.do(order, "arrange", "pick_up", "deliver", "request_return")
    told.do(order, "approve_return", "send_back", "arrive_back", "close_return")
    receiver.wait(20)
    returns = [topic for topic in receiver.topics() if topic.startswith("returns/")]
    assert returns == [
        "returns/request",
        "returns/approve",
        "returns/update",
        "returns/update",
        "returns/close",
    ]
    record = receiver.body("returns/close")
    assert (record["order"]["id"], record["status"]) == (int(order), "closed")


def test_a_stock_write_is_told(told: Store, receiver: Receiver) -> None:
    told.write(told.row("A", 7))
    assert receiver.wait(1) == ["inventory_levels/update"]
    told.write(told.row("A", 7))
    told.write(told.row("A", 8))
    receiver.wait(2)
    levels = [json.loads(body)["available"] for _, body in receiver.taken]
    assert levels == [7, 8]


def test_duplicates_share_the_ids_that_a_receiver_dedupes_by(
    told: Store, receiver: Receiver, control: Control
) -> None:
    mode(control, "duplicate")
    told.write(told.row("A", 7))
    receiver.wait(2)
    first, second = receiver.taken
    mode(control, "normal")
    assert first[0]["X-Shopify-Event-Id"] == second[0]["X-Shopify-Event-Id"]
    assert first[1] == second[1]


SUBSCRIBE = """
mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri}) {
    webhookSubscription { id topic uri format }
    userErrors { field message }
  }
}
"""
LIST = "{ webhookSubscriptions(first: 50) { nodes { id topic uri } } }"


def test_an_app_subscribes_and_leaves(store: Store, receiver: Receiver) -> None:
    wanted = {"topic": "ORDERS_CREATE", "uri": receiver.url}
    made = store.data(SUBSCRIBE, **wanted)["webhookSubscriptionCreate"]
    assert made["webhookSubscription"]["topic"] == "ORDERS_CREATE"
    again = store.data(SUBSCRIBE, **wanted)["webhookSubscriptionCreate"]
    assert "already been taken" in again["userErrors"][0]["message"]
    order = store.buy(A=1)
    assert receiver.wait(1) == ["orders/create"]
    assert receiver.body("orders/create")["id"] == int(order)
    document = """
    mutation ($id: ID!) {
      webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId }
    }
    """
    id_ = made["webhookSubscription"]["id"]
    deleted = store.data(document, id=id_)["webhookSubscriptionDelete"]
    assert deleted == {"deletedWebhookSubscriptionId": id_}
    assert store.data(LIST)["webhookSubscriptions"]["nodes"] == []


def test_a_subscription_that_nobody_answers_is_deleted_after_four_hours(
    own_store: Store, receiver: Receiver
) -> None:
    store = open_in(own_store.control, webhook_url=receiver.url)
    store.sell(A=5)
    receiver.status = 500
    before = len(store.data(LIST)["webhookSubscriptions"]["nodes"])
    store.write(store.row("A", 1))
    for tries in range(1, 10):
        receiver.wait(tries)
        store.control.clock(4440)
    deadline = time.monotonic() + 3
    left = before
    while left == before and time.monotonic() < deadline:
        left = len(store.data(LIST)["webhookSubscriptions"]["nodes"])
    assert left == before - 1
    assert set(receiver.topics()) == {"inventory_levels/update"}
    assert len(receiver.taken) == 9
