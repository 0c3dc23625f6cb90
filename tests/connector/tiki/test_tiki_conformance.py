"""The kit against Tiki as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from itertools import count

import pytest

from connector import Connector, StockUpdate, Transport
from connector.conformance import Basket, CannotHappen, ConnectorConformance
from connector.conformance.sandbox import SandboxWorld
from connector.tiki import TikiConnector
from tests.connector.opening import opened, present

shop_numbers = count(1)


class Seller(SandboxWorld):
    """A shop on Tiki; says what its marketplace has no field for."""

    def request_return(self, order_id: str, basket: Basket) -> None:
        if basket != self._baskets[order_id]:
            raise CannotHappen("Tiki does not say how much of an order comes back")
        super().request_return(order_id, basket)

    def place_order(self, basket: Basket, *, cod: bool = False) -> str:
        order_id = super().place_order(basket, cod=cod)
        self._baskets[order_id] = basket
        return order_id

    @cached_property
    def _baskets(self) -> dict[str, Basket]:
        return {}


def new_shop(control_url: str) -> Seller:
    # What is reserved is read under v2.1 before a write, which is under v2.
    shop = f"shop{next(shop_numbers)}"
    return Seller(control_url, "tiki", shop, fault_match="/integration/v2/")


class TestTiki(ConnectorConformance):
    @pytest.fixture
    def world(self, control_url: str) -> Iterator[Seller]:
        world = new_shop(control_url)
        yield world
        world.end_faults()

    @pytest.fixture
    def connector(self, world: Seller) -> Connector:
        return opened(TikiConnector, world, {})

    @pytest.fixture
    def refused_connector(self, world: Seller) -> Connector:
        wrong = {"access_token": "wrong", "client_secret": "wrong"}
        return opened(TikiConnector, world, wrong)


def test_what_buyers_can_buy_is_our_number_while_orders_are_open(
    control_url: str,
) -> None:
    world = new_shop(control_url)
    connector = opened(TikiConnector, world, {})
    listing = world.add_item("RESERVED", 10)
    world.place_order({"RESERVED": 3})
    connector.write_stock([StockUpdate(listing=listing, quantity=7)])
    assert world.visible_stock("RESERVED") == 7
    assert connector.read_stock([listing]) == {listing: 7}
    connector.transport.close()


def test_tokens_are_renewed_once_when_many_ask(control_url: str) -> None:
    world = new_shop(control_url)
    expired = {"expires_in": None, "access_token_expires_at": present().isoformat()}
    first = opened(TikiConnector, world, expired)
    before = first.settings.read()["access_token"]
    shops = [
        TikiConnector(first.settings, Transport(requests_per_second=1000), present)
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        shop_ids = set(pool.map(lambda one: one.identify().shop_id, shops))
    for one in (first, *shops):
        one.transport.close()
    assert len(shop_ids) == 1
    assert first.settings.read()["access_token"] != before
