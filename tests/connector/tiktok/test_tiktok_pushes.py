"""TikTok Shop's messages: verified on raw bytes, for this shop only, and only hints."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest

from connector import HintKind, MemorySettings, WebhookRefused, WebhookRequest
from connector.tiktok import TikTokConnector

URL = "https://seller.example.test/hooks/tiktok"
SHOP = "7490000000000000001"
ORDER = "577900000000000001"


def message(kind: Any, data: Any, **more: Any) -> bytes:
    body = {
        "type": kind,
        "tts_notification_id": "n-1",
        "shop_id": SHOP,
        "timestamp": 1793503600,
        "data": data,
    }
    return json.dumps({**body, **more}).encode()


def signed(
    body: bytes,
    *,
    key: str = "6app0key",
    secret: str = "canary-app-secret",
    header: str = "Authorization",
) -> WebhookRequest:
    digest = hmac.new(secret.encode(), key.encode() + body, hashlib.sha256).hexdigest()
    return WebhookRequest(url=URL, headers={header: digest}, body=body)


CANCEL = message(1, {"order_id": ORDER, "order_status": "CANCEL"})
INVENTORY = {
    "event_id": "evt-1",
    "occurred_at": "2026-11-02T02:00:00Z",
    "shop_id": int(SHOP),
    "product_id": 1730000000000000001,
    "sku_id": 1730000000000000011,
    "quantity_snapshot_after_change": {"total_available_quantity": 13},
    "change_detail": [{"trigger_source": "X", "available_quantity_delta": 1}],
}


@pytest.mark.parametrize(
    ("code", "data", "kind", "order_id", "return_id"),
    [
        (1, {"order_id": ORDER}, HintKind.ORDER, ORDER, ""),
        ("1", {"order_id": int(ORDER)}, HintKind.ORDER, ORDER, ""),
        (3, {"order_id": ORDER}, HintKind.OTHER, ORDER, ""),
        (5, {"product_id": "1", "status": "FREEZE"}, HintKind.OTHER, "", ""),
        (6, {"message": "deauthorized"}, HintKind.AUTHORIZATION, "", ""),
        (7, {"expiration_time": "1793900000"}, HintKind.AUTHORIZATION, "", ""),
        (11, {"order_id": ORDER, "cancel_id": "C1"}, HintKind.ORDER, ORDER, ""),
        (12, {"order_id": ORDER, "return_id": "R1"}, HintKind.RETURN, ORDER, "R1"),
        (27, {"product_id": "1", "sku_id": "2"}, HintKind.STOCK, "", ""),
        (64, {"aftersales_request_id": "A1"}, HintKind.RETURN, "", ""),
        (65, {"rma_id": "M1"}, HintKind.RETURN, "", ""),
        (67, {"line_items": [{"main_order_id": ORDER}]}, HintKind.RETURN, ORDER, ""),
        (67, {"line_items": "none"}, HintKind.RETURN, "", ""),
        (71, INVENTORY, HintKind.STOCK, "", ""),
        (999, {}, HintKind.OTHER, "", ""),
        (1, None, HintKind.ORDER, "", ""),
    ],
)
def test_each_type_hints_at_its_kind(
    tiktok: TikTokConnector,
    code: Any,
    data: Any,
    kind: HintKind,
    order_id: str,
    return_id: str,
) -> None:
    (hint,) = tiktok.read_webhook(signed(message(code, data)))
    assert (hint.kind, hint.order_id, hint.return_id) == (kind, order_id, return_id)
    assert hint.event_key == "n-1"


@pytest.mark.parametrize(
    ("code", "data", "item_id"),
    [
        (71, INVENTORY, "1730000000000000001"),
        (27, {"product_id": "1", "sku_id": "2"}, "1"),
        (27, {}, ""),
        (5, {"product_id": "1", "status": "FREEZE"}, ""),
    ],
)
def test_a_message_about_a_number_names_its_product(
    tiktok: TikTokConnector, code: int, data: dict[str, Any], item_id: str
) -> None:
    (hint,) = tiktok.read_webhook(signed(message(code, data)))
    assert hint.item_id == item_id


def test_a_message_about_packages_names_each_of_its_orders(
    tiktok: TikTokConnector,
) -> None:
    packages = [
        {"package_id": "1", "order_id_list": [ORDER, "577900000000000002"]},
        {"package_id": "2", "order_id_list": ["577900000000000002", 3]},
    ]
    hints = tiktok.read_webhook(signed(message(4, {"package_list": packages})))
    assert [hint.order_id for hint in hints] == [ORDER, "577900000000000002", "3"]
    assert len({hint.event_key for hint in hints}) == 3


def test_one_event_has_one_key(tiktok: TikTokConnector) -> None:
    without = message(1, {"order_id": ORDER}, tts_notification_id=None)
    first, again = (tiktok.read_webhook(signed(without)) for _ in range(2))
    assert first == again
    assert first[0].event_key == hashlib.sha256(without).hexdigest()


def test_header_names_have_no_case(tiktok: TikTokConnector) -> None:
    assert tiktok.read_webhook(signed(CANCEL, header="authorization"))


def refused(tiktok: TikTokConnector, request: WebhookRequest) -> bool:
    try:
        tiktok.read_webhook(request)
    except WebhookRefused as refusal:
        return "canary" not in str(refusal)
    return False


@pytest.mark.parametrize(
    "signature",
    ["", "0", "zz", "é" * 64, "0" * 64, "a" * 100_000],
)
def test_a_wrong_signature_is_refused(tiktok: TikTokConnector, signature: str) -> None:
    headers = {"Authorization": signature}
    assert refused(tiktok, WebhookRequest(url=URL, headers=headers, body=CANCEL))


def test_the_header_carries_no_scheme_and_no_capitals(tiktok: TikTokConnector) -> None:
    right = signed(CANCEL).headers["Authorization"]
    for written in (f"Bearer {right}", right.upper()):
        headers = {"Authorization": written}
        assert refused(tiktok, WebhookRequest(url=URL, headers=headers, body=CANCEL))


def test_every_flipped_byte_is_noticed(tiktok: TikTokConnector) -> None:
    genuine = signed(CANCEL)
    for place in range(len(CANCEL)):
        body = bytearray(CANCEL)
        body[place] ^= 1
        forged = WebhookRequest(url=URL, headers=genuine.headers, body=bytes(body))
        assert refused(tiktok, forged)


def test_no_signature_or_two_are_refused(tiktok: TikTokConnector) -> None:
    right = signed(CANCEL).headers["Authorization"]
    twice = {"Authorization": right, "authorization": right}
    assert refused(tiktok, WebhookRequest(url=URL, headers={}, body=CANCEL))
    assert refused(tiktok, WebhookRequest(url=URL, headers=twice, body=CANCEL))


def test_another_app_or_another_secret_is_refused(tiktok: TikTokConnector) -> None:
    assert refused(tiktok, signed(CANCEL, key="other"))
    assert refused(tiktok, signed(CANCEL, secret="another secret"))


@pytest.mark.parametrize(
    "body",
    [
        message(1, {"order_id": ORDER}, shop_id="7499999999999999999"),
        message(1, {"order_id": ORDER}, shop_id=None),
        message(1, {"order_id": ORDER}, shop_id=""),
        b"[]",
        b"",
        b"not json",
        b'{"shop_id": NaN}',
    ],
)
def test_a_signed_message_for_nobody_or_another_shop_is_refused(
    tiktok: TikTokConnector, body: bytes
) -> None:
    assert refused(tiktok, signed(body))


def test_a_shop_whose_id_is_not_known_yet_believes_nobody(
    tiktok: TikTokConnector, store: MemorySettings
) -> None:
    store.rotate(store.read(), lambda old: {**old, "shop_id": ""})
    assert refused(tiktok, signed(message(1, {}, shop_id="")))
