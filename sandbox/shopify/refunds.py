"""Refunds: what they would pay, what forbids them, what they change."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.listings import AutoRestock
from sandbox.orders import Refund, Units
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from . import standing
from .inventory import Inventory
from .parcels import forbid
from .records import (
    LineItem,
    Purchase,
    RefundLine,
    RefundRecord,
    ReturnRecord,
    Transaction,
)
from .statuses import RestockType, ReturnStatus, TransactionKind, TransactionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Units of a line that shall be refunded."""

    item: LineItem
    quantity: int
    restock_type: RestockType


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What Shopify would refund; ``parent`` is the payment that it would come from."""

    wishes: tuple[Wish, ...]
    subtotal: int
    amount: int
    maximum: int
    parent: Transaction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payout:
    """Money to give back out of one payment."""

    parent: Transaction
    amount: int


class Refunds:
    """Refunds by staff and over the API."""

    def __init__(self, world: World, inventory: Inventory) -> None:
        self._world = world
        self._inventory = inventory

    def suggest(self, purchase: Purchase, wishes: Sequence[Wish]) -> Suggestion:
        """The worth of the units, but never more than the shop holds."""
        subtotal = sum(w.item.line.listing.price * w.quantity for w in wishes)
        maximum = standing.net_payment(purchase)
        return Suggestion(
            wishes=tuple(wishes),
            subtotal=subtotal,
            amount=min(subtotal, maximum),
            maximum=maximum,
            parent=payment(purchase),
        )

    def everything(self, purchase: Purchase) -> list[Wish]:
        """All units that no refund names yet."""
        return [
            Wish(item=item, quantity=quantity, restock_type=RestockType.NO_RESTOCK)
            for item in purchase.items
            if (quantity := purchase.refundable(item))
        ]

    def draft(
        self,
        purchase: Purchase,
        wishes: Sequence[Wish],
        payouts: Sequence[Payout],
        note: str | None,
    ) -> RefundRecord:
        """A refund that is not booked yet."""
        now = self._world.clock.stamp()
        identifiers = self._world.identifiers
        return RefundRecord(
            id=identifiers.number(12),
            at=now,
            note=note,
            lines=[
                RefundLine(
                    id=identifiers.number(12),
                    item=wish.item,
                    quantity=wish.quantity,
                    restock_type=wish.restock_type,
                )
                for wish in wishes
            ],
            transactions=[
                Transaction(
                    id=identifiers.number(13),
                    kind=TransactionKind.REFUND,
                    status=TransactionStatus.SUCCESS,
                    gateway=payout.parent.gateway,
                    is_manual=payout.parent.is_manual,
                    amount=payout.amount,
                    at=now,
                    parent=payout.parent,
                )
                for payout in payouts
            ],
        )

    def book(self, shop: Shop, purchase: Purchase, refund: RefundRecord) -> None:
        """Carry a refund out: lines, stock and money."""
        for line in refund.lines:
            if line.restock_type is RestockType.CANCEL:
                self._call_off(shop, purchase, line.item, line.quantity)
            else:
                _settle(purchase, line.item, line.quantity)
                if line.restocked:
                    self._inventory.restock(shop, {line.item.line.sku: line.quantity})
        self.record(purchase, refund)

    def record(self, purchase: Purchase, refund: RefundRecord) -> None:
        """Write a refund down; its units are moved elsewhere."""
        purchase.refunds.append(refund)
        purchase.transactions += refund.transactions
        if refund.amount:
            purchase.order.refunds.append(
                Refund(at=refund.at, amount=refund.amount, reason=refund.note or "")
            )

    def refund(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """Staff refunds: the newest return that was not, or units of the order."""
        record = newest_unrefunded(purchase, units)
        if record is not None:
            self._refund_return(shop, purchase, record)
            return
        wishes = self._staff_wishes(shop, purchase, units)
        if not wishes:
            raise forbid(purchase, "refund", "everything was refunded already")
        self._pay_out(shop, purchase, wishes, "Refunded by staff", None)

    def _refund_return(
        self, shop: Shop, purchase: Purchase, record: ReturnRecord
    ) -> None:
        now = self._world.clock.stamp()
        if record.status is ReturnStatus.REQUESTED:
            record.status, record.approved_at = ReturnStatus.OPEN, now
        wishes = [
            Wish(
                item=line.source.item,
                quantity=line.quantity - line.refunded,
                restock_type=ticked(shop),
            )
            for line in record.lines
            if line.quantity > line.refunded
        ]
        self._pay_out(shop, purchase, wishes, f"Return {record.name}", record)
        record.case.refunded_at = record.case.updated_at = now

    def _pay_out(
        self,
        shop: Shop,
        purchase: Purchase,
        wishes: Sequence[Wish],
        note: str,
        record: ReturnRecord | None,
    ) -> None:
        suggestion = self.suggest(purchase, wishes)
        refund = self.draft(purchase, wishes, payouts(suggestion), note)
        refund.for_return = record
        self.book(shop, purchase, refund)
        if shop.auto_restock is AutoRestock.LATE:
            late = {
                wish.item.line.sku: wish.quantity
                for wish in wishes
                if wish.restock_type is RestockType.NO_RESTOCK
            }
            self._inventory.restock_as_habit(shop, late)

    def _staff_wishes(
        self, shop: Shop, purchase: Purchase, units: Units | None
    ) -> list[Wish]:
        wishes: list[Wish] = []
        for item in purchase.items:
            open_units = purchase.refundable(item) - purchase.returning(item)
            wanted = open_units if units is None else units.get(item.line.sku, 0)
            if wanted > open_units:
                raise NotAllowed(
                    f"refund: of {item.line.sku} can be refunded {open_units}"
                )
            wishes += _staff_rows(shop, purchase, item, wanted, open_units)
        return wishes

    def _call_off(
        self, shop: Shop, purchase: Purchase, item: LineItem, quantity: int
    ) -> None:
        had_left = max(0, quantity - still_here(purchase, item))
        item.reverted -= had_left
        item.removed += quantity
        item.line.cancelled += quantity
        item.line.cancelled_before_leaving += quantity - had_left
        self._inventory.release(shop, {item.line.sku: quantity}, restock=True)


def still_here(purchase: Purchase, item: LineItem) -> int:
    """Units of a line that never left."""
    return purchase.unfulfilled(item) - item.reverted


def ticked(shop: Shop) -> RestockType:
    """What this shop's staff does with the restock box once goods have left."""
    if shop.auto_restock is AutoRestock.ON_CANCEL:
        return RestockType.RETURN
    return RestockType.NO_RESTOCK


