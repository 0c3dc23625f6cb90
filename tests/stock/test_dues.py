"""Refunds that the merchant must start: how much, for what, and never twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from stock import dues, returns
from stock.dues import Due
from stock.models import Order, RefundDue, RefundMode
from stock.reports import OrderReport, RefundReport, ReturnPhase
from stock.shops import find_shop
from tests.stock.stories import (
    CANCELLED,
    DELIVERED,
    IN_TRANSIT,
    NOT_SHIPPED,
    buyer_return,
    line,
    order,
    portion,
    refund,
    simple_order,
)
from tests.stock.world import COUNTED_AT, NOW, World, unique

PRICE = Decimal(99000)


@pytest.fixture
def world(world: World) -> World:
    world.stock("MUG", 10)
    set_mode(world, RefundMode.AUTOMATIC)
    return world


def set_mode(world: World, mode: RefundMode) -> None:
    with world.database.write() as session:
        find_shop(session, world.shop.name).refunds = mode
    with world.database.read() as session:
        world.shop = find_shop(session, world.shop.name)


def owed(world: World) -> Sequence[Due]:
    with world.database.read() as session:
        shop = find_shop(session, world.shop.name)
        return dues.due_refunds(session, shop, now=NOW, limit=50)


def pay(world: World, due: Due, *, state: str = "done") -> None:
    with world.database.write() as session:
        told = RefundReport(
            refund_id=f"paid-{due.key}",
            amount=due.amount,
            currency=due.currency,
            state=state,
            reason="nothing was paid" if state == "refused" else "",
        )
        shop = find_shop(session, world.shop.name)
        dues.record_paid(session, shop, due.due_id, told, now=NOW)


def states(world: World) -> list[str]:
    with world.database.read() as session:
        return list(session.scalars(select(RefundDue.state).order_by(RefundDue.id)))


def two_of_three_cancelled(order_id: str) -> OrderReport:
    parts = (portion(1, IN_TRANSIT), portion(2, IN_TRANSIT, CANCELLED))
    told = order(order_id, line("MUG", *parts), minute=1)
    return replace(told, total=PRICE * 3)


def test_a_cancelled_order_owes_what_it_cost(world: World) -> None:
    name = unique("order")
    world.tell(simple_order(name, "MUG", IN_TRANSIT, CANCELLED))

    (due,) = owed(world)
    assert (due.order_id, due.amount, due.currency) == (name, PRICE, "VND")
    assert due.quantities == {"line-MUG": 1}


def test_the_same_message_again_owes_nothing_more(world: World) -> None:
    report = simple_order(unique("order"), "MUG", IN_TRANSIT, CANCELLED)
    world.tell(report)
    first = owed(world)

    world.tell(report, report)

    assert owed(world) == first


def test_an_order_that_goes_its_way_owes_nothing(world: World) -> None:
    world.tell(simple_order(unique("order"), "MUG", DELIVERED))

    assert owed(world) == []


def test_a_part_that_ended_owes_its_price(world: World) -> None:
    world.tell(two_of_three_cancelled(unique("order")))

    (due,) = owed(world)
    assert (due.amount, due.quantities) == (PRICE * 2, {"line-MUG": 2})


def test_what_ends_later_is_owed_beside_what_was_paid(world: World) -> None:
    name = unique("order")
    world.tell(two_of_three_cancelled(name))
    (first,) = owed(world)
    pay(world, first)

    rest = order(name, line("MUG", portion(3, IN_TRANSIT, CANCELLED)), minute=2)
    world.tell(replace(rest, total=PRICE * 3))

    (second,) = owed(world)
    assert (second.amount, second.quantities) == (PRICE, {"line-MUG": 1})
    assert second.key != first.key


def test_an_accepted_return_owes_what_comes_back(world: World) -> None:
    name = unique("order")
    world.tell(simple_order(name, "MUG", DELIVERED))
    requested = buyer_return(name, "MUG", phase=ReturnPhase.REQUESTED)
    world.tell_return(requested)
    assert owed(world) == []

    world.tell_return(buyer_return(name, "MUG", minute=1))

    assert [due.amount for due in owed(world)] == [PRICE]


def test_what_the_channel_paid_already_is_not_owed(world: World) -> None:
    bought = line("MUG", portion(1, IN_TRANSIT, CANCELLED))
    world.tell(order(unique("order"), bought, refund=refund()))

    assert owed(world) == []


def test_what_somebody_pays_meanwhile_is_withdrawn(world: World) -> None:
    name = unique("order")
    world.tell(simple_order(name, "MUG", IN_TRANSIT, CANCELLED))
    bought = line("MUG", portion(1, IN_TRANSIT, CANCELLED))

    world.tell(order(name, bought, minute=1, refund=refund()))

    assert owed(world) == []
    assert states(world) == ["withdrawn"]


def test_a_refund_that_was_refused_by_the_channel_is_still_owed(world: World) -> None:
    bought = line("MUG", portion(1, IN_TRANSIT, CANCELLED))
    world.tell(order(unique("order"), bought, refund=refund(state="refused")))

    assert len(owed(world)) == 1


def test_a_paid_refund_is_recorded_and_not_owed_again(world: World) -> None:
    name = unique("order")
    report = simple_order(name, "MUG", IN_TRANSIT, CANCELLED)
    world.tell(report)
    (due,) = owed(world)

    pay(world, due)
    world.tell(report)

    assert owed(world) == []
    with world.database.read() as session:
        (recorded,) = world.find_order(session, name).refunds
        assert (recorded.amount, recorded.state) == (PRICE, "done")


def test_a_refund_that_cannot_be_is_shown_and_not_tried_again(world: World) -> None:
    report = simple_order(unique("order"), "MUG", IN_TRANSIT, CANCELLED)
    world.tell(report)
    (due,) = owed(world)

    pay(world, due, state="refused")
    world.tell(report)

    assert owed(world) == []
    assert states(world) == ["refused"]


def test_a_refund_waits_for_its_next_try(world: World) -> None:
    world.tell(simple_order(unique("order"), "MUG", IN_TRANSIT, CANCELLED))
    (due,) = owed(world)
    with world.database.write() as session:
        later = NOW + timedelta(minutes=1)
        dues.record_retry(session, due.due_id, "no answer", due_at=later)

    assert owed(world) == []


def test_an_order_that_had_ended_before_we_looked_owes_nothing(world: World) -> None:
    bought = line("MUG", portion(1, IN_TRANSIT, CANCELLED))
    before = COUNTED_AT - timedelta(days=3)
    name = unique("order")

    world.tell(order(name, bought, ordered_at=before))
    world.tell(order(name, bought, ordered_at=before, minute=5))

    assert owed(world) == []


def test_an_old_order_that_ends_before_our_eyes_is_owed(world: World) -> None:
    before = COUNTED_AT - timedelta(days=3)
    name = unique("order")
    world.tell(order(name, line("MUG", portion(1, IN_TRANSIT)), ordered_at=before))

    ended = line("MUG", portion(1, IN_TRANSIT, CANCELLED))
    world.tell(order(name, ended, ordered_at=before, minute=5))

    assert [due.amount for due in owed(world)] == [PRICE]


def test_a_bundle_is_paid_back_once(world: World) -> None:
    world.stock("PLATE", 10)
    world.bundle("SET", {"MUG": 1, "PLATE": 2})
    world.tell(simple_order(unique("order"), "SET", IN_TRANSIT, CANCELLED))

    (due,) = owed(world)
    assert (due.amount, due.quantities) == (PRICE, {"line-SET": 1})


@pytest.mark.parametrize("mode", [RefundMode.CHANNEL, RefundMode.BY_HAND])
def test_only_an_automatic_shop_pays_by_itself(world: World, mode: RefundMode) -> None:
    set_mode(world, mode)
    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED, CANCELLED))

    assert owed(world) == []
    assert states(world) == (["owed"] if mode is RefundMode.BY_HAND else [])


def test_a_refund_moves_no_stock(world: World) -> None:
    name = unique("order")
    world.tell(simple_order(name, "MUG", IN_TRANSIT, CANCELLED))
    (due,) = owed(world)
    pay(world, due)

    level = world.level("MUG")
    assert (level.available, level.out) == (9, 1)


def test_a_return_that_is_told_before_its_order_is_owed_with_it(world: World) -> None:
    name = unique("order")
    with world.database.write() as session:
        shop = find_shop(session, world.shop.name)
        assert returns.take_in(session, shop, [buyer_return(name, "MUG")], now=NOW)

    world.tell(simple_order(name, "MUG", DELIVERED))

    assert [due.order_id for due in owed(world)] == [name]
    with world.database.read() as session:
        assert session.scalars(select(Order.refund_floor)).one() == Decimal(0)
