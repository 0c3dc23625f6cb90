"""Puts the open returns in order and goes on where a page ended, by index alone.

An order that no index holds is merged from several that one does: deadlines that the
channel told with those that follow from the age, currency after currency, shop after
shop.  So a page costs the same however many returns are open.  Who sees only shops with
few of them has these sorted: the index of all would lead through everybody else's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from stock.at_risk import MOST_AT_RISK
from stock.board_totals import FEW_RETURNS, are_few, open_currencies
from stock.claims import claim_deadline
from stock.models import ExpectedReturn
from stock.selection import (
    Selection,
    Sort,
    conditions,
    due_conditions,
    is_of,
    is_untold,
)

_NO_SHIFT = timedelta(0)


@dataclass(frozen=True, slots=True)
class PageEnd:
    """Where a page ended: its last return, and what that was sorted by then."""

    return_id: int
    at: str = ""
    """Empty stands for what it is sorted by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stream:
    """Returns that one index holds in order."""

    rank: int = 0
    """Streams of one rank are merged, the others follow each other."""
    keys: Sequence[InstrumentedAttribute[Any] | ColumnElement[Any]]
    shift: timedelta = _NO_SHIFT
    """What makes the only key comparable with those of other streams."""
    owner: object = None
    """The shop or currency that it is of, where they follow each other."""
    where: Sequence[ColumnElement[bool]] = ()
    is_shared: bool = False
    """Whether its index holds the returns of all shops."""


def find_page(
    session: Session, selection: Selection, *, limit: int, end: PageEnd | None
) -> Sequence[int]:
    """Return the ids of the selected returns after a page's end, in order."""
    streams = _streams(session, selection)
    shop_ids = selection.shop_ids
    if shop_ids is not None and are_few(session, FEW_RETURNS, shop_ids=shop_ids):
        streams = [_sorted(x, shop_ids) if x.is_shared else x for x in streams]
    last = session.get(ExpectedReturn, end.return_id) if end else None
    if last and shop_ids is not None:
        # A place in other shops' list is no place in this one, and tells nothing.
        last = last if last.shop_id in shop_ids else None
    if end and last:
        streams = _remaining(streams, selection, last, end)
    if not streams:
        return []
    wanted = conditions(session, selection)
    if selection.sort is not Sort.CLAIM:
        wanted += due_conditions(selection)
    parts = [
        _part(number, stream, wanted, selection.descending, limit)
        for number, stream in enumerate(streams)
    ]
    if len(parts) == 1:
        return [row.id for row in session.execute(parts[0])]
    rows = session.execute(union_all(*(select(part.subquery()) for part in parts)))
    places = [
        (streams[n].rank, key + streams[n].shift if streams[n].shift else key, found)
        for n, key, found in rows
    ]
    places.sort(reverse=selection.descending)
    return [found for _, _, found in places[:limit]]


def end_of_page(last: ExpectedReturn, selection: Selection) -> PageEnd:
    """Return where a page ended; it holds although the return may change."""
    key = _keys(last, selection)[0]
    match selection.sort:
        case Sort.AGE | Sort.SHOP:
            # Neither ever changes.
            return PageEnd(last.id)
        case Sort.VALUE | Sort.CARRIER:
            return PageEnd(last.id, str(key))
        case Sort.CLAIM:
            return PageEnd(last.id, key.isoformat())


def _streams(session: Session, selection: Selection) -> Sequence[_Stream]:
    item = ExpectedReturn
    shops = [
        shop_id
        for shop_id in selection.windows
        if selection.shop_ids is None or shop_id in selection.shop_ids
    ]
    match selection.sort:
        case Sort.AGE if selection.shop_ids is None:
            return [_Stream(keys=[item.opened_at], where=_carried(selection))]
        case Sort.AGE:
            return [
                _Stream(keys=[item.opened_at], where=[item.shop_id == shop_id])
                for shop_id in shops
            ]
        case Sort.SHOP:
            return [
                _Stream(
                    rank=n,
                    keys=[item.opened_at],
                    owner=shop_id,
                    where=[item.shop_id == shop_id],
                )
                for n, shop_id in enumerate(shops)
            ]
        case Sort.CARRIER:
            keys = [item.carrier, item.opened_at]
            return [_Stream(keys=keys, where=_carried(selection), is_shared=True)]
        case Sort.VALUE:
            known = selection.currencies
            currencies = open_currencies(session) if known is None else known
            return [
                _Stream(
                    rank=n,
                    keys=[item.value_at_risk],
                    owner=name,
                    # Its index holds the shop too, and so leads past others quickly.
                    where=[item.currency == name],
                )
                for n, name in enumerate(currencies)
            ]
        case Sort.CLAIM:
            return _deadlines(selection, shops)


