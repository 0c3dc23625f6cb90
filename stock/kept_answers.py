"""Keeps the answers to requests that write, so that a repetition changes nothing.

A request is claimed in a transaction of its own, so that its twin learns at once that
it is under way; the answer is kept in the transaction of the work, so that both are
there or neither is.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, and_, delete, select, update
from sqlalchemy.orm import Session

from stock._upsert import insert_missing
from stock.errors import IdempotencyConflict, StockError
from stock.models.keys import KeptAnswer

KEPT_FOR = timedelta(days=7)
LONGEST_WORK = timedelta(seconds=90)
"""A claim this old is of a process that died."""
_SWEPT_AT_ONCE = 100


class UnderWay(StockError):
    """The same request is being worked on at this moment."""

    def __init__(self, request_key: str) -> None:
        self.request_key = request_key
        super().__init__(f"the request with the key {request_key!r} is under way")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that writes, as a program names it."""

    api_key_id: int
    request_key: str
    content: str
    """Digest of what is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer as it was given."""

    status: int
    body: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to work on a request."""

    answer_id: int
    token: str


def claim(session: Session, asked: Asked, now: datetime) -> Claim | Answered:
    """Claim a request, or return the answer that it was given before.

    Raises ``UnderWay``, or ``IdempotencyConflict`` when its key was used for another
    request; then nothing is to be committed.
    """
    _sweep(session, now)
    token = secrets.token_hex(16)
    row = {
        "api_key_id": asked.api_key_id,
        "request_key": asked.request_key,
        "content": asked.content,
        "claim": token,
        "claimed_at": now,
        "kept_until": now + KEPT_FOR,
    }
    insert_missing(session, KeptAnswer, [row])
    found = session.scalars(
        select(KeptAnswer)
        .where(KeptAnswer.api_key_id == asked.api_key_id)
        .where(KeptAnswer.request_key == asked.request_key)
        .with_for_update()
    ).one_or_none()
    if found is None:
        # It was given back between the two statements.
        raise UnderWay(asked.request_key)
    if found.claim == token:
        return Claim(found.id, token)
    if found.kept_until >= now:
        if found.content != asked.content:
            raise IdempotencyConflict(asked.request_key)
        if found.status is not None:
            return Answered(
                status=found.status, body=found.body, location=found.location
            )
        if found.claimed_at > now - LONGEST_WORK:
            raise UnderWay(asked.request_key)
    _take_over(found, row)
    return Claim(found.id, token)


def keep(session: Session, held: Claim, answered: Answered) -> None:
    """Keep the answer, in the transaction of the work that it tells of.

    Raises ``UnderWay`` when somebody took the request over: this work must not count.
    """
    kept = session.execute(
        update(KeptAnswer)
        .where(_is_held(held))
        .values(status=answered.status, body=answered.body, location=answered.location)
        .execution_options(synchronize_session=False)
    )
    if not isinstance(kept, CursorResult) or kept.rowcount != 1:
        raise UnderWay(held.token)


def let_go(session: Session, held: Claim) -> None:
    """Give a request back that nothing was done for, so that it can be tried again."""
    session.execute(
        delete(KeptAnswer)
        .where(_is_held(held))
        .where(KeptAnswer.status.is_(None))
        .execution_options(synchronize_session=False)
    )


def _is_held(held: Claim) -> ColumnElement[bool]:
    return and_(KeptAnswer.id == held.answer_id, KeptAnswer.claim == held.token)


def _take_over(found: KeptAnswer, row: dict[str, object]) -> None:
    for column, value in row.items():
        setattr(found, column, value)
    found.status, found.body, found.location = None, "", ""


def _sweep(session: Session, now: datetime) -> None:
    # A few at a time, by whoever comes: no request waits for a great cleaning.
    old = (
        select(KeptAnswer.id)
        .where(KeptAnswer.kept_until < now)
        .order_by(KeptAnswer.kept_until)
        .limit(_SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(KeptAnswer).where(KeptAnswer.id.in_(ids)))
