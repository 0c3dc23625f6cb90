"""Rules about what is read, whatever is in the shop: a live one is read by them too.

Nothing here writes.  A world that can make things happen is asked for some of each
first; a shop that nobody drives is read as it is, from ``since`` on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta

import pytest

from connector.base import Connector
from connector.conformance.rules import NOWHERE, Record, Rules, all_of, line_ids
from connector.conformance.world import CannotHappen, World
from connector.values import ChannelListing, ChannelOrder, ChannelReturn, Page

_PAGES = 3
_LOOKED_UP = 20
_NOBODY = "NOBODYKNOWS01"


class ReadingRules(Rules):
    """Orders, returns and listings that are there."""

    def test_portions_are_positive_and_add_up(
        self, connector: Connector, world: World, since: datetime
    ) -> None:
        _furnish(world)
        for order in _orders(connector, since):
            for line in order.lines:
                counts = [portion.quantity for portion in line.portions]
                assert all(count > 0 for count in counts)
                assert sum(counts) == line.quantity

    def test_times_are_aware_and_money_has_a_currency(
        self, connector: Connector, world: World, since: datetime
    ) -> None:
        _furnish(world)
        listed = _orders(connector, since)
        looked_up = connector.fetch_orders([one.order_id for one in listed]).items
        for order in (*listed, *looked_up):
            _assert_aware(order)
            assert order.total >= 0
            assert order.currency

    def test_times_of_a_return_are_aware(
        self, connector: Connector, world: World, since: datetime
    ) -> None:
        _furnish(world)
        listed = _returns(connector, since)
        looked_up = connector.fetch_returns([one.return_id for one in listed]).items
        for told in (*listed, *looked_up):
            _assert_aware(told)

    def test_a_look_up_tells_what_a_page_told_under_the_same_names(
        self, connector: Connector, world: World, since: datetime
    ) -> None:
        _furnish(world)
        listed = {one.order_id: line_ids(one) for one in _orders(connector, since)}
        page = connector.fetch_orders(list(listed))
        assert not page.rejected, page.rejected
        assert {one.order_id: line_ids(one) for one in page.items} == listed

    def test_nothing_is_told_from_before_the_asked_moment(
        self, connector: Connector, world: World
    ) -> None:
        _furnish(world)
        moment = datetime.now(UTC) + timedelta(days=1)
        later = all_of(lambda at: connector.read_orders(since=moment, cursor=at))
        assert later == []

    def test_an_order_that_nobody_knows_is_set_aside(
        self, connector: Connector, world: World, since: datetime
    ) -> None:
        _furnish(world)
        known = _orders(connector, since)[0].order_id
        page = connector.fetch_orders([known, _NOBODY])
        assert [order.order_id for order in page.items] == [known]
        assert [one.record_id for one in page.rejected] == [_NOBODY]

    def test_reading_stock_leaves_unknown_listings_out(
        self, connector: Connector, world: World
    ) -> None:
        _furnish(world)
        known = _listings(connector)[0].listing
        assert connector.read_stock([NOWHERE, known]).keys() == {known}

    def test_no_listing_is_told_twice(self, connector: Connector, world: World) -> None:
        _furnish(world)
        told = [one.listing for one in _listings(connector)]
        assert len(told) == len(set(told))


def _furnish(world: World) -> None:
    """Put some of each into the shop; one that nobody drives stays as it is."""
    with suppress(CannotHappen):
        world.add_item("A", 20)
        world.place_order({"A": 3})
        world.cancel(world.place_order({"A": 1}))
    with suppress(CannotHappen):
        order_id = world.place_order({"A": 2})
        world.arrange(order_id)
        world.pick_up(order_id)
        world.deliver(order_id)
        world.request_return(order_id, {"A": 2})


def _orders(connector: Connector, since: datetime) -> list[ChannelOrder]:
    return _some(lambda at: connector.read_orders(since=since, cursor=at), "orders")


def _returns(connector: Connector, since: datetime) -> list[ChannelReturn]:
    return _some(lambda at: connector.read_returns(since=since, cursor=at), "returns")


def _listings(connector: Connector) -> list[ChannelListing]:
    return _some(lambda cursor: connector.read_listings(cursor=cursor), "listings")


def _some(read: Callable[[str | None], Page[Record]], name: str) -> list[Record]:
    """Read the first pages: a live shop may have more than a test should ask for."""
    found: list[Record] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        page = read(cursor)
        assert not page.rejected, page.rejected
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    if not found:
        pytest.skip(f"the shop tells no {name} to look at")
    return found[:_LOOKED_UP]


def _assert_aware(record: object) -> None:
    moments = list(_moments_in(record))
    assert moments
    for moment in moments:
        assert moment.utcoffset() == timedelta(0), f"{moment} is not told in UTC"


def _moments_in(value: object) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _moments_in(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _moments_in(getattr(value, field.name))
