"""The leaky bucket of a shop."""

import math

SIZE = 80
LEAK_PER_SECOND = 4.0
RETRY_AFTER_SECONDS = 2.0


class LeakyBucket:
    """Counts requests; they leak out at a steady rate."""

    def __init__(self) -> None:
        self._level = 0.0
        self._at = 0.0
        self._closed_until = 0.0

    @property
    def header(self) -> str:
        """``X-Haravan-Api-Call-Limit``."""
        return f"{math.ceil(self._level)}/{SIZE}"

    def admit(self, now: float) -> bool:
        """Let a request in; after a refusal nobody comes in for two seconds."""
        passed = max(0.0, now - self._at)
        self._level = max(0.0, self._level - passed * LEAK_PER_SECOND)
        self._at = max(now, self._at)
        if now < self._closed_until:
            return False
        if self._level + 1 > SIZE:
            self._closed_until = now + RETRY_AFTER_SECONDS
            return False
        self._level += 1
        return True
