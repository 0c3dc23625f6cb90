"""Lazada's ways to write a time."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from .wire import Call, numbered

VIETNAM = timezone(timedelta(hours=7))

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d")


def local(stamp: int) -> str:
    """A stamp as captured answers show it: ``2021-05-25 14:02:38 +0700``."""
    return datetime.fromtimestamp(stamp, VIETNAM).strftime("%Y-%m-%d %H:%M:%S %z")


def iso(stamp: int) -> str:
    """A stamp in ISO 8601 with a colon in its offset."""
    return datetime.fromtimestamp(stamp, VIETNAM).isoformat()


def milliseconds(stamp: float) -> int:
    """A stamp in thousandths of a second."""
    return int(stamp * 1000)


def window(call: Call, after: str, before: str) -> Callable[[int], bool]:
    """A test for stamps between two parameters, both ends included."""
    since, until = _moment(call, after), _moment(call, before)

    def inside(stamp: int) -> bool:
        return (since is None or since <= stamp) and (until is None or stamp <= until)

    return inside


def _moment(call: Call, name: str) -> float | None:
    text = call.text(name, "")
    if not text:
        return None
    try:
        if _WRITTEN.fullmatch(text):
            return datetime.fromisoformat(text).timestamp()
    except ValueError:
        pass
    raise numbered(17, f'"{text}" Invalid Date Format')
