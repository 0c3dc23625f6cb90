"""Finds what a filter leaves over, where that is little.

However many returns are open, the few of one carrier, shop or age are found by the
index of what is asked for, and then sorted.  An index in the wished order would lead
through everybody else's first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal_column, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from stock.board_totals import FEW_RETURNS, currencies_of
from stock.deadlines import deadline_parts
from stock.models import ExpectedReturn
from stock.selection import Selection, is_open, seen_shops

_MOST_AT_ONCE = 100
"""Parts that are asked for in one statement."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Returns that one index holds side by side."""

    order: Sequence[InstrumentedAttribute[Any]]
    """What the index has them in order by; the id comes last."""
    where: Sequence[ColumnElement[bool]]


def find_few(session: Session, selection: Selection) -> Sequence[int] | None:
    """Return ids among which all selected returns are, or ``None`` where many are."""
    for parts in _narrowings(session, selection):
        ids = _read_few(session, parts)
        if len(ids) <= FEW_RETURNS:
            return ids
    return None


def _narrowings(session: Session, selection: Selection) -> Iterator[Sequence[_Part]]:
    """Yield what each wish leaves over by itself."""
    item = ExpectedReturn
    by_age = [item.opened_at]
    if selection.shop_ids is not None:
        yield [_Part(by_age, [item.shop_id == x]) for x in selection.shop_ids]
    if selection.carrier is not None:
        yield [_Part(by_age, [item.carrier == selection.carrier])]
    if selection.currency is not None or selection.least_value is not None:
        yield [_worth(name, selection) for name in currencies_of(session, selection)]
    if selection.opened_until is not None:
        is_old = item.opened_at <= selection.opened_until
        shops = seen_shops(session, selection)
        yield [_Part(by_age, [item.shop_id == shop_id, is_old]) for shop_id in shops]
    if selection.due_after is not None or selection.due_until is not None:
        by_deadline = [item.claim_before, item.opened_at]
        yield [_Part(by_deadline, part.where) for part in deadline_parts(selection)]


def _worth(currency: str, selection: Selection) -> _Part:
    item = ExpectedReturn
    where = [item.currency == currency]
    if selection.least_value is not None:
        where.append(item.value_at_risk >= selection.least_value)
    return _Part([item.value_at_risk], where)


def _read_few(session: Session, parts: Sequence[_Part]) -> Sequence[int]:
    """Return what is in one of some parts; more than few at most."""
    ids: list[int] = []
    for first in range(0, len(parts), _MOST_AT_ONCE):
        some = [_found(part) for part in parts[first : first + _MOST_AT_ONCE]]
        ids += session.scalars(some[0] if len(some) == 1 else union_all(*some))
        if len(ids) > FEW_RETURNS:
            break
    return ids


def _found(part: _Part) -> Select[int]:
    # In order, and of a fixed number: else PostgreSQL would rather read all of them.
    most: ColumnElement[int] = literal_column(str(FEW_RETURNS + 1))
    found = (
        select(ExpectedReturn.id)
        .where(is_open(), *part.where)
        .order_by(*part.order, ExpectedReturn.id)
        .limit(most)
        .subquery()
    )
    return select(found.c.id)
