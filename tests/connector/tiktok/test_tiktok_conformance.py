"""The kit against TikTok Shop as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from connector import Connector, Transport
from connector.conformance import ConnectorConformance, Postbox
from connector.conformance.sandbox import SandboxWorld
from connector.tiktok import TikTokConnector
from tests.connector.opening import opened, present

shop_numbers = count(1)


def new_shop(
    control_url: str, postbox: Postbox | None = None, fault_match: str = "/"
) -> SandboxWorld:
    shop = f"shop{next(shop_numbers)}"
    return SandboxWorld(
        control_url, "tiktok", shop, fault_match=fault_match, postbox=postbox
    )


class TestTikTok(ConnectorConformance):
    @pytest.fixture
    def world(
        self, control_url: str, request: pytest.FixtureRequest
    ) -> Iterator[SandboxWorld]:
        # A write is preceded by a look at the SKU's warehouses, whose lost answer is
        # no unknown outcome: the fault is meant for the write itself.
        is_write = "lost_answer_to_a_write" in request.node.name
        match = "/product/202309/products/" if is_write else "/"
        with Postbox() as postbox:
            world = new_shop(control_url, postbox, match)
            yield world
            world.end_faults()

    @pytest.fixture
    def connector(self, world: SandboxWorld) -> Iterator[Connector]:
        connector = opened(TikTokConnector, world, {})
        yield connector
        connector.transport.close()

    @pytest.fixture
    def refused_connector(self, world: SandboxWorld) -> Iterator[Connector]:
        connector = opened(TikTokConnector, world, {"app_secret": "0" * 40})
        yield connector
        connector.transport.close()


def test_tokens_are_renewed_once_when_many_ask(control_url: str) -> None:
    world = new_shop(control_url)
    first = opened(TikTokConnector, world, {"access_token_expire_in": 1})
    before = first.settings.read()["refresh_token"]
    shops = [
        TikTokConnector(first.settings, Transport(requests_per_second=1000), present)
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        shop_ids = set(pool.map(lambda one: one.identify().shop_id, shops))
    for one in (first, *shops):
        one.transport.close()
    assert shop_ids == {str(world.settings["shop_id"])}
    assert first.settings.read()["refresh_token"] != before


def test_the_shops_cipher_is_found_where_nobody_entered_it(control_url: str) -> None:
    world = new_shop(control_url)
    listing = world.add_item("A", 3)
    shop = opened(TikTokConnector, world, {"shop_id": "", "shop_cipher": ""})
    assert shop.read_stock([listing]) == {listing: 3}
    shop.transport.close()
    for name in ("shop_id", "shop_cipher"):
        assert shop.settings.read()[name] == str(world.settings[name])
