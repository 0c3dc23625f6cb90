"""What follows from each error of a channel."""

from __future__ import annotations

import inspect
import random
from datetime import timedelta

import pytest

from connector import errors
from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    SettingsError,
    TransientError,
    UnexpectedAnswer,
    UnmappedStatus,
)
from connector.shopee.refusals import TokenExpired
from daemon.decisions import DECISIONS, LONGEST_WAIT, Decision, decide, told
from stock.errors import StockError
from tests.daemon.desk import Desk
from tests.daemon.scripted import Script

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, ConnectorError)
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_class_has_a_row_that_no_earlier_row_hides(
    kind: type[ConnectorError],
) -> None:
    first = next(row for row, _ in DECISIONS if issubclass(kind, row))

    assert first is kind


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationError(),
        AuthorizationLost(),
        TokenExpired(),
        SettingsError("token", "no token"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_refused_credentials_pause_the_shop(error: ConnectorError) -> None:
    assert decide(error, 0, random.uniform).pause


@pytest.mark.parametrize(
    "error",
    [PermanentError(), UnmappedStatus("HALF_BAKED")],
    ids=lambda error: type(error).__name__,
)
def test_what_cannot_be_helped_by_trying_waits_longest(error: ConnectorError) -> None:
    decision = decide(error, 0, random.uniform)

    assert decision.wait == LONGEST_WAIT
    assert not decision.pause


@pytest.mark.parametrize("error", [TransientError(), UnexpectedAnswer()])
@pytest.mark.parametrize("failures", [0, 1, 5, 10, 100_000])
def test_trouble_is_met_with_growing_patience(
    error: ConnectorError, failures: int
) -> None:
    ceiling = min(LONGEST_WAIT, timedelta(seconds=5 * 2 ** min(failures, 20)))

    waits = [decide(error, failures, random.uniform).wait for _ in range(50)]

    assert all(timedelta(seconds=1) <= wait <= ceiling for wait in waits)
    assert len(set(waits)) > 1


def test_how_long_the_patience_lasts_is_for_the_caller_to_draw() -> None:
    drawn: list[tuple[float, float]] = []

    def most(least: float, most: float) -> float:
        drawn.append((least, most))
        return most

    assert decide(TransientError(), 3, most).wait == timedelta(seconds=40)
    assert drawn == [(1, 40)]


@pytest.mark.parametrize("error", [KeyError("boom"), StockError("boom")])
def test_a_fault_of_our_own_backs_off_and_does_not_say_its_text(
    error: Exception,
) -> None:
    decision = decide(error, 2, max)

    assert decision == Decision(wait=timedelta(seconds=20))
    assert told(error) == f"internal: {type(error).__name__}"


def test_an_unknown_outcome_is_looked_after() -> None:
    assert decide(OutcomeUnknown(), 0, random.uniform).read_back


def test_a_pause_that_was_asked_for_is_kept_and_not_counted() -> None:
    decision = decide(RateLimited(90), 7, random.uniform)

    assert decision.wait == timedelta(seconds=90)
    assert not decision.counts


def test_a_pause_of_days_is_cut_to_an_hour() -> None:
    assert decide(RateLimited(500_000), 0, random.uniform).wait == LONGEST_WAIT


def test_a_paused_shop_is_left_alone(desk: Desk, script: Script) -> None:
    script.errors.append(AuthenticationError("the token is refused"))
    desk.make_due()
    desk.work_due()
    assert desk.shop().state == "paused"
    assert "the token is refused" in desk.shop().last_error
    script.calls.clear()

    desk.make_due()
    desk.work_due()

    assert script.calls == []


def test_a_person_who_syncs_by_hand_brings_a_paused_shop_back(
    desk: Desk, script: Script
) -> None:
    script.errors.append(AuthenticationError())
    desk.make_due()
    desk.work_due()

    desk.sync()

    assert desk.shop().state == "active"
    assert desk.shop().last_error == ""
