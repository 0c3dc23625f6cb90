"""Decides from Lazada's evidence where a unit is.

The statuses are those of the Open Platform's order pages; each unit has its own, and an
order has none.  A unit that says "canceled" does not say where it is: whether it was
ever packed, and the trace of its package, do.  ``README.md`` has the same table with
what is proven and what is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connector.errors import UnmappedStatus
from connector.fate import Fate
from connector.lazada.items import Unit
from connector.values import Ending, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """A package in the trace; ``reached`` is ``None`` without a known event."""

    package_id: str
    tracking_number: str
    reached: Stage | None


_SHELF = Fate(Stage.NOT_SHIPPED)
_READY = Fate(Stage.AWAITING_PICKUP)
_WITH_CARRIER = Fate(Stage.IN_TRANSIT)
_WITH_BUYER = Fate(Stage.DELIVERED)
_COMING_BACK = Fate(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
_GONE = Fate(Stage.IN_TRANSIT, Ending.LOST)

ITEM_STATUSES: Mapping[str, Fate] = {
    "unpaid": _SHELF,
    "pending": _SHELF,
    "topack": _SHELF,
    # In the seller's hands, and may be packed again: only "ready to ship" takes the
    # unit off the books, ours and Lazada's.
    "packed": _SHELF,
    "repacked": _SHELF,
    "ready_to_ship": _READY,
    "toship": _READY,
    "transit_to_ship": _READY,
    "shipped": _WITH_CARRIER,
    "shipping": _WITH_CARRIER,
    "delivered": _WITH_BUYER,
    "confirmed": _WITH_BUYER,
    # The reverse order tells the rest.
    "returned": _WITH_BUYER,
    "failed": _COMING_BACK,
    "failed_delivery": _COMING_BACK,
    "shipped_back": _COMING_BACK,
    # The carrier's claim; only the warehouse knows what it has received.
    "shipped_back_success": _COMING_BACK,
    "shipped_back_failed": _COMING_BACK,
    "lost": _GONE,
    "lost_by_3pl": _GONE,
    "damaged_by_3pl": _GONE,
    "package_scrapped": _GONE,
    "canceled": Fate(Stage.UNKNOWN, Ending.CANCELLED),
}

EVENT_CODES: Mapping[str, Stage] = {
    "1200": Stage.AWAITING_PICKUP,
    "1210": Stage.IN_TRANSIT,
    "100013": Stage.IN_TRANSIT,
    "100014": Stage.IN_TRANSIT,
    "100018": Stage.IN_TRANSIT,
    "100102": Stage.IN_TRANSIT,
    "100103": Stage.IN_TRANSIT,
    "1400": Stage.DELIVERED,
}
EVENT_TYPES: Mapping[str, Stage] = {
    "ready_to": Stage.AWAITING_PICKUP,
    "shipped": Stage.IN_TRANSIT,
    "delivered": Stage.DELIVERED,
}

_RANK = (Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED)
_FAILED_DELIVERY = "failed delivery"
_MAY_HAVE_FAILED = frozenset({"canceled", "returned", "shipped", "shipping"})


def furthest(stages: Iterable[Stage]) -> Stage | None:
    """Return how far the known events say that a package came."""
    return max(stages, key=_RANK.index, default=None)


def check_known(units: Iterable[Unit]) -> None:
    """Raise ``UnmappedStatus`` for a status that the table does not have."""
    for unit in units:
        if unit.status not in ITEM_STATUSES:
            raise UnmappedStatus(unit.status)


def fate_of(unit: Unit, tracked: Tracked | None) -> Fate:
    """Return where a unit is, as far as there is evidence."""
    told = ITEM_STATUSES[unit.status]
    if _delivery_failed(unit):
        return _COMING_BACK
    if told.ending is Ending.CANCELLED:
        return Fate(_stage_of_cancelled(unit, tracked), Ending.CANCELLED)
    if told.stage is Stage.NOT_SHIPPED and unit.cancel_pending:
        # Somebody else is deciding at this moment whether the parcel is held back.
        return Fate(Stage.UNKNOWN)
    return told


def needs_trace(unit: Unit) -> bool:
    """Whether only the trace can tell where a unit is, or by what number it travels."""
    told = ITEM_STATUSES[unit.status]
    if _delivery_failed(unit) or told in (_COMING_BACK, _GONE):
        return not unit.tracking_number
    return told.ending is Ending.CANCELLED and not unit.never_packed


def may_owe_refund(unit: Unit) -> bool:
    """Whether a unit ended that Lazada calls paid."""
    ended = ITEM_STATUSES[unit.status].ending is not None or _delivery_failed(unit)
    return unit.was_paid and ended


def _stage_of_cancelled(unit: Unit, tracked: Tracked | None) -> Stage:
    if tracked is not None and tracked.reached is not None:
        return tracked.reached
    # Packed but not proven ready to ship, or the other way round: nobody knows.
    return Stage.NOT_SHIPPED if unit.never_packed else Stage.UNKNOWN


def _delivery_failed(unit: Unit) -> bool:
    """Whether the one who ended the order is called "failed Delivery"."""
    return (
        unit.status in _MAY_HAVE_FAILED and _FAILED_DELIVERY in unit.initiator.lower()
    )
