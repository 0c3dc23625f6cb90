"""What goes wrong at one shop stays there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from connector.errors import AuthorizationLost
from daemon.ticker import tick
from tests.daemon.desk import Desk
from tests.daemon.scripted import SCRIPTS, Script, sold
from tests.daemon.silence import SilentBell


@pytest.fixture
def second(desk: Desk, script: Script) -> Iterator[Script]:
    """Another shop that sells the same articles."""
    token = uuid.uuid4().hex
    SCRIPTS[token] = Script(stock={"A": 5, "B": 5})
    desk.connect("scripted", {"token": token}, "s2")
    desk.import_listings("s2")
    desk.sync("s2")
    SCRIPTS[token].calls.clear()
    yield SCRIPTS[token]
    del SCRIPTS[token]


def test_a_shop_that_lost_its_token_pauses_alone(
    desk: Desk, script: Script, second: Script
) -> None:
    script.errors.append(AuthorizationLost("the seller took it back"))
    second.orders["1"] = sold("1", "A", 2)
    desk.make_due()

    tick(desk.office, SilentBell())

    assert desk.shop("s1").state == "paused"
    assert desk.shop("s2").state == "active"
    assert desk.shop("s2").last_error == ""
    assert desk.level("A") == {"available": 3, "committed": 2}
    assert second.stock["A"] == 3


def test_the_other_shop_goes_on_round_after_round(
    desk: Desk, script: Script, second: Script
) -> None:
    script.errors.append(AuthorizationLost())
    desk.make_due()
    tick(desk.office, SilentBell())
    script.calls.clear()

    for number in "12":
        second.orders[number] = sold(number)
        desk.clock.advance(61)
        tick(desk.office, SilentBell())
        assert desk.level("A")["committed"] == int(number)

    assert script.calls == []
    assert script.stock["A"] == 5
