"""Each of Shopee's refusals becomes the class that says what to do next."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

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
    UnexpectedAnswer,
)
from connector.shopee import ShopeeConnector
from connector.shopee.refusals import Refused, TokenExpired, error_for

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("error_auth", "Invalid access_token.", TokenExpired),
        ("invalid_acceess_token", "Invalid access_token", TokenExpired),
        ("common.invalid_access_token", "", TokenExpired),
        ("error_param", "There is no access_token in query.", TokenExpired),
        ("error_auth", "Invalid partner_id or shopid.", AuthorizationLost),
        ("refresh_token_expired", "", AuthorizationLost),
        ("shop_access_expired", "", AuthorizationLost),
        ("error_auth", "Invalid refresh_token.", AuthorizationLost),
        ("error_sign", "Wrong sign.", AuthenticationError),
        ("common.error_auth", "Invalid sign", AuthenticationError),
        ("error_param", "Timestamp is expired.", AuthenticationError),
        ("source_ip_undeclared", "", AuthenticationError),
        ("shop_banned", "", AuthenticationError),
        ("error_rate_limit", "Too many requests.", RateLimited),
        ("error_limit", "has reached the daily API call limit", RateLimited),
        ("order.error_limit", "Can not cancel this order", Refused),
        ("error_server", "Something wrong", TransientError),
        ("error_system_busy", "", TransientError),
        ("error_data", "parse data failed", TransientError),
        ("product.error_busi", "Too many connections", TransientError),
        ("error_auth", "Total stock must be more than reserved stock", Refused),
        ("error_param", "page_size must be 100 or less.", Refused),
        ("error_not_found", "the order is not found.", Refused),
    ],
)
def test_a_refusal_becomes_its_class(
    code: str, message: str, expected: type[ConnectorError]
) -> None:
    error = error_for(code, message, changes_state=False, now=NOW)
    assert type(error) is expected


def test_a_failure_inside_shopee_leaves_a_write_unknown() -> None:
    error = error_for("error_server", "", changes_state=True, now=NOW)
    assert type(error) is OutcomeUnknown


def test_the_daily_limit_ends_at_midnight_in_singapore() -> None:
    message = "has reached the daily API call limit"
    error = error_for("error_limit", message, changes_state=False, now=NOW)
    assert isinstance(error, RateLimited)
    assert error.retry_after_seconds == timedelta(hours=8).total_seconds()


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        ({"unexpected": True}, 200, UnexpectedAnswer),
        ([], 200, UnexpectedAnswer),
        ({"error": ""}, 404, PermanentError),
        ({}, 403, AuthenticationError),
        ({}, 404, UnexpectedAnswer),
    ],
)
def test_an_answer_without_an_envelope_is_not_taken_for_one(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    body: Any,
    status: int,
    expected: type[ConnectorError],
) -> None:
    answer("shop/get_shop_info", body, status=status)
    with pytest.raises(expected):
        shopee.identify()


def test_an_error_names_the_request_and_no_secret(
    shopee: ShopeeConnector, answer: Callable[..., None]
) -> None:
    message = "no such thing for canary-access-1 and canary-partner-key"
    body = {"error": "error_param", "message": message, "request_id": "r-77"}
    answer("shop/get_shop_info", body)
    with pytest.raises(PermanentError) as raised:
        shopee.identify()
    assert raised.value.request_id == "r-77"
    assert "canary" not in str(raised.value)


def test_an_expired_token_is_refreshed_once_and_stored_before_use(
    shopee: ShopeeConnector,
    store: MemorySettings,
    edge: responses.RequestsMock,
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
    answer: Callable[..., None],
) -> None:
    expired = {"error": "error_auth", "message": "Invalid access_token."}
    seen: list[str] = []

    def shop_info(request: Any) -> tuple[int, dict[str, str], str]:
        seen.append(str(store.read()["access_token"]))
        fresh = "access_token=canary-access-2" in request.url
        return 200, {}, json.dumps(reply("shop_info") if fresh else expired)

    url = "https://partner.shopeemobile.com/api/v2/shop/get_shop_info"
    edge.add_callback("GET", url, callback=shop_info)
    answer("auth/access_token/get", reply("token_refresh"), method="POST")
    assert shopee.identify().shop_id == "2000001"
    assert seen == ["canary-access-1", "canary-access-2"]
    assert len(calls("access_token/get")) == 1
    stored = store.read()
    assert stored["refresh_token"] == "canary-refresh-2"
    assert stored["note"] == "not ours"


def test_a_token_near_its_end_is_refreshed_ahead(
    shopee: ShopeeConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    soon = (now + timedelta(minutes=2)).isoformat()
    store.rotate(store.read(), lambda old: {**old, "access_token_expires_at": soon})
    answer("shop/get_shop_info", reply("shop_info"))
    answer("auth/access_token/get", reply("token_refresh"), method="POST")
    shopee.identify()
    assert "access_token=canary-access-2" in calls("get_shop_info")[0].url


def test_a_failing_refresh_uses_up_the_old_token_first(
    shopee: ShopeeConnector,
    store: MemorySettings,
    now: datetime,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    soon = (now + timedelta(minutes=2)).isoformat()
    store.rotate(store.read(), lambda old: {**old, "access_token_expires_at": soon})
    answer("shop/get_shop_info", reply("shop_info"))
    answer("auth/access_token/get", {}, method="POST", status=502)
    assert shopee.identify().region == "VN"


def test_a_refused_refresh_asks_for_consent(
    shopee: ShopeeConnector, answer: Callable[..., None]
) -> None:
    expired = {"error": "error_auth", "message": "Invalid access_token."}
    refused = {"error": "error_auth", "message": "Invalid refresh_token."}
    answer("shop/get_shop_info", expired)
    answer("auth/access_token/get", refused, method="POST")
    with pytest.raises(AuthorizationLost):
        shopee.identify()


def test_a_lost_refresh_is_tried_again_before_consent_is_asked_for(
    shopee: ShopeeConnector, answer: Callable[..., None]
) -> None:
    expired = {"error": "error_auth", "message": "Invalid access_token."}
    answer("shop/get_shop_info", expired)
    answer("auth/access_token/get", {}, method="POST", status=504)
    with pytest.raises(TransientError):
        shopee.identify()


def test_a_token_that_stays_refused_is_not_refreshed_for_ever(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    calls: Callable[[str], list[Any]],
    reply: Callable[[str], Any],
) -> None:
    answer(
        "shop/get_shop_info",
        {"error": "error_auth", "message": "Invalid access_token."},
    )
    answer("auth/access_token/get", reply("token_refresh"), method="POST")
    with pytest.raises(AuthenticationError):
        shopee.identify()
    assert len(calls("access_token/get")) == 1
