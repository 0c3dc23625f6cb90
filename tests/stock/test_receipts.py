from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from stock import guard, receipts
from stock.errors import (
    EmptyReceipt,
    IdempotencyConflict,
    InvalidQuantity,
    NeverLeft,
    ReceiptTooLarge,
    UnknownSku,
)
from stock.models import ExpectedReturn, OrderEvent, ReceiptLine, ReturnState
from stock.receipt_history import find_receipt
from stock.receipts import Booked, Found
from stock.transfers import Bucket, Place, Transfer
from tests.stock.stories import (
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    buyer_return,
    simple_order,
)
from tests.stock.world import CLERK, NOW, World, unique

ORDER = "ORDER"


@pytest.fixture
def refused(world: World) -> World:
    """Three mugs of ten were refused at the door and travel back."""
    world.tell(
        simple_order(ORDER, "MUG", IN_TRANSIT, DELIVERY_FAILED, quantity=3, minute=1)
    )
    return world


def _record(world: World, *found: Found, key: str = "", **more: int) -> Booked:
    with world.database.write() as session:
        return receipts.record_receipt(
            session,
            world.find_order(session, ORDER),
            found,
            key=key or unique("key"),
            warehouse_id=world.shop.warehouse_id,
            actor=CLERK,
            now=NOW,
            **more,  # type: ignore[arg-type]
        )


def _lines(world: World, booked: Booked) -> list[ReceiptLine]:
    with world.database.read() as session:
        receipt = find_receipt(session, booked.receipt_id)
        assert receipt is not None
        return list(receipt.lines)


def _found(world: World, **quantities: int) -> Found:
    return Found(order_line_id=world.line_of(ORDER).id, **quantities)


def test_good_damaged_and_lost_units_each_go_their_way(refused: World) -> None:
    refused.receive(ORDER, "MUG", good=1, damaged=1, lost=1)

    level = refused.level("MUG")
    assert (level.available, level.damaged, level.lost, level.out) == (8, 1, 1, 0)
    assert refused.return_states(ORDER) == {"": (ReturnState.RECEIVED, 3, 3)}


