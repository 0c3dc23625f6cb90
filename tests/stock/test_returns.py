from __future__ import annotations

from stock.models import ReturnState
from stock.reports import ReturnPhase
from tests.stock.stories import (
    DELIVERED,
    DELIVERY_FAILED,
    IN_TRANSIT,
    buyer_return,
    refund,
    simple_order,
)
from tests.stock.world import World

ORDER = "ORDER"


def _numbers(world: World) -> tuple[int, int, int]:
    level = world.level("MUG")
    return level.available, level.committed, level.out


def test_several_returns_of_one_order_share_what_left(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED, quantity=3))

    world.tell_return(
        buyer_return(ORDER, "MUG", 2, return_id="a", minute=1),
        buyer_return(ORDER, "MUG", 2, return_id="b", minute=2),
    )

    assert world.return_states(ORDER) == {
        "a": (ReturnState.AWAITING, 2, 0),
        "b": (ReturnState.AWAITING, 1, 0),
    }


def test_a_return_told_before_its_order_joins_it(world: World) -> None:
    unknown = world.tell_return(buyer_return(ORDER, "MUG"))

    world.tell(simple_order(ORDER, "MUG", DELIVERED))

    assert unknown == [ORDER]
    assert world.return_states(ORDER) == {"return": (ReturnState.AWAITING, 1, 0)}


def test_a_withdrawn_return_expects_nothing(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED))
    world.tell_return(buyer_return(ORDER, "MUG", minute=1))

    world.tell_return(buyer_return(ORDER, "MUG", phase=ReturnPhase.WITHDRAWN, minute=2))

    assert world.return_states(ORDER) == {"return": (ReturnState.WITHDRAWN, 0, 0)}


def test_money_back_without_goods_expects_nothing(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", DELIVERED))

    world.tell_return(
        buyer_return(ORDER, "MUG", goods_come_back=False, minute=1, money=refund())
    )

    assert world.return_states(ORDER) == {"return": (ReturnState.NO_GOODS, 0, 0)}
    assert _numbers(world) == (9, 0, 1)


def test_a_refused_parcel_is_expected_beside_a_money_only_return(world: World) -> None:
    world.tell(simple_order(ORDER, "MUG", IN_TRANSIT, DELIVERY_FAILED))

    world.tell_return(buyer_return(ORDER, "MUG", goods_come_back=False, minute=1))

    assert world.return_states(ORDER) == {
        "": (ReturnState.AWAITING, 1, 0),
        "return": (ReturnState.NO_GOODS, 0, 0),
    }
