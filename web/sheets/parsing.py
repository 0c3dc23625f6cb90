"""Reads the actions that the page's script sends; strict, JSON stops here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from stock.sheets import (
    LONGEST_CARRIER,
    LONGEST_ID,
    LONGEST_NOTE,
    Action,
    Condition,
    Counts,
    Describe,
    Judge,
    Post,
    Put,
    TakeOff,
)
from web.errors import FieldsRefused
from web.routing import LARGEST_ID
from web.typed import typed_code

MOST_ACTIONS = 100
MOST_LINES = 500
LARGEST_NUMBER = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came in one request of the script."""

    key: str
    actions: Sequence[Action]


def read_batch(body: object, sheet_id: int) -> Batch:
    """Return the actions of a request.

    Raises ``FieldsRefused`` for whatever is not exactly as the script writes it.
    """
    told = _fields(body, ("key", "actions"))
    rows = told["actions"]
    if not isinstance(rows, list) or not 0 < len(rows) <= MOST_ACTIONS:
        raise FieldsRefused("actions")
    return Batch(
        key=_text(told, "key", 2000),
        actions=[_action(row, sheet_id) for row in rows],
    )


def _action(row: object, sheet_id: int) -> Action:
    kind = row.get("kind") if isinstance(row, dict) else None
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        raise FieldsRefused("kind")
    return read(row, sheet_id)


def _put(row: object, sheet_id: int) -> Action:
    told = _fields(row, ("id", "kind", "code", "order", "again"))
    code = typed_code(_text(told, "code", 200))
    again = told["again"]
    if not code or not isinstance(again, bool):
        raise FieldsRefused("code" if not code else "again")
    order = told["order"]
    return Put(
        id=_id(told),
        sheet=sheet_id,
        code=code,
        order_id=None if order is None else _number(told, "order", LARGEST_ID),
        again=again,
    )


def _judge(row: object, sheet_id: int) -> Action:
    told = _fields(row, ("id", "kind", "parcel", "version", "units", "note"))
    units = told["units"]
    if not isinstance(units, dict) or len(units) > MOST_LINES:
        raise FieldsRefused("units")
    return Judge(
        id=_id(told),
        parcel=_parcel(told),
        version=_number(told, "version", LARGEST_NUMBER),
        units={str(name): _counts(counts) for name, counts in units.items()},
        note=_text(told, "note", LONGEST_NOTE),
    )


def _take_off(row: object, sheet_id: int) -> Action:
    told = _fields(row, ("id", "kind", "parcel", "version"))
    version = _number(told, "version", LARGEST_NUMBER)
    return TakeOff(id=_id(told), parcel=_parcel(told), version=version)


def _post(row: object, sheet_id: int) -> Action:
    told = _fields(row, ("id", "kind", "parcel", "version"))
    version = _number(told, "version", LARGEST_NUMBER)
    return Post(id=_id(told), parcel=_parcel(told), version=version)


def _describe(row: object, sheet_id: int) -> Action:
    told = _fields(row, ("id", "kind", "carrier", "note", "warehouse"))
    return Describe(
        id=_id(told),
        sheet=sheet_id,
        carrier=_text(told, "carrier", LONGEST_CARRIER),
        note=_text(told, "note", LONGEST_NOTE),
        warehouse_id=_number(told, "warehouse", LARGEST_ID),
    )


_READERS: Mapping[str, Callable[[object, int], Action]] = MappingProxyType(
    {
        "put": _put,
        "judge": _judge,
        "take_off": _take_off,
        "post": _post,
        "describe": _describe,
    }
)


def _fields(row: object, names: Sequence[str]) -> dict[str, Any]:
    if not isinstance(row, dict) or row.keys() != set(names):
        raise FieldsRefused("actions")
    return row


def _id(told: Mapping[str, Any]) -> str:
    value = _text(told, "id", LONGEST_ID)
    if not value or not value.isascii() or not value.isprintable():
        raise FieldsRefused("id")
    return value


def _parcel(told: Mapping[str, Any]) -> int | str:
    if isinstance(told["parcel"], str):
        return _text(told, "parcel", LONGEST_ID)
    return _number(told, "parcel", LARGEST_ID)


def _counts(row: object) -> Counts:
    told = _fields(row, list(Condition))
    return Counts(**{x: _number(told, x, LARGEST_NUMBER, least=0) for x in Condition})


def _number(told: Mapping[str, Any], name: str, largest: int, *, least: int = 1) -> int:
    value = told[name]
    # True is an int to Python, and no number to anybody else.
    if type(value) is not int or not least <= value <= largest:
        raise FieldsRefused(name)
    return value


def _text(told: Mapping[str, Any], name: str, longest: int) -> str:
    value = told[name]
    if not isinstance(value, str) or len(value) > longest:
        raise FieldsRefused(name)
    return value
