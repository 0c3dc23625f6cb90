"""Decides from WooCommerce's evidence where an order's goods are.

Core knows no parcel: ``completed`` is the merchant's word for "sent, and done".  More
is told by the optional fulfilment records and by what shipping plugins leave in
statuses and meta data.  An order that says ``cancelled`` does not say where the goods
are; the moment of its completion, which stays, and its shipments do.  ``README.md`` has
the same tables with what is proven and what is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.errors import UnmappedStatus
from connector.fate import Fate
from connector.values import Ending, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Something that was sent or is ready to be; no ``units`` means the whole order."""

    fate: Fate
    number: str = ""
    carrier: str = ""
    units: Mapping[str, int] = field(default_factory=dict)
    sent_at: datetime | None = None
    told_by_carrier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What an order says about its goods; ``statuses`` is the table for this shop."""

    status: str
    statuses: Mapping[str, Fate]
    paid: bool
    cash_on_delivery: bool
    completed_at: datetime | None
    shipments: tuple[Shipment, ...]
    leaves_while_processing: bool = False
    records_withheld: bool = False
    """The site has fulfilment records and would not show this order's."""

    @property
    def told(self) -> Fate:
        return self.statuses[self.status]

    @property
    def has_ended(self) -> bool:
        """Whether the status ends the order without saying where the goods are."""
        return self.told == _ENDED

    @property
    def left_at(self) -> datetime | None:
        """The earliest known moment at which goods left."""
        moments = [one.sent_at for one in self.shipments if one.sent_at is not None]
        if self.completed_at is not None:
            moments.append(self.completed_at)
        return min(moments, default=None)


_SHELF = Fate(Stage.NOT_SHIPPED)
_PACKED = Fate(Stage.AWAITING_PICKUP)
_ON_ITS_WAY = Fate(Stage.IN_TRANSIT)
_WITH_BUYER = Fate(Stage.DELIVERED)
_COMES_BACK = Fate(Stage.IN_TRANSIT, Ending.DELIVERY_FAILED)
_ENDED = Fate(Stage.UNKNOWN, Ending.CANCELLED)

COMPLETED = "completed"

CORE_STATUSES: Mapping[str, Fate] = {
    "pending": _SHELF,
    "on-hold": _SHELF,
    "processing": _SHELF,
    COMPLETED: _WITH_BUYER,
    "cancelled": _ENDED,
    "refunded": _ENDED,
    "failed": _ENDED,
    "trash": _ENDED,
}

# Advanced Shipment Tracking, ParcelPanel, Advanced Local Pickup, Shipment Tracking
# Updates; a shop's own are named in its settings.
PLUGIN_STATUSES: Mapping[str, Fate] = {
    "packed": _PACKED,
    "ready-pickup": _PACKED,
    "shipped": _ON_ITS_WAY,
    "updated-tracking": _ON_ITS_WAY,
    "in-transit": _ON_ITS_WAY,
    # Some units left; only their shipments tell which.
    "partial-shipped": Fate(Stage.UNKNOWN),
    "delivered": _WITH_BUYER,
    "pickup": _WITH_BUYER,
    "returning": _COMES_BACK,
}

NOT_PLACED = frozenset({"auto-draft", "checkout-draft", "draft"})
"""A basket that the buyer has not ordered yet."""

# What TrackShip writes beside each tracking number.
CARRIER_STATUSES: Mapping[str, Fate] = {
    "pre_transit": _PACKED,
    # It had been arranged, so it had left the warehouse's books.
    "label_cancelled": _PACKED,
    "in_transit": _ON_ITS_WAY,
    "on_hold": _ON_ITS_WAY,
    "out_for_delivery": _ON_ITS_WAY,
    "available_for_pickup": _ON_ITS_WAY,
    # An attempt that failed; the carrier tries again.
    "failure": _ON_ITS_WAY,
    "exception": _ON_ITS_WAY,
    "delivered": _WITH_BUYER,
    "return_to_sender": _COMES_BACK,
}

_RANK = (
    Stage.UNKNOWN,
    Stage.NOT_SHIPPED,
    Stage.AWAITING_PICKUP,
    Stage.IN_TRANSIT,
    Stage.DELIVERED,
)


def statuses_with(own: Mapping[str, Fate]) -> dict[str, Fate]:
    """Return the table of a shop whose settings name ``own`` statuses."""
    return {**CORE_STATUSES, **PLUGIN_STATUSES, **own}


def check_known(status: str, statuses: Mapping[str, Fate]) -> None:
    """Raise ``UnmappedStatus`` for a status that the table does not have."""
    if status not in statuses:
        raise UnmappedStatus(status)


def fate_in(order: OrderFacts, shipment: Shipment) -> Fate:
    """Return where the units of a shipment are."""
    told = order.told
    if told.ending is not None and not order.has_ended:
        # A plugin's status that tells both knows more than its tracking.
        return told
    if told.stage is Stage.UNKNOWN and not order.has_ended and not shipment.units:
        # A part of the order left, and nobody says which.
        return told
    fate = shipment.fate
    stage = fate.stage
    if not shipment.told_by_carrier:
        stage = max(stage, _order_stage(order), key=_RANK.index)
    return Fate(stage, fate.ending or told.ending)


def fate_outside(order: OrderFacts) -> Fate:
    """Return where units are that no shipment names."""
    told = order.told
    if order.has_ended:
        return Fate(_stage_at_the_end(order), told.ending)
    if told.stage is Stage.NOT_SHIPPED and order.completed_at is not None:
        # Completed once and opened again: the order contradicts itself.
        return Fate(Stage.UNKNOWN, told.ending)
    if told.stage is Stage.UNKNOWN and any(one.units for one in order.shipments):
        return _SHELF
    return told


def fate_of_refunded(order: OrderFacts) -> Fate:
    """Return where units are that were refunded before the others left."""
    stage = Stage.NOT_SHIPPED if _is_here(order) else Stage.UNKNOWN
    return Fate(stage, Ending.CANCELLED)


def _order_stage(order: OrderFacts) -> Stage:
    if order.completed_at is not None and not order.told.has_left:
        return order.statuses[COMPLETED].stage
    return order.told.stage


def _stage_at_the_end(order: OrderFacts) -> Stage:
    if order.completed_at is not None:
        return order.statuses[COMPLETED].stage
    return Stage.NOT_SHIPPED if _is_here(order) else Stage.UNKNOWN


def _is_here(order: OrderFacts) -> bool:
    """Whether there is positive evidence that units never left the shelf."""
    if order.records_withheld:
        return False
    if not order.paid and not order.cash_on_delivery:
        return True
    # A failed payment is no order; a failed order that was paid may be a delivery.
    return order.status != "failed" and not order.leaves_while_processing
