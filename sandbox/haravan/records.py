"""What Haravan keeps of an order; times are milliseconds of the wall clock."""

from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.orders import Line, Order, Parcel

from .statuses import CarrierStatus, CodStatus, TransactionKind


@dataclass(kw_only=True, eq=False)
class LineItem:
    """A line of an order.

    ``removed`` units were refunded before they were fulfilled, ``released`` ones were
    let go when the order was cancelled.
    """

    id: int
    line: Line
    removed: int = 0
    released: int = 0
    refunded: int = 0
    refunded_gone: int = 0
    restocked: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class FulfilledItem:
    """Units of a line in one fulfilment."""

    item: LineItem
    quantity: int


@dataclass(kw_only=True, eq=False)
class Fulfillment:
    """Units that the merchant marked as fulfilled, in one parcel."""

    id: int
    parcel: Parcel
    items: list[FulfilledItem]
    code: CarrierStatus
    cod_status: CodStatus
    cod_amount: int
    created_at: int
    updated_at: int
    reached_at: dict[CarrierStatus, int] = field(default_factory=dict)
    cod_paid_at: int = 0
    cod_refused_at: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Transaction:
    """Money that is awaited, came in, or went back; a refund is negative."""

    id: int
    kind: TransactionKind
    amount: Decimal
    at: int
    user_id: int
    parent_id: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RefundLine:
    """Units of a line in one refund, by where they were at the time."""

    id: int
    item: LineItem
    gone: int
    waiting: int
    released: int

    @property
    def quantity(self) -> int:
        """All of them."""
        return self.gone + self.waiting + self.released


@dataclass(frozen=True, kw_only=True, eq=False)
class RefundRecord:
    """A refund: lines, money, or neither when an unpaid order was cancelled."""

    id: int
    at: int
    note: str | None
    restock: bool | None
    location_id: int | None
    lines: list[RefundLine]
    transactions: list[Transaction]


@dataclass(frozen=True, kw_only=True, eq=False)
class EventRecord:
    """One entry of the audit trail."""

    id: int
    at: int
    subject_id: int
    subject_type: str
    verb: str
    name: str


@dataclass(kw_only=True, eq=False)
class Purchase:
    """An order as Haravan keeps it."""

    order: Order
    id: int
    number: int
    token: str
    gateway: str
    gateway_code: str
    created_at: int
    updated_at: int
    items: list[LineItem]
    transactions: list[Transaction]
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[RefundRecord] = field(default_factory=list)
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    confirmed_at: int = 0
    closed_at: int = 0
    cancelled_at: int = 0
    cancel_reason: str | None = None

    @property
    def name(self) -> str:
        """The number that people use; it is not the identity."""
        return f"#{self.number}"

    def item(self, sku: str) -> LineItem:
        """The line of a SKU that was bought."""
        return next(each for each in self.items if each.line.sku == sku)

    def fulfilled(self, item: LineItem) -> int:
        """Units of a line in fulfilments, those that were cancelled among them."""
        return sum(
            each.quantity
            for fulfillment in self.fulfillments
            for each in fulfillment.items
            if each.item is item
        )

    def left(self, item: LineItem) -> int:
        """Units of a line that left the merchant's books, wherever they are now."""
        return sum(
            each.quantity
            for fulfillment in self.fulfillments
            for each in fulfillment.items
            if each.item is item and fulfillment.parcel.arranged_at
        )

    def waiting(self, item: LineItem) -> int:
        """Units of a line that wait to be fulfilled."""
        gone = item.removed + item.released + self.fulfilled(item)
        return item.line.ordered - gone

    def refundable(self, item: LineItem) -> int:
        """Units of a line that no refund names yet."""
        return item.line.ordered - item.refunded

    def waiting_units(self) -> dict[str, int]:
        """Units of each SKU that wait to be fulfilled; rows of zero are left out."""
        waiting = {each.line.sku: self.waiting(each) for each in self.items}
        return {sku: quantity for sku, quantity in waiting.items() if quantity}
