"""Keeps verified messages of channels until they have been followed up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from stock._upsert import insert_missing
from stock.models import InboxMessage, Shop


def store(
    session: Session,
    shop: Shop,
    *,
    event_key: str,
    kind: str,
    order_id: str,
    return_id: str,
    item_id: str = "",
    now: datetime,
) -> None:
    """Keep a message; each event is kept once, however often it is delivered.

    Commit before answering the channel: its 2xx means that the message is safe.
    """
    row = {
        "shop_id": shop.id,
        "event_key": event_key[:100],
        "kind": kind,
        "channel_order_id": order_id[:100],
        "return_id": return_id[:100],
        "item_id": item_id[:100],
        "received_at": now,
    }
    insert_missing(session, InboxMessage, [row])


def open_messages(
    session: Session, shop: Shop, *, limit: int
) -> Sequence[InboxMessage]:
    """Return messages that nobody has followed up, oldest first."""
    return session.scalars(
        select(InboxMessage)
        .where(InboxMessage.shop_id == shop.id)
        .where(InboxMessage.done_at.is_(None))
        .order_by(InboxMessage.id)
        .limit(limit)
    ).all()


def close(session: Session, message_ids: Sequence[int], *, now: datetime) -> None:
    """Mark messages as followed up."""
    session.execute(
        update(InboxMessage)
        .where(InboxMessage.id.in_(message_ids))
        .values(done_at=now)
        .execution_options(synchronize_session=False)
    )
