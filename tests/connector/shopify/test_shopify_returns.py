"""Shopify's returns: found through their orders, told with what comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ChannelReturn,
    ListingRef,
    Parcel,
    ParcelDirection,
    RefundState,
    ReturnPhase,
)
from connector.shopify import ShopifyConnector
from tests.connector.shopify.conftest import Graph, Reply

RETURN = "15200000001"
SINCE = datetime(2026, 11, 1, tzinfo=UTC)

Json = dict[str, Any]
Play = Callable[[Callable[[Json], object]], ChannelReturn]


@pytest.fixture
def play(shopify: ShopifyConnector, graph: Graph, reply: Reply) -> Play:
    """Change the recorded return, and fetch what comes of it."""

    def fetched(change: Callable[[Json], object]) -> ChannelReturn:
        answer = reply("returns")
        change(answer["data"]["nodes"][0])
        graph.answer("Returns", answer)
        page = shopify.fetch_returns([RETURN])
        assert not page.rejected, page.rejected
        return page.items[0]

    return fetched


def reverse(entry: Json) -> Json:
    found: Json = entry["reverseFulfillmentOrders"]["nodes"][0]
    return found


def dispose(entry: Json, *kinds: str) -> None:
    line = reverse(entry)["lineItems"]["nodes"][0]
    line["dispositions"] = [{"type": kind, "quantity": 1} for kind in kinds]


def test_a_return_is_mapped_whole(play: Play) -> None:
    found = play(lambda entry: None)
    assert (found.return_id, found.order_id) == (RETURN, "6100000000001")
    assert found.updated_at == datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    assert (found.phase, found.raw_status) == (ReturnPhase.SHIPPED_BACK, "OPEN")
    (line,) = found.lines
    assert line.listing == ListingRef(
        item_id="8200000000001", variant_id="46100000000001"
    )
    assert (line.line_id, line.quantity, line.sku) == (
        "14500000000001",
        2,
        "AO-LANH-M",
    )
    assert found.parcels == (
        Parcel(
            tracking_number="GHN-BACK-0001",
            direction=ParcelDirection.RETURN,
            carrier="GHN",
        ),
    )
    assert found.goods_come_back
    assert found.reason == "rộng quá"
    assert (found.refund, found.claim_before) == (None, None)


@pytest.mark.parametrize(
    ("status", "phase", "comes_back"),
    [
        ("REQUESTED", ReturnPhase.REQUESTED, True),
        ("OPEN", ReturnPhase.APPROVED, True),
        ("CLOSED", ReturnPhase.CLOSED, True),
        ("DECLINED", ReturnPhase.WITHDRAWN, False),
        ("CANCELED", ReturnPhase.WITHDRAWN, False),
    ],
)
def test_each_status_has_its_phase(
    play: Play, status: str, phase: ReturnPhase, comes_back: bool
) -> None:
    def change(entry: Json) -> None:
        entry.update(status=status, reverseFulfillmentOrders={"nodes": []})

    found = play(change)
    assert (found.phase, found.goods_come_back) == (phase, comes_back)


@pytest.mark.parametrize(
    ("kinds", "phase"),
    [
        (["RESTOCKED"], ReturnPhase.ARRIVED),
        (["NOT_RESTOCKED"], ReturnPhase.ARRIVED),
        (["PROCESSING_REQUIRED"], ReturnPhase.ARRIVED),
        (["MISSING", "RESTOCKED"], ReturnPhase.ARRIVED),
        # Looked for and not found: nothing has arrived.
        (["MISSING"], ReturnPhase.SHIPPED_BACK),
    ],
)
def test_what_was_done_with_the_goods_tells_that_they_arrived(
    play: Play, kinds: list[str], phase: ReturnPhase
) -> None:
    assert play(lambda entry: dispose(entry, *kinds)).phase is phase


def test_a_finished_reverse_shipment_has_arrived(play: Play) -> None:
    found = play(lambda entry: reverse(entry).update(status="CLOSED"))
    assert found.phase is ReturnPhase.ARRIVED


def test_a_closed_return_stays_closed_whatever_arrived(play: Play) -> None:
    def change(entry: Json) -> None:
        entry["status"] = "CLOSED"
        dispose(entry, "RESTOCKED")

    assert play(change).phase is ReturnPhase.CLOSED


def test_the_newest_refund_is_told(play: Play) -> None:
    def refund(number: int, amount: str) -> Json:
        money = {"presentmentMoney": {"amount": amount, "currencyCode": "VND"}}
        payment = {"kind": "REFUND", "status": "SUCCESS", "amountSet": money}
        return {
            "id": f"gid://shopify/Refund/{number}",
            "note": None,
            "totalRefundedSet": money,
            "transactions": {"nodes": [payment]},
        }

    def change(entry: Json) -> None:
        entry["refunds"]["nodes"] = [refund(12, "7.0"), refund(11, "5.0")]

    told = play(change).refund
    assert told is not None
    assert (told.refund_id, told.amount, told.state) == (
        "12",
        Decimal(7),
        RefundState.DONE,
    )


def test_a_declined_return_says_why(play: Play) -> None:
    def change(entry: Json) -> None:
        entry.update(status="DECLINED", decline={"note": "quá hạn"})

    assert play(change).reason == "rộng quá; quá hạn"


def test_an_item_that_was_never_shipped_is_no_line(play: Play) -> None:
    def change(entry: Json) -> None:
        entry["returnLineItems"]["nodes"].append({"quantity": 1, "customerNote": None})

    assert len(play(change).lines) == 1


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        (lambda entry: entry.update(status="LOST"), "unknown_status", "LOST"),
        (lambda entry: dispose(entry, "EATEN"), "unknown_status", "EATEN"),
        (lambda entry: entry.update(returnLineItems={"nodes": []}), "no_lines", ""),
        (lambda entry: entry.update(order=None), "malformed", ""),
    ],
)
def test_a_return_that_is_not_understood_is_set_aside(
    shopify: ShopifyConnector,
    graph: Graph,
    reply: Reply,
    change: Callable[[Json], object],
    reason: str,
    detail: str,
) -> None:
    answer = reply("returns")
    change(answer["data"]["nodes"][0])
    graph.answer("Returns", answer)
    page = shopify.fetch_returns([RETURN, "15299999999", "x"])
    assert not page.items
    first, *unknown = page.rejected
    assert (first.record_id, first.reason) == (RETURN, reason)
    assert detail in first.detail
    assert {one.reason for one in unknown} == {"not_found"}


def test_returns_are_found_through_the_orders_that_changed(
    shopify: ShopifyConnector, graph: Graph
) -> None:
    graph.answer("OrdersWithReturns", "changed_returns")
    graph.answer("Returns", "returns")
    page = shopify.read_returns(since=SINCE)
    assert [found.return_id for found in page.items] == [RETURN]
    assert page.next_cursor is None
    (asked,) = graph.variables("OrdersWithReturns")
    assert asked["filter"] == "updated_at:>='2026-11-01T00:00:00Z' status:any"
    assert graph.variables("Returns") == [{"ids": [f"gid://shopify/Return/{RETURN}"]}]


def test_all_returns_of_an_order_are_read(
    shopify: ShopifyConnector, graph: Graph, reply: Reply
) -> None:
    listed = reply("changed_returns")
    returns = listed["data"]["orders"]["nodes"][0]["returns"]
    returns["pageInfo"] = {"hasNextPage": True, "endCursor": "c-1"}
    graph.answer("OrdersWithReturns", listed)
    rest = {"nodes": [{"id": "gid://shopify/Return/2"}], "pageInfo": {}}
    graph.answer("RestOfOrder", {"data": {"node": {"returns": rest}}})
    graph.answer("Returns", "returns")
    shopify.read_returns(since=SINCE)
    assert graph.variables("Returns")[0]["ids"][1] == "gid://shopify/Return/2"
