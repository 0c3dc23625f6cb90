"""A Tiki shop's settings, and the seller's consent."""

from __future__ import annotations

import base64
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
    Transport,
)
from connector.tiki import TikiConnector
from connector.tiki.tokens import basic
from tests.connector.tiki.conftest import TOKEN_URL, Answer, Reader

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
BACK = "https://seller.example.test/back"
GIVEN: dict[str, Any] = {
    "base_url": "https://api.tiki.vn/",
    "client_id": 5550001,
    "client_secret": "canary-secret",
    "access_token": "canary-access-1",
    "refresh_token": "canary-refresh-1",
    "expires_in": 3600,
    "queue_code": "queue-0001",
    "warehouse_id": 7001,
    "region": "VN",
}


def without(*names: str, **changes: Any) -> dict[str, Any]:
    left = {name: value for name, value in GIVEN.items() if name not in names}
    return {**left, **changes}


def opened(settings: dict[str, Any]) -> TikiConnector:
    stored = TikiConnector.prepare_settings(settings, NOW)
    transport = Transport(requests_per_second=10_000)
    return TikiConnector(MemorySettings(stored), transport, lambda: NOW)


def form(call: Any) -> dict[str, str]:
    body = call.body.decode() if isinstance(call.body, bytes) else call.body
    return {name: values[0] for name, values in parse_qs(body).items()}


def test_what_a_person_entered_is_made_ready_to_store() -> None:
    stored = TikiConnector.prepare_settings(GIVEN, NOW)
    assert stored["base_url"] == "https://api.tiki.vn"
    assert stored["client_id"] == "5550001"
    assert stored["warehouse_id"] == "7001"
    expires_at = datetime.fromisoformat(stored["access_token_expires_at"])
    assert expires_at == NOW + timedelta(hours=1)
    assert stored["region"] == "VN"
    assert "expires_in" not in stored
    assert TikiConnector.prepare_settings(stored, NOW) == stored
    assert json.loads(json.dumps(stored)) == stored


def test_a_token_of_unknown_age_is_renewed_at_the_first_call() -> None:
    stored = TikiConnector.prepare_settings(without("expires_in"), NOW)
    assert stored["access_token_expires_at"] == NOW.isoformat()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("base_url", None),
        ("base_url", "http://api.tiki.vn"),
        ("base_url", "https://api.tiki.vn?x=1"),
        ("client_id", None),
        ("client_id", True),
        ("client_id", ""),
        ("client_secret", None),
        ("client_secret", 7),
        ("access_token", 5),
        ("refresh_token", 5),
        ("expires_in", "soon"),
        ("expires_in", 10**12),
        ("queue_code", "../sellers/me"),
        ("queue_code", 5),
        ("warehouse_id", "Kho"),
        ("warehouse_id", -1),
        ("seller_id", "me"),
        ("requests_per_second", 0),
        ("requests_per_second", "10"),
    ],
)
def test_a_wrong_setting_is_named(field: str, value: object) -> None:
    with pytest.raises(SettingsError) as raised:
        TikiConnector.prepare_settings(without(**{field: value}), NOW)
    assert raised.value.field == field
    assert field in str(raised.value)
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize("written", ["tomorrow", "2026-11-02T08:00:00"])
def test_a_wrong_moment_of_expiry_is_named(written: str) -> None:
    given = without("expires_in", access_token_expires_at=written)
    with pytest.raises(SettingsError) as raised:
        TikiConnector.prepare_settings(given, NOW)
    assert raised.value.field == "access_token_expires_at"


def test_an_app_proves_itself_by_the_header_of_the_standard() -> None:
    by_hand = "Basic " + base64.b64encode(b"5550001:canary-secret").decode()
    assert basic("5550001", "canary-secret") == by_hand
    # RFC 6749 escapes both parts first, so that a colon cannot move the border.
    assert base64.b64decode(basic("a:b", "c d%").split()[1]) == b"a%3Ab:c%20d%25"


