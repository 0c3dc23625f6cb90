"""Fenced leases: one worker at a time, judged by the database's clock."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update
from sqlalchemy.orm import Session

from stock.models import HookEndpoint, Shop

LEASE = timedelta(seconds=30)

Leased = type[Shop] | type[HookEndpoint]


def take(session: Session, owner: Leased, meant: ColumnElement[bool]) -> str | None:
    """Claim one row's work for half a minute; ``None`` while somebody else has it."""
    token = secrets.token_hex(16)
    now = _database_now(session)
    taken = session.execute(
        update(owner)
        .where(meant)
        .where(or_(owner.lease_until.is_(None), owner.lease_until < now))
        .values(lease_token=token, lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return token if _touched(taken) else None


def keep(
    session: Session, owner: Leased, meant: ColumnElement[bool], token: str
) -> bool:
    """Go on holding a lease; false when somebody took over.

    Called in the same transaction as the work, it fences that work: a holder who
    slept too long must not commit.
    """
    now = _database_now(session)
    kept = session.execute(
        update(owner)
        .where(meant)
        .where(owner.lease_token == token)
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    return _touched(kept)


def release(
    session: Session, owner: Leased, meant: ColumnElement[bool], token: str
) -> None:
    """Give a lease back; nothing happens when it was lost."""
    session.execute(
        update(owner)
        .where(meant)
        .where(owner.lease_token == token)
        .values(lease_token=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def _database_now(session: Session) -> datetime:
    # Leases are judged by one clock, however many machines do work.
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now


def _touched(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1
