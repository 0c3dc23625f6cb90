"""Authorization: codes, pairs of tokens, rotation and age."""

import time
from urllib.parse import parse_qs, urlsplit

import requests

from tests.sandbox.driver import Control, Json, Seller, sign


def refresh(seller: Seller, token: str) -> Json:
    return seller.post(
        "auth/access_token/get",
        refresh_token=token,
        partner_id=seller.settings["partner_id"],
        shop_id=seller.settings["shop_id"],
    )


def works(seller: Seller) -> bool:
    return bool(seller.get("shop/get_shop_info")["error"] == "")


def test_an_access_token_expires_after_four_hours(
    seller: Seller, control: Control
) -> None:
    control.clock(4 * 3600 - 60)
    assert works(seller)
    control.clock(120)
    assert seller.get("shop/get_shop_info")["message"] == "Invalid access_token."


def test_a_refresh_gives_a_new_pair_flat(seller: Seller) -> None:
    answer = refresh(seller, seller.settings["refresh_token"])
    assert answer["expire_in"] == 14400
    assert answer["shop_id"] == seller.settings["shop_id"]
    assert "response" not in answer
    seller.settings["access_token"] = answer["access_token"]
    assert works(seller)


def test_a_refresh_token_is_good_once(seller: Seller) -> None:
    first = seller.settings["refresh_token"]
    second = refresh(seller, first)["refresh_token"]
    assert refresh(seller, first)["message"] == "Invalid refresh_token."
    assert refresh(seller, second)["error"] == ""


def test_the_old_access_token_works_five_more_minutes(
    seller: Seller, control: Control
) -> None:
    refresh(seller, seller.settings["refresh_token"])
    control.clock(290)
    assert works(seller)
    control.clock(20)
    assert not works(seller)


def test_a_refresh_token_expires_after_thirty_days(
    seller: Seller, control: Control
) -> None:
    control.clock(30 * 86400 + 1)
    answer = refresh(seller, seller.settings["refresh_token"])
    assert answer["error"] == "refresh_token_expired"


def test_a_lost_answer_to_a_refresh_leaves_the_client_without_tokens(
    seller: Seller, control: Control
) -> None:
    control.fault("auth/access_token/get", "accepted_not_applied")
    lost = refresh(seller, seller.settings["refresh_token"])
    assert refresh(seller, lost["refresh_token"])["error"] == "error_auth"


def code_from_consent(seller: Seller) -> str:
    path = "/api/v2/shop/auth_partner"
    query = {"redirect": "http://erp.example.test/back?state=1"}
    partner, now = seller.settings["partner_id"], int(time.time())
    answer = requests.get(
        seller.settings["base_url"] + path,
        params={
            **query,
            "partner_id": partner,
            "timestamp": now,
            "sign": sign(seller.settings["partner_key"], f"{partner}{path}{now}"),
        },
        allow_redirects=False,
        timeout=10,
    )
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["1"]
    assert back["shop_id"] == [str(seller.settings["shop_id"])]
    return back["code"][0]


def exchange(seller: Seller, code: str) -> Json:
    return seller.post(
        "auth/token/get",
        code=code,
        partner_id=seller.settings["partner_id"],
        shop_id=seller.settings["shop_id"],
    )


def test_the_app_can_list_its_shops(seller: Seller) -> None:
    answer = seller.get("public/get_shops_by_partner")
    assert [each["shop_id"] for each in answer["authed_shop_list"]] == [
        seller.settings["shop_id"]
    ]


def test_a_consent_code_is_good_once(seller: Seller) -> None:
    code = code_from_consent(seller)
    answer = exchange(seller, code)
    assert exchange(seller, code)["message"] == "Invalid code"
    seller.settings["access_token"] = answer["access_token"]
    assert works(seller)


def test_a_consent_code_expires_after_ten_minutes(
    seller: Seller, control: Control
) -> None:
    code = code_from_consent(seller)
    control.clock(601)
    assert exchange(seller, code)["error"] == "error_auth"
