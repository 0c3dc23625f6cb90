"""Frozen values that cross the connector's border; JSON stops before this line.

Times are aware and in UTC.  Identifiers are strings as the channel writes them.
Quantities are whole units, amounts are ``Decimal`` in the currency's main unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Stage(StrEnum):
    """How far units have travelled, in the words that sellers use."""

    NOT_SHIPPED = "not_shipped"
    """Positive evidence that the units are still on the shelf."""
    AWAITING_PICKUP = "awaiting_pickup"
    """Shipment arranged: packed and out of the warehouse's books."""
    IN_TRANSIT = "in_transit"
    """With the carrier, in either direction."""
    DELIVERED = "delivered"
    """With the buyer."""
    UNKNOWN = "unknown"
    """The channel does not say, or contradicts itself; never guessed."""


class Ending(StrEnum):
    """Why units will not end with the buyer."""

    CANCELLED = "cancelled"
    DELIVERY_FAILED = "delivery_failed"
    """Refused or undeliverable: the parcel turns back, often without a return."""
    LOST = "lost"
    """The carrier says the parcel is gone; a claim, never a restock."""


class RefundState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class ReturnPhase(StrEnum):
    """How far a buyer's return has come, as the channel tells it."""

    REQUESTED = "requested"
    APPROVED = "approved"
    SHIPPED_BACK = "shipped_back"
    ARRIVED = "arrived"
    """The carrier's claim; stock still waits for the warehouse's own receipt."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    """Refused or taken back: the goods stay with the buyer."""


class ParcelDirection(StrEnum):
    FORWARD = "forward"
    RETURN = "return"
    RETURN_TO_SENDER = "return_to_sender"


class WriteOutcome(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """Will be refused again until somebody acts; ``detail`` says what."""
    LATER = "later"
    """Refused for now (a promotion lock, a holiday mode); try again."""
    UNKNOWN = "unknown"
    """No word about this item: read back before anything else."""
    STALE = "stale"
    """Compare-and-set failed: the channel's number was not the expected one."""


class HintKind(StrEnum):
    ORDER = "order"
    RETURN = "return"
    STOCK = "stock"
    AUTHORIZATION = "authorization"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRef:
    """How the channel names one sellable thing of a shop."""

    item_id: str
    variant_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One record of a page that could not be mapped; its neighbours could."""

    record_id: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """One page; ``next_cursor`` is ``None`` on the last.

    A cursor is opaque, survives a restart and carries everything that is needed to
    go on, so that a long read may stop and resume anywhere.
    """

    items: tuple[Item, ...]
    rejected: tuple[Rejected, ...] = ()
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some units of a line that share one fate."""

    quantity: int
    stage: Stage
    ending: Ending | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOrderLine:
    """One thing bought; the portions add up to ``quantity``.

    ``line_id`` is unique within the order and stays the same in every later report.
    """

    line_id: str
    listing: ListingRef
    sku: str
    title: str
    quantity: int
    unit_price: Decimal
    portions: tuple[Portion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    tracking_number: str
    direction: ParcelDirection
    carrier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRefund:
    """Money that goes back to the buyer; ``refund_id`` is unique in the order."""

    refund_id: str
    amount: Decimal
    currency: str
    state: RefundState
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelOrder:
    """An order as the channel reports it now.

    ``raw_status`` is the channel's own word, for people only.
    ``fulfilled_by_channel`` marks orders shipped from the channel's warehouse: they
    never touch the seller's stock.
    """

    order_id: str
    ordered_at: datetime
    updated_at: datetime
    raw_status: str
    currency: str
    total: Decimal
    lines: tuple[ChannelOrderLine, ...]
    parcels: tuple[Parcel, ...] = ()
    refunds: tuple[ChannelRefund, ...] = ()
    cancel_reason: str = ""
    fulfilled_by_channel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReturnLine:
    """``line_id`` where the channel names the order line, else empty."""

    listing: ListingRef
    quantity: int
    line_id: str = ""
    sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelReturn:
    """A return as the channel reports it now.

    ``goods_come_back`` is false for a refund where the buyer keeps the goods.
    ``claim_before`` is when the seller's right to claim or dispute ends.
    """

    return_id: str
    order_id: str
    updated_at: datetime
    phase: ReturnPhase
    raw_status: str
    goods_come_back: bool
    lines: tuple[ChannelReturnLine, ...]
    parcels: tuple[Parcel, ...] = ()
    refund: ChannelRefund | None = None
    reason: str = ""
    claim_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelListing:
    """One sellable thing in a shop's catalogue; ``sku`` is the seller's own code."""

    listing: ListingRef
    sku: str
    title: str
    quantity: int
    barcode: str = ""
    fulfilled_by_channel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StockUpdate:
    """Set the sellable number of a listing to exactly ``quantity``.

    ``expected`` is the number last read from the channel; only a channel with
    compare-and-set looks at it.
    """

    listing: ListingRef
    quantity: int
    expected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StockResult:
    listing: ListingRef
    outcome: WriteOutcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """Give a buyer's money back without touching stock.

    ``key`` makes it idempotent: the same key never pays twice.
    """

    key: str
    order_id: str
    amount: Decimal
    currency: str
    quantities: Mapping[str, int] = field(default_factory=dict)
    """Units per line id that the refund stands for."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """A message exactly as it came in; ``body`` is the raw bytes."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Something changed: read it again.  Never a fact by itself.

    ``event_key`` is the same for each delivery of one event, for deduplication.
    ``item_id`` is the item, or the variant of one, whose number may have changed, named
    as in ``ListingRef``; empty where the message does not tell it.
    """

    event_key: str
    kind: HintKind
    order_id: str = ""
    return_id: str = ""
    item_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopIdentity:
    """Who answers to the credentials."""

    shop_id: str
    name: str
    region: str = ""
