"""Cancelling an order: what forbids it, and what becomes of its units."""

from dataclasses import dataclass

from sandbox.listings import AutoRestock
from sandbox.orders import Units, covers
from sandbox.refusals import NotAllowed
from sandbox.shops import Shop
from sandbox.world import World

from . import standing
from .inventory import Inventory
from .parcels import forbid
from .records import LineItem, Purchase
from .refunds import Payout, Refunds, Wish, payment, payouts, still_here
from .statuses import RestockType, ReturnStatus
from .story import Story, unfulfilled


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a cancel shall be carried out.

    ``restock_here`` is for units that never left, ``restock_gone`` for those that did.
    """

    reason: str
    restock_here: bool
    restock_gone: bool
    refund: bool
    staff_note: str | None = None


class Cancellations:
    """Cancels by staff, by buyers over staff, and over the API."""

    def __init__(
        self, world: World, inventory: Inventory, story: Story, refunds: Refunds
    ) -> None:
        self._world = world
        self._inventory = inventory
        self._story = story
        self._refunds = refunds

    def cancel(self, shop: Shop, purchase: Purchase, units: Units | None) -> None:
        """Somebody cancels on the admin page, with the restock box as it stands.

        Units that are still here always go back; the box after shipping is the
        shop's habit.  A paid order can be cancelled once its fulfilments are, so
        both is done.
        """
        waiting = unfulfilled(purchase)
        if units is not None and units != _everything(purchase):
            self._remove(shop, purchase, waiting, units)
            return
        self._check(purchase)
        if standing.received(purchase):
            for fulfillment in purchase.live_fulfillments():
                self._story.revert(shop, purchase, fulfillment)
        on_cancel = shop.auto_restock is AutoRestock.ON_CANCEL
        gone = self._gone(purchase)
        self.carry_out(
            shop,
            purchase,
            Terms(
                reason="CUSTOMER",
                restock_here=True,
                restock_gone=on_cancel,
                refund=True,
            ),
        )
        if shop.auto_restock is AutoRestock.LATE:
            self._inventory.restock_as_habit(shop, gone)

    def problem(self, purchase: Purchase) -> str | None:
        """Why the API would refuse to cancel, in Shopify's words."""
        if purchase.cancelled_at:
            return "Cannot cancel an order that has already been canceled"
        if _has_returns(purchase):
            return "Cannot cancel an order that has returns"
        if standing.received(purchase) and purchase.live_fulfillments():
            return "Cannot cancel an order that has outstanding fulfillments"
        return None

    def carry_out(self, shop: Shop, purchase: Purchase, terms: Terms) -> None:
        """Cancel what ``problem`` or the admin page let pass."""
        wishes: list[Wish] = []
        for item in purchase.items:
            wishes += self._release(shop, purchase, item, terms)
            item.line.cancelled += purchase.refundable(item)
        refund = self._refunds.draft(
            purchase, wishes, _all_money(purchase) if terms.refund else [], None
        )
        if refund.lines or refund.transactions:
            self._refunds.record(purchase, refund)
        now = self._world.clock.stamp()
        purchase.cancelled_at = now
        purchase.closed_at = purchase.closed_at or now
        purchase.cancel_reason = terms.reason
        purchase.staff_note = terms.staff_note
        purchase.order.cancelled_by = "staff"
        purchase.order.cancel_reason = terms.reason

    def _release(
        self, shop: Shop, purchase: Purchase, item: LineItem, terms: Terms
    ) -> list[Wish]:
        """Let go of a line's units, and name them as far as no refund did yet."""
        sku = item.line.sku
        here = still_here(purchase, item)
        reverted, shipped = item.reverted, purchase.fulfilled(item)
        self._inventory.release(shop, {sku: here}, restock=terms.restock_here)
        self._inventory.release(shop, {sku: reverted}, restock=terms.restock_gone)
        item.removed += here + reverted
        item.reverted = 0
        item.line.cancelled_before_leaving += here
        returned = RestockType.RETURN if terms.restock_gone else RestockType.NO_RESTOCK
        wishes: list[Wish] = []
        left = purchase.refundable(item)
        for quantity, restock_type in (
            (here, _unshipped(terms.restock_here)),
            (reverted, _unshipped(terms.restock_gone)),
            (shipped, returned),
        ):
            named = min(quantity, left)
            left -= named
            if named:
                wishes.append(
                    Wish(item=item, quantity=named, restock_type=restock_type)
                )
            if named and restock_type is RestockType.RETURN:
                self._inventory.restock(shop, {sku: named})
        return wishes

    def _remove(
        self, shop: Shop, purchase: Purchase, waiting: Units, units: Units
    ) -> None:
        refundable = {
            each.line.sku: min(
                still_here(purchase, each),
                purchase.refundable(each) - purchase.returning(each),
            )
            for each in purchase.items
        }
        if purchase.cancelled_at or not covers(refundable, units):
            raise NotAllowed(
                "cancel: units can be cancelled in part before they are fulfilled "
                f"only; not fulfilled are {dict(waiting)}"
            )
        wishes = [
            Wish(
                item=purchase.item(sku),
                quantity=quantity,
                restock_type=RestockType.CANCEL,
            )
            for sku, quantity in units.items()
        ]
        suggestion = self._refunds.suggest(purchase, wishes)
        refund = self._refunds.draft(
            purchase, wishes, payouts(suggestion), "Items cancelled"
        )
        self._refunds.book(shop, purchase, refund)

    def _check(self, purchase: Purchase) -> None:
        if purchase.cancelled_at:
            raise forbid(purchase, "cancel", "there is nothing left to cancel")
        if _has_returns(purchase):
            raise forbid(purchase, "cancel", "an order with returns is never cancelled")
        delivered = any(each.parcel.delivered_at for each in purchase.fulfillments)
        if delivered:
            raise forbid(
                purchase, "cancel", "it was delivered: use refund or request_return"
            )

    def _gone(self, purchase: Purchase) -> dict[str, int]:
        return {
            each.line.sku: each.reverted + purchase.fulfilled(each)
            for each in purchase.items
        }


def _has_returns(purchase: Purchase) -> bool:
    return any(each.status is not ReturnStatus.DECLINED for each in purchase.returns)


def _everything(purchase: Purchase) -> dict[str, int]:
    units = {each.line.sku: purchase.refundable(each) for each in purchase.items}
    return {sku: quantity for sku, quantity in units.items() if quantity}


def _unshipped(restock: bool) -> RestockType:
    return RestockType.CANCEL if restock else RestockType.NO_RESTOCK


def _all_money(purchase: Purchase) -> list[Payout]:
    parent, amount = payment(purchase), standing.net_payment(purchase)
    return (
        [] if parent is None or amount <= 0 else [Payout(parent=parent, amount=amount)]
    )
