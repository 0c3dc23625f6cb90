"""Shopee's pushes: verified on raw bytes, for this shop only, and only hints."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest

from connector import Hint, HintKind, MemorySettings, WebhookRefused, WebhookRequest
from connector.shopee import ShopeeConnector

URL = "https://seller.example.test/hooks/shopee"
ORDER = "261101TRUE0001"


def message(code: Any, data: dict[str, Any], **more: Any) -> bytes:
    body = {"data": data, "shop_id": 2000001, "code": code, "timestamp": 1793503600}
    return json.dumps({**body, **more}).encode()


def signed(
    body: bytes, *, key: str = "canary-push-key", header: str = "Authorization"
) -> WebhookRequest:
    digest = hmac.new(key.encode(), URL.encode() + b"|" + body, hashlib.sha256)
    return WebhookRequest(url=URL, headers={header: digest.hexdigest()}, body=body)


PROCESSED = message(3, {"ordersn": ORDER, "status": "PROCESSED"})


@pytest.mark.parametrize(
    ("code", "data", "kind", "order_id", "return_id"),
    [
        (3, {"ordersn": ORDER}, HintKind.ORDER, ORDER, ""),
        (4, {"ordersn": ORDER, "tracking_no": "S1"}, HintKind.ORDER, ORDER, ""),
        (15, {"ordersn": ORDER, "status": "READY"}, HintKind.ORDER, ORDER, ""),
        (30, {"ordersn": ORDER}, HintKind.ORDER, ORDER, ""),
        (47, {"order_sn": ORDER}, HintKind.ORDER, ORDER, ""),
        (29, {"order_sn": ORDER, "return_sn": "R1"}, HintKind.RETURN, ORDER, "R1"),
        (8, {"item_id": 1, "ordersn": ORDER}, HintKind.STOCK, ORDER, ""),
        ("28", {"action_type": "2"}, HintKind.OTHER, "", ""),
        (99, {}, HintKind.OTHER, "", ""),
    ],
)
def test_each_code_hints_at_its_kind(
    shopee: ShopeeConnector,
    code: Any,
    data: dict[str, Any],
    kind: HintKind,
    order_id: str,
    return_id: str,
) -> None:
    (hint,) = shopee.read_webhook(signed(message(code, data)))
    assert (hint.kind, hint.order_id, hint.return_id) == (kind, order_id, return_id)


@pytest.mark.parametrize(("code", "item_id"), [(8, "1"), (3, "")])
def test_a_message_about_a_number_names_its_item(
    shopee: ShopeeConnector, code: int, item_id: str
) -> None:
    body = message(code, {"item_id": 1, "ordersn": ORDER})
    (hint,) = shopee.read_webhook(signed(body))
    assert (hint.item_id, hint.order_id) == (item_id, ORDER)


@pytest.mark.parametrize(
    ("code", "data"),
    [
        (1, {"shop_id": 2000001, "success": 1}),
        (1, {"shop_id_list": [5, 2000001]}),
        (2, {"shopid": 2000001}),
        (2, {"extra": "shop id 2000001 (VN) has been cancelled its authorization"}),
        (12, {"shop_expire_soon": [2000001]}),
    ],
)
def test_authorization_messages_name_the_shop_inside(
    shopee: ShopeeConnector, code: int, data: dict[str, Any]
) -> None:
    body = json.dumps({"data": data, "code": code, "timestamp": 1}).encode()
    (hint,) = shopee.read_webhook(signed(body))
    assert hint.kind is HintKind.AUTHORIZATION


def test_one_event_has_one_key(shopee: ShopeeConnector) -> None:
    with_id = message(3, {"ordersn": ORDER}, msg_id="m-1")
    assert shopee.read_webhook(signed(with_id))[0].event_key == "m-1"
    first, again = (shopee.read_webhook(signed(PROCESSED)) for _ in range(2))
    assert first == again
    assert first[0].event_key == hashlib.sha256(PROCESSED).hexdigest()


def test_the_apps_own_key_will_do_and_header_names_have_no_case(
    shopee: ShopeeConnector,
) -> None:
    request = signed(PROCESSED, key="canary-partner-key", header="authorization")
    assert shopee.read_webhook(request)


def refused(shopee: ShopeeConnector, request: WebhookRequest) -> bool:
    try:
        shopee.read_webhook(request)
    except WebhookRefused as refusal:
        return "canary" not in str(refusal)
    return False


@pytest.mark.parametrize(
    "signature",
    ["", "0", "zz", "é" * 64, "0" * 64, "Bearer abc", "a" * 100_000],
)
def test_a_wrong_signature_is_refused(shopee: ShopeeConnector, signature: str) -> None:
    headers = {"Authorization": signature}
    assert refused(shopee, WebhookRequest(url=URL, headers=headers, body=PROCESSED))


def test_every_flipped_byte_is_noticed(shopee: ShopeeConnector) -> None:
    genuine = signed(PROCESSED)
    for place in range(len(PROCESSED)):
        body = bytearray(PROCESSED)
        body[place] ^= 1
        forged = WebhookRequest(url=URL, headers=genuine.headers, body=bytes(body))
        assert refused(shopee, forged)


def test_no_signature_or_two_are_refused(shopee: ShopeeConnector) -> None:
    right = signed(PROCESSED).headers["Authorization"]
    twice = {"Authorization": right, "authorization": right}
    assert refused(shopee, WebhookRequest(url=URL, headers={}, body=PROCESSED))
    assert refused(shopee, WebhookRequest(url=URL, headers=twice, body=PROCESSED))


def test_another_address_or_another_key_is_refused(shopee: ShopeeConnector) -> None:
    headers = signed(PROCESSED).headers
    elsewhere = WebhookRequest(url=URL + "/", headers=headers, body=PROCESSED)
    assert refused(shopee, elsewhere)
    assert refused(shopee, signed(PROCESSED, key="another shop's key"))


def test_a_missing_push_key_is_not_an_empty_key(
    shopee: ShopeeConnector, store: MemorySettings
) -> None:
    store.rotate(store.read(), lambda old: {**old, "push_partner_key": ""})
    assert refused(shopee, signed(PROCESSED, key=""))


@pytest.mark.parametrize(
    "body",
    [
        message(3, {"ordersn": ORDER}, shop_id=2999999),
        message(3, {"ordersn": ORDER}, shop_id=None),
        json.dumps({"data": {}, "code": 12}).encode(),
        b"[]",
        b"",
        b"not json",
        b'{"shop_id": NaN}',
    ],
)
def test_a_signed_message_for_nobody_or_another_shop_is_refused(
    shopee: ShopeeConnector, body: bytes
) -> None:
    assert refused(shopee, signed(body))


def test_lost_pushes_are_read_and_confirmed_by_the_next_read(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer("push/get_lost_push_message", reply("lost_pushes"))
    answer("push/confirm_consumed_lost_push_message", {"error": ""}, method="POST")
    page = shopee.read_hints()
    assert [(hint.kind, hint.order_id) for hint in page.items] == [
        (HintKind.ORDER, ORDER),
        (HintKind.RETURN, ORDER),
    ]
    assert page.items[1] == Hint(
        event_key="m-29",
        kind=HintKind.RETURN,
        order_id=ORDER,
        return_id="2611010RETURN01",
    )
    assert page.next_cursor == "176610"
    assert not calls("confirm_consumed_lost_push_message")
    empty = {"error": "", "response": {"push_message_list": [], "last_message_id": 0}}
    answer("push/get_lost_push_message", empty)
    assert shopee.read_hints(cursor=page.next_cursor).next_cursor is None
    (confirmed,) = calls("confirm_consumed_lost_push_message")
    assert json.loads(confirmed.body) == {"last_message_id": 176610}
    assert "access_token" not in confirmed.url
