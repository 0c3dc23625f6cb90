"""What the stock room is told about orders and returns, free of any channel's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Fulfilment(StrEnum):
    """How far a unit has come; the one place that says whether it has left."""

    NOT_SHIPPED = "not_shipped"
    AWAITING_PICKUP = "awaiting_pickup"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"

    @property
    def left_warehouse(self) -> bool:
        """Whether the unit is out of the warehouse's books."""
        return self is not Fulfilment.NOT_SHIPPED

    @property
    def rank(self) -> int:
        """Position in a parcel's life, from 0."""
        return list(Fulfilment).index(self)


class Ending(StrEnum):
    """Why a unit will not stay with the buyer."""

    CANCELLED = "cancelled"
    DELIVERY_FAILED = "delivery_failed"
    LOST = "lost"


class ReturnPhase(StrEnum):
    """How far a buyer's return has come, as the channel tells it."""

    REQUESTED = "requested"
    APPROVED = "approved"
    SHIPPED_BACK = "shipped_back"
    ARRIVED = "arrived"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Units of a line with one fate; no fulfilment means: nobody knows."""

    quantity: int
    fulfilment: Fulfilment | None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReport:
    """One thing bought; quantities are in units of the listing."""

    line_id: str
    item_id: str
    variant_id: str
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    portions: tuple[Portion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelReport:
    number: str
    direction: str
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReport:
    refund_id: str
    amount: Decimal
    currency: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """An order as it was told at ``updated_at``."""

    order_id: str
    ordered_at: datetime
    updated_at: datetime
    raw_status: str
    currency: str
    total: Decimal
    lines: tuple[LineReport, ...]
    parcels: tuple[ParcelReport, ...] = ()
    refunds: tuple[RefundReport, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLineReport:
    """Names an order line by ``line_id``, or else by its listing."""

    item_id: str
    variant_id: str
    quantity: int
    line_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReport:
    """A return as it was told at ``updated_at``."""

    return_id: str
    order_id: str
    updated_at: datetime
    phase: ReturnPhase
    goods_come_back: bool
    lines: tuple[ReturnLineReport, ...]
    parcels: tuple[ParcelReport, ...] = ()
    refund: RefundReport | None = None
    reason: str = ""
    claim_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingReport:
    """One sellable thing in a shop's catalogue."""

    item_id: str
    variant_id: str
    sku: str
    title: str
    quantity: int
    barcode: str = ""
    fulfilled_by_channel: bool = False
