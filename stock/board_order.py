"""Puts the open returns in order and goes on where a page ended.

Either few returns are left over by what is asked for: then these are found and sorted;
or many are, and then an index leads to the first of them soon.  So a page costs the
same however many returns are open.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from stock.board_few import find_few
from stock.board_place import PageEnd, Place, place_of, place_of_end
from stock.board_streams import read_streams
from stock.models import ExpectedReturn
from stock.selection import Selection, Sort, conditions, due_conditions


def find_page(
    session: Session, selection: Selection, *, limit: int, end: PageEnd | None
) -> Sequence[int]:
    """Return the ids of the selected returns after a page's end, in order."""
    place = _place_of_end(session, selection, end)
    wanted = conditions(session, selection)
    few = find_few(session, selection)
    if few is not None:
        wanted += due_conditions(selection)
        return _sort(session, selection, few, wanted, end=place)[:limit]
    if selection.sort is not Sort.CLAIM:
        # There they are ranges of the index.
        wanted += due_conditions(selection)
    return read_streams(session, selection, wanted, limit=limit, end=place)


def _place_of_end(
    session: Session, selection: Selection, end: PageEnd | None
) -> Place | None:
    last = session.get(ExpectedReturn, end.return_id) if end else None
    seen = selection.shop_ids
    if end is None or last is None or (seen is not None and last.shop_id not in seen):
        # A place in other shops' list is no place in this one, and tells nothing.
        return None
    return place_of_end(end, last, selection)


def _sort(
    session: Session,
    selection: Selection,
    few: Sequence[int],
    wanted: Sequence[ColumnElement[bool]],
    *,
    end: Place | None,
) -> Sequence[int]:
    item = ExpectedReturn
    rows = session.execute(
        select(
            item.id,
            item.shop_id,
            item.opened_at,
            item.claim_before,
            item.value_at_risk,
            item.currency,
            item.carrier,
        ).where(item.id.in_(few), *wanted)
    )
    backward = selection.descending
    places = sorted((place_of(row, selection) for row in rows), reverse=backward)
    return [
        place.return_id
        for place in places
        if end is None or (place < end if backward else place > end)
    ]
