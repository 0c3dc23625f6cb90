"""An article is found however the one who asks writes its code."""

from __future__ import annotations

import pytest

from stock.board import open_returns
from stock.sku_search import skus_by_code
from tests.stock.stories import DELIVERY_FAILED, IN_TRANSIT, line, order, portion
from tests.stock.world import World, unique


@pytest.fixture
def world(world: World) -> World:
    for code in ("Ao-Thun-L", "AO-THUN-M", "ly-su"):
        world.stock(code, 5)
    return world


def found(world: World, text: str) -> list[str]:
    with world.database.read() as session:
        return [sku.code for sku in skus_by_code(session, text)]


@pytest.mark.parametrize("text", ["Ao-Thun-L", "ao-thun-l", "AO-THUN-L", " aO-tHUN-l "])
def test_a_code_is_found_in_any_case(world: World, text: str) -> None:
    assert found(world, text) == ["Ao-Thun-L"]


@pytest.mark.parametrize("text", ["", "ao-thun", "nothing"])
def test_part_of_a_code_is_no_code(world: World, text: str) -> None:
    assert found(world, text) == []


def test_what_comes_back_is_found_by_a_code_in_any_case(world: World) -> None:
    number = unique("order")
    sold = line("Ao-Thun-L", portion(1, IN_TRANSIT, DELIVERY_FAILED))
    world.tell(order(number, sold))

    with world.database.read() as session:
        (item,) = open_returns(session, search="ao-tHUN-L")

    assert item.expected.channel_order_id == number
