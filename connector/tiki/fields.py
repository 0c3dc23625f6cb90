"""Reads what Tiki's records share: times, texts, numbers; pure functions.

Order and product times are written ``YYYY-MM-DD HH:MM:SS`` without a zone and mean
Vietnam's; events carry milliseconds since 1970.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from connector.parsing import Malformed, moment, text

VIETNAM = timezone(timedelta(hours=7))

# How databases write that there is no time.
_NO_TIME = "0000-00-00"


def when(value: object, name: str) -> datetime:
    """Return the moment of a time in any form that Tiki uses."""
    found = optional_when(value, name)
    if found is None:
        raise Malformed(f"{name} is missing", "bad_time")
    return found


def optional_when(value: object, name: str) -> datetime | None:
    """Return the moment of a time, or nothing where there is none."""
    if isinstance(value, int):
        return moment(value, name) if value else None
    written = text(value, name)
    if not written or written.startswith(_NO_TIME):
        return None
    if written.isascii() and written.isdigit():
        return moment(written, name)
    try:
        found = datetime.fromisoformat(written)
        aware = found if found.tzinfo else found.replace(tzinfo=VIETNAM)
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Malformed(f"{name} is not a time", "bad_time")


def calendar(second: int) -> str:
    """Return a Unix time as Tiki's filters want it."""
    local = datetime.fromtimestamp(max(0, second), VIETNAM)
    return local.strftime("%Y-%m-%d %H:%M:%S")


def is_code(written: str) -> bool:
    """Whether a text can stand in an address as it is: an order's code, an id."""
    return written.isascii() and written.replace("-", "").replace("_", "").isalnum()
