"""A Shopee shop's settings, and the seller's consent."""

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
)
from connector.shopee import ShopeeConnector
from connector.shopee.signing import public_base, sign

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
GIVEN: dict[str, Any] = {
    "base_url": "https://partner.shopeemobile.com/",
    "partner_id": "1000001",
    "partner_key": "canary-partner-key",
    "shop_id": 2000001,
    "access_token": "canary-access-1",
    "refresh_token": "canary-refresh-1",
    "expire_in": 14400,
    "region": "VN",
}


def test_what_a_person_entered_is_made_ready_to_store() -> None:
    stored = ShopeeConnector.prepare_settings(GIVEN, NOW)
    assert stored["base_url"] == "https://partner.shopeemobile.com"
    assert stored["partner_id"] == 1000001
    expires_at = datetime.fromisoformat(stored["access_token_expires_at"])
    assert expires_at == NOW + timedelta(hours=4)
    assert stored["region"] == "VN"
    assert "expire_in" not in stored
    assert ShopeeConnector.prepare_settings(stored, NOW) == stored
    assert json.loads(json.dumps(stored)) == stored


def test_an_expiry_may_be_a_moment_instead_of_seconds() -> None:
    given = {**GIVEN, "expire_in": 1793600000}
    stored = ShopeeConnector.prepare_settings(given, NOW)
    expires_at = datetime.fromisoformat(stored["access_token_expires_at"])
    assert expires_at == datetime.fromtimestamp(1793600000, UTC)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", None),
        ("base_url", "http://partner.shopeemobile.com"),
        ("base_url", "ftp://127.0.0.1"),
        ("base_url", "https://user@partner.shopeemobile.com"),
        ("base_url", "https://partner.shopeemobile.com/?a=1"),
        ("base_url", "https://[::1"),
        ("base_url", "http://127.0.0.1.example.test"),
        ("base_url", "http://2130706433"),
        ("partner_id", "abc"),
        ("partner_id", True),
        ("partner_id", -5),
        ("partner_key", ""),
        ("push_partner_key", 5),
        ("shop_id", None),
        ("access_token", None),
        ("refresh_token", ""),
        ("expire_in", "soon"),
        ("expire_in", 10**13),
        ("access_token_expires_at", "tomorrow"),
        ("access_token_expires_at", "2026-11-02T08:00:00"),
        ("requests_per_second", 0),
        ("requests_per_second", "10"),
        ("location_id", 7),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: object) -> None:
    with pytest.raises(SettingsError) as raised:
        ShopeeConnector.prepare_settings({**GIVEN, field: value}, NOW)
    assert raised.value.field == field
    assert field in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8801", "http://localhost:8801", "http://[::1]:8801"]
)
def test_this_machine_may_be_reached_without_tls(address: str) -> None:
    stored = ShopeeConnector.prepare_settings({**GIVEN, "base_url": address}, NOW)
    assert stored["base_url"] == address


def consenting(settings: dict[str, Any]) -> ShopeeConnector:
    return ShopeeConnector(MemorySettings(settings), Transport(), lambda: NOW)


def before_consent() -> dict[str, Any]:
    tokens = {"access_token", "refresh_token", "expire_in"}
    given = {key: value for key, value in GIVEN.items() if key not in tokens}
    return dict(ShopeeConnector.prepare_settings(given, NOW))


def test_without_tokens_consent_is_asked_for() -> None:
    with pytest.raises(AuthorizationLost):
        consenting(before_consent()).identify()


def test_the_consent_link_is_signed_and_brings_the_state_back() -> None:
    link = consenting(before_consent()).consent_link(
        "https://seller.example.test/back?a=1", "s&t"
    )
    parts = urlsplit(link)
    query = parse_qs(parts.query)
    base = public_base(1000001, "/api/v2/shop/auth_partner", int(NOW.timestamp()))
    assert parts.path == "/api/v2/shop/auth_partner"
    assert query["sign"] == [sign("canary-partner-key", base)]
    back = urlsplit(query["redirect"][0])
    assert parse_qs(back.query) == {"a": ["1"], "state": ["s&t"]}


def test_a_consent_is_exchanged_for_tokens_and_stored(
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer("auth/token/get", reply("token_refresh"), method="POST")
    connector = consenting(before_consent())
    connector.accept_consent({"code": "c-1", "shop_id": "2000001", "state": "s"})
    (call,) = calls("auth/token/get")
    assert json.loads(call.body) == {
        "code": "c-1",
        "partner_id": 1000001,
        "shop_id": 2000001,
    }
    stored = connector.settings.read()
    assert stored["access_token"] == "canary-access-2"
    assert stored["region"] == "VN"


@pytest.mark.parametrize(
    "sent", [{}, {"code": " "}, {"code": "c-1", "shop_id": "2999999"}]
)
def test_a_consent_without_code_or_for_another_shop_is_refused(
    sent: dict[str, str],
) -> None:
    with pytest.raises(PermanentError):
        consenting(before_consent()).accept_consent(sent)


def test_a_code_that_shopee_refuses_needs_a_new_consent(
    answer: Callable[..., None],
) -> None:
    refusal = {"error": "invalid_code", "message": "Invalid code"}
    answer("auth/token/get", refusal, method="POST")
    with pytest.raises(PermanentError):
        consenting(before_consent()).accept_consent({"code": "old"})
