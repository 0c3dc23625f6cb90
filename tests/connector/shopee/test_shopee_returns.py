"""Shopee returns: how far, whether goods come back, under which numbers, until when."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ChannelReturn,
    Parcel,
    ParcelDirection,
    RefundState,
    ReturnPhase,
)
from connector.shopee import ShopeeConnector

RETURN = "2611010RETURN01"
FORWARD = Parcel(
    tracking_number="SPXVN0000000001",
    direction=ParcelDirection.FORWARD,
    carrier="SPX Express",
)

Play = Callable[..., ChannelReturn]


@pytest.fixture
def play(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> Play:
    """Change the recorded return, and its order's package, and fetch the return."""

    def fetched(
        changes: dict[str, Any], *, package_status: str = "LOGISTICS_PICKUP_DONE"
    ) -> ChannelReturn:
        detail, reverse = reply("return_detail"), reply("reverse_tracking")
        detail["response"].update(changes)
        for name in ("reverse_logistics_status", "tracking_number"):
            if name in changes:
                reverse["response"][name] = changes[name]
        packages = reply("package_detail")
        packages["response"]["package_list"][0].update(
            fulfillment_status=package_status, tracking_number="SPXVN0000000001"
        )
        orders = reply("order_detail")
        orders["response"]["order_list"][0]["order_status"] = "SHIPPED"
        answer("returns/get_return_detail", detail)
        answer("returns/get_reverse_tracking_info", reverse)
        answer("order/get_order_detail", orders)
        answer("order/get_package_detail", packages)
        answer("logistics/get_tracking_info", {"error": "", "response": {}})
        (found,) = shopee.fetch_returns([RETURN]).items
        return found

    return fetched


def test_a_return_is_mapped_whole(play: Play) -> None:
    found = play({})
    assert (found.return_id, found.order_id) == (RETURN, "261101TRUE0001")
    assert found.phase is ReturnPhase.SHIPPED_BACK
    assert found.goods_come_back
    (line,) = found.lines
    assert (line.line_id, line.quantity) == ("7000000001:8000000001", 2)
    assert line.sku == "AO-DEN-M"
    assert found.parcels == (
        Parcel(tracking_number="RNVN0000000001", direction=ParcelDirection.RETURN),
    )
    assert found.refund is not None
    assert found.refund.refund_id == f"return:{RETURN}"
    assert found.refund.amount == Decimal(100000)
    assert found.claim_before == datetime.fromtimestamp(1794000000, UTC)