def test_the_receipt_tells_its_lines_and_its_number(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", good=1, damaged=1)

    [line] = _lines(refused, booked)
    assert (line.good, line.damaged, line.lost) == (1, 1, 0)
    assert booked.number == f"R{booked.receipt_id:06d}"
    assert not booked.replayed


def test_the_order_tells_of_the_receipt(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", good=1)

    with refused.database.read() as session:
        event = session.scalars(
            select(OrderEvent).where(OrderEvent.kind == "receipt")
        ).one()
    assert (event.detail, event.actor) == (booked.number, CLERK)


def test_units_may_come_back_one_by_one(refused: World) -> None:
    refused.receive(ORDER, "MUG", good=1)
    states = [refused.return_states(ORDER)[""]]

    refused.receive(ORDER, "MUG", good=2)
    states.append(refused.return_states(ORDER)[""])

    assert states == [
        (ReturnState.PARTLY_RECEIVED, 3, 1),
        (ReturnState.RECEIVED, 3, 3),
    ]


def test_a_parcel_that_is_lost_is_written_off(refused: World) -> None:
    refused.receive(ORDER, "MUG", lost=3)

    assert refused.return_states(ORDER) == {"": (ReturnState.WRITTEN_OFF, 3, 3)}
    assert refused.level("MUG").available == 7


def test_a_line_named_twice_is_summed(refused: World) -> None:
    booked = _record(refused, _found(refused, good=1), _found(refused, good=2))

    assert [line.good for line in _lines(refused, booked)] == [3]


def test_a_line_named_twice_cannot_exceed_what_is_out(refused: World) -> None:
    with pytest.raises(ReceiptTooLarge) as refusal:
        _record(refused, _found(refused, good=2), _found(refused, damaged=2))

    assert (refusal.value.asked, refusal.value.out, refusal.value.sku) == (4, 3, "MUG")
    assert refused.receipt_count() == 0


def test_no_more_comes_back_than_is_out(refused: World) -> None:
    refused.receive(ORDER, "MUG", good=2)

    with pytest.raises(ReceiptTooLarge):
        refused.receive(ORDER, "MUG", good=2)

    assert refused.level("MUG").available == 9


def test_an_order_that_never_left_cannot_be_received(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG"))

    with pytest.raises(NeverLeft) as refusal:
        world.receive(ORDER, "MUG", good=1)

    assert refusal.value.order == ORDER


def test_an_empty_receipt_is_refused(refused: World) -> None:
    with pytest.raises(EmptyReceipt):
        _record(refused, _found(refused))


@pytest.mark.parametrize("quantity", [-1, 10_000_000, True, 1.5, "1"])
def test_odd_quantities_are_refused(refused: World, quantity: int) -> None:
    with pytest.raises(InvalidQuantity):
        _record(refused, _found(refused, good=quantity))


def test_a_line_of_another_order_is_refused(refused: World) -> None:
    with pytest.raises(UnknownSku):
        _record(refused, Found(order_line_id=999_999, good=1))


def test_a_sku_that_the_order_does_not_hold_is_refused(refused: World) -> None:
    refused.stock("PLATE", 1)

    with pytest.raises(UnknownSku) as refusal:
        refused.receive(ORDER, "PLATE", good=1)

    assert refusal.value.sku == "PLATE"


def test_the_same_key_gives_back_the_first_receipt(refused: World) -> None:
    first = refused.receive(ORDER, "MUG", good=3, key="form-1")

    again = refused.receive(ORDER, "MUG", good=3, key="form-1")

    assert again.replayed
    assert again.receipt_id == first.receipt_id
    assert refused.level("MUG").available == 10


def test_the_same_key_with_other_content_is_a_conflict(refused: World) -> None:
    refused.receive(ORDER, "MUG", good=1, key="form-1")

    with pytest.raises(IdempotencyConflict) as refusal:
        refused.receive(ORDER, "MUG", good=2, key="form-1")

    assert refusal.value.key == "form-1"


def test_a_parcel_may_come_back_before_the_channel_speaks(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED))
    world.receive(ORDER, "MUG", good=1)

    world.tell_return(buyer_return(ORDER, "MUG", minute=5))

    assert world.return_states(ORDER) == {"return": (ReturnState.RECEIVED, 1, 1)}
    assert world.level("MUG").available == 10


def test_the_return_that_the_clerk_opened_is_settled_first(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED, quantity=2))
    world.tell_return(
        buyer_return(ORDER, "MUG", return_id="a", minute=1),
        buyer_return(ORDER, "MUG", return_id="b", minute=2),
    )
    with world.database.read() as session:
        opened = session.scalars(
            select(ExpectedReturn.id).where(ExpectedReturn.return_id == "b")
        ).one()

    _record(world, _found(world, good=1), expected_return_id=opened)

    states = {name: state for name, (state, _, _) in world.return_states(ORDER).items()}
    assert states == {"a": ReturnState.AWAITING, "b": ReturnState.RECEIVED}


def test_a_receipt_read_in_the_same_transaction_shows_its_effect(
    refused: World,
) -> None:
    with refused.database.write() as session:
        order = refused.find_order(session, ORDER)
        [before] = order.expected_returns
        line = order.lines[0]
        receipts.record_receipt(
            session,
            order,
            [Found(order_line_id=line.id, good=3)],
            key=unique("key"),
            warehouse_id=refused.shop.warehouse_id,
            actor=CLERK,
            now=NOW,
        )

        assert before.state == ReturnState.RECEIVED
        assert before.lines[0].open == 0
        assert line.level.received == 3


def test_units_written_off_may_be_found_again(refused: World) -> None:
    booked = refused.receive(ORDER, "MUG", lost=3)
    line = refused.line_of(ORDER)
    found = Transfer(
        key=unique("found"),
        sku_id=line.sku_id,
        quantity=1,
        source=Place(Bucket.LOST, line.warehouse_id),
        target=Place(Bucket.AVAILABLE, line.warehouse_id),
        order_line_id=line.id,
        receipt_line_id=_paper_for(refused, line.id),
        document="receipt",
        actor=CLERK,
    )

    with refused.database.write() as session:
        guard.post(session, [found])

    assert not booked.replayed
    assert (refused.level("MUG").available, refused.level("MUG").lost) == (8, 2)


def _paper_for(world: World, order_line_id: int) -> int:
    """Post the paper of a unit that was found: one good, and nothing moved yet."""
    from stock.models import Receipt

    with world.database.write() as session:
        paper = Receipt(
            key=unique("paper"),
            content="",
            order_id=world.find_order(session, ORDER).id,
            warehouse_id=world.shop.warehouse_id,
            actor=CLERK,
            posted_at=NOW,
            lines=[ReceiptLine(order_line_id=order_line_id, good=1, damaged=0, lost=0)],
        )
        session.add(paper)
        session.flush()
        return paper.lines[0].id


def test_lines_of_one_sku_are_filled_one_after_another(world: World) -> None:
    both = [
        replace(line, line_id=f"line-{n}")
        for n in (1, 2)
        for line in simple_order(ORDER, "MUG", DELIVERED, quantity=2).lines
    ]
    world.tell(replace(simple_order(ORDER, "MUG", DELIVERED), lines=tuple(both)))

    booked = world.receive(ORDER, "MUG", good=3)

    assert [line.good for line in _lines(world, booked)] == [2, 1]
