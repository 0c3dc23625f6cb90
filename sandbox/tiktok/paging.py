"""Page tokens over rows that move while they are read."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from sandbox.channel import Json

from .wire import Call, invalid

Row = TypeVar("Row")


class SortField(StrEnum):
    """``sort_field``."""

    CREATE_TIME = "create_time"
    UPDATE_TIME = "update_time"


class SortOrder(StrEnum):
    """``sort_order``, in capitals only."""

    ASC = "ASC"
    DESC = "DESC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped(Generic[Row]):
    """A row with the values that lists are sorted by."""

    row: Row
    id: str
    created_at: int
    updated_at: int


def page(
    call: Call,
    rows: Sequence[Stamped[Row]],
    size: int,
    name: str,
    show: Callable[[Row], Json],
) -> Json:
    """One page under its name, with the token of the next and the number of all.

    A token names the last row that was given by its sort value.  A row whose value
    moves meanwhile can be met twice or not at all in this reading: that is why a
    reader overlaps the next one.
    """
    field = _choice(call, "sort_field", SortField, SortField.CREATE_TIME)
    order = _choice(call, "sort_order", SortOrder, SortOrder.ASC)
    descending = order is SortOrder.DESC

    def key(stamped: Stamped[Row]) -> tuple[int, str]:
        by_creation = field is SortField.CREATE_TIME
        at = stamped.created_at if by_creation else stamped.updated_at
        return at, stamped.id

    ordered = sorted(rows, key=key, reverse=descending)
    token = call.query.get("page_token", "")
    if token:
        last = _read(token, field, order)
        ordered = [
            row
            for row in ordered
            if (key(row) < last if descending else key(row) > last)
        ]
    shown = ordered[:size]
    more = len(ordered) > size
    return {
        name: [show(each.row) for each in shown],
        "next_page_token": _print(field, order, *key(shown[-1])) if more else "",
        "total_count": len(rows),
    }


_Choice = TypeVar("_Choice", bound=StrEnum)


def _choice(call: Call, name: str, kinds: type[_Choice], default: _Choice) -> _Choice:
    try:
        return kinds(call.query.get(name) or default)
    except ValueError:
        raise invalid(f"The `{name}` query parameter is not supported.") from None


def _print(field: SortField, order: SortOrder, at: int, id_: str) -> str:
    plain = json.dumps([field.value, order.value, at, id_])
    return base64.b64encode(plain.encode()).decode()


def _read(token: str, field: SortField, order: SortOrder) -> tuple[int, str]:
    try:
        read = json.loads(base64.b64decode(token, validate=True))
    except ValueError:
        read = None
    match read:
        case [field.value, order.value, int(at), str(id_)]:
            return at, id_
    raise invalid("The `page_token` query parameter is invalid.")
