"""Returns, which Haravan knows only as refunds of what had left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from connector import ChannelReturn, ListingRef, RefundState, ReturnPhase
from connector.haravan import HaravanConnector
from connector.haravan.refunds import note_of
from tests.connector.haravan.conftest import Answer, Reader

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
Made = Callable[..., dict[str, Any]]
Returns = Callable[..., list[ChannelReturn]]


@pytest.fixture
def returns(
    haravan: HaravanConnector, answer: Answer, reply: Reader, fulfilment: Made
) -> Returns:
    """Return what is told of the recorded refund of an order, with changes."""

    def tell(
        code: str = "delivered", refund: dict[str, Any] | None = None, **changes: Any
    ) -> list[ChannelReturn]:
        given: dict[str, Any] = {
            "refunds": [reply("refund")["refund"] | (refund or {})],
            "fulfillments": [fulfilment(carrier_status_code=code)],
            "fulfillment_status": "fulfilled",
            **changes,
        }
        answer("orders", {"orders": [reply("order")["order"] | given]})
        answer("orders/800501", {"order": reply("order")["order"] | given})
        page = haravan.read_returns(since=SINCE)
        assert not page.rejected
        return list(page.items)

    return tell


def test_a_refund_of_delivered_units_is_a_return(returns: Returns) -> None:
    (told,) = returns()
    assert (told.return_id, told.order_id) == ("800501:9401", "800501")
    assert (told.phase, told.goods_come_back) == (ReturnPhase.APPROVED, True)
    (line,) = told.lines
    assert line.listing == ListingRef(item_id="7001", variant_id="7101")
    assert (line.line_id, line.sku, line.quantity) == ("9101", "NON-LA-01", 1)
    assert told.refund is not None
    assert (told.refund.refund_id, told.refund.amount) == ("9401", Decimal(185000))
    assert told.refund.state is RefundState.DONE
    assert (told.reason, told.raw_status) == ("khách đổi ý", "refund")
    assert told.claim_before is None


@pytest.mark.parametrize("code", ["waitingforreturn", "return"])
def test_a_parcel_that_turned_back_is_on_its_way(returns: Returns, code: str) -> None:
    (told,) = returns(code)
    assert told.phase is ReturnPhase.SHIPPED_BACK
    assert [one.tracking_number for one in told.parcels] == ["GN000123VN"]


def test_a_restock_by_the_site_is_no_arrival(returns: Returns) -> None:
    (told,) = returns(refund={"restock": True})
    assert told.phase is ReturnPhase.APPROVED
    assert told.raw_status == "refund, restocked"


def test_a_refund_of_what_never_left_is_no_return(returns: Returns) -> None:
    assert returns(fulfillments=[], fulfillment_status="notfulfilled") == []
    assert returns(refund={"created_at": "2026-11-01T02:30:00Z"}) == []


def test_the_refund_of_a_cancel_is_told_with_the_order(returns: Returns) -> None:
    cancelled = {"cancelled_status": "cancelled"}
    assert returns(cancelled_at="2026-11-05T07:00:00.11Z", **cancelled) == []
    assert returns(**cancelled) == []
    # A return before the cancel stays one.
    assert len(returns(cancelled_at="2026-11-07T07:00:00Z", **cancelled)) == 1


def test_a_refund_that_we_made_is_no_return(returns: Returns) -> None:
    assert returns(refund={"note": note_of("cancelled", "key-1")}) == []


def test_a_part_of_the_money_is_a_gesture(
    returns: Returns, haravan: HaravanConnector
) -> None:
    assert returns(refund={"refund_line_items": None}) == []
    (told,) = haravan.fetch_returns(["800501:9401"]).items
    assert (told.goods_come_back, told.lines) == (False, ())
    assert told.phase is ReturnPhase.CLOSED


def test_all_of_the_money_asks_for_all_that_left(returns: Returns) -> None:
    whole = {"refund_line_items": None}
    (told,) = returns(refund=whole, financial_status="refunded")
    assert {line.line_id: line.quantity for line in told.lines} == {
        "9101": 2,
        "9102": 1,
    }
    nothing_left: dict[str, Any] = {"fulfillments": [], "fulfillment_status": None}
    assert returns(refund=whole, financial_status="refunded", **nothing_left) == []


def test_an_order_without_refunds_has_no_returns(returns: Returns) -> None:
    assert returns(refunds=[]) == []


def test_a_return_is_looked_up_by_its_name(
    returns: Returns, haravan: HaravanConnector, answer: Answer
) -> None:
    (told,) = returns()
    answer("orders/9", {"errors": "Not Found"}, status=404)
    names = ["800501:9401", "800501:1", "9:9401", "x", "x:1", "800501"]
    page = haravan.fetch_returns(names)
    assert page.items == (told,)
    assert [(one.record_id, one.reason) for one in page.rejected] == [
        (name, "not_found") for name in names[1:]
    ]


def test_returns_of_an_unknown_status_are_set_aside_by_name(
    haravan: HaravanConnector, answer: Answer, reply: Reader
) -> None:
    odd = reply("order")["order"] | {
        "refunds": [reply("refund")["refund"]],
        "fulfillment_status": "teleported",
    }
    answer("orders", {"orders": [odd]})
    answer("orders/800501", {"order": odd})
    for page in (
        haravan.read_returns(since=SINCE),
        haravan.fetch_returns(["800501:9401"]),
    ):
        (rejected,) = page.rejected
        assert rejected.record_id == "800501:9401"
        assert rejected.reason == "unknown_status"


def test_a_refund_of_more_than_was_bought_names_no_more(returns: Returns) -> None:
    lines = [{"line_item_id": 9101, "quantity": 7}]
    (told,) = returns(refund={"refund_line_items": lines})
    assert told.lines[0].quantity == 2
