"""Decides from Haravan's evidence where an order's goods are.

A cancel does not say.  The fulfilments do: each has the carrier's status and a moment
for each step, and both stay when the order is cancelled.  ``README.md`` has the same
tables with what is proven and what is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from connector.errors import UnmappedStatus
from connector.fate import Fate
from connector.haravan.fields import count, when, when_or_none, word
from connector.parsing import JsonRecord, identifier, records, told
from connector.values import Ending, Stage

_SHELF = Fate(Stage.NOT_SHIPPED)
_PACKED = Fate(Stage.AWAITING_PICKUP)
_ON_ITS_WAY = Fate(Stage.IN_TRANSIT)
_WITH_BUYER = Fate(Stage.DELIVERED)
_COMES_BACK = Fate(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
_UNTOLD = Fate(Stage.UNKNOWN)

WITHDRAWN = "cancel"

CARRIER_STATUSES: Mapping[str, Fate] = {
    "pending": _SHELF,
    "readytopick": _PACKED,
    "picking": _PACKED,
    "delivering": _ON_ITS_WAY,
    # A failed attempt: the carrier tries again, or says that the parcel turns back.
    "notmeetcustomer": _ON_ITS_WAY,
    "delivered": _WITH_BUYER,
    "waitingforreturn": _COMES_BACK,
    "return": _COMES_BACK,
    # Says nothing of the goods; the moments of the steps before it do.
    WITHDRAWN: _UNTOLD,
}
"""The carrier's status of a fulfilment, in lower case without underlines."""

_STEPS: tuple[tuple[str, Fate], ...] = (
    ("ready_to_pick_date", _PACKED),
    ("picking_date", _PACKED),
    ("delivering_date", _ON_ITS_WAY),
    ("not_meet_customer_date", _ON_ITS_WAY),
    ("delivered_date", _WITH_BUYER),
    ("waiting_for_return_date", _COMES_BACK),
    ("return_date", _COMES_BACK),
)
"""The moments of steps, each with what it proves; the last one there counts."""

# A fulfilment record itself may be taken back without a word of the carrier.
_RECORD_WITHDRAWN = frozenset({"cancelled", "canceled", "error", "failure"})

_RANK = (
    Stage.UNKNOWN,
    Stage.NOT_SHIPPED,
    Stage.AWAITING_PICKUP,
    Stage.IN_TRANSIT,
    Stage.DELIVERED,
)

NONE, SOME, ALL, BACK = "none", "some", "all", "back"

FULFILMENT_STATUSES: Mapping[str, str] = {
    "": NONE,
    "notfulfilled": NONE,
    "unfulfilled": NONE,
    "unshipped": NONE,
    "partial": SOME,
    "fulfilled": ALL,
    "shipped": ALL,
    "restock": BACK,
    "restocked": BACK,
}
"""The words of documents, filters and samples for how much of it was sent."""

