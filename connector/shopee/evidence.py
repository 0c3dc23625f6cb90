"""Decides from Shopee's evidence where a package's goods are.

The statuses are those of the Open Platform's order and logistics pages (data
definitions of ``order_status``, ``logistics_status`` and tracking events).  An order
that says CANCELLED does not say where the goods are; its packages and their tracking
events do.  ``README.md`` has the same table with what is proven and what is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connector.errors import UnmappedStatus
from connector.fate import Fate
from connector.values import Ending, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What an order as a whole says about its packages."""

    status: str
    cod: bool
    paid: bool
    picked_up: bool
    packages: int

    @property
    def cancelled(self) -> bool:
        return self.status == "CANCELLED"

    @property
    def never_paid(self) -> bool:
        return not self.cod and not self.paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One package and its evidence; ``None`` stands for "not told" or "not asked"."""

    number: str
    status: str
    arranged: bool | None = None
    picked_up: bool = False
    tracking_number: str = ""
    carrier: str = ""
    reverse_number: str = ""
    units: Mapping[str, int] = field(default_factory=dict)
    items_cancelled: bool = False
    events: tuple[str, ...] | None = None
    """Tracking events, the newest first."""


_SHELF = Fate(Stage.NOT_SHIPPED)
_PACKED = Fate(Stage.AWAITING_PICKUP)

PACKAGE_STATUSES: Mapping[str, Fate] = {
    "LOGISTICS_NOT_START": _SHELF,
    "LOGISTICS_NOT_STARTED": _SHELF,
    "LOGISTICS_PENDING_ARRANGE": _SHELF,
    "LOGISTICS_READY": _SHELF,
    "LOGISTICS_REQUEST_CREATED": _PACKED,
    "LOGISTICS_PICKUP_RETRY": _PACKED,
    "LOGISTICS_PICKUP_DONE": Fate(Stage.IN_TRANSIT),
    "LOGISTICS_DELIVERY_DONE": Fate(Stage.DELIVERED),
    "LOGISTICS_INVALID": Fate(Stage.NOT_SHIPPED, Ending.CANCELLED),
    "LOGISTICS_COD_REJECTED": Fate(Stage.NOT_SHIPPED, Ending.CANCELLED),
    # It had been arranged, so it had left the warehouse's books.
    "LOGISTICS_REQUEST_CANCELED": Fate(Stage.AWAITING_PICKUP, Ending.CANCELLED),
    # The document covers both "not picked up" and "picked up, cannot go on".
    "LOGISTICS_PICKUP_FAILED": Fate(Stage.UNKNOWN),
    "LOGISTICS_DELIVERY_FAILED": Fate(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED),
    "LOGISTICS_LOST": Fate(Stage.IN_TRANSIT, Ending.LOST),
}

ORDER_STATUSES: Mapping[str, Stage] = {
    "UNPAID": Stage.NOT_SHIPPED,
    "PENDING": Stage.NOT_SHIPPED,
    "INVOICE_PENDING": Stage.NOT_SHIPPED,
    "READY_TO_SHIP": Stage.NOT_SHIPPED,
    "PROCESSED": Stage.AWAITING_PICKUP,
    "RETRY_SHIP": Stage.AWAITING_PICKUP,
    "SHIPPED": Stage.IN_TRANSIT,
    "TO_CONFIRM_RECEIVE": Stage.DELIVERED,
    "COMPLETED": Stage.DELIVERED,
    "TO_RETURN": Stage.IN_TRANSIT,
    "IN_CANCEL": Stage.UNKNOWN,
    "CANCELLED": Stage.UNKNOWN,
}

TURNED_BACK = frozenset(
    {
        "RETURN_STARTED",
        "RETURN_INITIATED",
        "RETURN_INTIATED",  # So spelled on one page.
        "RETURN_PENDING",
        "RETURNED",
        "FAILED_RETURN_STARTED",
        "FAILED_RETURNED",
    }
)
LEFT = TURNED_BACK | {
    "PICKED_UP",
    "DELIVERY_PENDING",
    "DELIVERED",
    "FAILED_DELIVERED",
    "LOST",
}

# Statuses that a package has only before anybody could arrange its shipment.
_NEVER_ARRANGED = {
    "LOGISTICS_NOT_START",
    "LOGISTICS_NOT_STARTED",
    "LOGISTICS_PENDING_ARRANGE",
    "LOGISTICS_COD_REJECTED",
}

_RANK = (Stage.NOT_SHIPPED, Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED)


def check_known(order_status: str, packages: list[Package]) -> None:
    """Raise ``UnmappedStatus`` for a status that the tables do not have."""
    if order_status not in ORDER_STATUSES:
        raise UnmappedStatus(order_status)
    for package in packages:
        if package.status not in PACKAGE_STATUSES:
            raise UnmappedStatus(package.status)


def fate_of(order: OrderFacts, package: Package) -> Fate:
    """Return where a package's goods are, as far as there is evidence."""
    told = PACKAGE_STATUSES[package.status]
    stage = _stage(order, package, told)
    ending = told.ending
    if ending is None and order.cancelled:
        ending = Ending.CANCELLED
    if stage is Stage.NOT_SHIPPED and ending and not _proven_here(order, package):
        stage = Stage.UNKNOWN
    if stage is Stage.IN_TRANSIT:
        ending = _ending_on_the_way(package, ending)
    return Fate(stage, ending)


