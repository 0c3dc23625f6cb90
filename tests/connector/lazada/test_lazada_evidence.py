"""Where units are: one row for each status, and what a cancel leaves to find out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from connector import Ending, Stage, UnmappedStatus
from connector.fate import Fate
from connector.lazada.evidence import (
    EVENT_CODES,
    EVENT_TYPES,
    ITEM_STATUSES,
    Tracked,
    check_known,
    fate_of,
    needs_trace,
)
from connector.lazada.items import Unit, unit_of
from connector.lazada.tracking import package_of, tracked_of
from connector.parsing import parse_json

NOT_SHIPPED = Fate(Stage.NOT_SHIPPED)
AWAITING = Fate(Stage.AWAITING_PICKUP)
IN_TRANSIT = Fate(Stage.IN_TRANSIT)
DELIVERED = Fate(Stage.DELIVERED)
TURNED_BACK = Fate(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
LOST = Fate(Stage.IN_TRANSIT, Ending.LOST)

PACKED = {
    "package_id": "FP900000000001",
    "tracking_code": "VNTEST0000001",
    "shipment_provider": "Pickup: LEX VN, Delivery: LEX VN",
}


def recorded_item(reply: Callable[[str], Any]) -> dict[str, Any]:
    """Return an item as it comes from the wire, its fractions as decimals."""
    item = reply("items_of_one")["data"][0]
    return dict(parse_json(json.dumps(item).encode()))


@pytest.fixture
def unit(reply: Callable[[str], Any]) -> Callable[..., Unit]:
    """Return the unit that a recorded item with some changes is."""
    item = recorded_item(reply)
    return lambda **changes: unit_of({**item, **changes})


STATUSES = [
    ("unpaid", NOT_SHIPPED),
    ("pending", NOT_SHIPPED),
    ("topack", NOT_SHIPPED),
    ("packed", NOT_SHIPPED),
    ("repacked", NOT_SHIPPED),
    ("ready_to_ship", AWAITING),
    ("toship", AWAITING),
    ("transit_to_ship", AWAITING),
    ("shipped", IN_TRANSIT),
    ("shipping", IN_TRANSIT),
    ("delivered", DELIVERED),
    ("confirmed", DELIVERED),
    ("returned", DELIVERED),
    ("failed", TURNED_BACK),
    ("failed_delivery", TURNED_BACK),
    ("shipped_back", TURNED_BACK),
    ("shipped_back_success", TURNED_BACK),
    ("shipped_back_failed", TURNED_BACK),
    ("lost", LOST),
    ("lost_by_3pl", LOST),
    ("damaged_by_3pl", LOST),
    ("package_scrapped", LOST),
    ("canceled", Fate(Stage.UNKNOWN, Ending.CANCELLED)),
]


@pytest.mark.parametrize(("status", "expected"), STATUSES)
def test_each_status_says_where_a_packed_unit_is(
    unit: Callable[..., Unit], status: str, expected: Fate
) -> None:
    assert fate_of(unit(status=status, **PACKED), None) == expected


def test_no_row_of_the_table_goes_untested() -> None:
    assert {status for status, _ in STATUSES} == set(ITEM_STATUSES)


def test_an_unknown_status_is_told_by_its_word(unit: Callable[..., Unit]) -> None:
    with pytest.raises(UnmappedStatus) as raised:
        check_known([unit(), unit(status="teleported")])
    assert raised.value.status == "teleported"


def test_a_status_has_no_case(unit: Callable[..., Unit]) -> None:
    assert fate_of(unit(status="SHIPPED_BACK"), None) == TURNED_BACK


def test_a_cancel_before_packing_never_left(unit: Callable[..., Unit]) -> None:
    here = Fate(Stage.NOT_SHIPPED, Ending.CANCELLED)
    cancelled = unit(status="canceled", cancel_return_initiator="buyer-cancel")
    assert fate_of(cancelled, None) == here
    assert not needs_trace(cancelled)


@pytest.mark.parametrize(
    "trace_of_packing",
    [
        {"package_id": "FP900000000001"},
        {"tracking_code": "VNTEST0000001"},
        {"tracking_code_pre": "VNTEST0000000"},
        {"package_id": None, "tracking_code": "VNTEST0000001"},
    ],
)
def test_a_cancel_after_packing_is_unknown_until_the_trace_tells(
    unit: Callable[..., Unit], trace_of_packing: dict[str, Any]
) -> None:
    cancelled = unit(status="canceled", **trace_of_packing)
    assert needs_trace(cancelled)
    assert fate_of(cancelled, None) == Fate(Stage.UNKNOWN, Ending.CANCELLED)


@pytest.mark.parametrize("missing", ["package_id", "tracking_code"])
def test_a_field_that_is_not_there_proves_nothing(
    reply: Callable[[str], Any], missing: str
) -> None:
    item = {**recorded_item(reply), "status": "canceled"}
    item.pop(missing)
    fate = fate_of(unit_of(item), None)
    assert fate == Fate(Stage.UNKNOWN, Ending.CANCELLED)


@pytest.mark.parametrize(
    "reached",
    [Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED],
)
def test_a_cancelled_unit_is_as_far_as_its_trace(
    unit: Callable[..., Unit], reached: Stage
) -> None:
    tracked = Tracked(package_id="FP1", tracking_number="T1", reached=reached)
    cancelled = unit(status="canceled", **PACKED)
    assert fate_of(cancelled, tracked) == Fate(reached, Ending.CANCELLED)


@pytest.mark.parametrize("status", ["canceled", "shipped", "returned"])
@pytest.mark.parametrize(
    "initiator", ["cancellation-failed Delivery", "CANCELLATION-FAILED DELIVERY"]
)
def test_a_failed_delivery_is_told_by_who_ended_the_order(
    unit: Callable[..., Unit], status: str, initiator: str
) -> None:
    ended = unit(status=status, cancel_return_initiator=initiator)
    assert fate_of(ended, None) == TURNED_BACK
    assert needs_trace(ended), "its number is not told with the item"
    assert not needs_trace(replace(ended, tracking_number="T1"))


@pytest.mark.parametrize("status", ["pending", "ready_to_ship", "delivered"])
def test_a_word_about_the_end_does_not_override_a_living_status(
    unit: Callable[..., Unit], status: str
) -> None:
    told = unit(status=status, cancel_return_initiator="cancellation-failed Delivery")
    assert fate_of(told, None) == ITEM_STATUSES[status]


def test_null_null_is_nobody(unit: Callable[..., Unit]) -> None:
    told = unit(cancel_return_initiator="null-null", tracking_code="null")
    assert (told.initiator, told.reason, told.tracking_number) == ("", "", "")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", Fate(Stage.UNKNOWN)),
        ("packed", Fate(Stage.UNKNOWN)),
        ("ready_to_ship", AWAITING),
        ("shipped", IN_TRANSIT),
    ],
)
def test_while_a_cancel_is_pending_nobody_knows_who_has_a_packed_unit(
    unit: Callable[..., Unit], status: str, expected: Fate
) -> None:
    assert fate_of(unit(status=status, is_cancel_pending="true"), None) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("false", False),
        ("False", False),
        ("0", False),
        ("", False),
        ("null", False),
        (None, False),
        (0, False),
        (False, False),
        ("true", True),
        ("True", True),
        ("1", True),
        (1, True),
        (True, True),
    ],
)
def test_a_truth_value_may_be_a_text(
    unit: Callable[..., Unit], value: Any, expected: bool
) -> None:
    told = unit(is_cancel_pending=value, is_fbl=value)
    assert (told.cancel_pending, told.fulfilled_by_lazada) == (expected, expected)


def event(**fields: Any) -> dict[str, Any]:
    return {"event_time": 1793593600000, "title": "", **fields}


def trace_with(*events: dict[str, Any], live: bool = False) -> dict[str, Any]:
    package = {
        "ofc_package_id": "FP900000000001",
        "tracking_number": "VNTEST0000001",
        "logistic_detail_info_list": list(events),
    }
    modules = [{"package_detail_info_list": [package]}]
    if live:
        # So the sister marketplace answers on the same gateway.
        return {"code": "0", "data": {"result": {"success": True, "data": modules}}}
    return {"code": "0", "result": {"success": "true", "module": modules}}


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize(("code", "stage"), list(EVENT_CODES.items()))
def test_each_event_code_of_a_trace_is_evidence(
    code: str, stage: Stage, live: bool
) -> None:
    (package,) = tracked_of(trace_with(event(status_code=code), live=live))
    assert package.reached is stage
    (package,) = tracked_of(trace_with(event(status_code=int(code)), live=live))
    assert package.reached is stage


@pytest.mark.parametrize(("kind", "stage"), list(EVENT_TYPES.items()))
def test_each_event_type_of_a_trace_is_evidence(kind: str, stage: Stage) -> None:
    unknown_code = event(status_code="77777", detail_type=kind)
    (package,) = tracked_of(trace_with(unknown_code))
    assert package.reached is stage


def test_the_furthest_event_counts_and_unknown_ones_do_not() -> None:
    strange = event(status_code="4242", detail_type="dreamt")
    (package,) = tracked_of(trace_with(strange))
    assert package.reached is None
    ready, shipped = event(status_code="1200"), event(status_code="1210")
    (package,) = tracked_of(trace_with(shipped, strange, ready))
    assert package.reached is Stage.IN_TRANSIT


def test_a_trace_with_nothing_in_it_tells_nothing() -> None:
    assert tracked_of({"code": "0", "result": {"module": []}}) == ()
    assert tracked_of({"code": "0", "data": []}) == ()


def test_a_unit_finds_its_own_package(unit: Callable[..., Unit]) -> None:
    one = Tracked(package_id="FP1", tracking_number="T1", reached=None)
    two = Tracked(package_id="FP2", tracking_number="T2", reached=Stage.IN_TRANSIT)
    assert package_of(unit(package_id="FP2", tracking_code="T1"), [one, two]) is two
    assert package_of(unit(tracking_code="T1"), [one, two]) is one
    assert package_of(unit(package_id="FP3"), [one, two]) is None
    assert package_of(unit(), [one, two]) is None
