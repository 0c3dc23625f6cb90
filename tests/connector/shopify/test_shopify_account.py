"""A Shopify store's settings, and the seller's consent."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connector import (
    AuthorizationLost,
    MemorySettings,
    PermanentError,
    SettingsError,
    TransientError,
    Transport,
)
from connector.shopify import ShopifyConnector
from connector.shopify.account import SECRETS, read_account
from connector.shopify.signing import query_signature

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
SECRET = "canary-client-secret"
TOKEN_URL = "https://vai-moc.myshopify.com/admin/oauth/access_token"
GIVEN: dict[str, Any] = {
    "base_url": "https://vai-moc.myshopify.com/",
    "access_token": "canary-access-1",
    "client_id": "app-1",
    "client_secret": SECRET,
    "location_id": 95000000001,
    "note": "kept",
}


def test_what_a_person_entered_is_made_ready_to_store() -> None:
    stored = ShopifyConnector.prepare_settings(GIVEN, NOW)
    assert stored["base_url"] == "https://vai-moc.myshopify.com"
    assert stored["api_version"] == "2026-10"
    assert stored["location_id"] == "95000000001"
    assert stored["note"] == "kept"
    assert ShopifyConnector.prepare_settings(stored, NOW) == stored
    assert json.loads(json.dumps(stored)) == stored


def test_a_token_alone_is_enough() -> None:
    given = {"base_url": GIVEN["base_url"], "access_token": "canary-access-1"}
    account = read_account(ShopifyConnector.prepare_settings(given, NOW))
    assert account.expires_at is None
    assert not account.is_renewable


def test_a_token_that_expires_says_when() -> None:
    given = {**GIVEN, "refresh_token": "canary-refresh-1", "expires_in": 3600}
    stored = ShopifyConnector.prepare_settings(given, NOW)
    expires_at = datetime.fromisoformat(stored["access_token_expires_at"])
    assert expires_at == NOW + timedelta(hours=1)
    assert "expires_in" not in stored


@pytest.mark.parametrize(
    ("given", "number"),
    [("gid://shopify/Location/5", "5"), ("5", "5"), (5, "5"), ("", ""), (None, "")],
)
def test_a_location_may_be_a_number_or_a_global_id(given: object, number: str) -> None:
    stored = ShopifyConnector.prepare_settings({**GIVEN, "location_id": given}, NOW)
    assert stored["location_id"] == number


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", None),
        ("base_url", "http://vai-moc.myshopify.com"),
        ("base_url", "https://user@vai-moc.myshopify.com"),
        ("base_url", "https://vai-moc.myshopify.com/?a=1"),
        ("api_version", "latest"),
        ("api_version", "2026-02"),
        ("api_version", "2025-10"),
        ("api_version", 2026),
        ("access_token", 5),
        ("client_id", 5),
        ("client_secret", ""),
        ("location_id", "warehouse"),
        ("location_id", True),
        ("location_id", "gid://shopify/Product/5"),
        ("grant", "implicit"),
        ("shop_domain", "shop.example.test"),
        ("expires_in", "soon"),
        ("access_token_expires_at", "tomorrow"),
        ("access_token_expires_at", "2026-11-02T08:00:00"),
        ("requests_per_second", 0),
        ("requests_per_second", "10"),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: object) -> None:
    with pytest.raises(SettingsError) as raised:
        ShopifyConnector.prepare_settings({**GIVEN, field: value}, NOW)
    assert raised.value.field == field
    assert field in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({}, "access_token"),
        ({"grant": "client_credentials", "access_token": "t"}, "client_id"),
        ({"refresh_token": "r", "access_token": "t"}, "client_id"),
    ],
)
def test_without_an_app_a_token_must_be_permanent(
    more: dict[str, str], field: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        ShopifyConnector.prepare_settings({"base_url": GIVEN["base_url"], **more}, NOW)
    assert raised.value.field == field


def test_no_secret_is_in_the_typed_settings_text() -> None:
    given = {**GIVEN, "refresh_token": "canary-refresh-1"}
    account = read_account(ShopifyConnector.prepare_settings(given, NOW))
    assert "canary" not in repr(account)
    assert {"access_token", "refresh_token", "client_secret"} == SECRETS


def before_consent(**more: Any) -> ShopifyConnector:
    given = {key: value for key, value in GIVEN.items() if key != "access_token"}
    settings = ShopifyConnector.prepare_settings({**given, **more}, NOW)
    return ShopifyConnector(MemorySettings(settings), Transport(), lambda: NOW)


def signed(**answer: str) -> dict[str, str]:
    query = {"shop": "vai-moc.myshopify.com", "state": "s", "timestamp": "1", **answer}
    return {**query, "hmac": query_signature(SECRET, query)}


def test_before_consent_nothing_is_asked() -> None:
    with pytest.raises(AuthorizationLost):
        before_consent().identify()


def test_the_consent_link_names_the_app_its_scopes_and_the_state() -> None:
    link = before_consent().consent_link("https://seller.example.test/back?a=1", "s&t")
    parts = urlsplit(link)
    query = parse_qs(parts.query)
    assert (parts.hostname, parts.path) == (
        "vai-moc.myshopify.com",
        "/admin/oauth/authorize",
    )
    assert query["client_id"] == ["app-1"]
    assert query["redirect_uri"] == ["https://seller.example.test/back?a=1"]
    assert query["state"] == ["s&t"]
    scopes = set(query["scope"][0].split(","))
    assert {"read_orders", "write_inventory", "read_returns"} <= scopes
    assert SECRET not in link


def test_scopes_can_be_chosen() -> None:
    link = before_consent(scopes="read_all_orders").consent_link("https://a.test", "s")
    assert parse_qs(urlsplit(link).query)["scope"] == ["read_all_orders"]


def test_a_consent_is_exchanged_for_tokens_and_stored(
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    edge.post(TOKEN_URL, json=reply("token"))
    connector = before_consent()
    connector.accept_consent(signed(code="c-1"))
    (call,) = calls("access_token")
    assert json.loads(call.body) == {
        "client_id": "app-1",
        "client_secret": SECRET,
        "code": "c-1",
        "expiring": "1",
    }
    stored = connector.settings.read()
    assert stored["access_token"] == "canary-access-2"
    assert stored["refresh_token"] == "canary-refresh-2"
    assert stored["access_token_expires_at"] == (NOW + timedelta(hours=1)).isoformat()
    assert stored["note"] == "kept"


def test_a_permanent_token_has_no_end(
    edge: responses.RequestsMock, calls: Callable[[str], list[Any]]
) -> None:
    edge.post(TOKEN_URL, json={"access_token": "canary-access-9", "scope": "x"})
    connector = before_consent()
    connector.accept_consent(signed(code="c-1"))
    account = read_account(connector.settings.read())
    assert (account.expires_at, account.refresh_token) == (None, "")


@pytest.mark.parametrize(
    "answer",
    [
        signed(),
        signed(code=" "),
        {**signed(code="c-1"), "hmac": "0" * 64},
        {**signed(code="c-1"), "hmac": "é"},
        {"code": "c-1", "shop": "vai-moc.myshopify.com"},
        {**signed(code="c-1"), "code": "c-2"},
        signed(code="c-1", shop="another.myshopify.com"),
    ],
)
def test_a_consent_that_is_not_signed_or_for_another_shop_is_refused(
    answer: dict[str, str],
) -> None:
    connector = before_consent()
    with pytest.raises(PermanentError) as raised:
        connector.accept_consent(answer)
    assert "canary" not in str(raised.value)
    assert not connector.settings.read()["access_token"]


def test_a_code_that_shopify_refuses_needs_a_new_consent(
    edge: responses.RequestsMock,
) -> None:
    edge.post(TOKEN_URL, json={"error": "invalid_request"}, status=400)
    with pytest.raises(AuthorizationLost):
        before_consent().accept_consent(signed(code="old"))


def test_a_lost_answer_to_the_code_may_be_tried_again(
    edge: responses.RequestsMock,
) -> None:
    edge.post(TOKEN_URL, status=502)
    with pytest.raises(TransientError):
        before_consent().accept_consent(signed(code="c-1"))


def test_without_an_app_there_is_no_consent_page() -> None:
    settings = {"base_url": GIVEN["base_url"], "access_token": "canary-access-1"}
    connector = ShopifyConnector(MemorySettings(settings), Transport(), lambda: NOW)
    with pytest.raises(PermanentError):
        connector.consent_link("https://a.test", "s")
    with pytest.raises(PermanentError):
        connector.accept_consent(signed(code="c-1"))