@pytest.mark.parametrize(
    ("status", "leg", "phase", "refund"),
    [
        ("REQUESTED", "", ReturnPhase.REQUESTED, RefundState.PENDING),
        ("JUDGING", "", ReturnPhase.REQUESTED, RefundState.PENDING),
        ("PROCESSING", "", ReturnPhase.APPROVED, RefundState.PENDING),
        ("SELLER_DISPUTE", "", ReturnPhase.APPROVED, RefundState.PENDING),
        ("ACCEPTED", "", ReturnPhase.APPROVED, RefundState.DONE),
        (
            "ACCEPTED",
            "LOGISTICS_REQUEST_CREATED",
            ReturnPhase.APPROVED,
            RefundState.PENDING,
        ),
        (
            "PROCESSING",
            "LOGISTICS_PICKUP_DONE",
            ReturnPhase.SHIPPED_BACK,
            RefundState.PENDING,
        ),
        (
            "PROCESSING",
            "LOGISTICS_DELIVERY_DONE",
            ReturnPhase.ARRIVED,
            RefundState.PENDING,
        ),
        ("ACCEPTED", "Delivered", ReturnPhase.ARRIVED, RefundState.DONE),
        ("CLOSED", "LOGISTICS_DELIVERY_DONE", ReturnPhase.CLOSED, RefundState.DONE),
        (
            "REFUND_PAID",
            "LOGISTICS_PICKUP_DONE",
            ReturnPhase.SHIPPED_BACK,
            RefundState.DONE,
        ),
        ("CANCELLED", "", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    ],
)
def test_status_and_reverse_leg_give_the_phase(
    play: Play, status: str, leg: str, phase: ReturnPhase, refund: RefundState
) -> None:
    found = play({"status": status, "reverse_logistics_status": leg})
    assert found.phase is phase
    assert found.refund is not None
    assert found.refund.state is refund


def test_the_misspelt_status_is_read_too(play: Play) -> None:
    found = play(
        {
            "reverse_logistics_status": "",
            "reverse_logistic_status": "LOGISTICS_DELIVERY_DONE",
        }
    )
    assert found.phase is ReturnPhase.ARRIVED


REFUND_ONLY = {
    "needs_logistics": False,
    "return_solution": 1,
    "reverse_logistics_status": "",
    "tracking_number": "",
}
TRAP = {**REFUND_ONLY, "reason": "NOT_RECEIPT", "status": "ACCEPTED"}


@pytest.mark.parametrize(
    ("changes", "package_status", "comes_back"),
    [
        ({}, "DELIVERY_DONE", True),
        (REFUND_ONLY, "DELIVERY_DONE", False),
        ({"status": "CANCELLED"}, "DELIVERY_DONE", False),
        (TRAP, "DELIVERY_FAILED", True),
        (TRAP, "PICKUP_DONE", True),
        (TRAP, "LOST", False),
        (TRAP, "DELIVERY_DONE", False),
        ({**REFUND_ONLY, "return_refund_request_type": 1}, "PICKUP_DONE", True),
        ({**REFUND_ONLY, "return_refund_request_type": 2}, "PICKUP_DONE", True),
        (
            {
                "validation_type": "warehouse_validation",
                "follow_up_action_list": [{"current_status": 1}],
            },
            "DELIVERY_DONE",
            False,
        ),
        (
            {
                "validation_type": "warehouse_validation",
                "follow_up_action_list": [{"current_status": 2}],
            },
            "DELIVERY_DONE",
            True,
        ),
        ({"validation_type": "warehouse_validation"}, "DELIVERY_DONE", True),
    ],
)
def test_whether_the_goods_come_back(
    play: Play, changes: dict[str, Any], package_status: str, comes_back: bool
) -> None:
    found = play(changes, package_status=f"LOGISTICS_{package_status}")
    assert found.goods_come_back is comes_back


@pytest.mark.parametrize("changes", [TRAP, {"return_refund_request_type": 1}])
def test_goods_that_turn_round_come_under_the_forward_number(
    play: Play, changes: dict[str, Any]
) -> None:
    assert FORWARD in play(changes, package_status="LOGISTICS_DELIVERY_FAILED").parcels


def test_the_warehouse_sends_goods_on_under_a_third_number(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    reverse = reply("reverse_tracking")
    reverse["response"]["rts_tracking_number"] = "RTSVN0001"
    answer("returns/get_return_detail", reply("return_detail"))
    answer("returns/get_reverse_tracking_info", reverse)
    (found,) = shopee.fetch_returns([RETURN]).items
    assert found.parcels[1] == Parcel(
        tracking_number="RTSVN0001", direction=ParcelDirection.RETURN_TO_SENDER
    )


@pytest.mark.parametrize(
    ("changes", "deadline"),
    [
        ({"status": "REQUESTED"}, 1793950000),
        ({"status": "PROCESSING"}, 1794000000),
        ({"status": "CLOSED"}, 0),
        (
            {
                "status": "JUDGING",
                "seller_proof": {
                    "seller_proof_status": "PENDING",
                    "seller_evidence_deadline": 1793970000,
                },
            },
            1793970000,
        ),
        (
            {
                "status": "CLOSED",
                "seller_compensation": {
                    "seller_compensation_status": "PENDING_REQUEST",
                    "seller_compensation_due_date": 1794100000,
                },
            },
            1794100000,
        ),
    ],
)
def test_the_first_deadline_that_can_still_be_missed_is_told(
    play: Play, changes: dict[str, Any], deadline: int
) -> None:
    expected = datetime.fromtimestamp(deadline, UTC) if deadline else None
    assert play(changes).claim_before == expected


def test_an_unknown_return_status_is_set_aside(
    shopee: ShopeeConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> None:
    detail = reply("return_detail")
    detail["response"]["status"] = "PONDERED"
    answer("returns/get_return_detail", detail)
    answer("returns/get_reverse_tracking_info", reply("reverse_tracking"))
    (rejected,) = shopee.fetch_returns([RETURN]).rejected
    assert (rejected.reason, rejected.detail) == ("unknown_status", "PONDERED")


def test_a_return_that_shopee_does_not_know_is_set_aside(
    shopee: ShopeeConnector, answer: Callable[..., None]
) -> None:
    refusal = {"error": "returns.return_not_found", "message": "Return not found"}
    answer("returns/get_return_detail", refusal)
    (rejected,) = shopee.fetch_returns([RETURN]).rejected
    assert (rejected.record_id, rejected.reason) == (RETURN, "not_found")


@pytest.mark.parametrize("first_page", ["refused", "empty", "same", "zero"])
def test_returns_are_found_whatever_number_the_first_page_has(
    shopee: ShopeeConnector,
    edge: Any,
    now: datetime,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    first_page: str,
) -> None:
    nothing = {"error": "", "response": {"more": False, "return": []}}
    zero = {
        "refused": {"error": "error_param", "message": "page_no must be positive"},
        "empty": nothing,
        "same": reply("return_list"),
        "zero": reply("return_list"),
    }[first_page]
    one = nothing if first_page == "zero" else reply("return_list")

    def listed(request: Any) -> tuple[int, dict[str, str], str]:
        body = zero if "page_no=0" in request.url else one
        return 200, {}, json.dumps(body)

    url = "https://partner.shopeemobile.com/api/v2/returns/get_return_list"
    edge.add_callback("GET", url, callback=listed)
    answer("returns/get_return_detail", reply("return_detail"))
    answer("returns/get_reverse_tracking_info", reply("reverse_tracking"))
    page = shopee.read_returns(since=now - timedelta(days=3))
    assert [found.return_id for found in page.items] == [RETURN]
    assert page.next_cursor is None
