"""Shopify orders: lines, partial shipments, restock boxes, refunds, parcels."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from connector import (
    Ending,
    ListingRef,
    Parcel,
    ParcelDirection,
    Stage,
)
from tests.connector.shopify.changes import (
    BAG,
    ORDER,
    SHIRT,
    Json,
    Play,
    cancel,
    carry,
    give_back,
    portions,
    units,
    unship,
    withdraw,
)


def test_an_order_is_mapped_whole(play: Play) -> None:
    order = play(lambda order: None)
    assert order.order_id == ORDER
    assert order.ordered_at == datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
    assert (order.currency, order.total) == ("VND", Decimal(530000))
    assert order.raw_status == "FULFILLED PAID"
    shirt, bag = order.lines
    assert shirt.listing == ListingRef(
        item_id="8200000000001", variant_id="46100000000001"
    )
    assert (shirt.line_id, shirt.sku, shirt.quantity) == (SHIRT, "AO-LANH-M", 3)
    assert (shirt.unit_price, bag.unit_price) == (Decimal(150000), Decimal(50000))
    assert order.parcels == (
        Parcel(
            tracking_number="GHN-TRUE-0001",
            direction=ParcelDirection.FORWARD,
            carrier="GHN",
        ),
    )
    assert portions(order) == {
        SHIRT: (units(3, Stage.AWAITING_PICKUP),),
        BAG: (units(1, Stage.AWAITING_PICKUP),),
    }
    assert not order.refunds
    assert not order.fulfilled_by_channel


def test_what_nobody_fulfilled_is_on_the_shelf(play: Play) -> None:
    assert portions(play(unship))[SHIRT] == (units(3, Stage.NOT_SHIPPED),)


def test_a_part_that_left_and_a_part_that_stayed_are_told_apart(play: Play) -> None:
    order = play(lambda order: carry(order, 2))
    assert portions(order) == {
        SHIRT: (units(2, Stage.AWAITING_PICKUP), units(1, Stage.NOT_SHIPPED)),
        BAG: (units(1, Stage.NOT_SHIPPED),),
    }


def test_a_cancel_before_shipping_frees_the_units(play: Play) -> None:
    def change(order: Json) -> None:
        unship(order)
        cancel(order)
        give_back(order, "CANCEL", 3)

    order = play(change)
    assert portions(order)[SHIRT] == (units(3, Stage.NOT_SHIPPED, Ending.CANCELLED),)
    assert order.cancel_reason == "customer"
    assert order.raw_status == "CANCELLED UNFULFILLED PAID"


def test_a_cancel_of_an_unpaid_order_needs_no_refund(play: Play) -> None:
    def change(order: Json) -> None:
        unship(order)
        cancel(order)

    assert portions(play(change))[SHIRT] == (
        units(3, Stage.NOT_SHIPPED, Ending.CANCELLED),
    )


def test_a_cancel_after_shipping_is_told_as_left(play: Play) -> None:
    def change(order: Json) -> None:
        cancel(order)
        order["fulfillments"][0]["inTransitAt"] = "2026-11-01T11:00:00Z"
        # The admin's box was ticked: a phantom on the shelf of the shop.
        give_back(order, "RETURN", 3)

    assert portions(play(change))[SHIRT] == (
        units(3, Stage.IN_TRANSIT, Ending.CANCELLED),
    )


def test_a_fulfilment_undone_to_cancel_the_order_had_left_the_books(
    play: Play,
) -> None:
    def change(order: Json) -> None:
        withdraw(order)
        cancel(order)
        give_back(order, "CANCEL", 3)

    order = play(change)
    assert portions(order)[SHIRT] == (
        units(3, Stage.AWAITING_PICKUP, Ending.CANCELLED),
    )
    assert [one.tracking_number for one in order.parcels] == ["GHN-TRUE-0001"]


def test_a_fulfilment_undone_on_its_way_is_still_on_its_way(play: Play) -> None:
    def change(order: Json) -> None:
        withdraw(order)
        cancel(order)
        order["fulfillments"][0]["inTransitAt"] = "2026-11-01T11:00:00Z"

    assert portions(play(change))[SHIRT] == (
        units(3, Stage.IN_TRANSIT, Ending.CANCELLED),
    )


def test_a_fulfilment_undone_in_a_living_order_is_in_doubt(play: Play) -> None:
    assert portions(play(withdraw))[SHIRT] == (units(3, Stage.UNKNOWN),)


def test_a_fulfilment_made_again_counts_once(play: Play) -> None:
    def change(order: Json) -> None:
        first = order["fulfillments"][0]
        again = {**first, "id": "gid://shopify/Fulfillment/5500000000002"}
        again["trackingInfo"] = [{"number": "GHN-TRUE-0002", "company": "GHN"}]
        first.update(status="CANCELLED", displayStatus="CANCELED")
        order["fulfillments"].append(again)

    order = play(change)
    assert portions(order)[SHIRT] == (units(3, Stage.AWAITING_PICKUP),)
    assert len(order.parcels) == 2


def test_a_failed_delivery_keeps_the_forward_number(play: Play) -> None:
    def change(order: Json) -> None:
        events = [
            {"status": "IN_TRANSIT", "happenedAt": "2026-11-03T08:00:00Z"},
            {"status": "FAILURE", "happenedAt": "2026-11-02T08:00:00Z"},
            {"status": "IN_TRANSIT", "happenedAt": "2026-11-01T12:00:00+07:00"},
        ]
        order["fulfillments"][0]["events"]["nodes"] = events
        order["fulfillments"][0]["displayStatus"] = "IN_TRANSIT"

    order = play(change)
    assert portions(order)[SHIRT] == (
        units(3, Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),
    )
    assert [one.tracking_number for one in order.parcels] == ["GHN-TRUE-0001"]


def test_units_removed_before_shipping_are_free(play: Play) -> None:
    def change(order: Json) -> None:
        carry(order, 1)
        shirt = order["lineItems"]["nodes"][0]
        shirt["unfulfilledQuantity"] = 1
        give_back(order, "CANCEL", 1)

    assert set(portions(play(change))[SHIRT]) == {
        units(1, Stage.AWAITING_PICKUP),
        units(1, Stage.NOT_SHIPPED, Ending.CANCELLED),
        units(1, Stage.NOT_SHIPPED),
    }


def test_units_edited_out_of_an_order_are_free(play: Play) -> None:
    def change(order: Json) -> None:
        unship(order)
        order["lineItems"]["nodes"][0].update(currentQuantity=1, unfulfilledQuantity=1)

    assert set(portions(play(change))[SHIRT]) == {
        units(2, Stage.NOT_SHIPPED, Ending.CANCELLED),
        units(1, Stage.NOT_SHIPPED),
    }


def test_units_that_nobody_accounts_for_are_in_doubt(play: Play) -> None:
    def change(order: Json) -> None:
        unship(order)
        order["lineItems"]["nodes"][0]["unfulfilledQuantity"] = 1

    assert set(portions(play(change))[SHIRT]) == {
        units(2, Stage.UNKNOWN),
        units(1, Stage.NOT_SHIPPED),
    }


def test_a_cleared_restock_box_before_shipping_is_a_doubt(play: Play) -> None:
    def change(order: Json) -> None:
        unship(order)
        cancel(order)
        give_back(order, "NO_RESTOCK", 3)

    assert portions(play(change))[SHIRT] == (units(3, Stage.UNKNOWN, Ending.CANCELLED),)


def test_our_own_refund_raises_no_doubt(play: Play) -> None:
    def change(order: Json) -> None:
        unship(order)
        cancel(order)
        give_back(order, "NO_RESTOCK", 3, note="cancelled [truestock:k-1]")

    order = play(change)
    assert portions(order)[SHIRT] == (units(3, Stage.NOT_SHIPPED, Ending.CANCELLED),)
    assert order.refunds[0].reason == "cancelled"


def test_a_refund_that_restocks_shipped_units_ends_them_where_they_are(
    play: Play,
) -> None:
    def change(order: Json) -> None:
        order["fulfillments"][0].update(
            displayStatus="DELIVERED", deliveredAt="2026-11-03T08:00:00Z"
        )
        give_back(order, "RETURN", 2)

    assert set(portions(play(change))[SHIRT]) == {
        units(1, Stage.DELIVERED),
        units(2, Stage.DELIVERED, Ending.CANCELLED),
    }


def test_money_back_without_restocking_leaves_shipped_units_alone(play: Play) -> None:
    order = play(lambda order: give_back(order, "NO_RESTOCK", 2))
    assert portions(order)[SHIRT] == (units(3, Stage.AWAITING_PICKUP),)


def test_the_refund_of_a_return_leaves_the_goods_to_the_return(play: Play) -> None:
    order = play(
        lambda order: give_back(order, "RETURN", 2, of_return="gid://shopify/Return/1")
    )
    assert portions(order)[SHIRT] == (units(3, Stage.AWAITING_PICKUP),)


def test_an_old_restock_before_shipping_frees_the_units(play: Play) -> None:
    def change(order: Json) -> None:
        unship(order)
        cancel(order)
        give_back(order, "LEGACY_RESTOCK", 3)
        give_back(order, "NO_RESTOCK", 0)

    assert portions(play(change))[SHIRT] == (
        units(3, Stage.NOT_SHIPPED, Ending.CANCELLED),
    )


def test_a_fulfilled_order_without_fulfilments_is_in_doubt(play: Play) -> None:
    def change(order: Json) -> None:
        order["fulfillments"] = []
        cancel(order)

    assert portions(play(change))[SHIRT] == (units(3, Stage.UNKNOWN, Ending.CANCELLED),)


def test_a_tip_is_no_line_and_a_deleted_product_is_one(play: Play) -> None:
    def change(order: Json) -> None:
        shirt, bag = order["lineItems"]["nodes"]
        shirt.update(product=None, variant=None)
        bag.update(product=None, variant=None, requiresShipping=False)

    (line,) = play(change).lines
    assert line.listing == ListingRef(item_id="custom", variant_id=SHIRT)
    assert line.sku == "AO-LANH-M"
