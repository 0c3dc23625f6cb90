"""Lazada's pushes: verified on raw bytes, for this shop only, and only hints."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from connector import HintKind, WebhookRefused, WebhookRequest
from connector.lazada import LazadaConnector

URL = "https://seller.example.test/hooks/lazada"
ORDER, LINE, REVERSE = "310000000100001", "310000000200001", "410000000400001"


def message(kind: Any, data: dict[str, Any], **more: Any) -> bytes:
    body = {
        "seller_id": "200012345",
        "message_type": kind,
        "data": data,
        "timestamp": 1793606400000,
        "site": "lazada_vn",
    }
    return json.dumps({**body, **more}).encode()


def signed(
    body: bytes,
    *,
    secret: str = "canary-app-secret",
    key: str = "100042",
    header: str = "Authorization",
) -> WebhookRequest:
    mac = hmac.new(secret.encode(), key.encode() + body, hashlib.sha256)
    return WebhookRequest(url=URL, headers={header: mac.hexdigest()}, body=body)


SHIPPED = message(
    0,
    {
        "order_status": "shipped",
        "trade_order_id": ORDER,
        "trade_order_line_id": LINE,
        "status_update_time": 1793606400,
    },
)


@pytest.mark.parametrize(
    ("kind", "data", "expected", "order_id", "return_id"),
    [
        (0, {"order_status": "pending"}, HintKind.ORDER, ORDER, ""),
        ("0", {"order_status": "shipped"}, HintKind.ORDER, ORDER, ""),
        (
            0,
            {"order_status": "canceled", "reverse_order_id": REVERSE},
            HintKind.ORDER,
            ORDER,
            "",
        ),
        (
            0,
            {"order_status": "returned", "reverse_order_id": REVERSE},
            HintKind.RETURN,
            ORDER,
            REVERSE,
        ),
        (0, {"order_status": "returned"}, HintKind.ORDER, ORDER, ""),
        (
            10,
            {"reverse_status": "RTM_INIT", "reverse_order_id": int(REVERSE)},
            HintKind.RETURN,
            ORDER,
            REVERSE,
        ),
        (
            10,
            {"reverse_status": "RTM_RECEIVE_ITEM", "reverse_order_id": REVERSE},
            HintKind.RETURN,
            ORDER,
            REVERSE,
        ),
        (
            10,
            {"reverse_status": "CANCEL_SUCCESS", "reverse_order_id": REVERSE},
            HintKind.ORDER,
            ORDER,
            "",
        ),
        (14, {"status": "INFO_ST_PACKAGE_INTERCEPTED"}, HintKind.ORDER, ORDER, ""),
    ],
)
def test_each_type_hints_at_its_kind(
    lazada: LazadaConnector,
    kind: Any,
    data: dict[str, Any],
    expected: HintKind,
    order_id: str,
    return_id: str,
) -> None:
    body = message(kind, {"trade_order_id": ORDER, **data})
    (hint,) = lazada.read_webhook(signed(body))
    assert (hint.kind, hint.order_id, hint.return_id) == (
        expected,
        order_id,
        return_id,
    )


@pytest.mark.parametrize(
    ("kind", "data", "item_id"),
    [
        (4, {"item_id": 2700000001, "sku_list": [11]}, "2700000001"),
        # A warning of low stock names the variant alone.
        (6, {"sku_id": 11, "seller_sku": "AO-DEN-M"}, "11"),
        (6, {"seller_sku": "AO-DEN-M"}, ""),
        (0, {"trade_order_id": ORDER, "item_id": 2700000001}, ""),
    ],
)
def test_a_message_about_a_number_names_its_item(
    lazada: LazadaConnector, kind: int, data: dict[str, Any], item_id: str
) -> None:
    (hint,) = lazada.read_webhook(signed(message(kind, data)))
    assert hint.item_id == item_id


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (3, HintKind.STOCK),
        (4, HintKind.STOCK),
        (5, HintKind.STOCK),
        (6, HintKind.STOCK),
        (13, HintKind.OTHER),
        (99, HintKind.OTHER),
        (None, HintKind.OTHER),
    ],
)
def test_a_type_that_names_no_order_is_a_hint_too(
    lazada: LazadaConnector, kind: Any, expected: HintKind
) -> None:
    (hint,) = lazada.read_webhook(signed(message(kind, {"item_id": 2700000001})))
    assert (hint.kind, hint.order_id) == (expected, "")


def test_the_end_of_the_token_names_its_seller_inside(lazada: LazadaConnector) -> None:
    data = {"app_key": "100042", "auth_expiry_time": 1793779200, "seller_id": 200012345}
    (hint,) = lazada.read_webhook(signed(message(8, data, seller_id="null")))
    assert hint.kind is HintKind.AUTHORIZATION


def test_one_event_has_one_key_however_often_it_is_sent(
    lazada: LazadaConnector,
) -> None:
    first = lazada.read_webhook(signed(SHIPPED))[0].event_key
    later = json.loads(SHIPPED) | {"timestamp": 1793608200000}
    again = lazada.read_webhook(signed(json.dumps(later).encode()))[0].event_key
    assert first == again
    later["data"]["order_status"] = "delivered"
    other = lazada.read_webhook(signed(json.dumps(later).encode()))[0].event_key
    assert other != first


def test_header_names_have_no_case(lazada: LazadaConnector) -> None:
    assert lazada.read_webhook(signed(SHIPPED, header="authorization"))


def refused(lazada: LazadaConnector, request: WebhookRequest) -> bool:
    try:
        lazada.read_webhook(request)
    except WebhookRefused as refusal:
        return "canary" not in str(refusal)
    return False


@pytest.mark.parametrize(
    "signature",
    ["", "0", "zz", "é" * 64, "0" * 64, "Bearer abc", "a" * 100_000],
)
def test_a_wrong_signature_is_refused(lazada: LazadaConnector, signature: str) -> None:
    headers = {"Authorization": signature}
    assert refused(lazada, WebhookRequest(url=URL, headers=headers, body=SHIPPED))


def test_every_flipped_byte_is_noticed(lazada: LazadaConnector) -> None:
    genuine = signed(SHIPPED)
    for place in range(len(SHIPPED)):
        body = bytearray(SHIPPED)
        body[place] ^= 1
        forged = WebhookRequest(url=URL, headers=genuine.headers, body=bytes(body))
        assert refused(lazada, forged)


def test_the_same_json_in_other_bytes_is_not_what_was_signed(
    lazada: LazadaConnector,
) -> None:
    rewritten = json.dumps(json.loads(SHIPPED), separators=(",", ":")).encode()
    headers = signed(SHIPPED).headers
    assert refused(lazada, WebhookRequest(url=URL, headers=headers, body=rewritten))


def test_no_signature_or_two_are_refused(lazada: LazadaConnector) -> None:
    right = signed(SHIPPED).headers["Authorization"]
    twice = {"Authorization": right, "authorization": right}
    assert refused(lazada, WebhookRequest(url=URL, headers={}, body=SHIPPED))
    assert refused(lazada, WebhookRequest(url=URL, headers=twice, body=SHIPPED))


def test_another_app_or_another_secret_is_refused(lazada: LazadaConnector) -> None:
    assert refused(lazada, signed(SHIPPED, key="100043"))
    assert refused(lazada, signed(SHIPPED, secret="another app's secret"))


@pytest.mark.parametrize(
    "body",
    [
        message(0, {"trade_order_id": ORDER}, seller_id="299999999"),
        message(0, {"trade_order_id": ORDER}, seller_id="null"),
        message(0, {"trade_order_id": ORDER}, seller_id=None),
        b"[]",
        b"",
        b"not json",
        b'{"seller_id": NaN}',
    ],
)
def test_a_signed_message_for_nobody_or_another_shop_is_refused(
    lazada: LazadaConnector, body: bytes
) -> None:
    assert refused(lazada, signed(body))
