"""Where units are, as the evidence tables of the channels say it."""

from __future__ import annotations

from dataclasses import dataclass

from connector.values import Ending, Stage

_LEFT = frozenset({Stage.AWAITING_PICKUP, Stage.IN_TRANSIT, Stage.DELIVERED})


@dataclass(frozen=True, slots=True)
class Fate:
    """Where units are, and why they will not end with the buyer."""

    stage: Stage
    ending: Ending | None = None

    @property
    def has_left(self) -> bool:
        """Whether the units are out of the warehouse's books."""
        return self.stage in _LEFT
