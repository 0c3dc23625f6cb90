"""Where the goods are: every row of the status table, and every piece of evidence."""

from __future__ import annotations

import pytest

from connector import Ending, Stage, UnmappedStatus
from connector.fate import Fate
from connector.shopee.evidence import (
    ORDER_STATUSES,
    PACKAGE_STATUSES,
    OrderFacts,
    Package,
    check_known,
    fate_of,
    fate_without_package,
    needs_tracking,
)

SHELF = Stage.NOT_SHIPPED
PACKED = Stage.AWAITING_PICKUP
ROAD = Stage.IN_TRANSIT
BUYER = Stage.DELIVERED
UNKNOWN = Stage.UNKNOWN
CANCELLED = Ending.CANCELLED


def order(
    status: str,
    *,
    cod: bool = False,
    paid: bool = True,
    picked_up: bool = False,
    packages: int = 1,
) -> OrderFacts:
    return OrderFacts(
        status=status, cod=cod, paid=paid, picked_up=picked_up, packages=packages
    )


def package(
    status: str,
    *,
    arranged: bool | None = False,
    picked_up: bool = False,
    tracking_number: str = "",
    events: tuple[str, ...] | None = None,
) -> Package:
    return Package(
        number="OFG1",
        status=f"LOGISTICS_{status}",
        arranged=arranged,
        picked_up=picked_up,
        tracking_number=tracking_number,
        events=events,
    )


@pytest.mark.parametrize(
    ("order_status", "package_status", "arranged", "expected"),
    [
        ("UNPAID", "NOT_START", False, Fate(SHELF)),
        ("PENDING", "PENDING_ARRANGE", False, Fate(SHELF)),
        ("INVOICE_PENDING", "NOT_STARTED", False, Fate(SHELF)),
        ("READY_TO_SHIP", "READY", False, Fate(SHELF)),
        ("READY_TO_SHIP", "READY", None, Fate(SHELF)),
        ("READY_TO_SHIP", "READY", True, Fate(PACKED)),
        ("READY_TO_SHIP", "REQUEST_CREATED", True, Fate(PACKED)),
        ("PROCESSED", "READY", False, Fate(PACKED)),
        ("PROCESSED", "REQUEST_CREATED", True, Fate(PACKED)),
        ("RETRY_SHIP", "PICKUP_RETRY", True, Fate(PACKED)),
        ("RETRY_SHIP", "PICKUP_FAILED", True, Fate(PACKED)),
        ("READY_TO_SHIP", "PICKUP_FAILED", True, Fate(UNKNOWN)),
        ("SHIPPED", "PICKUP_DONE", True, Fate(ROAD)),
        ("SHIPPED", "REQUEST_CREATED", True, Fate(ROAD)),
        ("TO_CONFIRM_RECEIVE", "DELIVERY_DONE", True, Fate(BUYER)),
        ("COMPLETED", "DELIVERY_DONE", True, Fate(BUYER)),
        ("COMPLETED", "PICKUP_DONE", True, Fate(BUYER)),
        ("TO_RETURN", "DELIVERY_DONE", True, Fate(BUYER)),
        ("TO_RETURN", "PICKUP_DONE", True, Fate(ROAD)),
        ("IN_CANCEL", "READY", False, Fate(SHELF)),
        ("IN_CANCEL", "REQUEST_CREATED", True, Fate(PACKED)),
        ("CANCELLED", "INVALID", False, Fate(SHELF, CANCELLED)),
        ("CANCELLED", "INVALID", None, Fate(UNKNOWN, CANCELLED)),
        ("CANCELLED", "INVALID", True, Fate(PACKED, CANCELLED)),
        ("CANCELLED", "READY", False, Fate(SHELF, CANCELLED)),
        ("CANCELLED", "READY", None, Fate(UNKNOWN, CANCELLED)),
        ("CANCELLED", "NOT_START", None, Fate(SHELF, CANCELLED)),
        ("CANCELLED", "NOT_STARTED", None, Fate(SHELF, CANCELLED)),
        ("CANCELLED", "PENDING_ARRANGE", None, Fate(SHELF, CANCELLED)),
        ("CANCELLED", "COD_REJECTED", None, Fate(SHELF, CANCELLED)),
        ("CANCELLED", "REQUEST_CANCELED", None, Fate(PACKED, CANCELLED)),
        ("CANCELLED", "REQUEST_CREATED", None, Fate(PACKED, CANCELLED)),
        ("CANCELLED", "PICKUP_RETRY", None, Fate(PACKED, CANCELLED)),
        ("CANCELLED", "PICKUP_FAILED", None, Fate(UNKNOWN, CANCELLED)),
        ("CANCELLED", "PICKUP_DONE", None, Fate(ROAD, CANCELLED)),
        ("CANCELLED", "DELIVERY_DONE", None, Fate(BUYER, CANCELLED)),
        ("CANCELLED", "DELIVERY_FAILED", None, Fate(ROAD, Ending.DELIVERY_FAILED)),
        ("COMPLETED", "DELIVERY_FAILED", None, Fate(ROAD, Ending.DELIVERY_FAILED)),
        ("SHIPPED", "DELIVERY_FAILED", None, Fate(ROAD, Ending.DELIVERY_FAILED)),
        ("CANCELLED", "LOST", None, Fate(ROAD, Ending.LOST)),
    ],
)
def test_a_row_of_the_status_table(
    order_status: str, package_status: str, arranged: bool | None, expected: Fate
) -> None:
    found = fate_of(order(order_status), package(package_status, arranged=arranged))
    assert found == expected


