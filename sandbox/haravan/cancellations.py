"""Cancelling an order: what forbids it, and what becomes of its units."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sandbox.listings import AutoRestock
from sandbox.orders import Units, covers
from sandbox.refusals import NotAllowed
from sandbox.world import World

from . import standing
from .inventory import Inventory
from .parcels import Carrier, forbid
from .records import Fulfillment, LineItem, Purchase
from .refunds import Refunds, RefundTerms, Wish
from .statuses import ON_THE_WAY, STOPPED_BY_CANCEL
from .store import Store
from .times import milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTerms:
    """How a cancel shall be carried out.

    ``wishes`` are lines that the refund names; with none a restock names everything
    that was fulfilled.
    """

    reason: str
    restock: bool
    amounts: Sequence[Decimal] = ()
    wishes: Sequence[Wish] = ()
    note: str | None = None
    keeps_fulfillments: bool = False


class Cancellations:
    """Cancels by staff, by buyers over staff, and over the API."""

    def __init__(
        self, world: World, inventory: Inventory, carrier: Carrier, refunds: Refunds
    ) -> None:
        self._world = world
        self._inventory = inventory
        self._carrier = carrier
        self._refunds = refunds

    def cancel(self, store: Store, purchase: Purchase, units: Units | None) -> None:
        """Staff cancel for the buyer, with the restock box as is their habit.

        Haravan lets them cancel what is with a carrier; a part is taken out by a
        refund, for the units of an order can never be changed.
        """
        if purchase.cancelled_at:
            raise forbid(purchase.order, "cancel", "there is nothing left to cancel")
        if units is not None and units != _everything(purchase):
            self._remove(store, purchase, units)
            return
        if any(each.parcel.delivered_at for each in purchase.fulfillments):
            raise forbid(
                purchase.order,
                "cancel",
                "it was delivered: use refund or request_return",
            )
        gone = {each.line.sku: _gone(purchase, each) for each in purchase.items}
        net = standing.net_payment(purchase)
        self.carry_out(
            store,
            purchase,
            CancelTerms(
                reason="customer",
                restock=store.shop.auto_restock is AutoRestock.ON_CANCEL,
                amounts=[net] if net > 0 else [],
                note="Khách hủy",
            ),
        )
        purchase.order.cancelled_by = "buyer"
        self._inventory.restock_late(store, gone)

    def carry_out(self, store: Store, purchase: Purchase, terms: CancelTerms) -> None:
        """Cancel an order that was not cancelled before.

        Units that nobody fulfilled are available again by themselves.  Fulfilled ones
        come back with ``restock`` alone.
        """
        wishes = list(terms.wishes)
        if terms.restock and not wishes:
            wishes = [
                Wish(item=each, quantity=_gone(purchase, each))
                for each in purchase.items
            ]
        self._refunds.book(
            store,
            purchase,
            RefundTerms(
                wishes=wishes,
                amounts=terms.amounts,
                restock=terms.restock,
                note=terms.note,
                location_id=store.location_id,
            ),
        )
        for item in purchase.items:
            self._let_go(store, purchase, item)
        if not terms.keeps_fulfillments:
            self._stop_parcels(purchase)
        purchase.cancelled_at = milliseconds(self._world)
        purchase.cancel_reason = terms.reason
        purchase.order.cancelled_by = "seller"
        purchase.order.cancel_reason = terms.reason

    def _let_go(self, store: Store, purchase: Purchase, item: LineItem) -> None:
        line = item.line
        waiting = purchase.waiting(item)
        here = line.ordered - item.removed - purchase.left(item)
        line.cancelled_before_leaving += min(line.active, here)
        line.cancelled += line.active
        item.released += waiting
        self._inventory.release(store, {line.sku: waiting})

    def _stop_parcels(self, purchase: Purchase) -> None:
        for fulfillment in purchase.fulfillments:
            if fulfillment.code in STOPPED_BY_CANCEL:
                self._stop(fulfillment)

    def _stop(self, fulfillment: Fulfillment) -> None:
        if fulfillment.code in ON_THE_WAY:
            self._carrier.turn_back(fulfillment)
        self._carrier.refuse_cash(fulfillment)
        self._carrier.cancel(fulfillment)

    def _remove(self, store: Store, purchase: Purchase, units: Units) -> None:
        waiting = {
            sku: min(quantity, purchase.refundable(purchase.item(sku)))
            for sku, quantity in purchase.waiting_units().items()
        }
        if not covers(waiting, units):
            raise NotAllowed(
                "cancel: units can be cancelled in part before they are fulfilled "
                f"only; not fulfilled are {waiting}"
            )
        wishes = [
            Wish(item=purchase.item(sku), quantity=quantity)
            for sku, quantity in units.items()
        ]
        self._refunds.refund(
            store, purchase, wishes, note="Khách bớt hàng", waiting_first=True
        )


def _gone(purchase: Purchase, item: LineItem) -> int:
    """Fulfilled units of a line that no refund names yet."""
    return purchase.fulfilled(item) - item.refunded_gone


def _everything(purchase: Purchase) -> dict[str, int]:
    units = {each.line.sku: purchase.refundable(each) for each in purchase.items}
    return {sku: quantity for sku, quantity in units.items() if quantity}
