"""What never came is written off by name and with a reason; it may be found again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from stock.errors import EmptyReceipt, IdempotencyConflict, InvalidQuantity
from stock.found_again import MoreThanLost, record_found
from stock.models import ExpectedReturn, Movement, Receipt, ReturnState
from stock.receipt_history import changes_of, find_receipt
from stock.receipts import Booked, FoundSku
from stock.write_offs import NotOverdue, OpenUnitsChanged, ReasonNeeded, write_off
from tests.stock.comebacks import Comeback, send_back
from tests.stock.stories import DELIVERED, buyer_return, simple_order
from tests.stock.world import NOW, World, unique

ORDER = "ORDER"
WINDOW = timedelta(days=15)
SUPERVISOR = "minh@example.vn"


def give_up(
    world: World,
    *,
    units: int = 3,
    key: str = "",
    reason: str = "carrier paid",
    name: str = "",
) -> Booked:
    """Write off what the order's return, or one of its returns, still expects."""
    with world.database.write() as session:
        expected = session.scalars(
            select(ExpectedReturn)
            .where(ExpectedReturn.channel_order_id == ORDER)
            .where(ExpectedReturn.return_id == name)
        ).one()
        return write_off(
            session,
            expected,
            units=units,
            window=WINDOW,
            key=key or unique("write-off"),
            reason=reason,
            actor=SUPERVISOR,
            now=NOW,
        )


def find(
    world: World, *, good: int = 0, damaged: int = 0, lost: int = 0, key: str = ""
) -> Booked:
    """Let units turn up that had been written off."""
    with world.database.write() as session:
        return record_found(
            session,
            world.find_order(session, ORDER),
            [FoundSku(sku="MUG", good=good, damaged=damaged, lost=lost)],
            key=key or unique("found"),
            warehouse_id=world.shop.warehouse_id,
            actor="lan@example.vn",
            now=NOW,
        )


def standing(world: World) -> tuple[ReturnState, int, int]:
    """Return state, announced and settled units of the order's only return."""
    return world.return_states(ORDER)[""]


@pytest.fixture
def overdue(world: World) -> World:
    """Three mugs of ten that should have been back five days ago."""
    send_back(world, Comeback(order_id=ORDER, quantity=3, days_ago=20))
    return world


def test_a_write_off_moves_all_open_units_to_lost(overdue: World) -> None:
    overdue.receive(ORDER, "MUG", good=1)
    booked = give_up(overdue, units=2)
    level = overdue.line_level(ORDER)
    assert (level.out, level.received, level.lost) == (0, 1, 2)
    assert overdue.level("MUG").available == 8
    assert standing(overdue) == (ReturnState.RECEIVED, 3, 3)
    with overdue.database.read() as session:
        receipt = session.get_one(Receipt, booked.receipt_id)
        assert (receipt.actor, receipt.note) == (SUPERVISOR, "carrier paid")
        moved = session.scalars(
            select(Movement).where(Movement.to_bucket == "lost")
        ).one()
        assert (moved.actor, moved.reason) == (SUPERVISOR, "carrier paid")
    assert overdue.broken_invariants() == []


def test_a_return_of_which_nothing_came_is_written_off(overdue: World) -> None:
    give_up(overdue)
    assert standing(overdue) == (ReturnState.WRITTEN_OFF, 3, 3)


def test_only_the_chosen_return_of_an_order_is_written_off(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED, quantity=3))
    late = NOW - timedelta(days=1)
    for name, units in (("R-1", 1), ("R-2", 2)):
        report = buyer_return(ORDER, "MUG", units, return_id=name)
        world.tell_return(replace(report, claim_before=late))
    give_up(world, units=1, name="R-1")
    assert world.return_states(ORDER) == {
        "R-1": (ReturnState.WRITTEN_OFF, 1, 1),
        "R-2": (ReturnState.AWAITING, 2, 0),
    }


def test_what_is_not_overdue_is_not_written_off(world: World) -> None:
    send_back(world, Comeback(order_id=ORDER, quantity=3, days_ago=14.9))
    with pytest.raises(NotOverdue) as refusal:
        give_up(world)
    assert refusal.value.deadline > NOW
    assert world.line_level(ORDER).out == 3


