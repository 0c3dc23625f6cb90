"""Finds SKUs by what people know of them: code, barcode, or words of the name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from stock.models import Movement, Sku, StockLevel
from stock.scope import sku_seen

MOST_WORDS = 6
_NEWEST = 300


@dataclass(frozen=True, slots=True)
class FoundSku:
    """A SKU, and what of it is free to sell in all warehouses."""

    sku: Sku
    available: int


def skus_by_code(
    session: Session, text: str, *, shop_ids: Collection[int] | None = None
) -> Sequence[Sku]:
    """Return the SKUs that have this code or barcode, upper or lower case."""
    if not text.strip():
        return []
    spellings = _spellings(text)
    seen = sku_seen(Sku.id, shop_ids)
    query = select(Sku).where(seen).order_by(Sku.code).limit(50)
    exactly = or_(Sku.code.in_(spellings), Sku.barcode.in_(spellings))
    # Every code is read for the second, so it is asked only where the first finds none.
    alike = func.lower(Sku.code) == func.lower(text.strip())
    return (
        session.scalars(query.where(exactly)).all()
        or session.scalars(query.where(alike)).all()
    )


def search_skus(
    session: Session,
    text: str,
    *,
    shop_ids: Collection[int] | None = None,
    limit: int,
) -> Sequence[FoundSku]:
    """Return SKUs whose code or name holds each word of a text, by code."""
    words = text.split()[:MOST_WORDS]
    if not words:
        return []
    found = session.scalars(
        select(Sku)
        .where(*map(_holds, words), sku_seen(Sku.id, shop_ids))
        .order_by(Sku.code)
        .limit(limit)
    ).all()
    return with_units(session, found)


def lately_moved(
    session: Session, *, shop_ids: Collection[int] | None = None, limit: int
) -> Sequence[FoundSku]:
    """Return the SKUs that the newest movements are about, the newest first."""
    newest = (
        select(Movement.id, Movement.sku_id)
        .order_by(Movement.id.desc())
        .limit(_NEWEST)
        .subquery()
    )
    found = session.scalars(
        select(Sku)
        .join(newest, newest.c.sku_id == Sku.id)
        .where(sku_seen(Sku.id, shop_ids))
        .group_by(Sku.id)
        .order_by(func.max(newest.c.id).desc())
        .limit(limit)
    ).all()
    return with_units(session, found)


def with_units(session: Session, skus: Sequence[Sku]) -> Sequence[FoundSku]:
    """Return SKUs with what of them is free to sell."""
    rows = session.execute(
        select(StockLevel.sku_id, func.sum(StockLevel.available))
        .where(StockLevel.sku_id.in_([sku.id for sku in skus]))
        .group_by(StockLevel.sku_id)
    )
    available = {sku_id: int(units) for sku_id, units in rows}
    return [FoundSku(sku, available.get(sku.id, 0)) for sku in skus]


def _holds(word: str) -> ColumnElement[bool]:
    # SQLite knows the cases of a to z only, so each spelling is asked for.
    return or_(
        *(
            column.contains(spelling, autoescape=True)
            for column in (Sku.code, Sku.name)
            for spelling in sorted(_spellings(word))
        )
    )


def _spellings(text: str) -> set[str]:
    text = text.strip()
    return {text, text.upper(), text.lower(), text.capitalize()}
