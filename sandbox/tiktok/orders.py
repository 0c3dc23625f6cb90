"""What TikTok Shop keeps of an order beyond what every marketplace does.

Each line item is one unit, so that three of a SKU are three line items.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.listings import Listing
from sandbox.orders import Order, Parcel, Return, Units

from .statuses import (
    CancelStatus,
    CancelType,
    OrderStatus,
    PackageStatus,
    ReturnStatus,
    ReturnType,
    RmaStatus,
    Role,
)

_STAGES = {
    PackageStatus.TO_FULFILL: OrderStatus.AWAITING_SHIPMENT,
    PackageStatus.PROCESSING: OrderStatus.AWAITING_COLLECTION,
    PackageStatus.FULFILLING: OrderStatus.IN_TRANSIT,
    PackageStatus.COMPLETED: OrderStatus.DELIVERED,
    PackageStatus.CANCELLED: OrderStatus.CANCELLED,
}


@dataclass(kw_only=True, eq=False)
class LineItem:
    """One unit of an order."""

    id: str
    listing: Listing
    parcel: Parcel
    cancelled: bool = False
    cancelled_by: str = ""
    cancel_reason: str = ""

    @property
    def sku(self) -> str:
        """The seller's own code."""
        return self.listing.sku


@dataclass(kw_only=True, eq=False)
class Cancellation:
    """A cancellation: asked for, carried out, refunded."""

    id: str
    order: "TikTokOrder"
    items: list[LineItem]
    item_ids: list[str]
    type: CancelType
    status: CancelStatus
    role: Role
    reason: str
    reason_text: str
    amount: int
    requested_at: int
    updated_at: int
    deadline: int = 0
    should_replenish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One entry of a return's history."""

    at: int
    event: str
    role: str
    description: str


@dataclass(kw_only=True, eq=False)
class ReturnCase(Return):
    """A return with the RMA that its parcel travels under."""

    order: "TikTokOrder"
    items: list[LineItem]
    item_ids: list[str]
    kind: ReturnType
    rma_id: str
    request_id: str
    deadline: int = 0
    buyer_keeps: bool = False
    quick_refund: bool = False
    offered_amount: int = 0
    records: list[Record] = field(default_factory=list)

    @property
    def return_status(self) -> ReturnStatus:
        """The status as a word of the marketplace."""
        return ReturnStatus(self.status)

    @property
    def rma_status(self) -> RmaStatus:
        """Where the return parcel is."""
        return RmaStatus(self.reverse_status)


@dataclass(kw_only=True, eq=False)
class TikTokOrder(Order):
    """An order by its units."""

    buyer_id: str
    items: list[LineItem] = field(default_factory=list)
    cancellations: list[Cancellation] = field(default_factory=list)
    cases: list[ReturnCase] = field(default_factory=list)
    unpaid: bool = False
    held: bool = False
    rts_at: int = 0
    collected_at: int = 0
    delivered_at: int = 0
    cancelled_at: int = 0
    cancel_requested_at: int = 0
    replaced_order_id: str = ""

    def in_parcel(self, parcel: Parcel) -> list[LineItem]:
        """The units that travel in one package."""
        return [item for item in self.items if item.parcel is parcel]

    def stage(self, item: LineItem) -> OrderStatus:
        """How far one unit has come; a failed parcel still counts as FULFILLING."""
        if item.cancelled:
            return OrderStatus.CANCELLED
        if self.unpaid:
            return OrderStatus.UNPAID
        if self.held:
            return OrderStatus.ON_HOLD
        if self.completed:
            return OrderStatus.COMPLETED
        return _STAGES[PackageStatus(item.parcel.status)]

    def stages(self) -> dict[str, OrderStatus]:
        """How far each unit has come."""
        return {item.id: self.stage(item) for item in self.items}

    def pending_cancellation(self) -> Cancellation | None:
        """The buyer's request that the seller has not answered."""
        return next(
            (c for c in self.cancellations if c.status is CancelStatus.PENDING), None
        )


def units_of(items: Iterable[LineItem]) -> dict[str, int]:
    """How many units of which SKU these line items are."""
    units: dict[str, int] = {}
    for item in items:
        units[item.sku] = units.get(item.sku, 0) + 1
    return units


def pick(items: Iterable[LineItem], units: Units) -> list[LineItem] | None:
    """The first line items that make up these units, if there are enough."""
    wanted = dict(units)
    chosen: list[LineItem] = []
    for item in items:
        if wanted.get(item.sku, 0):
            wanted[item.sku] -= 1
            chosen.append(item)
    return None if any(wanted.values()) else chosen
