"""Webhooks: their signature, their words, and how an address is verified."""

import base64
import json
from collections.abc import Callable

import pytest
import requests

from sandbox.haravan.signing import webhook_signature
from tests.sandbox.haravan.driver import Receiver, Store, sign


def topics_of(receiver: Receiver) -> list[str]:
    return [topic for topic in receiver.topics if topic.startswith("orders/")]


def settle(receiver: Receiver, count: int) -> list[str]:
    """Wait for so many webhooks about orders; those of the three products come too."""
    receiver.wait(count + 2)
    return topics_of(receiver)


@pytest.mark.parametrize(
    ("key", "data", "published", "header"),
    [
        (
            "\x0b" * 20,
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            "sDRMYdjbOFNcqK/OrwvxK4gdwgDJgz2nJuk3bC4yz/c=",
        ),
        (
            "Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
        ),
    ],
)
def test_the_signature_is_hmac_as_published_in_plain_base64(
    key: str, data: bytes, published: str, header: str
) -> None:
    # Haravan shows no vector of its own; these are test cases 1 and 2 of RFC 4231.
    assert base64.b64decode(header).hex() == published
    assert webhook_signature(key, data) == sign(key, data) == header


def test_a_webhook_is_the_bare_order_signed_with_the_apps_secret(
    open_store: Callable[..., Store], receiver: Receiver
) -> None:
    store = open_store(webhook_url=receiver.url)
    order = store.order(A=1)
    assert settle(receiver, 2) == ["orders/create", "orders/paid"]
    headers, body = receiver.taken[2]
    assert headers["x-haravan-org-id"] == store.settings["org_id"]
    assert headers["content-type"] == "application/json"
    signature = headers["x-haravan-hmacsha256"]
    assert signature == sign(store.settings["client_secret"], body)
    assert signature != sign(store.settings["client_secret"], body + b" ")
    told = json.loads(body)
    assert (str(told["id"]), told["fulfillment_status"]) == (order, "notfulfilled")
    assert told == store.detail(order)


def test_topic_and_shop_stand_beside_what_is_signed(
    open_store: Callable[..., Store], receiver: Receiver
) -> None:
    store = open_store(webhook_url=receiver.url)
    store.order(A=1)
    receiver.wait(4)
    create, paid = receiver.taken[2], receiver.taken[3]
    assert create[1] == paid[1]
    name = "x-haravan-hmacsha256"
    assert create[0][name] == paid[0][name]
    assert create[0]["x-haravan-topic"] != paid[0]["x-haravan-topic"]


def test_each_kind_of_change_has_its_topics(
    open_store: Callable[..., Store], receiver: Receiver
) -> None:
    store = open_store(webhook_url=receiver.url)
    order = store.place({"A": 2}, cod=True)
    store.do(order, "arrange", "pick_up")
    assert settle(receiver, 4) == [
        "orders/create",
        "orders/updated",
        "orders/fulfilled",
        "orders/updated",
    ]
    store.do(order, "deliver")
    assert settle(receiver, 6)[4:] == ["orders/updated", "orders/paid"]
    store.do(order, "request_return", "refund")
    assert settle(receiver, 7)[6:] == ["orders/updated"]
    store.cancel(order, reason="customer", restock=False)
    assert settle(receiver, 9)[7:] == ["orders/updated", "orders/cancelled"]


def test_a_refused_call_tells_nothing(
    open_store: Callable[..., Store], receiver: Receiver
) -> None:
    store = open_store(webhook_url=receiver.url)
    order = store.order(A=1)
    store.cancel(order, 422, reason="bored")
    store.refused(order, "deliver")
    store.do(order, "confirm")
    assert settle(receiver, 3)[2:] == ["orders/updated"]


def test_an_address_that_fails_is_tried_again_and_then_left_alone(
    open_store: Callable[..., Store], receiver: Receiver
) -> None:
    store = open_store(webhook_url=receiver.url)
    receiver.wait(2)
    receiver.status = 500
    store.place({"A": 1}, cod=True)
    receiver.wait(3)
    for tries, seconds in ((4, 61), (5, 301), (6, 1801)):
        store.control.clock(seconds)
        receiver.wait(tries)
    assert {body for _, body in receiver.taken[2:]} == {receiver.taken[2][1]}
    store.control.clock(86400)
    receiver.status = 200
    store.place({"A": 1}, cod=True)
    receiver.wait(7)
    assert len({body for _, body in receiver.taken[2:]}) == 2


@pytest.mark.parametrize(("mode", "count"), [("duplicate", 2), ("normal", 1)])
def test_webhooks_can_come_twice(
    open_store: Callable[..., Store], receiver: Receiver, mode: str, count: int
) -> None:
    store = open_store(webhook_url=receiver.url)
    receiver.wait(2)
    store.control.post("webhooks", mode=mode)
    store.place({"A": 1}, cod=True)
    receiver.wait(2 + count)
    assert receiver.topics[2:] == ["orders/create"] * count


def register(store: Store, url: str, verify_token: str) -> requests.Response:
    return requests.post(
        f"{store.settings['base_url']}/apps/{store.settings['client_id']}/webhooks",
        data={"callback_url": url, "verify_token": verify_token},
        timeout=5,
    )


def test_the_apps_address_must_give_the_challenge_back(
    store: Store, receiver: Receiver
) -> None:
    receiver.gives_back = False
    assert register(store, receiver.url, receiver.verify_token).status_code == 400
    receiver.gives_back = True
    assert register(store, receiver.url, "another").status_code == 400
    assert register(store, receiver.url, "").status_code == 400
    assert receiver.asked == ["subscribe", "subscribe"]
    assert store.send("POST", "/api/subscribe").status_code == 200
    assert store.send("GET", "/api/subscribe").json()["data"] == []
    assert register(store, receiver.url, receiver.verify_token).status_code == 200
    listed = store.send("GET", "/api/subscribe").json()
    assert listed["error"] is False
    assert {row["url"] for row in listed["data"]} == {receiver.url}
    assert "orders/cancelled" in {row["event"] for row in listed["data"]}


def test_an_address_that_nobody_answers_at_is_refused(store: Store) -> None:
    assert register(store, "http://127.0.0.1:9/hook", "x").status_code == 400
    assert register(store, "ftp://127.0.0.1/hook", "x").status_code == 400


def test_a_shop_is_heard_from_when_it_subscribed_until_it_ends(
    store: Store, receiver: Receiver
) -> None:
    register(store, receiver.url, receiver.verify_token)
    store.place({"A": 1}, cod=True)
    subscribed = store.send("POST", "/api/subscribe").json()
    assert (subscribed["error"], subscribed["error_Code"]) == (False, None)
    heard = store.place({"A": 1}, cod=True)
    receiver.wait(1)
    assert store.send("DELETE", "/api/subscribe").status_code == 200
    store.place({"A": 1}, cod=True)
    store.send("POST", "/api/subscribe")
    last = store.place({"A": 1}, cod=True)
    receiver.wait(2)
    told = [str(json.loads(body)["id"]) for _, body in receiver.taken]
    assert told == [heard, last]
