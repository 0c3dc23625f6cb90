"""Says how long ago something was, and what templates tick off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from flask import Flask

from web.language import current_language

LATE = timedelta(minutes=5)
"""Work that is due for longer is not on its way: nobody does it."""


def install_ages(app: Flask) -> None:
    """Give templates the words of this file."""
    app.jinja_env.filters.update(lasted=lasted, map_pairs=pairs)
    app.jinja_env.filters["is_late"] = is_late


def lasted(since: datetime, now: datetime) -> str:
    """Say how long something has lasted, in the largest unit that fits."""
    passed = max(now - since, timedelta(0))
    return str(format_timedelta(passed, threshold=1.5, locale=current_language()))


def is_late(since: datetime, now: datetime) -> bool:
    """Say whether work has been due for too long."""
    return now - since > LATE


def pairs(
    items: Iterable[Any], first: str, second: str
) -> Sequence[tuple[object, object]]:
    """Return two attributes of each item."""
    return [(getattr(item, first), getattr(item, second)) for item in items]
