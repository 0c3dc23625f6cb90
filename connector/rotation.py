"""Changes a shop's stored settings while others may do so too."""

from __future__ import annotations

from collections.abc import Callable

from connector.base import Settings, SettingsStore
from connector.errors import TransientError

_ATTEMPTS = 5

Change = Callable[[Settings], Settings]


def change_settings(store: SettingsStore, change: Change) -> Settings:
    """Store what ``change`` makes of the settings; durable when this returns.

    The store lets one caller in at a time and passes over a change that somebody else
    came before, as a renewed token does before a new consent.  Ours is then made on
    top of theirs; ``change`` runs once.
    """
    made: list[bool] = []

    def once(current: Settings) -> Settings:
        made.append(True)
        return change(current)

    for _ in range(_ATTEMPTS):
        stored = store.rotate(store.read(), once)
        if made:
            return stored
    raise TransientError("the shop's settings are being changed by somebody else")


def renewed_ahead(
    store: SettingsStore, stored: Settings, renew: Change, *, still_works: bool
) -> Settings:
    """Return settings with tokens renewed before their end.

    While nobody can renew them, ``stored`` will do as long as its token
    ``still_works``; after that the ``TransientError`` is raised.
    """
    try:
        return store.rotate(stored, renew)
    except TransientError:
        if still_works:
            return stored
        raise
