"""Takes a form in once: sent again, it gives back what came of it the first time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from stock.models import UsedForm

KEPT_FOR = timedelta(days=7)
"""Longer than any form's key lives."""


def take_form(session: Session, key: str, *, actor: str, now: datetime) -> bool:
    """Claim a form's key; false when it was used before.

    Whoever sends the same form at the same moment waits here for the first.
    """
    session.execute(delete(UsedForm).where(UsedForm.used_at < now - KEPT_FOR))
    row = {"key": key, "actor": actor, "used_at": now, "outcome": {}}
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    taking = insert(UsedForm).values(row).on_conflict_do_nothing()
    return session.scalar(taking.returning(UsedForm.key)) is not None


def keep_outcome(session: Session, key: str, outcome: Mapping[str, Any]) -> None:
    """Note what came of a form that was taken."""
    session.get_one(UsedForm, key).outcome = dict(outcome)
    session.flush()


def outcome_of(session: Session, key: str, *, actor: str) -> Mapping[str, Any] | None:
    """Return what came of this person's form, if it was taken in."""
    form = session.get(UsedForm, key)
    if form is None or form.actor != actor:
        return None
    return form.outcome