@pytest.mark.parametrize("units", [0, 2, 4])
def test_other_units_than_were_shown_are_not_written_off(
    overdue: World, units: int
) -> None:
    with pytest.raises(OpenUnitsChanged) as refusal:
        give_up(overdue, units=units)
    assert (refusal.value.shown, refusal.value.open_units) == (units, 3)


def test_a_write_off_takes_a_reason(overdue: World) -> None:
    with pytest.raises(ReasonNeeded):
        give_up(overdue, reason=" \n")


def test_a_write_off_is_booked_once_for_each_key(overdue: World) -> None:
    first = give_up(overdue, key="key")
    again = give_up(overdue, key="key")
    assert (again.receipt_id, again.replayed) == (first.receipt_id, True)
    with pytest.raises(IdempotencyConflict):
        give_up(overdue, key="key", reason="another one")
    assert overdue.receipt_count() == 1


def test_what_was_written_off_and_turns_up_becomes_stock_by_a_receipt(
    overdue: World,
) -> None:
    give_up(overdue)
    booked = find(overdue, good=2)
    level = overdue.line_level(ORDER)
    assert (level.out, level.received, level.lost) == (0, 2, 1)
    assert overdue.level("MUG").available == 9
    assert standing(overdue) == (ReturnState.RECEIVED, 3, 3)
    with overdue.database.read() as session:
        receipt = find_receipt(session, booked.receipt_id)
        assert receipt is not None
        (line,) = receipt.lines
        assert (line.good, line.lost, line.found) == (2, 0, 2)
        (change,) = changes_of(session, receipt)
        assert (change.good, change.damaged, change.lost) == (2, 0, 0)
        assert (change.before.available, change.after.available) == (7, 9)
    assert overdue.broken_invariants() == []


def test_found_units_do_not_count_twice_while_others_are_still_to_come(
    overdue: World,
) -> None:
    overdue.receive(ORDER, "MUG", lost=1)
    assert standing(overdue) == (ReturnState.PARTLY_RECEIVED, 3, 1)
    find(overdue, damaged=1)
    assert standing(overdue) == (ReturnState.PARTLY_RECEIVED, 3, 1)
    overdue.receive(ORDER, "MUG", good=2)
    assert standing(overdue) == (ReturnState.RECEIVED, 3, 3)
    level = overdue.line_level(ORDER)
    assert (level.received, level.damaged, level.lost) == (2, 1, 0)
    assert overdue.broken_invariants() == []


def test_units_lost_in_one_warehouse_may_turn_up_in_another(overdue: World) -> None:
    overdue.add_warehouse("HANOI")
    overdue.receive(ORDER, "MUG", lost=1)
    overdue.receive(ORDER, "MUG", lost=2, warehouse="HANOI")
    find(overdue, good=2, damaged=1)
    assert overdue.level("MUG").lost == 0
    assert overdue.level("MUG", warehouse="HANOI").lost == 0
    assert overdue.level("MUG").available == 9
    assert overdue.broken_invariants() == []


@pytest.mark.parametrize("good", [1, 4])
def test_no_more_is_found_than_was_lost(overdue: World, good: int) -> None:
    if good > 1:
        give_up(overdue)
    with pytest.raises(MoreThanLost) as refusal:
        find(overdue, good=good)
    assert (refusal.value.asked, refusal.value.lost) == (good, good - 1)
    assert overdue.level("MUG").available == 7


def test_nothing_and_nonsense_are_not_found(overdue: World) -> None:
    give_up(overdue)
    with pytest.raises(EmptyReceipt):
        find(overdue)
    with pytest.raises(InvalidQuantity):
        find(overdue, good=-1)
    with pytest.raises(InvalidQuantity):
        find(overdue, lost=1)
    assert overdue.receipt_count() == 1


def test_units_are_found_once_for_each_key(overdue: World) -> None:
    give_up(overdue)
    first = find(overdue, good=1, key="key")
    again = find(overdue, good=1, key="key")
    assert (again.receipt_id, again.replayed) == (first.receipt_id, True)
    with pytest.raises(IdempotencyConflict):
        find(overdue, good=2, key="key")
    assert overdue.level("MUG").available == 8
