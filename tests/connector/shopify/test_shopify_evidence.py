"""Where the goods are: one row of evidence, one answer."""

from __future__ import annotations

import pytest

from connector import Ending, Stage, UnmappedStatus
from connector.fate import Fate
from connector.shopify.evidence import (
    DISPLAY_STATUSES,
    FULFILMENT_STATUSES,
    ORDER_STATUSES,
    Fulfilment,
    check_known,
    fate_of,
)

PACKED = Fate(Stage.AWAITING_PICKUP)
ON_ITS_WAY = Fate(Stage.IN_TRANSIT)
WITH_BUYER = Fate(Stage.DELIVERED)
TURNED_BACK = Fate(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
UNKNOWN = Fate(Stage.UNKNOWN)


def sent(display: str = "", *events: str, **more: bool) -> Fulfilment:
    return Fulfilment(status="SUCCESS", display=display, events=events, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fulfilment", "expected"),
    [
        (sent(), PACKED),
        (sent("FULFILLED"), PACKED),
        (sent("MARKED_AS_FULFILLED"), PACKED),
        (sent("CONFIRMED"), PACKED),
        (sent("LABEL_PURCHASED"), PACKED),
        (sent("LABEL_PRINTED"), PACKED),
        (sent("LABEL_VOIDED"), PACKED),
        (sent("READY_FOR_PICKUP"), PACKED),
        (sent("SUBMITTED"), PACKED),
        (sent("CARRIER_PICKED_UP"), ON_ITS_WAY),
        (sent("IN_TRANSIT"), ON_ITS_WAY),
        (sent("DELAYED"), ON_ITS_WAY),
        (sent("OUT_FOR_DELIVERY"), ON_ITS_WAY),
        (sent("ATTEMPTED_DELIVERY"), ON_ITS_WAY),
        (sent("DELIVERED"), WITH_BUYER),
        (sent("PICKED_UP"), WITH_BUYER),
        (sent("FAILURE"), TURNED_BACK),
        (sent("NOT_DELIVERED"), TURNED_BACK),
        (sent("CANCELED"), PACKED),
    ],
)
def test_each_display_status_has_its_place(
    fulfilment: Fulfilment, expected: Fate
) -> None:
    assert fate_of(fulfilment, cancelled=False) == expected


def test_every_status_of_the_table_is_tried_above() -> None:
    rows = test_each_display_status_has_its_place.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {fulfilment.display for fulfilment, _ in rows} == set(DISPLAY_STATUSES)


@pytest.mark.parametrize(
    ("fulfilment", "expected"),
    [
        # A time or an event says more than the word on display.
        (sent("FULFILLED", in_transit=True), ON_ITS_WAY),
        (sent("FULFILLED", delivered=True), WITH_BUYER),
        (sent("LABEL_PRINTED", "CONFIRMED", "IN_TRANSIT"), ON_ITS_WAY),
        (sent("CONFIRMED", "IN_TRANSIT", "DELIVERED"), WITH_BUYER),
        # The carrier moves it again after a failure: on its way back.
        (sent("IN_TRANSIT", "IN_TRANSIT", "FAILURE", "IN_TRANSIT"), TURNED_BACK),
        (sent("DELAYED", "ATTEMPTED_DELIVERY", "FAILURE"), TURNED_BACK),
        # Or it was tried once more.
        (sent("OUT_FOR_DELIVERY", "FAILURE", "OUT_FOR_DELIVERY"), ON_ITS_WAY),
        (
            sent("DELIVERED", "FAILURE", "OUT_FOR_DELIVERY", "DELIVERED"),
            WITH_BUYER,
        ),
        (sent("IN_TRANSIT", "FAILURE", "OUT_FOR_DELIVERY", "IN_TRANSIT"), ON_ITS_WAY),
        (sent("DELIVERED", "FAILURE", delivered=True), WITH_BUYER),
    ],
)
def test_events_and_times_count(fulfilment: Fulfilment, expected: Fate) -> None:
    assert fate_of(fulfilment, cancelled=False) == expected


@pytest.mark.parametrize(
    ("display", "stage"),
    [
        ("CONFIRMED", Stage.AWAITING_PICKUP),
        ("IN_TRANSIT", Stage.IN_TRANSIT),
        ("DELIVERED", Stage.DELIVERED),
    ],
)
def test_a_cancel_does_not_bring_goods_back(display: str, stage: Stage) -> None:
    assert fate_of(sent(display), cancelled=True) == Fate(stage, Ending.CANCELLED)


@pytest.mark.parametrize(
    ("status", "display", "cancelled", "expected"),
    [
        # Withdrawn before the carrier came: left the books, or packed again.
        ("CANCELLED", "CANCELED", True, Fate(Stage.AWAITING_PICKUP, Ending.CANCELLED)),
        ("CANCELLED", "CANCELED", False, UNKNOWN),
        # Nobody says that a service's goods left, nor that they stayed.
        ("PENDING", "SUBMITTED", False, UNKNOWN),
        ("OPEN", "SUBMITTED", False, UNKNOWN),
        ("OPEN", "SUBMITTED", True, Fate(Stage.UNKNOWN, Ending.CANCELLED)),
        ("FAILURE", "", True, Fate(Stage.UNKNOWN, Ending.CANCELLED)),
        ("ERROR", "", False, UNKNOWN),
    ],
)
def test_the_standing_of_a_fulfilment_counts(
    status: str, display: str, cancelled: bool, expected: Fate
) -> None:
    fulfilment = Fulfilment(status=status, display=display)
    assert fate_of(fulfilment, cancelled=cancelled) == expected


@pytest.mark.parametrize("status", sorted(FULFILMENT_STATUSES))
def test_what_the_carrier_had_stays_left_whatever_a_person_undoes(status: str) -> None:
    fulfilment = Fulfilment(status=status, display="CANCELED", in_transit=True)
    expected = Fate(Stage.IN_TRANSIT, Ending.CANCELLED)
    assert fate_of(fulfilment, cancelled=True) == expected


@pytest.mark.parametrize(
    ("order_status", "fulfilment"),
    [
        ("TELEPORTED", sent()),
        ("FULFILLED", Fulfilment(status="TELEPORTED")),
        ("FULFILLED", sent("TELEPORTED")),
        ("FULFILLED", sent("FULFILLED", "TELEPORTED")),
    ],
)
def test_an_unknown_word_is_never_guessed(
    order_status: str, fulfilment: Fulfilment
) -> None:
    with pytest.raises(UnmappedStatus, match="TELEPORTED"):
        check_known(order_status, [fulfilment])


@pytest.mark.parametrize("status", sorted(ORDER_STATUSES))
def test_each_known_order_status_is_let_pass(status: str) -> None:
    check_known(status, [])
