"""Reads how full a shop's bucket of calls is, and rests before it runs over.

Haravan counts the calls of everybody who uses the shop in one bucket and tells its
level with each answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from connector.base import Clock
from connector.errors import RateLimited

HEADER = "X-Haravan-Api-Call-Limit"

_LEVEL = re.compile(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*")
_LEAKS_PER_SECOND = 4.0
# One stock write of a full batch takes five calls, which should go through together.
_RESERVE = 6


class CallBucket:
    """Knows until when a shop should rest."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rests_until: datetime | None = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Remember the level that an answer tells."""
        found = _LEVEL.fullmatch(headers.get(HEADER, ""))
        if found is None:
            return
        used, size = int(found[1]), int(found[2])
        if size <= _RESERVE or size - used >= _RESERVE:
            self._rests_until = None
            return
        # Until half of it is free: whoever goes on as soon as one call fits would
        # stop at the next.
        seconds = max(used - size / 2, 1) / _LEAKS_PER_SECOND
        self._rests_until = self._clock() + timedelta(seconds=seconds)

    def check(self) -> None:
        """Raise ``RateLimited`` while the shop should rest."""
        if self._rests_until is None:
            return
        left = (self._rests_until - self._clock()).total_seconds()
        if left > 0:
            raise RateLimited(left, "the shop's bucket of calls is nearly full")
        self._rests_until = None
