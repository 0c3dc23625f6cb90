"""The kit against Haravan as the sandbox plays it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from connector import (
    Connector,
    Ending,
    RefundRequest,
    RefundState,
    Stage,
    StockUpdate,
    Transport,
    WriteOutcome,
)
from connector.conformance import (
    Basket,
    CannotHappen,
    ConnectorConformance,
    Fault,
    Postbox,
)
from connector.conformance.sandbox import SandboxWorld
from connector.haravan import HaravanConnector
from tests.connector.opening import opened, present

shop_numbers = count(1)

API = "/com/"
WRITES = "/com/inventories/adjustorset"
OF_WRITES = (Fault.LOST_ANSWER, Fault.PARTLY_REFUSED)


class HaravanShop(SandboxWorld):
    """A shop on Haravan; says what Haravan has no word for."""

    def request_return(self, order_id: str, basket: Basket) -> None:
        """Let the buyer ask, and the shop refund: only that makes it a return here."""
        super().request_return(order_id, basket)
        self.refund_by_hand(order_id, basket)

    def send_back(self, order_id: str) -> None:
        raise CannotHappen("nothing tells of a buyer's parcel on its way back")

    def lose(self, order_id: str) -> None:
        raise CannotHappen("Haravan has no word for a lost parcel")

    def cause(self, fault: Fault) -> None:
        # A stock write reads levels first; these faults are meant for the write.
        self._fault_match = WRITES if fault in OF_WRITES else API
        super().cause(fault)

    def lose_the_answer_to(self, path: str) -> None:
        """Let the next call of a path be carried out, and its answer be lost."""
        self._fault_match = path
        super().cause(Fault.LOST_ANSWER)

    def refund_by_hand(self, order_id: str, basket: Basket) -> None:
        """Let the shop owner refund some units."""
        lines = [{"sku": sku, "quantity": units} for sku, units in basket.items()]
        self._act(order_id, "refund", lines=lines)


def new_shop(control_url: str, postbox: Postbox | None = None) -> HaravanShop:
    shop = f"shop{next(shop_numbers)}"
    return HaravanShop(control_url, "haravan", shop, fault_match=API, postbox=postbox)


class TestHaravan(ConnectorConformance):
    @pytest.fixture
    def world(self, control_url: str) -> Iterator[HaravanShop]:
        with Postbox() as postbox:
            world = new_shop(control_url, postbox)
            yield world
            world.end_faults()

    @pytest.fixture
    def connector(self, world: HaravanShop) -> Connector:
        return opened(HaravanConnector, world, {})

    @pytest.fixture
    def refused_connector(self, world: HaravanShop) -> Connector:
        changes = {"access_token": "0" * 40, "refresh_token": ""}
        return opened(HaravanConnector, world, changes)


@pytest.fixture
def world(control_url: str) -> HaravanShop:
    world = new_shop(control_url)
    world.add_item("A", 10)
    return world


@pytest.fixture
def connector(world: HaravanShop) -> Iterator[HaravanConnector]:
    connector = opened(HaravanConnector, world, {})
    yield connector
    connector.transport.close()


def on_its_way(world: HaravanShop, *steps: str) -> str:
    order_id = world.place_order({"A": 3})
    for step in ("arrange", "pick_up", *steps):
        getattr(world, step)(order_id)
    return order_id


def whole_refund(connector: HaravanConnector, order_id: str) -> RefundRequest:
    (order,) = connector.fetch_orders([order_id]).items
    return RefundRequest(
        key="k1",
        order_id=order_id,
        amount=order.total,
        currency=order.currency,
        quantities={line.line_id: line.quantity for line in order.lines},
    )


def test_a_fixed_token_of_a_private_app_is_enough(world: HaravanShop) -> None:
    names = ("base_url", "auth_url", "access_token")
    private = {name: world.settings[name] for name in names}
    settings = HaravanConnector.prepare_settings(private, present())
    bare = opened(HaravanConnector, world, {**settings, "refresh_token": ""})
    assert [one.sku for one in bare.read_listings().items] == ["A"]
    bare.transport.close()


def test_tokens_are_renewed_once_when_many_ask(world: HaravanShop) -> None:
    expired = {"expires_in": "", "access_token_expires_at": present().isoformat()}
    first = opened(HaravanConnector, world, expired)
    before = first.settings.read()["access_token"]
    shops = [
        HaravanConnector(first.settings, Transport(requests_per_second=1000), present)
        for _ in range(6)
    ]
    with ThreadPoolExecutor(6) as pool:
        shop_ids = set(pool.map(lambda one: one.identify().shop_id, shops))
    for one in (first, *shops):
        one.transport.close()
    assert shop_ids == {str(world.settings["org_id"])}
    assert first.settings.read()["access_token"] != before


def test_a_number_is_what_buyers_see_whatever_orders_have_committed(
    world: HaravanShop, connector: HaravanConnector
) -> None:
    world.place_order({"A": 3})
    (listing,) = [one.listing for one in connector.read_listings().items]
    for number in (5, 5, 0, 8):
        update = StockUpdate(listing=listing, quantity=number)
        (result,) = connector.write_stock([update])
        assert result.outcome is WriteOutcome.ACCEPTED, result
        assert world.visible_stock("A") == number
        assert connector.read_stock([listing]) == {listing: number}


def test_a_refund_moves_no_stock_also_when_its_answer_is_lost(
    world: HaravanShop, connector: HaravanConnector
) -> None:
    order_id = on_its_way(world, "deliver")
    before = world.visible_stock("A")
    request = whole_refund(connector, order_id)
    world.lose_the_answer_to(f"/com/orders/{order_id}/refunds")
    first = connector.refund(request)
    world.end_faults()
    assert connector.refund(request) == first
    assert first.amount == request.amount > Decimal(0)
    assert world.visible_stock("A") == before
    (after,) = connector.fetch_orders([order_id]).items
    assert after.refunds == (first,)
    assert {one.stage for one in after.lines[0].portions} == {Stage.DELIVERED}
    assert connector.read_returns(since=present() - timedelta(days=1)).items == ()


def test_nothing_is_given_back_for_cash_that_was_never_collected(
    world: HaravanShop, connector: HaravanConnector
) -> None:
    order_id = world.place_order({"A": 1}, cod=True)
    refund = connector.refund(whole_refund(connector, order_id))
    assert refund.state is RefundState.REFUSED


def test_a_cancel_on_the_way_is_told_as_left(
    world: HaravanShop, connector: HaravanConnector
) -> None:
    order_id = on_its_way(world)
    try:
        world.cancel(order_id)
    except CannotHappen as reason:
        pytest.skip(str(reason))
    (order,) = connector.fetch_orders([order_id]).items
    (portion,) = order.lines[0].portions
    assert portion.stage is Stage.IN_TRANSIT
    assert portion.ending in (Ending.CANCELLED, Ending.DELIVERY_FAILED)


def test_a_refund_by_hand_after_delivery_is_told_as_a_return(
    world: HaravanShop, connector: HaravanConnector
) -> None:
    order_id = on_its_way(world, "deliver")
    world.refund_by_hand(order_id, {"A": 2})
    since = present() - timedelta(days=1)
    (told,) = connector.read_returns(since=since).items
    assert (told.order_id, told.goods_come_back) == (order_id, True)
    assert [line.quantity for line in told.lines] == [2]
    assert connector.fetch_returns([told.return_id]).items == (told,)
