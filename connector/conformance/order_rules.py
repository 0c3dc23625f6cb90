"""Rules about orders: above all, where the goods are when somebody cancels."""

from __future__ import annotations

from collections.abc import Mapping

from connector.base import Connector
from connector.conformance.rules import (
    LEFT,
    Rules,
    bought,
    happen,
    line_ids,
    ordered,
    orders_of,
    the_order,
    whereabouts,
)
from connector.conformance.world import World
from connector.values import ChannelOrder, Ending, Portion, Stage

Units = Mapping[tuple[Stage, Ending | None], int]


class OrderRules(Rules):
    """Orders, as buyers, sellers and carriers change them."""

    def test_an_order_is_read_with_what_was_bought(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        happen(lambda: world.add_item("B", 10))
        order_id = ordered(world, {"A": 2, "B": 1})
        (order,) = orders_of(connector)
        assert order.order_id == order_id
        assert bought(order) == {"A": 2, "B": 1}

    def test_each_step_of_a_delivery_is_told(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2})
        assert _told(connector, order_id) == _two(Stage.NOT_SHIPPED)
        happen(lambda: world.arrange(order_id))
        assert _told(connector, order_id) == _two(Stage.AWAITING_PICKUP)
        happen(lambda: world.pick_up(order_id))
        assert _told(connector, order_id) == _two(Stage.IN_TRANSIT)
        happen(lambda: world.deliver(order_id))
        assert _told(connector, order_id) == _two(Stage.DELIVERED)

    def test_reading_a_cancelled_order_writes_no_stock(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        here = ordered(world, {"A": 2}, "cancel")
        gone = ordered(world, {"A": 1}, "arrange", "cancel")
        before = world.stock_writes()
        orders_of(connector)
        connector.fetch_orders([here, gone])
        assert world.stock_writes() == before

    def test_a_cancel_on_the_shelf_is_told_as_not_shipped(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2}, "cancel")
        expected = _two(Stage.NOT_SHIPPED, Ending.CANCELLED)
        assert _told(connector, order_id) == expected

    def test_a_cancel_while_awaiting_pickup_is_told_as_left(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2}, "arrange", "cancel")
        ((stage, ending),) = _told(connector, order_id)
        assert stage in LEFT
        assert ending is Ending.CANCELLED

    def test_a_cancel_on_its_way_is_told_as_left(
        self, connector: Connector, world: World
    ) -> None:
        _assert_left_though_cancelled(connector, world, "arrange", "pick_up")

    def test_a_cancel_after_delivery_is_told_as_left(
        self, connector: Connector, world: World
    ) -> None:
        _assert_left_though_cancelled(connector, world, "arrange", "pick_up", "deliver")

    def test_a_failed_delivery_is_told_as_on_its_way_back(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2}, "arrange", "pick_up", "fail_delivery")
        expected = _two(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
        assert _told(connector, order_id) == expected
        order = the_order(connector, order_id)
        assert order.parcels, "the parcel that comes back must be recognised"

    def test_a_lost_parcel_is_told_as_lost(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2}, "arrange", "pick_up", "lose")
        assert _told(connector, order_id) == _two(Stage.IN_TRANSIT, Ending.LOST)

    def test_an_order_seen_twice_has_the_same_names(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 2})
        (before,) = orders_of(connector)
        happen(lambda: world.cancel(order_id))
        (after,) = orders_of(connector)
        assert before.order_id == after.order_id
        assert line_ids(before) == line_ids(after)


def _two(stage: Stage, ending: Ending | None = None) -> Units:
    return {(stage, ending): 2}


def _told(connector: Connector, order_id: str) -> Units:
    """Return where an order's units are: a page and a look-up must tell it alike."""
    (listed,) = [one for one in orders_of(connector) if one.order_id == order_id]
    looked_up = the_order(connector, order_id)
    assert _portions(listed) == _portions(looked_up)
    return whereabouts(looked_up)


def _assert_left_though_cancelled(
    connector: Connector, world: World, *steps: str
) -> None:
    happen(lambda: world.add_item("A", 10))
    order_id = ordered(world, {"A": 2}, *steps, "cancel")
    for stage, ending in _told(connector, order_id):
        assert stage in LEFT, "units that left are told as if they had not"
        assert ending is not None, "nothing tells that somebody cancelled"


def _portions(order: ChannelOrder) -> Mapping[str, tuple[Portion, ...]]:
    return {line.line_id: line.portions for line in order.lines}
