"""The whole installation as processes: nobody calls sync, and everything follows."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from redis import Redis

from tests.daemon.places import CHECKOUT
from tests.daemon.processes import Processes, Truestock, wait_for
from tests.postgresql import PostgreSQL
from tests.sandbox.driver import Seller

ADD = ("shop", "add", "shopee", "s1", "--settings", "-")


@pytest.fixture
def database_name(postgresql: PostgreSQL, _postgresql_template: str) -> Iterator[str]:
    """A database of this test's own."""
    name = postgresql.create(template=_postgresql_template)
    yield name
    postgresql.drop(name)


@pytest.fixture
def installation(
    tmp_path: Path,
    postgresql: PostgreSQL,
    database_name: str,
    redis_url: str,
    seller: Seller,
) -> Truestock:
    """One shop on PostgreSQL and a redis, with short rounds."""
    run = Truestock(
        tmp_path / "var",
        DATABASE_URL=postgresql.url(database_name),
        REDIS_URL=redis_url,
        TICK_SECONDS="1",
        SYNC_SECONDS="1",
        RECONCILE_SECONDS="2",
    )
    run.say("init")
    run.say(*ADD, given=json.dumps(seller.settings))
    run.say("listings", "import", "s1")
    counted = tmp_path / "count.csv"
    counted.write_text("sku,quantity\nA,5\nB,5\n")
    run.say("stock", "count", str(counted))
    return run


def fulfilment(installation: Truestock, order: str) -> str:
    """Return how far an order has come, or nothing while it is unknown."""
    done = installation.ask("order", "show", "s1", order, "--json")
    return str(json.loads(done.stdout)["fulfilment"]) if not done.returncode else ""


def test_the_whole_story_without_a_hand(
    installation: Truestock, processes: Processes, seller: Seller
) -> None:
    processes.truestock(installation, "ticker")
    worker = processes.truestock(installation, "worker")
    order = seller.order(A=2)
    wait_for(lambda: fulfilment(installation, order) == "not_shipped")
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    wait_for(lambda: fulfilment(installation, order) == "in_transit")
    assert seller.stock()["A"] == 3

    worker.kill()
    worker.wait()
    command = ("return", "receive", order, "--line", "A:2", "--by", "lan")
    installation.say(*command)
    processes.truestock(installation, "worker")

    wait_for(lambda: seller.stock()["A"] == 5, seconds=60)
    assert installation.json("check")["clean"] is True


def test_without_any_worker_or_redis_the_clock_does_it_all(
    installation: Truestock, processes: Processes, seller: Seller, tmp_path: Path
) -> None:
    away = f"unix://{tmp_path / 'nobody.sock'}"
    installation.environment["TRUESTOCK_REDIS_URL"] = away
    processes.truestock(installation, "ticker")

    order = seller.order(A=2)
    wait_for(lambda: fulfilment(installation, order))
    seller.do(order, "cancel")

    wait_for(lambda: seller.stock()["A"] == 5)


def test_a_clock_that_is_told_to_stop_stops(
    installation: Truestock, processes: Processes, seller: Seller
) -> None:
    clock = processes.truestock(installation, "ticker")
    wait_for(lambda: installation.json("shop", "list")[0]["last_sync_at"] or True)
    seller.order(A=1)

    clock.terminate()

    assert clock.wait(timeout=15) in (0, -signal.SIGTERM)


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_one_command_runs_everything_and_leaves_nothing_behind(
    truestock: Truestock, processes: Processes, free_port: int, seller: Seller
) -> None:
    truestock.say("init")
    truestock.say(*ADD, given=json.dumps(seller.settings))
    running = processes.truestock(
        truestock, "run", "--port", str(free_port), "--workers", "3"
    )
    wait_for(lambda: _healthy(free_port), seconds=60)
    wait_for(lambda: truestock.json("shop", "list")[0]["last_sync_at"])
    with Redis(unix_socket_path=str(truestock.var / "redis.sock")) as redis:
        wait_for(lambda: redis.scard("rq:workers") == 3)
    family = _descendants(running.pid)
    assert len(family) >= 6

    running.terminate()

    assert running.wait(timeout=20) in (0, 143)
    wait_for(lambda: not [one for one in family if _lives(one)], seconds=10)
    assert not _healthy(free_port)


def test_the_launcher_finds_the_house_from_anywhere(tmp_path: Path) -> None:
    run = Truestock(tmp_path / "var")

    done = subprocess.run(
        [str(CHECKOUT / "truestock"), "init"],
        cwd=tmp_path,
        env=run.environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "The database is ready" in done.stdout


def _healthy(port: int) -> bool:
    try:
        answer = requests.get(f"http://127.0.0.1:{port}/health", timeout=2)
    except requests.RequestException:
        return False
    return answer.status_code == 200


def _descendants(parent: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{parent}/task").iterdir():
        children = (task / "children").read_text().split()
        for child in map(int, children):
            found += [child, *_descendants(child)]
    return found


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2][:3]
