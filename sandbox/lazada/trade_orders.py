"""An order as Lazada holds it: one item for each unit, and its reverse orders."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.listings import Listing
from sandbox.orders import Order, Parcel, Return
from sandbox.shops import Shop

from .statuses import Decision, Initiator, ItemStatus, OfcStatus, RequestType


@dataclass(kw_only=True, eq=False)
class OrderItem:
    """One unit with an identifier and a status of its own."""

    id: str
    listing: Listing
    status: ItemStatus
    created_at: int
    updated_at: int
    package_id: str = ""
    left: bool = False
    called_off: bool = False
    initiator: Initiator = Initiator.NOBODY
    reason: str = ""
    reverse_order_id: str = ""
    reverse_line_id: str = ""
    awaits_seller: bool = False
    awaits_logistics: bool = False
    cancel_trigger_at: float = 0

    @property
    def sku(self) -> str:
        """The seller's own code."""
        return self.listing.sku


class Phase(StrEnum):
    """How far seller and buyer are with a return."""

    REQUESTED = "requested"
    AGREED = "agreed"
    CONFIRMED = "confirmed"
    REFUNDED = "refunded"
    CLOSED = "closed"


OPEN_PHASES = (Phase.REQUESTED, Phase.AGREED, Phase.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Who did something to a reverse order."""

    at: int
    operator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseLine:
    """One unit within one reverse order; a unit may meet several of them."""

    id: str
    item: OrderItem


@dataclass(kw_only=True, eq=False)
class ReverseOrder(Return):
    """A reverse order; ``status`` is its phase, ``reverse_status`` the API's word."""

    request_type: RequestType
    is_rtm: bool
    lines: list[ReverseLine]
    reason_code: int
    is_need_refund: bool
    ofc_status: OfcStatus = OfcStatus.INITIAL
    decision: Decision = Decision.NONE
    is_dispute: bool = False
    operations: list[Operation] = field(default_factory=list)

    @property
    def items(self) -> list[OrderItem]:
        """The units that it is about."""
        return [line.item for line in self.lines]

    @property
    def is_open(self) -> bool:
        """Whether nobody refunded, rejected or withdrew it yet."""
        return self.status in OPEN_PHASES


@dataclass(kw_only=True)
class TradeOrder(Order):
    """A purchase; ``returns`` holds what buyers opened after delivery."""

    items: list[OrderItem]
    cancellations: list[ReverseOrder] = field(default_factory=list)

    @property
    def return_cases(self) -> list[ReverseOrder]:
        """The reverse orders that were opened after delivery."""
        return [case for case in self.returns if isinstance(case, ReverseOrder)]

    @property
    def reverse_orders(self) -> list[ReverseOrder]:
        """Every reverse record, of cancellations and of returns."""
        return [*self.cancellations, *self.return_cases]

    def items_in(self, statuses: Iterable[ItemStatus]) -> list[OrderItem]:
        """The items that are in one of these statuses."""
        wanted = tuple(statuses)
        return [item for item in self.items if item.status in wanted]

    def packed_in(self, parcel: Parcel) -> list[OrderItem]:
        """The items of one package."""
        return [item for item in self.items if item.package_id == parcel.number]

    def parcel_of(self, item: OrderItem) -> Parcel | None:
        """The package that an item is in."""
        return next((p for p in self.parcels if p.number == item.package_id), None)

    @property
    def statuses(self) -> list[ItemStatus]:
        """The statuses that its items have, each once, the least advanced first."""
        present = {item.status for item in self.items}
        return [status for status in ItemStatus if status in present]


def trade_order(order: Order) -> TradeOrder:
    """The same order under its own type: Lazada never holds another kind."""
    assert isinstance(order, TradeOrder), "placed by another marketplace"
    return order


def trade_orders(shop: Shop) -> list[TradeOrder]:
    """Every order of a shop, oldest first."""
    return [trade_order(order) for order in shop.orders.values()]


def units_of(items: Iterable[OrderItem]) -> dict[str, int]:
    """How many units of which SKU these items are."""
    return dict(Counter(item.sku for item in items))
