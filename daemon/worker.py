"""An RQ worker that runs our jobs and no others."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from redis import Redis, RedisError
from rq import Queue, Worker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.orm import configure_mappers

from connector.registry import channel_names, connector_class
from daemon.bell import JOB, TELL_JOB
from daemon.refusals import Refused

ALLOWED_JOBS = frozenset({JOB, TELL_JOB})
_OLDEST_REDIS = (6, 2)
_STRIPPED = (
    "success_callback_name",
    "failure_callback_name",
    "stopped_callback_name",
    "webhooks",
    "repeats_left",
    "repeat_intervals",
    "dependency_id",
    "dependency_ids",
)


class WorkerRefused(Refused):
    """This redis is not fit for the worker; the text says why."""


class ForbiddenJob(Exception):
    """Redis holds a job that is not one of ours."""


class ListedJob(Job):
    """A job from the fixed list.

    Whoever can write to redis could otherwise name any function of the machine: the
    JSON serializer alone does not prevent that.
    """

    def restore(self, raw_data: Mapping[Any, Any]) -> Any:
        """Load the job without anything that would import or call more than it."""
        kept = {
            name: value
            for name, value in raw_data.items()
            if _text(name) not in _STRIPPED
        }
        return super().restore(kept)

    def perform(self) -> Any:
        """Run the job, if it is on the list."""
        if self.func_name not in ALLOWED_JOBS or self.instance is not None:
            raise ForbiddenJob(self.func_name)
        return super().perform()


def open_worker(redis_url: str, queue: str) -> Worker:
    """Return a worker on exactly one queue.  Raises ``WorkerRefused``.

    One queue, because with several RQ takes jobs without a safety net; short
    heartbeats, because with its defaults it notices a dead worker after 13 minutes.
    """
    connection = Redis.from_url(redis_url)
    _check_redis(connection)
    return Worker(
        [
            Queue(
                queue,
                connection=connection,
                job_class=ListedJob,
                serializer=JSONSerializer,
            )
        ],
        connection=connection,
        job_class=ListedJob,
        serializer=JSONSerializer,
        maintenance_interval=30,
        worker_ttl=60,
        log_job_description=False,
    )


def load_jobs() -> None:
    """Import what jobs need, once, so that no child has to do it again.

    For a process whose children do the work: what is loaded now is never looked through
    for garbage again.
    """
    import_module(JOB.rpartition(".")[0])
    for name in channel_names():
        connector_class(name)
    configure_mappers()
    # Each child would look through all of it, and thereby copy it: half of its time.
    gc.freeze()


def _check_redis(connection: Redis) -> None:
    try:
        facts: Any = connection.info()
    except RedisError as error:
        raise WorkerRefused(f"redis does not answer: {type(error).__name__}") from error
    version = tuple(int(part) for part in facts["redis_version"].split(".")[:2])
    if version < _OLDEST_REDIS:
        raise WorkerRefused(f"redis {facts['redis_version']} is older than 6.2")
    policy = facts.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise WorkerRefused(
            f"redis drops jobs under memory pressure (maxmemory-policy {policy}):"
            " set it to noeviction"
        )


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)
