"""The board as a file: exactly what its filter shows, for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from stock import board
from stock.board_place import PageEnd, end_of_page
from stock.selection import Selection
from web.access import desk_blueprint
from web.board_query import read_query
from web.desk import current_desk
from web.language import gettext
from web.permissions import Permission, needs
from web.rows import Row, row_of_return
from web.spreadsheet import BYTE_ORDER_MARK, Cell, line_of, moment_cell, spreadsheet
from web.typed import typed_code
from web.words import CHANNELS, RETURN_STATES, return_cause, word

SLICE_ROWS = 500

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
    return spreadsheet("returns", _lines(query.selection))


def _lines(selection: Selection) -> Iterator[str]:
    yield BYTE_ORDER_MARK + line_of(_titles())
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
            text = "".join(line_of(_cells(row)) for row in rows)
        yield text
        if len(found) < SLICE_ROWS:
            return
        end = end_of_page(found[-1].expected, selection)


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
        moment_cell(expected.opened_at),
        row.age_days,
        moment_cell(row.deadline),
        row.days_left,
        gettext("our estimate") if row.is_estimated else gettext("the channel"),
        word(RETURN_STATES, expected.state),
        return_cause(expected),
    )
