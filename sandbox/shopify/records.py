"""What Shopify keeps of an order beyond what every marketplace knows."""

from dataclasses import dataclass, field

from sandbox.orders import Line, Order, Parcel, Return

from .statuses import (
    FINAL_DISPOSITIONS,
    DispositionType,
    EventStatus,
    FulfillmentStatus,
    RestockType,
    ReturnStatus,
    TransactionKind,
    TransactionStatus,
)


@dataclass(kw_only=True, eq=False)
class LineItem:
    """A line of an order; ``reverted`` units left, then lost their fulfilment."""

    id: int
    fulfillment_order_line_id: int
    line: Line
    removed: int = 0
    reverted: int = 0


@dataclass(frozen=True, kw_only=True)
class FulfillmentEvent:
    """One scan, as the carrier's app reported it."""

    id: int
    status: EventStatus
    at: int
    message: str


@dataclass(frozen=True, kw_only=True, eq=False)
class FulfillmentLine:
    """Units of a line in one fulfilment."""

    id: int
    item: LineItem
    quantity: int


@dataclass(kw_only=True, eq=False)
class Fulfillment:
    """Units that the merchant marked as shipped, in one parcel."""

    id: int
    name: str
    parcel: Parcel
    lines: list[FulfillmentLine]
    created_at: int
    updated_at: int
    status: FulfillmentStatus = FulfillmentStatus.SUCCESS
    events: list[FulfillmentEvent] = field(default_factory=list)

    @property
    def is_live(self) -> bool:
        """Whether it still counts as shipped."""
        return self.status is FulfillmentStatus.SUCCESS

    @property
    def display_status(self) -> str:
        """The newest event; FULFILLED without any, CANCELED once it was cancelled."""
        if not self.is_live:
            return "CANCELED"
        return self.events[-1].status.value if self.events else "FULFILLED"

    def happened_at(self, status: EventStatus) -> int:
        """When an event of this kind came first; 0 when none did."""
        return next((event.at for event in self.events if event.status is status), 0)


@dataclass(kw_only=True, eq=False)
class Transaction:
    """Money that was taken, is awaited, or went back."""

    id: int
    kind: TransactionKind
    status: TransactionStatus
    gateway: str
    is_manual: bool
    amount: int
    at: int
    parent: "Transaction | None" = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RefundLine:
    """Units of a line in one refund."""

    id: int
    item: LineItem
    quantity: int
    restock_type: RestockType

    @property
    def restocked(self) -> bool:
        """Whether it raised the number that buyers see."""
        return self.restock_type is not RestockType.NO_RESTOCK


@dataclass(kw_only=True, eq=False)
class RefundRecord:
    """A refund: lines, money, or both."""

    id: int
    at: int
    note: str | None
    lines: list[RefundLine]
    transactions: list[Transaction]
    for_return: "ReturnRecord | None" = None

    @property
    def amount(self) -> int:
        """The money that went back."""
        return sum(transaction.amount for transaction in self.transactions)


@dataclass(frozen=True, kw_only=True, eq=False)
class Disposition:
    """What somebody at the location said about units that came back."""

    id: int
    type: DispositionType
    quantity: int
    at: int
    has_location: bool


@dataclass(kw_only=True, eq=False)
class ReturnLine:
    """Units of a fulfilment line that the buyer sends back."""

    id: int
    reverse_line_id: int
    source: FulfillmentLine
    quantity: int
    reason: str
    note: str
    refunded: int = 0
    dispositions: list[Disposition] = field(default_factory=list)

    @property
    def disposed(self) -> int:
        """Units whose fate is settled."""
        return sum(
            each.quantity
            for each in self.dispositions
            if each.type in FINAL_DISPOSITIONS
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class ReverseDelivery:
    """A parcel that brings a return back."""

    id: int
    line_ids: tuple[int, ...]
    tracking_number: str
    carrier: str


@dataclass(kw_only=True, eq=False)
class ReturnRecord:
    """A return of one order; ``case`` is what every marketplace knows of it."""

    id: int
    name: str
    case: Return
    lines: list[ReturnLine]
    reverse_order_id: int
    created_at: int
    status: ReturnStatus
    deliveries: list[ReverseDelivery] = field(default_factory=list)
    approved_at: int = 0
    closed_at: int = 0
    decline: tuple[str, str | None] | None = None


@dataclass(kw_only=True, eq=False)
class Purchase:
    """An order as Shopify keeps it."""

    order: Order
    id: int
    number: int
    fulfillment_order_id: int
    items: list[LineItem]
    transactions: list[Transaction]
    fulfillments: list[Fulfillment] = field(default_factory=list)
    refunds: list[RefundRecord] = field(default_factory=list)
    returns: list[ReturnRecord] = field(default_factory=list)
    cancelled_at: int = 0
    cancel_reason: str = ""
    staff_note: str | None = None
    closed_at: int = 0

    @property
    def name(self) -> str:
        """The number that people use."""
        return f"#{self.number}"

    def item(self, sku: str) -> LineItem:
        """The line of a SKU that was bought."""
        return next(each for each in self.items if each.line.sku == sku)

    def live_fulfillments(self) -> list[Fulfillment]:
        """The fulfilments that were not cancelled."""
        return [each for each in self.fulfillments if each.is_live]

    def fulfilled(self, item: LineItem) -> int:
        """Units of a line that count as shipped."""
        return sum(
            each.quantity
            for fulfillment in self.live_fulfillments()
            for each in fulfillment.lines
            if each.item is item
        )

    def unfulfilled(self, item: LineItem) -> int:
        """Units of a line that wait to be shipped."""
        return item.line.ordered - item.removed - self.fulfilled(item)

    def refunded(self, item: LineItem) -> int:
        """Units of a line that any refund names."""
        return sum(
            each.quantity
            for refund in self.refunds
            for each in refund.lines
            if each.item is item
        )

    def refundable(self, item: LineItem) -> int:
        """Units of a line that no refund names yet."""
        return item.line.ordered - self.refunded(item)

    def returning(self, item: LineItem) -> int:
        """Units of a line in returns that were not turned down and not refunded."""
        return sum(
            each.quantity - each.refunded
            for record in self.returns
            for each in record.lines
            if each.source.item is item and record.status is not ReturnStatus.DECLINED
        )

    def returned_from(self, source: FulfillmentLine) -> int:
        """Units of a fulfilment line in returns that were not turned down."""
        return sum(
            each.quantity
            for record in self.returns
            for each in record.lines
            if each.source is source and record.status is not ReturnStatus.DECLINED
        )
