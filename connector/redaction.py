"""Takes our secrets out of what a channel says, should it repeat them."""

from __future__ import annotations

from collections.abc import Iterable

_LONGEST_MESSAGE = 500


def redacted(message: str, secrets: Iterable[str]) -> str:
    """Return a channel's message, no longer than people read, without ``secrets``.

    Give it the whole message: half a secret would not be recognised.  A secret that is
    not set, the empty text, counts as none.
    """
    # The longest first: one may be the beginning of another.
    for secret in sorted(secrets, key=len, reverse=True):
        if secret:
            message = message.replace(secret, "***")
    return message[:_LONGEST_MESSAGE]
