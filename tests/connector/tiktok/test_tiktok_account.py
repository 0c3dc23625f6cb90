"""A TikTok Shop's settings, and the seller's consent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from connector import (
    AuthorizationLost,
    MemorySettings,
    PermanentError,
    SettingsError,
    Transport,
)
from connector.tiktok import TikTokConnector

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
GIVEN: dict[str, Any] = {
    "base_url": "https://open-api.tiktokglobalshop.com/",
    "auth_url": "https://auth.tiktok-shops.com",
    "app_key": "6app0key",
    "app_secret": "canary-app-secret",
    "service_id": "7480000000000000009",
    "shop_id": 7490000000000000001,
    "shop_cipher": "canary-cipher-1",
    "access_token": "canary-access-1",
    "refresh_token": "canary-refresh-1",
    "access_token_expire_in": 1794000000,
    "refresh_token_expire_in": "1825000000",
    "colour": "blue",
}
TOKENS = {
    "access_token",
    "refresh_token",
    "access_token_expire_in",
    "refresh_token_expire_in",
}


def test_what_a_person_entered_is_made_ready_to_store() -> None:
    stored = TikTokConnector.prepare_settings(GIVEN, NOW)
    assert stored["base_url"] == "https://open-api.tiktokglobalshop.com"
    assert stored["shop_id"] == "7490000000000000001"
    assert stored["access_token_expire_in"] == 1794000000
    assert stored["refresh_token_expire_in"] == 1825000000
    assert stored["requests_per_second"] == 5
    assert stored["colour"] == "blue"
    assert TikTokConnector.prepare_settings(stored, NOW) == stored
    assert json.loads(json.dumps(stored)) == stored


def test_an_expiry_is_a_moment_and_seconds_from_now_are_understood() -> None:
    given = {**GIVEN, "access_token_expire_in": 604_800}
    stored = TikTokConnector.prepare_settings(given, NOW)
    assert stored["access_token_expire_in"] == int(NOW.timestamp()) + 604_800


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", None),
        ("base_url", "http://open-api.tiktokglobalshop.com"),
        ("auth_url", None),
        ("auth_url", "ftp://127.0.0.1"),
        ("services_url", "http://services.tiktokshop.com"),
        ("app_key", ""),
        ("app_secret", None),
        ("service_id", "abc"),
        ("shop_id", "VNLC0000001"),
        ("shop_id", -5),
        ("shop_id", True),
        ("shop_cipher", 5),
        ("access_token", None),
        ("refresh_token", ""),
        ("access_token_expire_in", "soon"),
        ("access_token_expire_in", 10**13),
        ("refresh_token_expire_in", -1),
        ("requests_per_second", 0),
        ("requests_per_second", "10"),
        ("warehouse_id", "main"),
        ("seller_id", 1.5),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: object) -> None:
    with pytest.raises(SettingsError) as raised:
        TikTokConnector.prepare_settings({**GIVEN, field: value}, NOW)
    assert raised.value.field == field
    assert field in str(raised.value)
    assert "canary" not in str(raised.value)


def connector(changes: dict[str, Any]) -> TikTokConnector:
    given = {key: value for key, value in GIVEN.items() if key not in TOKENS}
    prepared = TikTokConnector.prepare_settings({**given, **changes}, NOW)
    return TikTokConnector(MemorySettings(prepared), Transport(), lambda: NOW)


def test_without_tokens_consent_is_asked_for() -> None:
    with pytest.raises(AuthorizationLost):
        connector({}).identify()


def test_the_consent_link_names_the_service_and_brings_the_state_back() -> None:
    link = urlsplit(connector({}).consent_link("https://seller.example.test", "s&t"))
    assert (link.netloc, link.path) == ("services.tiktokshop.com", "/open/authorize")
    assert parse_qs(link.query) == {
        "service_id": ["7480000000000000009"],
        "state": ["s&t"],
    }


def test_without_a_service_the_older_page_names_the_app() -> None:
    shop = connector({"service_id": ""})
    link = urlsplit(shop.consent_link("https://seller.example.test", "s"))
    assert (link.netloc, link.path) == ("auth.tiktok-shops.com", "/oauth/authorize")
    assert parse_qs(link.query) == {"app_key": ["6app0key"], "state": ["s"]}


def test_the_page_of_another_region_can_be_named() -> None:
    shop = connector({"services_url": "https://services.us.tiktokshop.com"})
    link = urlsplit(shop.consent_link("https://seller.example.test", "s"))
    assert link.netloc == "services.us.tiktokshop.com"


def test_a_consent_is_exchanged_for_tokens_and_the_shops_cipher(
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer("api/v2/token/get", reply("token"))
    answer("authorization/202309/shops", reply("shops"))
    shop = connector({"shop_id": "", "shop_cipher": ""})
    shop.accept_consent({"code": "c-1", "state": "s", "app_key": "6app0key"})
    (call,) = calls("token/get")
    assert dict(parse_qsl(urlsplit(call.url).query)) == {
        "app_key": "6app0key",
        "app_secret": "canary-app-secret",
        "auth_code": "c-1",
        "grant_type": "authorized_code",
    }
    stored = shop.settings.read()
    assert stored["access_token"] == "canary-access-2"
    assert stored["refresh_token"] == "canary-refresh-2"
    assert stored["access_token_expire_in"] == 1794200000
    assert stored["shop_id"] == "7490000000000000001"
    assert stored["shop_cipher"] == "canary-cipher-1"
    assert stored["colour"] == "blue"
    (asked,) = calls("authorization/202309/shops")
    assert asked.headers["x-tts-access-token"] == "canary-access-2"


@pytest.mark.parametrize("sent", [{}, {"code": " "}, {"code": "c", "app_key": "other"}])
def test_a_consent_without_code_or_for_another_app_is_refused(
    sent: dict[str, str],
) -> None:
    with pytest.raises(PermanentError):
        connector({}).accept_consent(sent)


def test_a_consent_for_another_shop_is_refused_and_nothing_stored(
    answer: Callable[..., None], reply: Callable[[str], Any]
) -> None:
    answer("api/v2/token/get", reply("token"))
    answer("authorization/202309/shops", reply("shops"))
    shop = connector({"shop_id": "7499999999999999999"})
    with pytest.raises(AuthorizationLost):
        shop.accept_consent({"code": "c-1"})
    assert "access_token" not in shop.settings.read()


def test_of_several_shops_one_must_be_named(
    answer: Callable[..., None], reply: Callable[[str], Any]
) -> None:
    shops = reply("shops")
    other = {**shops["data"]["shops"][0], "id": "7490000000000000002"}
    shops["data"]["shops"].append(other)
    answer("api/v2/token/get", reply("token"))
    answer("authorization/202309/shops", shops)
    with pytest.raises(PermanentError, match="7490000000000000002"):
        connector({"shop_id": "", "shop_cipher": ""}).accept_consent({"code": "c-1"})


def test_a_code_that_is_used_up_is_not_lost_with_a_failing_look_up(
    answer: Callable[..., None], reply: Callable[[str], Any]
) -> None:
    answer("api/v2/token/get", reply("token"))
    answer("authorization/202309/shops", {}, status=502)
    shop = connector({"shop_cipher": ""})
    shop.accept_consent({"code": "c-1"})
    assert shop.settings.read()["refresh_token"] == "canary-refresh-2"
    # The shop is looked for, and checked, with the first call.
    answer("authorization/202309/shops", reply("shops"))
    answer("product/202502/products/search", reply("products"))
    assert shop.read_listings().items
    assert shop.settings.read()["shop_cipher"] == "canary-cipher-1"


def test_a_code_that_is_refused_needs_a_new_consent(
    answer: Callable[..., None], refusal: Callable[[int, str], Any]
) -> None:
    answer("api/v2/token/get", refusal(36004004, "auth code c-1 is expired"))
    with pytest.raises(AuthorizationLost) as raised:
        connector({}).accept_consent({"code": "c-1"})
    assert "c-1" not in str(raised.value)
