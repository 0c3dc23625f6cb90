"""TikTok Shop orders: units, evidence, refunds, and records that are set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ChannelOrder,
    Ending,
    ListingRef,
    Parcel,
    ParcelDirection,
    Portion,
    RateLimited,
    RefundState,
    Stage,
)
from connector.tiktok import TikTokConnector

ORDER = "577900000000000001"
PACKAGE = "fulfillment/202309/packages/1155000000000000001"
TRACKING = f"logistics/202604/orders/{ORDER}/tracking"
CANCELLATIONS = "return_refund/202602/cancellations/search"
NOTHING = {"code": 0, "message": "Success", "data": {}}

Change = Callable[[dict[str, Any]], None]
Play = Callable[..., ChannelOrder]


@pytest.fixture
def play(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> Play:
    """Change the recorded order and fetch what comes of it."""

    def fetched(
        change: Change,
        package: Any = NOTHING,
        cancellations: Any = NOTHING,
        tracking: Any = NOTHING,
    ) -> ChannelOrder:
        body = reply("order_detail")
        change(body["data"]["orders"][0])
        answer("order/202507/orders", body)
        answer(PACKAGE, package)
        answer(TRACKING, tracking)
        answer(CANCELLATIONS, cancellations)
        (found,) = tiktok.fetch_orders([ORDER]).items
        return found

    return fetched


def fates(order: ChannelOrder) -> set[tuple[Stage, Ending | None]]:
    return {
        (portion.stage, portion.ending)
        for line in order.lines
        for portion in line.portions
    }


def each_line(order: dict[str, Any], **fields: Any) -> None:
    for item in order["line_items"]:
        item.update(fields)


def arrange(order: dict[str, Any]) -> None:
    order.update(status="AWAITING_COLLECTION", rts_time=1793510000)
    number = "850000000001"
    each_line(
        order,
        display_status="AWAITING_COLLECTION",
        package_status="PROCESSING",
        rts_time=1793510000,
        tracking_number=number,
        shipping_provider_name="J&T Express",
    )


def pick_up(order: dict[str, Any]) -> None:
    arrange(order)
    order.update(status="IN_TRANSIT", collection_time=1793520000)
    each_line(order, display_status="IN_TRANSIT", package_status="FULFILLING")


def cancel(order: dict[str, Any]) -> None:
    order.update(
        status="CANCELLED",
        cancel_time=1793603600,
        cancellation_initiator="BUYER",
        cancel_reason="no longer needed",
    )
    each_line(order, display_status="CANCELLED")


def after(*steps: Change) -> Change:
    def change(order: dict[str, Any]) -> None:
        for step in steps:
            step(order)

    return change


def test_an_order_is_mapped_whole(play: Play) -> None:
    order = play(lambda order: None)
    assert order.order_id == ORDER
    assert order.ordered_at == datetime.fromtimestamp(1793500000, UTC)
    assert order.updated_at == datetime.fromtimestamp(1793503600, UTC)
    assert (order.currency, order.total) == ("VND", Decimal(250000))
    assert order.raw_status == "AWAITING_SHIPMENT"
    assert not order.refunds
    assert not order.parcels
    assert not order.fulfilled_by_channel


def test_each_line_item_is_one_unit_under_its_own_name(play: Play) -> None:
    order = play(lambda order: None)
    shirt = ListingRef(item_id="1730000000000000001", variant_id="1730000000000000011")
    assert [(line.line_id, line.quantity) for line in order.lines] == [
        ("577900000000000101", 1),
        ("577900000000000102", 1),
        ("577900000000000103", 1),
    ]
    assert [line.listing for line in order.lines][:2] == [shirt, shirt]
    assert [line.sku for line in order.lines] == ["AO-DEN-M", "AO-DEN-M", "MU"]
    assert [line.title for line in order.lines][1:] == [
        "Áo thun cổ tròn, Đen, M",
        "Mũ lưỡi trai",
    ]
    assert [line.unit_price for line in order.lines] == [65000, 65000, 100000]
    expected = (Portion(quantity=1, stage=Stage.NOT_SHIPPED),)
    assert all(line.portions == expected for line in order.lines)


@pytest.mark.parametrize(
    ("steps", "fate"),
    [
        ((), (Stage.NOT_SHIPPED, None)),
        ((arrange,), (Stage.AWAITING_PICKUP, None)),
        ((pick_up,), (Stage.IN_TRANSIT, None)),
        ((cancel,), (Stage.NOT_SHIPPED, Ending.CANCELLED)),
        ((arrange, cancel), (Stage.AWAITING_PICKUP, Ending.CANCELLED)),
        ((pick_up, cancel), (Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)),
    ],
)
def test_where_the_goods_are_is_told_step_by_step(
    play: Play, steps: tuple[Change, ...], fate: tuple[Stage, Ending | None]
) -> None:
    assert fates(play(after(*steps))) == {fate}


def test_a_buyers_cancel_while_awaiting_collection_is_never_not_shipped(
    play: Play, reply: Callable[[str], Any]
) -> None:
    advised = reply("cancellations")
    entry = advised["data"]["cancellations"][0]
    entry["should_replenish_stock"] = True

    def withdrawn(order: dict[str, Any]) -> None:
        each_line(order, package_status="CANCELLED", tracking_number="")

    order = play(after(arrange, cancel, withdrawn), cancellations=advised)
    assert fates(order) == {(Stage.AWAITING_PICKUP, Ending.CANCELLED)}


@pytest.mark.parametrize("advice", [True, False])
def test_the_channels_advice_is_told_and_moves_nothing(
    play: Play, reply: Callable[[str], Any], advice: bool
) -> None:
    advised = reply("cancellations")
    advised["data"]["cancellations"][0]["should_replenish_stock"] = advice
    here = play(cancel, cancellations=advised)
    gone = play(after(pick_up, cancel), cancellations=advised)
    assert fates(here) == {(Stage.NOT_SHIPPED, Ending.CANCELLED)}
    assert fates(gone) == {(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)}
    assert here.cancel_reason == (
        "BUYER: no longer needed: TikTok Shop advises "
        + ("to restock" if advice else "not to restock")
    )


def test_a_failed_delivery_keeps_the_forward_number_and_finds_the_last_one(
    play: Play, reply: Callable[[str], Any]
) -> None:
    order = play(after(pick_up, cancel), tracking=reply("tracking"))
    assert order.parcels == (
        Parcel(
            tracking_number="850000000001",
            direction=ParcelDirection.FORWARD,
            carrier="J&T Express",
        ),
        Parcel(
            tracking_number="850000000077",
            direction=ParcelDirection.RETURN_TO_SENDER,
            carrier="J&T Express",
        ),
    )


def test_a_parcel_that_turns_back_is_found_on_the_watch_list(
    play: Play, reply: Callable[[str], Any]
) -> None:
    package = reply("package_detail")
    package["data"].update(
        package_sub_status="SHIP_EXCEPTION",
        ship_exception_reason="RETURNED_TO_SHIPPER",
    )
    order = play(pick_up, package=package)
    assert order.raw_status == "IN_TRANSIT"
    assert fates(order) == {(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)}


def test_a_missing_number_is_looked_up(play: Play, reply: Callable[[str], Any]) -> None:
    def forget(order: dict[str, Any]) -> None:
        each_line(order, tracking_number="")

    order = play(after(arrange, forget), package=reply("package_detail"))
    assert [parcel.tracking_number for parcel in order.parcels] == ["850000000001"]
    # The package has been collected since the order's entry was made.
    assert fates(order) == {(Stage.IN_TRANSIT, None)}


def test_evidence_that_cannot_be_had_leaves_the_page_whole(
    play: Play, answer: Callable[..., None], tiktok: TikTokConnector
) -> None:
    play(pick_up)
    answer(PACKAGE, {}, status=502)
    (order,) = tiktok.fetch_orders([ORDER]).items
    assert fates(order) == {(Stage.IN_TRANSIT, None)}
    answer(PACKAGE, {"code": 7, "message": "not available in your region"})
    assert tiktok.fetch_orders([ORDER]).items == (order,)
    answer(PACKAGE, {}, status=429)
    with pytest.raises(RateLimited):
        tiktok.fetch_orders([ORDER])


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("CANCELLATION_REQUEST_PENDING", RefundState.PENDING),
        ("CANCELLATION_REQUEST_SUCCESS", RefundState.PENDING),
        ("CANCELLATION_REQUEST_COMPLETE", RefundState.DONE),
        ("SOMETHING_NEW", RefundState.PENDING),
        ("CANCELLATION_REQUEST_CANCEL", None),
        ("CANCELLATION_REQUEST_CANCELLED", None),
    ],
)
def test_a_refund_is_told_by_its_cancellation(
    play: Play, reply: Callable[[str], Any], status: str, state: RefundState | None
) -> None:
    body = reply("cancellations")
    body["data"]["cancellations"][0]["cancel_status"] = status
    order = play(cancel, cancellations=body)
    assert [refund.state for refund in order.refunds] == ([state] if state else [])
    if state:
        (refund,) = order.refunds
        assert refund.refund_id == "cancel:4035000000000000001"
        assert (refund.amount, refund.currency) == (Decimal(250000), "VND")
        assert refund.reason == "Không còn nhu cầu"


def test_cash_that_was_never_collected_is_not_refunded(
    play: Play, reply: Callable[[str], Any]
) -> None:
    def on_delivery(order: dict[str, Any]) -> None:
        order.update(is_cod=True, paid_time=0)

    order = play(after(cancel, on_delivery), cancellations=reply("cancellations"))
    assert order.refunds == ()


def test_a_living_order_asks_for_no_cancellation(
    play: Play, calls: Callable[[str], list[Any]]
) -> None:
    play(pick_up)
    assert not calls("cancellations/search")


@pytest.mark.parametrize(
    ("kind", "by_channel"),
    [
        ("FULFILLMENT_BY_SELLER", False),
        ("", False),
        ("FULFILLMENT_BY_TIKTOK", True),
        ("FULFILLMENT_BY_DILAYANI_TOKOPEDIA", True),
    ],
)
def test_what_the_channel_ships_itself_is_marked(
    play: Play, kind: str, by_channel: bool
) -> None:
    order = play(lambda order: order.update(fulfillment_type=kind))
    assert order.fulfilled_by_channel is by_channel


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("status", "HALF_SHIPPED", "unknown_status"),
        ("status", None, "malformed"),
        ("create_time", -1, "bad_time"),
        ("update_time", "soon", "bad_time"),
        ("payment", "none", "malformed"),
        ("line_items", [], "no_lines"),
        ("line_items", "none", "malformed"),
        ("line_items", [{"id": "1", "package_status": "FLYING"}], "unknown_status"),
        ("line_items", [{"id": "1", "currency": "VND"}], "malformed"),
    ],
)
def test_an_order_that_cannot_be_mapped_is_set_aside_with_its_reason(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    field: str,
    value: object,
    reason: str,
) -> None:
    body = reply("order_detail")
    good = reply("order_detail")["data"]["orders"][0]
    body["data"]["orders"][0][field] = value
    body["data"]["orders"].append({**good, "id": "577900000000000002"})
    answer("order/202507/orders", body)
    page = tiktok.fetch_orders([ORDER, "577900000000000002"])
    assert [order.order_id for order in page.items] == ["577900000000000002"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [(ORDER, reason)]


def test_a_unit_without_a_package_does_not_travel_with_the_others(play: Play) -> None:
    def ship_two(order: dict[str, Any]) -> None:
        pick_up(order)
        order["status"] = "PARTIALLY_SHIPPING"
        for name in ("package_id", "package_status", "rts_time", "tracking_number"):
            del order["line_items"][2][name]
        order["line_items"][2]["display_status"] = "AWAITING_SHIPMENT"

    order = play(ship_two)
    stages = [line.portions[0].stage for line in order.lines]
    assert stages == [Stage.IN_TRANSIT, Stage.IN_TRANSIT, Stage.NOT_SHIPPED]


def test_packages_that_no_line_names_are_counted_on_the_order(play: Play) -> None:
    def unnamed(order: dict[str, Any]) -> None:
        order.update(status="CANCELLED", rts_time=1793510000)
        order["packages"] = [{"id": "1"}, {"id": "2"}]
        each_line(order, package_id="", package_status="")

    assert fates(play(unnamed)) == {(Stage.UNKNOWN, Ending.CANCELLED)}
