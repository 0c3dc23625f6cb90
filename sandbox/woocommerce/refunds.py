"""Refunds: what a site refuses, books, restocks, and what the order becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.listings import AutoRestock
from sandbox.orders import Refund
from sandbox.world import World

from . import bookkeeping
from .lifecycle import Lifecycle
from .records import Meta, OrderRecord, RefundedItem, RefundRecord
from .site import Site
from .statuses import OrderStatus
from .stock import StockRoom

GATEWAYS_THAT_REFUND = frozenset({"woocommerce_payments"})


class RefundRefused(Exception):
    """A refund that WooCommerce would not create; the text is its message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedRow:
    """Units and money of one order row."""

    quantity: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """What a refund is asked to do; rows are keyed by line item."""

    amount: int
    reason: str = ""
    rows: Mapping[int, RefundedRow] = field(default_factory=dict)
    through_gateway: bool = False
    restock: bool = False
    meta: Mapping[str, object] = field(default_factory=dict)


class Refunds:
    """Creates refunds, for clients and for the shop's owner."""

    def __init__(self, world: World, stock: StockRoom, lifecycle: Lifecycle) -> None:
        self._world = world
        self._stock = stock
        self._lifecycle = lifecycle

    def create(
        self, site: Site, record: OrderRecord, request: RefundRequest
    ) -> RefundRecord:
        """Write a refund down; the same request twice is two refunds.

        A full one makes the order ``refunded``, whatever it was before.
        """
        _check(record, request)
        refund = self._new(site, record, request)
        record.refunds.append(refund)
        record.order.refunds.append(
            Refund(at=refund.created_at, amount=refund.amount, reason=refund.reason)
        )
        if request.restock:
            self._stock.restock(site, record, quantities(request))
        self._book(record, request)
        if not record.refundable:
            self._lifecycle.change(site, record, OrderStatus.REFUNDED)
        self._lifecycle.save(site, record)
        return refund

    def by_hand(
        self, site: Site, record: OrderRecord, request: RefundRequest
    ) -> RefundRecord:
        """The owner refunds on the order's page, with the box to restock as usual."""
        refund = self.create(site, record, request)
        if site.shop.auto_restock is AutoRestock.ON_CANCEL:
            self._stock.restock(site, record, quantities(request))
        elif site.shop.auto_restock is AutoRestock.LATE:
            self._stock.restock_late(site, record, quantities(request))
        return refund

    def settle_rest(self, site: Site, record: OrderRecord) -> None:
        """Somebody set the status to refunded: the rest is written down as refunded."""
        if record.refundable:
            rest = RefundRequest(
                amount=record.refundable, reason="Order fully refunded."
            )
            self.create(site, record, rest)

    def _new(
        self, site: Site, record: OrderRecord, request: RefundRequest
    ) -> RefundRecord:
        meta = Meta(numbers=site.numbers, table="post meta")
        full = request.amount == record.refundable
        meta.put("_refund_type", "full" if full else "partial")
        for key, value in request.meta.items():
            meta.put(key, value)
        return RefundRecord(
            id=site.numbers.next("post"),
            amount=request.amount,
            reason=request.reason,
            created_at=self._world.clock.stamp(),
            refunded_payment=request.through_gateway,
            items=_items(site, record, request),
            meta=meta,
        )

    def _book(self, record: OrderRecord, request: RefundRequest) -> None:
        units: dict[str, int] = {}
        for item in record.items:
            row = request.rows.get(item.id)
            if row is None:
                continue
            asked = min(row.quantity, item.line.return_requested)
            bookkeeping.settle_return(item.line, row.quantity)
            units[item.line.sku] = row.quantity - asked
        bookkeeping.take_out(record.order, units)


def quantities(request: RefundRequest) -> dict[int, int]:
    """Units for each line item."""
    return {item_id: row.quantity for item_id, row in request.rows.items()}


def _check(record: OrderRecord, request: RefundRequest) -> None:
    if not 0 <= request.amount <= record.refundable:
        raise RefundRefused("Invalid refund amount.")
    if request.through_gateway and record.payment_method not in GATEWAYS_THAT_REFUND:
        raise RefundRefused(
            "The payment gateway for this order does not support automatic refunds."
        )


def _items(
    site: Site, record: OrderRecord, request: RefundRequest
) -> list[RefundedItem]:
    return [
        RefundedItem(
            id=site.numbers.next("order item"),
            item=item,
            quantity=request.rows[item.id].quantity,
            total=request.rows[item.id].total,
            meta_id=site.numbers.next("order item meta"),
        )
        for item in record.items
        if item.id in request.rows
    ]
