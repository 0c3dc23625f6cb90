"""TikTok Shop's signatures, checked with published vectors and with hashlib by hand."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connector import ListingRef, StockUpdate
from connector.tiktok import TikTokConnector
from connector.tiktok.signing import sign, webhook_signature

EVENTS = {
    "app_key": "68xu9ks5p4i8",
    "shop_cipher": "ROW_xkMbgAAAeVAQra0eZWebFQq5aIK",
    "timestamp": "1696909648",
}


@pytest.mark.parametrize(
    ("secret", "path", "query", "body", "signature"),
    [
        (
            "app_secret",
            "/test-api",
            {"foo": "bar"},
            "",
            "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f",
        ),
        (
            "e59af819cc",
            "/event/202309/webhooks",
            EVENTS,
            "",
            "ed58e1b5e59865c22a7b828c1cab65007441f43cc91a6cb2f2cdc638e0995a37",
        ),
        (
            "e59af819cc",
            "/event/202309/webhooks",
            EVENTS,
            '{"event_type":"PACKAGE_UPDATE","address":"https://partner.tiktokshop.com"}',
            "701dd6deb2389fe4c469b89bd37fc56f96a6da6afeb4d01c9077a65169752fa7",
        ),
    ],
)
def test_the_published_vectors_hold(
    secret: str, path: str, query: dict[str, str], body: str, signature: str
) -> None:
    assert sign(secret, path, query, body) == signature


def test_a_webhook_is_signed_over_the_apps_key_and_raw_bytes() -> None:
    body = (
        b'{"type":1,"shop_id":"7494726673780148744","timestamp":1664095733,'
        b'"data":{"order_id":"576684019603311365",'
        b'"order_status":"AWAITING_SHIPMENT","update_time":1664095610}}'
    )
    assert webhook_signature("fake_app_key", "fake_app_secret", body) == (
        b"21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc46713fcdf62b27"
    )


def test_token_and_signature_themselves_are_not_signed() -> None:
    plain = sign("secret", "/path", {"a": "1"})
    more = {"a": "1", "sign": "x", "access_token": "y"}
    assert sign("secret", "/path", more) == plain


def by_hand(request: Any) -> str:
    """Compute a request's signature from what went over the wire."""
    parts = urlsplit(request.url)
    pairs = sorted(pair for pair in parse_qsl(parts.query) if pair[0] != "sign")
    body = request.body or b""
    message = "".join(name + value for name, value in pairs).encode() + body
    secret = b"canary-app-secret"
    whole = secret + parts.path.encode() + message + secret
    return hmac.new(secret, whole, hashlib.sha256).hexdigest()


def test_each_call_is_signed_over_the_body_that_is_sent(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    answer("order/202309/orders/search", reply("order_search"))
    answer("order/202507/orders", reply("order_detail"))
    answer("product/202309/inventory/search", reply("inventory"))
    update = "product/202309/products/1730000000000000002/inventory/update"
    answer(update, {"code": 0, "message": "Success", "data": {}})
    tiktok.read_orders(since=now - timedelta(days=1))
    hat = ListingRef(item_id="1730000000000000002", variant_id="1730000000000000021")
    tiktok.write_stock([StockUpdate(listing=hat, quantity=3)])
    made = [*calls("orders/search"), *calls("202507/orders"), *calls("/update")]
    assert len(made) == 3
    for request in made:
        query = dict(parse_qsl(urlsplit(request.url).query))
        assert query["sign"] == by_hand(request)
        assert query["app_key"] == "6app0key"
        assert query["timestamp"] == str(int(now.timestamp()))
        assert query["shop_cipher"] == "canary-cipher-1"
        assert "access_token" not in query
        assert request.headers["x-tts-access-token"] == "canary-access-1"
        assert request.headers["Content-Type"] == "application/json"


def test_the_body_is_the_json_that_was_signed_and_no_empty_value_is_sent(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer("product/202502/products/search", reply("products"))
    tiktok.read_listings()
    (request,) = calls("products/search")
    assert json.loads(request.body) == {"status": "ALL"}
    query = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    assert all(value for _, value in query)


def test_the_list_of_shops_is_asked_for_without_a_shop(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer("authorization/202309/shops", reply("shops"))
    identity = tiktok.identify()
    assert (identity.name, identity.region) == ("Cửa hàng thử", "VN")
    (request,) = calls("authorization/202309/shops")
    query = dict(parse_qsl(urlsplit(request.url).query))
    assert "shop_cipher" not in query
    assert query["sign"] == by_hand(request)
