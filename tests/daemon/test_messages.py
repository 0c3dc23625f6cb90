"""What a channel's message about a number leads to: a look, and no storm of looks."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from connector.values import Hint, HintKind, Page
from daemon.doubts import LOOKS_APART
from stock import inbox
from tests.daemon.desk import Desk
from tests.daemon.scripted import Script, ScriptedConnector, sold

_NUMBERS = itertools.count()


@pytest.fixture
def quiet(desk: Desk, script: Script) -> Desk:
    """An office with a shop at which nothing is due."""
    desk.work_due()
    script.calls.clear()
    return desk


def tell(desk: Desk, item_id: str) -> None:
    """Let a channel say that a number of an item has changed."""
    with desk.database.write() as session:
        inbox.store(
            session,
            desk.shop(),
            event_key=f"n{next(_NUMBERS)}",
            kind=HintKind.STOCK,
            order_id="",
            return_id="",
            item_id=item_id,
            now=desk.office.now(),
        )


def test_a_number_that_the_channel_raised_is_put_back_at_its_message(
    quiet: Desk, script: Script
) -> None:
    script.stock["A"] = 9
    tell(quiet, "A")

    quiet.work_due()

    assert script.stock["A"] == 5
    assert quiet.listing("A").phantom_units == 4
    assert quiet.drifts() == [(5, 9)]


def test_a_message_from_the_channels_queue_counts_as_much(
    quiet: Desk, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    hint = Hint(event_key="q1", kind=HintKind.STOCK, item_id="A")
    pages = [Page(items=(hint,), next_cursor="after q1")]
    able = replace(ScriptedConnector.capabilities, hint_queue=True)
    monkeypatch.setattr(ScriptedConnector, "capabilities", able)
    monkeypatch.setattr(
        ScriptedConnector,
        "read_hints",
        lambda _self, cursor=None: pages.pop() if pages else Page(items=()),
    )
    script.stock["A"] = 9

    quiet.sync()

    assert script.stock["A"] == 5


def test_only_what_a_message_names_is_looked_at(quiet: Desk, script: Script) -> None:
    script.stock |= {"A": 9, "B": 9}
    before = quiet.shop().reconcile_due_at
    tell(quiet, "A")

    quiet.work_due()

    assert script.stock == {"A": 5, "B": 9}
    assert quiet.shop().reconcile_due_at == before


@pytest.mark.parametrize("item_id", ["", "unheard of"])
def test_a_message_that_names_no_listing_of_ours_brings_the_comparison_forward(
    quiet: Desk, script: Script, item_id: str
) -> None:
    script.stock["A"] = 9
    tell(quiet, item_id)
    quiet.work_due()
    assert script.stock["A"] == 9

    quiet.clock.advance(LOOKS_APART.total_seconds())
    quiet.work_due()

    assert script.stock["A"] == 5
    assert quiet.listing("A").phantom_units == 4


def test_it_comes_at_once_where_the_last_comparison_was_long_ago(
    quiet: Desk, script: Script
) -> None:
    quiet.clock.advance(LOOKS_APART.total_seconds())
    quiet.work_due()
    script.stock["A"] = 9
    tell(quiet, "")

    quiet.work_due()
    quiet.work_due()

    assert script.stock["A"] == 5


def test_a_comparison_that_is_due_sooner_stays_so(quiet: Desk) -> None:
    soon = quiet.office.now() + LOOKS_APART / 5
    quiet.write(lambda _session, shop: setattr(shop, "reconcile_due_at", soon))
    tell(quiet, "")

    quiet.work_due()

    assert quiet.shop().reconcile_due_at == soon


def test_a_message_about_our_own_write_causes_no_further_write(
    quiet: Desk, script: Script
) -> None:
    quiet.count(A=7)
    quiet.work_due()
    tell(quiet, "A")
    tell(quiet, "")

    quiet.work_due()
    quiet.clock.advance(LOOKS_APART.total_seconds())
    quiet.work_due()

    assert [one.quantity for one in script.sent] == [7]
    assert quiet.drifts() == []


def test_however_many_messages_there_are_the_comparisons_stay_apart(
    quiet: Desk, script: Script
) -> None:
    for _ in range(20):
        quiet.clock.advance(LOOKS_APART.total_seconds() / 5)
        tell(quiet, "")
        quiet.work_due()

    assert 3 <= script.calls.count("read_stock") <= 4


def test_a_listing_that_stands_for_nothing_of_ours_is_left_alone(
    quiet: Desk, script: Script
) -> None:
    quiet.execute("UPDATE listing SET state = 'ignored' WHERE item_id = 'B'")
    before = quiet.shop().reconcile_due_at
    tell(quiet, "B")

    quiet.work_due()

    assert "read_stock" not in script.calls
    assert quiet.shop().reconcile_due_at == before


def test_a_sale_that_is_told_before_its_order_is_not_taken_back(
    quiet: Desk, script: Script
) -> None:
    script.stock["A"] = 4
    for _ in range(3):
        tell(quiet, "A")
        quiet.work_due()
    assert script.sent == []

    script.orders["1"] = sold("1")
    quiet.clock.advance(61)
    quiet.work_due()

    assert script.stock["A"] == 4
    assert quiet.drifts() == []


def test_a_number_that_no_order_explains_is_put_right(
    quiet: Desk, script: Script
) -> None:
    script.stock["A"] = 4
    tell(quiet, "A")
    quiet.work_due()
    assert script.stock["A"] == 4

    quiet.clock.advance(61)
    quiet.work_due()

    assert script.stock["A"] == 5
    assert quiet.drifts() == [(5, 4)]
