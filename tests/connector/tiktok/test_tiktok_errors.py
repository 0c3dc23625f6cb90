"""Each of TikTok Shop's refusals becomes the class that says what to do next."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from connector import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    MemorySettings,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    Transport,
    UnexpectedAnswer,
)
from connector.tiktok import TikTokConnector
from connector.tiktok.refusals import Refused, ScopeMissing, TokenExpired, error_for

SHOPS = "authorization/202309/shops"
SHOPS_URL = f"https://open-api.tiktokglobalshop.com/{SHOPS}"

Refusal = Callable[[int, str], dict[str, Any]]


@pytest.mark.parametrize(
    ("code", "message", "status", "expected"),
    [
        ("105002", "access token is expired, please refresh it", 401, TokenExpired),
        ("105002", "access token is expired, please refresh it", 200, TokenExpired),
        ("105001", "access token is invalid", 200, TokenExpired),
        ("36009001", "token is not found", 200, TokenExpired),
        ("360001", "token is not found", 200, TokenExpired),
        ("999", "who are you", 401, TokenExpired),
        ("105005", "you should apply auth pkg for this api", 200, ScopeMissing),
        ("105005", "", 200, ScopeMissing),
        ("999", "no", 403, ScopeMissing),
        ("106001", "the 'sign' query parameter is invalid", 401, AuthenticationError),
        ("1", "Invalid credentials.", 401, AuthenticationError),
        ("36009003", "Internal error, please try again later", 200, TransientError),
        ("5", "system busy", 200, TransientError),
        ("5", "Too many requests", 200, RateLimited),
        ("36009002", "you call it too frequently: too frequent", 200, RateLimited),
        ("12052003", "product status cannot be activated", 200, Refused),
        ("36", "short", 200, Refused),
        ("1105002", "another group", 200, Refused),
    ],
)
def test_a_refusal_becomes_its_class(
    code: str, message: str, status: int, expected: type[ConnectorError]
) -> None:
    error = error_for(code, message, status=status, changes_state=False)
    assert type(error) is expected


def test_a_failure_inside_tiktok_leaves_a_write_unknown() -> None:
    error = error_for("5", "Internal error", status=200, changes_state=True)
    assert type(error) is OutcomeUnknown


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"unexpected": True}, 200, UnexpectedAnswer),
        ([], 200, UnexpectedAnswer),
        ({"code": None, "data": {}}, 200, UnexpectedAnswer),
        ({"code": True, "data": {}}, 200, UnexpectedAnswer),
        ({"code": 0, "data": []}, 200, UnexpectedAnswer),
        ({"code": 0, "data": {"shops": "none"}}, 200, UnexpectedAnswer),
        ({"code": 0, "data": {}}, 400, UnexpectedAnswer),
        ({"code": 7, "message": "no"}, 200, Refused),
        ({"code": "7", "message": "no"}, 400, Refused),
        ({}, 403, AuthenticationError),
        ({}, 404, PermanentError),
        ({}, 502, TransientError),
    ],
)
def test_success_is_the_code_in_the_body_and_nothing_else(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    body: Any,
    status: int,
    expected: type[ConnectorError],
) -> None:
    answer(SHOPS, body, status=status)
    with pytest.raises(expected):
        tiktok.identify()


def test_a_pause_is_as_long_as_the_channel_says(
    tiktok: TikTokConnector, answer: Callable[..., None]
) -> None:
    answer(SHOPS, {}, status=429, headers={"Retry-After": "17"})
    with pytest.raises(RateLimited) as raised:
        tiktok.identify()
    assert raised.value.retry_after_seconds == 17


def test_an_error_names_the_request_and_no_secret(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    refusal: Refusal,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    message = "none for canary-access-1, canary-app-secret and canary-cipher-1"
    answer(SHOPS, refusal(7, message))
    with pytest.raises(PermanentError) as raised:
        tiktok.identify()
    assert raised.value.request_id == "r-77"
    told = [str(raised.value), repr(raised.value), repr(raised.value.__context__)]
    told += [repr(tiktok), repr(tiktok._client.account())]
    assert "canary" not in " ".join([*told, *caplog.messages])


def test_the_address_of_a_token_call_is_never_told(
    tiktok: TikTokConnector,
    store: MemorySettings,
    answer: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    store.rotate(store.read(), lambda old: {**old, "access_token_expire_in": 0})
    answer("api/v2/token/refresh", {}, status=502)
    with pytest.raises(TransientError) as raised:
        tiktok.identify()
    told = [str(raised.value), repr(raised.value.__context__), *caplog.messages]
    assert "canary" not in " ".join(told)


def test_an_expired_token_is_refreshed_once_and_stored_before_use(
    tiktok: TikTokConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    refusal: Refusal,
    answer: Callable[..., None],
) -> None:
    seen: list[str] = []

    def listing(request: Any) -> tuple[int, dict[str, str], str]:
        seen.append(str(store.read()["access_token"]))
        fresh = request.headers["x-tts-access-token"] == "canary-access-2"
        expired = refusal(105002, "access token is expired, please refresh it")
        body = reply("products") if fresh else expired
        return (200 if fresh else 401), {}, json.dumps(body)

    url = "https://open-api.tiktokglobalshop.com/product/202502/products/search"
    edge.add_callback("POST", url, callback=listing)
    answer("api/v2/token/refresh", reply("token"))
    assert tiktok.read_listings().items
    assert seen == ["canary-access-1", "canary-access-2"]
    (call,) = calls("token/refresh")
    assert dict(parse_qsl(urlsplit(call.url).query)) == {
        "app_key": "6app0key",
        "app_secret": "canary-app-secret",
        "refresh_token": "canary-refresh-1",
        "grant_type": "refresh_token",
    }
    stored = store.read()
    assert stored["refresh_token"] == "canary-refresh-2"
    assert stored["refresh_token_expire_in"] == 1825000000
    assert stored["note"] == "not ours"


def test_identity_too_is_asked_for_again_with_a_fresh_token(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    edge: responses.RequestsMock,
    reply: Callable[[str], Any],
    refusal: Refusal,
) -> None:
    edge.add("GET", SHOPS_URL, json=refusal(105002, "expired"), status=401)
    edge.add("GET", SHOPS_URL, json=reply("shops"))
    answer("api/v2/token/refresh", reply("token"))
    assert tiktok.identify().shop_id == "7490000000000000001"
    assert len(calls("token/refresh")) == 1


def test_a_token_near_its_end_is_refreshed_ahead(
    tiktok: TikTokConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    soon = int((now + timedelta(minutes=30)).timestamp())
    store.rotate(store.read(), lambda old: {**old, "access_token_expire_in": soon})
    answer(SHOPS, reply("shops"))
    answer("api/v2/token/refresh", reply("token"))
    tiktok.identify()
    (call,) = calls(SHOPS)
    assert call.headers["x-tts-access-token"] == "canary-access-2"


def test_a_failing_refresh_uses_up_the_old_token_first(
    tiktok: TikTokConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    soon = int((now + timedelta(minutes=30)).timestamp())
    store.rotate(store.read(), lambda old: {**old, "access_token_expire_in": soon})
    answer(SHOPS, reply("shops"))
    answer("api/v2/token/refresh", {}, status=502)
    assert tiktok.identify().region == "VN"


@pytest.mark.parametrize("code", [105001, 36004004, 7])
def test_a_refused_refresh_asks_for_consent(
    tiktok: TikTokConnector, answer: Callable[..., None], refusal: Refusal, code: int
) -> None:
    answer(SHOPS, refusal(105002, "expired"), status=401)
    answer("api/v2/token/refresh", refusal(code, "refresh token canary-refresh-1"))
    with pytest.raises(AuthorizationLost) as raised:
        tiktok.identify()
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 504),
        ({"code": 0, "data": {}}, 200),
        ({"code": 0, "data": {"access_token": "a", "refresh_token": ""}}, 200),
        ({"code": 5, "message": "internal error"}, 200),
    ],
)
def test_a_lost_refresh_is_tried_again_before_consent_is_asked_for(
    tiktok: TikTokConnector,
    store: MemorySettings,
    answer: Callable[..., None],
    refusal: Refusal,
    body: Any,
    status: int,
) -> None:
    answer(SHOPS, refusal(105002, "expired"), status=401)
    answer("api/v2/token/refresh", body, status=status)
    with pytest.raises(TransientError):
        tiktok.identify()
    assert store.read()["refresh_token"] == "canary-refresh-1"


def test_a_token_that_stays_refused_is_not_refreshed_for_ever(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    refusal: Refusal,
) -> None:
    answer(SHOPS, refusal(105002, "expired"), status=401)
    answer("api/v2/token/refresh", reply("token"))
    with pytest.raises(AuthenticationError):
        tiktok.identify()
    assert len(calls("token/refresh")) == 1


def test_many_who_ask_refresh_once(
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    store.rotate(store.read(), lambda old: {**old, "access_token_expire_in": 0})
    answer(SHOPS, reply("shops"))
    answer("api/v2/token/refresh", reply("token"))
    shops = [
        TikTokConnector(store, Transport(requests_per_second=10_000), lambda: now)
        for _ in range(6)
    ]
    threads = [threading.Thread(target=shop.identify) for shop in shops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls(SHOPS)) == 6
    assert len(calls("token/refresh")) == 1


def test_a_shop_that_the_consent_does_not_cover_asks_for_consent(
    tiktok: TikTokConnector, answer: Callable[..., None]
) -> None:
    answer(SHOPS, {"code": 0, "message": "Success", "data": {"shops": []}})
    with pytest.raises(AuthorizationLost):
        tiktok.identify()
