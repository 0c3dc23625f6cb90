"""What a sale does to the number that buyers see, and what undoing it does."""

from .agenda import Agenda
from .clock import Clock
from .listings import AutoRestock
from .orders import Order, Refund, Units
from .refusals import NotAllowed
from .shops import Shop

_LATE_RESTOCK_SECONDS = 3600


class Sales:
    """Takes units off listings, and gives them back as the shop's habit is."""

    def __init__(self, clock: Clock, agenda: Agenda) -> None:
        self._clock = clock
        self._agenda = agenda

    def take_off(self, shop: Shop, units: Units) -> None:
        """Take units off the numbers that buyers see, all lines or nothing."""
        for sku, quantity in units.items():
            sellable = shop.listing(sku).sellable
            if quantity > sellable:
                raise NotAllowed(
                    f"sku {sku}: sold out, buyers see {sellable} "
                    f"and {quantity} were asked for"
                )
        for sku, quantity in units.items():
            shop.listing(sku).sellable -= quantity

    def give_back(self, shop: Shop, units: Units) -> None:
        """Do what this marketplace does with its number when a sale falls through.

        It never asks where the goods are: that is how phantom stock comes about.
        """
        returning = dict(units)
        if shop.auto_restock is AutoRestock.ON_CANCEL:
            self._put_back(shop, returning)
        elif shop.auto_restock is AutoRestock.LATE:
            self._agenda.add(
                _LATE_RESTOCK_SECONDS, lambda: self._put_back(shop, returning)
            )

    def call_off(self, shop: Shop, order: Order, units: Units, *, left: bool) -> None:
        """Book units as cancelled, refund them and give them back to the listing.

        ``left`` says whether they had left the seller's books, which they do once the
        shipment is arranged.
        """
        for line in order.lines:
            quantity = units.get(line.sku, 0)
            line.cancelled += quantity
            if not left:
                line.cancelled_before_leaving += quantity
        self.refund(order, units, "cancelled")
        self.give_back(shop, units)

    def refund(self, order: Order, units: Units, reason: str) -> None:
        """Give the buyer's money back, if any was paid."""
        if order.paid_at:
            order.refunds.append(
                Refund(at=self._clock.stamp(), amount=order.worth(units), reason=reason)
            )

    def _put_back(self, shop: Shop, units: Units) -> None:
        for sku, quantity in units.items():
            listing = shop.listing(sku)
            listing.sellable += quantity
            listing.updated_at = self._clock.stamp()
