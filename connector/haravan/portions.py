"""Divides a line's units by what becomes of them."""

from __future__ import annotations

from collections import Counter

from connector.fate import Fate
from connector.haravan.evidence import OrderFacts, fate_in, fate_outside
from connector.values import Ending, Portion, Stage


def units_unsent(line_id: str, quantity: int, order: OrderFacts) -> int:
    """Return how many units of a line no fulfilment names."""
    named = sum(shipment.units.get(line_id, 0) for shipment in order.shipments)
    return max(quantity - named, 0)


def portions_of(
    line_id: str, quantity: int, order: OrderFacts, kept: int
) -> tuple[Portion, ...]:
    """Return a line's portions, which add up to ``quantity``.

    ``kept`` units were refunded and never left.
    """
    fates = _in_shipments(line_id, quantity, order)
    unsent = quantity - fates.total()
    refunded = min(unsent, kept)
    fates[_fate_of_refunded(order, line_id)] += refunded
    fates[fate_outside(order, line_id)] += unsent - refunded
    return tuple(
        Portion(quantity=count, stage=fate.stage, ending=fate.ending)
        for fate, count in fates.items()
        if count
    )


def _in_shipments(line_id: str, quantity: int, order: OrderFacts) -> Counter[Fate]:
    """Return the fates of units that fulfilments name.

    Units of one that was withdrawn may be named again by the next, so living ones
    come first, and no more count than there are.
    """
    fates: Counter[Fate] = Counter()
    for shipment in sorted(order.shipments, key=lambda one: one.is_withdrawn):
        named = min(shipment.units.get(line_id, 0), quantity - fates.total())
        fates[fate_in(order, shipment)] += named
    return fates


def _fate_of_refunded(order: OrderFacts, line_id: str) -> Fate:
    """Return where units are that were refunded, and that no fulfilment names."""
    if order.left_at(line_id) is None:
        return Fate(fate_outside(order, line_id).stage, Ending.CANCELLED)
    return Fate(Stage.NOT_SHIPPED, Ending.CANCELLED)
