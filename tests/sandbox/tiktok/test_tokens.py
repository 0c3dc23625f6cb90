"""Authorization: codes, pairs of tokens, rotation and age."""

import time
from urllib.parse import parse_qs, urlsplit

import requests

from tests.sandbox.driver import Control
from tests.sandbox.tiktok.driver import Shop

SHOPS = "/authorization/202309/shops"
WEEK = 7 * 86400


def works(shop: Shop) -> bool:
    return bool(shop.send("GET", SHOPS).json()["code"] == 0)


def test_the_settings_are_what_a_client_must_be_told(shop: Shop) -> None:
    assert set(shop.settings) == {
        "base_url",
        "auth_url",
        "app_key",
        "app_secret",
        "service_id",
        "shop_id",
        "shop_cipher",
        "access_token",
        "refresh_token",
        "access_token_expire_in",
        "refresh_token_expire_in",
        "warehouse_id",
    }


def test_both_expiries_are_moments_and_not_spans(shop: Shop) -> None:
    now = time.time()
    for name, seconds in (("access", WEEK), ("refresh", 365 * 86400)):
        assert abs(shop.settings[f"{name}_token_expire_in"] - now - seconds) < 10


def test_an_access_token_expires_after_a_week(shop: Shop, control: Control) -> None:
    control.clock(WEEK - 60)
    assert works(shop)
    control.clock(120)
    answer = shop.send("GET", SHOPS)
    assert (answer.status_code, answer.json()["code"]) == (401, 105002)


def test_a_refresh_rotates_both_tokens(shop: Shop, control: Control) -> None:
    old = shop.settings["refresh_token"]
    granted = shop.token("refresh", refresh_token=old, grant_type="refresh_token")
    assert granted["code"] == 0
    assert granted["data"]["seller_base_region"] == "VN"
    assert granted["data"]["user_type"] == 0
    again = shop.token("refresh", refresh_token=old, grant_type="refresh_token")
    assert (again["code"], again["data"]) == (36004005, None)
    assert works(shop), "the old access token has five more minutes"
    control.clock(310)
    assert not works(shop)
    shop.settings |= granted["data"]
    assert works(shop)
    counted = control.get("tiktok/requests", shop=shop.name)
    assert counted["/api/v2/token/refresh"] == {"ok": 1, "refused": 0}


def test_a_refresh_token_expires_after_a_year(shop: Shop, control: Control) -> None:
    control.clock(365 * 86400 + 1)
    token = shop.settings["refresh_token"]
    granted = shop.token("refresh", refresh_token=token, grant_type="refresh_token")
    assert granted["code"] == 36004001


def test_the_secret_and_the_grant_type_are_checked(shop: Shop) -> None:
    token = shop.settings["refresh_token"]
    wrong = {"refresh_token": token, "grant_type": "refresh_token", "app_secret": "x"}
    assert shop.token("refresh", **wrong)["code"] != 0
    answer = requests.get(
        f"{shop.settings['auth_url']}/api/v2/token/refresh",
        params={
            "app_key": shop.settings["app_key"],
            "app_secret": shop.settings["app_secret"],
            "refresh_token": token,
            "grant_type": "authorized_code",
        },
        timeout=5,
    )
    assert answer.json()["code"] != 0
    assert works(shop)


def test_the_seller_consents_and_the_code_is_good_once(
    shop: Shop, control: Control
) -> None:
    for path, name in (
        ("/oauth/authorize", "app_key"),
        ("/open/authorize", "service_id"),
    ):
        answer = requests.get(
            shop.settings["auth_url"] + path,
            params={
                name: shop.settings[name],
                "state": "s-1",
                "redirect_uri": "http://127.0.0.1:1/back?kept=1",
            },
            allow_redirects=False,
            timeout=5,
        )
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert (query["state"], query["kept"]) == (["s-1"], ["1"])
        code = query["code"][0]
        granted = shop.token("get", auth_code=code, grant_type="authorized_code")
        shop.settings |= granted["data"]
        assert works(shop)
        again = shop.token("get", auth_code=code, grant_type="authorized_code")
        assert again["code"] == 36004004


def test_a_code_ages(shop: Shop, control: Control) -> None:
    page = requests.get(
        f"{shop.settings['auth_url']}/oauth/authorize",
        params={"app_key": shop.settings["app_key"]},
        timeout=5,
    ).text
    code = page.split("<code>")[1].split("</code>")[0]
    control.clock(31 * 60)
    granted = shop.token("get", auth_code=code, grant_type="authorized_code")
    assert granted["code"] == 36004004


def test_a_refresh_that_is_not_applied_gives_tokens_that_open_nothing(
    shop: Shop,
) -> None:
    shop.fault("/api/v2/token", "accepted_not_applied")
    old = shop.settings["refresh_token"]
    granted = shop.token("refresh", refresh_token=old, grant_type="refresh_token")
    assert works(shop)
    shop.settings["access_token"] = granted["data"]["access_token"]
    assert not works(shop)
