"""Tiki's ways to write a time: local without a zone, or thousandths of a second."""

import re
from datetime import UTC, datetime, timedelta, timezone

from .wire import WireError

VIETNAM = timezone(timedelta(hours=7))

_PATTERN = "%Y-%m-%d %H:%M:%S"
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def local(stamp: float) -> str:
    """A stamp as orders and products show it, in Vietnam's time and without saying so.

    Fractions are dropped.
    """
    return datetime.fromtimestamp(int(stamp), VIETNAM).strftime(_PATTERN)


def local_or_none(stamp: float) -> str | None:
    """The same, where zero means that it has not happened."""
    return local(stamp) if stamp else None


def milliseconds(stamp: float) -> int:
    """A stamp as events carry it."""
    return int(stamp * 1000)


def moment(text: str, name: str) -> float | None:
    """The stamp that a query parameter names; nothing when it is empty."""
    if not text:
        return None
    try:
        if _WRITTEN.fullmatch(text):
            read = datetime.strptime(text, _PATTERN).replace(tzinfo=VIETNAM)
            return read.timestamp()
    except ValueError:
        pass
    raise WireError(400, f"{name} must be in format yyyy-MM-dd HH:mm:ss")


def midnight(now: float) -> float:
    """When the day of a stamp began in Vietnam."""
    day = datetime.fromtimestamp(now, UTC).astimezone(VIETNAM)
    return day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
