"""Decides from TikTok Shop's evidence where a unit is.

The statuses are those of the Partner Center's documents of orders and packages.  An
order that says CANCELLED does not say where the goods are; the moments of arranging and
collecting do, and the package.  ``README.md`` has the same table, with what is proven
and what is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.errors import UnmappedStatus
from connector.fate import Fate
from connector.values import Ending, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the look-up of a package tells beyond what the order does."""

    number: str
    status: str = ""
    sub_status: str = ""
    exception: str = ""
    tracking_number: str = ""
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What an order as a whole says about its units.

    ``arranged`` follows from ``rts_time``, ``collected`` from ``collection_time`` and
    ``delivered`` from ``delivery_time``; ``has_number`` is about tracking.
    """

    status: str
    never_paid: bool
    arranged: bool
    collected: bool
    delivered: bool
    has_number: bool
    packages: int

    @property
    def cancelled(self) -> bool:
        return self.status in CANCELLED

    @property
    def split(self) -> bool:
        """Whether what is said of the order may be about other units."""
        return self.packages > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One line item with the evidence that is its own."""

    status: str = ""
    package: Package | None = None
    package_status: str = ""
    arranged: bool = False
    tracking_number: str = ""

    @property
    def package_word(self) -> str:
        """The package's status; its own look-up is newer than the order's entry."""
        looked_up = self.package.status if self.package else ""
        return looked_up or self.package_status

    @property
    def has_number(self) -> bool:
        looked_up = self.package.tracking_number if self.package else ""
        return bool(self.tracking_number or looked_up)


CANCELLED = frozenset({"CANCELLED", "CANCEL"})
"""Orders say the first; the newest document of the order webhook says the second."""

ORDER_STATUSES: Mapping[str, Stage] = {
    "UNPAID": Stage.NOT_SHIPPED,
    "ON_HOLD": Stage.NOT_SHIPPED,
    "AWAITING_SHIPMENT": Stage.NOT_SHIPPED,
    "AWAITING_COLLECTION": Stage.AWAITING_PICKUP,
    "PARTIALLY_SHIPPING": Stage.UNKNOWN,
    "IN_TRANSIT": Stage.IN_TRANSIT,
    "DELIVERED": Stage.DELIVERED,
    "COMPLETED": Stage.DELIVERED,
    "CANCELLED": Stage.UNKNOWN,
    "CANCEL": Stage.UNKNOWN,
}

PACKAGE_STATUSES: Mapping[str, Stage] = {
    "TO_FULFILL": Stage.NOT_SHIPPED,
    "PROCESSING": Stage.AWAITING_PICKUP,
    "FULFILLING": Stage.IN_TRANSIT,
    "COMPLETED": Stage.DELIVERED,
    # Before it was arranged, or lost: other evidence tells which.
    "CANCELLED": Stage.UNKNOWN,
}

PACKAGE_SUB_STATUSES: Mapping[str, Stage] = {
    # The label is being bought, so the seller has arranged it.
    "RTSING": Stage.AWAITING_PICKUP,
    "RTS": Stage.AWAITING_PICKUP,
    "TTS": Stage.IN_TRANSIT,
    "SHIP_EXCEPTION": Stage.IN_TRANSIT,
    "DELIVERED": Stage.DELIVERED,
}
"""Only those that raise a stage; unknown ones are left to the package's status."""

TURNED_BACK = frozenset({"RETURNED_TO_SHIPPER"})
GONE = frozenset(
    {
        "PACKAGE_LOST",
        "PACKAGE_SCRAP",
        "PACKAGE_DAMAGED",
        "PACKAGE_DAMAGAED",  # So spelled in the document.
    }
)

_NOT_ARRANGED = frozenset({"UNPAID", "ON_HOLD", "AWAITING_SHIPMENT"})
_RANK = (
    Stage.UNKNOWN,
    Stage.NOT_SHIPPED,
    Stage.AWAITING_PICKUP,
    Stage.IN_TRANSIT,
    Stage.DELIVERED,
)