def payment(purchase: Purchase) -> Transaction | None:
    """The payment that refunds come from, if money came in."""
    return next(
        (
            each
            for each in purchase.transactions
            if each.kind is TransactionKind.SALE
            and each.status is TransactionStatus.SUCCESS
        ),
        None,
    )


def payouts(suggestion: Suggestion) -> list[Payout]:
    """The money that a suggestion would move."""
    if suggestion.parent is None or suggestion.amount <= 0:
        return []
    return [Payout(parent=suggestion.parent, amount=suggestion.amount)]


def newest_unrefunded(purchase: Purchase, units: Units | None) -> ReturnRecord | None:
    """The newest open return with units that no refund names, if it fits."""
    for record in reversed(purchase.returns):
        is_open = record.status in (ReturnStatus.REQUESTED, ReturnStatus.OPEN)
        unrefunded = any(line.quantity > line.refunded for line in record.lines)
        if is_open and unrefunded and units in (None, record.case.units):
            return record
    return None


def _staff_rows(
    shop: Shop, purchase: Purchase, item: LineItem, wanted: int, open_units: int
) -> list[Wish]:
    """What left is refunded first, then what lost its fulfilment, then the rest."""
    box = ticked(shop)
    cancels = box is RestockType.RETURN
    reverted_type = RestockType.CANCEL if cancels else RestockType.NO_RESTOCK
    shipped = min(wanted, max(0, open_units - purchase.unfulfilled(item)))
    here = min(wanted - shipped, still_here(purchase, item))
    rows = (
        (shipped, box),
        (wanted - shipped - here, reverted_type),
        (here, RestockType.CANCEL),
    )
    return [
        Wish(item=item, quantity=quantity, restock_type=restock_type)
        for quantity, restock_type in rows
        if quantity
    ]


def _settle(purchase: Purchase, item: LineItem, quantity: int) -> None:
    """Count refunded units: those in returns first, the others as cancelled."""
    for record in purchase.returns:
        if record.status is ReturnStatus.DECLINED:
            continue
        for line in record.lines:
            if line.source.item is item and quantity:
                settled = min(quantity, line.quantity - line.refunded)
                line.refunded += settled
                quantity -= settled
                item.line.return_requested -= settled
                item.line.returned += settled
    item.line.cancelled += quantity
