"""Divides a line's units by what becomes of them.

Units travel in packages, and each package has a fate of its own; what no package names
follows from the order and from the item's count of cancelled units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from connector.fate import Fate
from connector.parsing import Malformed
from connector.shopee.evidence import OrderFacts, Package, fate_of, fate_without_package
from connector.values import Ending, Portion, Stage

# A part of an order can be cancelled only before shipping, so that is where to look
# for cancelled units that a package still names.
_CANCELLED_FIRST = (Stage.NOT_SHIPPED, Stage.AWAITING_PICKUP)


def portions_of(
    line: str,
    quantity: int,
    cancelled: int,
    order: OrderFacts,
    packages: Sequence[Package],
    events: tuple[str, ...] | None,
) -> tuple[Portion, ...]:
    """Return a line's portions, which add up to ``quantity``.

    Raises ``Malformed`` where the packages hold more than was bought.
    """
    fates = _in_packages(line, quantity, order, packages)
    left_over = quantity - fates.total()
    if left_over < 0:
        raise Malformed(
            f"packages hold {fates.total()} of {quantity}", "quantities_contradict"
        )
    if order.cancelled:
        fates[_fate_outside(order, packages, events)] += left_over
    else:
        outside = min(left_over, cancelled)
        fates[Fate(Stage.NOT_SHIPPED, Ending.CANCELLED)] += outside
        fates[_fate_outside(order, packages, events)] += left_over - outside
        _cancel_within(fates, cancelled)
    return tuple(
        Portion(quantity=count, stage=fate.stage, ending=fate.ending)
        for fate, count in fates.items()
        if count
    )


def _in_packages(
    line: str, quantity: int, order: OrderFacts, packages: Sequence[Package]
) -> Counter[Fate]:
    fates: Counter[Fate] = Counter()
    if len(packages) == 1 and not packages[0].units:
        fates[fate_of(order, packages[0])] = quantity
        return fates
    for package in packages:
        fates[fate_of(order, package)] += package.units.get(line, 0)
    return fates


def _fate_outside(
    order: OrderFacts, packages: Sequence[Package], events: tuple[str, ...] | None
) -> Fate:
    if packages and order.cancelled and not order.never_paid:
        # The packages' evidence is about other units than these.
        return Fate(Stage.UNKNOWN, Ending.CANCELLED)
    return fate_without_package(order, events)


def _cancel_within(fates: Counter[Fate], cancelled: int) -> None:
    """Mark cancelled units that packages of a living order still name."""
    known = sum(
        count for fate, count in fates.items() if fate.ending is Ending.CANCELLED
    )
    missing = cancelled - known
    for stage in (*_CANCELLED_FIRST, Stage.UNKNOWN, Stage.IN_TRANSIT, Stage.DELIVERED):
        if missing <= 0:
            return
        moved = min(missing, fates[Fate(stage)])
        # In a parcel on its way such a unit may be, or may not: nobody says.
        to = stage if stage in _CANCELLED_FIRST else Stage.UNKNOWN
        fates[Fate(stage)] -= moved
        fates[Fate(to, Ending.CANCELLED)] += moved
        missing -= moved
