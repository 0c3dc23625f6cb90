"""What follows from an error of a channel: one row for each class."""

from __future__ import annotations

import random
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

LONGEST_WAIT = timedelta(hours=1)


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


def decide(error: ConnectorError, failures: int) -> Decision:
    """Return what follows from ``error``, the next in a row of ``failures``."""
    if isinstance(error, RateLimited):
        pause = timedelta(seconds=error.retry_after_seconds)
        return Decision(wait=min(pause, LONGEST_WAIT), counts=False)
    row = next(rule for kind, rule in DECISIONS if isinstance(error, kind))
    return row(failures)


def _back_off(failures: int) -> Decision:
    return Decision(wait=_wait(failures))


def _read_back(failures: int) -> Decision:
    return Decision(wait=_wait(failures), read_back=True)


def _pause(_failures: int) -> Decision:
    return Decision(wait=LONGEST_WAIT, pause=True, counts=False)


def _park(_failures: int) -> Decision:
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


def _wait(failures: int) -> timedelta:
    # Full jitter: shops that failed together do not come back together.
    ceiling = min(LONGEST_WAIT.total_seconds(), 5 * 2 ** min(failures, 10))
    return timedelta(seconds=random.uniform(1, ceiling))
