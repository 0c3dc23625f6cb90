"""Orders, parcels and returns as every marketplace knows them.

What a status is called, and what leads to what, belongs to the channel; here is only
what they all share: who bought how many, in which parcel the units travel, and what
came back.  Times are wall-clock seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .listings import Listing

Units = Mapping[str, int]
"""How many units of which SKU."""


@dataclass(kw_only=True)
class Line:
    """What was bought of one SKU, and what became of it."""

    listing: Listing
    ordered: int
    cancelled: int = 0
    cancelled_before_leaving: int = 0
    cancel_requested: int = 0
    return_requested: int = 0
    returned: int = 0

    @property
    def sku(self) -> str:
        """The seller's own code."""
        return self.listing.sku

    @property
    def active(self) -> int:
        """Units that nobody cancelled, returned or asked to."""
        return self.ordered - (
            self.cancelled
            + self.cancel_requested
            + self.return_requested
            + self.returned
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One scan of a carrier."""

    at: int
    code: str
    text: str


@dataclass(kw_only=True)
class Parcel:
    """Units that travel under one tracking number."""

    number: str
    units: dict[str, int]
    status: str
    updated_at: int
    tracking_number: str = ""
    events: list[Event] = field(default_factory=list)
    arranged_at: int = 0
    picked_up_at: int = 0
    delivered_at: int = 0
    turned_back_at: int = 0
    came_back_at: int = 0
    lost_at: int = 0

    @property
    def travels_back(self) -> bool:
        """Whether it is on its way to the seller under its forward number."""
        return bool(self.turned_back_at and not self.came_back_at and not self.lost_at)


@dataclass(kw_only=True)
class Return:
    """A buyer's return case."""

    id: str
    units: dict[str, int]
    status: str
    reverse_status: str
    reason: str
    needs_logistics: bool
    in_transit: bool
    after_completion: bool
    amount: int
    requested_at: int
    updated_at: int
    tracking_number: str = ""
    parcels: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    handed_over_at: int = 0
    came_back_at: int = 0
    lost_at: int = 0
    refunded_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that went back to the buyer."""

    at: int
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One thing that was done to an order, and the status it led to."""

    at: int
    action: str
    status: str


@dataclass(kw_only=True)
class Order:
    """One buyer's purchase."""

    id: str
    shop: str
    cod: bool
    status: str
    placed_at: int
    updated_at: int
    lines: list[Line]
    parcels: list[Parcel]
    paid_at: int = 0
    returns: list[Return] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)
    cancelled_by: str = ""
    cancel_reason: str = ""
    cancel_asked: bool = False
    completed: bool = False
    returnable_until: float = 0

    def line(self, sku: str) -> Line | None:
        """The line of one SKU, if it was bought."""
        return next((line for line in self.lines if line.sku == sku), None)

    def worth(self, units: Units) -> int:
        """What the buyer paid for these units."""
        return sum(line.listing.price * units.get(line.sku, 0) for line in self.lines)

    @property
    def picked_up_at(self) -> int:
        """When the first parcel was handed to the carrier; 0 when none was."""
        return min((p.picked_up_at for p in self.parcels if p.picked_up_at), default=0)


def total(parts: list[dict[str, int]]) -> dict[str, int]:
    """The units of several parcels or returns together."""
    summed: dict[str, int] = {}
    for part in parts:
        for sku, quantity in part.items():
            summed[sku] = summed.get(sku, 0) + quantity
    return summed


def less(units: Units, taken: Units) -> dict[str, int]:
    """What is left of ``units`` without ``taken``; rows of zero are dropped."""
    rest = {sku: quantity - taken.get(sku, 0) for sku, quantity in units.items()}
    return {sku: quantity for sku, quantity in rest.items() if quantity}


def covers(units: Units, wanted: Units) -> bool:
    """Whether ``wanted`` can be taken out of ``units``."""
    return all(quantity <= units.get(sku, 0) for sku, quantity in wanted.items())
