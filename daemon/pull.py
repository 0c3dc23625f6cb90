"""Reads what changed on a channel and lets the stock room take it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from connector.values import HintKind
from daemon.ask_again import retry_set_aside, watch_parcels
from daemon.doubts import doubt_told
from daemon.shift import Shift
from daemon.take_in import (
    BATCH,
    fetch_orders,
    fetch_returns,
    take_in_orders,
    take_in_returns,
)
from stock import inbox
from stock.models import InboxMessage, Shop

OVERLAP = timedelta(minutes=10)
"""Read again what changed shortly before: channels commit late, clocks differ."""


def pull(shift: Shift, *, meanwhile: Callable[[], object] = lambda: None) -> None:
    """Bring the shop's orders and returns up to what its channel says.

    ``meanwhile`` is called between pages, for what cannot wait until a long reading
    has ended.

    Idempotent, and resumable: the cursor moves on once a page was taken in, so a round
    that was cut short takes one page in again.  Raises ``ConnectorError`` when the
    channel cannot be read.
    """
    follow_inbox(shift)
    _pull_orders(shift, meanwhile)
    _pull_returns(shift, meanwhile)
    retry_set_aside(shift)
    watch_parcels(shift)


def follow_inbox(shift: Shift) -> None:
    """Read again whatever verified messages hint at; a message is never a fact."""
    while not shift.is_over:
        messages = shift.read(partial(inbox.open_messages, limit=BATCH))
        if not messages:
            return
        # Orders first: a number that fell by a sale is then ours as well.
        named = {m.channel_order_id for m in messages if m.channel_order_id}
        fetch_orders(shift, sorted(named))
        returned = {m.return_id for m in messages if m.kind == HintKind.RETURN}
        fetch_returns(shift, sorted(returned - {""}))
        shift.write(partial(_finish, messages=messages, now=shift.office.now()))


def _finish(
    session: Session, shop: Shop, *, messages: Sequence[InboxMessage], now: datetime
) -> None:
    doubt_told(session, shop, _items_told(messages), now)
    inbox.close(session, [message.id for message in messages], now=now)


def _items_told(messages: Sequence[InboxMessage]) -> set[str]:
    """Return the items of new numbers; an empty text where a message names none."""
    return {m.item_id for m in messages if m.kind == HintKind.STOCK}


def orders_read_at(shop: Shop) -> datetime:
    """Return when the last reading of orders that came to its end began."""
    return shop.orders_since + OVERLAP


def _pull_orders(shift: Shift, meanwhile: Callable[[], object]) -> None:
    while not shift.is_over:
        since, cursor = shift.write(partial(_begin_orders, now=shift.office.now()))
        page = shift.connector.read_orders(since=since, cursor=cursor)
        take_in_orders(shift, page)
        shift.write(partial(_turn_orders, next_cursor=page.next_cursor))
        if page.next_cursor is None:
            return
        meanwhile()


def _begin_orders(
    _session: Session, shop: Shop, *, now: datetime
) -> tuple[datetime, str | None]:
    if shop.orders_cursor is None:
        shop.orders_sweep_at = now
    return shop.orders_since, shop.orders_cursor


def _turn_orders(_session: Session, shop: Shop, *, next_cursor: str | None) -> None:
    shop.orders_cursor = next_cursor
    if next_cursor is None and shop.orders_sweep_at is not None:
        shop.orders_since = max(shop.orders_since, shop.orders_sweep_at - OVERLAP)


def _pull_returns(shift: Shift, meanwhile: Callable[[], object]) -> None:
    while not shift.is_over:
        since, cursor = shift.write(partial(_begin_returns, now=shift.office.now()))
        page = shift.connector.read_returns(since=since, cursor=cursor)
        take_in_returns(shift, page)
        shift.write(partial(_turn_returns, next_cursor=page.next_cursor))
        if page.next_cursor is None:
            return
        meanwhile()


def _begin_returns(
    _session: Session, shop: Shop, *, now: datetime
) -> tuple[datetime, str | None]:
    if shop.returns_cursor is None:
        shop.returns_sweep_at = now
    return shop.returns_since, shop.returns_cursor


def _turn_returns(_session: Session, shop: Shop, *, next_cursor: str | None) -> None:
    shop.returns_cursor = next_cursor
    if next_cursor is None and shop.returns_sweep_at is not None:
        shop.returns_since = max(shop.returns_since, shop.returns_sweep_at - OVERLAP)
