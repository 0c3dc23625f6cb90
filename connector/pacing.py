"""Keeps one shop's requests under the channel's rate."""

from __future__ import annotations

import threading
from collections.abc import Callable

from connector.errors import RateLimited


class TokenBucket:
    """Lets ``burst`` requests through at once and ``per_second`` in the long run.

    Threads that share a bucket queue up in it.  A wait longer than
    ``longest_wait_seconds`` is not slept but raised as ``RateLimited``, so that a
    worker turns to another shop.
    """

    def __init__(
        self,
        *,
        per_second: float,
        burst: int,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        longest_wait_seconds: float = 60.0,
    ) -> None:
        if per_second <= 0 or burst < 1:
            raise ValueError("a rate and a burst must be positive")
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._sleep = sleep
        self._longest_wait = longest_wait_seconds
        self._lock = threading.Lock()
        self._tokens = float(burst)
        self._counted_at = monotonic()

    def take(self) -> None:
        """Return when one more request may be sent."""
        wait = self._reserve()
        if wait > 0:
            self._sleep(wait)

    def _reserve(self) -> float:
        with self._lock:
            self._refill()
            wait = max(0.0, (1.0 - self._tokens) / self._per_second)
            if wait > self._longest_wait:
                raise RateLimited(wait, "our own rate limit for this shop is used up")
            # Below zero means that others already wait for tokens yet to come.
            self._tokens -= 1.0
            return wait

    def _refill(self) -> None:
        now = self._monotonic()
        passed = max(0.0, now - self._counted_at)
        self._counted_at = now
        self._tokens = min(float(self._burst), self._tokens + passed * self._per_second)
