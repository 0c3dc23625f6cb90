"""The kit against Shopify as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from connector import (
    Answer,
    AuthorizationLost,
    Connector,
    Ending,
    OutcomeUnknown,
    RefundRequest,
    RefundState,
    Stage,
    StockUpdate,
    Transport,
    WriteOutcome,
)
from connector.conformance import ConnectorConformance, Fault, Postbox, World
from connector.conformance.sandbox import SandboxWorld
from connector.shopify import ShopifyConnector
from tests.connector.opening import opened, present

shop_numbers = count(1)


def new_shop(control_url: str, postbox: Postbox | None = None) -> SandboxWorld:
    shop = f"shop{next(shop_numbers)}"
    return SandboxWorld(
        control_url, "shopify", shop, fault_match="/admin/api/", postbox=postbox
    )


class Unlucky(Transport):
    """Loses the answer of the first change.

    Questions and changes share one address, so a fault of the sandbox alone would
    befall the question before the change.
    """

    def __init__(self, world: World) -> None:
        super().__init__(requests_per_second=1000, deadline_seconds=3)
        self._world = world
        self.changes = 0

    def request(
        self, method: str, url: str, *, changes_state: bool, **more: Any
    ) -> Answer:
        if changes_state:
            self.changes += 1
            if self.changes == 1:
                self._world.cause(Fault.LOST_ANSWER)
        return super().request(method, url, changes_state=changes_state, **more)


class TestShopify(ConnectorConformance):
    @pytest.fixture
    def world(self, control_url: str) -> Iterator[SandboxWorld]:
        with Postbox() as postbox:
            world = new_shop(control_url, postbox)
            yield world
            world.end_faults()

    @pytest.fixture
    def connector(self, world: SandboxWorld) -> Connector:
        return opened(ShopifyConnector, world, {})

    @pytest.fixture
    def refused_connector(self, world: SandboxWorld) -> Connector:
        return opened(ShopifyConnector, world, {"access_token": "shpat_" + "0" * 32})

    def test_a_lost_answer_to_a_write_is_an_unknown_outcome(
        self, connector: Connector, world: World
    ) -> None:
        listing = world.add_item("LOST", 0)
        unlucky = ShopifyConnector(connector.settings, Unlucky(world), present)
        (result,) = unlucky.write_stock([StockUpdate(listing=listing, quantity=8)])
        assert result.outcome is WriteOutcome.UNKNOWN
        assert connector.read_stock([listing]) == {listing: world.visible_stock("LOST")}

    def test_an_expired_token_is_renewed_unseen(
        self, connector: Connector, world: World
    ) -> None:
        """A custom app's token does not expire: refused, it asks for consent."""
        world.cause(Fault.TOKEN_EXPIRED)
        with pytest.raises(AuthorizationLost):
            connector.identify()


def test_a_number_that_moved_meanwhile_is_not_overwritten(control_url: str) -> None:
    world = new_shop(control_url)
    moved, still = world.add_item("MOVED", 5), world.add_item("STILL", 5)
    connector = opened(ShopifyConnector, world, {})
    seen = connector.read_stock([moved, still])
    world.place_order({"MOVED": 1})
    results = connector.write_stock(
        [
            StockUpdate(listing=one, quantity=9, expected=seen[one])
            for one in (moved, still)
        ]
    )
    assert [one.outcome for one in results] == [
        WriteOutcome.STALE,
        WriteOutcome.ACCEPTED,
    ]
    assert (world.visible_stock("MOVED"), world.visible_stock("STILL")) == (4, 9)


def shipped(world: SandboxWorld) -> str:
    """Let two units of "A" be ordered and taken by the carrier."""
    world.add_item("A", 5)
    order_id = world.place_order({"A": 2})
    world.arrange(order_id)
    world.pick_up(order_id)
    return order_id


def test_a_refund_of_shipped_units_pays_once_and_moves_no_stock(
    control_url: str,
) -> None:
    world = new_shop(control_url)
    order_id = shipped(world)
    connector = opened(ShopifyConnector, world, {})
    (order,) = connector.fetch_orders([order_id]).items
    before = world.visible_stock("A")
    request = RefundRequest(
        key="refund-1",
        order_id=order_id,
        amount=order.lines[0].unit_price,
        currency=order.currency,
        quantities={order.lines[0].line_id: 1},
    )
    first = connector.refund(request)
    assert (first.state, first.amount) == (RefundState.DONE, request.amount)
    assert connector.refund(request) == first
    (order,) = connector.fetch_orders([order_id]).items
    assert order.refunds == (first,)
    assert world.visible_stock("A") == before
    (portion,) = order.lines[0].portions
    assert (portion.stage, portion.ending) == (Stage.IN_TRANSIT, None)


def test_a_cancel_on_the_way_is_told_as_left(control_url: str) -> None:
    world = new_shop(control_url)
    order_id = shipped(world)
    world.cancel(order_id)
    connector = opened(ShopifyConnector, world, {})
    (order,) = connector.fetch_orders([order_id]).items
    (portion,) = order.lines[0].portions
    assert (portion.stage, portion.ending) == (Stage.IN_TRANSIT, Ending.CANCELLED)


def test_a_payment_whose_answer_was_lost_is_found_again(control_url: str) -> None:
    world = new_shop(control_url)
    order_id = shipped(world)
    connector = opened(ShopifyConnector, world, {})
    (order,) = connector.fetch_orders([order_id]).items
    request = RefundRequest(
        key="refund-2",
        order_id=order_id,
        amount=order.lines[0].unit_price,
        currency=order.currency,
        quantities={order.lines[0].line_id: 1},
    )
    transport = Unlucky(world)
    unlucky = ShopifyConnector(connector.settings, transport, present)
    with pytest.raises(OutcomeUnknown):
        unlucky.refund(request)
    found = unlucky.refund(request)
    assert transport.changes == 1, "it was paid at the first attempt"
    (order,) = connector.fetch_orders([order_id]).items
    assert order.refunds == (found,)


def test_the_consent_page_leads_to_a_token(control_url: str) -> None:
    world = new_shop(control_url)
    connector = opened(ShopifyConnector, world, {"access_token": ""})
    with pytest.raises(AuthorizationLost):
        connector.identify()
    link = connector.consent_link("http://127.0.0.1:9/back", "state-1")
    page = requests.get(link, allow_redirects=False, timeout=10)
    answer = dict(parse_qsl(urlsplit(page.headers["Location"]).query))
    assert answer["state"] == "state-1"
    connector.accept_consent(answer)
    assert connector.identify().shop_id == answer["shop"]
