"""Refunds: which units they name, what they pay, and what they put back."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.listings import AutoRestock
from sandbox.orders import Refund, Units
from sandbox.refusals import NotAllowed
from sandbox.world import World

from . import standing
from .inventory import Inventory
from .numbers import Numbers
from .parcels import forbid
from .payments import Payments
from .records import LineItem, Purchase, RefundLine, RefundRecord, Transaction
from .store import Store
from .times import milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Units of a line that shall be refunded."""

    item: LineItem
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTerms:
    """How a refund shall be carried out.

    Fulfilled units are taken before those that wait, unless ``waiting_first``.
    """

    wishes: Sequence[Wish] = ()
    amounts: Sequence[Decimal] = ()
    restock: bool = False
    note: str | None = None
    location_id: int | None = None
    waiting_first: bool = False


class Refunds:
    """Refunds by staff and over the API."""

    def __init__(
        self,
        world: World,
        numbers: Numbers,
        inventory: Inventory,
        payments: Payments,
    ) -> None:
        self._world = world
        self._numbers = numbers
        self._inventory = inventory
        self._payments = payments

    def book(
        self, store: Store, purchase: Purchase, terms: RefundTerms
    ) -> RefundRecord:
        """Carry a refund out: lines, stock and money.

        Without lines ``restock`` stays empty, whatever was asked for.
        """
        lines = [
            self._take(store, purchase, wish, terms)
            for wish in terms.wishes
            if wish.quantity
        ]
        record = RefundRecord(
            id=self._numbers.next(),
            at=milliseconds(self._world),
            note=terms.note,
            restock=terms.restock if lines else None,
            location_id=terms.location_id,
            lines=lines,
            transactions=[
                self._pay_back(store, purchase, amount, terms.note)
                for amount in terms.amounts
                if amount
            ],
        )
        purchase.refunds.append(record)
        return record

    def pay_back(
        self, store: Store, purchase: Purchase, amount: Decimal
    ) -> Transaction:
        """Give money back without a refund record."""
        return self._pay_back(store, purchase, amount, None)

    def refund(
        self,
        store: Store,
        purchase: Purchase,
        wishes: Sequence[Wish],
        *,
        note: str,
        waiting_first: bool = False,
    ) -> None:
        """Staff refund units at their price, with the restock box as is their habit."""
        worth = sum(each.item.line.listing.price * each.quantity for each in wishes)
        gone = self._gone(purchase, wishes, waiting_first=waiting_first)
        terms = RefundTerms(
            wishes=wishes,
            amounts=[min(Decimal(worth), standing.net_payment(purchase))],
            restock=store.shop.auto_restock is AutoRestock.ON_CANCEL,
            note=note,
            waiting_first=waiting_first,
        )
        self.book(store, purchase, terms)
        self._inventory.restock_late(store, gone)

    def _gone(
        self, purchase: Purchase, wishes: Sequence[Wish], *, waiting_first: bool
    ) -> dict[str, int]:
        return {
            wish.item.line.sku: split(purchase, wish, waiting_first=waiting_first)[0]
            for wish in wishes
        }

    def _take(
        self, store: Store, purchase: Purchase, wish: Wish, terms: RefundTerms
    ) -> RefundLine:
        gone, waiting, released = split(
            purchase, wish, waiting_first=terms.waiting_first
        )
        item, sku = wish.item, wish.item.line.sku
        item.refunded += wish.quantity
        item.refunded_gone += gone
        item.removed += waiting
        item.line.cancelled += waiting
        item.line.cancelled_before_leaving += waiting
        self._inventory.release(store, {sku: waiting})
        settle(item, gone)
        if terms.restock:
            item.restocked += wish.quantity
            self._inventory.restock(store, {sku: gone})
        return RefundLine(
            id=self._numbers.next(),
            item=item,
            gone=gone,
            waiting=waiting,
            released=released,
        )

    def _pay_back(
        self, store: Store, purchase: Purchase, amount: Decimal, note: str | None
    ) -> Transaction:
        purchase.order.refunds.append(
            Refund(at=self._world.clock.stamp(), amount=int(amount), reason=note or "")
        )
        return self._payments.give_back(purchase, amount, store.user_id)


def split(
    purchase: Purchase, wish: Wish, *, waiting_first: bool
) -> tuple[int, int, int]:
    """How many of these units were fulfilled, wait, or were let go by a cancel."""
    item = wish.item
    fulfilled = purchase.fulfilled(item) - item.refunded_gone
    waits = purchase.waiting(item)
    if waiting_first:
        waiting = min(wish.quantity, waits)
        gone = min(wish.quantity - waiting, fulfilled)
    else:
        gone = min(wish.quantity, fulfilled)
        waiting = min(wish.quantity - gone, waits)
    return gone, waiting, wish.quantity - gone - waiting


def settle(item: LineItem, quantity: int) -> None:
    """Count refunded units as returned: those that a buyer announced come first."""
    line = item.line
    asked = min(quantity, line.return_requested)
    line.return_requested -= asked
    line.returned += asked
    line.returned += min(quantity - asked, line.active)


def wishes_of(purchase: Purchase, units: Units | None, action: str) -> list[Wish]:
    """Units that no refund names yet: these, or all of them."""
    wishes: list[Wish] = []
    for item in purchase.items:
        left = purchase.refundable(item)
        wanted = left if units is None else units.get(item.line.sku, 0)
        if wanted > left:
            raise NotAllowed(f"{action}: of {item.line.sku} can be refunded {left}")
        if wanted:
            wishes.append(Wish(item=item, quantity=wanted))
    if not wishes:
        raise forbid(purchase.order, action, "everything was refunded")
    return wishes
