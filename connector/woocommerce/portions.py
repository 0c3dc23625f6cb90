"""Divides a line's units by what becomes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connector.fate import Fate
from connector.values import Portion, Stage
from connector.woocommerce.evidence import (
    OrderFacts,
    Shipment,
    fate_in,
    fate_of_refunded,
    fate_outside,
)


def portions_of(
    line_id: str, quantity: int, order: OrderFacts, kept: int
) -> tuple[Portion, ...]:
    """Return a line's portions, which add up to ``quantity``.

    ``kept`` units were refunded before the others left.  Shipments that name units
    come first; what they do not name goes with those that name none.
    """
    fates = _in_shipments(line_id, quantity, order)
    left_over = quantity - fates.total()
    refunded = min(left_over, kept)
    fates[fate_of_refunded(order)] += refunded
    fates[_fate_of_rest(order)] += left_over - refunded
    return tuple(
        Portion(quantity=count, stage=fate.stage, ending=fate.ending)
        for fate, count in fates.items()
        if count
    )


def _in_shipments(line_id: str, quantity: int, order: OrderFacts) -> Counter[Fate]:
    """Return the fates of units that shipments name.

    One unit may be named twice, by core and by a plugin, so no more count than there
    are.
    """
    fates: Counter[Fate] = Counter()
    for shipment in order.shipments:
        named = min(shipment.units.get(line_id, 0), quantity - fates.total())
        fates[fate_in(order, shipment)] += named
    return fates


def _fate_of_rest(order: OrderFacts) -> Fate:
    whole = [one for one in order.shipments if not one.units]
    return _common(order, whole) if whole else fate_outside(order)


def _common(order: OrderFacts, whole: Sequence[Shipment]) -> Fate:
    """Return what is certain of units in one of several parcels, nobody says which."""
    fates = {fate_in(order, shipment) for shipment in whole}
    if len(fates) == 1:
        return fates.pop()
    least = min((fate.stage for fate in fates), key=list(Stage).index)
    return Fate(least, order.told.ending)
