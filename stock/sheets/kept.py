"""Forgets answers to browsers that have long been content with them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from stock.models.sheets import SheetAction

KEPT_FOR = timedelta(days=180)
"""Longer than a browser is without a line.  Sent again after that, an action finds its
parcel posted, or no such parcel: it is refused, and done no second time."""
SWEPT_AT_ONCE = 500


def forget_old_answers(session: Session, now: datetime) -> None:
    """Remove some of the oldest answers: whoever opens a sheet waits for few."""
    key = (SheetAction.actor, SheetAction.key)
    old = session.execute(
        select(*key)
        .where(SheetAction.answered_at < now - KEPT_FOR)
        .order_by(SheetAction.answered_at)
        .limit(SWEPT_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    if old:
        names = [tuple(row) for row in old]
        session.execute(delete(SheetAction).where(tuple_(*key).in_(names)))
