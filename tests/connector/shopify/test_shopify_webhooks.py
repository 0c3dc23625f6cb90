"""Shopify's webhooks: verified on raw bytes, for this shop only, and only hints."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest

from connector import HintKind, MemorySettings, WebhookRefused, WebhookRequest
from connector.shopify import ShopifyConnector

URL = "https://seller.example.test/hooks/shopify"
ORDER = "6100000000001"
RETURN = "15200000001"


def signed(
    topic: str,
    data: Any,
    *,
    key: str = "canary-client-secret",
    shop: str = "vai-moc.myshopify.com",
    **more: str,
) -> WebhookRequest:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
    headers = {
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-Event-Id": "e-1",
        **more,
    }
    return WebhookRequest(url=URL, headers=headers, body=body)


UPDATED = signed("orders/updated", {"id": int(ORDER), "note": "trả hàng"})


@pytest.mark.parametrize(
    ("topic", "data", "kind", "order_id", "return_id"),
    [
        ("orders/create", {"id": 7}, HintKind.ORDER, "7", ""),
        ("orders/cancelled", {"id": 7}, HintKind.ORDER, "7", ""),
        ("refunds/create", {"id": 9, "order_id": 7}, HintKind.ORDER, "7", ""),
        ("fulfillments/update", {"id": 9, "order_id": 7}, HintKind.ORDER, "7", ""),
        ("fulfillment_events/create", {"order_id": 7}, HintKind.ORDER, "7", ""),
        ("returns/request", {"id": 5, "order": {"id": 7}}, HintKind.RETURN, "7", "5"),
        ("returns/close", {"id": 5}, HintKind.RETURN, "", "5"),
        (
            "reverse_deliveries/attach_deliverable",
            {"id": 3, "return": {"id": 5}},
            HintKind.RETURN,
            "",
            "5",
        ),
        ("inventory_levels/update", {"location_id": 1}, HintKind.STOCK, "", ""),
        ("app/uninstalled", {"id": 71}, HintKind.AUTHORIZATION, "", ""),
        ("products/update", {"id": 1}, HintKind.OTHER, "", ""),
        ("something/new", {}, HintKind.OTHER, "", ""),
    ],
)
def test_each_topic_hints_at_its_kind(
    shopify: ShopifyConnector,
    topic: str,
    data: dict[str, Any],
    kind: HintKind,
    order_id: str,
    return_id: str,
) -> None:
    (hint,) = shopify.read_webhook(signed(topic, data))
    assert (hint.kind, hint.order_id, hint.return_id) == (kind, order_id, return_id)


def test_a_level_names_nothing_that_a_listing_is_known_by(
    shopify: ShopifyConnector,
) -> None:
    level = {"inventory_item_id": 41001, "location_id": 1, "available": 9}
    (hint,) = shopify.read_webhook(signed("inventory_levels/update", level))
    assert (hint.kind, hint.item_id) == (HintKind.STOCK, "")


def test_a_delivery_told_twice_has_one_key(shopify: ShopifyConnector) -> None:
    again = signed(
        "orders/updated",
        {"id": int(ORDER), "note": "trả hàng"},
        **{"X-Shopify-Triggered-At": "later"},
    )
    assert shopify.read_webhook(UPDATED) == shopify.read_webhook(again)


def test_messages_of_one_event_do_not_hide_each_other(
    shopify: ShopifyConnector,
) -> None:
    messages = [
        signed("orders/updated", {"id": 7}),
        signed("orders/cancelled", {"id": 7}),
        signed("orders/updated", {"id": 8}),
        signed("orders/updated", {"id": 7}, **{"X-Shopify-Event-Id": "e-2"}),
    ]
    keys = {shopify.read_webhook(one)[0].event_key for one in messages}
    assert len(keys) == len(messages)


def test_header_names_have_no_case(shopify: ShopifyConnector) -> None:
    headers = {name.lower(): value for name, value in UPDATED.headers.items()}
    request = WebhookRequest(url=URL, headers=headers, body=UPDATED.body)
    assert shopify.read_webhook(request) == shopify.read_webhook(UPDATED)


def refused(shopify: ShopifyConnector, request: WebhookRequest) -> bool:
    try:
        shopify.read_webhook(request)
    except WebhookRefused as refusal:
        return "canary" not in str(refusal)
    return False


def with_headers(**changes: str | None) -> WebhookRequest:
    headers = dict(UPDATED.headers)
    for name, value in changes.items():
        header = name.replace("_", "-")
        headers.pop(header, None)
        if value is not None:
            headers[header] = value
    return WebhookRequest(url=URL, headers=headers, body=UPDATED.body)


@pytest.mark.parametrize("signature", [None, "", "zz", "é" * 44, "A" * 43 + "=", "{}"])
def test_a_wrong_signature_is_refused(
    shopify: ShopifyConnector, signature: str | None
) -> None:
    assert refused(shopify, with_headers(**{"X_Shopify_Hmac_Sha256": signature}))


def test_every_flipped_byte_is_noticed(shopify: ShopifyConnector) -> None:
    for place in range(len(UPDATED.body)):
        body = bytearray(UPDATED.body)
        body[place] ^= 1
        forged = WebhookRequest(url=URL, headers=UPDATED.headers, body=bytes(body))
        assert refused(shopify, forged)


def test_two_signatures_are_refused(shopify: ShopifyConnector) -> None:
    right = UPDATED.headers["X-Shopify-Hmac-Sha256"]
    assert refused(shopify, with_headers(x_shopify_hmac_sha256=right))


def test_another_key_is_refused(shopify: ShopifyConnector) -> None:
    assert refused(shopify, signed("orders/updated", {"id": 7}, key="another app"))


@pytest.mark.parametrize("shop", [None, "", "another.myshopify.com"])
def test_a_message_for_another_shop_is_refused(
    shopify: ShopifyConnector, shop: str | None
) -> None:
    assert refused(shopify, with_headers(**{"X_Shopify_Shop_Domain": shop}))


def test_a_message_without_a_topic_is_refused(shopify: ShopifyConnector) -> None:
    assert refused(shopify, with_headers(**{"X_Shopify_Topic": None}))


@pytest.mark.parametrize("body", [b"[]", b"", b"not json", b'{"id": NaN}', b"\xff"])
def test_a_signed_message_that_is_no_object_is_refused(
    shopify: ShopifyConnector, body: bytes
) -> None:
    assert refused(shopify, signed("orders/updated", body))


def test_a_missing_secret_is_not_an_empty_secret(
    shopify: ShopifyConnector, store: MemorySettings
) -> None:
    store.rotate(store.read(), lambda old: {**old, "client_secret": ""})
    assert refused(shopify, signed("orders/updated", {"id": 7}, key=""))


def test_a_shop_behind_another_address_can_be_named(
    shopify: ShopifyConnector, store: MemorySettings
) -> None:
    address = {"base_url": "http://127.0.0.1:8806"}
    store.rotate(store.read(), lambda old: {**old, **address})
    foreign = signed("orders/updated", {"id": 7}, shop="another.myshopify.com")
    assert shopify.read_webhook(foreign)
    named = {"shop_domain": "vai-moc.myshopify.com"}
    store.rotate(store.read(), lambda old: {**old, **named})
    assert refused(shopify, foreign)
    assert shopify.read_webhook(UPDATED)
