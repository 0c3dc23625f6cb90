"""The board as a file: exactly what its filter shows, for a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO
from typing import Any

from flask import Response, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from stock import board
from stock.board_order import PageEnd, end_of_page
from stock.selection import Selection
from web.access import desk_blueprint
from web.board_query import read_query
from web.desk import current_desk
from web.language import gettext
from web.permissions import Permission, needs
from web.rows import Row, row_of_return
from web.typed import typed_code
from web.words import CHANNELS, RETURN_STATES, return_cause, word

SLICE_ROWS = 500
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel does not take the file for UTF-8."""

# What a spreadsheet would compute, also in the full-width forms that some take.
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
# What it would round, shorten or take for a date: it keeps fifteen digits.
_NUMBER_LIKE = re.compile(r"[0-9][0-9.,:/eE+-]*", re.ASCII)
_SAFE_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)

Cell = str | int | Decimal

blueprint = desk_blueprint("board_file")


@blueprint.get("/board.csv")
@needs(Permission.LOOK)
def download() -> ResponseReturnValue:
    """Send all pages of the board that the address asks for, as one file."""
    desk = current_desk()
    search = typed_code(request.args.get("q", ""))
    with desk.database.read() as session:
        query = read_query(session, request.args, search=search)
    if query.troubles:
        fields: dict[str, Any] = {**query.typed, "q": search or None}
        return redirect(url_for("returns.show_list", **fields), 303)
    today = desk.now().astimezone(desk.settings.time_zone).date()
    return Response(
        stream_with_context(_lines(query.selection)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="returns-{today}.csv"'},
    )


def plain_cell(value: Cell) -> str:
    """Return a cell that a spreadsheet shows as it is, and never computes.

    An apostrophe goes before a text that it would take for a formula, and before
    digits that it would round or read as a date.
    """
    if not isinstance(value, str):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    is_number = _NUMBER_LIKE.fullmatch(value) and not _SAFE_NUMBER.fullmatch(value)
    return f"'{value}" if is_number or _FORMULA.match(value) else value


def _lines(selection: Selection) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _line(_titles())
    desk = current_desk()
    now, windows = desk.now(), desk.settings.claim_windows
    end: PageEnd | None = None
    while True:
        # A session for each slice: whoever reads slowly keeps no transaction open.
        with desk.database.read() as session:
            found = board.open_returns(
                session, selection=selection, limit=SLICE_ROWS, after=end
            )
            rows = [row_of_return(item, now, windows) for item in found]
            text = "".join(_line(_cells(row)) for row in rows)
        yield text
        if len(found) < SLICE_ROWS:
            return
        end = end_of_page(found[-1].expected, selection)


def _line(cells: Iterable[Cell]) -> str:
    line = StringIO()
    csv.writer(line).writerow(plain_cell(cell) for cell in cells)
    return line.getvalue()


def _titles() -> Sequence[str]:
    return (
        gettext("Order"),
        gettext("Return number"),
        gettext("Channel"),
        gettext("Shop"),
        gettext("Carrier"),
        gettext("Tracking"),
        gettext("Goods"),
        gettext("Units"),
        gettext("Value at risk"),
        gettext("Currency"),
        gettext("Since"),
        gettext("Days old"),
        gettext("Claim deadline"),
        gettext("Days left"),
        gettext("Deadline told by"),
        gettext("State"),
        gettext("Cause"),
    )


def _cells(row: Row) -> Sequence[Cell]:
    expected = row.expected
    assert expected is not None and row.deadline is not None, "a row of the board"
    return (
        row.order.channel_order_id,
        expected.return_id,
        word(CHANNELS, row.order.shop.channel),
        row.order.shop.name,
        expected.carrier,
        ", ".join(row.tracking_numbers),
        "; ".join(f"{quantity} × {sku.code}" for sku, quantity in row.skus),
        row.units,
        expected.value_at_risk.normalize(),
        expected.currency,
        _moment(expected.opened_at),
        row.age_days,
        _moment(row.deadline),
        row.days_left,
        gettext("our estimate") if row.is_estimated else gettext("the channel"),
        word(RETURN_STATES, expected.state),
        return_cause(expected),
    )


def _moment(value: datetime) -> str:
    # A spreadsheet may well know that this is a moment: it is one.
    zone = current_desk().settings.time_zone
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
