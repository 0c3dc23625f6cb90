"""A bell that nobody hears, for a clock that does the work by itself."""

from __future__ import annotations


class SilentBell:
    """Rings nowhere."""

    def ring(self, shop: str) -> bool:
        """Do nothing."""
        return False

    def ring_endpoint(self, endpoint_id: int) -> bool:
        """Do nothing."""
        return False

    def reaches_queue(self) -> bool:
        """Say no."""
        return False
