"""Pages of a list, and what Tiki says about them."""

from collections.abc import Sequence
from typing import TypeVar

from sandbox.channel import Json

from .wire import Call, WireError

Row = TypeVar("Row")

_DEFAULT_LIMIT = 20
_LARGEST_LIMIT = 100
_ROWS_BETWEEN_GAPS = 9


def spread(rows: Sequence[Row]) -> list[Row | None]:
    """Rows with a gap after every nine.

    A page of orders may hold fewer rows than its limit although more pages follow, so
    a reader that stops at the first short page misses orders.
    """
    spaced: list[Row | None] = []
    for index, row in enumerate(rows):
        if index and index % _ROWS_BETWEEN_GAPS == 0:
            spaced.append(None)
        spaced.append(row)
    return spaced


def page(call: Call, rows: Sequence[Row | None]) -> tuple[list[Row], Json]:
    """The rows of the page that was asked for, and the ``paging`` object."""
    number, limit = call.number("page", 1), call.number("limit", _DEFAULT_LIMIT)
    if limit > _LARGEST_LIMIT:
        raise WireError(400, f"limit must not be greater than {_LARGEST_LIMIT}")
    begin = (number - 1) * limit
    shown = rows[begin : begin + limit]
    paging: Json = {
        "total": sum(row is not None for row in rows),
        "current_page": number,
        "from": begin,
        "to": begin + len(shown),
        "per_page": limit,
        "last_page": max(1, -(-len(rows) // limit)),
    }
    return [row for row in shown if row is not None], paging
