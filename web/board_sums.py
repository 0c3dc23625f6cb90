"""The totals above the board: at once while it is short, else fetched by the page.

Adding up takes the longer the more returns are open, and a page must not.  So a long
board is shown without its totals; they follow, and are kept for some seconds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.board_totals import Totals, are_few, totals
from web.access import current_reader, desk_blueprint
from web.board_query import BoardQuery, read_query
from web.desk import current_desk
from web.permissions import Permission, needs

MOST_AT_ONCE = 2000
"""So many open returns are added up while the page waits."""
KEPT = timedelta(seconds=15)
MOST_KEPT = 100

_EXTENSION = "truestock_sums"

blueprint = desk_blueprint("board_sums")


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals, and the moment that they are of."""

    totals: Totals
    at: datetime


class KeptSums:
    """The newest totals of some filters, for some seconds."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, Sums] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Hashable, now: datetime) -> Sums | None:
        """Return totals that are not too old."""
        with self._lock:
            found = self._found.get(key)
        return found if found and now - KEPT < found.at <= now else None

    def keep(self, key: Hashable, sums: Sums) -> None:
        """Keep totals, and forget the oldest ones."""
        with self._lock:
            self._found[key] = sums
            self._found.move_to_end(key)
            while len(self._found) > MOST_KEPT:
                self._found.popitem(last=False)


def install_sums(app: Flask) -> None:
    """Give an application a place for totals."""
    app.extensions[_EXTENSION] = KeptSums()


@blueprint.get("/board/sums")
@needs(Permission.LOOK)
def show_sums() -> ResponseReturnValue:
    """Send the totals of what the board's filter shows, for the page to put in."""
    with current_desk().database.read() as session:
        query = read_query(session, request.args)
        return render_template(
            "board_sums.html", query=query, sums=_kept_or_added(session, query)
        )


def sums_at_once(session: Session, query: BoardQuery) -> Sums | None:
    """Return the totals of a filter, or nothing where the page must not wait.

    Without script a reader asks for them in the address.
    """
    if request.args.get("sums") == "now":
        return _kept_or_added(session, query)
    if not are_few(session, MOST_AT_ONCE):
        return None
    now = current_desk().now()
    return Sums(totals(session, query.selection, now=now), now)


def _kept_or_added(session: Session, query: BoardQuery) -> Sums:
    kept: KeptSums = current_app.extensions[_EXTENSION]
    now, key = current_desk().now(), _key(query)
    found = kept.find(key, now)
    if found is None:
        found = Sums(totals(session, query.selection, now=now), now)
        kept.keep(key, found)
    return found


def _key(query: BoardQuery) -> Hashable:
    # What a selection holds of the moment changes with each request; what was typed
    # stays.  Nobody gets totals of shops that another reader sees.
    typed = frozenset(x for x in query.typed.items() if x[0] != "sort")
    chosen = query.selection.shop_ids
    shops = None if chosen is None else tuple(chosen)
    return typed, shops, tuple(query.selection.windows), current_reader().shop_ids
