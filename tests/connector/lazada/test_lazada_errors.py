"""Each of Lazada's refusals becomes the class that says what to do next."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
import responses

from connector import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    ListingRef,
    MemorySettings,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    StockUpdate,
    TransientError,
    UnexpectedAnswer,
    WriteOutcome,
)
from connector.lazada import LazadaConnector
from connector.lazada.refusals import (
    Refused,
    TokenExpired,
    TroubleOrUnknown,
    error_for,
)

AUTH_URL = "https://auth.lazada.com/rest"
EXPIRED = {
    "code": "IllegalAccessToken",
    "type": "ISV",
    "message": "The specified access token is invalid or expired",
    "request_id": "r-1",
}
BAN = "Api access frequency exceeds the limit. this ban will last 7 seconds"


@pytest.mark.parametrize(
    ("code", "kind", "message", "expected"),
    [
        ("IllegalAccessToken", "ISV", "", TokenExpired),
        ("illegalAccessToken", "", "", TokenExpired),
        ("InvalidAccessToken", "ISV", "", TokenExpired),
        (
            "MissingParameter",
            "ISV",
            'the parameter "access_token"',
            AuthenticationError,
        ),
        ("IllegalRefreshToken", "ISV", "", AuthorizationLost),
        ("AUTH_TYPE_UNSUPPORTED", "ISV", "", AuthorizationLost),
        ("IncompleteSignature", "ISV", "", AuthenticationError),
        ("IllegalTimestamp", "ISV", "", AuthenticationError),
        ("MissingParameter", "ISV", 'the parameter "sign" that', AuthenticationError),
        ("MissingParameter", "ISV", "", AuthenticationError),
        ("MissingParameter", "ISV", 'the parameter "order_id" that', Refused),
        ("SellerNotVerified", "ISV", "", AuthenticationError),
        ("Mp3SellerApiLimit", "ISV", "", AuthenticationError),
        ("ApiCallLimit", "ISV", BAN, RateLimited),
        ("ApiCallLimit", "ISV", "", RateLimited),
        ("AppCallLimit", "ISV", BAN, RateLimited),
        ("901", "ISP", "E901: The request is too frequent", RateLimited),
        ("IopSystemFlowlimit", "SYSTEM", "", RateLimited),
        ("ServiceCurrentlimit", "SYSTEM", "", RateLimited),
        ("6", "ISP", "E006: Unexpected internal error", TransientError),
        ("513", "ISP", "", TransientError),
        ("1000", "ISP", "", TransientError),
        ("E0106", "ISP", "ROC internal error", TroubleOrUnknown),
        ("106", "ISP", "", TroubleOrUnknown),
        ("ServiceTimeout", "SYSTEM", "", TransientError),
        ("ServiceUnavailable", "ISP", "", TransientError),
        ("14", "ISP", "E014: Invalid offset", Refused),
        ("16", "ISP", "E016: Invalid Order ID", Refused),
        ("E017", "ISP", "Invalid date format", Refused),
        ("18", "ISP", "E018: Either created_after or", Refused),
        ("19", "ISP", "", Refused),
        ("36", "ISP", "", Refused),
        ("37", "ISP", "", Refused),
        ("38", "ISP", "", Refused),
        ("39", "ISP", "", Refused),
        ("56", "ISP", "E056: Invalid order ids", Refused),
        ("204", "ISP", "too many SKUs", Refused),
        ("207", "ISP", "SKU not found", Refused),
        ("208", "ISP", "item not found", Refused),
        ("212", "ISP", "Negative sellable", Refused),
        ("501", "ISP", "E501: Update product failed", Refused),
        ("4152", "ISP", "", Refused),
        ("4170", "ISP", "", Refused),
        ("4225", "ISP", "", Refused),
        ("UnsupportedHTTPMethod", "ISV", "", Refused),
        ("InvalidApiPath", "ISV", "", Refused),
    ],
)
def test_a_refusal_becomes_its_class(
    code: str, kind: str, message: str, expected: type[ConnectorError]
) -> None:
    error = error_for(code, kind, message, changes_state=False)
    assert type(error) is expected


@pytest.mark.parametrize("code", ["6", "513", "1000", "106", "ServiceTimeout"])
def test_trouble_inside_lazada_leaves_a_write_unknown(code: str) -> None:
    error = error_for(code, "SYSTEM", "", changes_state=True)
    assert type(error) is OutcomeUnknown


@pytest.mark.parametrize(
    ("code", "message", "seconds"),
    [
        ("ApiCallLimit", BAN, 7),
        ("ApiCallLimit", "this ban will last 0 seconds", 1),
        ("ApiCallLimit", "ban will last 999999999 seconds", 86_400),
        ("901", "", 1),
        ("ServiceCurrentlimit", "", 5),
    ],
)
def test_a_ban_is_waited_for_as_long_as_it_lasts(
    code: str, message: str, seconds: float
) -> None:
    error = error_for(code, "ISV", message, changes_state=True)
    assert isinstance(error, RateLimited)
    assert error.retry_after_seconds == seconds


def test_http_throttling_honours_retry_after(
    lazada: LazadaConnector, edge: responses.RequestsMock
) -> None:
    url = "https://api.lazada.vn/rest/seller/get"
    edge.add("GET", url, status=429, headers={"Retry-After": "11"})
    with pytest.raises(RateLimited) as raised:
        lazada.identify()
    assert raised.value.retry_after_seconds == 11


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"unexpected": True}, 200, UnexpectedAnswer),
        ([], 200, UnexpectedAnswer),
        ({"code": ""}, 200, UnexpectedAnswer),
        ({"code": "0", "data": {}}, 404, PermanentError),
        ({}, 403, AuthenticationError),
        ({}, 404, UnexpectedAnswer),
        ({}, 502, TransientError),
    ],
)
def test_an_answer_without_an_envelope_is_not_taken_for_one(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    body: Any,
    status: int,
    expected: type[ConnectorError],
) -> None:
    answer("seller/get", body, status=status)
    answer("products/get", body, status=status)
    with pytest.raises(expected):
        lazada.identify()


@pytest.mark.parametrize("success", [False, "false", "False"])
@pytest.mark.parametrize("name", ["result", "data"])
def test_an_inner_refusal_in_a_good_envelope_is_a_refusal(
    lazada: LazadaConnector, answer: Callable[..., None], name: str, success: Any
) -> None:
    inner = {"success": success, "errorCode": "IllegalTimestamp", "errorMsg": "no"}
    answer("seller/get", {"code": "0", name: inner})
    with pytest.raises(AuthenticationError):
        lazada.identify()


def test_an_error_names_the_request_and_no_secret(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    message = "no canary-access-1, canary-refresh-1 or canary-app-secret"
    body = {"code": "NoSuchThing", "type": "ISV", "message": message}
    answer("seller/get", {**body, "request_id": "r-77"})
    answer("products/get", {**body, "request_id": "r-77"})
    with pytest.raises(PermanentError) as raised:
        lazada.identify()
    assert raised.value.request_id == "r-77"
    told = [str(raised.value), repr(raised.value), caplog.text, repr(lazada)]
    told += [repr(raised.value.__context__), repr(lazada.transport)]
    assert not any("canary" in text for text in told)


def test_settings_keep_their_secrets_when_they_are_printed(
    lazada: LazadaConnector, store: MemorySettings
) -> None:
    account = lazada._client.account()
    assert account.seller_id in repr(account)
    assert "canary" not in repr(account)
    for name in LazadaConnector.secret_settings:
        assert "canary" in str(store.read()[name])


def expires(store: MemorySettings, **moments: datetime) -> None:
    written = {name: moment.isoformat() for name, moment in moments.items()}
    store.rotate(store.read(), lambda old: {**old, **written})


def test_an_expired_token_is_refreshed_once_and_stored_before_use(
    lazada: LazadaConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    answer: Callable[..., None],
    sent: Callable[[Any], dict[str, str]],
) -> None:
    seen: list[tuple[str, str]] = []

    def seller(request: Any) -> tuple[int, dict[str, str], str]:
        used = sent(request)["access_token"]
        seen.append((used, str(store.read()["access_token"])))
        fresh = used == "canary-access-2"
        return 200, {}, json.dumps(reply("seller") if fresh else EXPIRED)

    url = "https://api.lazada.vn/rest/seller/get"
    edge.add_callback("GET", url, callback=seller)
    answer("auth/token/refresh", reply("token"), method="POST", base_url=AUTH_URL)
    assert lazada.identify().shop_id == "200012345"
    assert seen == [("canary-access-1",) * 2, ("canary-access-2",) * 2]
    (refresh,) = calls("token/refresh")
    assert sent(refresh)["refresh_token"] == "canary-refresh-1"
    assert "canary" not in refresh.url
    stored = store.read()
    assert stored["refresh_token"] == "canary-refresh-2"
    assert stored["note"] == "not ours"


def test_a_write_is_repeated_after_a_refresh_too(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    play: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    listing = ListingRef(item_id="2700000001", variant_id="8800000001")

    def write(carried: dict[str, str]) -> Any:
        fresh = carried["access_token"] == "canary-access-2"
        return reply("stock_accepted") if fresh else EXPIRED

    play("product/stock/sellable/update", write, "POST")
    answer("auth/token/refresh", reply("token"), method="POST", base_url=AUTH_URL)
    (result,) = lazada.write_stock([StockUpdate(listing=listing, quantity=3)])
    assert result.outcome is WriteOutcome.ACCEPTED


def test_a_token_near_its_end_is_refreshed_ahead(
    lazada: LazadaConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    expires(store, access_token_expires_at=now + timedelta(minutes=5))
    answer("seller/get", reply("seller"))
    answer("auth/token/refresh", reply("token"), method="POST", base_url=AUTH_URL)
    lazada.identify()
    assert "access_token=canary-access-2" in calls("seller/get")[0].url


def test_the_end_of_the_consent_is_where_the_answer_says(
    lazada: LazadaConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    expires(store, access_token_expires_at=now)
    answer("seller/get", reply("seller"))
    answer("auth/token/refresh", reply("token"), method="POST", base_url=AUTH_URL)
    lazada.identify()
    ends_at = datetime.fromisoformat(store.read()["refresh_token_expires_at"])
    assert ends_at == now + timedelta(seconds=4_000_000)


def test_after_the_end_of_the_consent_nothing_is_asked_any_more(
    lazada: LazadaConnector, store: MemorySettings, now: datetime
) -> None:
    expires(store, access_token_expires_at=now, refresh_token_expires_at=now)
    with pytest.raises(AuthorizationLost):
        lazada.identify()


def test_a_consent_that_ends_lets_the_last_token_be_used_up(
    lazada: LazadaConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    soon = now + timedelta(minutes=5)
    expires(store, access_token_expires_at=soon, refresh_token_expires_at=now)
    answer("seller/get", reply("seller"))
    assert lazada.identify().region == "VN"


def test_a_failing_refresh_uses_up_the_old_token_first(
    lazada: LazadaConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    expires(store, access_token_expires_at=now + timedelta(minutes=5))
    answer("seller/get", reply("seller"))
    answer("auth/token/refresh", {}, method="POST", status=502, base_url=AUTH_URL)
    assert lazada.identify().region == "VN"


@pytest.mark.parametrize("code", ["IllegalRefreshToken", "AUTH_TYPE_UNSUPPORTED", "X"])
def test_a_refused_refresh_asks_for_consent(
    lazada: LazadaConnector, answer: Callable[..., None], code: str
) -> None:
    refused = {"code": code, "type": "ISV", "message": ""}
    answer("seller/get", EXPIRED)
    answer("auth/token/refresh", refused, method="POST", base_url=AUTH_URL)
    with pytest.raises(AuthorizationLost):
        lazada.identify()


def test_a_lost_refresh_is_tried_again_before_consent_is_asked_for(
    lazada: LazadaConnector,
    edge: responses.RequestsMock,
    answer: Callable[..., None],
    store: MemorySettings,
    reply: Callable[[str], Any],
    now: datetime,
) -> None:
    expires(store, access_token_expires_at=now)
    url = f"{AUTH_URL}/auth/token/refresh"
    edge.add("POST", url, body=requests.ReadTimeout())
    edge.add("POST", url, json=reply("token"))
    answer("seller/get", reply("seller"))
    with pytest.raises(TransientError):
        lazada.identify()
    assert store.read()["refresh_token"] == "canary-refresh-1"
    assert lazada.identify().shop_id == "200012345"


def test_a_token_that_stays_refused_is_not_refreshed_for_ever(
    lazada: LazadaConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer("seller/get", EXPIRED)
    answer("auth/token/refresh", reply("token"), method="POST", base_url=AUTH_URL)
    with pytest.raises(AuthenticationError):
        lazada.identify()
    assert len(calls("token/refresh")) == 1
