"""What endpoints are owed: found, claimed, told or tried again.

The rows are written by the database in the transaction of what happened
(``migrations/versions/0007_outbox``), so that nothing is told that did not happen, and
nothing that happened is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from stock.models import (
    HookEndpoint,
    HookEvent,
    HookMessage,
    HookMessageState,
    HookState,
)
from stock.news import News, read_news

AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
"""Long due on every machine's clock; the database writes it into new messages."""
TOLD_KEPT = timedelta(days=30)
SWEEP_EVERY = timedelta(days=1)
_LONGEST_ERROR = 300
_SWEEP_BATCH = 5_000

PauseAfter = Callable[[int], timedelta | None]
"""How long to wait after so many attempts; nothing when that was the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that is being told; the attempt is counted already."""

    message_id: int
    webhook_id: str
    """The same for each attempt, of no other message anywhere."""
    version: int
    attempts: int
    news: News | None
    """Nothing when the last attempt had no end: it is dead now."""


def due_endpoints(session: Session, now: datetime) -> Sequence[int]:
    """Return the endpoints that are to be told something now."""
    owing = (
        select(HookMessage.id)
        .where(HookMessage.endpoint_id == HookEndpoint.id)
        .where(HookMessage.due_at <= now)
        .exists()
    )
    return session.scalars(
        select(HookEndpoint.id)
        .where(HookEndpoint.state == HookState.ON)
        .where(or_(HookEndpoint.lease_until.is_(None), HookEndpoint.lease_until < now))
        .where(or_(HookEndpoint.wait_until.is_(None), HookEndpoint.wait_until <= now))
        .where(owing)
        .order_by(HookEndpoint.id)
    ).all()


def claim_next(
    session: Session, endpoint: HookEndpoint, *, pause_after: PauseAfter, now: datetime
) -> Claimed | None:
    """Count an attempt at the next due message and return what is to be told.

    The attempt is due again after its pause even if its end is never recorded.
    """
    rests = endpoint.wait_until is not None and now < endpoint.wait_until
    if rests or endpoint.state != HookState.ON:
        return None
    message = session.scalar(
        select(HookMessage)
        .where(HookMessage.endpoint_id == endpoint.id)
        .where(HookMessage.due_at <= now)
        .order_by(HookMessage.due_at, HookMessage.id)
        .limit(1)
        .with_for_update()
    )
    if message is None:
        return None
    is_spent = bool(message.attempts) and pause_after(message.attempts) is None
    if is_spent:
        _bury(message, "the last attempt had no end")
    else:
        message.attempts += 1
        message.due_at = now + (pause_after(message.attempts) or timedelta(minutes=1))
    return Claimed(
        message_id=message.id,
        webhook_id=webhook_id(endpoint, message),
        version=message.version,
        attempts=message.attempts,
        news=None if is_spent else read_news(session, message),
    )


def webhook_id(endpoint: HookEndpoint, message: HookMessage) -> str:
    """Return the id of a message; it names a cause, so each attempt has the same."""
    kind = str(message.event).replace(".", "_")
    return f"msg_{endpoint.tag}_{kind}_{message.subject_id}_{message.version}"


def untold(
    session: Session, endpoint: HookEndpoint, *, limit: int
) -> Sequence[HookMessage]:
    """Return what an endpoint was not told, the dead first, then the longest owed."""
    return session.scalars(
        select(HookMessage)
        .where(HookMessage.endpoint_id == endpoint.id)
        .where(HookMessage.state != HookMessageState.TOLD)
        .order_by(HookMessage.state, HookMessage.owed_at, HookMessage.id)
        .limit(limit)
    ).all()


def record_told(
    session: Session, claimed: Claimed, *, status: int, now: datetime
) -> None:
    """Note that the receiver took a message."""
    message = _still_meant(session, claimed)
    if message is not None:
        message.state = HookMessageState.TOLD
        message.due_at = None
        message.last_status = status
        message.last_error = ""
        message.told_at = now


def record_failure(
    session: Session,
    claimed: Claimed,
    *,
    status: int | None,
    error: str,
    not_before: datetime | None,
    pause_after: PauseAfter,
) -> None:
    """Note that nobody took a message: tried again later, or dead after the last time.

    ``not_before`` is what the receiver asked for.
    """
    message = _still_meant(session, claimed)
    if message is None:
        return
    message.last_status = status
    message.last_error = error[:_LONGEST_ERROR]
    if pause_after(claimed.attempts) is None:
        _bury(message, error)
    elif not_before is not None and message.due_at is not None:
        message.due_at = max(message.due_at, not_before)


def hurry(session: Session, endpoint_id: int) -> None:
    """Try all that waits now, without counting: the endpoint answers again."""
    once_less = case((HookMessage.attempts > 0, HookMessage.attempts - 1), else_=0)
    waiting = _locked(endpoint_id, HookMessage.due_at > AT_ONCE)
    _set(session, waiting, due_at=AT_ONCE, attempts=once_less)


def retry_all(session: Session, endpoint: HookEndpoint) -> int:
    """Try all that was given up or waits anew, at once; return how many that are."""
    untold = _locked(endpoint.id, HookMessage.state != HookMessageState.TOLD)
    endpoint.wait_until = None
    return _set(
        session, untold, state=HookMessageState.OWED, due_at=AT_ONCE, attempts=0
    )


def sweep(session: Session, endpoint: HookEndpoint, now: datetime) -> int:
    """Forget documents that were told long ago, once a day; return how many."""
    if now < endpoint.swept_at + SWEEP_EVERY:
        return 0
    old = (
        select(HookMessage.id)
        .where(HookMessage.endpoint_id == endpoint.id)
        # A SKU's row holds its version, which must not begin again.
        .where(HookMessage.event != HookEvent.STOCK_CHANGED)
        .where(HookMessage.state == HookMessageState.TOLD)
        .where(HookMessage.told_at < now - TOLD_KEPT)
        .limit(_SWEEP_BATCH)
    )
    swept = session.execute(
        delete(HookMessage)
        .where(HookMessage.id.in_(old))
        .execution_options(synchronize_session=False)
    )
    gone = swept.rowcount if isinstance(swept, CursorResult) else 0
    if gone < _SWEEP_BATCH:
        endpoint.swept_at = now
    return gone


def _still_meant(session: Session, claimed: Claimed) -> HookMessage | None:
    """Return the claimed message, unless it means something newer by now."""
    return session.scalar(
        select(HookMessage)
        .where(HookMessage.id == claimed.message_id)
        .where(HookMessage.version == claimed.version)
        .with_for_update()
    )


def _bury(message: HookMessage, error: str) -> None:
    message.state = HookMessageState.DEAD
    message.due_at = None
    message.last_error = error[:_LONGEST_ERROR]


def _locked(endpoint_id: int, which: ColumnElement[bool]) -> Select[int]:
    # In the order in which movements lock these rows.
    return (
        select(HookMessage.id)
        .where(HookMessage.endpoint_id == endpoint_id)
        .where(which)
        .order_by(HookMessage.subject_id, HookMessage.id)
        .with_for_update()
    )


def _set(session: Session, which: Select[int], **values: Any) -> int:
    changed = session.execute(
        update(HookMessage)
        .where(HookMessage.id.in_(which))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount if isinstance(changed, CursorResult) else 0
