"""REST's pages: a ``Link`` header with an opaque ``page_info``."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .wire import RestError

Row = TypeVar("Row")

DEFAULT_LIMIT, MOST_ROWS = 50, 250
_WITH_PAGE_INFO = frozenset({"limit", "fields", "page_info"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Rows, and what the neighbouring pages are asked for with."""

    rows: Sequence[Row]
    following: str | None
    previous: str | None


def filters(query: Mapping[str, str]) -> Mapping[str, str]:
    """The filters of a list: the query's own, or those that its page was made with."""
    page_info = query.get("page_info")
    if page_info is None:
        return query
    for name in query:
        if name not in _WITH_PAGE_INFO:
            message = f"{name} cannot be passed when page_info is present."
            raise RestError(400, {name: message})
    return _parse(page_info).filters


def page(
    rows: Sequence[Row], id_of: Callable[[Row], int], query: Mapping[str, str]
) -> Page[Row]:
    """Cut one page out of rows that are in order."""
    limit = _limit(query)
    mark = None if "page_info" not in query else _parse(query["page_info"])
    start = 0
    if mark is not None:
        ids = [id_of(row) for row in rows]
        known = ids.index(mark.id) if mark.id in ids else 0
        start = known if mark.forward else max(0, known - limit)
    kept = filters(query)
    shown = rows[start : start + limit]
    more = start + limit < len(rows)
    return Page(
        rows=shown,
        following=_print(id_of(rows[start + limit]), True, kept) if more else None,
        previous=_print(id_of(rows[start]), False, kept) if start and shown else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    id: int
    forward: bool
    filters: Mapping[str, str]


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not text.isdecimal() or not 1 <= int(text) <= MOST_ROWS:
        raise RestError(400, {"limit": "must be between 1 and 250"})
    return int(text)


def _print(id_: int, forward: bool, kept: Mapping[str, str]) -> str:
    mark = {
        "id": id_,
        "forward": forward,
        "filters": {
            name: value for name, value in kept.items() if name not in _WITH_PAGE_INFO
        },
    }
    return base64.urlsafe_b64encode(json.dumps(mark).encode()).decode()


def _parse(text: str) -> _Mark:
    try:
        found = json.loads(base64.urlsafe_b64decode(text))
        return _Mark(
            id=int(found["id"]),
            forward=bool(found["forward"]),
            filters=dict(found["filters"]),
        )
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise RestError(400, {"page_info": "Invalid value."}) from None
