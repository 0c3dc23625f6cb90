"""The limit of requests that one seller may make in one second."""

from collections import deque

from .wire import WireError

_MOST_PER_SECOND = 200


class Throttle:
    """Counts each seller's requests within the last second."""

    def __init__(self) -> None:
        self._seen: dict[int, deque[float]] = {}

    def admit(self, seller_id: int, at: float) -> None:
        """Let a request in, or refuse it until the second is over."""
        seen = self._seen.setdefault(seller_id, deque())
        while seen and seen[0] <= at - 1:
            seen.popleft()
        if len(seen) >= _MOST_PER_SECOND:
            raise WireError(429, "Too many requests")
        seen.append(at)
