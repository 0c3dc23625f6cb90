"""Decides from Shopify's evidence where a fulfilment's goods are.

The words are those of the GraphQL Admin API: ``FulfillmentStatus``,
``FulfillmentDisplayStatus`` and ``FulfillmentEventStatus``.  An order that is cancelled
does not say where its goods are; its fulfilments do.  ``README.md`` has the same table
with what is proven and what is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from connector.errors import UnmappedStatus
from connector.fate import Fate
from connector.values import Ending, Stage


class Standing(Enum):
    """What has become of a fulfilment as a record."""

    VALID = auto()
    PENDING = auto()
    """A fulfilment service was asked and has not said that it sent the goods."""
    WITHDRAWN = auto()
    """Undone by a person: the units count as unfulfilled again, wherever they are."""
    FAILED = auto()
    """The request to a fulfilment service came to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fulfilment:
    """One shipment of an order and its evidence; ``events`` are the oldest first."""

    status: str
    display: str = ""
    in_transit: bool = False
    delivered: bool = False
    events: tuple[str, ...] = ()
    units: Mapping[str, int] = field(default_factory=dict)
    tracking: tuple[tuple[str, str], ...] = ()
    """Number and carrier of each parcel."""

    @property
    def standing(self) -> Standing:
        return FULFILMENT_STATUSES[self.status]


FULFILMENT_STATUSES: Mapping[str, Standing] = {
    "SUCCESS": Standing.VALID,
    "OPEN": Standing.PENDING,
    "PENDING": Standing.PENDING,
    "CANCELLED": Standing.WITHDRAWN,
    "ERROR": Standing.FAILED,
    "FAILURE": Standing.FAILED,
}

DISPLAY_STATUSES: Mapping[str, Stage] = {
    # The merchant says "sent"; nobody says that the carrier has it.
    "": Stage.AWAITING_PICKUP,
    "FULFILLED": Stage.AWAITING_PICKUP,
    "MARKED_AS_FULFILLED": Stage.AWAITING_PICKUP,
    "CONFIRMED": Stage.AWAITING_PICKUP,
    "LABEL_PRINTED": Stage.AWAITING_PICKUP,
    "LABEL_PURCHASED": Stage.AWAITING_PICKUP,
    "LABEL_VOIDED": Stage.AWAITING_PICKUP,
    "READY_FOR_PICKUP": Stage.AWAITING_PICKUP,
    "SUBMITTED": Stage.AWAITING_PICKUP,
    "CARRIER_PICKED_UP": Stage.IN_TRANSIT,
    "IN_TRANSIT": Stage.IN_TRANSIT,
    "DELAYED": Stage.IN_TRANSIT,
    "OUT_FOR_DELIVERY": Stage.IN_TRANSIT,
    "ATTEMPTED_DELIVERY": Stage.IN_TRANSIT,
    "FAILURE": Stage.IN_TRANSIT,
    "NOT_DELIVERED": Stage.IN_TRANSIT,
    "DELIVERED": Stage.DELIVERED,
    "PICKED_UP": Stage.DELIVERED,
    # What a withdrawn fulfilment shows, whatever became of the parcel.
    "CANCELED": Stage.AWAITING_PICKUP,
}

FAILURES = frozenset({"FAILURE", "NOT_DELIVERED"})
_NEW_ATTEMPTS = frozenset({"OUT_FOR_DELIVERY", "READY_FOR_PICKUP"})

ORDER_STATUSES = frozenset(
    {
        "UNFULFILLED",
        "PARTIALLY_FULFILLED",
        "FULFILLED",
        "IN_PROGRESS",
        "ON_HOLD",
        "SCHEDULED",
        "RESTOCKED",
        "OPEN",
        "PENDING_FULFILLMENT",
        "REQUEST_DECLINED",
    }
)

_RANK = (Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED)


def check_known(order_status: str, fulfilments: Sequence[Fulfilment]) -> None:
    """Raise ``UnmappedStatus`` for a status that the tables do not have."""
    if order_status not in ORDER_STATUSES:
        raise UnmappedStatus(order_status)
    for fulfilment in fulfilments:
        if fulfilment.status not in FULFILMENT_STATUSES:
            raise UnmappedStatus(fulfilment.status)
        for word in (fulfilment.display, *fulfilment.events):
            if word not in DISPLAY_STATUSES:
                raise UnmappedStatus(word)


def fate_of(fulfilment: Fulfilment, *, cancelled: bool) -> Fate:
    """Return where a fulfilment's goods are; ``cancelled`` is said of its units."""
    furthest = _furthest(fulfilment)
    if _turned_back(fulfilment):
        return Fate(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
    ending = Ending.CANCELLED if cancelled else None
    return Fate(_stage(fulfilment, furthest, cancelled=cancelled), ending)


def _stage(fulfilment: Fulfilment, furthest: Stage, *, cancelled: bool) -> Stage:
    if furthest is not Stage.AWAITING_PICKUP:
        # The carrier had it: that stays true of a fulfilment that was withdrawn.
        return furthest
    if fulfilment.standing is Standing.VALID:
        return furthest
    if fulfilment.standing is Standing.WITHDRAWN and cancelled:
        # It had been arranged, so it had left the warehouse's books.
        return furthest
    return Stage.UNKNOWN


def _furthest(fulfilment: Fulfilment) -> Stage:
    stages = {DISPLAY_STATUSES[word] for word in fulfilment.events}
    stages.add(DISPLAY_STATUSES[fulfilment.display])
    if fulfilment.in_transit:
        stages.add(Stage.IN_TRANSIT)
    if fulfilment.delivered:
        stages.add(Stage.DELIVERED)
    return max(stages, key=_RANK.index)


def _turned_back(fulfilment: Fulfilment) -> bool:
    """Whether a delivery failed for good: no new attempt, and not delivered after it.

    Carriers go on to report IN_TRANSIT on the way back.
    """
    if fulfilment.display in FAILURES:
        return True
    if fulfilment.display in _NEW_ATTEMPTS or fulfilment.delivered:
        return False
    failed = False
    for word in fulfilment.events:
        if word in FAILURES:
            failed = True
        elif word in _NEW_ATTEMPTS or DISPLAY_STATUSES[word] is Stage.DELIVERED:
            failed = False
    return failed and DISPLAY_STATUSES[fulfilment.display] is not Stage.DELIVERED
