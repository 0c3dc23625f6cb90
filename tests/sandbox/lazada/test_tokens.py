"""Authorization: consent, codes, tokens, rotation and age."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.driver import Control, Json
from tests.sandbox.lazada.driver import Seller

DAY = 86400


def refresh(seller: Seller, token: object) -> Json:
    return seller.call(
        "POST", "/auth/token/refresh", {"refresh_token": token}, access_token=""
    )


def works(seller: Seller) -> bool:
    return bool(seller.get("/seller/get")["code"] == "0")


def test_the_settings_are_what_a_client_must_be_told(seller: Seller) -> None:
    kinds = {name: type(value) for name, value in seller.settings.items()}
    assert kinds == {
        "base_url": str,
        "auth_url": str,
        "app_key": str,
        "app_secret": str,
        "seller_id": str,
        "country": str,
        "access_token": str,
        "refresh_token": str,
        "expires_in": int,
        "refresh_expires_in": int,
    }
    assert seller.settings["base_url"].endswith("/rest")
    assert seller.settings["country"] == "vn"


def test_shops_share_the_app_and_nothing_else(
    open_shop: Callable[..., Seller],
) -> None:
    first, second = open_shop().settings, open_shop().settings
    assert first["app_secret"] == second["app_secret"]
    for name in ("seller_id", "access_token", "refresh_token"):
        assert first[name] != second[name]


def test_an_access_token_expires_after_ten_days(
    seller: Seller, control: Control
) -> None:
    control.clock(10 * DAY - 60)
    assert works(seller)
    control.clock(120)
    answer = seller.get("/seller/get")
    assert (answer["code"], answer["type"]) == ("IllegalAccessToken", "ISV")
    assert answer["message"] == "The specified access token is invalid or expired"


def test_a_missing_token_is_not_a_wrong_one(seller: Seller) -> None:
    answer = seller.call("GET", "/seller/get", {}, access_token="")
    assert answer["code"] == "MissingParameter"
    answer = seller.call("GET", "/seller/get", {}, access_token="50000x")
    assert answer["code"] == "IllegalAccessToken"


def test_a_refresh_gives_new_tokens_beside_the_code(seller: Seller) -> None:
    answer = refresh(seller, seller.settings["refresh_token"])
    assert answer["code"] == "0"
    assert "data" not in answer
    assert answer["expires_in"] == 10 * DAY
    (user,) = answer["country_user_info_list"]
    assert (user["country"], user["seller_id"]) == ("vn", seller.settings["seller_id"])
    assert not works(seller)
    seller.settings["access_token"] = answer["access_token"]
    assert works(seller)


def test_a_refresh_token_is_good_once(seller: Seller) -> None:
    first = seller.settings["refresh_token"]
    second = refresh(seller, first)["refresh_token"]
    assert refresh(seller, first)["code"] == "IllegalRefreshToken"
    assert refresh(seller, second)["code"] == "0"


def test_refreshing_does_not_move_the_end_of_the_authorization(
    seller: Seller, control: Control
) -> None:
    token: object = seller.settings["refresh_token"]
    left = []
    for _ in range(5):
        control.clock(9 * DAY)
        answer = refresh(seller, token)
        token = answer["refresh_token"]
        left.append(round(answer["refresh_expires_in"] / DAY))
    assert left == [41, 32, 23, 14, 5]
    control.clock(5 * DAY + 1)
    assert refresh(seller, token)["code"] == "IllegalRefreshToken"


def test_a_refresh_that_was_never_applied_hands_out_tokens_of_no_use(
    seller: Seller,
) -> None:
    seller.fault("/auth/token/refresh", "accepted_not_applied")
    answer = refresh(seller, seller.settings["refresh_token"])
    assert refresh(seller, answer["refresh_token"])["code"] == "IllegalRefreshToken"
    assert works(seller)


def consent(seller: Seller, **replaced: str) -> requests.Response:
    origin = seller.settings["auth_url"].removesuffix("/rest")
    query = {
        "response_type": "code",
        "force_auth": "true",
        "client_id": str(seller.settings["app_key"]),
        "redirect_uri": "https://erp.example.test/back?shop=4",
        "state": "abc",
    }
    return requests.get(
        f"{origin}/oauth/authorize",
        params=query | replaced,
        timeout=5,
        allow_redirects=False,
    )


def code_of(answer: requests.Response) -> str:
    assert answer.status_code == 302
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (query["shop"], query["state"]) == (["4"], ["abc"])
    return query["code"][0]


def create(seller: Seller, code: str) -> Json:
    return seller.call("GET", "/auth/token/create", {"code": code}, access_token="")


def test_consent_gives_a_code_that_is_good_once(seller: Seller) -> None:
    code = code_of(consent(seller))
    answer = create(seller, code)
    assert answer["country_user_info"][0]["seller_id"] == seller.settings["seller_id"]
    assert answer["refresh_expires_in"] == 50 * DAY
    seller.settings["access_token"] = answer["access_token"]
    assert works(seller)
    assert create(seller, code)["code"] == "InvalidCode"


def test_a_code_is_good_for_half_an_hour(seller: Seller, control: Control) -> None:
    code = code_of(consent(seller))
    control.clock(1801)
    assert create(seller, code)["code"] == "InvalidCode"


def test_the_seller_who_agrees_can_be_named(
    open_shop: Callable[..., Seller],
) -> None:
    first, _ = open_shop(), open_shop()
    code = code_of(consent(first, seller_id=str(first.settings["seller_id"])))
    (user,) = create(first, code)["country_user_info"]
    assert user["seller_id"] == first.settings["seller_id"]


@pytest.mark.parametrize(
    "replaced",
    [
        {"client_id": "1"},
        {"response_type": "token"},
        {"redirect_uri": "back"},
        {"seller_id": "1"},
    ],
)
def test_a_wrong_consent_link_is_refused(
    seller: Seller, replaced: dict[str, str]
) -> None:
    answer = consent(seller, **replaced)
    assert answer.status_code == 400
    assert answer.json()["type"] == "ISV"
