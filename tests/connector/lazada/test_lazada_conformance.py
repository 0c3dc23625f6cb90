"""The kit against Lazada as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from connector import Connector, Transport
from connector.conformance import ConnectorConformance, Postbox
from connector.conformance.sandbox import SandboxWorld
from connector.lazada import LazadaConnector
from tests.connector.opening import opened, present

shop_numbers = count(1)


def new_shop(control_url: str, postbox: Postbox | None = None) -> SandboxWorld:
    shop = f"shop{next(shop_numbers)}"
    return SandboxWorld(
        control_url, "lazada", shop, fault_match="/rest/", postbox=postbox
    )


class TestLazada(ConnectorConformance):
    @pytest.fixture
    def world(self, control_url: str) -> Iterator[SandboxWorld]:
        with Postbox() as postbox:
            world = new_shop(control_url, postbox)
            yield world
            world.end_faults()

    @pytest.fixture
    def connector(self, world: SandboxWorld) -> Iterator[Connector]:
        connector = opened(LazadaConnector, world, {})
        yield connector
        connector.transport.close()

    @pytest.fixture
    def refused_connector(self, world: SandboxWorld) -> Iterator[Connector]:
        connector = opened(LazadaConnector, world, {"app_secret": "0" * 32})
        yield connector
        connector.transport.close()


def test_tokens_are_renewed_once_when_many_ask(control_url: str) -> None:
    world = new_shop(control_url)
    first = opened(LazadaConnector, world, {"expires_in": 1})
    before = first.settings.read()["access_token"]
    shops = [
        LazadaConnector(first.settings, Transport(requests_per_second=1000), present)
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        shop_ids = set(pool.map(lambda one: one.identify().shop_id, shops))
    for one in (first, *shops):
        one.transport.close()
    assert shop_ids == {str(world.settings["seller_id"])}
    assert first.settings.read()["access_token"] != before
