"""What a site stores of orders, refunds, fulfilments and webhooks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.orders import Line, Order

from .bookkeeping import Endings
from .statuses import OrderStatus


class Numbers:
    """Row numbers, counted up for each table; no two sites share one."""

    def __init__(self) -> None:
        # A new WordPress has used up its first posts before anybody sells.
        self._last = {"post": 10}

    def next(self, table: str) -> int:
        """The number of a new row."""
        self._last[table] = self._last.get(table, 0) + 1
        return self._last[table]


@dataclass(kw_only=True)
class MetaEntry:
    """One row of ``meta_data``."""

    id: int
    key: str
    value: object


@dataclass(kw_only=True)
class Meta:
    """The ``meta_data`` of a record, in the order in which it came."""

    numbers: Numbers
    table: str
    entries: list[MetaEntry] = field(default_factory=list)

    def __iter__(self) -> Iterator[MetaEntry]:
        return iter(self.entries)

    def get(self, key: str) -> object | None:
        """The value of the first entry of this name."""
        return next((each.value for each in self.entries if each.key == key), None)

    def put(self, key: str, value: object) -> None:
        """Set a value; an entry keeps its number."""
        for entry in self.entries:
            if entry.key == key:
                entry.value = value
                return
        self.entries.append(
            MetaEntry(id=self.numbers.next(self.table), key=key, value=value)
        )

    def drop(self, key: str) -> None:
        """Remove every entry of this name."""
        self.entries = [each for each in self.entries if each.key != key]


@dataclass(kw_only=True)
class LineItem:
    """One row of ``line_items``; ``reduced`` is what the site took off its stock."""

    id: int
    line: Line
    meta: Meta

    @property
    def reduced(self) -> int:
        """Units that this row took off the stock and did not put back."""
        value = self.meta.get("_reduced_stock")
        return int(value) if isinstance(value, str) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedItem:
    """One row of a refund's ``line_items``."""

    id: int
    item: LineItem
    quantity: int
    total: int
    meta_id: int


@dataclass(kw_only=True)
class RefundRecord:
    """Money that a site gave back, or wrote down as given back."""

    id: int
    amount: int
    reason: str
    created_at: int
    refunded_payment: bool
    items: list[RefundedItem]
    meta: Meta


@dataclass(kw_only=True)
class Fulfilment:
    """A record of the order-fulfilments feature.

    ``parcel`` is the parcel that the plugin wrote it for; empty when a client did.
    """

    id: int
    parcel: str
    status: str
    is_fulfilled: bool
    updated_at: int
    meta: Meta


@dataclass(kw_only=True)
class OrderRecord:
    """An order with everything that WooCommerce keeps beside it."""

    id: int
    order: Order
    key: str
    payment_method: str
    payment_title: str
    items: list[LineItem]
    meta: Meta
    created_via: str = "checkout"
    completed_at: int = 0
    stock_reduced: bool = False
    refunds: list[RefundRecord] = field(default_factory=list)
    fulfilments: list[Fulfilment] = field(default_factory=list)
    endings: Endings = field(default_factory=dict)

    @property
    def status(self) -> OrderStatus:
        """The order's status as an enumeration."""
        return OrderStatus(self.order.status)

    @property
    def total(self) -> int:
        """What the buyer owes or paid."""
        return sum(each.line.ordered * each.line.listing.price for each in self.items)

    @property
    def refundable(self) -> int:
        """What is left to give back."""
        return self.total - sum(refund.amount for refund in self.refunds)

    def item(self, item_id: int) -> LineItem | None:
        """One row of the order."""
        return next((each for each in self.items if each.id == item_id), None)


@dataclass(kw_only=True)
class Webhook:
    """One subscription; five failed deliveries in a row disable it."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str = field(repr=False)
    status: str
    created_at: int
    updated_at: int
    failures: int = 0
    sent: int = 0
    last_failed: int = 0
    queued: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that webhooks of one topic tell about."""

    topic: str
    id: int
