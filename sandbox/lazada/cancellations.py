"""Cancelling items before the carrier has them: by buyer, seller or the clock."""

from collections.abc import Sequence
from enum import Enum

from sandbox.orders import Units
from sandbox.shops import Shop
from sandbox.world import World

from .inventory import Inventory
from .journal import Journal
from .parcels import forbid, parcels_with, some_items, whole_parcels
from .reverse_orders import ReverseOrders
from .statuses import (
    CANCELLABLE,
    PACKABLE,
    STILL_HERE,
    Initiator,
    ItemStatus,
    PackageStatus,
    ReverseStatus,
)
from .trade_orders import OrderItem, Phase, ReverseOrder, TradeOrder

UNPAID_SECONDS = 1800
_ANSWER_SECONDS = 2 * 86400
_LOGISTICS_SECONDS = 3600
_ON_SHELF = (ItemStatus.UNPAID, *PACKABLE)
_IN_PACKAGE = (ItemStatus.PACKED, ItemStatus.READY_TO_SHIP)


class Reason(Enum):
    """Why an order was cancelled; the sellers' reasons have numbers."""

    SOURCING_DELAY = (10000019, "Sourcing Delay")
    OUT_OF_STOCK = (10000021, "Out of Stock")
    WRONG_PRICE = (10000023, "Wrong Price or Pricing Error")
    CHANGE_OF_MIND = (10000083, "Change of mind")
    NOT_PAID = (10000099, "Payment was not received in time")

    def __init__(self, number: int, text: str) -> None:
        self.number = number
        self.text = text


SELLER_REASONS = (Reason.SOURCING_DELAY, Reason.OUT_OF_STOCK, Reason.WRONG_PRICE)
EMPTYING_REASONS = (Reason.OUT_OF_STOCK, Reason.WRONG_PRICE)


class Cancellations:
    """What a buyer or the seller may still call off."""

    def __init__(
        self,
        world: World,
        inventory: Inventory,
        journal: Journal,
        reverse_orders: ReverseOrders,
    ) -> None:
        self._world = world
        self._inventory = inventory
        self._journal = journal
        self._reverse_orders = reverse_orders

    def cancel(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer cancels; a packed package goes as a whole or not at all."""
        items = self._cancellable(order, "cancel", STILL_HERE, units)
        case = self._reverse_orders.open_cancellation(shop, order, items)
        self._carry_out_for_buyer(shop, order, case)

    def ask(self, shop: Shop, order: TradeOrder, units: Units | None) -> None:
        """The buyer asks to cancel; unanswered, the request carries itself out."""
        items = self._cancellable(order, "ask_cancel", CANCELLABLE, units)
        trigger_at = self._world.clock.now() + _ANSWER_SECONDS
        for item in items:
            item.awaits_seller = True
            item.cancel_trigger_at = trigger_at
        case = self._reverse_orders.open_cancellation(shop, order, items)
        self._world.agenda.add(
            _ANSWER_SECONDS, lambda: self._trigger(shop, order, case)
        )

    def answer(
        self, shop: Shop, order: TradeOrder, case: ReverseOrder, *, agreed: bool
    ) -> None:
        """The seller answers a request.

        Once a package is ready to ship an agreement is not the end: the carrier must
        still find the parcel before it is handed over.
        """
        waiting = [item for item in case.items if item.awaits_seller]
        for item in waiting:
            item.awaits_seller = False
        if not agreed:
            self._journal.move_reverse(
                shop,
                order,
                case,
                by="seller",
                phase=Phase.CLOSED,
                status=ReverseStatus.REJECTED,
            )
        elif any(item.status is ItemStatus.READY_TO_SHIP for item in waiting):
            for item in waiting:
                item.awaits_logistics = True
            self._journal.move_reverse(
                shop, order, case, by="seller", phase=Phase.AGREED
            )
            self._world.agenda.add(
                _LOGISTICS_SECONDS, lambda: self._intercept(shop, order, case)
            )
        else:
            self._carry_out_for_buyer(shop, order, case)

    def by_seller(
        self, shop: Shop, order: TradeOrder, items: Sequence[OrderItem], reason: Reason
    ) -> None:
        """The seller cancels; what is out of stock or wrongly priced drops to zero."""
        self._carry_out(shop, order, items, Initiator.SELLER, reason)
        if reason in EMPTYING_REASONS:
            for item in items:
                item.listing.sellable = 0
                item.listing.updated_at = self._world.clock.stamp()

    def expire(self, shop: Shop, order: TradeOrder) -> None:
        """Cancel what was not paid within thirty minutes."""
        unpaid = order.items_in((ItemStatus.UNPAID,))
        if unpaid:
            with self._journal.entry(shop, order, "expire"):
                self._carry_out(
                    shop, order, unpaid, Initiator.INTERNAL, Reason.NOT_PAID
                )

    def _trigger(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        if any(item.awaits_seller for item in case.items):
            with self._journal.entry(shop, order, "cancel_unanswered"):
                self.answer(shop, order, case, agreed=True)

    def _intercept(self, shop: Shop, order: TradeOrder, case: ReverseOrder) -> None:
        if any(item.awaits_logistics for item in case.items):
            with self._journal.entry(shop, order, "cancel_agreed"):
                self._carry_out_for_buyer(shop, order, case)

    def _carry_out_for_buyer(
        self, shop: Shop, order: TradeOrder, case: ReverseOrder
    ) -> None:
        items = [item for item in case.items if item.status in STILL_HERE]
        self._carry_out(shop, order, items, Initiator.CUSTOMER, Reason.CHANGE_OF_MIND)
        self._reverse_orders.complete_cancellation(shop, order, case)

    def _carry_out(
        self,
        shop: Shop,
        order: TradeOrder,
        items: Sequence[OrderItem],
        initiator: Initiator,
        reason: Reason,
    ) -> None:
        for item in items:
            item.awaits_seller = item.awaits_logistics = False
            item.initiator = initiator
            item.reason = reason.text
        self._inventory.call_off(shop, order, items)
        self._journal.move(shop, order, items, ItemStatus.CANCELED)
        for parcel in order.parcels:
            if any(item.package_id == parcel.number for item in items):
                self._journal.move_package(shop, order, parcel, PackageStatus.CANCELLED)
        if not order.items_in(set(ItemStatus) - {ItemStatus.CANCELED}):
            order.cancelled_by = initiator.value
            order.cancel_reason = reason.text

    def _cancellable(
        self,
        order: TradeOrder,
        action: str,
        statuses: Sequence[ItemStatus],
        units: Units | None,
    ) -> list[OrderItem]:
        items = order.items_in(statuses)
        if not items:
            raise forbid(
                order,
                action,
                "the goods are with the carrier or the buyer, or nothing is left",
            )
        if any(item.awaits_seller or item.awaits_logistics for item in items):
            raise forbid(order, action, "a request to cancel is already open")
        if units is None:
            if len(items) < len(order.items) and self._some_have_gone(order):
                raise forbid(order, action, "name the units that are still here")
            return items
        on_shelf = [item for item in items if item.status in _ON_SHELF]
        chosen = some_items(on_shelf, units)
        if chosen is not None:
            return chosen
        packed = whole_parcels(parcels_with(order, _IN_PACKAGE), units, action)
        return [item for parcel in packed for item in order.packed_in(parcel)]

    def _some_have_gone(self, order: TradeOrder) -> bool:
        return any(parcel.picked_up_at for parcel in order.parcels)
