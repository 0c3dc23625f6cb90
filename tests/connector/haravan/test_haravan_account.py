"""Settings are checked when entered; each complaint names its field."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from connector import SettingsError
from connector.haravan import HaravanConnector
from connector.haravan.account import read_account

PUBLIC: dict[str, Any] = {
    "client_id": "app-1",
    "client_secret": "secret-1",
    "access_token": "token-1",
    "refresh_token": "refresh-1",
    "expires_in": 3600,
}


def test_a_private_apps_token_is_enough(now: datetime) -> None:
    stored = HaravanConnector.prepare_settings({"access_token": " token-1 "}, now)
    account = read_account(stored)
    assert account.base_url == "https://apis.haravan.com"
    assert account.auth_url == "https://accounts.haravan.com"
    assert (account.access_token, account.expires_at) == ("token-1", None)
    assert not account.is_renewable
    # The shop's bucket leaks four calls a second.
    assert stored["requests_per_second"] == 4


def test_the_seconds_to_live_become_a_moment(now: datetime) -> None:
    stored = HaravanConnector.prepare_settings({**PUBLIC, "mine": 1}, now)
    assert read_account(stored).expires_at == now + timedelta(hours=1)
    assert stored["mine"] == 1
    assert "expires_in" not in stored
    again = HaravanConnector.prepare_settings(stored, now + timedelta(days=1))
    assert again == stored


def test_an_app_may_be_stored_before_the_seller_gave_consent(now: datetime) -> None:
    given = {"client_id": "app-1", "client_secret": "secret-1"}
    assert HaravanConnector.prepare_settings(given, now)["access_token"] == ""


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("base_url", {"base_url": "http://apis.haravan.com"}),
        ("auth_url", {"auth_url": "https://user@accounts.haravan.com"}),
        ("access_token", {"access_token": 7}),
        ("access_token", {"access_token": "", "refresh_token": "", "client_id": ""}),
        ("client_id", {"client_id": ""}),
        ("client_secret", {"client_secret": ""}),
        ("expires_in", {"expires_in": "soon"}),
        ("location_id", {"location_id": "main"}),
        ("location_id", {"location_id": True}),
        ("org_id", {"org_id": "-1"}),
        ("sources_left_out", {"sources_left_out": "shopee"}),
        ("sources_left_out", {"sources_left_out": [7]}),
        ("set_means", {"set_means": "committed"}),
        ("requests_per_second", {"requests_per_second": 0}),
        ("requests_per_second", {"requests_per_second": True}),
        ("access_token_expires_at", {"access_token_expires_at": "2026-11-02"}),
        ("access_token_expires_at", {"access_token_expires_at": "tomorrow"}),
    ],
)
def test_a_bad_setting_is_named(
    field: str, changes: dict[str, Any], now: datetime
) -> None:
    given = {name: value for name, value in PUBLIC.items() if name != "expires_in"}
    with pytest.raises(SettingsError) as raised:
        HaravanConnector.prepare_settings({**given, **changes}, now)
    assert raised.value.field == field
    assert "secret-1" not in str(raised.value)


def test_numbers_may_be_entered_as_numbers(now: datetime) -> None:
    given = {**PUBLIC, "location_id": 5001, "org_id": 200000112233}
    stored = HaravanConnector.prepare_settings(given, now)
    assert (stored["location_id"], stored["org_id"]) == ("5001", "200000112233")


def test_no_secret_shows_when_an_account_is_printed(now: datetime) -> None:
    given = {**PUBLIC, "verify_token": "verify-1"}
    account = read_account(HaravanConnector.prepare_settings(given, now))
    secrets = {str(given[name]) for name in HaravanConnector.secret_settings}
    assert secrets == set(account.secrets)
    assert not any(secret in repr(account) for secret in secrets)
