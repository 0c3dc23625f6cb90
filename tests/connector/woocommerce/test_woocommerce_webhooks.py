"""Webhooks: verified on raw bytes, for this site only, and only hints."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from connector import (
    ChannelOrder,
    Ending,
    HintKind,
    Stage,
    WebhookRefused,
    WebhookRequest,
)
from connector.woocommerce import WooCommerceConnector
from tests.connector.woocommerce.conftest import Reader

URL = "https://seller.example.test/hooks/woo"
OURS = "https://shop.example.test/"


def delivery(
    body: bytes,
    *,
    topic: str = "order.updated",
    key: str = "hook_canary",
    source: str = OURS,
) -> WebhookRequest:
    mac = hmac.new(key.encode(), body, hashlib.sha256).digest()
    headers = {
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": source,
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Signature": base64.b64encode(mac).decode(),
        "X-WC-Webhook-ID": "3",
        "X-WC-Webhook-Delivery-ID": "d1",
    }
    return WebhookRequest(url=URL, headers=headers, body=body)


def body_of(value: Any) -> bytes:
    return json.dumps(value).encode()


UPDATED = body_of({"id": 501, "status": "cancelled"})


@pytest.mark.parametrize(
    ("topic", "body", "kind", "order_id"),
    [
        ("order.updated", {"id": 501, "status": "completed"}, HintKind.ORDER, "501"),
        ("order.created", {"id": 501}, HintKind.ORDER, "501"),
        ("order.deleted", {"id": 501}, HintKind.ORDER, "501"),
        ("order.restored", {"id": 501}, HintKind.ORDER, "501"),
        ("product.updated", {"id": 40}, HintKind.STOCK, ""),
        ("customer.created", {"id": 7}, HintKind.OTHER, ""),
        ("action.my_hook", {"action": "my_hook", "arg": 501}, HintKind.OTHER, ""),
        ("order.updated", {"id": "../x"}, HintKind.ORDER, ""),
    ],
)
def test_each_topic_hints_at_its_kind(
    woocommerce: WooCommerceConnector,
    topic: str,
    body: dict[str, Any],
    kind: HintKind,
    order_id: str,
) -> None:
    request = delivery(body_of(body), topic=topic)
    (hint,) = woocommerce.read_webhook(request)
    assert (hint.kind, hint.order_id) == (kind, order_id)


@pytest.mark.parametrize(
    ("topic", "body", "item_id"),
    [
        ("product.updated", {"id": 40, "type": "simple", "parent_id": 0}, "40"),
        ("product.updated", {"id": 41, "type": "variation", "parent_id": 40}, "40"),
        # A member of a group is sold by itself.
        ("product.updated", {"id": 41, "type": "simple", "parent_id": 40}, "41"),
        ("order.updated", {"id": 501}, ""),
    ],
)
def test_a_message_about_a_product_names_it(
    woocommerce: WooCommerceConnector, topic: str, body: dict[str, Any], item_id: str
) -> None:
    (hint,) = woocommerce.read_webhook(delivery(body_of(body), topic=topic))
    assert hint.item_id == item_id


def test_one_message_may_hide_two_changes_so_the_order_is_read_again(
    woocommerce: WooCommerceConnector, told: Callable[..., ChannelOrder]
) -> None:
    # Completed, then cancelled: the site sends only the last state.
    (hint,) = woocommerce.read_webhook(delivery(UPDATED))
    assert hint.order_id == "501"
    order = told(status="cancelled", date_completed_gmt="2026-11-01T09:00:00")
    (portion,) = order.lines[0].portions
    assert portion.stage is Stage.DELIVERED
    assert portion.ending is Ending.CANCELLED


def test_one_event_has_one_key_however_often_it_comes(
    woocommerce: WooCommerceConnector,
) -> None:
    first, again = delivery(UPDATED), delivery(UPDATED)
    headers = {**again.headers, "X-WC-Webhook-Delivery-ID": "d2"}
    again = WebhookRequest(url=URL, headers=headers, body=UPDATED)
    assert woocommerce.read_webhook(first) == woocommerce.read_webhook(again)
    other = delivery(body_of({"id": 501, "status": "refunded"}))
    assert woocommerce.read_webhook(first) != woocommerce.read_webhook(other)


def test_the_ping_at_the_start_is_taken_and_tells_nothing(
    woocommerce: WooCommerceConnector,
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    ping = WebhookRequest(url=URL, headers=headers, body=b"webhook_id=1")
    assert woocommerce.read_webhook(ping) == ()


def test_names_of_headers_have_no_case(woocommerce: WooCommerceConnector) -> None:
    genuine = delivery(UPDATED)
    headers = {name.lower(): value for name, value in genuine.headers.items()}
    request = WebhookRequest(url=URL, headers=headers, body=UPDATED)
    (hint,) = woocommerce.read_webhook(request)
    assert hint.kind is HintKind.ORDER


def refused(shop: WooCommerceConnector, request: WebhookRequest) -> bool:
    try:
        shop.read_webhook(request)
    except WebhookRefused as refusal:
        return "canary" not in str(refusal)
    return False


@pytest.mark.parametrize(
    "signature", ["", "0", "é" * 44, "=" * 44, "Basic abc", "a" * 100_000]
)
def test_a_wrong_signature_is_refused(
    woocommerce: WooCommerceConnector, signature: str
) -> None:
    headers = {**delivery(UPDATED).headers, "X-WC-Webhook-Signature": signature}
    assert refused(woocommerce, WebhookRequest(url=URL, headers=headers, body=UPDATED))


def test_every_flipped_byte_is_noticed(woocommerce: WooCommerceConnector) -> None:
    genuine = delivery(UPDATED)
    for place in range(len(UPDATED)):
        body = bytearray(UPDATED)
        body[place] ^= 1
        forged = WebhookRequest(url=URL, headers=genuine.headers, body=bytes(body))
        assert refused(woocommerce, forged)


def test_a_body_that_was_written_anew_is_refused(
    woocommerce: WooCommerceConnector,
) -> None:
    indented = json.dumps(json.loads(UPDATED), indent=2).encode()
    forged = WebhookRequest(url=URL, headers=delivery(UPDATED).headers, body=indented)
    assert refused(woocommerce, forged)


def test_no_signature_or_two_are_refused(woocommerce: WooCommerceConnector) -> None:
    genuine = delivery(UPDATED)
    right = genuine.headers["X-WC-Webhook-Signature"]
    none = {
        name: value
        for name, value in genuine.headers.items()
        if "Signature" not in name
    }
    twice = {**genuine.headers, "x-wc-webhook-signature": right}
    for headers in (none, twice):
        request = WebhookRequest(url=URL, headers=headers, body=UPDATED)
        assert refused(woocommerce, request)


def test_without_a_secret_nothing_is_believed(
    woocommerce: WooCommerceConnector, enter: Callable[..., None]
) -> None:
    enter(webhook_secret="")
    assert refused(woocommerce, delivery(UPDATED, key=""))
    ping = WebhookRequest(url=URL, headers={}, body=b"webhook_id=1")
    assert refused(woocommerce, ping)


def test_another_secret_is_refused(woocommerce: WooCommerceConnector) -> None:
    assert refused(woocommerce, delivery(UPDATED, key="ck_canary"))


@pytest.mark.parametrize(
    "source", ["https://other.example.test/", "", "http://[", "shop.example.test"]
)
def test_a_delivery_of_another_site_is_refused(
    woocommerce: WooCommerceConnector, source: str
) -> None:
    assert refused(woocommerce, delivery(UPDATED, source=source))


def test_the_signed_links_must_name_our_site_too(
    woocommerce: WooCommerceConnector, reply: Reader
) -> None:
    order = reply("order")
    assert woocommerce.read_webhook(delivery(body_of(order)))
    www = delivery(body_of(order), source="http://www.shop.example.test")
    assert woocommerce.read_webhook(www)
    order["_links"]["self"][0]["href"] = "https://other.example.test/wp-json/"
    assert refused(woocommerce, delivery(body_of(order)))


@pytest.mark.parametrize("body", [b"[]", b"", b"not json", b'{"id": NaN}', b"7"])
def test_a_signed_message_that_is_none_is_refused(
    woocommerce: WooCommerceConnector, body: bytes
) -> None:
    assert refused(woocommerce, delivery(body))
