"""Reads the open returns in an order that indexes hold, however many there are.

An order that no index holds is merged from several that one does: deadlines that the
channel told with those that follow from the age, currency after currency, shop after
shop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from stock.board_place import Place, group_of_shop
from stock.board_totals import currencies_of
from stock.deadlines import deadline_parts
from stock.models import ExpectedReturn
from stock.selection import Selection, Sort, seen_shops

_MOST_AT_ONCE = 100
"""Streams that are read in one statement."""
_BEFORE_ALL, _AFTER_ALL = -1, 2**62
"""Ids that no return has."""

_Column = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stream:
    """Returns that one index holds in order."""

    keys: Sequence[_Column]
    """What they are in order by; the id comes last."""
    window: timedelta | None = None
    """What makes the first key a deadline, where the channel told none."""
    group: int | str = 0
    where: Sequence[ColumnElement[bool]] = ()

    @property
    def order(self) -> Sequence[_Column]:
        """The columns of the index."""
        if self.window is None:
            return self.keys
        # Nothing stands there, and PostgreSQL wants to hear that it comes first.
        return [ExpectedReturn.claim_before, ExpectedReturn.opened_at]


def read_streams(
    session: Session,
    selection: Selection,
    wanted: Sequence[ColumnElement[bool]],
    *,
    limit: int,
    end: Place | None,
) -> Sequence[int]:
    """Return the ids of the returns that hold what is wanted, after a place."""
    backward = selection.descending
    streams = _streams(session, selection)
    if end is not None:
        streams = list(_remaining(streams, end, backward))
    places = list(_places(session, streams, wanted, backward, limit))
    places.sort(reverse=backward)
    return [place.return_id for place in places[:limit]]


def _streams(session: Session, selection: Selection) -> Sequence[_Stream]:
    item = ExpectedReturn
    is_by_shop = selection.sort is Sort.SHOP
    match selection.sort:
        case Sort.AGE if selection.carrier is not None:
            where = [*_carried(selection), *_opened(selection)]
            return [_Stream(keys=[item.opened_at], where=where)]
        case Sort.AGE | Sort.SHOP:
            return [
                _Stream(
                    keys=[item.opened_at],
                    group=group_of_shop(shop_id, selection) if is_by_shop else 0,
                    where=[item.shop_id == shop_id, *_opened(selection)],
                )
                for shop_id in seen_shops(session, selection)
            ]
        case Sort.CARRIER:
            keys = [item.carrier, item.opened_at]
            return [_Stream(keys=keys, where=_carried(selection))]
        case Sort.VALUE:
            return [
                # Its index holds the shop too, and so leads past others quickly.
                _Stream(
                    keys=[item.value_at_risk],
                    group=name,
                    where=[item.currency == name, *_worth(selection)],
                )
                for name in currencies_of(session, selection)
            ]
        case Sort.CLAIM:
            return _deadlines(selection)


# What is asked for stands here once more where the index in order holds it too: then a
# page ends with the range.


def _carried(selection: Selection) -> list[ColumnElement[bool]]:
    carrier = selection.carrier
    return [] if carrier is None else [ExpectedReturn.carrier == carrier]


def _opened(selection: Selection) -> list[ColumnElement[bool]]:
    until = selection.opened_until
    return [] if until is None else [ExpectedReturn.opened_at <= until]


def _worth(selection: Selection) -> list[ColumnElement[bool]]:
    least = selection.least_value
    return [] if least is None else [ExpectedReturn.value_at_risk >= least]


def _deadlines(selection: Selection) -> Sequence[_Stream]:
    told, opened = ExpectedReturn.claim_before, ExpectedReturn.opened_at
    return [
        _Stream(
            keys=[told if part.is_told else opened, opened],
            window=None if part.is_told else part.window,
            where=part.where,
        )
        for part in deadline_parts(selection)
    ]


def _places(
    session: Session,
    streams: Sequence[_Stream],
    wanted: Sequence[ColumnElement[bool]],
    backward: bool,
    limit: int,
) -> Iterator[Place]:
    for first in range(0, len(streams), _MOST_AT_ONCE):
        some = streams[first : first + _MOST_AT_ONCE]
        parts = [_part(n, x, wanted, backward, limit) for n, x in enumerate(some)]
        together = union_all(*(select(part.subquery()) for part in parts))
        statement = parts[0] if len(parts) == 1 else together
        for number, return_id, key, *others in session.execute(statement):
            stream = some[number]
            if stream.window is not None:
                key += stream.window
            yield Place(stream.group, (key, *others), return_id)


def _part(
    number: int,
    stream: _Stream,
    wanted: Sequence[ColumnElement[bool]],
    backward: bool,
    limit: int,
) -> Select[Any]:
    order = [*stream.order, ExpectedReturn.id]
    keys = (key.label(f"key_{place}") for place, key in enumerate(stream.keys))
    columns: list[Any] = [ExpectedReturn.id, *keys]
    return (
        select(
            literal_column(str(number)).label("stream"),
            *columns,
        )
        .where(*wanted, *stream.where)
        .order_by(*(x.desc() if backward else x.asc() for x in order))
        # Not a parameter: for any number of rows a database would rather sort.
        .limit(literal_column(str(limit)))
    )


def _remaining(
    streams: Sequence[_Stream], end: Place, backward: bool
) -> Iterator[_Stream]:
    """Yield the streams with what is left of them after a place."""
    for stream in streams:
        if stream.group == end.group:
            passed = _passed(stream, end, backward)
            yield replace(stream, where=[*stream.where, passed])
        elif (stream.group < end.group) is backward:  # type: ignore[operator]
            yield stream


def _passed(stream: _Stream, end: Place, backward: bool) -> ColumnElement[bool]:
    columns: Sequence[_Column] = [*stream.keys, ExpectedReturn.id]
    values: Sequence[Any] = [*end.keys, end.return_id]
    if stream.window is not None:
        columns, values = _opened_by(stream.window, end)
    here = tuple_(*columns)
    there = tuple_(*(literal(v, c.type) for v, c in zip(values, columns, strict=True)))
    return here < there if backward else here > there


def _opened_by(
    window: timedelta, end: Place
) -> tuple[Sequence[_Column], Sequence[Any]]:
    """Return where the returns with such a deadline stand in the order of their age."""
    deadline, opened = end.keys
    moment = deadline - window
    return_id = end.return_id
    if moment != opened:
        # Of the same deadline, but opened at another moment than the page's last one.
        return_id = _AFTER_ALL if moment < opened else _BEFORE_ALL
    return (ExpectedReturn.opened_at, ExpectedReturn.id), (moment, return_id)