CANCELLED_STATUSES: Mapping[str, bool] = {"uncancelled": False, "cancelled": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """One fulfilment; ``units`` are by order line."""

    fate: Fate
    is_withdrawn: bool
    is_pending: bool
    code: str
    number: str
    carrier: str
    created_at: datetime
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What an order says about its goods."""

    cancelled: bool
    cancelled_at: datetime | None
    sent: str
    sent_by_line: Mapping[str, str]
    shipments: tuple[Shipment, ...]

    def left_at(self, line_id: str) -> datetime | None:
        """Return when the first units of a line were made ready to be sent."""
        moments = (one.created_at for one in self.shipments if line_id in one.units)
        return min(moments, default=None)


def order_facts(order: JsonRecord) -> OrderFacts:
    """Return the facts; raises ``UnmappedStatus`` for a word that no table has."""
    cancelled_at = when_or_none(order.get("cancelled_at"), "cancelled_at")
    return OrderFacts(
        cancelled=_is_cancelled(order, cancelled_at),
        cancelled_at=cancelled_at,
        sent=_sent(order),
        sent_by_line={
            told(line.get("id")): _sent(line)
            for line in records(order.get("line_items"), "line_items")
        },
        shipments=tuple(
            shipment_of(entry)
            for entry in records(order.get("fulfillments"), "fulfillments")
        ),
    )


def shipment_of(fulfilment: JsonRecord) -> Shipment:
    """Return a fulfilment as evidence."""
    code = word(fulfilment.get("carrier_status_code"))
    number = told(fulfilment.get("tracking_number")) or _first_number(fulfilment)
    withdrawn = code == WITHDRAWN or (
        word(fulfilment.get("status")) in _RECORD_WITHDRAWN
    )
    fate = _fate(fulfilment, code, withdrawn=withdrawn, numbered=bool(number))
    return Shipment(
        fate=fate,
        is_withdrawn=withdrawn,
        is_pending=fate == _SHELF,
        code=code,
        number=number,
        carrier=told(fulfilment.get("tracking_company")),
        created_at=when(fulfilment.get("created_at"), "fulfilment created_at"),
        units={
            identifier(line.get("id"), "fulfilment line id"): count(
                line.get("quantity"), "fulfilment quantity"
            )
            for line in records(fulfilment.get("line_items"), "fulfilment line_items")
        },
    )


def fate_in(order: OrderFacts, shipment: Shipment) -> Fate:
    """Return where the units of a shipment are."""
    fate = shipment.fate
    if not order.cancelled:
        return fate
    # Nobody says that the parcel was unpacked again.
    stage = Stage.UNKNOWN if shipment.is_pending else fate.stage
    return Fate(stage, fate.ending or Ending.CANCELLED)


def fate_outside(order: OrderFacts, line_id: str) -> Fate:
    """Return where units are that no fulfilment names."""
    ending = Ending.CANCELLED if order.cancelled else None
    stage = Stage.UNKNOWN if _contradicts(order, line_id) else Stage.NOT_SHIPPED
    return Fate(stage, ending)


def _contradicts(order: OrderFacts, line_id: str) -> bool:
    """Whether a word tells of a fulfilment that is not there: they stay for ever."""
    line_sent = order.sent_by_line.get(line_id, NONE)
    if order.sent in (ALL, BACK) or line_sent == ALL:
        return True
    if order.sent == SOME and not order.shipments:
        return True
    return line_sent == SOME and order.left_at(line_id) is None


def _fate(
    fulfilment: JsonRecord, code: str, *, withdrawn: bool, numbered: bool
) -> Fate:
    steps = _steps(fulfilment)
    if code and code not in CARRIER_STATUSES:
        raise UnmappedStatus(told(fulfilment.get("carrier_status_code")))
    if withdrawn:
        known = [_UNTOLD, *([_PACKED] if numbered else []), *steps]
        if code != WITHDRAWN and code:
            known.append(CARRIER_STATUSES[code])
        return _turned_back(known)
    # Without the carrier's word the record itself says: sent from our books.
    fate = CARRIER_STATUSES.get(code, _PACKED)
    if fate.ending is not None:
        return fate
    stages = [fate.stage, *(step.stage for step in steps)]
    if numbered:
        stages.append(Stage.AWAITING_PICKUP)
    return Fate(max(stages, key=_RANK.index))


def _turned_back(known: list[Fate]) -> Fate:
    """Return the fate of what a cancelled delivery had done before.

    What a carrier had in its hands and did not deliver, it brings back.
    """
    if _COMES_BACK in known:
        return _COMES_BACK
    furthest = max(known, key=lambda fate: _RANK.index(fate.stage))
    if furthest == _SHELF:
        return _UNTOLD
    return _COMES_BACK if furthest == _ON_ITS_WAY else furthest


def _steps(fulfilment: JsonRecord) -> list[Fate]:
    return [
        fate
        for name, fate in _STEPS
        if when_or_none(fulfilment.get(name), name) is not None
    ]


def _sent(entry: JsonRecord) -> str:
    written = entry.get("fulfillment_status")
    try:
        return FULFILMENT_STATUSES[word(written)]
    except KeyError:
        raise UnmappedStatus(told(written)) from None


def _is_cancelled(order: JsonRecord, cancelled_at: datetime | None) -> bool:
    written = order.get("cancelled_status")
    if not told(written):
        return cancelled_at is not None
    try:
        return CANCELLED_STATUSES[word(written)] or cancelled_at is not None
    except KeyError:
        raise UnmappedStatus(told(written)) from None


def _first_number(fulfilment: JsonRecord) -> str:
    numbers = fulfilment.get("tracking_numbers")
    listed = numbers if isinstance(numbers, list) else []
    return next((told(one) for one in listed if told(one)), "")