@pytest.mark.parametrize(
    "status", ["INVALID", "REQUEST_CANCELED", "COD_REJECTED", "PICKUP_FAILED", "READY"]
)
def test_a_pickup_time_proves_that_goods_left(status: str) -> None:
    by_package = fate_of(order("CANCELLED"), package(status, picked_up=True))
    by_order = fate_of(order("CANCELLED", picked_up=True), package(status))
    assert by_package == by_order == Fate(ROAD, CANCELLED)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (("PICKED_UP",), Fate(ROAD, CANCELLED)),
        (("DELIVERY_PENDING", "ORDER_CREATED"), Fate(ROAD, CANCELLED)),
        (("FAILED_DELIVERED", "PICKED_UP"), Fate(ROAD, CANCELLED)),
        (("RETURN_STARTED", "PICKED_UP"), Fate(ROAD, Ending.DELIVERY_FAILED)),
        (("RETURN_INTIATED",), Fate(ROAD, Ending.DELIVERY_FAILED)),
        (("RETURNED",), Fate(ROAD, Ending.DELIVERY_FAILED)),
        (("LOST", "PICKED_UP"), Fate(ROAD, Ending.LOST)),
        (("PICKUP_REQUESTED", "ORDER_CREATED"), Fate(UNKNOWN, CANCELLED)),
        ((), Fate(UNKNOWN, CANCELLED)),
    ],
)
def test_tracking_events_decide_what_a_status_leaves_open(
    events: tuple[str, ...], expected: Fate
) -> None:
    assert fate_of(order("CANCELLED"), package("PICKUP_FAILED", events=events)) == (
        expected
    )


def test_a_parcel_that_turns_back_is_told_while_the_status_still_says_shipped() -> None:
    turned = package("PICKUP_DONE", events=("RETURN_STARTED", "PICKED_UP"))
    expected = Fate(ROAD, Ending.DELIVERY_FAILED)
    assert fate_of(order("SHIPPED"), turned) == expected
    assert fate_of(order("COMPLETED"), turned) == expected


def test_a_tracking_number_contradicts_a_package_that_was_never_arranged() -> None:
    contradicting = package("INVALID", tracking_number="SPX1")
    assert fate_of(order("CANCELLED"), contradicting) == Fate(UNKNOWN, CANCELLED)


def test_a_cancelled_order_that_was_never_paid_is_on_the_shelf() -> None:
    unpaid = order("CANCELLED", paid=False)
    assert fate_of(unpaid, package("INVALID", arranged=None)) == Fate(SHELF, CANCELLED)
    assert fate_without_package(unpaid, None) == Fate(SHELF, CANCELLED)


def test_cash_on_delivery_unpaid_proves_nothing() -> None:
    cod = order("CANCELLED", cod=True, paid=False)
    assert fate_without_package(cod, None) == Fate(UNKNOWN, CANCELLED)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("COMPLETED", Fate(BUYER)),
        ("TO_CONFIRM_RECEIVE", Fate(BUYER)),
        ("TO_RETURN", Fate(ROAD)),
        ("READY_TO_SHIP", Fate(SHELF)),
        ("IN_CANCEL", Fate(UNKNOWN)),
        ("CANCELLED", Fate(UNKNOWN, CANCELLED)),
    ],
)
def test_an_order_without_packages(status: str, expected: Fate) -> None:
    assert fate_without_package(order(status, packages=0), None) == expected


def test_an_order_without_packages_is_judged_by_its_events() -> None:
    cancelled = order("CANCELLED", packages=0)
    returned = fate_without_package(cancelled, ("RETURNED", "PICKED_UP"))
    assert returned == Fate(ROAD, Ending.DELIVERY_FAILED)
    picked_up = order("CANCELLED", picked_up=True, packages=0)
    assert fate_without_package(picked_up, None) == Fate(ROAD, CANCELLED)


def test_one_shipped_package_does_not_ship_its_sibling() -> None:
    split = order("SHIPPED", picked_up=True, packages=2)
    assert fate_of(split, package("READY")) == Fate(SHELF)
    assert fate_of(split, package("PICKUP_DONE")) == Fate(ROAD)


def test_a_package_withdrawn_from_a_living_order_is_not_called_free() -> None:
    found = fate_of(order("READY_TO_SHIP"), package("INVALID"))
    assert found == Fate(UNKNOWN, CANCELLED)


@pytest.mark.parametrize("status", sorted(ORDER_STATUSES))
@pytest.mark.parametrize("package_status", sorted(PACKAGE_STATUSES))
def test_cancelled_goods_are_on_the_shelf_only_with_positive_evidence(
    status: str, package_status: str
) -> None:
    silent = Package(number="1", status=package_status)
    found = fate_of(order(status, cod=True, paid=False), silent)
    never_arranged = ("NOT_START", "NOT_STARTED", "PENDING_ARRANGE", "COD_REJECTED")
    if found.ending and package_status.removeprefix("LOGISTICS_") not in never_arranged:
        assert found.stage is not SHELF


def test_unknown_statuses_are_not_guessed() -> None:
    with pytest.raises(UnmappedStatus):
        check_known("HALF_SHIPPED", [])
    with pytest.raises(UnmappedStatus):
        check_known("SHIPPED", [package("TELEPORTED")])


def test_tracking_is_asked_for_where_only_it_can_tell() -> None:
    shipped, cancelled = order("SHIPPED"), order("CANCELLED")
    on_its_way = package("PICKUP_DONE")
    assert not needs_tracking(shipped, on_its_way, watched=False)
    assert needs_tracking(shipped, on_its_way, watched=True)
    assert needs_tracking(cancelled, on_its_way, watched=False)
    assert needs_tracking(cancelled, package("PICKUP_FAILED"), watched=False)
    assert needs_tracking(shipped, package("DELIVERY_FAILED"), watched=False)
    assert not needs_tracking(cancelled, package("INVALID"), watched=True)
