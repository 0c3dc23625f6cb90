"""Rules about much: more than any channel puts on one page, and none missing."""

from __future__ import annotations

from connector.base import Connector
from connector.conformance.rules import (
    Rules,
    all_of,
    happen,
    ordered,
    orders_of,
    returns_of,
)
from connector.conformance.world import World
from connector.values import ListingRef, StockUpdate, WriteOutcome

_MANY = 110


class PagingRules(Rules):
    """Long lists, read to their end."""

    def test_many_orders_are_read_none_missing(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 500))
        placed = {ordered(world, {"A": 1}) for _ in range(_MANY)}
        assert {order.order_id for order in orders_of(connector)} == placed

    def test_many_orders_are_looked_up_none_missing(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 500))
        placed = [ordered(world, {"A": 1}) for _ in range(_MANY)]
        page = connector.fetch_orders(placed)
        assert not page.rejected, page.rejected
        assert sorted(order.order_id for order in page.items) == sorted(placed)

    def test_many_returns_are_read_none_missing(
        self, connector: Connector, world: World
    ) -> None:
        happen(lambda: world.add_item("A", 500))
        returned = {_sent_back(world) for _ in range(_MANY)}
        assert {found.order_id for found in returns_of(connector)} == returned

    def test_a_large_catalogue_is_read_none_missing(
        self, connector: Connector, world: World
    ) -> None:
        added = set(_many_items(world, _MANY))
        listings = all_of(lambda cursor: connector.read_listings(cursor=cursor))
        assert {found.listing for found in listings} == added

    def test_many_numbers_are_read_none_missing(
        self, connector: Connector, world: World
    ) -> None:
        added = _many_items(world, _MANY)
        assert connector.read_stock(added) == dict.fromkeys(added, 1)

    def test_a_full_batch_is_written_whole(
        self, connector: Connector, world: World
    ) -> None:
        added = _many_items(world, min(connector.capabilities.write_batch, _MANY))
        updates = [StockUpdate(listing=listing, quantity=2) for listing in added]
        results = connector.write_stock(updates)
        assert [result.listing for result in results] == added
        assert {result.outcome for result in results} == {WriteOutcome.ACCEPTED}
        assert {world.visible_stock(_sku(one)) for one in range(len(added))} == {2}


def _sent_back(world: World) -> str:
    order_id = ordered(world, {"A": 1}, "arrange", "pick_up", "deliver")
    happen(lambda: world.request_return(order_id, {"A": 1}))
    return order_id


def _many_items(world: World, count: int) -> list[ListingRef]:
    return [happen(lambda n=one: world.add_item(_sku(n), 1)) for one in range(count)]  # type: ignore[misc]


def _sku(number: int) -> str:
    return f"MANY-{number}"
