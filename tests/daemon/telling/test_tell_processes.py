"""The whole way as processes: booked by a command, told to a real receiver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from daemon.bell import TELL_JOB, RedisBell, rung_endpoint_key
from stock.session import Database
from tests.daemon.processes import Processes, Truestock, wait_for
from tests.daemon.telling.receiver import ErpReceiver, erp_receiver
from tests.sandbox.driver import Seller

QUEUE = "truestock"


@pytest.fixture
def receiver() -> Iterator[ErpReceiver]:
    """The ERP's side."""
    with erp_receiver() as running:
        yield running


@pytest.fixture
def installation(tmp_path: Path, seller: Seller) -> Truestock:
    """A machine with one shop, an order that came back, and no redis."""
    run = Truestock(
        tmp_path / "var",
        REDIS_URL=f"unix://{tmp_path / 'nobody.sock'}",
        TICK_SECONDS="1",
        SYNC_SECONDS="3600",
        HOOK_NETWORKS="127.0.0.0/8",
    )
    run.say("init")
    given = json.dumps(seller.settings)
    run.say("shop", "add", "shopee", "s1", "--settings", "-", given=given)
    run.say("listings", "import", "s1")
    counted = tmp_path / "count.csv"
    counted.write_text("sku,quantity\nA,5\nB,5\n")
    run.say("stock", "count", str(counted))
    return run


@pytest.fixture
def order(installation: Truestock, seller: Seller) -> str:
    """An order whose two units come back."""
    order = seller.order(A=2)
    seller.do(order, "arrange", "pick_up", "fail_delivery")
    installation.say("sync", "s1")
    return order


def add(installation: Truestock, receiver: ErpReceiver, *events: str) -> str:
    """Add the receiver's endpoint and return its secret."""
    wanted = [word for event in events for word in ("--event", event)]
    answer = installation.json("hook", "add", receiver.url, *wanted)
    assert answer["id"] == 1
    return str(answer["secret"])


def receive(installation: Truestock, order: str) -> None:
    """Book what came back."""
    command = ("return", "receive", order, "--line", "A:2", "--by", "lan")
    installation.say(*command)


def standing(installation: Truestock) -> tuple[int, int]:
    """Return how many messages are owed, and how many dead."""
    (row,) = installation.json("hook", "list")
    return row["owed"], row["dead"]


def let_the_lease_end(installation: Truestock) -> None:
    """Let the time pass that a dead worker's lease and an attempt's pause take."""
    opened = Database(f"sqlite:///{installation.var / 'truestock.db'}")
    with opened.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE hook_endpoint SET lease_until = added_at")
        connection.exec_driver_sql(
            "UPDATE hook_message SET due_at = '2000-01-01' WHERE due_at IS NOT NULL"
        )
    opened.close()


def test_killed_while_telling_it_is_told_after_all_by_the_same_id(
    installation: Truestock,
    processes: Processes,
    receiver: ErpReceiver,
    order: str,
) -> None:
    secret = add(installation, receiver, "receipt.posted")
    receive(installation, order)
    receiver.holding.set()
    clock = processes.truestock(installation, "ticker")
    wait_for(lambda: receiver.deliveries)

    clock.kill()
    clock.wait()
    assert standing(installation) == (1, 0)
    receiver.holding.clear()
    let_the_lease_end(installation)
    processes.truestock(installation, "ticker")
    wait_for(lambda: standing(installation) == (0, 0))

    assert len(receiver.deliveries) == 2
    assert len(set(receiver.ids)) == 1
    first, second = (one.read(secret) for one in receiver.deliveries)
    assert first == second
    assert second["data"]["order"] == order
    assert second["data"]["lines"] == [{"sku": "A", "good": 2, "damaged": 0, "lost": 0}]


def test_the_secret_is_nowhere_to_be_read(
    installation: Truestock,
    processes: Processes,
    receiver: ErpReceiver,
    redis_url: str,
    order: str,
) -> None:
    installation.environment["TRUESTOCK_REDIS_URL"] = redis_url
    redis = Redis.from_url(redis_url)
    secret = add(installation, receiver)
    receive(installation, order)
    receiver.status = 500

    RedisBell(redis_url, QUEUE).ring_endpoint(1)
    jobs = Queue(QUEUE, connection=redis, serializer=JSONSerializer).jobs
    assert {job.func_name: list(job.args) for job in jobs}[TELL_JOB] == [1]
    stored = [redis.hgetall(job.key) for job in jobs]
    processes.truestock(installation, "worker")
    wait_for(lambda: len(receiver.deliveries) >= 2)
    receiver.status = 204
    let_the_lease_end(installation)
    installation.say("hook", "test", "1")
    installation.say("hook", "set", "1", "--resume")
    RedisBell(redis_url, QUEUE).ring_endpoint(1)
    wait_for(lambda: standing(installation) == (0, 0))

    bare = secret.removeprefix("whsec_")
    told = [
        repr(stored),
        installation.say("hook", "list"),
        installation.say("hook", "list", "--json"),
        processes.said(installation, "worker"),
        *(
            path.read_bytes().decode("latin-1")
            for path in installation.var.glob("*.db*")
        ),
    ]
    assert not [text for text in told if bare in text]
    assert all(delivery.read(secret) for delivery in receiver.deliveries)
    assert not redis.exists(rung_endpoint_key(1))
