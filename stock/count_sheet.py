"""Reads back a posted stocktake: what was counted, and what the books said before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy.orm import Session, joinedload

from stock.models import Movement, Stocktake, StocktakeLine
from stock.scope import sku_seen
from stock.transfers import Bucket


@dataclass(frozen=True, slots=True)
class CountedLine:
    """One line of a stocktake, and by how much it changed the books."""

    line: StocktakeLine
    change: int


@dataclass(frozen=True, slots=True)
class Page:
    """A slice of a stocktake's lines, in the order in which they were counted."""

    lines: Sequence[CountedLine]
    next_after: int | None
    """Where the next slice goes on; ``None`` after the last line."""


def lines_page(
    session: Session,
    stocktake: Stocktake,
    *,
    shop_ids: Collection[int] | None = None,
    after: int | None = None,
    limit: int,
) -> Page:
    """Return a slice of a stocktake's lines, of SKUs that these shops know."""
    found = session.scalars(
        select(StocktakeLine)
        .where(StocktakeLine.stocktake_id == stocktake.id)
        .where(StocktakeLine.id > (after or 0))
        .where(sku_seen(StocktakeLine.sku_id, shop_ids))
        .options(joinedload(StocktakeLine.sku), joinedload(StocktakeLine.warehouse))
        .order_by(StocktakeLine.id)
        .limit(limit + 1)
    ).all()
    shown = found[:limit]
    keys = {f"stocktake-line:{line.id}": line.id for line in shown}
    came_in = Movement.from_bucket == Bucket.OUTSIDE
    rows = session.execute(
        select(
            Movement.key, case((came_in, Movement.quantity), else_=-Movement.quantity)
        ).where(Movement.key.in_(keys))
    )
    changes = {keys[key]: change for key, change in rows}
    return Page(
        [CountedLine(line, changes.get(line.id, 0)) for line in shown],
        next_after=shown[-1].id if len(found) > limit else None,
    )
