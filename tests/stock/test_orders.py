from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from stock.errors import NothingWaiting
from stock.models import Order, Refund, ReturnState, SetAside
from stock.reports import Ending, Fulfilment
from tests.stock.stories import (
    AWAITING_PICKUP,
    CANCELLED,
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    NOT_SHIPPED,
    buyer_return,
    line,
    order,
    portion,
    refund,
    simple_order,
)
from tests.stock.world import COUNTED_AT, World, unique

ORDER = "ORDER"


def _numbers(world: World) -> tuple[int, int, int]:
    level = world.level("MUG")
    return level.available, level.committed, level.out


@pytest.mark.parametrize(
    ("fulfilment", "committed", "out"),
    [
        (NOT_SHIPPED, 2, 0),
        (AWAITING_PICKUP, 0, 2),
        (IN_TRANSIT, 0, 2),
        (DELIVERED, 0, 2),
    ],
)
def test_an_order_first_seen_late_is_caught_up(
    world: World, fulfilment: Fulfilment, committed: int, out: int
) -> None:
    world.tell(simple_order(ORDER, "MUG", fulfilment, quantity=2))

    assert _numbers(world) == (8, committed, out)


def test_a_cancellation_before_shipping_gives_the_units_back(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", quantity=2))

    world.tell(simple_order(ORDER, "MUG", NOT_SHIPPED, CANCELLED, quantity=2, minute=1))

    assert _numbers(world) == (10, 0, 0)
    assert world.return_states(ORDER) == {}


@pytest.mark.parametrize("fulfilment", [AWAITING_PICKUP, IN_TRANSIT, DELIVERED])
@pytest.mark.parametrize("ending", [CANCELLED, DELIVERY_FAILED])
def test_whatever_ends_after_leaving_moves_nothing(
    world: World, fulfilment: Fulfilment, ending: Ending
) -> None:
    world.tell(simple_order(ORDER, "MUG", fulfilment))

    world.tell(simple_order(ORDER, "MUG", fulfilment, ending, minute=1))

    assert _numbers(world) == (9, 0, 1)
    assert world.return_states(ORDER) == {"": (ReturnState.AWAITING, 1, 0)}


def test_first_seen_as_cancelled_before_shipping_moves_nothing(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", NOT_SHIPPED, CANCELLED))

    assert _numbers(world) == (10, 0, 0)


def test_first_seen_as_cancelled_after_leaving_is_caught_up(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", IN_TRANSIT, CANCELLED))

    assert _numbers(world) == (9, 0, 1)
    assert world.return_states(ORDER) == {"": (ReturnState.AWAITING, 1, 0)}


def test_having_left_is_never_unlearned(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", IN_TRANSIT))

    world.tell(simple_order(ORDER, "MUG", NOT_SHIPPED, CANCELLED, minute=1))

    assert _numbers(world) == (9, 0, 1)
    assert world.return_states(ORDER) == {"": (ReturnState.AWAITING, 1, 0)}


def test_part_of_a_line_ships_and_the_rest_is_cancelled(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", quantity=3))
    parts = line("MUG", portion(2, IN_TRANSIT), portion(1, NOT_SHIPPED, CANCELLED))

    world.tell(order(ORDER, parts, minute=1))

    assert _numbers(world) == (8, 0, 2)


def test_a_cancellation_without_evidence_waits_for_a_person(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", quantity=2))

    world.tell(simple_order(ORDER, "MUG", None, CANCELLED, quantity=2, minute=1))

    assert _numbers(world) == (8, 2, 0)
    assert world.line_of(ORDER).waiting == 2


def test_still_here_releases_the_units(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", None, CANCELLED, quantity=2))

    decided = world.decide(ORDER, still_here=True)

    assert decided == 2
    assert _numbers(world) == (10, 0, 0)


def test_gone_ships_the_units_and_expects_them_back(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", None, CANCELLED, quantity=2))

    world.decide(ORDER, still_here=False)

    assert _numbers(world) == (8, 0, 2)
    assert world.return_states(ORDER) == {"": (ReturnState.AWAITING, 2, 0)}


def test_a_decision_survives_the_same_message(world: World) -> None:
    report = simple_order(ORDER, "MUG", None, CANCELLED)
    world.tell(report)
    world.decide(ORDER, still_here=True)

    world.tell(report)

    assert _numbers(world) == (10, 0, 0)


def test_there_is_nothing_to_decide_twice(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", None, CANCELLED))
    world.decide(ORDER, still_here=True)

    with pytest.raises(NothingWaiting) as refusal:
        world.decide(ORDER, still_here=False)

    assert refusal.value.order == ORDER


def test_later_evidence_settles_what_waited(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", None, CANCELLED))

    world.tell(simple_order(ORDER, "MUG", NOT_SHIPPED, CANCELLED, minute=1))

    assert _numbers(world) == (10, 0, 0)
    assert world.line_of(ORDER).waiting == 0


def test_an_unmapped_line_is_set_aside_and_its_neighbour_is_not(world: World) -> None:
    known = line("MUG", portion(1, NOT_SHIPPED))
    unknown = line("VASE", portion(1, NOT_SHIPPED))

    [taken] = world.tell(order(ORDER, known, unknown))

    assert [item.line.item_id for item in taken.unmapped] == ["VASE"]
    assert _numbers(world) == (9, 1, 0)
    with world.database.read() as session:
        kept = session.scalars(select(SetAside)).one()
    assert (kept.record_id, kept.reason) == (ORDER, "unmapped_sku")


def test_what_left_before_the_mapping_has_left_after_it(world: World) -> None:
    world.tell(simple_order(ORDER, "VASE", IN_TRANSIT, quantity=2))
    world.tell(simple_order(ORDER, "VASE", None, CANCELLED, quantity=2, minute=1))
    world.stock("VASE", 5)

    world.tell(simple_order(ORDER, "VASE", None, CANCELLED, quantity=2, minute=1))

    assert world.level("VASE").out == 2
    assert world.return_states(ORDER) == {"": (ReturnState.AWAITING, 2, 0)}
    with world.database.read() as session:
        assert session.scalars(select(SetAside)).all() == []


def test_a_bundle_moves_units_of_its_parts(world: World) -> None:
    world.stock("PLATE", 10)
    world.bundle("BREAKFAST", {"MUG": 1, "PLATE": 2})

    world.tell(simple_order(ORDER, "BREAKFAST", DELIVERED, quantity=3))

    assert (world.level("MUG").out, world.level("PLATE").out) == (3, 6)


def test_a_bundle_comes_back_in_units_of_its_parts(world: World) -> None:
    world.stock("PLATE", 10)
    world.bundle("BREAKFAST", {"MUG": 1, "PLATE": 2})
    world.tell(simple_order(ORDER, "BREAKFAST", DELIVERED, quantity=1))
    world.tell_return(buyer_return(ORDER, "BREAKFAST", minute=1))

    world.receive(ORDER, "PLATE", good=1, damaged=1)

    assert world.return_states(ORDER) == {"return": (ReturnState.PARTLY_RECEIVED, 3, 2)}
    assert world.level("PLATE").available == 9


def test_orders_from_before_the_count_do_not_reduce_it(world: World) -> None:
    before = COUNTED_AT - timedelta(hours=1)
    bought = line("MUG", portion(2, NOT_SHIPPED))

    world.tell(order(ORDER, bought, ordered_at=before))

    assert _numbers(world) == (10, 2, 0)
    assert world.broken_invariants() == []


def test_a_refund_is_recorded_once_and_its_newest_word_counts(world: World) -> None:
    told = simple_order(ORDER, "MUG", NOT_SHIPPED, CANCELLED)
    pending = order(ORDER, *told.lines, minute=1, refund=refund(state="pending"))
    done = order(ORDER, *told.lines, minute=2, refund=refund(state="done"))

    world.tell(done)
    world.tell(pending)

    with world.database.read() as session:
        kept = session.scalars(select(Refund)).one()
    assert (kept.state, kept.amount, kept.currency) == ("done", Decimal(99000), "VND")


def test_the_same_order_number_in_two_shops_is_two_orders(world: World) -> None:
    other = world.open_shop()
    world.stock("MUG-B", 5, shop=other)

    world.tell(simple_order(ORDER, "MUG"))
    world.tell(simple_order(ORDER, "MUG-B"), shop=other)

    with world.database.read() as session:
        assert len(session.scalars(select(Order)).all()) == 2


def test_a_message_told_again_moves_nothing(world: World) -> None:
    report = simple_order(unique("order"), "MUG", IN_TRANSIT)
    world.tell(report)

    [again] = world.tell(report)

    assert again.moved == 0
