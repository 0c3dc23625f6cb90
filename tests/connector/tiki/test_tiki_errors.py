"""Each of Tiki's refusals becomes the class that says what to do next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import responses

from connector import (
    AuthenticationError,
    ConnectorError,
    ListingRef,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    StockUpdate,
    TransientError,
    UnexpectedAnswer,
)
from connector.tiki import TikiConnector
from connector.tiki.refusals import Refused, TokenExpired, complaint, error_for
from tests.connector.tiki.conftest import API, TOKEN_URL, Answer, Reader


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Refused),
        (401, TokenExpired),
        (403, AuthenticationError),
        (404, Refused),
        (405, Refused),
        (406, Refused),
        (409, Refused),
        (422, Refused),
    ],
)
def test_a_status_becomes_its_class(
    status: int, expected: type[ConnectorError]
) -> None:
    assert type(error_for(status, "text")) is expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"errors": ["one", "two"]}, "one; two"),
        ({"errors": [{"message": "three"}]}, "three"),
        ({"errors": [None]}, "no reason given"),
        ({"error": {"id": "e-1", "message": "four"}}, "four"),
        ({"error": "invalid_grant", "error_description": "old"}, "invalid_grant: old"),
        ({"errors": [], "data": []}, ""),
        ({"data": []}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_a_complaint_is_read_in_every_form(body: Any, said: str) -> None:
    assert complaint(body) == said


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (429, RateLimited),
        (500, TransientError),
        (503, TransientError),
        (403, AuthenticationError),
        (400, PermanentError),
        (302, UnexpectedAnswer),
    ],
)
def test_a_reads_failure_says_what_follows(
    tiki: TikiConnector, answer: Answer, status: int, expected: type[ConnectorError]
) -> None:
    answer("v2/sellers/me", {"errors": ["text"]}, status=status)
    with pytest.raises(expected) as raised:
        tiki.identify()
    assert not isinstance(raised.value, TokenExpired)


def test_a_missing_scope_is_not_taken_for_an_old_token(
    tiki: TikiConnector, answer: Answer, calls: Callable[[str], list[Any]]
) -> None:
    answer("v2/sellers/me", {"errors": ["no scope"]}, status=403)
    with pytest.raises(AuthenticationError, match="scope"):
        tiki.identify()
    assert calls("/token") == []


def test_a_pause_that_is_asked_for_is_passed_on(
    tiki: TikiConnector, answer: Answer
) -> None:
    answer(
        "v2/sellers/me", {"errors": ["slow"]}, status=429, headers={"Retry-After": "17"}
    )
    with pytest.raises(RateLimited) as raised:
        tiki.identify()
    assert raised.value.retry_after_seconds == 17


def test_a_success_that_holds_errors_is_none(
    tiki: TikiConnector, answer: Answer
) -> None:
    answer("v2/sellers/me", {"errors": ["the seller is on holiday"]})
    with pytest.raises(Refused, match="holiday"):
        tiki.identify()


@pytest.mark.parametrize("body", ["<html>", "[]", '{"id": 71001', ""])
def test_what_is_no_record_is_not_taken_for_one(
    tiki: TikiConnector, edge: responses.RequestsMock, body: str
) -> None:
    edge.add("GET", f"{API}/v2/sellers/me", body=body)
    with pytest.raises(UnexpectedAnswer):
        tiki.identify()


def test_a_seller_without_a_number_proves_nothing(
    tiki: TikiConnector, answer: Answer
) -> None:
    answer("v2/sellers/me", {"name": "nobody"})
    with pytest.raises(UnexpectedAnswer):
        tiki.identify()


def test_trouble_inside_tiki_leaves_a_write_unknown(
    tiki: TikiConnector, answer: Answer, reply: Reader
) -> None:
    answer("v2.1/products/41001", reply("product"))
    answer("v2/products/updateSku", {"errors": ["x"]}, method="PUT", status=500)
    update = StockUpdate(listing=ListingRef(item_id="41001"), quantity=5)
    (result,) = tiki.write_stock([update])
    assert result.outcome == "unknown"


def test_no_secret_is_told_whatever_fails(
    tiki: TikiConnector,
    enter: Callable[..., None],
    edge: responses.RequestsMock,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = ["canary-secret", "canary-access-1", "canary-refresh-1", "canary-app-1"]
    echo = {"errors": [f"no such thing for {' '.join(secrets)}"]}
    told = [repr(tiki), repr(tiki.transport)]
    for status in (200, 400, 401, 403, 404, 429, 500):
        edge.upsert("GET", f"{API}/v2/sellers/me", json=echo, status=status)
        edge.upsert("POST", TOKEN_URL, json=echo, status=400)
        edge.upsert(
            "POST", f"{API}/v1/queues/queue-0001/events/pull", json=echo, status=status
        )
        for verb in (tiki.identify, tiki.read_hints):
            with pytest.raises(ConnectorError) as raised:
                verb()
            told += [repr(raised.value), str(raised.value)]
            told += [repr(raised.value.__context__), repr(raised.value.__cause__)]
    enter(access_token_expires_at=(now - timedelta(hours=1)).isoformat())
    with pytest.raises(AuthenticationError) as lost:
        tiki.identify()
    told += [str(lost.value), *(entry.getMessage() for entry in caplog.records)]
    assert not any("canary" in text for text in told)


def test_a_lost_write_is_not_a_lost_read(
    tiki: TikiConnector, answer: Answer, edge: responses.RequestsMock, reply: Reader
) -> None:
    answer("v2.1/products/41001", reply("product"))
    broken = ConnectionError("gone")
    edge.add("PUT", f"{API}/v2/products/updateSku", body=broken)
    edge.add("GET", f"{API}/v2/sellers/me", body=broken)
    update = StockUpdate(listing=ListingRef(item_id="41001"), quantity=5)
    (result,) = tiki.write_stock([update])
    assert result.outcome == "unknown"
    with pytest.raises(TransientError) as raised:
        tiki.identify()
    assert not isinstance(raised.value, OutcomeUnknown)
