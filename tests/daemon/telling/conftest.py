"""A seller's stock, an endpoint that is told of it, and its receiver's side."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from daemon.office import Office
from daemon.settings import Settings, read_settings
from stock.session import Database
from tests.daemon.desk import Clock
from tests.daemon.telling.teller import Teller
from tests.stock.listeners import POSTED
from tests.stock.world import World


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings that allow the network in which the receivers lie."""
    return read_settings(
        {
            "TRUESTOCK_VAR": str(tmp_path / "var"),
            "TRUESTOCK_DATABASE_URL": database_url,
            "TRUESTOCK_HOOK_NETWORKS": "203.0.113.0/24",
        }
    )


@pytest.fixture
def world(database: Database, office: Office) -> World:
    """A shop that sells MUG, with the office's vault."""
    world = World(database)
    world.vault = office.vault
    world.stock("MUG", 50)
    return world


@pytest.fixture
def receiver() -> Iterator[responses.RequestsMock]:
    """The receivers' side of the wire."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield wire


@pytest.fixture
def teller(office: Office, clock: Clock, world: World) -> Teller:
    """An endpoint that wants receipts."""
    return Teller(office, clock, world, POSTED)
