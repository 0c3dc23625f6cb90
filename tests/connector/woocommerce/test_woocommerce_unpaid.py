"""What was never paid is never given back, also where the site calls it paid."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
import responses

from connector import (
    ChannelRefund,
    PermanentError,
    RefundState,
)
from connector.conformance.sandbox import SandboxWorld
from connector.woocommerce import WooCommerceConnector
from tests.connector.opening import opened
from tests.connector.stores import refund_of_all
from tests.connector.woocommerce.conftest import Reader
from tests.connector.woocommerce.till import REFUNDS, Till, asked

COMPLETED = {"date_completed_gmt": "2026-11-01T09:00:00"}
CASH = {"payment_method": "cod"}
# Core stamps both at once when an order on delivery is completed.
SENT = {**CASH, **COMPLETED, "date_paid_gmt": "2026-11-01T09:00:00"}
UNPAID = {"date_paid_gmt": None}
shop_numbers = count(1)


@pytest.fixture
def till(
    edge: responses.RequestsMock, answer: Callable[..., None], reply: Reader
) -> Till:
    playing = Till()
    edge.add_callback("POST", REFUNDS, callback=playing.make)
    edge.add_callback("GET", REFUNDS, callback=playing.show)
    answer("orders/501/fulfillments", reply("no_route"), status=404)
    return playing


def tracked(word: str, *, units: int = 0) -> dict[str, Any]:
    """Return what TrackShip writes about a parcel, for ``units`` of the shirts."""
    products = [{"item_id": "71", "qty": str(units)}] if units else []
    item = {"tracking_number": f"VN-{word}", "products_list": products}
    return {
        "meta_data": [
            {"key": "_wc_shipment_tracking_items", "value": [item]},
            {"key": "shipment_status", "value": [{"status": word}]},
        ]
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "cancelled", **UNPAID},
        {"status": "failed", **UNPAID},
        {"status": "cancelled", "payment_method": "", **UNPAID},
        {"status": "cancelled", "date_paid_gmt": ""},
        # Cash on delivery that never got to the door, or was refused there.
        {"status": "cancelled", **CASH, **UNPAID},
        {"status": "failed", **CASH, **UNPAID},
        {"status": "failed", **CASH, **UNPAID, **tracked("in_transit")},
        {"status": "failed", **SENT, **tracked("return_to_sender")},
        {"status": "cancelled", **SENT, **tracked("return_to_sender")},
        {"status": "cancelled", **SENT, **tracked("in_transit")},
        {"status": "returning", **SENT},
    ],
)
def test_where_nothing_was_paid_nothing_is_given_back(
    woocommerce: WooCommerceConnector,
    till: Till,
    answer: Callable[..., None],
    reply: Reader,
    changes: dict[str, Any],
) -> None:
    answer("orders/501", {**reply("order"), **changes})
    assert woocommerce.refund(asked()) == ChannelRefund(
        refund_id="",
        amount=Decimal(300000),
        currency="VND",
        state=RefundState.REFUSED,
        reason="the buyer has not paid",
    )
    assert till.sent == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "cancelled"},
        {"status": "failed", **COMPLETED},
        {"status": "completed", **SENT},
        {"status": "delivered", **SENT},
        {"status": "cancelled", **SENT, **tracked("delivered")},
        {"status": "failed", **SENT, **tracked("delivered")},
    ],
)
def test_what_was_paid_is_given_back(
    woocommerce: WooCommerceConnector,
    till: Till,
    answer: Callable[..., None],
    reply: Reader,
    changes: dict[str, Any],
) -> None:
    answer("orders/501", {**reply("order"), **changes})
    assert woocommerce.refund(asked()).state is RefundState.DONE
    assert len(till.sent) == 1


@pytest.mark.parametrize(
    "changes",
    [
        # Completed, which may mean sent, and then called off without a carrier's word.
        {"status": "cancelled", **SENT},
        {"status": "failed", **SENT},
        # Delivered, and never completed.
        {"status": "delivered", **CASH, **UNPAID},
        {"status": "cancelled", **CASH, **UNPAID, **tracked("delivered")},
        # Called paid, and opened again.
        {"status": "processing", **SENT},
    ],
)
def test_cash_that_may_have_been_collected_is_a_question_for_a_person(
    woocommerce: WooCommerceConnector,
    till: Till,
    answer: Callable[..., None],
    reply: Reader,
    changes: dict[str, Any],
) -> None:
    answer("orders/501", {**reply("order"), **changes})
    with pytest.raises(PermanentError, match="cash on delivery"):
        woocommerce.refund(asked())
    assert till.sent == []


def test_cash_for_one_parcel_pays_for_no_other(
    woocommerce: WooCommerceConnector,
    till: Till,
    answer: Callable[..., None],
    reply: Reader,
) -> None:
    arrived = tracked("delivered", units=3)
    answer("orders/501", {**reply("order"), "status": "cancelled", **SENT, **arrived})
    shirts, hats = {"71": 3}, {"72": 1}
    with pytest.raises(PermanentError, match="cash on delivery"):
        woocommerce.refund(asked(quantities={**shirts, **hats}))
    with pytest.raises(PermanentError, match="cash on delivery"):
        woocommerce.refund(asked(quantities=hats, amount=Decimal(40000)))
    assert till.sent == []
    assert woocommerce.refund(asked(quantities=shirts)).state is RefundState.DONE


def test_what_we_paid_back_is_still_found_once_the_site_calls_it_unpaid(
    woocommerce: WooCommerceConnector,
    till: Till,
    answer: Callable[..., None],
    reply: Reader,
) -> None:
    answer("orders/501", reply("order"))
    first = woocommerce.refund(asked())
    answer("orders/501", {**reply("order"), **UNPAID})
    assert woocommerce.refund(asked()) == first
    assert len(till.sent) == 1


class Site(SandboxWorld):
    """A shop on a site of its own."""

    def complete(self, order_id: str) -> None:
        """Let the owner mark an order completed, without a label."""
        self._act(order_id, "complete")


@pytest.fixture
def site(control_url: str) -> Site:
    world = Site(control_url, "woocommerce", f"unpaid{next(shop_numbers)}")
    world.add_item("A", 10)
    return world


@pytest.fixture
def shop(site: Site) -> Iterator[WooCommerceConnector]:
    connector = opened(WooCommerceConnector, site, {})
    yield connector
    connector.transport.close()


def give_back(shop: WooCommerceConnector, order_id: str) -> ChannelRefund:
    return shop.refund(refund_of_all(shop, order_id))


def standing(shop: WooCommerceConnector, order_id: str) -> tuple[str, int]:
    (order,) = shop.fetch_orders([order_id]).items
    return order.raw_status, len(order.refunds)


def test_a_parcel_on_delivery_refused_at_the_door_stays_failed(
    shop: WooCommerceConnector, site: Site
) -> None:
    order_id = site.place_order({"A": 1}, cod=True)
    for step in (site.arrange, site.pick_up, site.fail_delivery):
        step(order_id)
    assert give_back(shop, order_id).state is RefundState.REFUSED
    assert standing(shop, order_id) == ("failed", 0)


def test_orders_called_off_before_anybody_paid_stay_cancelled(
    shop: WooCommerceConnector, site: Site
) -> None:
    unpaid, on_delivery = (
        site.place_unpaid_order({"A": 1}),
        site.place_order({"A": 1}, cod=True),
    )
    for order_id in (unpaid, on_delivery):
        site.cancel(order_id)
        assert give_back(shop, order_id).state is RefundState.REFUSED
        assert standing(shop, order_id) == ("cancelled", 0)


def test_an_order_on_delivery_that_was_only_completed_is_left_to_a_person(
    shop: WooCommerceConnector, site: Site
) -> None:
    order_id = site.place_order({"A": 1}, cod=True)
    site.complete(order_id)
    site.cancel(order_id)
    with pytest.raises(PermanentError, match="cash on delivery"):
        give_back(shop, order_id)
    assert standing(shop, order_id) == ("cancelled", 0)


def test_cash_that_a_delivery_brought_in_goes_back(
    shop: WooCommerceConnector, site: Site
) -> None:
    order_id = site.place_order({"A": 1}, cod=True)
    for step in (site.arrange, site.pick_up, site.deliver, site.cancel):
        step(order_id)
    assert give_back(shop, order_id).state is RefundState.DONE
    assert standing(shop, order_id) == ("refunded", 1)


def test_a_prepaid_parcel_refused_at_the_door_is_given_back(
    shop: WooCommerceConnector, site: Site
) -> None:
    order_id = site.place_order({"A": 1})
    for step in (site.arrange, site.pick_up, site.fail_delivery):
        step(order_id)
    assert give_back(shop, order_id).state is RefundState.DONE
    assert standing(shop, order_id) == ("refunded", 1)