def _sorted(stream: _Stream, shop_ids: Sequence[int]) -> _Stream:
    """Return the same, found by its shops and by keys that no index holds."""
    return replace(
        stream,
        keys=[func.coalesce(key, key) for key in stream.keys],
        where=[*stream.where, ExpectedReturn.shop_id.in_(shop_ids)],
    )


def _carried(selection: Selection) -> list[ColumnElement[bool]]:
    """Return the condition on the carrier, where its index is in the right order."""
    carrier = selection.carrier
    return [] if carrier is None else [ExpectedReturn.carrier == carrier]


def _deadlines(selection: Selection, shops: Sequence[int]) -> Sequence[_Stream]:
    item = ExpectedReturn
    groups: list[tuple[timedelta, ColumnElement[bool]]]
    if selection.shop_ids is None:
        shared = selection.shops_by_window()
        groups = [(window, is_of(shop_ids)) for window, shop_ids in shared.items()]
        others = [is_untold(), *_carried(selection)]
    else:
        groups = [(selection.windows[x], item.shop_id == x) for x in shops]
        others = [is_untold()]
    told = _Stream(
        keys=[item.claim_before],
        where=[item.claim_before.is_not(None)],
        is_shared=True,
    )
    untold = [
        _Stream(
            keys=[item.opened_at],
            shift=window,
            where=[is_theirs, *others],
        )
        for window, is_theirs in groups
    ]
    return [_within(stream, selection) for stream in (told, *untold)]


def _within(stream: _Stream, selection: Selection) -> _Stream:
    """Return the part of some deadlines that is asked for, as a range of an index."""
    (key,) = stream.keys
    bounds = []
    if selection.due_after is not None:
        bounds.append(key > selection.due_after - stream.shift)
    if selection.due_until is not None:
        bounds.append(key <= selection.due_until - stream.shift)
    return replace(stream, where=[*stream.where, *bounds])


def _part(
    number: int,
    stream: _Stream,
    wanted: Sequence[ColumnElement[bool]],
    descending: bool,
    limit: int,
) -> Select[Any]:
    order = [*stream.keys, ExpectedReturn.id]
    return (
        select(
            literal_column(str(number)).label("stream"),
            stream.keys[0].label("key"),
            ExpectedReturn.id,
        )
        .where(*wanted, *stream.where)
        .order_by(*(x.desc() if descending else x.asc() for x in order))
        # Not a parameter: for any number of rows a database would rather sort.
        .limit(literal_column(str(limit)))
    )


def _remaining(
    streams: Sequence[_Stream], selection: Selection, last: ExpectedReturn, end: PageEnd
) -> Sequence[_Stream]:
    """Return the streams with what is left of them after a page's end."""
    keys = _read_keys(end.at, last, selection)
    owners = {stream.owner: stream.rank for stream in streams}
    rank = owners.get(_owner(last, selection), 0)
    return [
        replace(stream, where=[*stream.where, _passed(stream, keys, last, selection)])
        if stream.rank == rank
        else stream
        for stream in streams
        if stream.rank == rank or (stream.rank > rank) != selection.descending
    ]


def _passed(
    stream: _Stream, keys: Sequence[Any], last: ExpectedReturn, selection: Selection
) -> ColumnElement[bool]:
    shifted = [key - stream.shift if stream.shift else key for key in keys]
    here = tuple_(*stream.keys, ExpectedReturn.id)
    there = tuple_(
        *(literal(k, c.type) for k, c in zip(shifted, stream.keys, strict=True)),
        literal(last.id, ExpectedReturn.id.type),
    )
    return here < there if selection.descending else here > there


def _owner(last: ExpectedReturn, selection: Selection) -> object:
    match selection.sort:
        case Sort.SHOP:
            return last.shop_id
        case Sort.VALUE:
            return last.currency
        case _:
            return None


def _keys(item: ExpectedReturn, selection: Selection) -> Sequence[Any]:
    match selection.sort:
        case Sort.AGE | Sort.SHOP:
            return [item.opened_at]
        case Sort.VALUE:
            return [item.value_at_risk]
        case Sort.CARRIER:
            return [item.carrier, item.opened_at]
        case Sort.CLAIM:
            window = selection.windows.get(item.shop_id, _NO_SHIFT)
            return [claim_deadline(item, window)]


def _read_keys(at: str, last: ExpectedReturn, selection: Selection) -> Sequence[Any]:
    try:
        match selection.sort:
            case Sort.VALUE if at:
                return [_amount(at)]
            case Sort.CLAIM if at:
                return [_moment(at)]
            case Sort.CARRIER if at:
                return [at, last.opened_at]
    except (ValueError, OverflowError, InvalidOperation):
        # Nobody types this; whoever does goes on from where the return is now.
        pass
    return _keys(last, selection)


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not 0 <= amount <= MOST_AT_RISK:
        raise ValueError(text)
    return amount


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    if not 2000 <= moment.year <= 9000:
        # A window to claim is taken off it.
        raise ValueError(text)
    return moment
