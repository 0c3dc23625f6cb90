"""Cursors over rows that move while they are read."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from graphql import GraphQLError

Row = TypeVar("Row")
Key = tuple[int | str, int]

MOST_ROWS = 250


def connect(
    rows: Sequence[Row],
    key: Callable[[Row], Key],
    node: Callable[[Row], object],
    paging: Mapping[str, object],
) -> dict[str, object]:
    """A page of rows as a connection.

    ``paging`` holds ``first``, ``after``, ``last``, ``before`` and ``reverse`` as the
    client sent them.  A cursor names its row by value and id, so a row that moves
    meanwhile is met again, and none that stays is skipped.
    """
    backwards = bool(paging.get("reverse"))
    ordered = sorted(rows, key=key, reverse=backwards)
    after, before = (
        _cursor(paging, "after", key, rows),
        _cursor(paging, "before", key, rows),
    )
    inside = [
        row
        for row in ordered
        if (after is None or _is_beyond(key(row), after, backwards))
        and (before is None or _is_beyond(before, key(row), backwards))
    ]
    shown, cut_front, cut_back = _cut(inside, paging)
    return {
        "edges": [{"cursor": _print(key(row)), "node": node(row)} for row in shown],
        "nodes": [node(row) for row in shown],
        "pageInfo": {
            "hasNextPage": cut_back or before is not None,
            "hasPreviousPage": cut_front or after is not None,
            "startCursor": _print(key(shown[0])) if shown else None,
            "endCursor": _print(key(shown[-1])) if shown else None,
        },
    }


def limited(rows: Sequence[Row], first: int | None) -> list[Row]:
    """The rows of a plain list that takes ``first``."""
    if first is None:
        return list(rows)
    _check_size("first", first)
    return list(rows[:first])


def bad_request(message: str) -> GraphQLError:
    """An argument that Shopify refuses while it answers."""
    return GraphQLError(message, extensions={"code": "BAD_REQUEST"})


def _cut(
    rows: Sequence[Row], paging: Mapping[str, object]
) -> tuple[Sequence[Row], bool, bool]:
    first, last = paging.get("first"), paging.get("last")
    if isinstance(first, int) and isinstance(last, int):
        raise bad_request("providing both first and last is not supported")
    if isinstance(first, int):
        _check_size("first", first)
        return rows[:first], False, len(rows) > first
    if isinstance(last, int):
        _check_size("last", last)
        return rows[max(0, len(rows) - last) :], len(rows) > last, False
    raise bad_request("you must provide one of first or last")


def _check_size(name: str, size: int) -> None:
    if size < 0:
        raise bad_request(f"{name} cannot be negative")
    if size > MOST_ROWS:
        raise bad_request(f"{name} cannot exceed {MOST_ROWS}")


def _is_beyond(key: Key, other: Key, backwards: bool) -> bool:
    # A connection's values are all of one type: its cursors were checked for that.
    if backwards:
        return key < other
    return key > other


def _print(key: Key) -> str:
    text = json.dumps({"last_id": key[1], "last_value": key[0]}, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def _cursor(
    paging: Mapping[str, object],
    name: str,
    key: Callable[[Row], Key],
    rows: Sequence[Row],
) -> Key | None:
    text = paging.get(name)
    if not isinstance(text, str):
        return None
    found = _parse(text)
    if found is None or (rows and type(found[0]) is not type(key(rows[0])[0])):
        raise bad_request("Invalid cursor for current pagination sort.")
    return found


def _parse(text: str) -> Key | None:
    try:
        found = json.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        return None
    if not isinstance(found, dict):
        return None
    value, id_ = found.get("last_value"), found.get("last_id")
    if isinstance(value, int | str) and isinstance(id_, int):
        return value, id_
    return None
