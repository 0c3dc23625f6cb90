"""A channel's queue of messages: read in each round, and no more than a hint."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    PermanentError,
    RateLimited,
    TransientError,
)
from connector.values import Hint, HintKind, Page
from daemon import hints
from daemon.ticker import tick
from stock import inbox
from tests.daemon.desk import Desk
from tests.daemon.scripted import Script, ScriptedConnector, sold
from tests.daemon.silence import SilentBell
from tests.sandbox.driver import Control

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NOBODYS_QUEUE = "00000000-0000-0000-0000-000000000000"


class Queue:
    """A queue of events at the scripted channel."""

    def __init__(self) -> None:
        self.pages: list[list[Hint]] = []
        self.errors: list[ConnectorError] = []
        self.cursors: list[str | None] = []

    def read(
        self, _connector: ScriptedConnector, *, cursor: str | None = None
    ) -> Page[Hint]:
        self.cursors.append(cursor)
        if self.errors:
            raise self.errors.pop(0)
        if not self.pages:
            return Page(items=())
        items = tuple(self.pages.pop(0))
        return Page(items=items, next_cursor=f"after {items[-1].event_key}")


@pytest.fixture
def queue(script: Script, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """The scripted shop's queue, empty."""
    found = Queue()
    able = replace(ScriptedConnector.capabilities, hint_queue=True)
    monkeypatch.setattr(ScriptedConnector, "capabilities", able)
    monkeypatch.setattr(
        ScriptedConnector,
        "read_hints",
        lambda self, cursor=None: found.read(self, cursor=cursor),
    )
    return found


def hint(order_id: str) -> Hint:
    """Say that something happened to an order."""
    return Hint(event_key=f"e{order_id}", kind=HintKind.ORDER, order_id=order_id)


def open_messages(desk: Desk) -> int:
    """Count the messages that nobody has followed up."""
    with desk.database.read() as session:
        return len(inbox.open_messages(session, desk.shop(), limit=99))


def test_an_empty_queue_costs_a_round_one_request(desk: Desk, queue: Queue) -> None:
    desk.sync()

    assert queue.cursors == [None]


def test_a_message_is_followed_in_the_round_that_finds_it_and_confirmed(
    desk: Desk, script: Script, queue: Queue
) -> None:
    script.orders["1"] = sold("1")
    queue.pages = [[hint("1")]]

    desk.sync()

    assert script.calls.index("fetch_orders") < script.calls.index("read_orders")
    assert queue.cursors == [None, "after e1"]
    assert open_messages(desk) == 0


def test_a_queue_that_has_piled_up_does_not_keep_the_orders_waiting(
    desk: Desk, script: Script, queue: Queue
) -> None:
    queue.pages = [[hint(str(n))] for n in range(hints.MOST_PAGES * 2)]
    script.orders["new"] = sold("new")

    desk.sync()

    assert len(queue.cursors) == hints.MOST_PAGES
    assert "new" in desk.orders()

    desk.sync()
    desk.sync()
    assert queue.pages == []


@pytest.mark.parametrize(
    "error",
    [
        PermanentError("no such queue"),
        TransientError("no such queue"),
        AuthenticationError("no such queue"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_trouble_with_the_queue_alone_holds_nothing_up(
    desk: Desk, script: Script, queue: Queue, error: ConnectorError
) -> None:
    queue.errors.append(error)
    script.orders["1"] = sold("1")
    desk.make_due()

    tick(desk.office, SilentBell())

    shop = desk.shop()
    assert desk.orders() == ["1"]
    assert script.stock["A"] == 4
    assert shop.last_error == f"message queue: {type(error).__name__}: no such queue"
    assert (shop.state, shop.failures) == ("active", 0)
    waits = shop.sync_due_at - desk.office.now()
    assert waits.total_seconds() <= desk.office.settings.sync_seconds

    desk.count(B=9)
    tick(desk.office, SilentBell())
    assert script.stock["B"] == 9, "a receipt does not wait for the next round"

    desk.make_due()
    desk.work_due()
    assert desk.shop().last_error == ""


def test_trouble_with_the_queue_is_logged_when_it_begins_and_when_it_ends(
    desk: Desk, queue: Queue, capsys: pytest.CaptureFixture[str]
) -> None:
    queue.errors = [PermanentError("no such queue") for _ in range(2)]
    for _ in range(4):
        desk.sync()

    told = capsys.readouterr().out
    assert told.count("queue_failed") == 1
    assert told.count("queue_recovered") == 1


def test_lost_access_at_the_queue_pauses_the_shop(desk: Desk, queue: Queue) -> None:
    queue.errors.append(AuthorizationLost("the seller must give access again"))
    desk.make_due()

    desk.work_due()

    assert desk.shop().state == "paused"
    assert desk.shop().last_error.startswith("AuthorizationLost")


def test_a_pause_that_the_queue_asks_for_is_kept(
    desk: Desk, script: Script, queue: Queue
) -> None:
    queue.errors.append(RateLimited(120))
    desk.make_due()

    desk.work_due()

    waits = desk.shop().sync_due_at - desk.office.now()
    assert 100 < waits.total_seconds() <= 120
    assert "read_orders" not in script.calls


@pytest.mark.parametrize(
    "code", [None, NOBODYS_QUEUE], ids=["its queue", "nobody's queue"]
)
def test_a_tiki_shop_sells_on_whatever_its_queue_says(
    desk: Desk, control: Control, code: str | None
) -> None:
    given = control.post("tiki/shops", shop="s1", auto_restock="never")["settings"]
    items = [{"sku": "A", "quantity": 5}]
    control.post("tiki/items", shop="s1", items=items)
    desk.connect("tiki", {**given, "queue_code": code or given["queue_code"]})
    desk.import_listings()
    desk.count(A=5)
    desk.work_due()
    lines = [{"sku": "A", "quantity": 1}]
    control.post("tiki/orders", shop="s1", lines=lines)
    desk.clock.advance(61)

    desk.work_due()

    assert desk.level("A") == {"available": 4, "committed": 1}
    assert bool(desk.shop().last_error) is (code is not None)
