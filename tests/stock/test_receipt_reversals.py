"""A receipt is taken back by a second person: whole, once, and for all to see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from stock import offers
from stock.errors import (
    IdempotencyConflict,
    UnknownReceipt,
)
from stock.models import Movement, OrderEvent, ReturnState
from stock.receipt_history import (
    changes_of,
    find_receipt,
    receipt_by_number,
    reversal_changes,
)
from stock.reports import ReturnPhase
from stock.reversals import takings
from stock.transfers import Bucket
from tests.stock import plain
from tests.stock.stories import (
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    buyer_return,
    line,
    order,
    portion,
    simple_order,
)
from tests.stock.world import NOW, SUPERVISOR, World

ORDER = "ORDER"


@pytest.fixture
def refused(world: World) -> World:
    """Three mugs of ten were refused at the door and travel back."""
    world.tell(simple_order(ORDER, "MUG", IN_TRANSIT, DELIVERY_FAILED, quantity=3))
    return world


def test_good_and_damaged_units_are_out_again(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=2, damaged=1).receipt_id

    refused.reverse(receipt_id)

    level, of_line = refused.level("MUG"), refused.line_level(ORDER)
    assert (level.available, level.damaged, level.out) == (7, 0, 3)
    assert (of_line.received, of_line.damaged, of_line.out) == (0, 0, 3)
    assert refused.broken_invariants() == []


def test_the_expected_return_is_open_again(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id
    assert refused.return_states(ORDER) == {"": (ReturnState.RECEIVED, 3, 3)}

    refused.reverse(receipt_id)

    assert refused.return_states(ORDER) == {"": (ReturnState.AWAITING, 3, 0)}


def test_another_receipt_still_counts(refused: World) -> None:
    first = refused.receive(ORDER, "MUG", good=1).receipt_id
    refused.receive(ORDER, "MUG", good=1)

    refused.reverse(first)

    assert refused.return_states(ORDER) == {"": (ReturnState.PARTLY_RECEIVED, 3, 1)}


def test_a_return_that_was_withdrawn_meanwhile_is_withdrawn(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED))
    world.tell_return(buyer_return(ORDER, "MUG", minute=1))
    receipt_id = world.receive(ORDER, "MUG", good=1).receipt_id
    withdrawn = buyer_return(ORDER, "MUG", phase=ReturnPhase.WITHDRAWN, minute=2)
    world.tell_return(withdrawn)

    world.reverse(receipt_id)

    assert world.return_states(ORDER)["return"][0] is ReturnState.WITHDRAWN


def test_units_can_be_received_again(refused: World) -> None:
    refused.reverse(refused.receive(ORDER, "MUG", good=3).receipt_id)

    refused.receive(ORDER, "MUG", good=1, damaged=2)

    level = refused.level("MUG")
    assert (level.available, level.damaged, level.out) == (8, 2, 0)
    assert refused.return_states(ORDER) == {"": (ReturnState.RECEIVED, 3, 3)}
    assert refused.broken_invariants() == []


def test_the_second_receipt_can_be_reversed_as_well(refused: World) -> None:
    refused.reverse(refused.receive(ORDER, "MUG", good=3).receipt_id)
    second = refused.receive(ORDER, "MUG", good=2).receipt_id

    refused.reverse(second)

    assert refused.level("MUG").available == 7
    assert refused.line_level(ORDER).out == 3
    assert refused.broken_invariants() == []


def test_what_the_channel_tells_again_changes_nothing(refused: World) -> None:
    refused.reverse(refused.receive(ORDER, "MUG", good=3).receipt_id)

    for minute in (1, 2):
        failed = simple_order(
            ORDER, "MUG", IN_TRANSIT, DELIVERY_FAILED, quantity=3, minute=minute
        )
        refused.tell(failed)

    assert refused.return_states(ORDER) == {"": (ReturnState.AWAITING, 3, 0)}
    assert refused.level("MUG").available == 7


def test_units_booked_as_lost_stay_lost_and_settled(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=1, lost=2).receipt_id

    refused.reverse(receipt_id)

    level = refused.level("MUG")
    assert (level.available, level.lost, level.out) == (7, 2, 1)
    assert refused.return_states(ORDER) == {"": (ReturnState.PARTLY_RECEIVED, 3, 2)}
    refused.receive(ORDER, "MUG", good=1)
    assert refused.return_states(ORDER) == {"": (ReturnState.RECEIVED, 3, 3)}
    assert refused.broken_invariants() == []


def test_units_go_back_the_way_they_came_between_warehouses(refused: World) -> None:
    refused.add_warehouse("SHED")
    refused.count("MUG", 4, warehouse="SHED")
    receipt_id = refused.receive(ORDER, "MUG", good=3, warehouse="SHED").receipt_id
    assert refused.level("MUG", warehouse="SHED").available == 7

    refused.reverse(receipt_id)

    assert refused.level("MUG", warehouse="SHED").available == 4
    assert refused.level("MUG").out == 3
    assert refused.broken_invariants() == []


def test_a_receipt_of_several_lines_is_taken_back_whole(world: World) -> None:
    world.stock("JUG", 5)
    both = [line(sku, portion(2, DELIVERED)) for sku in ("MUG", "JUG")]
    world.tell(order(ORDER, *both))
    world.receive(ORDER, "MUG", good=1)
    receipt_id = world.receive(ORDER, "JUG", good=1, damaged=1).receipt_id

    world.reverse(receipt_id)

    assert (world.level("MUG").available, world.level("JUG").available) == (9, 3)
    assert world.level("JUG").damaged == 0


def test_the_same_key_gives_back_the_first_reversal(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id

    first = refused.reverse(receipt_id, key="key")
    again = refused.reverse(receipt_id, key="key")

    assert again == replace(first, replayed=True)
    assert refused.level("MUG").available == 7


@pytest.mark.parametrize("other", [{"reason": "broken"}, {"actor": "hoa@example.vn"}])
def test_the_same_key_with_other_content_is_a_conflict(
    refused: World, other: dict[str, str]
) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id
    refused.reverse(receipt_id, key="key")

    with pytest.raises(IdempotencyConflict):
        refused.reverse(receipt_id, key="key", **other)


def test_one_key_does_not_reverse_two_receipts(refused: World) -> None:
    first = refused.receive(ORDER, "MUG", good=1).receipt_id
    second = refused.receive(ORDER, "MUG", good=1).receipt_id
    refused.reverse(first, key="key")

    with pytest.raises(IdempotencyConflict):
        refused.reverse(second, key="key")

    assert refused.level("MUG").available == 8


def test_each_listing_owes_its_channel_the_lower_number(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id
    wanted = refused.listing("MUG").wanted_version

    refused.reverse(receipt_id)

    assert refused.listing("MUG").wanted_version > wanted


def test_the_order_remembers_who_reversed_it_when_and_why(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", good=3)
    refused.reverse(booked.receipt_id)

    with refused.database.read() as session:
        told = session.scalars(
            select(OrderEvent).where(OrderEvent.kind == "reversal")
        ).one()
    assert (told.actor, told.happened_at) == (SUPERVISOR, NOW)
    assert told.detail == f"{booked.number}: counted twice"


def test_the_receipt_and_its_reversal_both_stay(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=2, damaged=1).receipt_id
    refused.reverse(receipt_id)

    with refused.database.read() as session:
        receipt = find_receipt(session, receipt_id)
        assert receipt is not None and receipt.reversal is not None
        [booked], [taken] = (
            changes_of(session, receipt),
            reversal_changes(session, receipt),
        )
    assert [(x.good, x.damaged) for x in receipt.lines] == [(2, 1)]
    word = receipt.reversal
    assert (word.actor, word.reason, word.reversed_at) == (
        SUPERVISOR,
        "counted twice",
        NOW,
    )
    for change in (booked, taken):
        assert (change.good, change.damaged, change.lost) == (2, 1, 0)
    assert (booked.before.available, booked.after.available) == (7, 9)
    assert (taken.before.available, taken.after.available) == (9, 7)
    assert (taken.before.on_hand, taken.after.on_hand) == (10, 7)


def test_every_movement_of_a_reversal_says_who_and_why(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", good=2, damaged=1)
    refused.reverse(booked.receipt_id)

    with refused.database.read() as session:
        moved = session.scalars(
            select(Movement).where(
                Movement.to_bucket == Bucket.OUT, Movement.receipt_line_id.is_not(None)
            )
        ).all()
    assert {(m.source.bucket, m.quantity) for m in moved} == {
        (Bucket.AVAILABLE, 2),
        (Bucket.DAMAGED, 1),
    }
    assert {(m.actor, m.reason, m.document) for m in moved} == {
        (SUPERVISOR, "counted twice", f"reversal of receipt {booked.number}")
    }


def test_what_a_reversal_would_take_is_told_beforehand(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=1, damaged=1, lost=1).receipt_id

    with refused.database.read() as session:
        receipt = find_receipt(session, receipt_id)
        assert receipt is not None
        [taking] = takings(session, receipt)
    assert (taking.good, taking.damaged, taking.lost) == (1, 1, 1)
    assert (taking.available, taking.held_damaged, taking.short) == (8, 1, None)


def test_what_listings_would_show_is_told_beforehand(refused: World) -> None:
    pair = refused.bundle("PAIR", {"MUG": 2})
    mug = refused.listing("MUG").id
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id
    less = {(refused.sku("MUG").id, refused.shop.warehouse_id): 3}
    elsewhere = {(refused.sku("MUG").id, 99): 3}

    def shown(**more: dict[tuple[int, int], int]) -> dict[int, int]:
        with refused.database.read() as session:
            found = offers.numbers(session, [mug, pair], **more)
        return {listing_id: owed.quantity for listing_id, owed in found.items()}

    assert shown() == shown(less=elsewhere) == {mug: 10, pair: 5}
    foretold = shown(less=less)
    refused.reverse(receipt_id)
    assert foretold == shown() == {mug: 7, pair: 3}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE receipt_reversal SET reason = 'no mistake'",
        "DELETE FROM receipt_reversal",
        "INSERT OR REPLACE INTO receipt_reversal"
        " (receipt_id, key, reason, actor, reversed_at)"
        " SELECT receipt_id, 'other', 'no mistake', 'me', reversed_at"
        " FROM receipt_reversal",
        "INSERT OR REPLACE INTO receipt_reversal"
        " (receipt_id, key, reason, actor, reversed_at)"
        " SELECT 999, key, 'no mistake', 'me', reversed_at FROM receipt_reversal",
    ],
)
def test_a_stranger_cannot_edit_a_reversal(refused: World, statement: str) -> None:
    refused.reverse(refused.receive(ORDER, "MUG", good=3).receipt_id)
    if not plain.is_sqlite(refused.database):
        statement = statement.replace("INSERT OR REPLACE", "INSERT")
        if statement.startswith("INSERT"):
            statement += " ON CONFLICT (key) DO UPDATE SET reason = 'no mistake'"

    with plain.refusing(refused.database):
        plain.run(refused.database, statement)


def test_a_receipt_is_found_by_the_number_that_people_read_out(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", good=3)

    with refused.database.read() as session:
        for number in (booked.number, booked.number.lower(), str(booked.receipt_id)):
            assert receipt_by_number(session, f" {number}").id == booked.receipt_id
        for unknown in ("R999999", "", "R", "R1x", "-1", "9" * 30, "²"):
            with pytest.raises(UnknownReceipt):
                receipt_by_number(session, unknown)
