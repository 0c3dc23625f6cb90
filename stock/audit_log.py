"""Remembers what people did to people, shops, settings and keys; nothing is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.models import AuditEntry


def write_audit(
    session: Session,
    actor: str,
    action: str,
    object_: str,
    detail: Mapping[str, str],
    now: datetime,
) -> AuditEntry:
    """Note that a person did something; ``detail`` must hold no secret.

    ``action`` is a short code in English, which pages translate.
    """
    entry = AuditEntry(
        at=now, actor=actor, action=action, object=object_, detail=dict(detail)
    )
    session.add(entry)
    session.flush()
    return entry


def list_audit(
    session: Session,
    *,
    before_id: int | None = None,
    limit: int = 50,
    actor: str = "",
    action: str = "",
) -> Sequence[AuditEntry]:
    """Return entries, the newest first; the next page begins before the last id."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    if actor:
        query = query.where(AuditEntry.actor == actor)
    if action:
        query = query.where(AuditEntry.action == action)
    return session.scalars(query).all()
