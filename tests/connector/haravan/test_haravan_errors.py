"""Each refusal becomes the class that says what to do next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
import responses

from connector import (
    AuthenticationError,
    ConnectorError,
    MemorySettings,
    RateLimited,
    TransientError,
    Transport,
    UnexpectedAnswer,
)
from connector.haravan import HaravanConnector
from connector.haravan.bucket import HEADER
from connector.haravan.refusals import STATUSES, Refused, TokenRefused, error_for
from tests.connector.haravan.conftest import API, Answer, Reader

ORDERS_URL = f"{API}/orders.json"

ROWS: list[tuple[int, type[ConnectorError]]] = [
    (400, Refused),
    (401, TokenRefused),
    (403, AuthenticationError),
    (404, Refused),
    (422, Refused),
]


def test_each_documented_status_has_a_row() -> None:
    assert [status for status, _ in ROWS] == list(STATUSES)


@pytest.mark.parametrize(("status", "expected"), [*ROWS, (409, Refused)])
def test_a_refusal_becomes_its_class(
    status: int, expected: type[ConnectorError]
) -> None:
    error = error_for(status, {"errors": "why"}, "orders", ())
    assert type(error) is expected
    assert "why" in str(error)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, RateLimited), (500, TransientError), (502, TransientError)],
)
def test_a_busy_or_broken_service_is_asked_again_later(
    haravan: HaravanConnector,
    edge: responses.RequestsMock,
    now: datetime,
    status: int,
    expected: type[ConnectorError],
) -> None:
    edge.get(ORDERS_URL, status=status, json={"errors": "busy"})
    with pytest.raises(expected):
        haravan.read_orders(since=now)


def test_a_firewalls_403_is_no_word_of_haravan() -> None:
    assert type(error_for(403, None, "orders", ())) is TransientError


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"errors": "Not Found"}, "Not Found"),
        ({"errors": ["one", "two"]}, "one; two"),
        ({"errors": {"base": ["one"], "name": "two"}}, "base: one; name: two"),
        ({"error": "invalid_request"}, "invalid_request"),
        ({"error": "x", "error_description": "told better"}, "told better"),
        ({"message": "plain"}, "plain"),
        ({"errors": {"a": {"b": {"c": {"d": {"e": "deep"}}}}}}, "no reason"),
        ({"errors": 7}, "no reason"),
        ([], "no reason"),
        (None, "no reason"),
    ],
)
def test_an_errors_text_is_found_in_each_form(body: Any, told: str) -> None:
    assert str(error_for(422, body, "orders", ())).endswith(told)


def test_a_secret_in_an_errors_text_is_struck_out_before_it_is_cut() -> None:
    message = "x" * 490 + "canary-access-1"
    error = error_for(422, {"errors": message}, "orders", ("canary-access-1",))
    assert "canary" not in str(error)


def test_the_pause_that_haravan_names_is_kept(
    haravan: HaravanConnector, edge: responses.RequestsMock, now: datetime
) -> None:
    headers = {"Retry-After": "2.0", HEADER: "80/80"}
    edge.get(ORDERS_URL, status=429, headers=headers, json={})
    with pytest.raises(RateLimited) as raised:
        haravan.read_orders(since=now)
    assert raised.value.retry_after_seconds == 2.0


def test_a_nearly_full_bucket_is_left_to_leak_before_it_runs_over(
    store: MemorySettings, answer: Answer, now: datetime, calls: Callable[..., Any]
) -> None:
    clock = [now]
    transport = Transport(requests_per_second=10_000)
    shop = HaravanConnector(store, transport, lambda: clock[0])
    answer("orders", {"orders": []}, headers={HEADER: "76/80"})
    shop.read_orders(since=now)
    with pytest.raises(RateLimited) as raised:
        shop.read_orders(since=now)
    # Half of the bucket is free after (76 - 40) / 4 seconds.
    assert raised.value.retry_after_seconds == 9.0
    assert len(calls("orders.json")) == 1
    clock[0] = now + timedelta(seconds=9)
    answer("orders", {"orders": []}, headers={HEADER: "40/80"})
    shop.read_orders(since=now)
    shop.read_orders(since=now)


@pytest.mark.parametrize("level", ["32/80", "74/80", "", "full", "80", "-1/80", "9/5"])
def test_other_levels_stop_nobody(
    haravan: HaravanConnector, answer: Answer, now: datetime, level: str
) -> None:
    answer("orders", {"orders": []}, headers={HEADER: level})
    haravan.read_orders(since=now)
    haravan.read_orders(since=now)


@pytest.mark.parametrize(
    "body", ["<html>", "[]", "{}", '{"orders": {}}', '{"orders": [7]}', '{"order', "7"]
)
def test_what_is_not_documented_is_unexpected(
    haravan: HaravanConnector,
    edge: responses.RequestsMock,
    now: datetime,
    body: str,
) -> None:
    edge.get(ORDERS_URL, body=body)
    with pytest.raises(UnexpectedAnswer):
        haravan.read_orders(since=now)


def test_no_secret_is_told_in_errors_or_logs(
    haravan: HaravanConnector,
    edge: responses.RequestsMock,
    caplog: pytest.LogCaptureFixture,
    now: datetime,
    enter: Callable[..., None],
) -> None:
    caplog.set_level(logging.DEBUG)
    enter(refresh_token="canary-refresh-1")
    canaries = "canary-access-1 canary-client-secret canary-verify canary-refresh-1"
    told: list[str] = [repr(haravan), repr(haravan.transport)]
    edge.post("https://accounts.example.test/connect/token", status=400, json={})
    for trouble in (
        {"status": 401, "json": {"errors": canaries}},
        {"status": 403, "json": {"errors": [canaries]}},
        {"status": 422, "json": {"errors": {"base": canaries}}},
        {"status": 500, "json": {"errors": canaries}},
        {"body": requests.ConnectionError(canaries)},
        {"body": canaries},
    ):
        edge.upsert("GET", ORDERS_URL, **trouble)
        with pytest.raises(ConnectorError) as raised:
            haravan.read_orders(since=now)
        told += [repr(raised.value), str(raised.value)]
        told.append(repr(raised.value.__context__))
        told.append(repr(raised.value.__cause__))
    told += [record.getMessage() for record in caplog.records]
    assert not any("canary" in text for text in told)


def test_the_location_is_found_where_the_settings_name_none(
    haravan: HaravanConnector,
    answer: Answer,
    reply: Reader,
    enter: Callable[..., None],
) -> None:
    enter(location_id="")
    answer("locations", reply("locations"))
    assert haravan.identify().shop_id == "location-5001"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([{"id": 1}], "1"),
        ([{"id": 1}, {"id": 2, "is_primary": True}], "2"),
        ([{"id": 1, "type": "default"}, {"id": 2, "type": "ontheroad"}], "1"),
        ([{"id": 1, "location_type": "Default"}, {"id": 2}], "1"),
    ],
)
def test_the_only_or_main_location_is_taken(
    haravan: HaravanConnector,
    answer: Answer,
    enter: Callable[..., None],
    rows: list[dict[str, Any]],
    found: str,
) -> None:
    enter(location_id="")
    answer("locations", {"locations": rows})
    assert haravan.identify().shop_id == f"location-{found}"


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ([], ""),
        ([{"id": 1}, {"id": 2}], ""),
        ([{"id": 1, "is_primary": True}, {"id": 2, "is_primary": True}], ""),
        ([{"id": 1}], "5001"),
    ],
)
def test_a_person_must_say_which_location_where_none_stands_out(
    haravan: HaravanConnector,
    answer: Answer,
    enter: Callable[..., None],
    rows: list[dict[str, Any]],
    named: str,
) -> None:
    enter(location_id=named)
    answer("locations", {"locations": rows})
    with pytest.raises(ConnectorError, match="location"):
        haravan.identify()
