"""Cursors over rows that move while they are read."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from .wire import wrong

Row = TypeVar("Row")
Key = tuple[int, str]


def page_after(
    rows: Sequence[Row], key: Callable[[Row], Key], cursor: str, size: int
) -> tuple[list[Row], bool, str]:
    """The rows after a cursor, newest first, whether more follow, and the next cursor.

    A cursor names the last row that was given by its key.  Rows that move to the front
    meanwhile are met by the next reading; none of the others is skipped or repeated.
    """
    ordered = sorted(rows, key=key, reverse=True)
    if cursor:
        last = _parse(cursor)
        ordered = [row for row in ordered if key(row) < last]
    page = ordered[:size]
    more = len(ordered) > size
    return page, more, _print(key(page[-1])) if more else ""


def _print(key: Key) -> str:
    return f"{key[0]},{key[1]}"


def _parse(cursor: str) -> Key:
    stamp, _, name = cursor.partition(",")
    if not stamp.isdecimal() or not name:
        raise wrong("cursor is invalid.")
    return int(stamp), name
