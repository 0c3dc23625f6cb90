"""Where the goods are: one test for each row of the tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector import ChannelOrder, Ending, Stage
from connector.haravan import HaravanConnector
from connector.haravan.evidence import CARRIER_STATUSES
from connector.values import Portion
from tests.connector.haravan.conftest import Answer, Reader

Told = Callable[..., ChannelOrder]
Made = Callable[..., dict[str, Any]]

MOMENT = "2026-11-02T01:00:00Z"
CANCEL = {"cancelled_status": "cancelled", "cancelled_at": "2026-11-03T01:00:00Z"}
BARE: dict[str, Any] = {"tracking_number": None, "tracking_numbers": []}

SHELF, PACKED = Stage.NOT_SHIPPED, Stage.AWAITING_PICKUP
ON_ITS_WAY, WITH_BUYER = Stage.IN_TRANSIT, Stage.DELIVERED
UNKNOWN = Stage.UNKNOWN
CANCELLED, FAILED = Ending.CANCELLED, Ending.DELIVERY_FAILED


def hats(order: ChannelOrder) -> set[tuple[int, Stage, Ending | None]]:
    """Return what becomes of the two hats of the recorded order."""
    (line,) = [one for one in order.lines if one.line_id == "9101"]
    assert sum(one.quantity for one in line.portions) == line.quantity
    return {(one.quantity, one.stage, one.ending) for one in line.portions}


CARRIER = [
    ("pending", SHELF, None, UNKNOWN, CANCELLED),
    ("readytopick", PACKED, None, PACKED, CANCELLED),
    ("picking", PACKED, None, PACKED, CANCELLED),
    ("delivering", ON_ITS_WAY, None, ON_ITS_WAY, CANCELLED),
    ("notmeetcustomer", ON_ITS_WAY, None, ON_ITS_WAY, CANCELLED),
    ("delivered", WITH_BUYER, None, WITH_BUYER, CANCELLED),
    ("waitingforreturn", ON_ITS_WAY, FAILED, ON_ITS_WAY, FAILED),
    ("return", ON_ITS_WAY, FAILED, ON_ITS_WAY, FAILED),
    ("cancel", UNKNOWN, None, UNKNOWN, CANCELLED),
]


def test_each_carrier_status_has_a_row() -> None:
    assert [row[0] for row in CARRIER] == list(CARRIER_STATUSES)


@pytest.mark.parametrize(("code", "stage", "ending", "_late", "_end"), CARRIER)
def test_a_carriers_status_tells_where_units_are(
    told: Told,
    fulfilment: Made,
    code: str,
    stage: Stage,
    ending: Ending | None,
    _late: Stage,
    _end: Ending,
) -> None:
    sent = fulfilment(carrier_status_code=code, **BARE)
    order = told(fulfillment_status="fulfilled", fulfillments=[sent])
    assert hats(order) == {(2, stage, ending)}


@pytest.mark.parametrize(("code", "_stage", "_ending", "late", "end"), CARRIER)
def test_a_cancel_does_not_bring_units_back(
    told: Told,
    fulfilment: Made,
    code: str,
    _stage: Stage,
    _ending: Ending | None,
    late: Stage,
    end: Ending,
) -> None:
    sent = fulfilment(carrier_status_code=code, **BARE)
    order = told(fulfillment_status="fulfilled", fulfillments=[sent], **CANCEL)
    assert hats(order) == {(2, late, end)}


@pytest.mark.parametrize(
    "spelling", ["readytopick", "ready_to_pick", "ReadyToPick", " READYTOPICK "]
)
def test_a_carriers_status_counts_in_each_spelling(
    told: Told, fulfilment: Made, spelling: str
) -> None:
    order = told(fulfillments=[fulfilment(carrier_status_code=spelling, **BARE)])
    assert hats(order) == {(2, PACKED, None)}


@pytest.mark.parametrize(
    ("step", "stage", "ending"),
    [
        ("ready_to_pick_date", PACKED, CANCELLED),
        ("picking_date", PACKED, CANCELLED),
        ("delivering_date", ON_ITS_WAY, FAILED),
        ("not_meet_customer_date", ON_ITS_WAY, FAILED),
        ("delivered_date", WITH_BUYER, CANCELLED),
        ("waiting_for_return_date", ON_ITS_WAY, FAILED),
        ("return_date", ON_ITS_WAY, FAILED),
        ("cod_pending_date", UNKNOWN, CANCELLED),
    ],
)
def test_a_cancelled_delivery_is_where_its_last_step_left_it(
    told: Told, fulfilment: Made, step: str, stage: Stage, ending: Ending
) -> None:
    moments = {step: MOMENT, "cancel_date": MOMENT}
    sent = fulfilment(carrier_status_code="cancel", **moments, **BARE)
    order = told(fulfillment_status="fulfilled", fulfillments=[sent], **CANCEL)
    assert hats(order) == {(2, stage, ending)}


def test_a_step_that_was_made_stays_made_whatever_the_status_says_later(
    told: Told, fulfilment: Made
) -> None:
    sent = fulfilment(carrier_status_code="readytopick", delivering_date=MOMENT, **BARE)
    assert hats(told(fulfillments=[sent])) == {(2, ON_ITS_WAY, None)}


def test_a_tracking_number_means_that_a_carrier_was_called(
    told: Told, fulfilment: Made
) -> None:
    pending = fulfilment(carrier_status_code="pending")
    assert hats(told(fulfillments=[pending])) == {(2, PACKED, None)}
    cancelled = fulfilment(carrier_status_code="cancel")
    order = told(fulfillments=[cancelled], **CANCEL)
    assert hats(order) == {(2, PACKED, CANCELLED)}


def test_a_fulfilment_without_a_carriers_word_has_left_the_books(
    told: Told, fulfilment: Made
) -> None:
    by_hand = fulfilment(carrier_status_code=None, **BARE)
    assert hats(told(fulfillments=[by_hand])) == {(2, PACKED, None)}


@pytest.mark.parametrize("status", ["cancelled", "failure", "error"])
def test_a_fulfilment_record_can_be_withdrawn_without_the_carrier(
    told: Told, fulfilment: Made, status: str
) -> None:
    gone = fulfilment(status=status, carrier_status_code="pending", **BARE)
    assert hats(told(fulfillments=[gone])) == {(2, UNKNOWN, None)}
    sent = fulfilment(status=status, carrier_status_code="delivering", **BARE)
    assert hats(told(fulfillments=[sent])) == {(2, ON_ITS_WAY, FAILED)}


@pytest.mark.parametrize("word", [None, "", "notfulfilled", "unshipped", "Unfulfilled"])
def test_without_a_fulfilment_the_units_are_on_the_shelf(
    told: Told, word: str | None
) -> None:
    assert hats(told(fulfillment_status=word)) == {(2, SHELF, None)}
    order = told(fulfillment_status=word, fulfillments=None, **CANCEL)
    assert hats(order) == {(2, SHELF, CANCELLED)}


@pytest.mark.parametrize(
    "word", ["fulfilled", "shipped", "partial", "restocked", "restock"]
)
def test_a_word_of_sending_without_a_fulfilment_is_a_contradiction(
    told: Told, word: str
) -> None:
    assert hats(told(fulfillment_status=word)) == {(2, UNKNOWN, None)}
    assert hats(told(fulfillment_status=word, **CANCEL)) == {(2, UNKNOWN, CANCELLED)}


@pytest.mark.parametrize(
    ("word", "stage"),
    [("fulfilled", UNKNOWN), ("partial", UNKNOWN), ("restock", SHELF)],
)
def test_a_lines_own_word_counts_too(
    told: Told, reply: Reader, word: str, stage: Stage
) -> None:
    lines = reply("order")["order"]["line_items"]
    lines[0]["fulfillment_status"] = word
    assert hats(told(line_items=lines, **CANCEL)) == {(2, stage, CANCELLED)}


def test_a_line_restocked_by_the_site_is_still_where_its_parcel_is(
    told: Told, fulfilment: Made, reply: Reader
) -> None:
    lines = reply("order")["order"]["line_items"]
    lines[0]["fulfillment_status"] = "restock"
    sent = fulfilment(carrier_status_code="delivering")
    order = told(line_items=lines, fulfillments=[sent], **CANCEL)
    assert hats(order) == {(2, ON_ITS_WAY, CANCELLED)}


def test_each_fulfilment_tells_of_its_own_units(told: Told, fulfilment: Made) -> None:
    one = fulfilment({9101: 1}, carrier_status_code="delivered")
    other = fulfilment({9102: 1}, carrier_status_code="return", id=9202)
    order = told(fulfillment_status="partial", fulfillments=[one, other])
    assert hats(order) == {(1, WITH_BUYER, None), (1, SHELF, None)}
    (fan,) = order.lines[1].portions
    assert fan == Portion(quantity=1, stage=ON_ITS_WAY, ending=FAILED)


def test_units_sent_again_count_once_and_as_the_new_parcel_says(
    told: Told, fulfilment: Made
) -> None:
    old = fulfilment(carrier_status_code="cancel", **BARE)
    new = fulfilment(carrier_status_code="delivering", id=9202)
    assert hats(told(fulfillments=[old, new])) == {(2, ON_ITS_WAY, None)}
    assert hats(told(fulfillments=[new, old])) == {(2, ON_ITS_WAY, None)}


@pytest.mark.parametrize(
    "changes",
    [
        {"fulfillment_status": "teleported"},
        {"cancelled_status": "halfway"},
    ],
)
def test_an_unknown_word_sets_the_order_aside(
    haravan: HaravanConnector, answer: Answer, reply: Reader, changes: dict[str, Any]
) -> None:
    answer("orders", {"orders": [reply("order")["order"] | changes]})
    (rejected,) = haravan.fetch_orders(["800501"]).rejected
    assert (rejected.record_id, rejected.reason) == ("800501", "unknown_status")
    assert rejected.detail in changes.values()


def test_an_unknown_status_of_a_carrier_sets_the_order_aside(
    haravan: HaravanConnector, answer: Answer, reply: Reader, fulfilment: Made
) -> None:
    sent = fulfilment(carrier_status_code="Eaten_By_Dog")
    answer("orders", {"orders": [reply("order")["order"] | {"fulfillments": [sent]}]})
    (rejected,) = haravan.fetch_orders(["800501"]).rejected
    assert (rejected.reason, rejected.detail) == ("unknown_status", "Eaten_By_Dog")


def test_the_moment_of_a_cancel_is_enough_to_know_of_it(told: Told) -> None:
    order = told(cancelled_status=None, cancelled_at="2026-11-03T01:00:00Z")
    assert hats(order) == {(2, SHELF, CANCELLED)}
    order = told(cancelled_status="uncancelled", cancelled_at="2026-11-03T01:00:00Z")
    assert hats(order) == {(2, SHELF, CANCELLED)}


def test_a_parcel_that_turns_back_keeps_its_forward_number(
    told: Told, fulfilment: Made
) -> None:
    sent = fulfilment(carrier_status_code="return", return_date=MOMENT)
    (parcel,) = told(fulfillments=[sent]).parcels
    assert (parcel.tracking_number, parcel.direction) == ("GN000123VN", "forward")
    assert parcel.carrier == "Giao Nhanh"
    listed = fulfilment(tracking_number=None, tracking_numbers=["GN9", "GN8"])
    (parcel,) = told(fulfillments=[listed]).parcels
    assert parcel.tracking_number == "GN9"
