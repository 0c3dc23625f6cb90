"""Divides a line's units by what becomes of them.

Units travel in fulfilments, and each has a fate of its own; what no fulfilment holds
follows from what was removed from the line, and by what kind of refund.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from connector.fate import Fate
from connector.parsing import Malformed
from connector.shopify.evidence import Fulfilment, Standing, fate_of
from connector.values import Ending, Portion, Stage

_ON_THE_SHELF = Fate(Stage.NOT_SHIPPED)
_CANCELLED_HERE = Fate(Stage.NOT_SHIPPED, Ending.CANCELLED)
_CANCELLED_SOMEWHERE = Fate(Stage.UNKNOWN, Ending.CANCELLED)
_SOMEWHERE = Fate(Stage.UNKNOWN)

# Units that "came back" by a refund are looked for where buyers send back from.
_RETURNED_FIRST = (
    Stage.DELIVERED,
    Stage.IN_TRANSIT,
    Stage.AWAITING_PICKUP,
    Stage.UNKNOWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    """Units of a line by how refunds of others treated the stock.

    Our own refunds never restock and those of a return have the return to tell of
    the goods: neither counts here.
    """

    unshipped: int = 0
    """Restocked as never fulfilled (CANCEL)."""
    shipped: int = 0
    """Restocked as fulfilled and back (RETURN)."""
    either: int = 0
    """Restocked by an old refund that does not say which (LEGACY_RESTOCK)."""
    kept_out: int = 0
    """Somebody chose not to restock them (NO_RESTOCK)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What Shopify says of one line."""

    line_id: str
    quantity: int
    remaining: int
    """``currentQuantity``: without what was refunded or removed."""
    unfulfilled: int
    refunded: Refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What an order as a whole says about its lines."""

    status: str
    cancelled: bool
    fulfilments: tuple[Fulfilment, ...]

    @property
    def shipped_unseen(self) -> bool:
        """Whether Shopify calls it fulfilled and shows no fulfilment."""
        return self.status == "FULFILLED" and not any(
            one.standing is not Standing.FAILED for one in self.fulfilments
        )


def portions_of(line: LineFacts, order: OrderFacts) -> tuple[Portion, ...]:
    """Return a line's portions, which add up to its quantity.

    Raises ``Malformed`` where the fulfilments hold more than was bought.
    """
    fates = _held(line, order)
    outside = line.quantity - fates.total()
    if outside < 0:
        raise Malformed(
            f"fulfilments hold {fates.total()} of {line.quantity}",
            "quantities_contradict",
        )
    _mark_returned(fates, line.refunded)
    fates.update(_outside(line, order, outside))
    return tuple(
        Portion(quantity=count, stage=fate.stage, ending=fate.ending)
        for fate, count in fates.items()
        if count
    )


def _held(line: LineFacts, order: OrderFacts) -> Counter[Fate]:
    fates: Counter[Fate] = Counter()
    for fulfilment in order.fulfilments:
        if fulfilment.standing in (Standing.VALID, Standing.PENDING):
            fate = fate_of(fulfilment, cancelled=order.cancelled)
            fates[fate] += fulfilment.units.get(line.line_id, 0)
    return fates


def _mark_returned(fates: Counter[Fate], refunded: Refunded) -> None:
    """Mark shipped units that somebody restocked by a refund.

    The box was ticked in an office: it says nothing of where the parcel is.
    """
    ended = sum(count for fate, count in fates.items() if fate.ending)
    missing = refunded.shipped - ended
    for stage in _RETURNED_FIRST:
        moved = min(missing, fates[Fate(stage)])
        if moved > 0:
            fates[Fate(stage)] -= moved
            fates[Fate(stage, Ending.CANCELLED)] += moved
            missing -= moved


def _outside(line: LineFacts, order: OrderFacts, outside: int) -> Counter[Fate]:
    """Return the fates of units that no fulfilment holds now."""
    if order.shipped_unseen:
        return Counter({_unseen(order): outside})
    gone = outside if order.cancelled else _removed(line, outside)
    fates: Counter[Fate] = Counter()
    living = min(outside - gone, line.unfulfilled)
    # Neither held, nor removed, nor still to be sent: nobody says what they are.
    fates[_SOMEWHERE] += outside - gone - living
    for fulfilment in order.fulfilments:
        if fulfilment.standing in (Standing.WITHDRAWN, Standing.FAILED):
            units = fulfilment.units.get(line.line_id, 0)
            # Of what was cancelled, first what had been sent: it may not be here.
            ended = min(units, gone)
            fates[fate_of(fulfilment, cancelled=True)] += ended
            gone -= ended
            going_on = min(units - ended, living)
            fates[fate_of(fulfilment, cancelled=False)] += going_on
            living -= going_on
    doubtful = _doubtful(line.refunded, gone)
    fates[_CANCELLED_SOMEWHERE] += doubtful
    fates[_CANCELLED_HERE] += gone - doubtful
    fates[_ON_THE_SHELF] += living
    return fates


def _unseen(order: OrderFacts) -> Fate:
    return _CANCELLED_SOMEWHERE if order.cancelled else _SOMEWHERE


def _removed(line: LineFacts, outside: int) -> int:
    """Count the units that will not be sent and that something says were removed."""
    not_to_send = max(0, outside - line.unfulfilled)
    return min(not_to_send, max(0, line.quantity - line.remaining))


def _doubtful(refunded: Refunded, gone: int) -> int:
    """Count cancelled units that a person chose not to put back.

    The box is ticked by default.  Whoever clears it may know that the goods are not
    there, so these are never free to sell before somebody has looked.
    """
    restocked = refunded.unshipped + refunded.either
    return min(refunded.kept_out, max(0, gone - restocked))
