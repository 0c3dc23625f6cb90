"""The redis that one machine runs for itself."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis, RedisError

from daemon.embedded_redis import redis_running
from daemon.settings import Settings, read_settings
from tests.daemon.places import CHECKOUT
from tests.daemon.processes import (
    Processes,
    Truestock,
    answers,
    environment,
    wait_for,
)

OWNER = (
    "import time; from daemon.settings import read_settings;"
    "from daemon.embedded_redis import redis_running\n"
    "with redis_running(read_settings()): print('up', flush=True); input()"
)


def settings_in(var: Path) -> Settings:
    """Return the settings of an installation in a folder."""
    return read_settings({"TRUESTOCK_VAR": str(var)})


def test_it_runs_while_it_is_wanted_and_no_longer(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")

    with redis_running(settings) as url:
        assert Redis.from_url(url).ping()

    assert not answers(settings.redis_socket)


def test_only_its_owner_reaches_it_and_no_network_does(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")

    with redis_running(settings) as url:
        mode = stat.S_IMODE(settings.redis_socket.stat().st_mode)
        port = Redis.from_url(url).config_get("port")

    assert mode == 0o600
    assert port == {"port": "0"}


def test_it_never_drops_jobs_and_saves_nothing(tmp_path: Path) -> None:
    with redis_running(settings_in(tmp_path / "var")) as url:
        known = Redis.from_url(url).config_get("*")

    assert known["maxmemory-policy"] == "noeviction"
    assert (known["save"], known["appendonly"]) == ("", "no")


def test_a_folder_with_a_long_name_is_no_trouble(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / ("long" * 40) / "var")

    with redis_running(settings) as url:
        assert Redis.from_url(url).ping()


def test_two_installations_run_side_by_side(tmp_path: Path) -> None:
    with (
        redis_running(settings_in(tmp_path / "one")) as first,
        redis_running(settings_in(tmp_path / "two")) as second,
    ):
        Redis.from_url(first).set("here", "one")

        assert Redis.from_url(second).get("here") is None


def test_who_comes_second_joins_and_leaves_it_running(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    with redis_running(settings) as first:
        with redis_running(settings) as second:
            assert first == second

        assert Redis.from_url(first).ping()


def test_one_that_was_killed_does_not_stand_in_the_way(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    with redis_running(settings) as url:
        redis = Redis.from_url(url)
        os.kill(redis.info()["process_id"], signal.SIGKILL)
        wait_for(lambda: not answers(settings.redis_socket))

        with redis_running(settings) as again:
            assert Redis.from_url(again).ping()


def test_a_configured_redis_is_taken_and_none_is_started(
    tmp_path: Path, redis_url: str
) -> None:
    var = tmp_path / "var"
    settings = read_settings(
        {"TRUESTOCK_VAR": str(var), "TRUESTOCK_REDIS_URL": redis_url}
    )

    with redis_running(settings) as url:
        assert url == redis_url
        assert not settings.redis_socket.exists()


def test_a_configured_redis_that_is_away_is_not_replaced(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "TRUESTOCK_VAR": str(tmp_path / "var"),
            "TRUESTOCK_REDIS_URL": f"unix://{tmp_path / 'nobody.sock'}",
        }
    )

    with redis_running(settings) as url, pytest.raises(RedisError):
        Redis.from_url(url).ping()


def test_it_stops_with_its_owner(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "var")
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=CHECKOUT,
        env=environment(settings.var),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "up\n"
        assert answers(settings.redis_socket)
        owner.communicate("\n", timeout=20)

    assert not answers(settings.redis_socket)


@pytest.mark.parametrize("has_begun", [False, True], ids=["at-once", "at-work"])
def test_a_worker_that_is_told_to_stop_takes_its_redis_along(
    tmp_path: Path, processes: Processes, has_begun: bool
) -> None:
    installation = Truestock(tmp_path / "var")
    installation.say("init")
    settings = settings_in(installation.var)
    worker = processes.truestock(installation, "worker")
    wait_for(lambda: answers(settings.redis_socket))
    redis = Redis(unix_socket_path=str(settings.redis_socket))
    if has_begun:
        wait_for(lambda: redis.scard("rq:workers"))

    worker.terminate()

    assert worker.wait(timeout=15) == 0
    assert not answers(settings.redis_socket)
