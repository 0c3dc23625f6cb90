"""TikTok Shop returns: the money is one thing, the goods are another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ChannelReturn,
    ChannelReturnLine,
    ListingRef,
    Parcel,
    ParcelDirection,
    RefundState,
    ReturnPhase,
)
from connector.tiktok import TikTokConnector
from connector.tiktok.claims import RETURN_STATUSES

RETURN = "4035100000000000001"
RETURNS = "return_refund/202602/returns/search"
RMAS = "return_refund/202604/rma/search"
EMPTY = {"code": 0, "message": "Success", "data": {}}

Change = Callable[[dict[str, Any]], None]
Play = Callable[..., ChannelReturn]

DONE, PENDING, REFUSED = RefundState.DONE, RefundState.PENDING, RefundState.REFUSED
REQUESTED, APPROVED = ReturnPhase.REQUESTED, ReturnPhase.APPROVED
SHIPPED_BACK, ARRIVED = ReturnPhase.SHIPPED_BACK, ReturnPhase.ARRIVED
CLOSED, WITHDRAWN = ReturnPhase.CLOSED, ReturnPhase.WITHDRAWN


@pytest.fixture
def play(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
) -> Play:
    """Change the recorded return, and fetch what comes of it."""

    def fetched(rma: str = "", **fields: Any) -> ChannelReturn:
        body, rmas = reply("returns"), reply("rmas")
        body["data"]["return_orders"][0].update(fields)
        rmas["data"]["return_merchandise_authorizations"][0]["status"] = rma
        answer(RETURNS, body)
        answer(RMAS, rmas if rma else EMPTY)
        answer("order/202507/orders", reply("order_detail"))
        (found,) = tiktok.fetch_returns([RETURN]).items
        return found

    return fetched


def test_a_return_is_mapped_whole(play: Play) -> None:
    found = play()
    assert (found.return_id, found.order_id) == (RETURN, "577900000000000001")
    assert found.updated_at == datetime.fromtimestamp(1793560000, UTC)
    assert found.raw_status == "RETURN_AND_REFUND/BUYER_SHIPPED_ITEM"
    assert found.reason == "Sai kích cỡ"
    assert found.claim_before == datetime.fromtimestamp(1793900000, UTC)
    assert found.refund is not None
    assert found.refund.refund_id == f"return:{RETURN}"
    assert (found.refund.amount, found.refund.currency) == (Decimal(130000), "VND")


def test_each_returned_unit_names_its_line_and_listing(play: Play) -> None:
    shirt = ListingRef(item_id="1730000000000000001", variant_id="1730000000000000011")
    assert play().lines == tuple(
        ChannelReturnLine(
            listing=shirt,
            quantity=1,
            line_id=f"57790000000000010{number}",
            sku="AO-DEN-M",
        )
        for number in (1, 2)
    )


def test_the_parcel_of_a_return_has_its_own_number(play: Play) -> None:
    assert play().parcels == (
        Parcel(
            tracking_number="860000000001",
            direction=ParcelDirection.RETURN,
            carrier="J&T Express",
        ),
    )


@pytest.mark.parametrize(
    ("status", "phase", "state"),
    [
        ("RETURN_OR_REFUND_REQUEST_PENDING", REQUESTED, PENDING),
        ("AWAITING_BUYER_RESPONSE", REQUESTED, PENDING),
        ("AWAITING_BUYER_SHIP", APPROVED, PENDING),
        ("BUYER_SHIPPED_ITEM", SHIPPED_BACK, PENDING),
        ("REJECT_RECEIVE_PACKAGE", ARRIVED, REFUSED),
        ("RETURN_OR_REFUND_REQUEST_SUCCESS", APPROVED, PENDING),
        ("RETURN_OR_REFUND_REQUEST_COMPLETE", CLOSED, DONE),
        ("REFUND_OR_RETURN_REQUEST_REJECT", WITHDRAWN, REFUSED),
        ("RETURN_OR_REFUND_REQUEST_CANCEL", WITHDRAWN, REFUSED),
        ("REPLACEMENT_REQUEST_PENDING", REQUESTED, PENDING),
        ("REPLACEMENT_REQUEST_REJECT", WITHDRAWN, REFUSED),
        ("REPLACEMENT_REQUEST_REFUND_SUCCESS", APPROVED, DONE),
        ("REPLACEMENT_REQUEST_CANCEL", WITHDRAWN, REFUSED),
        ("REPLACEMENT_REQUEST_COMPLETE", CLOSED, REFUSED),
        ("EXCHANGE_REQUEST_PENDING", REQUESTED, PENDING),
        ("EXCHANGE_REQUEST_REFUND_SUCCESS", APPROVED, DONE),
        ("EXCHANGE_REQUEST_CANCEL", WITHDRAWN, REFUSED),
        ("EXCHANGE_REQUEST_COMPLETE", CLOSED, REFUSED),
    ],
)
def test_each_status_has_a_phase_and_a_refund(
    play: Play, status: str, phase: ReturnPhase, state: RefundState
) -> None:
    found = play(return_status=status, return_tracking_number="")
    assert found.phase is phase
    assert found.refund is not None
    assert found.refund.state is state


def test_the_table_of_statuses_has_no_row_without_a_test() -> None:
    assert len(RETURN_STATUSES) == 18


def test_success_is_about_the_money_and_never_an_arrival(play: Play) -> None:
    status = "RETURN_OR_REFUND_REQUEST_SUCCESS"
    assert play(return_status=status).phase is SHIPPED_BACK
    bare = play(return_status=status, return_tracking_number="")
    assert bare.phase is APPROVED
    assert bare.goods_come_back
    paid = play(return_status="RETURN_OR_REFUND_REQUEST_COMPLETE")
    assert paid.phase is not ARRIVED
    assert paid.goods_come_back


@pytest.mark.parametrize(
    ("status", "rma", "phase"),
    [
        ("BUYER_SHIPPED_ITEM", "RETURN_IN_TRANSIT", SHIPPED_BACK),
        ("BUYER_SHIPPED_ITEM", "PENDING_PACKAGE_REVIEW", ARRIVED),
        ("BUYER_SHIPPED_ITEM", "PACKAGE_REVIEW_COMPLETED", ARRIVED),
        ("AWAITING_BUYER_SHIP", "INIT", APPROVED),
        ("AWAITING_BUYER_SHIP", "AWAITING_BUYER_RETURN", APPROVED),
        ("AWAITING_BUYER_SHIP", "AWAITING_BUYER_SHIPPED", APPROVED),
        ("AWAITING_BUYER_SHIP", "SOMETHING_NEW", APPROVED),
        ("RETURN_OR_REFUND_REQUEST_COMPLETE", "RETURN_IN_TRANSIT", SHIPPED_BACK),
        ("RETURN_OR_REFUND_REQUEST_COMPLETE", "PENDING_PACKAGE_REVIEW", CLOSED),
        ("RETURN_OR_REFUND_REQUEST_SUCCESS", "PENDING_PACKAGE_REVIEW", ARRIVED),
        ("RETURN_OR_REFUND_REQUEST_CANCEL", "RETURN_IN_TRANSIT", WITHDRAWN),
    ],
)
def test_where_the_parcel_is_follows_from_its_authorisation(
    play: Play, status: str, rma: str, phase: ReturnPhase
) -> None:
    assert play(rma, return_status=status).phase is phase


def test_a_return_in_two_parcels_has_arrived_with_the_last(
    play: Play, answer: Callable[..., None], reply: Callable[[str], Any], tiktok: Any
) -> None:
    play()
    rmas = reply("rmas")
    entries = rmas["data"]["return_merchandise_authorizations"]
    entries.append({**entries[0], "status": "PENDING_PACKAGE_REVIEW"})
    answer(RMAS, rmas)
    (found,) = tiktok.fetch_returns([RETURN]).items
    assert found.phase is SHIPPED_BACK


@pytest.mark.parametrize(
    ("fields", "comes_back"),
    [
        ({"return_type": "RETURN_AND_REFUND"}, True),
        ({"return_type": "EXCHANGE"}, True),
        ({"return_type": "REPLACEMENT"}, True),
        ({"return_type": "REPLACEMENT", "can_buyer_keep_item": True}, False),
        ({"return_type": "REFUND"}, False),
        ({"can_buyer_keep_item": True}, False),
        (
            {
                "seller_proposed_return_type": "PARTIAL_REFUND",
                "return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE",
                "return_tracking_number": "",
            },
            False,
        ),
        (
            {
                "seller_proposed_return_type": "PARTIAL_REFUND",
                "return_status": "RETURN_OR_REFUND_REQUEST_COMPLETE",
            },
            True,
        ),
        (
            {
                "seller_proposed_return_type": "PARTIAL_REFUND",
                "buyer_rejected_partial_refund": True,
                "return_status": "RETURN_OR_REFUND_REQUEST_SUCCESS",
                "return_tracking_number": "",
            },
            True,
        ),
        (
            {
                "seller_proposed_return_type": "PARTIAL_REFUND",
                "return_status": "AWAITING_BUYER_RESPONSE",
                "return_tracking_number": "",
            },
            True,
        ),
    ],
)
def test_whether_goods_come_back_follows_from_the_kind(
    play: Play, fields: dict[str, Any], comes_back: bool
) -> None:
    assert play(**fields).goods_come_back is comes_back


@pytest.mark.parametrize(
    ("arbitration", "state"),
    [("IN_PROGRESS", PENDING), ("SUPPORT_BUYER", PENDING), ("CLOSED", REFUSED)],
)
def test_a_refusal_that_the_platform_looks_into_is_not_the_last_word(
    play: Play, arbitration: str, state: RefundState
) -> None:
    found = play(return_status="REJECT_RECEIVE_PACKAGE", arbitration_status=arbitration)
    assert found.refund is not None
    assert found.refund.state is state


@pytest.mark.parametrize(
    ("deadlines", "first"),
    [([], None), ([0, None], None), ([1793900000, 1793800000], 1793800000)],
)
def test_the_first_deadline_counts(
    play: Play, deadlines: list[Any], first: int | None
) -> None:
    entries = [{"action": "SELLER_RESPOND_REFUND", "deadline": d} for d in deadlines]
    found = play(seller_next_action_response=entries)
    expected = datetime.fromtimestamp(first, UTC) if first else None
    assert found.claim_before == expected


def test_a_return_without_money_has_no_refund(play: Play) -> None:
    assert play(refund_amount={}).refund is None


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("return_status", "SOMETHING_NEW", "unknown_status"),
        ("return_type", "BARTER", "unknown_status"),
        ("return_line_items", [], "no_lines"),
        ("refund_amount", {"refund_total": "NaN"}, "bad_amount"),
        ("update_time", None, "bad_time"),
        ("order_id", "", "malformed"),
    ],
)
def test_a_return_that_cannot_be_mapped_is_set_aside(
    tiktok: TikTokConnector,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    field: str,
    value: object,
    reason: str,
) -> None:
    body = reply("returns")
    good = {**body["data"]["return_orders"][0], "return_id": "4035100000000000002"}
    body["data"]["return_orders"][0][field] = value
    body["data"]["return_orders"].append(good)
    answer(RETURNS, body)
    answer(RMAS, EMPTY)
    answer("order/202507/orders", reply("order_detail"))
    page = tiktok.fetch_returns([RETURN, "4035100000000000002", "77", "NOBODY"])
    assert [one.return_id for one in page.items] == ["4035100000000000002"]
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        (RETURN, reason),
        ("77", "not_found"),
        ("NOBODY", "not_found"),
    ]


def test_a_return_of_an_order_that_cannot_be_read_still_names_its_lines(
    tiktok: TikTokConnector, answer: Callable[..., None], reply: Callable[[str], Any]
) -> None:
    answer(RETURNS, reply("returns"))
    answer(RMAS, EMPTY)
    answer("order/202507/orders", {"code": 7, "message": "no such order"})
    (found,) = tiktok.fetch_returns([RETURN]).items
    assert [line.line_id for line in found.lines] == [
        "577900000000000101",
        "577900000000000102",
    ]
    assert {line.listing.variant_id for line in found.lines} == {"1730000000000000011"}
