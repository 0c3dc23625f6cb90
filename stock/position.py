"""Where the units of an order line belong: pure arithmetic over what is known.

What is known merges the same way in any sequence: the newest report counts for what
can change, the largest number ever told counts for what has left.  So any permutation
of the same messages, with repeats, ends in the same place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from stock.reports import Fulfilment, LineReport, OrderReport, Portion


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """All that is known about one line, in units of its SKU."""

    quantity: int
    left: int
    """The most that ever were known to have left; never goes down."""
    ended_left: int
    ended_here: int
    ended_unknown: int
    kept: int = 0
    """Units of unknown whereabouts that a person found on the shelf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePosition:
    """Where the ledger should have them."""

    committed: int
    shipped: int
    coming_back: int
    waiting: int


def position(facts: LineFacts) -> LinePosition:
    """Return where a line's units belong.

    A unit can be released only while it has not left; an ended unit that cannot have
    stayed must be among those that left, and is expected back.
    """
    kept = min(facts.kept, facts.ended_unknown)
    here = facts.ended_here + kept
    unknown = facts.ended_unknown - kept
    on_shelf = max(0, facts.quantity - facts.left)
    released = min(here, on_shelf)
    waiting = min(unknown, on_shelf - released)
    ended_elsewhere = facts.ended_left + (here - released) + (unknown - waiting)
    return LinePosition(
        committed=on_shelf - released,
        shipped=facts.left,
        coming_back=min(facts.left, ended_elsewhere),
        waiting=waiting,
    )


def left(portions: Iterable[Portion]) -> int:
    """Count the units with evidence of having left."""
    return sum(p.quantity for p in portions if _has_left(p))


def delivered(portions: Iterable[Portion]) -> int:
    """Count the units that came to the buyer."""
    return sum(p.quantity for p in portions if p.fulfilment is Fulfilment.DELIVERED)


def ended(portions: Iterable[Portion], fulfilled: bool | None) -> int:
    """Count the ended units that left (true), stayed (false), or nobody knows."""
    return sum(
        p.quantity
        for p in portions
        if p.ending is not None
        and (None if p.fulfilment is None else p.fulfilment.left_warehouse) is fulfilled
    )


def furthest(lines: Iterable[LineReport]) -> Fulfilment:
    """Return the furthest that any unit is told to have come."""
    known = [p.fulfilment for line in lines for p in line.portions if p.fulfilment]
    return max(known, key=lambda f: f.rank, default=Fulfilment.NOT_SHIPPED)


def is_cancelled(report: OrderReport) -> bool:
    """Say whether no unit of the order will stay with the buyer."""
    portions = [p for line in report.lines for p in line.portions]
    return bool(portions) and all(p.ending is not None for p in portions)


def rank(report: OrderReport) -> str:
    """Return a text that orders reports of the same moment, most informed last."""
    portions = [p for line in report.lines for p in line.portions]
    known = sum(p.quantity for p in portions if p.fulfilment is not None)
    over = sum(p.quantity for p in portions if p.ending is not None)
    digest = hashlib.sha256(repr(report.lines).encode()).hexdigest()[:32]
    return f"{left(portions):08d}.{known:08d}.{over:08d}.{digest}"


def _has_left(portion: Portion) -> bool:
    return portion.fulfilment is not None and portion.fulfilment.left_warehouse
