"""Where TikTok Shop's goods are: one test for each row of the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import Ending, Stage, UnmappedStatus
from connector.fate import Fate
from connector.tiktok.evidence import (
    ORDER_STATUSES,
    PACKAGE_STATUSES,
    OrderFacts,
    Package,
    Unit,
    check_known,
    fate_of,
    needs_package,
)

SHELF, PACKED = Stage.NOT_SHIPPED, Stage.AWAITING_PICKUP
AWAY, THERE, UNKNOWN = Stage.IN_TRANSIT, Stage.DELIVERED, Stage.UNKNOWN
CANCELLED, FAILED, LOST = Ending.CANCELLED, Ending.DELIVERY_FAILED, Ending.LOST

LEFT = {PACKED, AWAY, THERE}


def facts(status: str, *happened: str, packages: int = 1) -> OrderFacts:
    return OrderFacts(
        status=status,
        never_paid="unpaid" in happened,
        arranged="rts" in happened,
        collected="collection" in happened,
        delivered="delivery" in happened,
        has_number="number" in happened,
        packages=packages,
    )


def unit(word: str = "", status: str = "", *happened: str) -> Unit:
    return Unit(
        status=status,
        package_status=word,
        arranged="rts" in happened,
        tracking_number="850" if "number" in happened else "",
    )


@pytest.mark.parametrize(
    ("status", "stage"),
    [
        ("UNPAID", SHELF),
        ("ON_HOLD", SHELF),
        ("AWAITING_SHIPMENT", SHELF),
        ("AWAITING_COLLECTION", PACKED),
        ("PARTIALLY_SHIPPING", UNKNOWN),
        ("IN_TRANSIT", AWAY),
        ("DELIVERED", THERE),
        ("COMPLETED", THERE),
    ],
)
def test_each_order_status_has_a_stage(status: str, stage: Stage) -> None:
    assert fate_of(facts(status), unit()) == Fate(stage)


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("TO_FULFILL", SHELF),
        ("PROCESSING", PACKED),
        ("FULFILLING", AWAY),
        ("COMPLETED", THERE),
        ("CANCELLED", UNKNOWN),
    ],
)
def test_each_package_status_has_a_stage(word: str, stage: Stage) -> None:
    order = facts("PARTIALLY_SHIPPING", packages=2)
    assert fate_of(order, unit(word)) == Fate(stage)


@pytest.mark.parametrize(
    ("sub_status", "stage"),
    [
        ("CREATED", SHELF),
        ("STOCKING", SHELF),
        ("SOMETHING_NEW", SHELF),
        ("RTSING", PACKED),
        ("RTS", PACKED),
        ("TTS", AWAY),
        ("SHIP_EXCEPTION", AWAY),
        ("DELIVERED", THERE),
    ],
)
def test_a_sub_status_raises_a_stage(sub_status: str, stage: Stage) -> None:
    package = Package(number="1", status="TO_FULFILL", sub_status=sub_status)
    order = facts("PARTIALLY_SHIPPING", packages=2)
    assert fate_of(order, Unit(package=package)).stage is stage


@pytest.mark.parametrize("cancel", ["CANCELLED", "CANCEL"])
@pytest.mark.parametrize(
    ("happened", "word", "expected"),
    [
        ((), "", Fate(SHELF, CANCELLED)),
        ((), "TO_FULFILL", Fate(SHELF, CANCELLED)),
        ((), "CANCELLED", Fate(SHELF, CANCELLED)),
        (("unpaid",), "", Fate(SHELF, CANCELLED)),
        # Arranged, not collected: out of the books, and never "not shipped".
        (("rts",), "", Fate(PACKED, CANCELLED)),
        (("rts",), "TO_FULFILL", Fate(PACKED, CANCELLED)),
        (("rts",), "PROCESSING", Fate(PACKED, CANCELLED)),
        (("rts",), "CANCELLED", Fate(PACKED, CANCELLED)),
        ((), "PROCESSING", Fate(PACKED, CANCELLED)),
        # A number without a moment of arranging contradicts itself.
        (("number",), "", Fate(UNKNOWN, CANCELLED)),
        # Collected: with the carrier, which brings it back or has lost it.
        (("rts", "collection"), "", Fate(AWAY, FAILED)),
        (("rts", "collection"), "PROCESSING", Fate(AWAY, FAILED)),
        (("rts", "collection"), "FULFILLING", Fate(AWAY, FAILED)),
        (("collection",), "TO_FULFILL", Fate(AWAY, FAILED)),
        (("rts", "collection"), "CANCELLED", Fate(AWAY, LOST)),
        ((), "FULFILLING", Fate(AWAY, FAILED)),
        ((), "COMPLETED", Fate(THERE, CANCELLED)),
        (("rts", "collection", "delivery"), "", Fate(THERE, CANCELLED)),
    ],
)
def test_a_cancel_is_told_by_its_evidence(
    cancel: str, happened: Iterable[str], word: str, expected: Fate
) -> None:
    assert fate_of(facts(cancel, *happened), unit(word)) == expected


def test_the_label_alone_does_not_say_that_the_carrier_has_it() -> None:
    arranged = fate_of(facts("CANCELLED", "rts"), unit())
    collected = fate_of(facts("CANCELLED", "rts", "collection"), unit())
    assert (arranged.stage, collected.stage) == (PACKED, AWAY)


@pytest.mark.parametrize(
    ("exception", "ending"),
    [
        ("RETURNED_TO_SHIPPER", FAILED),
        ("PACKAGE_LOST", LOST),
        ("PACKAGE_SCRAP", LOST),
        ("PACKAGE_DAMAGED", LOST),
        ("PACKAGE_DAMAGAED", LOST),
        ("", None),
        ("NEVER_HEARD_OF", None),
    ],
)
def test_an_exception_of_a_package_under_way_is_its_ending(
    exception: str, ending: Ending | None
) -> None:
    package = Package(
        number="1",
        status="FULFILLING",
        sub_status="SHIP_EXCEPTION",
        exception=exception,
    )
    fate = fate_of(facts("IN_TRANSIT", "rts", "collection"), Unit(package=package))
    assert fate == Fate(AWAY, ending)


def test_a_parcel_that_turned_back_is_not_taken_for_lost() -> None:
    package = Package(number="1", status="CANCELLED", exception="RETURNED_TO_SHIPPER")
    fate = fate_of(facts("CANCELLED", "rts", "collection"), Unit(package=package))
    assert fate == Fate(AWAY, FAILED)


def test_the_look_up_of_a_package_is_newer_than_the_orders_entry() -> None:
    seen = replace(unit("TO_FULFILL"), package=Package(number="1", status="PROCESSING"))
    assert fate_of(facts("AWAITING_SHIPMENT"), seen).stage is PACKED


def test_in_a_split_order_each_package_tells_of_its_own_units() -> None:
    order = facts("PARTIALLY_SHIPPING", "rts", packages=2)
    assert fate_of(order, unit("FULFILLING")).stage is AWAY
    assert fate_of(order, unit("TO_FULFILL")).stage is SHELF
    assert fate_of(order, unit("", "AWAITING_SHIPMENT")).stage is SHELF
    order = facts("AWAITING_COLLECTION", "rts", packages=2)
    assert fate_of(order, unit("TO_FULFILL")).stage is SHELF
    assert fate_of(order, unit()).stage is PACKED


def test_a_cancelled_split_order_is_told_package_by_package() -> None:
    order = facts("CANCELLED", "rts", packages=2)
    assert fate_of(order, unit("TO_FULFILL")) == Fate(SHELF, CANCELLED)
    assert fate_of(order, unit("", "", "rts")) == Fate(PACKED, CANCELLED)
    assert fate_of(order, unit("CANCELLED")) == Fate(UNKNOWN, CANCELLED)
    collected = facts("CANCELLED", "rts", "collection", packages=2)
    assert fate_of(collected, unit("TO_FULFILL")) == Fate(UNKNOWN, CANCELLED)
    assert fate_of(collected, unit()) == Fate(AWAY, FAILED)


@pytest.mark.parametrize("word", ["CANCELLED", "CANCEL"])
def test_a_unit_cancelled_out_of_a_living_order_has_its_own_evidence(word: str) -> None:
    waiting = facts("AWAITING_SHIPMENT")
    assert fate_of(waiting, unit("", word)) == Fate(SHELF, CANCELLED)
    shipped = facts("IN_TRANSIT", "rts", "collection")
    assert fate_of(shipped, unit("", word)) == Fate(UNKNOWN, CANCELLED)
    packed = facts("AWAITING_COLLECTION", "rts")
    assert fate_of(packed, unit("", word, "rts")) == Fate(PACKED, CANCELLED)
    assert fate_of(packed, unit("TO_FULFILL", word)) == Fate(SHELF, CANCELLED)


@pytest.mark.parametrize("word", ["TO_SHIP", "SOMETHING_NEW"])
def test_an_unknown_word_of_one_line_is_left_to_the_others(word: str) -> None:
    assert fate_of(facts("IN_TRANSIT"), unit("FULFILLING", word)) == Fate(AWAY)


@pytest.mark.parametrize(
    ("status", "word"), [("HALF_SHIPPED", ""), ("IN_TRANSIT", "FLYING")]
)
def test_an_unknown_status_is_never_guessed(status: str, word: str) -> None:
    with pytest.raises(UnmappedStatus):
        check_known(status, unit(word))


@pytest.mark.parametrize(
    ("order", "seen", "always", "watched"),
    [
        (facts("AWAITING_SHIPMENT"), unit("TO_FULFILL"), False, False),
        (facts("AWAITING_COLLECTION"), unit("PROCESSING"), True, True),
        (
            facts("AWAITING_COLLECTION"),
            unit("PROCESSING", "", "number"),
            False,
            True,
        ),
        (facts("IN_TRANSIT"), unit("FULFILLING", "", "number"), False, True),
        (facts("DELIVERED"), unit("COMPLETED"), False, False),
        (facts("CANCELLED"), unit("TO_FULFILL"), False, False),
        (facts("CANCELLED"), unit("CANCELLED"), True, True),
        (facts("CANCELLED", "number"), unit(), True, True),
        (facts("CANCELLED", "collection"), unit(), True, True),
    ],
)
def test_a_package_is_looked_up_where_it_can_tell_more(
    order: OrderFacts, seen: Unit, always: bool, watched: bool
) -> None:
    assert needs_package(order, seen, watched=False) is always
    assert needs_package(order, seen, watched=True) is watched


@given(
    status=st.sampled_from(sorted(ORDER_STATUSES)),
    word=st.sampled_from(["", *sorted(PACKAGE_STATUSES)]),
    happened=st.sets(st.sampled_from(["rts", "collection", "delivery", "number"])),
    own=st.sets(st.sampled_from(["rts", "number"])),
    packages=st.integers(0, 3),
)
def test_a_cancelled_unit_is_on_the_shelf_only_without_any_trace_of_leaving(
    status: str, word: str, happened: set[str], own: set[str], packages: int
) -> None:
    fate = fate_of(facts(status, *happened, packages=packages), unit(word, "", *own))
    if status in ("CANCELLED", "CANCEL"):
        assert fate.ending is not None
        if fate.stage is SHELF:
            assert not own
            assert not {"collection", "delivery"} & happened
            assert word not in ("PROCESSING", "FULFILLING", "COMPLETED")
            assert packages > 1 or "rts" not in happened
    if "collection" in happened and packages <= 1:
        assert fate.stage in (AWAY, THERE)
