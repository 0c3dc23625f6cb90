"""The kit against Shopee as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from connector import Connector, Transport
from connector.conformance import ConnectorConformance, Postbox
from connector.conformance.sandbox import SandboxWorld
from connector.shopee import ShopeeConnector
from tests.connector.opening import opened, present

shop_numbers = count(1)


def new_shop(control_url: str, postbox: Postbox | None = None) -> SandboxWorld:
    shop = f"shop{next(shop_numbers)}"
    return SandboxWorld(
        control_url, "shopee", shop, fault_match="/api/v2/", postbox=postbox
    )


class TestShopee(ConnectorConformance):
    @pytest.fixture
    def world(self, control_url: str) -> Iterator[SandboxWorld]:
        with Postbox() as postbox:
            world = new_shop(control_url, postbox)
            yield world
            world.end_faults()

    @pytest.fixture
    def connector(self, world: SandboxWorld) -> Connector:
        return opened(ShopeeConnector, world, {})

    @pytest.fixture
    def refused_connector(self, world: SandboxWorld) -> Connector:
        return opened(ShopeeConnector, world, {"partner_key": "0" * 64})


def test_tokens_are_renewed_once_when_many_ask(control_url: str) -> None:
    world = new_shop(control_url)
    expired = {"access_token_expires_at": present().isoformat()}
    first = opened(ShopeeConnector, world, expired)
    before = first.settings.read()["refresh_token"]
    shops = [
        ShopeeConnector(first.settings, Transport(requests_per_second=1000), present)
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        shop_ids = set(pool.map(lambda one: one.identify().shop_id, shops))
    for one in (first, *shops):
        one.transport.close()
    assert shop_ids == {str(world.settings["shop_id"])}
    assert first.settings.read()["refresh_token"] != before
