"""Reads what changed on a channel and lets the stock room take it in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connector.values import ChannelOrder, ChannelReturn, Hint, HintKind, Page, Rejected
from daemon.shift import Shift
from daemon.translate import order_report, return_report
from stock import inbox, orders, returns, set_aside
from stock.errors import LeaseLost, StockError
from stock.models import LineLevel, Order, OrderLine, SetAsideReason, Shop
from stock.reports import Fulfilment

OVERLAP = timedelta(minutes=10)
"""Read again what changed shortly before: channels commit late, clocks differ."""
WATCH_EVERY = timedelta(hours=6)
WATCH_FOR = timedelta(days=90)
BATCH = 50

log = structlog.get_logger(__name__)


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
    _retry_set_aside(shift)
    _watch_parcels(shift)


def follow_inbox(shift: Shift) -> None:
    """Read again whatever verified messages hint at; a message is never a fact."""
    while not shift.is_over:
        messages = shift.read(
            lambda session, shop: [
                (m.id, m.kind, m.channel_order_id, m.return_id)
                for m in inbox.open_messages(session, shop, limit=BATCH)
            ]
        )
        if not messages:
            return
        named = {order_id for _, _, order_id, _ in messages if order_id}
        fetch_orders(shift, sorted(named))
        told = {r for _, kind, _, r in messages if kind == HintKind.RETURN and r}
        if told:
            _take_in_returns(shift, shift.connector.fetch_returns(sorted(told)))
        done = [message_id for message_id, *_ in messages]
        shift.write(partial(_close, message_ids=done, now=shift.office.now()))


def collect_lost_messages(shift: Shift) -> None:
    """Bring the channel's queue of undelivered messages into the inbox."""
    if not shift.connector.capabilities.hint_queue:
        return
    while not shift.is_over:
        cursor = shift.read(lambda _session, shop: shop.hints_cursor)
        page = shift.connector.read_hints(cursor=cursor)
        shift.write(partial(_store_hints, page=page, now=shift.office.now()))
        if not page.items:
            return


def fetch_orders(shift: Shift, order_ids: Sequence[str]) -> None:
    """Read these orders again, with all evidence, and take them in."""
    for start in range(0, len(order_ids), BATCH):
        page = shift.connector.fetch_orders(order_ids[start : start + BATCH])
        take_in_orders(shift, page)


def take_in_orders(shift: Shift, page: Page[ChannelOrder]) -> None:
    """Take in a page, all at once; where the ledger refuses, one by one."""
    ours = [order for order in page.items if not order.fulfilled_by_channel]
    try:
        shift.write(lambda session, shop: _take_in(shift, session, shop, ours))
    except LeaseLost:
        raise
    except StockError:
        for order in ours:
            _take_in_alone(shift, order)
    _put_aside(shift, set_aside.ORDER, page.rejected)
    shift.progress("orders", len(page.items))


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
        _take_in_returns(shift, page)
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


def _take_in(
    shift: Shift, session: Session, shop: Shop, items: Sequence[ChannelOrder]
) -> None:
    now = shift.office.now()
    reports = [order_report(order) for order in items]
    for taken in orders.take_in(session, shop, reports, now=now):
        if taken.moved:
            log.info("order_moved", order=taken.order_id, movements=taken.moved)


def _take_in_alone(shift: Shift, order: ChannelOrder) -> None:
    try:
        shift.write(lambda session, shop: _take_in(shift, session, shop, [order]))
    except LeaseLost:
        raise
    except StockError as error:
        refused = Rejected(
            record_id=order.order_id,
            reason=SetAsideReason.REFUSED,
            detail=str(error),
        )
        _put_aside(shift, set_aside.ORDER, [refused])


def _take_in_returns(shift: Shift, page: Page[ChannelReturn]) -> None:
    reports = [return_report(told) for told in page.items]
    unknown = shift.write(
        lambda session, shop: returns.take_in(
            session, shop, reports, now=shift.office.now()
        )
    )
    _put_aside(shift, set_aside.RETURN, page.rejected)
    if unknown:
        # The order joins its return when it comes.
        fetch_orders(shift, sorted(set(unknown)))
    shift.progress("returns", len(page.items))


def _put_aside(shift: Shift, kind: str, rejected: Sequence[Rejected]) -> None:
    def keep(session: Session, shop: Shop) -> None:
        for record in rejected:
            set_aside.put_aside(
                session,
                shop,
                kind=kind,
                record_id=record.record_id,
                reason=_reason(record.reason),
                detail=record.detail,
                now=shift.office.now(),
            )

    if rejected:
        shift.write(keep)
        log.warning("set_aside", kind=kind, records=len(rejected))


def _reason(told: str) -> SetAsideReason:
    try:
        return SetAsideReason(told)
    except ValueError:
        return SetAsideReason.UNREADABLE


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
            now=now,
        )
    # Kept with the messages: the next read with this cursor confirms them.
    shop.hints_cursor = page.next_cursor


def _close(
    session: Session, _shop: Shop, *, message_ids: Sequence[int], now: datetime
) -> None:
    inbox.close(session, message_ids, now=now)


def _retry_set_aside(shift: Shift) -> None:
    orders_again = shift.read(partial(_waiting, kind=set_aside.ORDER))
    if orders_again:
        fetch_orders(shift, orders_again)
    returns_again = shift.read(partial(_waiting, kind=set_aside.RETURN))
    if returns_again:
        _take_in_returns(shift, shift.connector.fetch_returns(returns_again))


def _waiting(session: Session, shop: Shop, *, kind: str) -> Sequence[str]:
    return set_aside.waiting(session, shop, kind=kind, limit=BATCH)


def _watch_parcels(shift: Shift) -> None:
    """Ask again about parcels under way: some turn back without a word."""
    now = shift.office.now()
    watched = shift.read(lambda session, shop: _under_way(session, shop, now))
    if not watched:
        return
    fetch_orders(shift, [order_id for _, order_id in watched])
    ids = [row_id for row_id, _ in watched]
    shift.write(lambda session, _shop: _mark_checked(session, ids, now))


def _under_way(session: Session, shop: Shop, now: datetime) -> list[tuple[int, str]]:
    has_units_out = (
        select(LineLevel.order_line_id)
        .join(OrderLine, OrderLine.id == LineLevel.order_line_id)
        .where(OrderLine.order_id == Order.id)
        .where(LineLevel.out > 0)
        .exists()
    )
    rows = session.execute(
        select(Order.id, Order.channel_order_id)
        .where(Order.shop_id == shop.id)
        .where(
            Order.fulfilment.in_([Fulfilment.AWAITING_PICKUP, Fulfilment.IN_TRANSIT])
        )
        .where(Order.first_seen_at > now - WATCH_FOR)
        .where(Order.first_seen_at < now - WATCH_EVERY)
        .where(or_(Order.checked_at.is_(None), Order.checked_at < now - WATCH_EVERY))
        .where(has_units_out)
        .order_by(Order.checked_at)
        .limit(BATCH)
    )
    return [(row_id, order_id) for row_id, order_id in rows]


def _mark_checked(session: Session, row_ids: Sequence[int], now: datetime) -> None:
    for order in session.scalars(select(Order).where(Order.id.in_(row_ids))):
        order.checked_at = now
