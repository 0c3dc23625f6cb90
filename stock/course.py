"""How a SKU's numbers went over time, in samples that a chart can draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stock.card import Units, change_of
from stock.models import Movement, Sku
from stock.transfers import Bucket

REACH = 1000
"""The chart looks back over this many movements; older ones are not read."""
SAMPLES = 60


@dataclass(frozen=True, slots=True)
class Sample:
    """What was free to sell and what was out, from a moment on."""

    at: datetime
    available: int
    out: int


@dataclass(frozen=True, slots=True)
class Course:
    """Samples, oldest first; the first one shows the numbers before all others."""

    samples: Sequence[Sample]
    is_whole: bool
    """Whether it begins with the SKU's first movement."""


def course_of(
    session: Session, sku: Sku, units: Units, *, until: datetime | None = None
) -> Course:
    """Return how a SKU came to these units; ``until`` is the moment that had them.

    Summed up by the database, in slices of equally many movements: with up to
    ``SAMPLES`` of them each one is seen.
    """
    newest = (
        select(
            Movement.id,
            Movement.posted_at,
            change_of(Bucket.AVAILABLE).label("available"),
            change_of(Bucket.OUT).label("out"),
        )
        .where(Movement.sku_id == sku.id)
        .order_by(Movement.id.desc())
        .limit(REACH)
    )
    if until is not None:
        newest = newest.where(Movement.posted_at <= until)
    moved = newest.subquery()
    sliced = select(
        func.ntile(SAMPLES).over(order_by=moved.c.id).label("slice"), moved
    ).subquery()
    rows = session.execute(
        select(
            func.min(sliced.c.posted_at),
            func.max(sliced.c.posted_at),
            func.sum(sliced.c.available),
            func.sum(sliced.c.out),
            func.count(),
        )
        .group_by(sliced.c.slice)
        .order_by(sliced.c.slice)
    ).all()
    if not rows:
        return Course([], is_whole=True)
    available = units.available - sum(int(row[2]) for row in rows)
    out = units.out - sum(int(row[3]) for row in rows)
    samples = [Sample(rows[0][0], available, out)]
    for _, last_at, available_change, out_change, _ in rows:
        available += int(available_change)
        out += int(out_change)
        samples.append(Sample(last_at, available, out))
    return Course(samples, is_whole=sum(row[4] for row in rows) < REACH)
