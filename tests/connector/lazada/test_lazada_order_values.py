"""What Lazada's orders tell: no status and no quantity, each unit by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ListingRef,
    Stage,
)
from connector.lazada import LazadaConnector
from tests.connector.lazada.one_order import (
    FIRST,
    ORDER,
    SECOND,
    OneOrder,
    fetched,
    one,
)


def test_each_item_is_a_line_of_one_unit(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    order = fetched(lazada)
    assert [line.line_id for line in order.lines] == [FIRST, SECOND]
    assert [line.quantity for line in order.lines] == [1, 1]
    line = order.lines[0]
    assert line.listing == ListingRef(item_id="2700000001", variant_id="8800000001")
    assert (line.sku, line.title) == ("MU-DEN", "Mũ lưỡi trai, Màu:Đen")
    assert line.unit_price == Decimal(90000)
    assert line.portions == (one(Stage.NOT_SHIPPED),)


def test_an_order_tells_its_money_and_times(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    order = fetched(lazada)
    assert (order.total, order.currency) == (Decimal(185000), "VND")
    assert order.ordered_at == datetime(2026, 11, 1, 2, 30, tzinfo=UTC)
    assert order.updated_at == datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
    assert order.refunds == ()
    assert not order.fulfilled_by_channel


def test_units_in_lazadas_own_warehouse_are_left_out(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"is_fbl": "1"}, {"is_fbl": "0"})
    order = fetched(lazada)
    assert [line.line_id for line in order.lines] == [SECOND]
    assert not order.fulfilled_by_channel
    shop.hold({"is_fbl": 1})
    assert fetched(lazada).fulfilled_by_channel


def test_a_cancel_for_lack_of_stock_is_told_with_its_reason(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    # Lazada sets the listing to 0 then, so its number must be sent again.
    cancelled = {
        "status": "canceled",
        "cancel_return_initiator": "cancellation-seller",
        "reason": "Out of Stock",
    }
    shop.hold(cancelled, cancelled)
    assert fetched(lazada).cancel_reason == "cancellation-seller: Out of Stock"
    assert LazadaConnector.capabilities.restocks_by_itself


def test_older_items_name_their_listing_in_the_shop_sku(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold({"product_id": "", "sku_id": None})
    listing = ListingRef(item_id="2700000001", variant_id="8800000001")
    assert fetched(lazada).lines[0].listing == listing


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-02 10:00:00 +0700", datetime(2026, 11, 2, 3, tzinfo=UTC)),
        ("2026-11-02T10:00:00+07:00", datetime(2026, 11, 2, 3, tzinfo=UTC)),
        ("1793588400000", datetime(2026, 11, 2, 3, tzinfo=UTC)),
        (1793588400, datetime(2026, 11, 2, 3, tzinfo=UTC)),
    ],
)
def test_times_come_in_several_forms(
    lazada: LazadaConnector, shop: OneOrder, written: Any, expected: datetime
) -> None:
    shop.hold({"updated_at": written})
    assert fetched(lazada).updated_at == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "teleported"}, "unknown_status"),
        ({"status": None}, "malformed"),
        ({"order_item_id": None}, "malformed"),
        ({"updated_at": "2026-11-02 10:00:00"}, "bad_time"),
        ({"updated_at": "yesterday"}, "bad_time"),
        ({"created_at": None}, "bad_time"),
        ({"item_price": "much"}, "bad_amount"),
        ({"is_fbl": "perhaps"}, "malformed"),
        ({"product_id": "", "sku_id": "", "shop_sku": "OLD-1"}, "no_listing"),
        ({"order_item_id": int(SECOND)}, "quantities_contradict"),
    ],
)
def test_what_cannot_be_mapped_is_set_aside_with_its_reason(
    lazada: LazadaConnector, shop: OneOrder, change: dict[str, Any], reason: str
) -> None:
    shop.hold(change, {})
    page = lazada.fetch_orders([ORDER])
    assert page.items == ()
    ((record_id, told),) = [(one.record_id, one.reason) for one in page.rejected]
    assert (record_id, told) == (ORDER, reason)


def test_an_order_without_items_is_set_aside(
    lazada: LazadaConnector, shop: OneOrder
) -> None:
    shop.hold()
    assert [one.reason for one in lazada.fetch_orders([ORDER]).rejected] == ["no_lines"]
