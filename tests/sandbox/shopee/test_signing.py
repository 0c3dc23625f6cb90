"""The sandbox's signatures against published vectors."""

import time
from typing import Any

import pytest

from sandbox.shopee.signing import public_base, push_base, shop_base, sign
from tests.sandbox.driver import Control, Seller

KEY = "7a6b5c4d3e2f10192837465564738291"
TOKEN, SHOP = "59777174636562737266615546704c6d", "14701711"
PARTNER, AT = "2001887", "1655714431"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            "/api/v2/shop/get_shop_info",
            "00a5089c68bc1df9a20af69a9f7ad13a21145c8dbf7f61bdfaf86d1da659c7e0",
        ),
        (
            "/api/v2/product/update_stock",
            "433699fcb720ed404e4130b8d1f72abbe6468fe4d5eb858ff5084218ee1da14f",
        ),
    ],
)
def test_a_shop_call_signs_as_published(path: str, expected: str) -> None:
    assert sign(KEY, shop_base(PARTNER, path, AT, TOKEN, SHOP)) == expected


def test_a_public_call_signs_as_published() -> None:
    expected = "2e22b174ba4df3322128c46c4b53c7580e7d3822954f038861c7373b940089c9"
    assert sign(KEY, public_base(PARTNER, "/api/v2/auth/token/get", AT)) == expected


def test_a_push_signs_address_and_raw_body() -> None:
    body = (
        b'{"data":{"items":[],"ordersn":"220810QSK8S7BX","status":"PROCESSED",'
        b'"completed_scenario":"","update_time":1660123127},"shop_id":727720655,'
        b'"code":3,"timestamp":1660123127}'
    )
    signature = sign(KEY, push_base("https://erp.example.test/hooks/shopee", body))
    assert signature == (
        "4c1733b8528488d1f6035dabb7cad6f86c14f1153694afb58cfefc55b23e51a4"
    )


def refusal(seller: Seller, **replaced: Any) -> tuple[str, str]:
    answer = seller.call("GET", "shop/get_shop_info", {}, **replaced)
    return answer["error"], answer["message"]


def test_a_call_that_is_signed_right_is_answered(seller: Seller) -> None:
    assert seller.get("shop/get_shop_info")["shop_name"] == "s1"


def test_a_wrong_signature_is_refused(seller: Seller) -> None:
    seller.settings["partner_key"] = "0" * 64
    assert refusal(seller) == ("error_sign", "Wrong sign.")


def test_an_uppercase_signature_is_refused(seller: Seller) -> None:
    key = str(seller.settings["partner_key"])
    now = str(int(time.time()))
    base = (
        f"{seller.settings['partner_id']}/api/v2/shop/get_shop_info{now}"
        f"{seller.settings['access_token']}{seller.settings['shop_id']}"
    )
    answer = seller.call(
        "GET", "shop/get_shop_info", {}, timestamp=now, sign=sign(key, base).upper()
    )
    assert answer["error"] == "error_sign"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_timestamp_five_minutes_off_is_refused(seller: Seller, minutes: int) -> None:
    stale = int(time.time()) + minutes * 60
    assert refusal(seller, timestamp=stale) == ("error_param", "Timestamp is expired.")


def test_advancing_the_clock_does_not_age_signatures(
    seller: Seller, control: Control
) -> None:
    control.clock(3600)
    assert refusal(seller) == ("", "")


def test_a_token_of_another_shop_is_refused(seller: Seller, control: Control) -> None:
    other = control.post("shopee/shops", shop="s2")["settings"]
    answer = refusal(seller, shop_id=other["shop_id"])
    assert answer == ("error_auth", "Invalid access_token.")


def test_a_shop_that_does_not_exist_is_refused(seller: Seller) -> None:
    answer = refusal(seller, shop_id=1)
    assert answer == ("error_auth", "Invalid partner_id or shopid.")


def test_a_missing_token_is_named(seller: Seller) -> None:
    answer = refusal(seller, access_token="")
    assert answer == ("error_param", "There is no access_token in query.")


def test_a_wrong_signature_on_a_push_call_has_its_own_words(seller: Seller) -> None:
    seller.settings["partner_key"] = "0" * 64
    answer = seller.get("push/get_lost_push_message")
    assert (answer["error"], answer["response"]) == ("common.error_auth", {})


def test_a_path_that_is_not_routed_is_a_bare_404(seller: Seller) -> None:
    answer = seller.send("GET", "order/no_such_call", {})
    assert answer.status_code == 404
    assert "request_id" not in answer.text
