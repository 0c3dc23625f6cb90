"""A Lazada shop's settings, and the seller's consent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from connector import (
    AuthorizationLost,
    MemorySettings,
    PermanentError,
    SettingsError,
    Transport,
    UnexpectedAnswer,
)
from connector.lazada import LazadaConnector

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
AUTH_URL = "https://auth.lazada.com/rest"
GIVEN: dict[str, Any] = {
    "base_url": "https://api.lazada.vn/rest/",
    "app_key": 100042,
    "app_secret": " canary-app-secret \n",
    "seller_id": "200012345",
    "country": "VN",
    "access_token": "canary-access-1",
    "refresh_token": "canary-refresh-1",
    "expires_in": 864000,
    "refresh_expires_in": "4320000",
    "note": "not ours",
}


def test_what_a_person_entered_is_made_ready_to_store() -> None:
    stored = LazadaConnector.prepare_settings(GIVEN, NOW)
    assert stored["base_url"] == "https://api.lazada.vn/rest"
    assert stored["auth_url"] == AUTH_URL
    assert stored["app_key"] == "100042"
    assert stored["country"] == "vn"
    assert stored["note"] == "not ours"
    expires_at = datetime.fromisoformat(stored["access_token_expires_at"])
    ends_at = datetime.fromisoformat(stored["refresh_token_expires_at"])
    assert expires_at == NOW + timedelta(days=10)
    assert ends_at == NOW + timedelta(days=50)
    assert {"expires_in", "refresh_expires_in"}.isdisjoint(stored)
    assert LazadaConnector.prepare_settings(stored, NOW) == stored
    assert json.loads(json.dumps(stored)) == stored


def test_a_secret_is_freed_from_the_blanks_around_it() -> None:
    stored = LazadaConnector.prepare_settings(GIVEN, NOW)
    assert stored["app_secret"] == "canary-app-secret"


def test_an_unknown_lifetime_is_refreshed_by_the_first_call() -> None:
    given = {k: v for k, v in GIVEN.items() if not k.endswith("expires_in")}
    stored = LazadaConnector.prepare_settings(given, NOW)
    assert datetime.fromisoformat(stored["access_token_expires_at"]) == NOW
    assert "refresh_token_expires_at" not in stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", None),
        ("base_url", "http://api.lazada.vn/rest"),
        ("base_url", "https://api.lazada.vn"),
        ("base_url", "https://api.lazada.vn/rest?a=1"),
        ("auth_url", "https://auth.lazada.com"),
        ("auth_url", 5),
        ("app_key", None),
        ("app_key", True),
        ("app_secret", " "),
        ("seller_id", 0),
        ("seller_id", ""),
        ("country", "cb"),
        ("country", None),
        ("access_token", None),
        ("refresh_token", ""),
        ("expires_in", "soon"),
        ("expires_in", 10**12),
        ("refresh_expires_in", -1),
        ("access_token_expires_at", "tomorrow"),
        ("refresh_token_expires_at", "2026-11-02T08:00:00"),
        ("requests_per_second", 0),
        ("requests_per_second", "10"),
        ("warehouse_code", 7),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: object) -> None:
    lifetimes = {"access_token_expires_at", "refresh_token_expires_at"}
    given = {**GIVEN, field: value}
    if field in lifetimes:
        given = {k: v for k, v in given.items() if not k.endswith("expires_in")}
    with pytest.raises(SettingsError) as raised:
        LazadaConnector.prepare_settings(given, NOW)
    assert raised.value.field == field
    assert field in str(raised.value)
    assert "canary" not in str(raised.value)


def consenting(settings: dict[str, Any]) -> LazadaConnector:
    return LazadaConnector(MemorySettings(settings), Transport(), lambda: NOW)


def before_consent() -> dict[str, Any]:
    tokens = {"access_token", "refresh_token", "expires_in", "refresh_expires_in"}
    given = {key: value for key, value in GIVEN.items() if key not in tokens}
    return dict(LazadaConnector.prepare_settings(given, NOW))


def test_without_tokens_consent_is_asked_for() -> None:
    with pytest.raises(AuthorizationLost):
        consenting(before_consent()).identify()


def test_the_consent_page_stands_beside_the_token_address() -> None:
    back = "https://seller.example.test/back?a=1"
    parts = urlsplit(consenting(before_consent()).consent_link(back, "s&t"))
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://auth.lazada.com/oauth/authorize"
    )
    assert parse_qs(parts.query) == {
        "response_type": ["code"],
        "force_auth": ["true"],
        "redirect_uri": [back],
        "client_id": ["100042"],
        "state": ["s&t"],
        "country": ["vn"],
    }


def test_a_consent_is_exchanged_for_tokens_and_stored(
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    sent: Callable[[Any], dict[str, str]],
) -> None:
    answer("auth/token/create", reply("token"), method="POST", base_url=AUTH_URL)
    connector = consenting(before_consent())
    connector.accept_consent({"code": "c-1", "state": "s"})
    (call,) = calls("auth/token/create")
    carried = sent(call)
    assert carried["code"] == "c-1"
    assert "access_token" not in carried
    assert "c-1" not in call.url
    stored = connector.settings.read()
    assert stored["access_token"] == "canary-access-2"
    assert stored["note"] == "not ours"


@pytest.mark.parametrize("sent_back", [{}, {"code": " "}])
def test_a_consent_without_code_is_refused(sent_back: dict[str, str]) -> None:
    with pytest.raises(PermanentError):
        consenting(before_consent()).accept_consent(sent_back)


@pytest.mark.parametrize("name", ["country_user_info", "country_user_info_list"])
def test_access_to_another_shop_is_not_stored(
    answer: Callable[..., None], reply: Callable[[str], Any], name: str
) -> None:
    token = reply("token")
    token.pop("country_user_info_list")
    token[name] = [{"country": "vn", "user_id": "1", "seller_id": "299999999"}]
    answer("auth/token/create", token, method="POST", base_url=AUTH_URL)
    connector = consenting(before_consent())
    with pytest.raises(PermanentError):
        connector.accept_consent({"code": "c-1"})
    assert "access_token" not in connector.settings.read()


def test_a_used_up_code_needs_a_new_consent(answer: Callable[..., None]) -> None:
    refusal = {"code": "InvalidCode", "type": "ISV", "message": "Invalid code"}
    answer("auth/token/create", refusal, method="POST", base_url=AUTH_URL)
    with pytest.raises(AuthorizationLost):
        consenting(before_consent()).accept_consent({"code": "old"})


def test_a_token_answer_without_tokens_is_not_stored(
    answer: Callable[..., None],
) -> None:
    empty = {"code": "0", "request_id": "r-9"}
    answer("auth/token/create", empty, method="POST", base_url=AUTH_URL)
    with pytest.raises(UnexpectedAnswer):
        consenting(before_consent()).accept_consent({"code": "c-1"})


def test_the_shop_is_identified_and_must_be_the_one_we_know(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    seller = reply("seller")
    answer("seller/get", seller)
    shop = lazada.identify()
    assert (shop.shop_id, shop.name, shop.region) == ("200012345", "Quán Nhỏ", "VN")
    seller["data"]["seller_id"] = 299999999
    answer("seller/get", seller)
    with pytest.raises(PermanentError, match="seller_id"):
        lazada.identify()


def test_an_app_that_may_not_ask_for_the_seller_proves_itself_otherwise(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    refusal = {"code": "InvalidApiPath", "type": "ISV", "message": "no such API"}
    answer("seller/get", refusal)
    answer("products/get", reply("products"))
    assert lazada.identify().shop_id == "200012345"
