"""Endpoints are told what they are owed, once they take it."""

from __future__ import annotations

import random
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
import responses
from standardwebhooks import Webhook

from daemon.office import Office
from daemon.tell import LONGEST_REST, PAUSES, pause_after
from tests.daemon.desk import Clock
from tests.daemon.telling.teller import OTHER_URL, URL, Teller, ids, sent
from tests.stock.listeners import CHANGED
from tests.stock.world import World


def test_a_receipt_is_told_signed_and_once(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL, status=204)
    teller.book()

    teller.tell()
    teller.tell()

    (call,) = receiver.calls
    headers = {str(k): str(v) for k, v in call.request.headers.items()}
    told = Webhook(teller.listener.secret).verify(call.request.body or b"", headers)
    assert told["type"] == "receipt.posted"
    assert told["data"]["lines"] == [{"sku": "MUG", "good": 1, "damaged": 0, "lost": 0}]
    assert headers["Content-Type"] == "application/json"
    assert teller.states == ["told"]
    assert teller.endpoint.last_status == 204


def test_a_number_is_the_one_of_the_moment_of_telling(
    office: Office, clock: Clock, world: World, receiver: responses.RequestsMock
) -> None:
    teller = Teller(office, clock, world, CHANGED)
    receiver.post(URL)
    for units in (7, 8, 9):
        world.count("MUG", units)

    teller.tell()

    assert [sent(receiver)["data"]["available"]] == [9]
    assert len(receiver.calls) == 1


def test_a_new_number_during_a_failure_is_a_new_message(
    office: Office, clock: Clock, world: World, receiver: responses.RequestsMock
) -> None:
    teller = Teller(office, clock, world, CHANGED)
    receiver.post(URL, status=500)
    world.count("MUG", 7)
    teller.tell()
    world.count("MUG", 8)
    receiver.replace(responses.POST, URL, status=200)

    teller.later()

    assert sent(receiver)["data"]["available"] == 8
    assert sent(receiver)["data"]["version"] > sent(receiver, 0)["data"]["version"]
    assert len(set(ids(receiver))) == 2


@pytest.mark.parametrize(
    "trouble",
    [
        {"status": 500},
        {"status": 404},
        {"status": 301, "headers": {"Location": OTHER_URL}},
        {"status": 307, "headers": {"Location": OTHER_URL}},
        {"body": requests.ConnectTimeout("canary")},
        {"body": requests.ReadTimeout("canary")},
        {"body": requests.exceptions.SSLError("canary")},
    ],
)
def test_whatever_is_no_success_is_tried_again_by_the_same_id(
    teller: Teller, receiver: responses.RequestsMock, trouble: dict[str, Any]
) -> None:
    receiver.post(URL, **trouble)
    receiver.post(OTHER_URL)
    teller.book()
    teller.tell()
    assert teller.states == ["owed"]
    assert teller.endpoint.failing_since is not None
    assert "canary" not in teller.endpoint.last_answer
    receiver.replace(responses.POST, URL, status=200)

    teller.later()

    assert teller.states == ["told"]
    assert len(set(ids(receiver))) == 1
    assert {call.request.url for call in receiver.calls} == {URL}
    assert teller.endpoint.failing_since is None


def test_each_attempt_is_signed_anew(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL, status=500)
    teller.book()
    teller.tell()
    teller.later(timedelta(hours=1))

    stamps = [int(c.request.headers["webhook-timestamp"]) for c in receiver.calls]

    assert stamps[1] - stamps[0] >= 3600
    assert sent(receiver, 0) == sent(receiver, 1)


def test_the_pauses_grow_from_seconds_to_a_day_and_end_after_days(
    teller: Teller, receiver: responses.RequestsMock
) -> None:
    receiver.post(URL, status=500)
    teller.book()
    teller.tell()

    for attempt in range(1, len(PAUSES) + 1):
        assert len(receiver.calls) == attempt
        assert teller.states == ["owed"]
        teller.later(PAUSES[attempt - 1] * 1.2 + LONGEST_REST)

    assert teller.states == ["dead"]
    teller.later()
    assert len(receiver.calls) == len(PAUSES) + 1
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=4)


def test_pauses_are_never_quite_the_same() -> None:
    pauses = {pause_after(2, uniform=random.uniform) for _ in range(50)}

    assert len(pauses) > 40
    assert all(pause is not None for pause in pauses)
    assert pause_after(len(PAUSES) + 1, uniform=random.uniform) is None


@pytest.mark.parametrize("how", ["seconds", "date"])
def test_a_receivers_wish_to_wait_is_respected(
    teller: Teller, receiver: responses.RequestsMock, clock: Clock, how: str
) -> None:
    hour = timedelta(hours=1)
    told = "3600" if how == "seconds" else format_datetime(clock.now() + hour)
    receiver.post(URL, status=429, headers={"Retry-After": told})
    teller.book(2)

    teller.tell()
    teller.later(timedelta(minutes=50))
    assert len(receiver.calls) == 1, "neither this message nor the next one"

    receiver.replace(responses.POST, URL, status=200)
    teller.later(timedelta(minutes=11))
    assert teller.states == ["told", "told"]


@pytest.mark.parametrize("nonsense", ["soon", "-5", "nan", "1e999", ""])
def test_a_wish_that_makes_no_sense_is_none(
    teller: Teller, receiver: responses.RequestsMock, nonsense: str
) -> None:
    receiver.post(URL, status=503, headers={"Retry-After": nonsense})
    teller.book()
    teller.tell()
    receiver.replace(responses.POST, URL, status=200)

    teller.later()

    assert teller.states == ["told"]
