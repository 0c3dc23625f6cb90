"""Files for a spreadsheet: cells that show what was meant, and never compute."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO

from flask import Response, stream_with_context

from web.desk import current_desk

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel does not take the file for UTF-8."""

# What a spreadsheet would compute, also in the full-width forms that some take.
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")
# What it would round, shorten or take for a date: it keeps fifteen digits.
_NUMBER_LIKE = re.compile(r"[0-9][0-9.,:/eE+-]*", re.ASCII)
_SAFE_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)

Cell = str | int | Decimal


def spreadsheet(name: str, lines: Iterator[str]) -> Response:
    """Return an answer that a browser keeps as a file, with the day in its name."""
    desk = current_desk()
    today = desk.now().astimezone(desk.settings.time_zone).date()
    return Response(
        stream_with_context(lines),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}-{today}.csv"'},
    )


def line_of(cells: Iterable[Cell]) -> str:
    """Return one line of a file."""
    line = StringIO()
    csv.writer(line).writerow(plain_cell(cell) for cell in cells)
    return line.getvalue()


def plain_cell(value: Cell) -> str:
    """Return a cell that a spreadsheet shows as it is, and never computes.

    An apostrophe goes before a text that it would take for a formula, and before
    digits that it would round or read as a date.
    """
    if not isinstance(value, str):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    is_number = _NUMBER_LIKE.fullmatch(value) and not _SAFE_NUMBER.fullmatch(value)
    return f"'{value}" if is_number or _FORMULA.match(value) else value


def moment_cell(value: datetime) -> str:
    """Return a moment in the seller's zone."""
    # A spreadsheet may well know that this is a moment: it is one.
    zone = current_desk().settings.time_zone
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
