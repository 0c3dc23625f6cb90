"""Signatures: the published vectors, and what a request must carry."""

import time
from collections.abc import Callable

import pytest
import requests

from sandbox.tiktok.signing import request_base, same, sign, webhook_base
from tests.sandbox.tiktok.driver import Shop, digest

SHOPS = "/authorization/202309/shops"
WAREHOUSES = "/logistics/202309/warehouses"
WEBHOOKS = "/event/202309/webhooks"
DOCUMENTED = {
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
            b"",
            "d3cb7fe11ecae942802ceeca67e7cf10120cc12f1517d45fbc1c8cfe5413c80f",
        ),
        (
            "e59af819cc",
            WEBHOOKS,
            DOCUMENTED,
            b"",
            "ed58e1b5e59865c22a7b828c1cab65007441f43cc91a6cb2f2cdc638e0995a37",
        ),
        (
            "e59af819cc",
            WEBHOOKS,
            {**DOCUMENTED, "sign": "x", "access_token": "never signed"},
            b'{"event_type":"PACKAGE_UPDATE",'
            b'"address":"https://partner.tiktokshop.com"}',
            "701dd6deb2389fe4c469b89bd37fc56f96a6da6afeb4d01c9077a65169752fa7",
        ),
    ],
)
def test_requests_are_signed_like_the_published_vectors(
    secret: str, path: str, query: dict[str, str], body: bytes, signature: str
) -> None:
    assert same(sign(secret, request_base(secret, path, query, body)), signature)


def test_webhooks_are_signed_like_the_published_vector() -> None:
    body = (
        b'{"type":1,"shop_id":"7494726673780148744","timestamp":1664095733,'
        b'"data":{"order_id":"576684019603311365",'
        b'"order_status":"AWAITING_SHIPMENT","update_time":1664095610}}'
    )
    signature = sign("fake_app_secret", webhook_base("fake_app_key", body))
    assert signature == (
        "21109834de72ec53c9959716d8514ae388ce1f123e5ffdcafc46713fcdf62b27"
    )


def test_success_is_code_zero_in_the_body(shop: Shop) -> None:
    answer = shop.send("GET", SHOPS).json()
    assert (answer["code"], answer["message"]) == (0, "Success")
    (found,) = answer["data"]["shops"]
    assert found["cipher"] == shop.settings["shop_cipher"]
    assert found["id"] == shop.settings["shop_id"]
    assert found["region"] == "VN"


def test_the_body_is_part_of_what_is_signed(shop: Shop) -> None:
    path = "/product/202309/inventory/search"
    query = {"app_key": shop.settings["app_key"], "timestamp": str(int(time.time()))}
    query["shop_cipher"] = shop.settings["shop_cipher"]
    secret = shop.settings["app_secret"]
    unsigned_body = digest(secret, request_base(secret, path, query, b""))
    sku_ids = f'{{"sku_ids": ["{shop.listings["A"]["variant_id"]}"]}}'
    for signature, code in (
        (unsigned_body, 106001),
        (digest(secret, request_base(secret, path, query, sku_ids.encode())), 0),
    ):
        answer = requests.post(
            shop.settings["base_url"] + path,
            params={**query, "sign": signature},
            data=sku_ids,
            headers={
                "x-tts-access-token": shop.settings["access_token"],
                "Content-Type": "application/json",
            },
            timeout=5,
        )
        assert answer.json()["code"] == code
        assert answer.status_code == (401 if code else 200)


def test_a_signature_in_capitals_is_wrong(shop: Shop) -> None:
    right = requests.Request("GET", shop.send("GET", SHOPS).request.url or "").prepare()
    assert right.url is not None
    head, _, tail = right.url.partition("sign=")
    answer = requests.get(
        f"{head}sign={tail[:64].upper()}{tail[64:]}",
        headers={"x-tts-access-token": shop.settings["access_token"]},
        timeout=5,
    )
    assert answer.json()["code"] == 106001


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"app_key": "other"}, 400, 36009004),
        ({"app_key": None}, 400, 36009004),
        ({"timestamp": "soon"}, 400, 36009004),
        ({"timestamp": int(time.time()) - 320}, 400, 36009004),
        ({"timestamp": int(time.time()) + 3600}, 400, 36009004),
        ({"shop_cipher": None}, 400, 106013),
        ({"shop_cipher": "ROW_other"}, 401, 101000),
    ],
)
def test_a_request_that_the_gateway_refuses_gets_its_code(
    shop: Shop, query: dict[str, object], status: int, code: int
) -> None:
    answer = shop.send("GET", WAREHOUSES, query)
    body = answer.json()
    assert (answer.status_code, body["code"], body["data"]) == (status, code, None)


def test_the_timestamp_may_be_old_by_five_minutes_and_new_by_thirty_seconds(
    shop: Shop,
) -> None:
    for age in (290, -20):
        shop.get(WAREHOUSES, timestamp=int(time.time()) - age)


def test_a_missing_signature_and_a_wrong_token_are_told_apart(shop: Shop) -> None:
    unsigned = requests.get(
        shop.settings["base_url"] + SHOPS,
        params={"app_key": shop.settings["app_key"], "timestamp": int(time.time())},
        timeout=5,
    )
    assert "Missing credentials" in unsigned.json()["message"]
    stranger = shop.send("GET", SHOPS, headers={"x-tts-access-token": "ROW_no"})
    assert stranger.status_code == 401
    assert "x-tts-access-token" in stranger.json()["message"]


def test_the_shop_list_takes_no_cipher(shop: Shop) -> None:
    cipher = {"shop_cipher": shop.settings["shop_cipher"]}
    answer = shop.send("GET", SHOPS, cipher)
    assert (answer.status_code, answer.json()["code"]) == (400, 36009004)


def test_a_token_opens_its_own_shop_only(open_tiktok: Callable[..., Shop]) -> None:
    first, second = open_tiktok(), open_tiktok()
    cipher = {"shop_cipher": second.settings["shop_cipher"]}
    assert first.send("GET", WAREHOUSES, cipher).json()["code"] == 101000
    assert first.settings["app_secret"] == second.settings["app_secret"]


def test_paths_methods_and_bodies_that_do_not_exist_are_refused(shop: Shop) -> None:
    missing = shop.send("GET", "/order/202309/orders/list")
    assert (missing.status_code, missing.json()["code"]) == (404, 36009009)
    wrong = shop.send("GET", "/order/202309/orders/search")
    assert (wrong.status_code, wrong.json()["code"]) == (405, 36009010)
    path = "/product/202309/inventory/search"
    assert shop.code("POST", path, {}, ["not an object"]) == 36009004
    text = shop.send("POST", path, {}, {}, headers={"Content-Type": "text/plain"})
    assert text.json()["code"] == 36009022