def check_known(order_status: str, unit: Unit) -> None:
    """Raise ``UnmappedStatus`` for a status that the tables do not have."""
    if order_status not in ORDER_STATUSES:
        raise UnmappedStatus(order_status)
    word = unit.package_word
    if word and word not in PACKAGE_STATUSES:
        raise UnmappedStatus(word)


def fate_of(order: OrderFacts, unit: Unit) -> Fate:
    """Return where a unit is, as far as there is evidence."""
    cancelled = order.cancelled or unit.status in CANCELLED
    stage = _stage(order, unit)
    if cancelled and stage in (Stage.NOT_SHIPPED, Stage.UNKNOWN):
        here = _proven_here(order, unit)
        stage = Stage.NOT_SHIPPED if here else Stage.UNKNOWN
    if stage is Stage.IN_TRANSIT:
        return Fate(stage, _ending_on_the_way(unit, cancelled))
    return Fate(stage, Ending.CANCELLED if cancelled else None)


def needs_package(order: OrderFacts, unit: Unit, *, watched: bool) -> bool:
    """Whether the package's own look-up can tell more than the order does.

    A parcel that turns back shows there, and may leave the order's time of change as it
    was: for a ``watched`` order every parcel under way is looked at.
    """
    fate = fate_of(order, unit)
    if fate.stage is Stage.UNKNOWN or unit.package_word == "CANCELLED":
        return True
    if fate.stage in (Stage.AWAITING_PICKUP, Stage.IN_TRANSIT):
        return watched or bool(fate.ending) or not unit.has_number
    return False


def _stage(order: OrderFacts, unit: Unit) -> Stage:
    told = [
        PACKAGE_STATUSES.get(unit.package_word, Stage.UNKNOWN),
        ORDER_STATUSES.get(unit.status, Stage.UNKNOWN),
    ]
    if unit.package:
        told.append(PACKAGE_SUB_STATUSES.get(unit.package.sub_status, Stage.UNKNOWN))
    if unit.arranged:
        told.append(Stage.AWAITING_PICKUP)
    if _speaks_for(order, unit, max(told, key=_RANK.index)):
        told += _order_stages(order)
    return max(told, key=_RANK.index)


def _speaks_for(order: OrderFacts, unit: Unit, own: Stage) -> bool:
    """Whether what the order says holds for this unit.

    Of an order in several packages only the unit's own evidence tells, where it has
    any; and a unit cancelled out of a living order does not travel with the rest.
    """
    if unit.status in CANCELLED and not order.cancelled:
        return False
    return not order.split or own is Stage.UNKNOWN


def _order_stages(order: OrderFacts) -> list[Stage]:
    stages = [ORDER_STATUSES[order.status]]
    if order.arranged and not order.split:
        stages.append(Stage.AWAITING_PICKUP)
    if order.collected:
        stages.append(Stage.IN_TRANSIT)
    if order.delivered:
        stages.append(Stage.DELIVERED)
    return stages


def _proven_here(order: OrderFacts, unit: Unit) -> bool:
    """Whether there is positive evidence that a cancelled unit never left the shelf."""
    if unit.arranged or unit.has_number or order.collected or order.delivered:
        return False
    if order.never_paid:
        return True
    if not order.cancelled and order.status in _NOT_ARRANGED:
        return True
    if unit.package_word == "TO_FULFILL":
        return True
    # Arranging leaves its moment and a number on the order: without both, nobody did.
    return order.cancelled and not (order.arranged or order.has_number)


def _ending_on_the_way(unit: Unit, cancelled: bool) -> Ending | None:
    exception = unit.package.exception if unit.package else ""
    if exception in TURNED_BACK:
        return Ending.DELIVERY_FAILED
    if exception in GONE or unit.package_word == "CANCELLED":
        return Ending.LOST
    # A cancel after the carrier has collected is how a failed delivery shows.
    return Ending.DELIVERY_FAILED if cancelled else None
