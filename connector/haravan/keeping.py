"""Changes the stored settings of a shop while others may do so too."""

from __future__ import annotations

from collections.abc import Callable

from connector.base import Settings, SettingsStore
from connector.errors import TransientError

_ATTEMPTS = 5

Change = Callable[[Settings], Settings]


def keep(store: SettingsStore, change: Change) -> Settings:
    """Store what ``change`` makes of the settings; durable when this returns.

    The store lets one caller in at a time and passes over a change that somebody else
    came before; ours is then made again on top of theirs.
    """
    made: list[bool] = []

    def once(current: Settings) -> Settings:
        made.append(True)
        return change(current)

    for _ in range(_ATTEMPTS):
        kept = store.rotate(store.read(), once)
        if made:
            return kept
    raise TransientError("the shop's settings are being changed by somebody else")
