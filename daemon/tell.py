"""Tells endpoints what they are owed: receipts, reversals, numbers that changed.

At least once, by the same id each time; an answer that gets lost is asked for again.
One bad message never keeps the others waiting, and an endpoint that is away is not
tried with all that waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from daemon.decisions import Uniform
from daemon.hook_message import body_of, signed_headers
from daemon.hook_sender import Answer, HookSender
from daemon.office import Office
from stock import endpoints, outbox
from stock.errors import LeaseLost, VaultError
from stock.models import HookEndpoint, HookState
from stock.outbox import Claimed

Result = TypeVar("Result")

TELL_SECONDS = 10.0
"""A round stops by itself: numbers that go to channels must not wait for an ERP."""
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Before the second attempt at a message, the third, and so on: three days in all."""
LONGEST_REST = timedelta(minutes=5)
SEALED_REST = timedelta(hours=1)

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What came of a round."""

    told: int = 0
    failed: int = 0
    is_enough: bool = False
    """Whether the endpoint had better be let alone for now."""
    not_before: datetime | None = None
    """When the receiver wants to hear of us again."""

    def add(self, answer: Answer, now: datetime) -> None:
        if answer.is_told:
            self.told += 1
            return
        self.failed += 1
        if answer.retry_after is not None:
            self.not_before = now + answer.retry_after
        self.is_enough = answer.is_out_of_reach or self.not_before is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A held lease on an endpoint; all writes of its work go through ``write``."""

    office: Office
    endpoint_id: int
    token: str
    ends_at: float

    def write(self, work: Callable[[Session, HookEndpoint], Result]) -> Result:
        """Do ``work`` in one transaction that commits only while the lease is ours."""

        def fenced(session: Session) -> Result:
            endpoints.keep_lease(session, self.endpoint_id, self.token)
            return work(session, endpoints.find_endpoint(session, self.endpoint_id))

        return self.office.database.run(fenced)

    @property
    def is_over(self) -> bool:
        return self.office.monotonic() >= self.ends_at


def tell_endpoint(office: Office, endpoint_id: int) -> None:
    """Tell an endpoint what is due; what goes wrong is noted there, not raised.

    Coarse and idempotent, like all work here: whoever finds the endpoint at work
    leaves it alone.
    """
    token = office.database.run(lambda s: endpoints.take_lease(s, endpoint_id))
    if token is None:
        log.debug("busy", endpoint=endpoint_id)
        return
    held = _Round(
        office=office,
        endpoint_id=endpoint_id,
        token=token,
        ends_at=office.monotonic() + TELL_SECONDS,
    )
    try:
        _work(held)
    except LeaseLost:
        log.warning("lease_lost", endpoint=endpoint_id)
    finally:
        office.database.run(lambda s: endpoints.release_lease(s, endpoint_id, token))


def pause_after(attempts: int, *, uniform: Uniform) -> timedelta | None:
    """Return how long to wait after so many attempts at a message; nothing at the end.

    Up to a fifth shorter or longer, so that what failed together does not come back
    together.
    """
    if attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1] * uniform(0.8, 1.2)


def _work(held: _Round) -> None:
    url, was_failing = held.write(lambda _session, x: (x.url, x.failures > 0))
    tally = _Tally()
    try:
        with closing(
            HookSender(url, allowed=held.office.settings.hook_networks)
        ) as sender:
            while not (held.is_over or tally.is_enough):
                if not _tell_next(held, sender, tally):
                    break
                if was_failing and tally.told:
                    # Whatever waited, waited for this.
                    held.write(lambda session, x: outbox.hurry(session, x.id))
                    was_failing = False
    except VaultError as error:
        held.write(partial(_note_sealed, office=held.office, detail=str(error)))
        return
    held.write(partial(_note_round, office=held.office, tally=tally))


def _tell_next(held: _Round, sender: HookSender, tally: _Tally) -> bool:
    """Try the next message; false when there is none, or nobody to tell any more."""
    claim = held.write(partial(_claim, office=held.office))
    if claim is None:
        return False
    claimed, secrets = claim
    if claimed.news is None:
        log.warning("message_dead", endpoint=held.endpoint_id, id=claimed.webhook_id)
        return True
    now = held.office.now()
    body = body_of(claimed.news)
    headers = signed_headers(claimed.webhook_id, body, secrets=secrets, now=now)
    answer = sender.send(body, headers, now)
    tally.add(answer, held.office.now())
    held.write(
        partial(
            _record,
            office=held.office,
            claimed=claimed,
            answer=answer,
            not_before=tally.not_before,
        )
    )
    return not answer.is_gone


def _claim(
    session: Session, endpoint: HookEndpoint, *, office: Office
) -> tuple[Claimed, list[str]] | None:
    now = office.now()
    # First: what cannot be signed is not counted as tried.
    secrets = endpoints.active_secrets(office.vault, endpoint, now)
    claimed = outbox.claim_next(session, endpoint, pause_after=_pauses(office), now=now)
    return None if claimed is None else (claimed, list(secrets))


def _record(
    session: Session,
    endpoint: HookEndpoint,
    *,
    office: Office,
    claimed: Claimed,
    answer: Answer,
    not_before: datetime | None,
) -> None:
    now = office.now()
    endpoint.last_status = answer.status
    endpoint.last_answer = answer.detail
    endpoint.last_answer_at = now
    if answer.is_told:
        outbox.record_told(session, claimed, status=answer.status or 0, now=now)
        return
    outbox.record_failure(
        session,
        claimed,
        status=answer.status,
        error=answer.detail,
        not_before=not_before,
        pause_after=_pauses(office),
    )
    if answer.is_gone:
        endpoint.state = HookState.OFF
        endpoint.reason = "the receiver answered 410: it wants no more messages"
        log.warning("hook_off", endpoint=endpoint.id)


def _note_round(
    session: Session, endpoint: HookEndpoint, *, office: Office, tally: _Tally
) -> None:
    now = office.now()
    if tally.told:
        _note_success(endpoint)
        endpoint.wait_until = tally.not_before
    elif tally.failed:
        _note_failure(endpoint, now)
        endpoint.wait_until = max(
            now + _rest(endpoint.failures, office.uniform), tally.not_before or now
        )
    outbox.sweep(session, endpoint, now)


def _note_success(endpoint: HookEndpoint) -> None:
    if endpoint.failures:
        log.info("hook_recovered", endpoint=endpoint.id, after=endpoint.failures)
    endpoint.failures = 0
    endpoint.failing_since = None


def _note_failure(endpoint: HookEndpoint, now: datetime) -> None:
    if not endpoint.failures:
        # The first failure and the recovery; not every retry in between.
        log.warning("hook_failed", endpoint=endpoint.id, detail=endpoint.last_answer)
        endpoint.failing_since = now
    endpoint.failures += 1


def _note_sealed(
    _session: Session, endpoint: HookEndpoint, *, office: Office, detail: str
) -> None:
    now = office.now()
    endpoint.last_status = None
    endpoint.last_answer = detail[:300]
    endpoint.last_answer_at = now
    _note_failure(endpoint, now)
    endpoint.wait_until = now + SEALED_REST


def _pauses(office: Office) -> outbox.PauseAfter:
    return partial(pause_after, uniform=office.uniform)


def _rest(failures: int, uniform: Uniform) -> timedelta:
    seconds = 5.0 * 2 ** min(failures - 1, 10) * uniform(0.8, 1.2)
    return min(LONGEST_REST, timedelta(seconds=seconds))
