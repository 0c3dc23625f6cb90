"""Shopee's signatures, checked with published vectors and with hashlib by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.shopee import ShopeeConnector
from connector.shopee.signing import public_base, push_signature, shop_base, sign

KEY = "7a6b5c4d3e2f10192837465564738291"
TOKEN = "59777174636562737266615546704c6d"


@pytest.mark.parametrize(
    ("base", "signature"),
    [
        (
            shop_base(
                2001887, "/api/v2/shop/get_shop_info", 1655714431, TOKEN, 14701711
            ),
            "00a5089c68bc1df9a20af69a9f7ad13a21145c8dbf7f61bdfaf86d1da659c7e0",
        ),
        (
            public_base(2001887, "/api/v2/auth/token/get", 1655714431),
            "2e22b174ba4df3322128c46c4b53c7580e7d3822954f038861c7373b940089c9",
        ),
        (
            shop_base(
                2001887, "/api/v2/product/update_stock", 1655714431, TOKEN, 14701711
            ),
            "433699fcb720ed404e4130b8d1f72abbe6468fe4d5eb858ff5084218ee1da14f",
        ),
    ],
)
def test_calls_are_signed_as_other_clients_sign_them(base: str, signature: str) -> None:
    assert sign(KEY, base) == signature


def test_the_guide_prints_this_base_string() -> None:
    base = shop_base(2001887, "/api/v2/shop/get_shop_info", 1655714431, TOKEN, 14701711)
    assert base == (
        "2001887/api/v2/shop/get_shop_info1655714431"
        "59777174636562737266615546704c6d14701711"
    )


def test_the_published_unit_vector_holds() -> None:
    base = "/api/v2/auth/token/get123456test_partner_idtest_shop_idtest_main_account_id"
    assert sign("test_partner_key", base) == (
        "37c864bd9821ff5f2c2f46b2faca14eb1811a718d1fdc6dcf383cba7c74bf9e9"
    )


def test_a_push_is_signed_over_address_and_raw_bytes() -> None:
    body = (
        b'{"data":{"items":[],"ordersn":"220810QSK8S7BX","status":"PROCESSED",'
        b'"completed_scenario":"","update_time":1660123127},"shop_id":727720655,'
        b'"code":3,"timestamp":1660123127}'
    )
    signature = push_signature(KEY, "https://erp.example.test/hooks/shopee", body)
    assert signature == (
        b"4c1733b8528488d1f6035dabb7cad6f86c14f1153694afb58cfefc55b23e51a4"
    )


def test_a_call_carries_its_signature_in_the_query(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer("shop/get_shop_info", reply("shop_info"))
    assert shopee.identify().name == "Cửa hàng thử"
    query = parse_qs(urlsplit(calls("get_shop_info")[0].url).query)
    base = shop_base(
        1000001,
        "/api/v2/shop/get_shop_info",
        int(query["timestamp"][0]),
        "canary-access-1",
        2000001,
    )
    assert query["sign"] == [sign("canary-partner-key", base)]
    assert query["partner_id"] == ["1000001"]
    assert query["shop_id"] == ["2000001"]
