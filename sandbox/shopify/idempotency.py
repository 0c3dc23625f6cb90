"""Idempotency keys: the same key and parameters have the effect of once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.channel import Json

REQUIRED = frozenset(
    {"inventoryAdjustQuantities", "inventorySetQuantities", "refundCreate"}
)
"""The mutations that want ``@idempotent``."""

KEPT_SECONDS = 86400

MISMATCH = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
PREVIOUS_FAILED = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
MESSAGES = {
    MISMATCH: (
        "The same idempotency key cannot be used with different operation parameters."
    ),
    PREVIOUS_FAILED: (
        "A previous request with this idempotency key failed. "
        "Retry with a new idempotency key."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What an earlier request with a key asked for and was answered."""

    parameters: str
    payload: Json
    succeeded: bool
    good_until: float


class Attempts:
    """The keys that were used lately, by shop and mutation."""

    def __init__(self) -> None:
        self._attempts: dict[tuple[str, str, str], Attempt] = {}

    def earlier(self, shop: str, mutation: str, key: str, now: float) -> Attempt | None:
        """The attempt with this key, if it is still remembered."""
        attempt = self._attempts.get((shop, mutation, key))
        return attempt if attempt is not None and now < attempt.good_until else None

    def remember(self, shop: str, mutation: str, key: str, attempt: Attempt) -> None:
        """Keep what a request was answered."""
        self._attempts[shop, mutation, key] = attempt


def canonical(arguments: Mapping[str, object]) -> str:
    """Parameters as text that compares."""
    return json.dumps(arguments, sort_keys=True, default=str)
