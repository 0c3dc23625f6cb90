"""The kit against WooCommerce as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from connector import Connector, Ending, RefundRequest, Stage, WebhookRequest
from connector.conformance import (
    Basket,
    CannotHappen,
    ConnectorConformance,
    Fault,
    Postbox,
)
from connector.conformance.sandbox import SandboxWorld
from connector.woocommerce import WooCommerceConnector
from tests.connector.opening import opened, present

shop_numbers = count(1)


PING = b"webhook_id="


class Site(SandboxWorld):
    """A shop on a site of its own; says what WooCommerce has no word for."""

    def request_return(self, order_id: str, basket: Basket) -> None:
        raise CannotHappen("core knows no return before somebody refunds it")

    def lose(self, order_id: str) -> None:
        raise CannotHappen("neither core nor TrackShip has a word for a lost parcel")

    def cause(self, fault: Fault) -> None:
        if fault is Fault.TOKEN_EXPIRED:
            raise CannotHappen("the keys do not expire")
        super().cause(fault)

    def messages(self) -> list[WebhookRequest]:
        """Return deliveries: a queue sends them later than the pings at the start."""
        for _ in range(5):
            taken = super().messages()
            signed = [one for one in taken if not one.body.startswith(PING)]
            if signed:
                return signed
        return []

    def refund_by_hand(self, order_id: str, sku: str, quantity: int) -> None:
        """Let the shop owner refund some units on the site."""
        self._act(order_id, "refund", lines=[{"sku": sku, "quantity": quantity}])


def new_shop(control_url: str, postbox: Postbox | None = None) -> Site:
    shop = f"shop{next(shop_numbers)}"
    return Site(
        control_url,
        "woocommerce",
        shop,
        fault_match="/wp-json/wc/v3/",
        postbox=postbox,
    )


class TestWooCommerce(ConnectorConformance):
    @pytest.fixture
    def world(self, control_url: str) -> Iterator[SandboxWorld]:
        with Postbox() as postbox:
            world = new_shop(control_url, postbox)
            yield world
            world.end_faults()

    @pytest.fixture
    def connector(self, world: SandboxWorld) -> Connector:
        return opened(WooCommerceConnector, world, {})

    @pytest.fixture
    def refused_connector(self, world: SandboxWorld) -> Connector:
        return opened(WooCommerceConnector, world, {"consumer_secret": "cs_0"})


def test_a_refund_of_what_left_moves_no_stock_and_pays_once(control_url: str) -> None:
    world = new_shop(control_url)
    connector = opened(WooCommerceConnector, world, {})
    world.add_item("A", 10)
    order_id = world.place_order({"A": 3})
    for step in (world.arrange, world.pick_up, world.deliver):
        step(order_id)
    before = world.visible_stock("A")
    (order,) = connector.fetch_orders([order_id]).items
    request = RefundRequest(
        key="k1",
        order_id=order_id,
        amount=order.total,
        currency=order.currency,
        quantities={order.lines[0].line_id: 3},
    )
    first = connector.refund(request)
    assert connector.refund(request) == first
    assert first.amount == order.total > Decimal(0)
    assert world.visible_stock("A") == before
    (after,) = connector.fetch_orders([order_id]).items
    assert [one.refund_id for one in after.refunds] == [first.refund_id]
    (portion,) = after.lines[0].portions
    assert portion.stage is not Stage.NOT_SHIPPED
    assert portion.ending is Ending.CANCELLED
    connector.transport.close()


def test_a_refund_by_hand_after_delivery_is_told_as_a_return(control_url: str) -> None:
    world = new_shop(control_url)
    connector = opened(WooCommerceConnector, world, {})
    world.add_item("A", 10)
    order_id = world.place_order({"A": 3})
    for step in (world.arrange, world.pick_up, world.deliver):
        step(order_id)
    world.refund_by_hand(order_id, "A", 2)
    since = present() - timedelta(days=1)
    (told,) = connector.read_returns(since=since).items
    assert (told.order_id, told.goods_come_back) == (order_id, True)
    assert [line.quantity for line in told.lines] == [2]
    assert connector.fetch_returns([told.return_id]).items == (told,)
    connector.transport.close()


def test_a_delivered_order_cancelled_by_hand_is_told_as_left(control_url: str) -> None:
    world = new_shop(control_url)
    connector = opened(WooCommerceConnector, world, {})
    world.add_item("A", 10)
    order_id = world.place_order({"A": 3})
    for step in (world.arrange, world.pick_up, world.deliver, world.cancel):
        step(order_id)
    (order,) = connector.fetch_orders([order_id]).items
    (portion,) = order.lines[0].portions
    assert portion.stage is Stage.DELIVERED
    assert portion.ending is Ending.CANCELLED
    connector.transport.close()