def fate_without_package(order: OrderFacts, events: tuple[str, ...] | None) -> Fate:
    """Return where goods are that no package names."""
    ending = Ending.CANCELLED if order.cancelled else None
    stage = ORDER_STATUSES[order.status]
    if order.picked_up or LEFT.intersection(events or ()):
        stage = _later(stage, Stage.IN_TRANSIT)
    elif order.cancelled and order.never_paid:
        stage = Stage.NOT_SHIPPED
    if stage is Stage.IN_TRANSIT:
        probe = Package(number="", status="", events=events)
        ending = _ending_on_the_way(probe, ending)
    return Fate(stage, ending)


def needs_tracking(order: OrderFacts, package: Package, *, watched: bool) -> bool:
    """Whether only the tracking events can tell more about a package.

    The leg back after a failed delivery shows nowhere else, and it may leave the
    order's time of change as it was: for a ``watched`` order every package on its way
    is looked at.
    """
    fate = fate_of(order, package)
    if fate.stage is Stage.UNKNOWN or fate.ending is Ending.DELIVERY_FAILED:
        return True
    return fate.stage is Stage.IN_TRANSIT and (watched or order.cancelled)


def _stage(order: OrderFacts, package: Package, told: Fate) -> Stage:
    stage = _package_stage(order, package, told)
    turned_back = TURNED_BACK.intersection(package.events or ())
    if told.ending is not None or (turned_back and stage is Stage.IN_TRANSIT):
        return stage
    return _later(stage, _floor(order))


def _package_stage(order: OrderFacts, package: Package, told: Fate) -> Stage:
    if told.stage in (Stage.IN_TRANSIT, Stage.DELIVERED):
        return told.stage
    if _proven_left(order, package):
        return Stage.IN_TRANSIT
    if told.stage is Stage.NOT_SHIPPED and package.arranged:
        return Stage.AWAITING_PICKUP
    return told.stage


def _floor(order: OrderFacts) -> Stage:
    """Return how far every package of the order is at least."""
    stage = ORDER_STATUSES[order.status]
    if stage is Stage.IN_TRANSIT and order.packages > 1:
        # One shipped package makes the order SHIPPED.
        return Stage.UNKNOWN
    return stage


def _later(one: Stage, other: Stage) -> Stage:
    if other is Stage.UNKNOWN:
        return one
    if one is Stage.UNKNOWN:
        return one if other is Stage.NOT_SHIPPED else other
    return max(one, other, key=_RANK.index)


def _proven_left(order: OrderFacts, package: Package) -> bool:
    if package.picked_up or LEFT.intersection(package.events or ()):
        return True
    return order.picked_up and order.packages == 1


def _proven_here(order: OrderFacts, package: Package) -> bool:
    """Whether there is positive evidence that cancelled goods never left the shelf."""
    if not order.cancelled and not package.items_cancelled:
        # A package withdrawn from a living order may be packed again.
        return False
    if package.tracking_number:
        return False
    if order.never_paid or package.status in _NEVER_ARRANGED:
        return True
    return package.arranged is False


def _ending_on_the_way(package: Package, ending: Ending | None) -> Ending | None:
    events = package.events or ()
    if events and events[0] == "LOST":
        return Ending.LOST
    if ending in (None, Ending.CANCELLED) and TURNED_BACK.intersection(events):
        return Ending.DELIVERY_FAILED
    return ending
