"""RQ workers as processes: they do our jobs, refuse others, and may die at any time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer

from daemon.bell import JOB, RedisBell, rung_key
from daemon.ticker import tick
from daemon.worker import WorkerRefused, open_worker
from tests.daemon.desk import Desk
from tests.daemon.places import CHECKOUT
from tests.daemon.processes import Processes, Truestock, wait_for
from tests.sandbox.driver import Control, Seller

QUEUE = "truestock"
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def redis(redis_url: str) -> Redis:
    """A connection of whoever can write to redis."""
    return Redis.from_url(redis_url)


@pytest.fixture
def queue(redis: Redis) -> Queue:
    """The queue that the worker listens to."""
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer)


@pytest.fixture
def installation(desk: Desk, tmp_path: Path, redis_url: str) -> Truestock:
    """The processes' view of the desk's database and keys."""
    settings = desk.office.settings
    return Truestock(
        settings.var, DATABASE_URL=settings.database_url, REDIS_URL=redis_url
    )


@pytest.fixture
def start_worker(
    processes: Processes, installation: Truestock, redis: Redis
) -> Callable[[], int]:
    """Start a worker and return its id once it listens."""

    def start() -> int:
        process = processes.truestock(installation, "worker")
        before = redis.scard("rq:workers")
        wait_for(lambda: redis.scard("rq:workers") > before)
        return process.pid

    return start


def failures(queue: Queue) -> list[str]:
    """Return the ids of failed jobs."""
    return list(FailedJobRegistry(queue=queue).get_job_ids())


def enqueue(queue: Queue, function: str, *arguments: Any, **fields: str) -> Job:
    """Put a job in redis as somebody would who can write there."""
    made = Job.create(
        function, args=arguments, connection=queue.connection, serializer=JSONSerializer
    )
    made.origin = queue.name
    made.save()
    if fields:
        queue.connection.hset(made.key, mapping=dict(fields.items()))
    queue.connection.sadd("rq:queues", queue.key)
    queue.connection.rpush(queue.key, made.id)
    return made


@on_postgresql
def test_a_job_does_all_that_is_due_at_a_shop(
    opened: Desk,
    seller: Seller,
    queue: Queue,
    redis_url: str,
    start_worker: Callable[[], int],
) -> None:
    start_worker()
    seller.order(A=2)
    opened.make_due()

    RedisBell(redis_url, QUEUE).ring("s1")

    wait_for(lambda: opened.level("A") == {"available": 3, "committed": 2})
    wait_for(lambda: _released(opened))
    assert failures(queue) == []
    assert not queue.connection.exists(rung_key("s1"))


@on_postgresql
def test_a_foreign_function_is_refused_and_the_worker_lives(
    opened: Desk,
    seller: Seller,
    queue: Queue,
    start_worker: Callable[[], int],
    tmp_path: Path,
) -> None:
    start_worker()
    opened.count(A=9)
    proof = tmp_path / "proof"

    job = enqueue(queue, "os.system", f"touch {proof}")
    queue.enqueue(JOB, "s1", job_timeout=60)

    wait_for(lambda: seller.stock()["A"] == 9)
    wait_for(lambda: job.id in failures(queue))
    assert not proof.exists()


@on_postgresql
def test_callbacks_and_webhooks_in_redis_are_not_heeded(
    opened: Desk,
    seller: Seller,
    queue: Queue,
    start_worker: Callable[[], int],
    tmp_path: Path,
) -> None:
    trap = tmp_path / "trap.py"
    trap.write_text(f"open({str(tmp_path / 'proof')!r}, 'w').close()")
    start_worker()
    opened.count(A=9)

    enqueue(
        queue,
        JOB,
        "s1",
        success_callback_name="trap.success",
        failure_callback_name="trap.failure",
        stopped_callback_name="trap.stopped",
        webhooks=json.dumps([{"url": seller.control.url + "/_control/trap"}]),
    )

    wait_for(lambda: seller.stock()["A"] == 9 and _released(opened))
    assert not (tmp_path / "proof").exists()
    assert failures(queue) == []


@on_postgresql
def test_junk_in_the_queue_does_not_stop_the_worker(
    opened: Desk, seller: Seller, queue: Queue, start_worker: Callable[[], int]
) -> None:
    start_worker()
    opened.count(A=9)
    redis = queue.connection
    redis.sadd("rq:queues", queue.key)
    redis.rpush(queue.key, "no-such-job")
    enqueue(queue, JOB, "no-such-shop")
    enqueue(queue, JOB, {"a": 1}, "too", "many")

    queue.enqueue(JOB, "s1", job_timeout=60)

    wait_for(lambda: seller.stock()["A"] == 9)


def test_a_child_looks_for_no_garbage_in_what_was_loaded_before() -> None:
    # In a process of its own, because the effect lasts.
    asked = (
        "import gc; from daemon.worker import load_jobs; load_jobs();"
        " print(gc.get_freeze_count(), len(gc.get_objects()))"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], cwd=CHECKOUT, capture_output=True, check=True
    )

    left_out, looked_through = (int(number) for number in told.stdout.split())
    assert left_out > 100 * looked_through


def test_a_worker_listens_to_exactly_one_queue(redis_url: str) -> None:
    worker = open_worker(redis_url, QUEUE)

    assert worker.queue_names() == [QUEUE]


def test_a_redis_that_drops_jobs_is_refused(
    processes: Processes, tmp_path: Path
) -> None:
    policy = {"maxmemory-policy": "allkeys-lru"}
    socket = processes.redis(tmp_path, **policy)

    with pytest.raises(WorkerRefused, match="noeviction"):
        open_worker(f"unix://{socket}", QUEUE)


@on_postgresql
def test_a_redis_that_does_not_answer_is_refused_in_a_sentence(
    installation: Truestock,
) -> None:
    away = {**installation.environment, "TRUESTOCK_REDIS_URL": "redis://127.0.0.1:1/0"}
    installation.environment = away

    told = installation.refuse("worker", "--burst")

    assert told.startswith("truestock: redis does not answer")


def test_an_unprepared_database_is_refused_in_a_sentence(
    truestock: Truestock,
) -> None:
    assert "./truestock init" in truestock.refuse("worker", "--burst")


@on_postgresql
def test_a_flushed_redis_loses_no_work(
    opened: Desk,
    seller: Seller,
    redis: Redis,
    redis_url: str,
    start_worker: Callable[[], int],
) -> None:
    start_worker()
    bell = RedisBell(redis_url, QUEUE)
    opened.count(A=9)
    bell.ring("s1")
    redis.flushall()

    tick(opened.office, bell)

    wait_for(lambda: seller.stock()["A"] == 9)


def test_a_killed_worker_is_followed_by_another(
    opened: Desk,
    seller: Seller,
    control: Control,
    queue: Queue,
    redis_url: str,
    start_worker: Callable[[], int],
) -> None:
    first = start_worker()
    control.fault("product/update_stock", "timeout", seconds=15)
    opened.count(A=9)
    queue.enqueue(JOB, "s1", job_timeout=60)
    wait_for(lambda: _refused_writes(control))
    for child in _children(first):
        os.kill(child, signal.SIGKILL)
    os.kill(first, signal.SIGKILL)
    assert opened.shop().lease_token

    start_worker()
    opened.execute("UPDATE shop SET lease_until = added_at")
    opened.make_due()
    wait_for(lambda: tick(opened.office, RedisBell(redis_url, QUEUE)))

    wait_for(lambda: seller.stock()["A"] == 9)
    wait_for(lambda: _released(opened))
    assert opened.broken() == []


def _refused_writes(control: Control) -> int:
    counted = control.get("shopee/requests", shop="s1")
    return int(counted["/api/v2/product/update_stock"]["refused"])


def _released(desk: Desk) -> bool:
    return desk.shop().lease_token is None


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text()
    return [int(word) for word in listed.split()]


@on_postgresql
def test_a_sale_lowers_the_other_shops_number_without_a_clock(
    opened: Desk,
    seller: Seller,
    open_seller: Callable[..., Seller],
    start_worker: Callable[[], int],
    redis_url: str,
) -> None:
    second = open_seller("s2", auto_restock="never")
    second.sell(A=5)
    opened.connect("shopee", second.settings, "s2")
    opened.import_listings("s2")
    opened.sync("s2")
    start_worker()

    seller.order(A=2)
    opened.make_due("s1")
    RedisBell(redis_url, QUEUE).ring("s1")

    wait_for(lambda: second.stock()["A"] == 3)
