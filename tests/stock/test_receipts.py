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
from stock.models import ExpectedReturn, OrderEvent, Receipt, ReceiptLine, ReturnState
from stock.receipt_history import find_receipt
from stock.receipts import Booked, Found, FoundSku
from stock.reports import ReturnLineReport
from stock.transfers import Bucket, Place, Transfer
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


@pytest.fixture
def dozen(world: World) -> World:
    """Twelve mugs of twelve lines are with the buyer."""
    world.count("MUG", 12)
    units = [line("MUG", portion(1, DELIVERED), line_id=f"u{n:02}") for n in range(12)]
    world.tell(order(ORDER, *units))
    return world


def _return_of(world: World, return_id: str, line_id: str) -> int:
    told = ReturnLineReport(item_id="", variant_id="", quantity=1, line_id=line_id)
    report = buyer_return(ORDER, "MUG", return_id=return_id)
    world.tell_return(replace(report, lines=(told,)))
    with world.database.read() as session:
        named = ExpectedReturn.return_id == return_id
        return session.scalars(select(ExpectedReturn.id).where(named)).one()


def _spread(
    world: World, *found: FoundSku, opened: int | None = None
) -> list[tuple[str, int, int, int]]:
    """Return what falls to each line, by the channel's name for it."""
    with world.database.write() as session:
        order = world.find_order(session, ORDER)
        names = {line.id: line.channel_line_id for line in order.lines}
        spread = receipts.spread_over_lines(
            session, order, found, expected_return_id=opened
        )
    return [(names[x.order_line_id], x.good, x.damaged, x.lost) for x in spread]


def test_lines_of_one_sku_are_filled_one_after_another(world: World) -> None:
    world.tell(
        order(
            ORDER,
            line("MUG", portion(2, DELIVERED), line_id="a"),
            line("MUG", portion(2, DELIVERED), line_id="b"),
        )
    )

    spread = _spread(world, FoundSku(sku="MUG", good=1, damaged=2, lost=1))

    assert spread == [("a", 1, 1, 0), ("b", 0, 1, 1)]


def test_a_sku_named_twice_fills_each_room_once(dozen: World) -> None:
    good, lost = FoundSku(sku="MUG", good=11), FoundSku(sku="MUG", lost=1)

    assert _spread(dozen, good, lost)[10:] == [("u10", 1, 0, 0), ("u11", 0, 0, 1)]


def test_announced_lines_are_filled_first(dozen: World) -> None:
    _return_of(dozen, "a", "u07")
    opened = _return_of(dozen, "b", "u05")
    found = FoundSku(sku="MUG", good=1, damaged=1, lost=1)

    rest, *announced = _spread(dozen, found)
    assert rest == ("u00", 0, 0, 1)
    assert announced == [("u05", 0, 1, 0), ("u07", 1, 0, 0)]
    _, *announced = _spread(dozen, found, opened=opened)
    assert announced == [("u05", 1, 0, 0), ("u07", 0, 1, 0)]


def test_one_unit_too_many_is_refused_in_the_skus_own_numbers(dozen: World) -> None:
    dozen.receive(ORDER, "MUG", good=2)

    with pytest.raises(ReceiptTooLarge) as refusal:
        dozen.receive(ORDER, "MUG", good=10, damaged=1)

    assert (refusal.value.asked, refusal.value.out) == (11, 10)
    assert dozen.receipt_count() == 1


def test_too_many_on_one_line_is_refused_though_others_have_room(dozen: World) -> None:
    with dozen.database.read() as session:
        first = dozen.find_order(session, ORDER).lines[0].id

    with pytest.raises(ReceiptTooLarge) as refusal:
        _record(dozen, Found(order_line_id=first, good=2))

    assert (refusal.value.asked, refusal.value.out) == (2, 1)


@pytest.mark.parametrize("good", [1, 5, 12])
def test_the_same_key_is_a_repetition_though_the_lines_are_full(
    dozen: World, good: int
) -> None:
    first = dozen.receive(ORDER, "MUG", good=good, key="form-1")

    again = dozen.receive(ORDER, "MUG", good=good, key="form-1")

    assert (again.replayed, again.receipt_id) == (True, first.receipt_id)
    assert dozen.level("MUG").available == good


@pytest.mark.parametrize(("good", "damaged"), [(6, 0), (4, 1)])
def test_the_same_key_with_other_units_of_the_sku_is_a_conflict(
    dozen: World, good: int, damaged: int
) -> None:
    dozen.receive(ORDER, "MUG", good=5, key="form-1")

    with pytest.raises(IdempotencyConflict):
        dozen.receive(ORDER, "MUG", good=good, damaged=damaged, key="form-1")


def test_only_lines_of_the_warehouse_that_packed_are_filled(dozen: World) -> None:
    elsewhere = dozen.add_warehouse("HN").id

    with pytest.raises(ReceiptTooLarge) as refusal:
        _spread(dozen, FoundSku(sku="MUG", warehouse_id=elsewhere, good=1))

    assert (refusal.value.asked, refusal.value.out) == (1, 0)
    here = dozen.shop.warehouse_id
    assert _spread(dozen, FoundSku(sku="MUG", warehouse_id=here, good=1))


def test_odd_quantities_of_a_sku_are_refused(dozen: World) -> None:
    with pytest.raises(InvalidQuantity):
        _spread(dozen, FoundSku(sku="MUG", good=-1), FoundSku(sku="MUG", good=2))
