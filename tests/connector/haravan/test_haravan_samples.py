"""The mappings run over outside samples, where a checkout has them beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector import ChannelOrder, Ending, ListingRef, RefundState, Stage
from connector.haravan.catalogue import listings_of
from connector.haravan.levels import UNLIMITED, is_counted, level_of
from connector.haravan.locations import chosen_location
from connector.haravan.mapping import look, order_of
from connector.haravan.payments import left_to_give_back, paid_by_buyer
from connector.haravan.refunds import repaid_from
from connector.haravan.returns import returns_of
from connector.parsing import parse_json
from connector.values import Portion

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "haravan"

if not SAMPLES.is_dir():
    pytest.skip("no folder of samples beside the checkout", allow_module_level=True)


def sample(name: str) -> Any:
    return parse_json((SAMPLES / f"{name}.json").read_bytes())


def whole(name: str) -> Any:
    """Return a sample order with the fields that its document cuts away."""
    order = sample(name)["order"]
    lines = {"line_items": [{"id": 1, "quantity": 1, "product_id": 2, "price": 3}]}
    moments = dict.fromkeys(("created_at", "updated_at"), order["cancelled_at"])
    return {**lines, **moments, "total_price": 1458000, **order}


def mapped(order: Any) -> ChannelOrder:
    return order_of(look(order))


def only_portion(order: ChannelOrder) -> Portion:
    (line,) = order.lines
    (portion,) = line.portions
    return portion


def test_a_sample_order_is_on_the_shelf() -> None:
    order = mapped(sample("order_get_response")["order"])
    assert order.order_id == "1138637099"
    assert (order.total, order.currency) == (Decimal(13200000), "VND")
    (line,) = order.lines
    assert line.listing == ListingRef(item_id="1028183659", variant_id="1061514693")
    assert line.unit_price == Decimal(600000)
    assert only_portion(order) == Portion(quantity=22, stage=Stage.NOT_SHIPPED)
    listed = [mapped(one) for one in sample("orders_list_response")["orders"]]
    assert listed == [order]


def test_a_sample_order_that_was_created_as_fulfilled_is_delivered() -> None:
    order = mapped(sample("order_create_fulfilled_response")["order"])
    assert only_portion(order) == Portion(quantity=1, stage=Stage.DELIVERED)
    assert order.parcels == ()


@pytest.mark.parametrize("name", ["order_confirm_response", "order_close_response"])
def test_confirming_and_closing_move_nothing(name: str) -> None:
    order = mapped(sample(name)["order"])
    assert only_portion(order) == Portion(quantity=1, stage=Stage.NOT_SHIPPED)


def test_a_sample_cancel_of_what_was_never_sent_is_here() -> None:
    order = mapped(sample("order_cancel_unpaid_response")["order"])
    here = Portion(quantity=1, stage=Stage.NOT_SHIPPED, ending=Ending.CANCELLED)
    assert only_portion(order) == here
    assert order.refunds == ()
    assert paid_by_buyer(sample("order_cancel_unpaid_response")["order"]) == 0


def test_a_sample_cancel_that_restocked_what_awaited_pickup_is_told_as_left() -> None:
    raw = whole("order_cancel_fulfilled_response_abridged")
    assert raw["refunds"][0]["restock"] is True
    assert raw["line_items"][0]["fulfillment_status"] == "restock"
    order = mapped(raw)
    gone = Portion(quantity=2, stage=Stage.AWAITING_PICKUP, ending=Ending.CANCELLED)
    assert only_portion(order) == gone
    assert [one.tracking_number for one in order.parcels] == ["327569"]
    (refund,) = order.refunds
    assert (refund.amount, refund.state) == (Decimal(520000), RefundState.DONE)
    # Told with the order, not once more as a return.
    assert returns_of(look(raw)) == []


def test_sample_payments_are_counted() -> None:
    raw = whole("order_cancel_fulfilled_response_abridged")
    assert paid_by_buyer(raw) == Decimal(1458000)
    assert left_to_give_back(raw) == Decimal(938000)
    partly = whole("order_cancel_paid_response_abridged")
    assert left_to_give_back(partly) == Decimal(938000)


def test_sample_refunds_are_read() -> None:
    made = repaid_from(sample("refund_create_response")["refund"])
    assert (made.refund_id, made.amount) == ("1011644929", Decimal(100000))
    assert (made.units, made.restocked) == ({"1312358460": 1}, True)
    assert made.state is RefundState.DONE
    found = repaid_from(sample("refund_get_response")["refund"])
    assert (found.amount, found.units) == (Decimal(0), {"1308268732": 1})
    assert not found.is_ours


def test_sample_levels_are_read() -> None:
    levels = [
        level_of(row)
        for row in sample("inventory_locations_response")["inventory_locations"]
    ]
    assert {one.item_id for one in levels} == {"1028183686"}
    assert (levels[1].on_hand, levels[1].available) == (15, 15)
    oversold = [one for one in levels if one.available < 0]
    assert [(one.committed, one.available) for one in oversold] == [
        (7, -7),
        (12, -15),
    ]
    assert all(one.on_hand - one.committed == one.available for one in levels)


def test_a_sample_stock_write_has_the_form_that_is_sent() -> None:
    inventory = sample("inventory_adjustorset_request")["inventory"]
    assert inventory["type"] == "set"
    names = {"product_id", "product_variant_id", "quantity"}
    assert all(set(row) == names for row in inventory["line_items"])
    assert set(inventory) == {"location_id", "type", "reason", "note", "line_items"}


def test_the_sample_location_is_chosen() -> None:
    (location,) = sample("locations_response")["locations"]
    assert chosen_location([location], "") == location
    assert chosen_location([location], "991324") == location


def test_sample_products_are_read() -> None:
    (product,) = sample("products_list_response")["products"]
    listings = listings_of(product)
    assert listings[0].listing == ListingRef(
        item_id="1028655526", variant_id="1063014645"
    )
    assert (listings[0].sku, listings[0].title) == ("AO551", "Váy Quây dài - Đen / S")
    assert {one.quantity for one in listings} == {UNLIMITED}
    assert is_counted(sample("variant_get_response")["variant"])
