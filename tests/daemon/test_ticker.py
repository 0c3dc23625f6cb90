"""The clock: finds what is due, rings for it, and does it where nobody hears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from connector.values import HintKind
from daemon.bell import RedisBell
from daemon.ticker import pass_on, tick
from stock import inbox
from tests.daemon.desk import Desk
from tests.daemon.processes import Processes, Truestock, wait_for
from tests.daemon.scripted import Script
from tests.daemon.silence import SilentBell
from tests.postgresql import PostgreSQL
from tests.sandbox.driver import Seller


class Ears:
    """A bell that remembers for whom it rang."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.told: list[int] = []

    def ring(self, shop: str) -> bool:
        self.heard.append(shop)
        return True

    def ring_endpoint(self, endpoint_id: int) -> bool:
        self.told.append(endpoint_id)
        return True

    def reaches_queue(self) -> bool:
        return True


@pytest.fixture
def ears() -> Ears:
    """Somebody who hears every ring."""
    return Ears()


@pytest.fixture
def quiet(desk: Desk, script: Script) -> Desk:
    """An office with a shop at which nothing is due."""
    desk.work_due()
    return desk


def receipt(desk: Desk) -> None:
    """Let a number change that the channel has not heard."""
    desk.count(A=9)


def message(desk: Desk) -> None:
    """Let a message come in."""
    with desk.database.write() as session:
        inbox.store(
            session,
            desk.shop(),
            event_key="e1",
            kind=HintKind.ORDER,
            order_id="1",
            return_id="",
            now=desk.office.now(),
        )


def a_minute(desk: Desk) -> None:
    """Let the next round be due."""
    desk.clock.advance(61)


def a_quarter(desk: Desk) -> None:
    """Let the next comparison be due, and only that."""
    desk.execute("UPDATE shop SET reconcile_due_at = added_at")


@pytest.mark.parametrize("happens", [receipt, message, a_minute, a_quarter])
def test_whatever_is_due_is_rung_for(
    quiet: Desk, ears: Ears, happens: Callable[[Desk], None]
) -> None:
    happens(quiet)

    assert tick(quiet.office, ears) == 1
    assert ears.heard == ["s1"]


def test_nothing_due_is_nothing_done(quiet: Desk, ears: Ears, script: Script) -> None:
    script.calls.clear()

    assert tick(quiet.office, ears) == 0
    assert tick(quiet.office, SilentBell()) == 0
    assert ears.heard == []
    assert script.calls == []


def test_a_shop_at_work_and_a_paused_shop_are_not_rung_for(
    quiet: Desk, ears: Ears
) -> None:
    receipt(quiet)
    quiet.execute("UPDATE shop SET state = 'paused'")

    assert tick(quiet.office, ears) == 0


@pytest.mark.parametrize("happens", [receipt, a_minute, a_quarter])
def test_where_nobody_hears_the_work_is_done_on_the_spot(
    quiet: Desk, script: Script, happens: Callable[[Desk], None]
) -> None:
    happens(quiet)

    tick(quiet.office, SilentBell())

    assert tick(quiet.office, SilentBell()) == 0


def test_without_redis_a_receipt_still_reaches_the_channel(
    opened: Desk, seller: Seller, tmp_path: Path
) -> None:
    opened.count(A=9)

    tick(opened.office, RedisBell(f"unix://{tmp_path / 'nobody.sock'}", "truestock"))

    assert seller.stock()["A"] == 9


def test_a_message_without_redis_is_followed(quiet: Desk, script: Script) -> None:
    message(quiet)

    tick(quiet.office, SilentBell())

    with quiet.database.read() as session:
        assert inbox.open_messages(session, quiet.shop(), limit=9) == []


def test_one_bad_shop_does_not_keep_the_others_waiting(
    opened: Desk, open_seller: Callable[..., Seller]
) -> None:
    other = open_seller("s2", auto_restock="never")
    other.sell(A=5)
    opened.open(other, A=5)
    opened.execute(
        "UPDATE shop SET sealed_settings = :junk WHERE name = 's1'", junk=b"junk"
    )
    opened.make_due()
    opened.count(A=9)

    tick(opened.office, SilentBell())

    assert other.stock()["A"] == 9
    assert opened.shop("s1").failures == 1


def test_a_fault_of_our_own_does_not_stop_the_clock(
    quiet: Desk, script: Script
) -> None:
    script.errors.append(ZeroDivisionError())  # type: ignore[arg-type]
    receipt(quiet)

    tick(quiet.office, SilentBell())
    quiet.make_due()
    tick(quiet.office, SilentBell())

    assert script.stock["A"] == 9


def test_two_clocks_do_everything_once(quiet: Desk, script: Script) -> None:
    receipt(quiet)
    both = [Thread(target=tick, args=(quiet.office, SilentBell())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert [update.quantity for update in script.sent] == [9]


@pytest.fixture
def own_database(postgresql: PostgreSQL, _postgresql_template: str) -> Iterator[str]:
    """A database that can be taken away without disturbing other tests."""
    name = postgresql.create(template=_postgresql_template)
    yield name
    postgresql.drop(name)


def test_a_database_that_goes_away_is_waited_for(
    own_database: str, tmp_path: Path, processes: Processes, postgresql: PostgreSQL
) -> None:
    address = postgresql.url(own_database)
    installation = Truestock(tmp_path / "var", DATABASE_URL=address, TICK_SECONDS="1")
    clock = processes.truestock(installation, "ticker")
    wait_for(lambda: "ticker_started" in processes.said(installation, "ticker"))

    _allow(postgresql, own_database, False)
    wait_for(lambda: "database_away" in processes.said(installation, "ticker"))
    _allow(postgresql, own_database, True)

    wait_for(lambda: "database_back" in processes.said(installation, "ticker"))
    assert clock.poll() is None


def _allow(server: PostgreSQL, name: str, allowed: bool) -> None:
    server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}")
    if not allowed:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{name}'"
        )


def test_the_news_of_one_shop_is_passed_on_to_the_others_that_list_it(
    opened: Desk,
    seller: Seller,
    open_seller: Callable[..., Seller],
    ears: Ears,
) -> None:
    second = open_seller("s2", auto_restock="never")
    second.sell(A=5)
    opened.connect("shopee", second.settings, "s2")
    opened.import_listings("s2")
    opened.until_idle("s2")
    pass_on(opened.office, ears, "s1")
    assert ears.heard == []

    seller.order(A=2)
    opened.sync("s1")
    pass_on(opened.office, ears, "s1")

    assert ears.heard == ["s2"]
    opened.work_due("s2")
    assert second.stock()["A"] == 3
