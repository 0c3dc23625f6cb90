"""Brings in what a channel keeps for us to pull: a queue of events or lost messages."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from connector.errors import AuthorizationLost, ConnectorError, RateLimited
from connector.values import Hint, Page
from daemon.decisions import told
from daemon.shift import Shift
from stock import inbox
from stock.models import Shop

MOST_PAGES = 10
"""In one round: a queue that has piled up must not keep the orders waiting."""


def collect_messages(shift: Shift) -> str:
    """Bring the channel's queue of events or lost messages into the inbox.

    Returns what is wrong with the queue, or nothing: messages are hints, and whatever
    they hint at is found by reading as well.  Raises what concerns the whole shop:
    ``AuthorizationLost`` and ``RateLimited``.
    """
    if not shift.connector.capabilities.hint_queue:
        return ""
    try:
        _collect(shift)
    except (AuthorizationLost, RateLimited):
        raise
    except ConnectorError as error:
        return told(error)
    return ""


def _collect(shift: Shift) -> None:
    for _ in range(MOST_PAGES):
        cursor = shift.read(lambda _session, shop: shop.hints_cursor)
        page = shift.connector.read_hints(cursor=cursor)
        shift.write(partial(_store_hints, page=page, now=shift.office.now()))
        if not page.items or shift.is_over:
            return


def _store_hints(
    session: Session, shop: Shop, *, page: Page[Hint], now: datetime
) -> None:
    for hint in page.items:
        inbox.store(
            session,
            shop,
            event_key=hint.event_key,
            kind=hint.kind,
            order_id=hint.order_id,
            return_id=hint.return_id,
            item_id=hint.item_id,
            now=now,
        )
    # Kept with the messages: the next read with this cursor confirms them.
    shop.hints_cursor = page.next_cursor
