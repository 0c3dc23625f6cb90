"""Each refusal becomes the class that says what to do next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

from connector import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    TransientError,
    UnexpectedAnswer,
)
from connector.woocommerce import WooCommerceConnector
from connector.woocommerce.refusals import Refused, error_for, status_of
from tests.connector.woocommerce.conftest import API, BASE_URL, Reader


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (401, "woocommerce_rest_authentication_error", AuthenticationError),
        (401, "woocommerce_rest_cannot_view", AuthenticationError),
        (403, "woocommerce_rest_cannot_view", AuthenticationError),
        (401, "woocommerce_rest_cannot_create", AuthenticationError),
        (401, "woocommerce_rest_cannot_edit", AuthenticationError),
        (401, "woocommerce_rest_cannot_batch", AuthenticationError),
        (401, "woocommerce_rest_cannot_access", AuthenticationError),
        (401, "rest_forbidden", AuthenticationError),
        (401, "rest_not_logged_in", AuthenticationError),
        (401, "a_plugins_own_word", AuthenticationError),
        (400, "rest_invalid_param", Refused),
        (400, "rest_missing_callback_param", Refused),
        (404, "rest_no_route", Refused),
        (404, "woocommerce_rest_shop_order_invalid_id", Refused),
        (404, "woocommerce_rest_product_invalid_id", Refused),
        (404, "woocommerce_rest_invalid_order_id", Refused),
        (400, "woocommerce_rest_invalid_order_refund", Refused),
        (403, "a_plugins_own_word", Refused),
        (404, "", UnexpectedAnswer),
        (401, "", AuthenticationError),
        (403, "", TransientError),
    ],
)
def test_a_refusal_becomes_its_class(
    status: int, code: str, expected: type[ConnectorError]
) -> None:
    body = {"code": code, "message": "why", "data": {"status": status}}
    error = error_for(status, body, "orders", changes_state=False)
    assert type(error) is expected


def test_a_strange_answer_to_a_write_leaves_it_unknown() -> None:
    error = error_for(404, "<html>", "products/batch", changes_state=True)
    assert type(error) is OutcomeUnknown


def test_an_errors_status_may_be_a_bare_number(reply: Reader) -> None:
    assert status_of(reply("refund_too_much")) == 500
    assert status_of(reply("bad_key")) == 401
    assert status_of({"data": None}) == 0


@pytest.mark.parametrize(
    ("name", "status", "expected"),
    [
        ("bad_key", 401, AuthenticationError),
        ("page_too_large", 400, PermanentError),
        ("no_route", 404, PermanentError),
        ("order", 200, UnexpectedAnswer),
        ("bad_key", 500, TransientError),
        ("bad_key", 503, TransientError),
    ],
)
def test_an_answer_is_judged_as_it_comes(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    name: str,
    status: int,
    expected: type[ConnectorError],
) -> None:
    answer("orders", reply(name), status=status)
    with pytest.raises(expected):
        woocommerce.identify()


def test_a_page_for_people_is_no_answer(
    woocommerce: WooCommerceConnector, edge: responses.RequestsMock
) -> None:
    edge.add("GET", f"{API}/orders", body="<html>Coming soon</html>")
    with pytest.raises(UnexpectedAnswer):
        woocommerce.identify()


def test_a_hosts_limit_is_kept(
    woocommerce: WooCommerceConnector, edge: responses.RequestsMock
) -> None:
    headers = {"Retry-After": "17"}
    edge.add("GET", f"{API}/orders", status=429, headers=headers)
    with pytest.raises(RateLimited) as raised:
        woocommerce.identify()
    assert raised.value.retry_after_seconds == 17


def test_no_page_is_asked_for_that_the_site_would_refuse(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    edge: responses.RequestsMock,
    now: Any,
) -> None:
    # 101 is refused.
    for path in ("orders", "products"):
        answer(path, [])
    woocommerce.read_orders(since=now)
    woocommerce.read_listings()
    sizes = [
        int(str(call.request.url).partition("per_page=")[2].partition("&")[0])
        for call in edge.calls
    ]
    assert sizes == [100, 50]


def test_a_list_without_an_end_is_not_followed_for_ever(
    woocommerce: WooCommerceConnector,
    answer: Callable[..., None],
    reply: Reader,
    calls: Callable[[str], list[Any]],
) -> None:
    answer("products", [reply("products")[0]])
    endless = {"X-WP-Total": "9999999", "X-WP-TotalPages": "9999999"}
    answer("products/30/variations", reply("variations"), headers=endless)
    with pytest.raises(UnexpectedAnswer):
        woocommerce.read_listings()
    assert len(calls("/variations")) == 100


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 401, "json": {"code": "x", "message": "ck_canary:cs_canary"}},
        {"status": 400, "json": {"code": "cs_canary", "message": "hook_canary"}},
        {"status": 500, "body": "cs_canary"},
        {"status": 429, "body": "cs_canary"},
        {"status": 200, "body": "cs_canary"},
        {"body": requests.ConnectionError("https://x/?consumer_secret=cs_canary")},
    ],
)
@pytest.mark.parametrize(
    "changes",
    [{}, {"credentials_in_query": True}, {"base_url": "http://127.0.0.1:8807"}],
)
def test_no_secret_is_told_in_any_text(
    woocommerce: WooCommerceConnector,
    edge: responses.RequestsMock,
    enter: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    trouble: dict[str, Any],
    changes: dict[str, Any],
) -> None:
    enter(**changes)
    caplog.set_level(logging.DEBUG)
    site = changes.get("base_url", BASE_URL)
    edge.add("GET", f"{site}/wp-json/wc/v3/orders", **trouble)
    with pytest.raises(ConnectorError) as raised:
        woocommerce.identify()
    texts = [str(raised.value), repr(raised.value), repr(raised.value.__context__)]
    texts += [repr(woocommerce), repr(woocommerce.transport), caplog.text]
    assert not any("canary" in text for text in texts)
