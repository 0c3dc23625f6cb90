"""A reversal that cannot be is refused with its reason, and nothing is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stock import guard
from stock.errors import (
    AlreadyReversed,
    ForbiddenTransfer,
    NothingToReverse,
    ReasonMissing,
    SamePerson,
    UnitsGone,
)
from stock.models import ReturnState
from stock.transfers import Bucket, Place
from tests.stock.stories import DELIVERY_FAILED, IN_TRANSIT, simple_order
from tests.stock.world import CLERK, NOW, SUPERVISOR, World, unique

ORDER = "ORDER"


@pytest.fixture
def refused(world: World) -> World:
    """Three mugs of ten were refused at the door and travel back."""
    world.tell(simple_order(ORDER, "MUG", IN_TRANSIT, DELIVERY_FAILED, quantity=3))
    return world


def _sell(world: World, quantity: int) -> None:
    world.tell(simple_order(unique("order"), "MUG", quantity=quantity))


def test_a_receipt_of_lost_units_alone_has_nothing_to_take_back(
    refused: World,
) -> None:
    receipt_id = refused.receive(ORDER, "MUG", lost=3).receipt_id

    with pytest.raises(NothingToReverse, match="stay lost"):
        refused.reverse(receipt_id)

    assert refused.return_states(ORDER) == {"": (ReturnState.WRITTEN_OFF, 3, 3)}


@pytest.mark.parametrize("actor", [CLERK, CLERK.upper(), f"  {CLERK} "])
def test_who_booked_a_receipt_may_not_reverse_it(refused: World, actor: str) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id

    with pytest.raises(SamePerson) as refusal:
        refused.reverse(receipt_id, actor=actor)

    assert refusal.value.actor == actor.strip()
    assert refused.level("MUG").available == 10


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_reversal_takes_a_reason(refused: World, reason: str) -> None:
    booked = refused.receive(ORDER, "MUG", good=3)

    with pytest.raises(ReasonMissing) as refusal:
        refused.reverse(booked.receipt_id, reason=reason)

    assert refusal.value.receipt == booked.number
    assert refused.level("MUG").available == 10


def test_somebody_must_answer_for_a_reversal(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id

    with pytest.raises(ForbiddenTransfer):
        refused.reverse(receipt_id, actor=" ")


def test_units_that_were_sold_again_cannot_be_taken_back(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", good=3)
    _sell(refused, 8)

    with pytest.raises(UnitsGone) as refusal:
        refused.reverse(booked.receipt_id)

    gone = refusal.value
    assert (gone.receipt, gone.sku, gone.warehouse) == (booked.number, "MUG", "MAIN")
    assert (gone.bucket, gone.asked, gone.held) == (Bucket.AVAILABLE, 3, 2)
    assert refused.level("MUG").available == 2
    assert refused.return_states(ORDER) == {"": (ReturnState.RECEIVED, 3, 3)}


def test_the_last_units_on_the_shelf_can_be_taken_back(refused: World) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id
    _sell(refused, 7)

    refused.reverse(receipt_id)

    assert refused.level("MUG").available == 0


def test_units_in_another_warehouse_do_not_stand_in_for_those_sold(
    refused: World,
) -> None:
    refused.add_warehouse("SHED")
    receipt_id = refused.receive(ORDER, "MUG", good=3).receipt_id
    refused.count("MUG", 50, warehouse="SHED")
    _sell(refused, 8)

    with pytest.raises(UnitsGone):
        refused.reverse(receipt_id)


def test_damaged_units_that_were_scrapped_cannot_be_taken_back(
    refused: World,
) -> None:
    receipt_id = refused.receive(ORDER, "MUG", good=1, damaged=2).receipt_id
    scrap = replace(
        refused.receive_units("MUG", 1),
        source=Place(Bucket.DAMAGED, refused.shop.warehouse_id),
        target=Place(Bucket.OUTSIDE, refused.shop.warehouse_id),
    )
    with refused.database.write() as session:
        guard.post(session, [scrap])

    with pytest.raises(UnitsGone) as refusal:
        refused.reverse(receipt_id)

    gone = refusal.value
    assert (gone.bucket, gone.asked, gone.held) == (Bucket.DAMAGED, 2, 1)
    assert refused.level("MUG").available == 8


def test_a_receipt_is_reversed_once(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", good=3)
    refused.reverse(booked.receipt_id)

    with pytest.raises(AlreadyReversed) as refusal:
        refused.reverse(booked.receipt_id, actor="hoa@example.vn")

    first = refusal.value
    assert (first.receipt, first.actor) == (booked.number, SUPERVISOR)
    assert first.reversed_at == NOW
    assert refused.level("MUG").available == 7


def test_units_that_made_good_for_an_oversale_cannot_be_taken_back(
    refused: World,
) -> None:
    _sell(refused, 9)
    receipt_id = refused.receive(ORDER, "MUG", good=2).receipt_id
    assert refused.level("MUG").available == 0

    with pytest.raises(UnitsGone):
        refused.reverse(receipt_id)
