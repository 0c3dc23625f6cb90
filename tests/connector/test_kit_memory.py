"""The kit passes a connector that keeps every rule."""

from __future__ import annotations

import pytest

from connector.base import Connector
from connector.conformance import ConnectorConformance
from connector.conformance.memory import MemoryConnector, MemoryWorld


class TestMemory(ConnectorConformance):
    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()

    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return MemoryConnector(world)

    @pytest.fixture
    def refused_connector(self, world: MemoryWorld) -> Connector:
        return MemoryConnector(world, token="another")
