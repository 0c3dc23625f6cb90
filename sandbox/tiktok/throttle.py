"""The limit of requests that a test shop may make in one hour."""

from collections import deque

from sandbox.shops import Shop

from .wire import WireError

_HOUR = 3600


class Throttle:
    """Counts each limited shop's requests within the last hour."""

    def __init__(self) -> None:
        self._seen: dict[str, deque[float]] = {}

    def admit(self, shop: Shop, at: float) -> None:
        """Let a request in, or refuse it until an earlier one is an hour old."""
        if shop.requests_per_hour is None:
            return
        seen = self._seen.setdefault(shop.name, deque())
        while seen and seen[0] <= at - _HOUR:
            seen.popleft()
        if len(seen) >= shop.requests_per_hour:
            raise refusal()
        seen.append(at)


def refusal() -> WireError:
    """The gateway's answer to who asks too often."""
    return WireError(36009002, "Too many requests. Please try again later.", 429)
