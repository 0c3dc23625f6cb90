"""The kit's rules against a connector in memory that breaks some of them."""

from __future__ import annotations

from typing import ClassVar

import pytest

from connector.base import Connector
from connector.conformance import ConnectorConformance
from connector.conformance.memory import MemoryConnector, MemoryWorld


class Wrong(ConnectorConformance):
    """Runs all rules against ``kind``."""

    kind: ClassVar[type[MemoryConnector]]

    @pytest.fixture
    def world(self) -> MemoryWorld:
        return MemoryWorld()

    @pytest.fixture
    def connector(self, world: MemoryWorld) -> Connector:
        return self.kind(world)

    @pytest.fixture
    def refused_connector(self, world: MemoryWorld) -> Connector:
        return self.kind(world, token="another")
