"""Ringing for a worker: heard soon, or known not to be heard, and never in the way."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from daemon.bell import (
    FAILURE_SECONDS,
    JOB,
    TELL_JOB,
    RedisBell,
    open_bell,
    rung_key,
)
from daemon.settings import Settings, read_settings
from tests.daemon.processes import Processes, wait_for

QUEUE = "truestock"


@pytest.fixture
def queue(redis_url: str) -> Queue:
    """The queue that workers listen to."""
    return Queue(QUEUE, connection=Redis.from_url(redis_url), serializer=JSONSerializer)


@pytest.fixture
def bell(redis_url: str) -> RedisBell:
    """A bell on a redis of this test's own."""
    return RedisBell(redis_url, QUEUE)


def test_a_ring_becomes_one_job_for_the_shop(bell: RedisBell, queue: Queue) -> None:
    assert bell.ring("s1")

    (job,) = queue.jobs
    assert (job.func_name, list(job.args)) == (JOB, ["s1"])
    assert (job.result_ttl, job.failure_ttl) == (0, FAILURE_SECONDS)


def test_rings_of_one_moment_are_one_job(bell: RedisBell, queue: Queue) -> None:
    heard = [bell.ring("s1") for _ in range(20)]

    assert all(heard)
    assert len(queue) == 1


def test_each_shop_has_its_own_ring(bell: RedisBell, queue: Queue) -> None:
    bell.ring("s1")
    bell.ring("s2")

    assert len(queue) == 2


def test_endpoints_are_rung_for_beside_the_shops(bell: RedisBell, queue: Queue) -> None:
    bell.ring("1")
    heard = [bell.ring_endpoint(1) for _ in range(5)]

    assert all(heard)
    jobs = [(job.func_name, list(job.args)) for job in queue.jobs]
    assert jobs == [(JOB, ["1"]), (TELL_JOB, [1])]


def test_a_ring_after_the_job_was_taken_up_is_a_job_again(
    bell: RedisBell, queue: Queue
) -> None:
    bell.ring("s1")
    queue.connection.delete(rung_key("s1"))

    bell.ring("s1")

    assert len(queue) == 2


def test_a_job_that_was_lost_is_rung_for_again_within_seconds(
    bell: RedisBell, queue: Queue
) -> None:
    bell.ring("s1")

    assert 0 < queue.connection.pttl(rung_key("s1")) <= 10_000


def test_nobody_there_is_known_at_once(tmp_path: Path) -> None:
    bell = RedisBell(f"unix://{tmp_path / 'nobody.sock'}", QUEUE)

    assert elapsed(bell, heard=False) < 1


def test_a_refused_port_is_known_at_once() -> None:
    assert elapsed(RedisBell("redis://127.0.0.1:1/0", QUEUE), heard=False) < 1


def test_a_redis_that_hangs_costs_no_more_than_a_second(
    bell: RedisBell, processes: Processes
) -> None:
    bell.ring("s1")
    processes.last.send_signal(signal.SIGSTOP)

    assert elapsed(bell, heard=False) < 1


def test_a_redis_that_is_full_is_not_heard_and_not_raised(
    tmp_path: Path, processes: Processes
) -> None:
    socket = processes.redis(tmp_path, maxmemory="1")
    bell = RedisBell(f"unix://{socket}", QUEUE)

    assert not bell.ring("s1")


def test_a_redis_that_comes_back_is_heard_again(
    bell: RedisBell, processes: Processes
) -> None:
    processes.last.send_signal(signal.SIGSTOP)
    assert not bell.ring("s1")
    processes.last.send_signal(signal.SIGCONT)

    assert wait_for(lambda: bell.ring("s2"), seconds=5)


def test_a_flush_between_loses_no_later_ring(bell: RedisBell, queue: Queue) -> None:
    bell.ring("s1")
    queue.connection.flushall()

    bell.ring("s1")

    assert len(queue) == 1


def test_an_installation_rings_where_its_settings_say(
    tmp_path: Path, redis_url: str, queue: Queue
) -> None:
    settings: Settings = read_settings({"TRUESTOCK_VAR": str(tmp_path / "var")})

    open_bell(replace(settings, redis_url=redis_url)).ring("s1")

    assert len(queue) == 1


def elapsed(bell: RedisBell, *, heard: bool) -> float:
    """Return how long a ring takes that should or should not be heard."""
    before = time.monotonic()
    assert bell.ring("s9") is heard
    return time.monotonic() - before
