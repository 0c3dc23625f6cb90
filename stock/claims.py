"""Until when a seller may claim for goods that do not come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWindows:
    """How many days there are to claim, where a channel tells no deadline itself."""

    default_days: int = 15
    days_by_channel: Mapping[str, int] = field(default_factory=dict)
    near_days: int = 3
    """A deadline this close is shown as urgent."""

    @property
    def near(self) -> timedelta:
        """The time before a deadline in which it is shown as urgent."""
        return timedelta(days=self.near_days)

    def of(self, channel: str) -> timedelta:
        """Return the time to claim after a return was opened."""
        return timedelta(days=self.days_by_channel.get(channel, self.default_days))


class Opened(Protocol):
    """A return, as far as its deadline follows from it."""

    @property
    def opened_at(self) -> datetime: ...
    @property
    def claim_before(self) -> datetime | None: ...


def claim_deadline(expected: Opened, window: timedelta) -> datetime:
    """Return when the right to claim ends: as told, or else by the channel's window."""
    return expected.claim_before or expected.opened_at + window
