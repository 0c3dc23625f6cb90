"""Reads other people's JSON strictly: what is not as documented is said, not guessed.

Shared by the ``mapping`` modules of all channels.  Every function but ``told`` raises
``Malformed`` with the name of the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

JsonRecord = Mapping[str, Any]

_DIGITS = re.compile(r"[0-9]{1,7}")
_LONG_DIGITS = re.compile(r"[0-9]{1,16}")
_LARGEST_AMOUNT = Decimal(10) ** 15
_LARGEST_QUANTITY = 9_999_999
# Anything above is milliseconds: in seconds it would be the year 5138.
_SECONDS_END = 10**11
_LATEST_SECOND = 253_402_300_799


class Malformed(ValueError):
    """A record does not have its documented form; ``reason`` is a word for it."""

    def __init__(self, detail: str, reason: str = "malformed") -> None:
        super().__init__(detail)
        self.detail = detail
        self.reason = reason


def parse_json(data: bytes) -> Any:
    """Return the JSON in ``data``; fractions are ``Decimal``.

    Raises ``Malformed`` also for what ``json`` lets pass: NaN, Infinity, nesting
    without end, numbers too long to be meant.
    """
    try:
        return json.loads(
            data.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse_constant
        )
    except (ValueError, InvalidOperation, RecursionError):
        pass
    raise Malformed("not valid JSON")


def record(value: object, name: str) -> JsonRecord:
    """Return ``value`` if it is an object."""
    if not isinstance(value, dict):
        raise Malformed(f"{name} is not an object")
    return value


def records(value: object, name: str) -> list[JsonRecord]:
    """Return ``value`` if it is a list of objects; nothing counts as empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Malformed(f"{name} is not a list")
    return [record(entry, name) for entry in value]


def text(value: object, name: str) -> str:
    """Return a text that any database can store; ``None`` is the empty text."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Malformed(f"{name} is not a text")
    # NUL and lone surrogates are legal in JSON and refused by PostgreSQL.
    plain = str(value).replace("\x00", "")
    return plain.encode("utf-8", "replace").decode("utf-8").strip()


def told(value: object) -> str:
    """Return a text that only people read; what is no text counts as none."""
    try:
        return text(value, "text")
    except Malformed:
        return ""


def identifier(value: object, name: str) -> str:
    """Return an identifier as the channel writes it; it cannot be empty."""
    if isinstance(value, Decimal):
        raise Malformed(f"{name} is not an identifier")
    written = text(value, name)
    if not written:
        raise Malformed(f"{name} is missing")
    return written


def quantity(value: object, name: str) -> int:
    """Return whole units from 0 to 9 999 999, from a number or from ASCII digits."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"{name} is not a whole number", "bad_quantity")
    if not 0 <= value <= _LARGEST_QUANTITY:
        raise Malformed(f"{name} is out of range", "bad_quantity")
    return value


def amount(value: object, name: str) -> Decimal:
    """Return an amount of money, from a number or from a text."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise Malformed(f"{name} is not an amount", "bad_amount")
    try:
        money = Decimal(value)
    except InvalidOperation:
        raise Malformed(f"{name} is not an amount", "bad_amount") from None
    if not money.is_finite() or not 0 <= money < _LARGEST_AMOUNT:
        raise Malformed(f"{name} is out of range", "bad_amount")
    return money


def moment(value: object, name: str) -> datetime:
    """Return the moment of a Unix time in seconds, or in milliseconds."""
    seconds = epoch(value, name)
    if seconds == 0:
        raise Malformed(f"{name} is missing", "bad_time")
    return datetime.fromtimestamp(seconds, UTC)


def epoch(value: object, name: str) -> int:
    """Return a Unix time in seconds; nothing at all is 0."""
    if value is None or value == "":
        return 0
    if isinstance(value, str) and _LONG_DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Malformed(f"{name} is not a Unix time", "bad_time")
    seconds = value // 1000 if value >= _SECONDS_END else value
    if seconds > _LATEST_SECOND:
        raise Malformed(f"{name} is out of range", "bad_time")
    return seconds


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
