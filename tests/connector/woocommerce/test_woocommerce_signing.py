"""Credentials: Basic over TLS, OAuth 1.0a without it, checked by a second hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
import responses

from connector import MemorySettings, Transport
from connector.woocommerce import WooCommerceConnector
from connector.woocommerce.account import Account, read_account
from connector.woocommerce.signing import signed, webhook_signature

LOCAL = "http://127.0.0.1:8807"


def escaped(text: str) -> str:
    return quote(text, safe="-._~")


def base_string(method: str, url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return the signature base string of RFC 5849, section 3.4.1."""
    encoded = sorted((escaped(name), escaped(value)) for name, value in pairs)
    normal = "&".join(f"{name}={value}" for name, value in encoded)
    return "&".join((method, escaped(url), escaped(normal)))


def by_hand(text: str, key: str, digest: str) -> str:
    mac = hmac.new(key.encode(), text.encode(), digest).digest()
    return base64.b64encode(mac).decode()


PHOTOS = [
    ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
    ("oauth_token", "nnch734d00sl2jdk"),
    ("oauth_signature_method", "HMAC-SHA1"),
    ("oauth_timestamp", "1191242096"),
    ("oauth_nonce", "kllo9940pd9333jh"),
    ("oauth_version", "1.0"),
    ("file", "vacation.jpg"),
    ("size", "original"),
]


def test_the_second_hand_agrees_with_the_published_vector() -> None:
    text = base_string("GET", "http://photos.example.net/photos", PHOTOS)
    key = "kd94hf93k423kf44&pfkkdhi9sl3r4s00"
    assert by_hand(text, key, "sha1") == "tR3+Ty81lMeYAr/Fid0kMTYa/WM="


def test_the_second_hand_agrees_with_the_base_string_of_the_standard() -> None:
    pairs = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ]
    assert base_string("POST", "http://example.com/request", pairs) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q"
        "%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_"
        "key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m"
        "ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk"
        "9d7dh3k39sjv7"
    )


@pytest.fixture
def local(shop_settings: dict[str, Any]) -> Account:
    return read_account({**shop_settings, "base_url": LOCAL})


@pytest.mark.parametrize(
    "query",
    [
        [],
        [("page", "2"), ("per_page", "100")],
        [("include", "1,2,3"), ("status", "any")],
        [("modified_after", "2026-11-01T08:00:00"), ("search", "áo thun & mũ+~'(1)*")],
    ],
)
def test_a_call_without_tls_is_signed_as_the_standard_says(
    local: Account, query: list[tuple[str, str]]
) -> None:
    url = local.address("orders")
    pairs = signed(local, "GET", url, query, "1793503600", "abc123")
    told = dict(pairs)
    signature = told.pop("oauth_signature")
    assert told == {
        **dict(query),
        "oauth_consumer_key": "ck_canary",
        "oauth_nonce": "abc123",
        "oauth_signature_method": "HMAC-SHA256",
        "oauth_timestamp": "1793503600",
        "oauth_version": "1.0",
    }
    text = base_string("GET", url, list(told.items()))
    assert signature == by_hand(text, "cs_canary&", "sha256")


def test_what_is_sent_still_carries_the_right_signature(
    shop_settings: dict[str, Any], now: datetime, edge: responses.RequestsMock
) -> None:
    store = MemorySettings({**shop_settings, "base_url": LOCAL})
    shop = WooCommerceConnector(store, Transport(), lambda: now)
    url = f"{LOCAL}/wp-json/wc/v3/orders"
    edge.add("GET", url, json=[])
    shop.read_orders(since=now)
    shop.read_orders(since=now)
    nonces = set()
    for call in edge.calls:
        sent = str(call.request.url)
        pairs = parse_qsl(urlsplit(sent).query, keep_blank_values=True)
        told = dict(pairs)
        signature = told.pop("oauth_signature")
        text = base_string("GET", url, list(told.items()))
        assert signature == by_hand(text, "cs_canary&", "sha256")
        assert told["oauth_timestamp"] == str(int(now.timestamp()))
        assert "cs_canary" not in sent
        assert "Authorization" not in call.request.headers
        nonces.add(told["oauth_nonce"])
    assert len(nonces) == 2


def test_over_tls_the_keys_go_into_the_header(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
) -> None:
    answer("orders", [])
    woocommerce.identify()
    (call,) = calls("/orders")
    basic = base64.b64encode(b"ck_canary:cs_canary").decode()
    assert call.headers["Authorization"] == f"Basic {basic}"
    assert "canary" not in call.url


def test_a_host_that_drops_the_header_gets_the_keys_in_the_query(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    enter: Callable[..., None],
) -> None:
    enter(credentials_in_query=True)
    answer("orders", [])
    woocommerce.identify()
    query = parse_qs(urlsplit(calls("/orders")[0].url).query)
    assert query["consumer_key"] == ["ck_canary"]
    assert query["consumer_secret"] == ["cs_canary"]


def test_a_delivery_is_signed_over_its_raw_bytes() -> None:
    body = '{"id": 501, "note": "Áo"}'.encode()
    mac = hmac.new(b"hook", body, hashlib.sha256).digest()
    assert webhook_signature("hook", body) == base64.b64encode(mac)
    spaced = body.replace(b": ", b":")
    assert webhook_signature("hook", spaced) != base64.b64encode(mac)
