"""What follows from an error of a channel: one row for each class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from connector.errors import (
    AuthenticationError,
    AuthorizationLost,
    ConnectorError,
    OutcomeUnknown,
    PermanentError,
    RateLimited,
    SettingsError,
    TransientError,
    UnexpectedAnswer,
    UnmappedStatus,
    WebhookRefused,
)
from stock.errors import VaultError

LONGEST_WAIT = timedelta(hours=1)

Uniform = Callable[[float, float], float]
"""Gives any number between two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with a shop after an error."""

    wait: timedelta
    pause: bool = False
    """A person must act before anything is tried again."""
    counts: bool = True
    """Whether it is one more failure in a row."""
    read_back: bool = False
    """Something may have happened: look at the channel soon."""


def decide(error: Exception, failures: int, uniform: Uniform) -> Decision:
    """Return what follows from ``error``, the next in a row of ``failures``.

    What no row foresees is a fault of our own; it backs off like any trouble.
    """
    if isinstance(error, RateLimited):
        pause = timedelta(seconds=error.retry_after_seconds)
        return Decision(wait=min(pause, LONGEST_WAIT), counts=False)
    rows = (rule for kind, rule in DECISIONS if isinstance(error, kind))
    return next(rows, _back_off)(_wait(failures, uniform))


def told(error: Exception) -> str:
    """Return what is noted at a shop about an error.

    Of a fault of our own only the class: its text may hold anything, a secret too.
    """
    if isinstance(error, ConnectorError | VaultError):
        return f"{type(error).__name__}: {error}"
    return f"internal: {type(error).__name__}"


def _back_off(wait: timedelta) -> Decision:
    return Decision(wait=wait)


def _read_back(wait: timedelta) -> Decision:
    return Decision(wait=wait, read_back=True)


def _pause(_wait: timedelta) -> Decision:
    return Decision(wait=LONGEST_WAIT, pause=True, counts=False)


def _park(_wait: timedelta) -> Decision:
    return Decision(wait=LONGEST_WAIT)


DECISIONS = (
    (AuthorizationLost, _pause),
    (AuthenticationError, _pause),
    (SettingsError, _pause),
    (UnmappedStatus, _park),
    (PermanentError, _park),
    (OutcomeUnknown, _read_back),
    (UnexpectedAnswer, _back_off),
    (RateLimited, _back_off),
    (TransientError, _back_off),
    (WebhookRefused, _park),
    (ConnectorError, _back_off),
)
"""The most specific class first."""


def _wait(failures: int, uniform: Uniform) -> timedelta:
    # Full jitter: shops that failed together do not come back together.
    ceiling = min(LONGEST_WAIT.total_seconds(), 5 * 2 ** min(failures, 10))
    return timedelta(seconds=uniform(1, ceiling))
