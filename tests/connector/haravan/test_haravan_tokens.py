"""Tokens: kept before they are used, renewed once, and consent asked for only then."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests
import responses

from connector import (
    AuthenticationError,
    AuthorizationLost,
    MemorySettings,
    PermanentError,
    TransientError,
    Transport,
    UnexpectedAnswer,
)
from connector.haravan import HaravanConnector
from tests.connector.haravan.conftest import API, AUTH_URL, TOKEN_URL, Answer, Reader

Calls = Callable[[str], list[Any]]
LOCATIONS_URL = f"{API}/locations.json"
REFUSED_TOKEN = {"errors": "[API] Invalid access token: canary-access-1"}


@pytest.fixture
def expiring(store: MemorySettings, now: datetime) -> MemorySettings:
    """The store with a token that lives an hour, and can be renewed."""
    set_expiry(store, now + timedelta(hours=1))
    more = {"refresh_token": "canary-refresh-1"}
    store.rotate(store.read(), lambda old: {**old, **more})
    return store


def set_expiry(store: MemorySettings, moment: datetime) -> None:
    changes = {"access_token_expires_at": moment.isoformat()}
    store.rotate(store.read(), lambda old: {**old, **changes})


class Guard:
    """Lets in whoever has the second token, and keeps all that were shown."""

    def __init__(self, edge: responses.RequestsMock, locations: Any) -> None:
        self.tokens: list[str] = []
        self._locations = locations
        edge.add_callback("GET", LOCATIONS_URL, callback=self._answer)

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        self.tokens.append(request.headers["Authorization"])
        if self.tokens[-1] == "Bearer canary-access-2":
            return 200, {}, json.dumps(self._locations)
        return 401, {}, json.dumps(REFUSED_TOKEN)


@pytest.fixture
def guard(edge: responses.RequestsMock, reply: Reader) -> Guard:
    return Guard(edge, reply("locations"))


def test_a_private_token_is_shown_and_never_renewed(
    haravan: HaravanConnector, answer: Answer, reply: Reader, calls: Calls
) -> None:
    answer("locations", reply("locations"))
    identity = haravan.identify()
    assert (identity.shop_id, identity.name) == ("location-5001", "Kho Gò Vấp")
    (call,) = calls("locations.json")
    assert call.headers["Authorization"] == "Bearer canary-access-1"


def test_the_shops_number_is_its_identity_where_it_is_known(
    haravan: HaravanConnector,
    answer: Answer,
    reply: Reader,
    enter: Callable[..., None],
) -> None:
    enter(org_id="200000112233")
    answer("locations", reply("locations"))
    assert haravan.identify().shop_id == "200000112233"


def test_a_refused_token_of_an_app_asks_for_consent(
    haravan: HaravanConnector, guard: Guard
) -> None:
    with pytest.raises(AuthorizationLost) as raised:
        haravan.identify()
    assert "canary" not in str(raised.value)
    assert len(guard.tokens) == 1


def test_a_refused_private_token_must_be_entered_anew(
    haravan: HaravanConnector, guard: Guard, enter: Callable[..., None]
) -> None:
    enter(client_id="")
    with pytest.raises(AuthenticationError) as raised:
        haravan.identify()
    assert not isinstance(raised.value, AuthorizationLost)


def test_a_refused_token_is_renewed_once_and_stored_before_use(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    guard: Guard,
    edge: responses.RequestsMock,
    calls: Calls,
    reply: Reader,
    now: datetime,
) -> None:
    edge.post(TOKEN_URL, json=reply("token"))
    haravan.identify()
    assert guard.tokens == ["Bearer canary-access-1", "Bearer canary-access-2"]
    (call,) = calls("connect/token")
    assert dict(parse_qsl(call.body)) == {
        "grant_type": "refresh_token",
        "refresh_token": "canary-refresh-1",
        "client_id": "app-1",
        "client_secret": "canary-client-secret",
    }
    stored = expiring.read()
    assert stored["access_token"] == "canary-access-2"
    assert stored["refresh_token"] == "canary-refresh-2"
    expires_at = (now + timedelta(hours=1)).isoformat()
    assert stored["access_token_expires_at"] == expires_at
    assert stored["note"] == "not ours"


def test_tokens_are_stored_before_the_next_call(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    edge: responses.RequestsMock,
    reply: Reader,
) -> None:
    stored: list[Any] = []

    def locations(request: Any) -> tuple[int, dict[str, str], str]:
        stored.append(expiring.read()["refresh_token"])
        fresh = request.headers["Authorization"].endswith("-2")
        return (200 if fresh else 401), {}, json.dumps(reply("locations"))

    edge.add_callback("GET", LOCATIONS_URL, callback=locations)
    edge.post(TOKEN_URL, json=reply("token"))
    haravan.identify()
    assert stored == ["canary-refresh-1", "canary-refresh-2"]


def test_an_answer_without_a_new_refresh_token_leaves_the_old_one(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    guard: Guard,
    edge: responses.RequestsMock,
) -> None:
    edge.post(TOKEN_URL, json={"access_token": "canary-access-2"})
    haravan.identify()
    assert expiring.read()["refresh_token"] == "canary-refresh-1"
    assert expiring.read()["access_token_expires_at"] == ""


def test_a_token_near_its_end_is_renewed_ahead(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    now: datetime,
    guard: Guard,
    edge: responses.RequestsMock,
    reply: Reader,
) -> None:
    set_expiry(expiring, now + timedelta(minutes=4))
    edge.post(TOKEN_URL, json=reply("token"))
    haravan.identify()
    assert guard.tokens == ["Bearer canary-access-2"]


def test_a_failing_renewal_uses_up_the_old_token_first(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    now: datetime,
    edge: responses.RequestsMock,
    answer: Answer,
    reply: Reader,
) -> None:
    set_expiry(expiring, now + timedelta(minutes=4))
    edge.post(TOKEN_URL, status=502)
    answer("locations", reply("locations"))
    assert haravan.identify().name == "Kho Gò Vấp"
    set_expiry(expiring, now - timedelta(minutes=1))
    with pytest.raises(TransientError):
        haravan.identify()


def test_a_lost_renewal_is_tried_again_with_the_same_token(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    guard: Guard,
    edge: responses.RequestsMock,
    calls: Calls,
    reply: Reader,
) -> None:
    edge.post(TOKEN_URL, body=requests.ConnectionError("the line broke"))
    with pytest.raises(TransientError):
        haravan.identify()
    assert expiring.read()["refresh_token"] == "canary-refresh-1"
    edge.upsert("POST", TOKEN_URL, json=reply("token"))
    haravan.identify()
    sent = [dict(parse_qsl(call.body))["refresh_token"] for call in calls("token")]
    assert sent == ["canary-refresh-1"] * 2


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_renewal_asks_for_consent(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    guard: Guard,
    edge: responses.RequestsMock,
    status: int,
) -> None:
    told = {"error": "invalid_grant", "error_description": "canary-refresh-1 is used"}
    edge.post(TOKEN_URL, json=told, status=status)
    with pytest.raises(AuthorizationLost, match="is used") as raised:
        haravan.identify()
    assert "canary" not in str(raised.value)
    assert expiring.read()["refresh_token"] == "canary-refresh-1"


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": 7}])
def test_a_renewal_without_a_token_changes_nothing(
    haravan: HaravanConnector,
    expiring: MemorySettings,
    guard: Guard,
    edge: responses.RequestsMock,
    body: Any,
) -> None:
    before = expiring.read()
    edge.post(TOKEN_URL, json=body)
    with pytest.raises(UnexpectedAnswer):
        haravan.identify()
    assert expiring.read() == before


def test_of_many_who_ask_at_once_one_renews(
    expiring: MemorySettings,
    now: datetime,
    guard: Guard,
    edge: responses.RequestsMock,
    calls: Calls,
    reply: Reader,
) -> None:
    edge.post(TOKEN_URL, json=reply("token"))
    shops = [
        HaravanConnector(expiring, Transport(requests_per_second=1000), lambda: now)
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        names = set(pool.map(lambda shop: shop.identify().name, shops))
    for shop in shops:
        shop.transport.close()
    assert names == {"Kho Gò Vấp"}
    assert len(calls("connect/token")) == 1


def test_without_any_token_the_seller_is_asked(
    haravan: HaravanConnector, enter: Callable[..., None]
) -> None:
    enter(access_token="")
    with pytest.raises(AuthorizationLost):
        haravan.identify()


def id_token(claims: dict[str, Any]) -> str:
    written = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return f"e30.{written.rstrip('=')}.sig"


def test_the_consent_page_is_asked_for_a_code_and_for_offline_access(
    haravan: HaravanConnector, store: MemorySettings, enter: Callable[..., None]
) -> None:
    enter(org_id="77")
    link = haravan.consent_link("https://us.example/back", "state-1")
    assert link.startswith(f"{AUTH_URL}/connect/authorize?")
    query = {name: value[0] for name, value in parse_qs(urlsplit(link).query).items()}
    scopes = query.pop("scope").split()
    assert {"openid", "grant_service", "offline_access", "wh_api"} <= set(scopes)
    assert query == {
        "response_type": "code",
        "response_mode": "query",
        "client_id": "app-1",
        "redirect_uri": "https://us.example/back",
        "state": "state-1",
        "orgid": "77",
    }
    assert "canary" not in link
    assert store.read()["redirect_url"] == "https://us.example/back"


def test_a_code_is_exchanged_for_tokens_and_the_shops_number(
    haravan: HaravanConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    calls: Calls,
    reply: Reader,
) -> None:
    haravan.consent_link("https://us.example/back", "state-1")
    edge.post(TOKEN_URL, json=reply("token") | {"id_token": id_token({"orgid": 77})})
    haravan.accept_consent({"code": "code-1", "state": "state-1"})
    (call,) = calls("connect/token")
    sent = dict(parse_qsl(call.body))
    assert sent["grant_type"] == "authorization_code"
    assert (sent["code"], sent["redirect_uri"]) == ("code-1", "https://us.example/back")
    stored = store.read()
    assert stored["access_token"] == "canary-access-2"
    assert (stored["org_id"], stored["note"]) == ("77", "not ours")


def test_consent_of_another_shop_is_refused(
    haravan: HaravanConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    reply: Reader,
    enter: Callable[..., None],
) -> None:
    enter(org_id="77")
    before = store.read()
    edge.post(TOKEN_URL, json=reply("token") | {"id_token": id_token({"orgid": "78"})})
    with pytest.raises(PermanentError, match="another shop"):
        haravan.accept_consent({"code": "code-1"})
    assert store.read() == before


@pytest.mark.parametrize("token", ["", "a.b", "a.ü.c", "a.W10.c", "a.e30.c", 7])
def test_an_identity_token_that_tells_nothing_does_no_harm(
    haravan: HaravanConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    reply: Reader,
    token: Any,
) -> None:
    edge.post(TOKEN_URL, json=reply("token") | {"id_token": token})
    haravan.accept_consent({"code": "code-1"})
    assert store.read()["org_id"] == ""


def test_a_refused_code_keeps_what_was_stored(
    haravan: HaravanConnector, store: MemorySettings, edge: responses.RequestsMock
) -> None:
    before = store.read()
    edge.post(TOKEN_URL, json={"error": "invalid_grant"}, status=400)
    with pytest.raises(AuthorizationLost):
        haravan.accept_consent({"code": "code-1"})
    with pytest.raises(PermanentError, match="no code"):
        haravan.accept_consent({"error": "access_denied"})
    assert store.read() == before


def test_a_private_app_has_no_consent_page(
    haravan: HaravanConnector, enter: Callable[..., None]
) -> None:
    enter(client_id="")
    with pytest.raises(PermanentError):
        haravan.consent_link("https://us.example/back", "state-1")
    with pytest.raises(PermanentError):
        haravan.accept_consent({"code": "code-1"})
