from __future__ import annotations

from sqlalchemy import select

from stock import offers
from stock.models import Movement, Stocktake
from tests.stock.stories import NOT_SHIPPED, simple_order
from tests.stock.world import CLERK, NOW, World, listed, unique


def _owed(world: World, item_id: str) -> list[int]:
    with world.database.read() as session:
        return [
            item.quantity
            for item in offers.owed(session, world.shop, now=NOW, limit=50)
            if item.item_id == item_id
        ]


def test_a_count_brings_the_shelf_to_what_was_counted(world: World) -> None:
    world.count("MUG", 7)
    world.count("MUG", 12)

    assert world.level("MUG").available == 12
    assert world.broken_invariants() == []


def test_a_count_that_agrees_moves_nothing(world: World) -> None:
    with world.database.read() as session:
        before = len(session.scalars(select(Movement)).all())

    world.count("MUG", 10)

    with world.database.read() as session:
        assert len(session.scalars(select(Movement)).all()) == before


def test_promised_units_are_not_part_of_the_count(world: World) -> None:
    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED, quantity=3))

    world.count("MUG", 7)

    level = world.level("MUG")
    assert (level.available, level.committed) == (7, 3)


def test_the_count_is_the_document_of_its_movements(world: World) -> None:
    world.count("MUG", 4)

    with world.database.read() as session:
        last = session.scalars(select(Movement).order_by(Movement.id.desc())).first()
        paper = session.scalars(select(Stocktake).order_by(Stocktake.id.desc())).first()
    assert last is not None and paper is not None
    assert (last.document, last.actor, last.quantity) == (paper.document, CLERK, 6)


def test_no_channel_hears_of_a_sku_before_its_first_count(world: World) -> None:
    world.list_items(listed("VASE", quantity=99))

    assert _owed(world, "VASE") == []


def test_a_first_count_of_nothing_is_told_to_the_channel(world: World) -> None:
    world.stock("VASE", 0)

    assert _owed(world, "VASE") == [0]


def test_an_oversold_sku_can_be_counted(world: World) -> None:
    world.tell(simple_order(unique("order"), "MUG", NOT_SHIPPED, quantity=12))

    world.count("MUG", 0)

    assert world.level("MUG").available == 0


def test_each_warehouse_is_counted_by_itself(world: World) -> None:
    world.add_warehouse("HANOI")

    world.count("MUG", 5, warehouse="HANOI")

    assert world.level("MUG").available == 10
    assert _owed(world, "MUG") == [15]
