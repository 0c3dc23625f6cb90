"""Lazada's reverse orders: what comes back to us, how far it is, and the money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connector import (
    ChannelReturn,
    ChannelReturnLine,
    ListingRef,
    MemorySettings,
    Parcel,
    ParcelDirection,
    RateLimited,
    RefundState,
    ReturnPhase,
    TransientError,
)
from connector.lazada import LazadaConnector
from connector.lazada.claims import REVERSE_STATUSES

RETURN, ORDER = "410000000400001", "310000000100001"
LIST = "reverse/getreverseordersforseller"
DETAIL = "order/reverse/return/detail/list"


class Reverse:
    """One reverse order as list and detail tell it."""

    def __init__(
        self, reply: Callable[[str], Any], answer: Callable[..., None]
    ) -> None:
        self._reply, self._answer = reply, answer
        self.hold({})

    def hold(self, *lines: Mapping[str, Any], **head: Any) -> None:
        listed, detail = self._reply("reverse_list"), self._reply("reverse_detail")
        line = detail["data"]["reverseOrderLineDTOList"][0]
        held = [
            {**line, "trade_order_line_id": line["trade_order_line_id"] + place, **one}
            for place, one in enumerate(lines)
        ]
        detail["data"] |= {"reverseOrderLineDTOList": held, **head}
        listed["result"]["items"][0] |= {"reverse_order_lines": held, **head}
        self._answer(LIST, listed)
        self._answer(DETAIL, detail)


@pytest.fixture
def reverse(reply: Callable[[str], Any], answer: Callable[..., None]) -> Reverse:
    return Reverse(reply, answer)


def fetched(lazada: LazadaConnector) -> ChannelReturn:
    page = lazada.fetch_returns([RETURN])
    assert not page.rejected, page.rejected
    (found,) = page.items
    return found


def test_a_return_is_told_with_everything_that_is_known(
    lazada: LazadaConnector, reverse: Reverse
) -> None:
    reverse.hold({"tracking_number": "VNBACK000001"}, {"tracking_number": ""})
    found = fetched(lazada)
    assert (found.return_id, found.order_id) == (RETURN, ORDER)
    assert found.goods_come_back
    assert found.lines == tuple(
        ChannelReturnLine(
            listing=ListingRef(item_id="2700000001", variant_id="8800000001"),
            quantity=1,
            line_id=f"31000000020000{number}",
            sku="MU-DEN",
        )
        for number in (1, 2)
    )
    assert found.parcels == (
        Parcel(tracking_number="VNBACK000001", direction=ParcelDirection.RETURN),
    )
    assert found.reason == "Sai màu"
    assert found.raw_status == "REQUEST_INITIATE/INITIAL"
    assert found.updated_at == datetime.fromtimestamp(1793598000, UTC)
    assert found.claim_before == datetime.fromtimestamp(1793900000, UTC)


def test_a_page_and_a_look_up_tell_the_same(
    lazada: LazadaConnector, reverse: Reverse, now: datetime
) -> None:
    page = lazada.read_returns(since=now - timedelta(days=2))
    assert page.items == (fetched(lazada),)
    assert page.next_cursor is None


STATUSES = [
    ("REQUEST_INITIATE", ReturnPhase.REQUESTED, RefundState.PENDING),
    ("REQUEST_REJECT", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    ("REQUEST_CANCEL", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    ("CANCEL_SUCCESS", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    ("REFUND_SUCCESS", ReturnPhase.CLOSED, RefundState.DONE),
    ("RTM_INIT", ReturnPhase.REQUESTED, RefundState.PENDING),
    ("RTM_CANCELED", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    ("RTM_SHIPPING_BACK", ReturnPhase.SHIPPED_BACK, RefundState.PENDING),
    ("RTM_RECEIVE_ITEM", ReturnPhase.ARRIVED, RefundState.PENDING),
    ("RTW_INIT", ReturnPhase.REQUESTED, RefundState.PENDING),
    ("RTW_CANCELED", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    ("RTW_SHIPPING_BACK", ReturnPhase.SHIPPED_BACK, RefundState.PENDING),
    ("RTW_REJECT", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
    ("RTW_REFUND_PENDING", ReturnPhase.APPROVED, RefundState.PENDING),
    ("REFUND_INIT", ReturnPhase.REQUESTED, RefundState.PENDING),
    ("REFUND_PENDING", ReturnPhase.APPROVED, RefundState.PENDING),
    ("REFUND_REJECTED", ReturnPhase.WITHDRAWN, RefundState.REFUSED),
]


@pytest.mark.parametrize(("status", "phase", "state"), STATUSES)
def test_each_status_has_its_phase_and_its_refund(
    lazada: LazadaConnector,
    reverse: Reverse,
    status: str,
    phase: ReturnPhase,
    state: RefundState,
) -> None:
    reverse.hold({"reverse_status": status})
    found = fetched(lazada)
    assert found.phase is phase
    assert found.refund is not None
    assert found.refund.state is state
    assert found.goods_come_back is (phase is not ReturnPhase.WITHDRAWN)
    over = phase in (ReturnPhase.CLOSED, ReturnPhase.WITHDRAWN)
    assert (found.claim_before is None) is over


def test_no_row_of_the_table_goes_untested() -> None:
    assert {status for status, _, _ in STATUSES} == set(REVERSE_STATUSES)


@pytest.mark.parametrize(
    ("transport", "number", "phase", "comes_back"),
    [
        ("INITIAL", "", ReturnPhase.REQUESTED, True),
        ("INITIAL", "VNBACK1", ReturnPhase.SHIPPED_BACK, True),
        ("", "VNBACK1", ReturnPhase.SHIPPED_BACK, True),
        ("RETURN_RTM_DELIVERED", "VNBACK1", ReturnPhase.ARRIVED, True),
        ("RETURN_RTM_DELIVERED", "", ReturnPhase.ARRIVED, True),
        ("RETURN_CANCELED", "VNBACK1", ReturnPhase.WITHDRAWN, False),
        # The words for the way itself are in no public list.
        ("RETURN_SOMEHOW", "VNBACK1", ReturnPhase.SHIPPED_BACK, True),
        ("RETURN_SOMEHOW", "", ReturnPhase.REQUESTED, True),
    ],
)
def test_the_transport_tells_how_far_the_goods_are(
    lazada: LazadaConnector,
    reverse: Reverse,
    transport: str,
    number: str,
    phase: ReturnPhase,
    comes_back: bool,
) -> None:
    reverse.hold({"ofc_status": transport, "tracking_number": number})
    found = fetched(lazada)
    assert (found.phase, found.goods_come_back) == (phase, comes_back)


@pytest.mark.parametrize(
    ("request_type", "is_rtm", "decision", "comes_back"),
    [
        ("RETURN", True, None, True),
        ("RETURN", "true", "", True),
        ("RETURN", "true", "return_to_merchant", True),
        ("RETURN", "true", "scrap", False),
        ("RETURN", "true", "return_to_customer", False),
        ("RETURN", "false", None, True),
        ("RETURN", "false", "return_to_merchant", True),
        ("RETURN", "false", "return_to_merchant_cb", True),
        ("RETURN", False, "return_to_warehouse", False),
        ("RETURN", "false", "return_to_customer", False),
        ("RETURN", "false", "not_returned", False),
        ("RETURN", "false", "scrap", False),
        ("RETURN", "false", "a new word", False),
        ("RETURN", None, None, True),
        ("ONLY_REFUND", "true", None, False),
    ],
)
def test_what_comes_back_to_our_warehouse_and_what_does_not(
    lazada: LazadaConnector,
    reverse: Reverse,
    request_type: str,
    is_rtm: Any,
    decision: str | None,
    comes_back: bool,
) -> None:
    reverse.hold({"whqc_decision": decision}, request_type=request_type, is_rtm=is_rtm)
    found = fetched(lazada)
    assert found.goods_come_back is comes_back
    assert len(found.lines) == 1


def test_only_the_units_that_come_back_are_expected(
    lazada: LazadaConnector, reverse: Reverse
) -> None:
    reverse.hold({}, {"whqc_decision": "scrap"}, {"reverse_status": "REQUEST_CANCEL"})
    found = fetched(lazada)
    assert [line.line_id for line in found.lines] == ["310000000200001"]
    assert found.phase is ReturnPhase.REQUESTED


def test_a_return_is_as_far_as_the_last_of_its_units(
    lazada: LazadaConnector, reverse: Reverse
) -> None:
    arrived = {"ofc_status": "RETURN_RTM_DELIVERED"}
    reverse.hold(arrived, {"reverse_status": "RTM_SHIPPING_BACK"})
    assert fetched(lazada).phase is ReturnPhase.SHIPPED_BACK
    reverse.hold(arrived, {"reverse_status": "REFUND_SUCCESS"})
    assert fetched(lazada).phase is ReturnPhase.ARRIVED


@pytest.mark.parametrize(
    ("country", "currency", "expected"),
    [("vn", "VND", "85000"), ("sg", "SGD", "850.00"), ("id", "IDR", "850.00")],
)
def test_money_is_in_hundredths_except_in_vietnam(
    lazada: LazadaConnector,
    store: MemorySettings,
    reverse: Reverse,
    country: str,
    currency: str,
    expected: str,
) -> None:
    store.rotate(store.read(), lambda old: {**old, "country": country})
    refund = fetched(lazada).refund
    assert refund is not None
    assert (refund.amount, refund.currency) == (Decimal(expected), currency)
    assert refund.refund_id == f"return:{RETURN}"


def test_a_refund_is_done_when_each_unit_is_paid(
    lazada: LazadaConnector, reverse: Reverse
) -> None:
    paid = {"reverse_status": "REFUND_SUCCESS"}
    reverse.hold(paid, {})
    refund = fetched(lazada).refund
    assert refund is not None
    assert (refund.state, refund.amount) == (RefundState.PENDING, Decimal(170000))
    reverse.hold(paid, {"reverse_status": "REQUEST_REJECT"})
    refund = fetched(lazada).refund
    assert refund is not None
    assert (refund.state, refund.amount) == (RefundState.DONE, Decimal(85000))


@pytest.mark.parametrize(
    "change",
    [{"is_need_refund": "false"}, {"refund_amount": "0"}, {"refund_amount": None}],
)
def test_without_money_there_is_no_refund(
    lazada: LazadaConnector, reverse: Reverse, change: dict[str, Any]
) -> None:
    reverse.hold(change)
    assert fetched(lazada).refund is None


def test_a_cancellation_is_told_by_its_order_and_not_as_a_return(
    lazada: LazadaConnector,
    reverse: Reverse,
    now: datetime,
    calls: Callable[[str], list[Any]],
) -> None:
    reverse.hold({"reverse_status": "CANCEL_SUCCESS"}, request_type="CANCEL")
    page = lazada.read_returns(since=now - timedelta(days=2))
    assert (page.items, page.rejected) == ((), ())
    assert not calls("detail/list")
    page = lazada.fetch_returns([RETURN])
    assert (page.items, page.rejected) == ((), ())


@pytest.mark.parametrize(
    ("change", "head", "reason"),
    [
        ({"reverse_status": "PONDERING"}, {}, "unknown_status"),
        ({}, {"request_type": "SWAP"}, "unknown_status"),
        ({"reverse_status": None}, {}, "malformed"),
        ({"trade_order_line_id": None}, {}, "malformed"),
        ({"refund_amount": "much"}, {}, "bad_amount"),
        ({}, {"trade_order_id": ""}, "malformed"),
    ],
)
def test_what_cannot_be_mapped_is_set_aside_with_its_reason(
    lazada: LazadaConnector,
    reverse: Reverse,
    change: dict[str, Any],
    head: dict[str, Any],
    reason: str,
) -> None:
    reverse.hold(change, **head)
    page = lazada.fetch_returns([RETURN])
    assert page.items == ()
    assert [(one.record_id, one.reason) for one in page.rejected] == [(RETURN, reason)]


@pytest.mark.parametrize(
    "body",
    [
        # Another shop's reverse order: success, and nothing in it.
        {"code": "0", "data": {"reverseOrderLineDTOList": []}},
        {"code": "0", "data": {}},
        {"code": "16", "type": "ISP", "message": "E016"},
        {"code": "106", "type": "ISP", "message": "E0106: ROC internal error"},
    ],
)
def test_a_return_that_this_shop_does_not_have_is_set_aside(
    lazada: LazadaConnector, answer: Callable[..., None], body: Any
) -> None:
    answer(DETAIL, body)
    page = lazada.fetch_returns([RETURN, "no number"])
    assert [one.reason for one in page.rejected] == ["not_found", "not_found"]


@pytest.mark.parametrize(
    ("status", "error"), [(502, TransientError), (429, RateLimited)]
)
def test_trouble_with_a_detail_is_not_taken_for_an_unknown_return(
    lazada: LazadaConnector,
    reverse: Reverse,
    answer: Callable[..., None],
    now: datetime,
    status: int,
    error: type[Exception],
) -> None:
    answer(DETAIL, {}, status=status)
    with pytest.raises(error):
        lazada.read_returns(since=now - timedelta(days=2))


def test_without_a_time_of_change_the_moment_of_reading_stands_in(
    lazada: LazadaConnector, reverse: Reverse, now: datetime
) -> None:
    blank = {"return_order_line_gmt_modified": "0", "return_order_line_gmt_create": 0}
    reverse.hold(blank)
    assert fetched(lazada).updated_at == now


def test_the_list_is_asked_with_post_where_only_that_is_taken(
    lazada: LazadaConnector,
    reverse: Reverse,
    answer: Callable[..., None],
    reply: Callable[[str], Any],
    calls: Callable[[str], list[Any]],
    now: datetime,
) -> None:
    answer(LIST, {"code": "UnsupportedHTTPMethod", "type": "ISV", "message": ""})
    answer(LIST, reply("reverse_list"), method="POST")
    for _ in range(2):
        page = lazada.read_returns(since=now - timedelta(days=2))
        assert [found.return_id for found in page.items] == [RETURN]
    asked = calls("getreverseordersforseller")
    assert [one.method for one in asked] == ["GET", "POST", "POST"]
    # A body on this call breaks the signature: everything stands in the address.
    assert asked[1].body is None
    assert "page_no=1" in asked[1].url
