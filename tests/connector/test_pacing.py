"""Requests of one shop keep to its rate."""

from __future__ import annotations

import pytest
import responses

from connector import RateLimited, Transport
from connector.pacing import TokenBucket


class Watch:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


def bucket(watch: Watch, *, per_second: float, burst: int) -> TokenBucket:
    return TokenBucket(
        per_second=per_second,
        burst=burst,
        monotonic=watch.monotonic,
        sleep=watch.sleep,
    )


def test_a_burst_goes_at_once_and_the_rest_at_the_rate() -> None:
    watch = Watch()
    paced = bucket(watch, per_second=2, burst=3)
    for _ in range(7):
        paced.take()
    assert watch.time == pytest.approx(2.0)
    assert len(watch.slept) == 4


def test_a_pause_fills_the_bucket_to_its_burst_and_no_further() -> None:
    watch = Watch()
    paced = bucket(watch, per_second=10, burst=2)
    watch.time = 1000.0
    for _ in range(3):
        paced.take()
    assert watch.slept == [pytest.approx(0.1)]


def test_a_wait_that_is_too_long_is_not_slept() -> None:
    watch = Watch()
    paced = bucket(watch, per_second=0.01, burst=1)
    paced.take()
    with pytest.raises(RateLimited) as raised:
        paced.take()
    assert raised.value.retry_after_seconds == pytest.approx(100)
    assert not watch.slept


def test_each_request_takes_its_turn() -> None:
    watch = Watch()
    transport = Transport(
        requests_per_second=1,
        burst=1,
        monotonic=watch.monotonic,
        sleep=watch.sleep,
    )
    with responses.RequestsMock() as edge:
        edge.add("GET", "https://shop.example.test/", json={})
        for _ in range(3):
            transport.request("GET", "https://shop.example.test/", changes_state=False)
    assert watch.slept == [pytest.approx(1.0), pytest.approx(1.0)]
