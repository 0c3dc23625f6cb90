"""Tokens: renewed ahead and once when refused, stored before use, never for ever."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from connector import (
    AuthenticationError,
    AuthorizationLost,
    MemorySettings,
    Settings,
    TransientError,
    Transport,
    UnexpectedAnswer,
)
from connector.tiki import TikiConnector
from connector.tiki.tokens import basic
from tests.connector.tiki.conftest import API, TOKEN_URL, Answer, Reader

Calls = Callable[[str], list[Any]]


def form(call: Any) -> dict[str, str]:
    body = call.body.decode() if isinstance(call.body, bytes) else call.body
    return {name: values[0] for name, values in parse_qs(body).items()}


@pytest.fixture
def seller(edge: responses.RequestsMock, reply: Reader, store: MemorySettings) -> Any:
    """Let only the second token be good; notes what was stored at each call."""
    stored: list[str] = []

    def identify(request: Any) -> tuple[int, dict[str, str], str]:
        stored.append(str(store.read()["access_token"]))
        if request.headers["Authorization"] == "Bearer canary-access-2":
            return 200, {}, json.dumps(reply("seller"))
        return 401, {}, json.dumps(reply("token_refused"))

    edge.add_callback("GET", f"{API}/v2/sellers/me", callback=identify)
    return stored


def soon(now: datetime, minutes: int = 2) -> str:
    return (now + timedelta(minutes=minutes)).isoformat()


def test_a_refused_token_is_renewed_once_and_stored_before_use(
    tiki: TikiConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    seller: list[str],
    reply: Reader,
    calls: Calls,
) -> None:
    edge.add("POST", TOKEN_URL, json=reply("token"))
    assert tiki.identify().shop_id == "71001"
    assert seller == ["canary-access-1", "canary-access-2"]
    (call,) = calls("/token")
    assert form(call) == {
        "grant_type": "refresh_token",
        "refresh_token": "canary-refresh-1",
        "client_id": "5550001",
    }
    stored = store.read()
    assert stored["refresh_token"] == "canary-refresh-2"
    assert stored["note"] == "not ours"


def test_a_token_near_its_end_is_renewed_ahead(
    tiki: TikiConnector,
    enter: Callable[..., None],
    edge: responses.RequestsMock,
    seller: list[str],
    reply: Reader,
    now: datetime,
) -> None:
    enter(access_token_expires_at=soon(now))
    edge.add("POST", TOKEN_URL, json=reply("token"))
    tiki.identify()
    assert seller == ["canary-access-2"]


def test_a_refresh_token_that_does_not_come_back_stays(
    tiki: TikiConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    seller: list[str],
    reply: Reader,
) -> None:
    granted = reply("token")
    del granted["refresh_token"]
    edge.add("POST", TOKEN_URL, json=granted)
    tiki.identify()
    assert store.read()["refresh_token"] == "canary-refresh-1"


def test_an_app_that_sends_its_secret_in_the_form_is_served_too(
    tiki: TikiConnector,
    edge: responses.RequestsMock,
    seller: list[str],
    reply: Reader,
    calls: Calls,
) -> None:
    def choosy(request: Any) -> tuple[int, dict[str, str], str]:
        if form(request).get("client_secret") == "canary-secret":
            return 200, {}, json.dumps(reply("token"))
        return 401, {}, json.dumps({"error": "invalid_client"})

    edge.add_callback("POST", TOKEN_URL, callback=choosy)
    assert tiki.identify().shop_id == "71001"
    first, second = calls("/token")
    assert first.headers["Authorization"] == basic("5550001", "canary-secret")
    assert "Authorization" not in second.headers


def test_an_in_house_app_asks_again_by_its_own_credentials(
    tiki: TikiConnector,
    store: MemorySettings,
    enter: Callable[..., None],
    edge: responses.RequestsMock,
    seller: list[str],
    reply: Reader,
    calls: Calls,
) -> None:
    enter(refresh_token="", access_token="", access_token_expires_at="")
    granted = {**reply("app_token"), "access_token": "canary-access-2"}
    edge.add("POST", TOKEN_URL, json=granted)
    tiki.identify()
    (call,) = calls("/token")
    assert form(call)["grant_type"] == "client_credentials"
    assert store.read()["access_token"] == "canary-access-2"
    assert store.read()["refresh_token"] == ""


def test_a_refused_refresh_asks_for_consent(
    tiki: TikiConnector,
    edge: responses.RequestsMock,
    seller: list[str],
    reply: Reader,
) -> None:
    edge.add("POST", TOKEN_URL, json=reply("grant_refused"), status=400)
    with pytest.raises(AuthorizationLost):
        tiki.identify()


@pytest.mark.parametrize("refresh_token", ["canary-refresh-1", ""])
def test_a_refused_app_needs_new_credentials(
    tiki: TikiConnector,
    enter: Callable[..., None],
    edge: responses.RequestsMock,
    seller: list[str],
    refresh_token: str,
) -> None:
    enter(refresh_token=refresh_token)
    edge.add("POST", TOKEN_URL, json={"error": "invalid_client"}, status=401)
    with pytest.raises(AuthenticationError) as raised:
        tiki.identify()
    assert type(raised.value) is AuthenticationError


def test_a_lost_renewal_is_tried_again_before_consent_is_asked_for(
    tiki: TikiConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    seller: list[str],
    reply: Reader,
    calls: Calls,
) -> None:
    edge.add("POST", TOKEN_URL, body="", status=504)
    edge.add("POST", TOKEN_URL, json=reply("token"))
    with pytest.raises(TransientError):
        tiki.identify()
    assert store.read()["refresh_token"] == "canary-refresh-1"
    assert tiki.identify().shop_id == "71001"
    tried = [form(call)["refresh_token"] for call in calls("/token")]
    assert tried == ["canary-refresh-1", "canary-refresh-1"]


def test_a_failing_renewal_uses_up_the_old_token_first(
    tiki: TikiConnector,
    enter: Callable[..., None],
    edge: responses.RequestsMock,
    answer: Answer,
    reply: Reader,
    now: datetime,
) -> None:
    enter(access_token_expires_at=soon(now))
    edge.add("POST", TOKEN_URL, body="", status=502)
    answer("v2/sellers/me", reply("seller"))
    assert tiki.identify().shop_id == "71001"


def test_a_token_that_stays_refused_is_not_renewed_for_ever(
    tiki: TikiConnector,
    edge: responses.RequestsMock,
    answer: Answer,
    reply: Reader,
    calls: Calls,
) -> None:
    answer("v2/sellers/me", reply("token_refused"), status=401)
    edge.add("POST", TOKEN_URL, json=reply("token"))
    with pytest.raises(AuthenticationError):
        tiki.identify()
    assert len(calls("/token")) == 1
    assert len(calls("/me")) == 2


@pytest.mark.parametrize(
    "granted",
    [
        {},
        {"access_token": "canary-access-2"},
        {"access_token": "", "expires_in": 3600},
        {"access_token": "canary-access-2", "expires_in": "never"},
    ],
)
def test_an_answer_without_a_whole_token_is_not_stored(
    tiki: TikiConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    seller: list[str],
    granted: dict[str, Any],
) -> None:
    edge.add("POST", TOKEN_URL, json=granted)
    with pytest.raises(UnexpectedAnswer):
        tiki.identify()
    assert store.read()["access_token"] == "canary-access-1"


class BusySettings(MemorySettings):
    """Somebody else stores another token just before each of our first rotations."""

    def __init__(self, settings: Settings, strangers: int) -> None:
        super().__init__(settings)
        self.strangers = strangers

    def rotate(
        self, stale: Settings, renew: Callable[[Settings], Settings]
    ) -> Settings:
        if self.strangers:
            self.strangers -= 1
            other = {"app_access_token": f"other-{self.strangers}"}
            super().rotate(self.read(), lambda current: {**current, **other})
        return super().rotate(stale, renew)


@pytest.mark.parametrize(("strangers", "ends_well"), [(2, True), (50, False)])
def test_another_token_stored_meanwhile_is_not_taken_for_a_renewal(
    shop_settings: dict[str, Any],
    now: datetime,
    edge: responses.RequestsMock,
    answer: Answer,
    reply: Reader,
    strangers: int,
    ends_well: bool,
) -> None:
    busy = BusySettings(shop_settings, strangers)
    shop = TikiConnector(busy, Transport(requests_per_second=10_000), lambda: now)
    edge.add("POST", TOKEN_URL, json=reply("token"))
    good = {"Authorization": "Bearer canary-access-2"}
    match = [responses.matchers.header_matcher(good)]
    edge.add("GET", f"{API}/v2/sellers/me", json=reply("seller"), match=match)
    refused = reply("token_refused")
    old = [
        responses.matchers.header_matcher({"Authorization": "Bearer canary-access-1"})
    ]
    edge.add("GET", f"{API}/v2/sellers/me", json=refused, status=401, match=old)
    if ends_well:
        assert shop.identify().shop_id == "71001"
        assert busy.read()["app_access_token"] == "other-0"
        return
    with pytest.raises(TransientError, match="somebody else"):
        shop.identify()
