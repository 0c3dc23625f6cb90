"""Asks again about what may have changed without a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from daemon.shift import Shift
from daemon.take_in import BATCH, fetch_orders, fetch_returns
from stock import set_aside
from stock.models import LineLevel, Order, OrderLine, Shop

WATCH_EVERY = timedelta(hours=6)
WATCH_FOR = timedelta(days=90)


def retry_set_aside(shift: Shift) -> None:
    """Ask for records that could not be applied; perhaps they can be now."""
    if not shift.read(set_aside.how_many):
        return
    orders_again = shift.write(_next_of(shift, set_aside.ORDER))
    if orders_again:
        fetch_orders(shift, orders_again)
    returns_again = shift.write(_next_of(shift, set_aside.RETURN))
    if returns_again:
        fetch_returns(shift, returns_again)


def watch_parcels(shift: Shift) -> None:
    """Ask about parcels under way: some turn back and nobody says a word."""
    now = shift.office.now()
    watched = shift.read(lambda session, shop: _under_way(session, shop, now))
    if not watched:
        return
    fetch_orders(shift, [order_id for _, order_id in watched])
    ids = [row_id for row_id, _ in watched]
    shift.write(lambda session, _shop: _mark_checked(session, ids, now))


def _next_of(shift: Shift, kind: str) -> Callable[[Session, Shop], Sequence[str]]:
    return partial(set_aside.ask_next, kind=kind, limit=BATCH, now=shift.office.now())


def _under_way(session: Session, shop: Shop, now: datetime) -> list[tuple[int, str]]:
    # By line, not by how far the order has come: of two parcels one may be delivered
    # while the other turns back.
    has_units_under_way = Order.id.in_(
        select(OrderLine.order_id)
        .join(LineLevel, LineLevel.order_line_id == OrderLine.id)
        .where(OrderLine.left > OrderLine.delivered)
        .where(LineLevel.out > 0)
    )
    rows = session.execute(
        select(Order.id, Order.channel_order_id)
        .where(Order.shop_id == shop.id)
        .where(Order.first_seen_at > now - WATCH_FOR)
        .where(Order.first_seen_at < now - WATCH_EVERY)
        .where(or_(Order.checked_at.is_(None), Order.checked_at < now - WATCH_EVERY))
        .where(has_units_under_way)
        .order_by(Order.checked_at.nulls_first(), Order.id)
        .limit(BATCH)
    )
    return [(row_id, order_id) for row_id, order_id in rows]


def _mark_checked(session: Session, row_ids: Sequence[int], now: datetime) -> None:
    for order in session.scalars(select(Order).where(Order.id.in_(row_ids))):
        order.checked_at = now
