"""Units that were lost, found again, and whose finding was a mistake."""

from __future__ import annotations

import pytest

from stock.found_again import record_found
from stock.levels import find_warehouse
from stock.models import ReturnState
from stock.receipt_history import changes_of, find_receipt, reversal_changes
from stock.receipts import FoundSku
from tests.stock.stories import DELIVERY_FAILED, IN_TRANSIT, simple_order
from tests.stock.world import CLERK, NOW, World, unique

ORDER = "ORDER"


@pytest.fixture
def lost(world: World) -> World:
    """Three of ten mugs never came back, says a receipt of another warehouse."""
    world.add_warehouse("SHED")
    world.tell(simple_order(ORDER, "MUG", IN_TRANSIT, DELIVERY_FAILED, quantity=3))
    world.receive(ORDER, "MUG", lost=3, warehouse="SHED")
    return world


def _find(world: World, *, good: int = 0, damaged: int = 0) -> int:
    with world.database.write() as session:
        return record_found(
            session,
            world.find_order(session, ORDER),
            [FoundSku(sku="MUG", good=good, damaged=damaged)],
            key=unique("found"),
            warehouse_id=find_warehouse(session, "MAIN").id,
            actor=CLERK,
            now=NOW,
        ).receipt_id


def test_units_whose_finding_is_reversed_are_out_and_awaited(lost: World) -> None:
    receipt_id = _find(lost, good=1, damaged=1)
    assert lost.return_states(ORDER) == {"": (ReturnState.RECEIVED, 3, 3)}

    lost.reverse(receipt_id)

    level = lost.line_level(ORDER)
    assert (level.out, level.received, level.damaged, level.lost) == (2, 0, 0, 1)
    assert (lost.level("MUG").available, lost.level("MUG").damaged) == (7, 0)
    assert lost.return_states(ORDER) == {"": (ReturnState.PARTLY_RECEIVED, 3, 1)}
    assert lost.broken_invariants() == []


def test_they_can_be_received_or_written_off_anew(lost: World) -> None:
    lost.reverse(_find(lost, good=2))

    lost.receive(ORDER, "MUG", good=1, lost=1)

    assert lost.level("MUG").available == 8
    assert lost.line_level(ORDER).lost == 2
    assert lost.return_states(ORDER) == {"": (ReturnState.RECEIVED, 3, 3)}
    assert lost.broken_invariants() == []


def test_what_was_found_and_taken_back_stays_told(lost: World) -> None:
    receipt_id = _find(lost, good=2)
    lost.reverse(receipt_id)

    with lost.database.read() as session:
        receipt = find_receipt(session, receipt_id)
        assert receipt is not None
        [booked], [taken] = (
            changes_of(session, receipt),
            reversal_changes(session, receipt),
        )
    assert (booked.good, booked.before.available, booked.after.available) == (2, 7, 9)
    assert (taken.good, taken.before.available, taken.after.available) == (2, 9, 7)
