"""Stops a shop and lets it go on, in a person's name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from stock import shops
from stock.audit_log import write_audit
from stock.models import Shop, ShopState


def stop_shop(session: Session, shop: Shop, *, actor: str, now: datetime) -> bool:
    """Let nothing more be read or sent for a shop; false when it was stopped before.

    Work that is under way ends at its next write: its lease is taken away.
    """
    if shop.state == ShopState.STOPPED:
        return False
    shop.state = ShopState.STOPPED
    shop.lease_token = None
    shop.lease_until = None
    session.flush()
    write_audit(session, actor, "shop stopped", shop.name, {}, now)
    return True


def resume_shop(session: Session, shop: Shop, *, actor: str, now: datetime) -> bool:
    """Let a shop go on at once; false when nothing held it."""
    if shop.state == ShopState.ACTIVE and not shop.last_error:
        return False
    try_now(shop, now)
    session.flush()
    write_audit(session, actor, "shop resumed", shop.name, {}, now)
    return True


def try_now(shop: Shop, now: datetime) -> None:
    """Forget why a shop waits, and let its next round begin at once."""
    shop.state = ShopState.ACTIVE
    shop.failures = 0
    shop.last_error = ""
    shop.sync_due_at = now


def read_soon(shop: Shop, now: datetime) -> None:
    """Let a shop's next round begin at once, unless it must wait or is stopped."""
    if shop.state == ShopState.ACTIVE and not shops.must_wait(shop, now):
        shop.sync_due_at = min(shop.sync_due_at, now)
