"""The published rate limit of the inventory calls."""

from collections import deque

from .wire import numbered

_SECOND = 1.0


class Throttle:
    """Counts each seller's inventory calls within one second."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}

    def admit(self, seller_id: str, at: float, most: int) -> None:
        """Let a call in, or refuse it until the second is over."""
        calls = self._calls.setdefault(seller_id, deque())
        while calls and calls[0] <= at - _SECOND:
            calls.popleft()
        if len(calls) >= most:
            raise numbered(
                901,
                "The request is too frequent, or the requested functionality is "
                "temporarily disabled.",
            )
        calls.append(at)
