"""Refunds as an order tells of them: done when money moved."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connector import RefundState
from tests.connector.shopify.changes import Json, Play, give_back, money


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("SUCCESS", RefundState.DONE),
        ("PENDING", RefundState.PENDING),
        ("AWAITING_RESPONSE", RefundState.PENDING),
        ("UNKNOWN", RefundState.PENDING),
        ("FAILURE", RefundState.REFUSED),
        ("ERROR", RefundState.REFUSED),
    ],
)
def test_a_refund_is_done_when_its_money_moved(
    play: Play, status: str, state: RefundState
) -> None:
    order = play(
        lambda order: give_back(order, "NO_RESTOCK", 2, status=status, note="hỏng")
    )
    (refund,) = order.refunds
    assert (refund.refund_id, refund.state) == ("9800000000001", state)
    assert (refund.amount, refund.currency) == (Decimal(300000), "VND")
    assert refund.reason == "hỏng"


def test_a_failed_refund_is_told_with_what_was_tried(play: Play) -> None:
    def change(order: Json) -> None:
        give_back(order, "NO_RESTOCK", 2, status="FAILURE")
        order["refunds"][0]["totalRefundedSet"] = money("0.0")

    (refund,) = play(change).refunds
    assert (refund.state, refund.amount) == (RefundState.REFUSED, Decimal(300000))


def test_a_refund_without_money_only_moved_stock(play: Play) -> None:
    def change(order: Json) -> None:
        give_back(order, "CANCEL", 0)
        order["refunds"][0].update(
            totalRefundedSet=money("0.0"), transactions={"nodes": []}
        )

    assert play(change).refunds == ()
