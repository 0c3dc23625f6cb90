"""What is listed beside very many orders is found without reading the others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from stock import board, orphan_list, selection, set_aside
from stock.admin.retries import set_aside_page
from stock.models import SetAsideReason
from tests.stock.comebacks import Comeback, page, selected, send_back
from tests.stock.plans import Statement, plan_of, watched
from tests.stock.stories import CANCELLED, DELIVERED, simple_order
from tests.stock.world import NOW, World, listed

SEEN = pytest.mark.parametrize("bound", [False, True], ids=["all shops", "one shop"])
READS_ALL = ("Seq Scan", "SCAN order\n", "(shop_id=?)\n")
"""Each order there is, or each one of a shop."""


def check_plans(world: World, statements: Sequence[Statement], sign: str) -> None:
    """Check how the statements that hold a sign are answered."""
    told = [statement for statement in statements if sign in statement[0]]
    assert told, statements
    for statement in told:
        plan = f"{plan_of(world.database, statement)}\n"
        assert not [way for way in READS_ALL if way in plan], (statement[0], plan)


@SEEN
def test_orders_that_wait(world: World, bound: bool) -> None:
    world.tell(simple_order("W", "MUG", None, CANCELLED))
    seen = [world.shop.id] if bound else None
    with watched(world.database) as statements, world.database.read() as session:
        (found,) = board.waiting_orders(session, shop_ids=seen)
        assert found.channel_order_id == "W"
        assert board.count_waiting(session, shop_ids=seen) == 1
    check_plans(world, statements, "waiting >")


@SEEN
def test_orders_that_unexpected_parcels_belong_to(world: World, bound: bool) -> None:
    world.tell(simple_order("A", "MUG"))
    seen = [world.shop.id] if bound else None
    with watched(world.database) as statements, world.database.read() as session:
        found = orphan_list.orders_by_code(session, ["A", "B"], shop_ids=seen)
        assert [order.channel_order_id for order in found["A"]] == ["A"]
    check_plans(world, statements, 'JOIN "order"')


@SEEN
def test_orders_that_set_aside_work_is_about(world: World, bound: bool) -> None:
    world.tell(simple_order("A", "MUG"))
    with world.database.write() as session:
        set_aside.put_aside(
            session,
            world.shop,
            kind=set_aside.ORDER,
            record_id="A",
            reason=SetAsideReason.UNMAPPED_SKU,
            detail="",
            now=NOW,
        )
    seen = [world.shop.id] if bound else None
    with watched(world.database) as statements, world.database.read() as session:
        page = set_aside_page(
            session, shop_ids=seen, shop_id=None, reason=None, after=0, limit=30
        )
        assert len(page.records) == 1
    check_plans(world, statements, '"order".channel_order_id')


def test_returns_of_an_article_that_was_often_sold(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "FEW_LINES", 2)
    send_back(world, Comeback(order_id="A"), Comeback(order_id="B"))
    for number in range(4):
        world.tell(simple_order(f"SOLD{number}", "MUG", DELIVERED))
    with watched(world.database) as statements:
        assert page(world, selected(world, search="MUG"))[0] == ["A", "B"]
    (told,) = (x for x in statements if "order_line.sku_id = " in x[0])
    if world.database.engine.dialect.name == "sqlite":
        # PostgreSQL chooses by how much there is, and here is next to nothing.
        plan = plan_of(world.database, told)
        assert "ix_order_line_sku " in plan and "ix_expected_return_order_id" in plan
        assert "SCAN order" not in plan and "TEMP B-TREE" not in plan


def test_no_return_is_read_for_an_article_that_is_in_none(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "FEW_LINES", 2)
    send_back(world, Comeback(order_id="A"))
    world.list_items(listed("CUP"))
    for number in range(4):
        world.tell(simple_order(f"OLD{number}", "CUP", DELIVERED))
    with watched(world.database) as statements:
        assert page(world, selected(world, search="CUP"))[0] == []
    assert not [told for told, _ in statements if "EXISTS" in told]
