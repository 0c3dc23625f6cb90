"""Reads Lazada's fields, which are numbers here and texts there; pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from connector.parsing import JsonRecord, Malformed, amount, epoch, moment, text

# What servers send, or documents print, where there is nothing.
_NOTHING = frozenset({"-", "null", "null-null"})

_FLAGS: Mapping[str, bool] = {
    "": False,
    "0": False,
    "0.0": False,
    "false": False,
    "1": True,
    "1.0": True,
    "true": True,
}

_EPOCH = re.compile(r"[0-9]{9,16}")


def written(value: object, name: str) -> str:
    """Return a text; the words for nothing are the empty text."""
    plain = text(value, name)
    return "" if plain.lower() in _NOTHING else plain


def told(value: object) -> str:
    """Return a text that only people read; what is no text counts as none."""
    try:
        return written(value, "text")
    except Malformed:
        return ""


def number_text(value: object, name: str) -> str:
    """Return an identifier made of digits, or the empty text; 0 names nothing."""
    plain = written(value, name)
    return plain if is_number(plain) and plain.strip("0") else ""


def is_number(value: str) -> bool:
    """Whether a text is made of ASCII digits and no longer than any id."""
    return value.isascii() and value.isdigit() and len(value) <= 24


def flag(value: object, name: str) -> bool:
    """Return a truth value: real, a number, or a text such as "false"."""
    if isinstance(value, bool):
        return value
    plain = written(value, name).lower()
    if plain not in _FLAGS:
        raise Malformed(f"{name} is neither true nor false")
    return _FLAGS[plain]


def money(value: object, name: str) -> Decimal:
    """Return an amount; nothing at all is 0."""
    if value is None or (isinstance(value, str) and not written(value, name)):
        return Decimal(0)
    return amount(value, name)


def when(value: object, name: str) -> datetime:
    """Return a moment: Unix time, ISO 8601, or ISO 8601 with a blank before the zone.

    Raises ``Malformed`` also for a time without a zone.
    """
    if isinstance(value, str) and not _EPOCH.fullmatch(value.strip()):
        return _calendar_moment(written(value, name), name)
    return moment(value, name)


def when_if_told(value: object, name: str) -> datetime | None:
    """Return a moment, or ``None`` where there is none."""
    if isinstance(value, str) and written(value, name) in ("", "0"):
        return None
    if not isinstance(value, str) and epoch(value, name) == 0:
        return None
    return when(value, name)


def latest(entry: JsonRecord, ending: str) -> datetime | None:
    """Return the latest moment among the fields whose name has this ending."""
    moments = [
        found
        for name, value in entry.items()
        if name.endswith(ending) and (found := when_if_told(value, name))
    ]
    return max(moments, default=None)


def _calendar_moment(plain: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(plain)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Malformed(f"{name} is not a time with a zone", "bad_time")
