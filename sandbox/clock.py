"""The sandbox's two readings of time."""

import time
from collections.abc import Callable


class Clock:
    """Wall-clock time for history, and a reading that can be moved forward.

    History stamps always use the wall clock, so that a client's cursor never runs
    ahead of what is still to happen.  Token expiry, deadlines and everything that is
    scheduled are judged by ``now``, which ``advance`` moves.
    """

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._ahead = 0.0

    def wall(self) -> float:
        """Seconds since the epoch, never moved."""
        return self._wall()

    def stamp(self) -> int:
        """Whole wall-clock seconds, as marketplaces write them into history."""
        return int(self._wall())

    def now(self) -> float:
        """Seconds since the epoch plus whatever the clock was advanced by."""
        return self._wall() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move ``now`` forward."""
        self._ahead += seconds
