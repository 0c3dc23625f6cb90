"""Follows messages about numbers: what they speak of is read back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from stock import listings
from stock.models import Shop

LOOKS_APART = timedelta(minutes=5)
"""Comparing everything is dear, and some channels speak of each sale and each write."""


def doubt_told(
    session: Session, shop: Shop, items: Collection[str], now: datetime
) -> None:
    """Let the numbers that messages speak of be read back.

    Where one names nothing that we know as a listing, only comparing everything finds
    what it means: that is brought forward.
    """
    known = listings.doubt_items(session, shop, {item for item in items if item})
    if set(items) - set(known):
        _compare_early(shop, now)


def _compare_early(shop: Shop, now: datetime) -> None:
    last = shop.last_reconcile_at
    early = now if last is None else max(now, last + LOOKS_APART)
    shop.reconcile_due_at = min(shop.reconcile_due_at, early)
