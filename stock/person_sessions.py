"""Opened pages: who looks, as what, until when; each can be ended at any moment."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from stock.models import PersonSession, Role
from stock.people import plain_name

LIFETIME = timedelta(hours=12)
_SECRET_BYTES = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Who looks at a page, and what they may see and do there."""

    user: str
    role: Role
    shown_name: str = ""
    """What people call them, where that is not the name they act under."""
    shop_ids: frozenset[int] | None = None
    warehouse_ids: frozenset[int] | None = None
    person_id: int | None = None
    """Whose password it was; None: they came by a launch."""


def start_session(session: Session, grant: Grant, *, now: datetime) -> str:
    """Open a page for somebody and return the secret that belongs into its address.

    Sessions that are over are removed on the way.
    """
    session.execute(delete(PersonSession).where(PersonSession.ends_at < now))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    session.add(
        PersonSession(
            digest=_digest(secret),
            user=grant.user,
            shown_name=grant.shown_name,
            plain_name=plain_name(grant.user),
            role=grant.role,
            shop_ids=_listed(grant.shop_ids),
            warehouse_ids=_listed(grant.warehouse_ids),
            person_id=grant.person_id,
            started_at=now,
            ends_at=now + LIFETIME,
        )
    )
    return secret


def find_session(session: Session, secret: str, *, now: datetime) -> Grant | None:
    """Return to whom a page was opened, unless that is over or was ended."""
    found = session.scalar(
        select(PersonSession).where(PersonSession.digest == _digest(secret))
    )
    if found is None or found.ends_at < now:
        return None
    return Grant(
        user=found.user,
        role=Role(found.role),
        shown_name=found.shown_name,
        shop_ids=_frozen(found.shop_ids),
        warehouse_ids=_frozen(found.warehouse_ids),
        person_id=found.person_id,
    )


def end_session(session: Session, secret: str) -> None:
    """Close a page: its address opens nothing any more."""
    session.execute(
        delete(PersonSession).where(PersonSession.digest == _digest(secret))
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _listed(ids: Collection[int] | None) -> list[int] | None:
    return None if ids is None else sorted(ids)


def _frozen(ids: Collection[int] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)
