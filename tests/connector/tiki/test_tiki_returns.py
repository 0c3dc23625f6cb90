"""Returns: Tiki has none of its own, so they are told from what orders say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from connector import ListingRef, Parcel, ParcelDirection, ReturnPhase
from connector.tiki import TikiConnector
from tests.connector.tiki.conftest import Answer, paged, past, recorded

HAD = ("queueing", "picking", "shipping", "successful_delivery")
WAYBILL = {"return_shipping_code": "BACK-7", "return_partner_code": "TNSL"}
CODE = "610200301"


def delivered(status: str = "returned", shipping: Any = None) -> dict[str, Any]:
    """Return an order that the buyer had, with what its shipping says now."""
    return {
        **recorded("order"),
        "status": status,
        "status_histories": past([*HAD, status]),
        "shipping": {"tracking_code": "NJV90001", **(shipping or {})},
    }


@pytest.fixture
def only(
    tiki: TikiConnector, answer: Answer, now: datetime
) -> Callable[[dict[str, Any]], Any]:
    """Return the only return on a page of orders, or nothing."""

    def read(order: dict[str, Any]) -> Any:
        answer("v2/orders", paged([order]))
        page = tiki.read_returns(since=now - timedelta(days=4))
        assert page.next_cursor is None
        assert page.rejected == ()
        assert len(page.items) <= 1
        return page.items[0] if page.items else None

    return read


def test_what_comes_back_from_a_buyer_is_told_with_its_lines(
    only: Callable[[dict[str, Any]], Any],
) -> None:
    found = only(delivered(shipping=WAYBILL))
    assert (found.return_id, found.order_id) == (CODE, CODE)
    assert found.raw_status == "returned"
    assert found.goods_come_back
    lines = [(line.line_id, line.sku, line.quantity) for line in found.lines]
    assert lines == [("880001", "NON-LA", 2), ("880002", "QUAT-TRE", 1)]
    assert found.lines[0].listing == ListingRef(item_id="41001")
    back = ParcelDirection.RETURN
    assert found.parcels == (
        Parcel(tracking_number="BACK-7", direction=back, carrier="TNSL"),
    )
    # Tiki tells neither the amount of a refund nor when it was paid.
    assert found.refund is None


@pytest.mark.parametrize(
    ("status", "shipping", "phase"),
    [
        ("successful_delivery", WAYBILL, ReturnPhase.APPROVED),
        ("complete", WAYBILL, ReturnPhase.APPROVED),
        ("complete", {"status": "Returning", **WAYBILL}, ReturnPhase.SHIPPED_BACK),
        (
            "returned",
            {"shipping_detail": {"status": "returning"}},
            ReturnPhase.SHIPPED_BACK,
        ),
        ("returned", {"shipping_detail": {"status": "returned"}}, ReturnPhase.ARRIVED),
        ("returned", WAYBILL, ReturnPhase.ARRIVED),
        ("returned", {}, ReturnPhase.ARRIVED),
    ],
)
def test_the_phase_follows_from_the_order_and_its_carrier(
    only: Callable[[dict[str, Any]], Any],
    status: str,
    shipping: dict[str, Any],
    phase: ReturnPhase,
) -> None:
    assert only(delivered(status, shipping)).phase is phase


@pytest.mark.parametrize(
    "order",
    [
        # The order itself says that it turned back.
        {**delivered(), "status_histories": past(["shipping", "returned"])},
        {**delivered("canceled", WAYBILL), "status_histories": past(["shipping"])},
        {**recorded("order"), "shipping": WAYBILL},
        delivered("complete"),
    ],
)
def test_what_the_buyer_never_had_or_kept_is_no_return(
    only: Callable[[dict[str, Any]], Any], order: dict[str, Any]
) -> None:
    assert only(order) is None


def test_goods_of_tikis_own_stock_do_not_come_back_to_us(
    only: Callable[[dict[str, Any]], Any],
) -> None:
    order = delivered()
    for item in order["items"]:
        item["product"]["inventory_type"] = "instock"
    assert only(order) is None


def test_what_the_seller_declined_does_not_come_back(
    only: Callable[[dict[str, Any]], Any],
) -> None:
    order = delivered()
    order["items"][0]["confirmation"]["status"] = "seller_canceled"
    order["items"][0]["is_fulfilled"] = False
    assert [line.sku for line in only(order).lines] == ["QUAT-TRE"]


def test_an_order_that_cannot_be_read_is_set_aside_by_the_orders_alone(
    tiki: TikiConnector, answer: Answer, now: datetime
) -> None:
    strange = {**recorded("order"), "status": "teleported"}
    answer("v2/orders", paged([strange, delivered(shipping=WAYBILL)]))
    page = tiki.read_returns(since=now - timedelta(days=4))
    assert [found.order_id for found in page.items] == [CODE]
    assert page.rejected == ()


def test_a_return_is_looked_up_by_its_order(
    tiki: TikiConnector, answer: Answer, now: datetime
) -> None:
    answer("v2/orders", paged([delivered(shipping=WAYBILL)]))
    (listed,) = tiki.read_returns(since=now - timedelta(days=4)).items
    answer(f"v2/orders/{CODE}", delivered(shipping=WAYBILL))
    assert tiki.fetch_returns([CODE, CODE]).items == (listed,)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"errors": ["unknown"]}, 404, "not_found"),
        (recorded("order"), 200, "not_found"),
        ({**recorded("order"), "status": "teleported"}, 200, "unknown_status"),
    ],
)
def test_a_return_that_is_none_is_set_aside(
    tiki: TikiConnector, answer: Answer, body: Any, status: int, reason: str
) -> None:
    answer(f"v2/orders/{CODE}", body, status=status)
    page = tiki.fetch_returns([CODE])
    assert page.items == ()
    assert [(one.record_id, one.reason) for one in page.rejected] == [(CODE, reason)]
