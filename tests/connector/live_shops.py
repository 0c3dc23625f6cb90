"""The kit on shops that nobody drives; ``test_kit_live.py`` runs it.

What an author writes for a shop of their own, here once for each shop in the file that
``LIVE_SHOPS`` names: its channel, and the settings that a person would enter.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector import Connector, MemorySettings, connector_class, open_connector
from connector.conformance import ConnectorConformance, LiveWorld
from tests.connector.opening import present

SHOPS = json.loads(Path(os.environ["LIVE_SHOPS"]).read_text("utf-8"))


class TestLiveShop(ConnectorConformance):
    @pytest.fixture
    def world(self) -> LiveWorld:
        return LiveWorld()

    @pytest.fixture(params=SHOPS)
    def connector(self, request: pytest.FixtureRequest) -> Iterator[Connector]:
        channel: str = request.param
        entered = connector_class(channel).prepare_settings(SHOPS[channel], present())
        connector = open_connector(channel, MemorySettings(entered), present)
        yield connector
        connector.transport.close()
