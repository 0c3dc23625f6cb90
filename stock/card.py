"""A SKU's stock card: its units now and at a past moment, and every movement.

Everything goes back from today's levels, so it costs as much as one looks back and
never as much as a SKU has ever moved.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from stock.models import Movement, Sku, StockLevel, Warehouse
from stock.papers import PaperTrail, trails_of
from stock.transfers import Bucket

CLOCKS_AGREE_WITHIN = timedelta(hours=1)
"""Movements follow each other by id; the clocks that stamped them differ by less."""

_KEPT = (
    Bucket.AVAILABLE,
    Bucket.COMMITTED,
    Bucket.OUT,
    Bucket.DAMAGED,
    Bucket.LOST,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Units of one SKU by bucket."""

    available: int = 0
    committed: int = 0
    out: int = 0
    damaged: int = 0
    lost: int = 0

    @property
    def on_hand(self) -> int:
        """Units physically in the building."""
        return self.available + self.committed + self.damaged

    def __add__(self, other: Units) -> Units:
        sums = {b.value: getattr(self, b) + getattr(other, b) for b in _KEPT}
        return Units(**sums)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Units of one SKU in one warehouse."""

    warehouse: Warehouse
    units: Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement, with the papers behind it and the number that it led to."""

    movement: Movement
    trail: PaperTrail
    change: int
    """By how much it changed what is free to sell."""
    available: int
    """Free to sell in all warehouses, right after it."""


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a SKU's movements, newest first."""

    entries: Sequence[Entry]
    next_before: int | None
    """Where the next slice goes on; ``None`` at the first movement of all."""


def hold_still(session: Session) -> None:
    """Let all that is read in this transaction be of one moment.

    Must come first in it.  Levels and movements are read by several statements, and a
    sale in between would make them disagree.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def shelves_of(
    session: Session, sku: Sku, *, at: datetime | None = None
) -> Sequence[Shelf]:
    """Return where a SKU's units are, or were at a moment, by warehouse."""
    rows = session.execute(
        select(Warehouse, StockLevel)
        .join(StockLevel, StockLevel.warehouse_id == Warehouse.id)
        .where(StockLevel.sku_id == sku.id)
        .order_by(Warehouse.id)
    ).all()
    later = _moved_after(session, sku, at) if at else {}
    return [
        Shelf(warehouse, _units(level, later.get(warehouse.id, {})))
        for warehouse, level in rows
    ]


def total(shelves: Sequence[Shelf]) -> Units:
    """Return the units of all warehouses together."""
    return sum((shelf.units for shelf in shelves), Units())


def movements_page(
    session: Session,
    sku: Sku,
    *,
    until: datetime | None = None,
    before: int | None = None,
    shop_ids: Collection[int] | None = None,
    limit: int,
) -> Page:
    """Return a slice of a SKU's movements, newest first.

    ``until`` leaves out what was posted later; ``before`` goes on after a slice; of
    other shops than ``shop_ids`` the papers are hidden.
    """
    query = select(Movement).where(Movement.sku_id == sku.id)
    if until is not None:
        query = query.where(Movement.posted_at <= until)
    if before is not None:
        query = query.where(Movement.id < before)
    newest_first = query.order_by(Movement.id.desc()).limit(limit + 1)
    found = session.scalars(newest_first).all()
    shown = found[:limit]
    return Page(
        entries=_entries(session, sku, shown, shop_ids),
        next_before=shown[-1].id if len(found) > limit else None,
    )


def change_of(bucket: Bucket) -> ColumnElement[int]:
    """Return the SQL of what a movement adds to a bucket, in all warehouses."""
    return case(
        (Movement.to_bucket == bucket, Movement.quantity),
        else_=0,
    ) - case(
        (Movement.from_bucket == bucket, Movement.quantity),
        else_=0,
    )


def _entries(
    session: Session,
    sku: Sku,
    movements: Sequence[Movement],
    shop_ids: Collection[int] | None,
) -> Sequence[Entry]:
    if not movements:
        return []
    trails = trails_of(session, movements, shop_ids=shop_ids)
    available = _available_after(session, sku, movements[0])
    entries = []
    for movement in movements:
        change = movement.quantity * (
            (movement.to_bucket == Bucket.AVAILABLE)
            - (movement.from_bucket == Bucket.AVAILABLE)
        )
        entries.append(
            Entry(
                movement=movement,
                trail=trails[movement.id],
                change=change,
                available=available,
            )
        )
        available -= change
    return entries


def _available_after(session: Session, sku: Sku, movement: Movement) -> int:
    today = (
        select(func.coalesce(func.sum(StockLevel.available), 0))
        .where(StockLevel.sku_id == sku.id)
        .scalar_subquery()
    )
    later = (
        select(func.coalesce(func.sum(change_of(Bucket.AVAILABLE)), 0))
        .where(Movement.sku_id == sku.id)
        .where(Movement.id > movement.id)
        .scalar_subquery()
    )
    return int(session.scalar(select(today - later)) or 0)


def _moved_after(
    session: Session, sku: Sku, at: datetime
) -> Mapping[int, Mapping[str, int]]:
    """Return by warehouse and bucket what was moved there since a moment."""
    columns = (
        Movement.from_warehouse_id,
        Movement.from_bucket,
        Movement.to_warehouse_id,
        Movement.to_bucket,
    )
    rows = session.execute(
        select(*columns, func.sum(Movement.quantity))
        .where(Movement.sku_id == sku.id)
        .where(_posted_after(sku, at))
        .group_by(*columns)
    )
    moved: dict[int, Counter[str]] = defaultdict(Counter)
    for from_warehouse, source, to_warehouse, target, quantity in rows:
        moved[from_warehouse][source] -= int(quantity)
        moved[to_warehouse][target] += int(quantity)
    return moved


def _posted_after(sku: Sku, at: datetime) -> ColumnElement[bool]:
    # There is no index on the moment: the newest movement that is surely older says
    # by its id where to begin.
    older = aliased(Movement)
    surely_older = (
        select(older.id)
        .where(older.sku_id == sku.id)
        .where(older.posted_at <= at - CLOCKS_AGREE_WITHIN)
        .order_by(older.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(Movement.id > func.coalesce(surely_older, 0), Movement.posted_at > at)


def _units(level: StockLevel, moved_since: Mapping[str, int]) -> Units:
    then = {b.value: getattr(level, b) - moved_since.get(b, 0) for b in _KEPT}
    return Units(**then)
