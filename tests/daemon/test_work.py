"""The work on a shop: a fault of our own leaves a trace, a slow channel robs nobody."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from connector.values import ChannelOrder, Page
from daemon.settings import Settings
from daemon.shift import shift
from daemon.ticker import tick
from stock import leases
from stock.errors import LeaseLost, StockError
from tests.daemon.desk import Desk
from tests.daemon.places import CHECKOUT
from tests.daemon.processes import environment, wait_for
from tests.daemon.scripted import Script, ScriptedConnector, sold
from tests.daemon.silence import SilentBell
from tests.sandbox.driver import Control

CANARY = "canary-7f3a"
SHORT = timedelta(seconds=1.5)
on_one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_one_database
@pytest.mark.parametrize("kind", [KeyError, StockError])
def test_a_fault_of_our_own_is_noted_without_its_text_and_raised(
    desk: Desk,
    script: Script,
    kind: type[Exception],
    capsys: pytest.CaptureFixture[str],
) -> None:
    script.errors.append(kind(CANARY))  # type: ignore[arg-type]
    desk.make_due()

    with pytest.raises(kind):
        desk.work_due()

    shop = desk.shop()
    assert shop.last_error == f"internal: {kind.__name__}"
    assert shop.failures == 1
    assert shop.lease_token is None
    assert "Traceback" in capsys.readouterr().out


@on_one_database
def test_a_fault_of_our_own_is_not_met_again_at_once(
    desk: Desk, script: Script
) -> None:
    script.errors.append(KeyError())  # type: ignore[arg-type]
    desk.make_due()
    assert tick(desk.office, SilentBell()) == 1

    assert tick(desk.office, SilentBell()) == 0
    assert desk.shop().sync_due_at > desk.office.now()


@on_one_database
def test_a_fault_that_stays_is_met_ever_more_rarely_and_forgotten_when_it_is_gone(
    desk: Desk, script: Script
) -> None:
    for _ in range(3):
        script.errors.append(KeyError())  # type: ignore[arg-type]
        desk.make_due()
        tick(desk.office, SilentBell())
    assert desk.shop().failures == 3

    desk.until_idle()

    assert (desk.shop().failures, desk.shop().last_error) == (0, "")


@on_one_database
@pytest.mark.parametrize("work", [Desk.sync, Desk.reconcile])
def test_a_fault_under_a_persons_eyes_is_noted_as_well(
    desk: Desk, script: Script, work: Callable[[Desk], object]
) -> None:
    desk.count(A=9)
    script.errors.append(KeyError())  # type: ignore[arg-type]

    with pytest.raises(KeyError):
        work(desk)

    assert desk.shop().last_error == "internal: KeyError"


@on_one_database
def test_a_shop_whose_channel_is_not_installed_any_more_waits(
    desk: Desk, script: Script
) -> None:
    desk.execute("UPDATE shop SET channel = 'gone'")
    desk.make_due()

    desk.work_due()

    assert desk.shop().last_error.startswith("UnknownChannel: there is no channel")
    assert tick(desk.office, SilentBell()) == 0


@pytest.fixture
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(leases, "LEASE", SHORT)
    yield


@pytest.mark.usefixtures("_short_lease")
def test_two_workers_at_a_channel_slower_than_a_lease_get_on(
    desk: Desk, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = ScriptedConnector.read_orders

    def slow(
        self: ScriptedConnector, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        time.sleep(SHORT.total_seconds() * 2.5)
        return whole(self, since=since, cursor=cursor)

    monkeypatch.setattr(ScriptedConnector, "read_orders", slow)
    script.orders["1"] = sold("1")
    desk.make_due()
    before = desk.shop().last_sync_at
    ends = time.monotonic() + SHORT.total_seconds() * 5

    def work() -> None:
        while desk.shop().last_sync_at == before and time.monotonic() < ends:
            tick(desk.office, SilentBell())
            time.sleep(0.05)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert desk.orders() == ["1"]
    assert script.calls.count("read_orders") == 1


@pytest.mark.usefixtures("_short_lease")
def test_a_robbed_worker_writes_nothing_and_asks_nothing_any_more(
    opened: Desk, control: Control
) -> None:
    with shift(opened.office, "s1", seconds=60) as slow:
        since = opened.office.now()
        slow.connector.read_orders(since=since)
        opened.execute("UPDATE shop SET lease_token = 'somebody else'")
        time.sleep(SHORT.total_seconds())
        asked = control.get("shopee/requests", shop="s1")

        with pytest.raises(LeaseLost):
            slow.connector.read_orders(since=since)
        with pytest.raises(LeaseLost):
            slow.write(lambda _session, shop: setattr(shop, "failures", 9))

    assert control.get("shopee/requests", shop="s1") == asked
    assert opened.shop().failures == 0
    assert opened.shop().lease_token == "somebody else"


@pytest.mark.usefixtures("_short_lease")
def test_a_token_may_be_exchanged_slowly_with_the_shop_locked(
    desk: Desk, script: Script
) -> None:
    def slowly(current: Mapping[str, Any]) -> Mapping[str, Any]:
        time.sleep(SHORT.total_seconds() * 1.5)
        return {**current, "renewed": True}

    with shift(desk.office, "s1", seconds=60) as held:
        store = held.connector.settings
        store.rotate(store.read(), slowly)
        held.write(lambda _session, shop: setattr(shop, "external_id", "written"))

    assert store.read()["renewed"] is True
    assert desk.shop().external_id == "written"


HOLDER = """
import sys, time
from datetime import timedelta
from daemon.office import open_office
from daemon.settings import read_settings
from daemon.shift import shift
from stock import leases

leases.LEASE = timedelta(seconds=float(sys.argv[1]))
with shift(open_office(read_settings()), "s1", seconds=60):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(
    settings: Settings, database_url: str, script: Script
) -> Iterator[subprocess.Popen[str]]:
    """A worker in a process of its own that waits for a channel, with a short lease."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(SHORT.total_seconds())],
        cwd=CHECKOUT,
        env=environment(settings.var, DATABASE_URL=database_url),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_worker_who_waits_keeps_his_shop_and_a_killed_one_loses_it(
    desk: Desk, script: Script, holder: subprocess.Popen[str]
) -> None:
    desk.make_due()
    desk.count(A=9)
    ends = time.monotonic() + SHORT.total_seconds() * 2
    while time.monotonic() < ends:
        desk.work_due()
        time.sleep(0.1)
    assert script.stock["A"] == 5

    holder.kill()
    holder.wait()
    desk.work_due()
    assert script.stock["A"] == 5, "nobody can know yet that it is dead"

    wait_for(lambda: tick(desk.office, SilentBell()), SHORT.total_seconds() * 5)
    assert script.stock["A"] == 9
