from __future__ import annotations

import pytest

from stock.session import Database
from tests.stock.world import World


@pytest.fixture
def world(database: Database) -> World:
    """A shop that sells MUG, ten of which were counted."""
    world = World(database)
    world.stock("MUG", 10)
    return world
