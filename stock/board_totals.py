"""Adds up the open returns, and tells by what they can be told apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    case,
    func,
    literal_column,
    select,
    true,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from stock.models import ExpectedReturn
from stock.models.base import SortableMoney
from stock.scope import among
from stock.selection import Selection, conditions, due_by, due_conditions, is_open

MOST_CHOICES = 200
FEW_RETURNS = 1000
"""So few open returns of some shops are read rather than skipped through."""
_BILLION = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a selection comes to."""

    parcels: int
    units: int
    overdue: int
    """Parcels whose right to claim has ended."""
    values: Sequence[tuple[str, Decimal]]
    """Value at risk by currency; amounts of two currencies are never added."""


def totals(session: Session, selection: Selection, *, now: datetime) -> Totals:
    """Add up all selected returns, on whatever page they are."""
    parts = type_coerce(ExpectedReturn.value_at_risk, BigInteger)
    rows = session.execute(
        select(
            ExpectedReturn.currency,
            func.count(),
            func.sum(ExpectedReturn.open_units),
            func.sum(case((due_by(selection, now), 1), else_=0)),
            # In two sums: one of them could outgrow what SQLite can add.
            *(func.sum(part) for part in _billions(parts)),
        )
        .where(*conditions(session, selection), *due_conditions(selection))
        .group_by(ExpectedReturn.currency)
        .order_by(ExpectedReturn.currency)
    ).all()
    return Totals(
        parcels=sum(row[1] for row in rows),
        units=sum(int(row[2]) for row in rows),
        overdue=sum(int(row[3]) for row in rows),
        values=[
            (
                row[0],
                Decimal(int(row[4]) * _BILLION + int(row[5])) / SortableMoney.PARTS,
            )
            for row in rows
        ],
    )


def are_few(
    session: Session, most: int, *, shop_ids: Collection[int] | None = None
) -> bool:
    """Say whether so few returns are open that adding them up takes no time."""
    found = select(ExpectedReturn.id).where(
        is_open(), among(ExpectedReturn.shop_id, shop_ids)
    )
    some = found.limit(most + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= most


def open_currencies(
    session: Session, *, shop_ids: Collection[int] | None = None
) -> Sequence[str]:
    """Return the currencies of what is at risk, in alphabetical order."""
    return _distinct(session, ExpectedReturn.currency, shop_ids)


def currencies_of(session: Session, selection: Selection) -> Sequence[str]:
    """Return the currencies in which selected returns may be."""
    if selection.currency is not None:
        return [selection.currency]
    known = selection.currencies
    return open_currencies(session) if known is None else known


def open_carriers(
    session: Session, *, shop_ids: Collection[int] | None = None
) -> Sequence[str]:
    """Return who carries what is still to come; an empty name is: nobody knows."""
    return _distinct(session, ExpectedReturn.carrier, shop_ids)


def _billions(parts: ColumnElement[int]) -> tuple[ColumnElement[int], ...]:
    return parts // _BILLION, parts % _BILLION


def _distinct(
    session: Session,
    column: InstrumentedAttribute[str],
    shop_ids: Collection[int] | None,
) -> Sequence[str]:
    if shop_ids is None:
        return _by_index(session, column, true())
    theirs = among(ExpectedReturn.shop_id, shop_ids)
    values = _of_shops(session, column, shop_ids)
    if len(values) <= FEW_RETURNS:
        return sorted(set(values))[:MOST_CHOICES]
    # Said as "is true", it is no reason to go by the shop's index: there are many.
    return _by_index(session, column, theirs.is_(true()))


def _of_shops(
    session: Session, column: InstrumentedAttribute[str], shop_ids: Collection[int]
) -> Sequence[str]:
    """Return the values of some open returns, with repeats; more than few at most."""
    parts = [
        select(column.label("name"))
        .where(is_open(), ExpectedReturn.shop_id == shop_id)
        .order_by(ExpectedReturn.opened_at, ExpectedReturn.id)
        # Not a parameter: for any number of rows a database would rather sort.
        .limit(literal_column(str(FEW_RETURNS + 1)))
        .subquery()
        for shop_id in sorted(shop_ids)
    ]
    if not parts:
        return []
    return session.scalars(union_all(*(select(part.c.name) for part in parts))).all()


def _by_index(
    session: Session,
    column: InstrumentedAttribute[str],
    condition: ColumnElement[bool],
) -> Sequence[str]:
    # From one value to the next by index: DISTINCT would read every open return.
    first = select(func.min(column).label("name")).where(is_open(), condition)
    found = first.cte("found", recursive=True)
    following = (
        select(func.min(column))
        .where(is_open(), condition)
        .where(column > found.c.name)
        .scalar_subquery()
    )
    names = found.union_all(select(following).where(found.c.name.is_not(None)))
    return session.scalars(
        select(names.c.name).where(names.c.name.is_not(None)).limit(MOST_CHOICES)
    ).all()