def test_the_consent_link_names_the_app_its_scopes_and_the_way_back() -> None:
    shop = opened(without("access_token", "refresh_token", "expires_in"))
    parts = urlsplit(shop.consent_link(BACK, "state-12345"))
    assert parts._replace(query="").geturl() == "https://api.tiki.vn/sc/oauth2/auth"
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert query["response_type"] == "code"
    assert query["client_id"] == "5550001"
    assert query["redirect_uri"] == BACK
    assert query["state"] == "state-12345"
    assert "offline" in query["scope"].split()


def test_a_consent_is_exchanged_for_tokens_and_stored(
    edge: responses.RequestsMock, reply: Reader, calls: Callable[[str], list[Any]]
) -> None:
    edge.add("POST", TOKEN_URL, json=reply("token"))
    shop = opened(without("access_token", "refresh_token", "expires_in"))
    shop.consent_link(BACK, "state-12345")
    shop.accept_consent({"code": "c-1", "scope": "offline", "state": "state-12345"})
    (call,) = calls("/token")
    assert form(call) == {
        "grant_type": "authorization_code",
        "code": "c-1",
        "redirect_uri": BACK,
        "client_id": "5550001",
    }
    assert call.headers["Authorization"] == basic("5550001", "canary-secret")
    stored = shop.settings.read()
    assert stored["access_token"] == "canary-access-2"
    assert stored["refresh_token"] == "canary-refresh-2"
    assert stored["region"] == "VN"


def test_a_consent_without_a_link_before_it_is_refused() -> None:
    with pytest.raises(PermanentError, match="consent link"):
        opened(without()).accept_consent({"code": "c-1"})


@pytest.mark.parametrize(
    "sent", [{}, {"code": " "}, {"error": "access_denied", "state": "s"}]
)
def test_a_consent_without_a_code_is_refused(sent: dict[str, str]) -> None:
    with pytest.raises(PermanentError, match="no code"):
        opened(without()).accept_consent(sent)


def test_a_code_that_tiki_refuses_needs_a_new_consent(
    edge: responses.RequestsMock, reply: Reader
) -> None:
    edge.add("POST", TOKEN_URL, json=reply("grant_refused"), status=400)
    shop = opened(without())
    shop.consent_link(BACK, "state-12345")
    with pytest.raises(AuthorizationLost):
        shop.accept_consent({"code": "old"})
    assert shop.settings.read()["access_token"] == "canary-access-1"


def test_a_consent_that_would_end_with_its_first_token_is_refused(
    edge: responses.RequestsMock, reply: Reader
) -> None:
    edge.add("POST", TOKEN_URL, json=reply("app_token"))
    shop = opened(without())
    shop.consent_link(BACK, "state-12345")
    with pytest.raises(PermanentError, match="offline"):
        shop.accept_consent({"code": "c-1"})


@pytest.mark.parametrize("seller_id", [71001, 71002])
def test_another_sellers_consent_is_refused_where_the_seller_is_known(
    edge: responses.RequestsMock, answer: Answer, reply: Reader, seller_id: int
) -> None:
    edge.add("POST", TOKEN_URL, json=reply("token"))
    answer("v2/sellers/me", reply("seller"))
    shop = opened(without(seller_id=seller_id))
    shop.consent_link(BACK, "state-12345")
    if seller_id == 71001:
        shop.accept_consent({"code": "c-1"})
        assert shop.settings.read()["access_token"] == "canary-access-2"
        return
    with pytest.raises(PermanentError, match="another seller"):
        shop.accept_consent({"code": "c-1"})
    assert shop.settings.read()["access_token"] == "canary-access-1"


def test_the_seller_who_answers_is_told(
    tiki: TikiConnector, answer: Answer, reply: Reader
) -> None:
    answer("v2/sellers/me", reply("seller"))
    identity = tiki.identify()
    assert (identity.shop_id, identity.name) == ("71001", "Tiệm Đồ Tre")


def test_a_token_of_another_seller_is_not_taken_for_this_one(
    tiki: TikiConnector, answer: Answer, reply: Reader, enter: Callable[..., None]
) -> None:
    enter(seller_id="71002")
    answer("v2/sellers/me", reply("seller"))
    with pytest.raises(PermanentError, match="another seller"):
        tiki.identify()
