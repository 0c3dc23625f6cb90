"""Returns, which WooCommerce knows only as refunds of what had left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector import ChannelReturnLine, ListingRef, RefundState, ReturnPhase
from connector.woocommerce import WooCommerceConnector
from tests.connector.woocommerce.conftest import Reader

SENT = "2026-11-01T09:00:00"
SHIRT = ListingRef(item_id="30", variant_id="31")
HAT = ListingRef(item_id="40")


@pytest.fixture
def shop(
    woocommerce: WooCommerceConnector, answer: Callable[..., None], reply: Reader
) -> Callable[..., WooCommerceConnector]:
    """Return the connector of a shop with one refunded order."""

    def play(refunds: list[dict[str, Any]], **changes: Any) -> WooCommerceConnector:
        order = {**reply("order"), "status": "completed", "date_completed_gmt": SENT}
        order["refunds"] = [{"id": one["id"], "total": "-1"} for one in refunds]
        order |= changes
        answer("orders", [order])
        answer("orders/501", order)
        answer("orders/501/refunds", refunds)
        answer("orders/501/fulfillments", reply("no_route"), status=404)
        return woocommerce

    return play


Player = Callable[..., WooCommerceConnector]


def test_a_refund_of_units_that_left_is_a_return(
    shop: Player, reply: Reader, now: datetime
) -> None:
    (found,) = shop(reply("refunds")).read_returns(since=now).items
    assert (found.return_id, found.order_id) == ("501:620", "501")
    assert found.goods_come_back
    assert found.phase is ReturnPhase.APPROVED
    assert found.updated_at == datetime(2026, 11, 1, 9, 20, tzinfo=UTC)
    assert found.lines == (
        ChannelReturnLine(listing=SHIRT, quantity=1, line_id="71", sku="AO-DEN-M"),
    )
    assert found.refund is not None
    assert found.refund.refund_id == "620"
    assert (found.refund.amount, found.refund.state) == (
        Decimal(150000),
        RefundState.DONE,
    )
    assert found.reason == "Khách đổi ý"


def test_a_refund_before_the_goods_left_is_none(
    shop: Player, reply: Reader, now: datetime
) -> None:
    later = "2026-11-01T09:25:00"
    connector = shop(reply("refunds"), date_completed_gmt=later)
    assert connector.read_returns(since=now).items == ()
    never = shop(reply("refunds"), status="processing", date_completed_gmt=None)
    assert never.read_returns(since=now).items == ()


def test_an_amount_without_units_is_a_gesture(
    shop: Player, reply: Reader, now: datetime
) -> None:
    refunds = [{**reply("refunds")[0], "line_items": []}]
    assert shop(refunds).read_returns(since=now).items == ()


def test_a_whole_order_refunded_by_hand_comes_back_whole(
    shop: Player, reply: Reader, now: datetime
) -> None:
    # So the site does by itself when somebody sets the status "refunded".
    refunds = [{**reply("refunds")[0], "amount": "520000", "line_items": []}]
    (found,) = shop(refunds, status="refunded").read_returns(since=now).items
    assert [(one.listing, one.quantity) for one in found.lines] == [
        (SHIRT, 3),
        (HAT, 1),
    ]


def test_a_refund_of_ours_is_no_new_return(
    shop: Player, reply: Reader, now: datetime
) -> None:
    (refund,) = reply("refunds")
    refund["meta_data"] = [{"key": "_truestock_refund_key", "value": "k1"}]
    assert shop([refund]).read_returns(since=now).items == ()


def test_a_return_is_found_by_its_name(shop: Player, reply: Reader) -> None:
    connector = shop(reply("refunds"))
    page = connector.fetch_returns(["501:620", "501:999", "x:1", "501"])
    assert [one.return_id for one in page.items] == ["501:620"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("501:999", "not_found"),
        ("x:1", "not_found"),
        ("501", "not_found"),
    ]


def test_a_refund_that_turns_out_to_bring_nothing_back_is_told_so(
    shop: Player, reply: Reader
) -> None:
    refunds = [{**reply("refunds")[0], "line_items": []}]
    (found,) = shop(refunds).fetch_returns(["501:620"]).items
    assert not found.goods_come_back
    assert found.lines == ()
    assert found.phase is ReturnPhase.CLOSED


def test_refunds_of_an_order_that_cannot_be_read_are_set_aside_by_name(
    shop: Player, reply: Reader, now: datetime
) -> None:
    connector = shop(reply("refunds"), status="teleported")
    page = connector.read_returns(since=now)
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        ("501:620", "unknown_status")
    ]
    # Once the status is known, the same name leads to the return.
    again = shop(reply("refunds")).fetch_returns(["501:620"])
    assert [one.return_id for one in again.items] == ["501:620"]
    unknown = shop(reply("refunds"), status="teleported").fetch_returns(["501:620"])
    assert [one.reason for one in unknown.rejected] == ["unknown_status"]
