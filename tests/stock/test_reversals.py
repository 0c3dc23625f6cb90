from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from stock.errors import ForbiddenTransfer, InsufficientStock, SamePerson
from stock.guard import post
from stock.models import ReceiptLine
from stock.transfers import Bucket, Place, Posting, Transfer
from tests.stock.stories import DELIVERED, simple_order
from tests.stock.world import CLERK, World, unique


def _post(world: World, *transfers: Transfer) -> list[Posting]:
    with world.database.write() as session:
        return post(session, transfers)


def _on_line(
    world: World, order_id: str, source: Bucket, target: Bucket, quantity: int
) -> Transfer:
    line = world.line_of(order_id)
    return Transfer(
        key=unique("key"),
        sku_id=line.sku_id,
        quantity=quantity,
        source=Place(source, line.warehouse_id),
        target=Place(target, line.warehouse_id),
        order_line_id=line.id,
        document="order",
        actor="truestock",
    )


def _reversal(world: World, order_id: str, quantity: int) -> Transfer:
    """Take back what the order's only receipt line booked as sellable."""
    with world.database.read() as session:
        receipt_line = session.scalars(
            select(ReceiptLine).where(
                ReceiptLine.order_line_id == world.line_of(order_id).id
            )
        ).one()
    asked = _on_line(world, order_id, Bucket.AVAILABLE, Bucket.OUT, quantity)
    return replace(
        asked,
        receipt_line_id=receipt_line.id,
        actor="minh@example.vn",
        reason="counted twice",
    )


@pytest.fixture
def received(world: World) -> str:
    """An order of three mugs, two of which came back."""
    order_id = unique("order")
    world.tell(simple_order(order_id, "MUG", DELIVERED, quantity=3))
    world.receive(order_id, "MUG", good=2)
    return order_id


def test_a_second_person_reverses_a_receipt(world: World, received: str) -> None:
    _post(world, _reversal(world, received, 2))

    level = world.line_level(received)
    assert (level.out, level.received) == (3, 0)
    assert world.level("MUG").available == 7


def test_the_person_who_booked_a_receipt_may_not_reverse_it(
    world: World, received: str
) -> None:
    with pytest.raises(SamePerson) as refusal:
        _post(world, replace(_reversal(world, received, 1), actor=CLERK))

    assert refusal.value.actor == CLERK
    assert world.level("MUG").available == 9


def test_a_reversal_is_bounded_by_what_was_booked(world: World, received: str) -> None:
    one, two = _reversal(world, received, 1), _reversal(world, received, 2)

    with pytest.raises(InsufficientStock) as refusal:
        _post(world, one, two)

    assert (refusal.value.asked, refusal.value.held) == (3, 2)


def test_a_reversal_cannot_be_repeated_under_another_key(
    world: World, received: str
) -> None:
    _post(world, _reversal(world, received, 2))

    with pytest.raises(InsufficientStock):
        _post(world, _reversal(world, received, 1))


def test_a_reversal_needs_a_reason(world: World, received: str) -> None:
    with pytest.raises(ForbiddenTransfer):
        _post(world, replace(_reversal(world, received, 1), reason=""))
