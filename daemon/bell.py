"""Rings for the workers; the database holds the work, so a lost ring loses nothing."""

from __future__ import annotations

from typing import Protocol

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from daemon.settings import Settings

JOB = "daemon.jobs.work_shop"
TELL_JOB = "daemon.jobs.tell_endpoint"
JOB_SECONDS = 300
FAILURE_SECONDS = 86_400
_QUEUED_MILLISECONDS = 10_000

log = structlog.get_logger(__name__)


class Bell(Protocol):
    """Something that wakes a worker for one shop, or for one endpoint."""

    def ring(self, shop: str) -> bool:
        """Ask that a shop's due work be done soon; never raises, never waits long.

        Returns whether a worker will hear it.
        """

    def ring_endpoint(self, endpoint_id: int) -> bool:
        """Ask likewise that an endpoint be told what it is owed."""

    def reaches_queue(self) -> bool:
        """Say whether a ring would be heard now; never raises, never waits long."""


def rung_key(shop: str) -> str:
    """Return the key that says a shop's job is queued; the job removes it first thing.

    So a ring during a run is never lost, and rings before it are one.
    """
    return f"truestock:rung:{shop}"


def rung_endpoint_key(endpoint_id: int) -> str:
    """Return the same of an endpoint's job."""
    return f"truestock:rung-endpoint:{endpoint_id}"


class RedisBell:
    """Rings through an RQ queue; a hung or absent redis costs a third of a second."""

    def __init__(self, redis_url: str, queue: str) -> None:
        self._redis = Redis.from_url(
            redis_url,
            socket_connect_timeout=0.2,
            socket_timeout=0.3,
            retry=Retry(NoBackoff(), 0),
        )
        self._queue = Queue(queue, connection=self._redis, serializer=JSONSerializer)
        self._is_heard = True

    def ring(self, shop: str) -> bool:
        """Enqueue the shop's job, unless it waits in the queue already."""
        return self._enqueue(JOB, shop, rung_key(shop))

    def ring_endpoint(self, endpoint_id: int) -> bool:
        """Enqueue the endpoint's job, unless it waits in the queue already."""
        return self._enqueue(TELL_JOB, endpoint_id, rung_endpoint_key(endpoint_id))

    def reaches_queue(self) -> bool:
        """Ask redis whether it is there."""
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def _enqueue(self, job: str, whose: str | int, key: str) -> bool:
        try:
            fresh = self._redis.set(key, 1, nx=True, px=_QUEUED_MILLISECONDS)
            if fresh:
                self._queue.enqueue(
                    job,
                    whose,
                    job_timeout=JOB_SECONDS,
                    result_ttl=0,
                    failure_ttl=FAILURE_SECONDS,
                    description=f"{job.rpartition('.')[2]} {whose}",
                )
        except RedisError as error:
            self._note(heard=False, problem=type(error).__name__)
            return False
        self._note(heard=True)
        return True

    def _note(self, *, heard: bool, problem: str = "") -> None:
        # The first failure and the recovery; not every ring in between.
        if heard != self._is_heard:
            log.warning("bell", heard=heard, problem=problem)
        self._is_heard = heard


def open_bell(settings: Settings) -> Bell:
    """Return the bell of this installation; nobody needs to be there to hear it."""
    return RedisBell(settings.redis_address, settings.queue)
