"""Connectors that break one rule each; ``test_kit_refuses.py`` runs them.

Not collected by itself: each class here is expected to fail one test of the kit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from connector.base import Connector
from connector.conformance import ConnectorConformance
from connector.conformance.memory import MemoryConnector, MemoryWorld
from connector.errors import OutcomeUnknown, RateLimited, TransientError
from connector.values import (
    ChannelOrder,
    ChannelReturn,
    Ending,
    Page,
    Portion,
    Stage,
    StockResult,
    StockUpdate,
    WriteOutcome,
)


class Wrong(ConnectorConformance):
    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()


class RestocksOnCancel(MemoryConnector):
    """Gives units back to the channel when it reads a cancelled order."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        for order in page.items:
            for line in order.lines:
                if line.portions[0].ending is Ending.CANCELLED:
                    number = self._world.stock[line.sku] + line.quantity
                    self._world.write(line.sku, number)
        return page


class TestRestocksOnCancel(Wrong):
    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return RestocksOnCancel(world)


class DropsReturns(MemoryConnector):
    """Takes a refund for the whole story."""

    def read_returns(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelReturn]:
        return Page(items=())


class TestDropsReturns(Wrong):
    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return DropsReturns(world)


class AddsInsteadOfSetting(MemoryConnector):
    """Adds the number to what the channel has."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        stock = self._world.stock
        raised = [
            replace(one, quantity=one.quantity + stock.get(one.listing.item_id, 0))
            for one in updates
        ]
        return super().write_stock(raised)


class TestAddsInsteadOfSetting(Wrong):
    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return AddsInsteadOfSetting(world)


class CallsLeftNotShipped(MemoryConnector):
    """Takes a cancelled order for one whose goods are on the shelf."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        page = super().read_orders(since=since, cursor=cursor)
        return Page(items=tuple(_on_the_shelf(order) for order in page.items))

    def fetch_orders(self, order_ids: Sequence[str]) -> Page[ChannelOrder]:
        page = super().fetch_orders(order_ids)
        items = tuple(_on_the_shelf(order) for order in page.items)
        return replace(page, items=items)


def _on_the_shelf(order: ChannelOrder) -> ChannelOrder:
    line = order.lines[0]
    if line.portions[0].ending is not Ending.CANCELLED:
        return order
    here = Portion(
        quantity=line.quantity, stage=Stage.NOT_SHIPPED, ending=Ending.CANCELLED
    )
    return replace(order, lines=(replace(line, portions=(here,)),))


class TestCallsLeftNotShipped(Wrong):
    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return CallsLeftNotShipped(world)


class TakesSilenceForSuccess(MemoryConnector):
    """Says that a write went well when its answer was lost."""

    def write_stock(self, updates: Sequence[StockUpdate]) -> Sequence[StockResult]:
        try:
            return super().write_stock(updates)
        except OutcomeUnknown:
            return [
                StockResult(listing=one.listing, outcome=WriteOutcome.ACCEPTED)
                for one in updates
            ]


class TestTakesSilenceForSuccess(Wrong):
    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return TakesSilenceForSuccess(world)


class TellsItsToken(MemoryConnector):
    """Puts the token into the text of an error."""

    def read_orders(
        self, *, since: datetime, cursor: str | None = None
    ) -> Page[ChannelOrder]:
        try:
            return super().read_orders(since=since, cursor=cursor)
        except RateLimited as pause:
            token = self.settings.read()["token"]
            raise RateLimited(pause.retry_after_seconds, f"?token={token}") from None
        except TransientError:
            raise


class TestTellsItsToken(Wrong):
    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return TellsItsToken(world)
