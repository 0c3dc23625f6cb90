"""What the groups of rules share: their fixtures, and how a rule meets a world."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from connector.base import Connector
from connector.conformance.world import Basket, CannotHappen, World
from connector.transport import Answer
from connector.values import (
    ChannelOrder,
    ChannelReturn,
    Ending,
    ListingRef,
    Page,
    Stage,
    WebhookRequest,
)

Record = TypeVar("Record")

LEFT = frozenset({Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED})
NOWHERE = ListingRef(item_id="999999999001", variant_id="0")
MOST_PAGES = 200


class Rules:
    """The two fixtures that every connector's tests give, and two that they may."""

    @pytest.fixture
    def world(self) -> World:
        """The channel under test, with an empty shop."""
        raise NotImplementedError("give a fixture named world: see connector/README.md")

    @pytest.fixture
    def connector(self, world: World) -> Connector:
        """The connector under test, for that shop."""
        raise NotImplementedError("give a fixture named connector")

    @pytest.fixture
    def refused_connector(self) -> Connector:
        """The same connector with credentials that the channel refuses."""
        pytest.skip("no fixture named refused_connector is given")

    @pytest.fixture
    def since(self) -> datetime:
        """The moment from which a shop that nobody drives is read."""
        return long_ago()


def happen(action: Callable[[], Record]) -> Record:
    """Make something happen; skip the rule where it cannot."""
    try:
        return action()
    except CannotHappen as reason:
        pytest.skip(f"the channel has no such thing: {reason}")


def ordered(world: World, basket: Basket, *steps: str) -> str:
    """Place an order and lead it through ``steps``, which are names of ``World``."""
    order_id = happen(lambda: world.place_order(basket))
    for step in steps:
        action: Callable[[str], None] = getattr(world, step)
        happen(lambda action=action: action(order_id))  # type: ignore[misc]
    return order_id


def long_ago() -> datetime:
    return datetime.now(UTC) - timedelta(days=2)


def all_of(read: Callable[[str | None], Page[Record]]) -> list[Record]:
    """Read to the end, for which a kit cannot wait for ever."""
    found: list[Record] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = read(cursor)
        assert not page.rejected, page.rejected
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return found
    pytest.fail(f"there is no end after {MOST_PAGES} pages")


def orders_of(connector: Connector) -> list[ChannelOrder]:
    """Return all orders as a synchronisation reads them."""
    since = long_ago()
    return all_of(lambda cursor: connector.read_orders(since=since, cursor=cursor))


def returns_of(connector: Connector) -> list[ChannelReturn]:
    """Return all returns as a synchronisation reads them."""
    since = long_ago()
    return all_of(lambda cursor: connector.read_returns(since=since, cursor=cursor))


def the_order(connector: Connector, order_id: str) -> ChannelOrder:
    """Return one order with all evidence."""
    page = connector.fetch_orders([order_id])
    assert not page.rejected, page.rejected
    (order,) = page.items
    return order


def bought(order: ChannelOrder) -> Counter[str]:
    """Count the units of each SKU; a channel may tell each unit in its own line."""
    units: Counter[str] = Counter()
    for line in order.lines:
        units[line.sku] += line.quantity
    return units


def whereabouts(order: ChannelOrder) -> Counter[tuple[Stage, Ending | None]]:
    """Count an order's units by where they are and why they will not stay there."""
    units: Counter[tuple[Stage, Ending | None]] = Counter()
    for line in order.lines:
        for portion in line.portions:
            units[portion.stage, portion.ending] += portion.quantity
    return units


def line_ids(order: ChannelOrder) -> set[str]:
    """Return the names of an order's lines, each of which is given once."""
    names = [line.line_id for line in order.lines]
    assert len(names) == len(set(names)), "two lines have one name"
    return set(names)


def messages_of(connector: Connector, world: World) -> tuple[str, list[WebhookRequest]]:
    """Let something be ordered; return its id and what the channel sent about it."""
    if not connector.capabilities.webhooks:
        pytest.skip("the channel sends no messages")
    happen(lambda: world.add_item("A", 10))
    order_id = ordered(world, {"A": 1})
    messages = happen(world.messages)
    assert messages, "the channel sent nothing about a new order"
    return order_id, messages


@contextmanager
def before_each_change(
    connector: Connector, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], object]
) -> Iterator[None]:
    """Call ``act`` with each change that the connector's transport is about to send."""
    send = connector.transport.request

    def watched(method: str, url: str, *, changes_state: bool, **more: Any) -> Answer:
        if changes_state:
            act(f"{method} {url}")
        return send(method, url, changes_state=changes_state, **more)

    with monkeypatch.context() as watching:
        watching.setattr(connector.transport, "request", watched)
        yield
