"""Rules about returns: one that exists is told, with what comes back."""

from __future__ import annotations

from connector.base import Connector
from connector.conformance.rules import (
    Rules,
    happen,
    ordered,
    returns_of,
    the_order,
)
from connector.conformance.world import World
from connector.values import ReturnPhase

_DELIVERED = ("arrange", "pick_up", "deliver")


class ReturnRules(Rules):
    """Returns that buyers ask for."""

    def test_a_return_that_exists_is_told(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 3}, *_DELIVERED)
        happen(lambda: world.request_return(order_id, {"A": 2}))
        returns = returns_of(connector)
        assert [found.order_id for found in returns] == [order_id]
        assert sum(line.quantity for line in returns[0].lines) == 2
        assert returns[0].goods_come_back

    def test_a_return_on_its_way_and_arrived_are_told_apart(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 1}, *_DELIVERED)
        happen(lambda: world.request_return(order_id, {"A": 1}))
        happen(lambda: world.send_back(order_id))
        phases = {found.phase for found in returns_of(connector)}
        assert phases <= {ReturnPhase.SHIPPED_BACK}
        happen(lambda: world.arrive_back(order_id))
        phases = {found.phase for found in returns_of(connector)}
        assert phases <= {ReturnPhase.ARRIVED, ReturnPhase.CLOSED}

    def test_a_return_seen_twice_has_the_same_name(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 1}, *_DELIVERED)
        happen(lambda: world.request_return(order_id, {"A": 1}))
        before = {found.return_id for found in returns_of(connector)}
        happen(lambda: world.send_back(order_id))
        assert {found.return_id for found in returns_of(connector)} == before

    def test_reading_a_return_writes_no_stock(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 10))
        order_id = ordered(world, {"A": 1}, *_DELIVERED)
        happen(lambda: world.request_return(order_id, {"A": 1}))
        happen(lambda: world.send_back(order_id))
        happen(lambda: world.arrive_back(order_id))
        writes, shown = world.stock_writes(), world.visible_stock("A")
        connector.fetch_returns([one.return_id for one in returns_of(connector)])
        the_order(connector, order_id)
        assert world.stock_writes() == writes
        assert world.visible_stock("A") == shown
