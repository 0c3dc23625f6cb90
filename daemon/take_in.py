"""Takes in what a channel says; one record that is refused never stops its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from sqlalchemy.orm import Session

from connector.values import ChannelOrder, ChannelReturn, Page, Rejected
from daemon.shift import Shift
from daemon.translate import order_report, return_report
from stock import orders, returns, set_aside
from stock.errors import LeaseLost, StockError
from stock.models import SetAsideReason, Shop

BATCH = 50

Item = TypeVar("Item")
Take = Callable[[Sequence[Item]], Sequence[str]]
"""Takes records in, all or nothing; returns the orders that they miss."""

log = structlog.get_logger(__name__)


def fetch_orders(shift: Shift, order_ids: Sequence[str]) -> None:
    """Read these orders again, with all evidence, and take them in."""
    for start in range(0, len(order_ids), BATCH):
        page = shift.connector.fetch_orders(order_ids[start : start + BATCH])
        take_in_orders(shift, page)


def fetch_returns(shift: Shift, return_ids: Sequence[str]) -> None:
    """Read these returns again and take them in."""
    for start in range(0, len(return_ids), BATCH):
        page = shift.connector.fetch_returns(return_ids[start : start + BATCH])
        take_in_returns(shift, page)


def take_in_orders(shift: Shift, page: Page[ChannelOrder]) -> None:
    """Take in a page, all at once; where the ledger refuses, one by one."""
    ours = [order for order in page.items if not order.fulfilled_by_channel]
    theirs = [order.order_id for order in page.items if order.fulfilled_by_channel]
    _take_in(
        shift,
        set_aside.ORDER,
        ours,
        name=lambda order: order.order_id,
        take=lambda some: _take_orders(shift, some),
    )
    if theirs:
        shift.write(lambda session, shop: _forget_orders(session, shop, theirs))
    put_aside(shift, set_aside.ORDER, page.rejected)
    shift.progress("orders", len(page.items))


def take_in_returns(shift: Shift, page: Page[ChannelReturn]) -> None:
    """Take in a page as ``take_in_orders`` does, and then the orders that it misses."""
    unknown = _take_in(
        shift,
        set_aside.RETURN,
        page.items,
        name=lambda told: told.return_id,
        take=lambda some: _take_returns(shift, some),
    )
    put_aside(shift, set_aside.RETURN, page.rejected)
    if unknown:
        # The order joins its return when it comes.
        fetch_orders(shift, sorted(set(unknown)))
    shift.progress("returns", len(page.items))


def put_aside(shift: Shift, kind: str, rejected: Sequence[Rejected]) -> None:
    """Keep records that cannot be applied, each with its reason."""

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


def _take_in(
    shift: Shift,
    kind: str,
    items: Sequence[Item],
    *,
    name: Callable[[Item], str],
    take: Take[Item],
) -> Sequence[str]:
    try:
        return take(items)
    except LeaseLost:
        raise
    except StockError:
        return [
            missed
            for item in items
            for missed in _take_in_alone(shift, kind, item, name=name, take=take)
        ]


def _take_in_alone(
    shift: Shift,
    kind: str,
    item: Item,
    *,
    name: Callable[[Item], str],
    take: Take[Item],
) -> Sequence[str]:
    try:
        return take([item])
    except LeaseLost:
        raise
    except StockError as error:
        refused = Rejected(
            record_id=name(item), reason=SetAsideReason.REFUSED, detail=str(error)
        )
        put_aside(shift, kind, [refused])
        return []


def _take_orders(shift: Shift, items: Sequence[ChannelOrder]) -> Sequence[str]:
    reports = [order_report(order) for order in items]
    now = shift.office.now()
    taken_in = shift.write(
        lambda session, shop: orders.take_in(session, shop, reports, now=now)
    )
    for taken in taken_in:
        if taken.moved:
            log.info("order_moved", order=taken.order_id, movements=taken.moved)
    return []


def _take_returns(shift: Shift, items: Sequence[ChannelReturn]) -> Sequence[str]:
    reports = [return_report(told) for told in items]
    now = shift.office.now()
    return shift.write(
        lambda session, shop: returns.take_in(session, shop, reports, now=now)
    )


def _forget_orders(session: Session, shop: Shop, order_ids: Sequence[str]) -> None:
    set_aside.resolve_all(session, shop, kind=set_aside.ORDER, record_ids=order_ids)


def _reason(told: str) -> SetAsideReason:
    try:
        return SetAsideReason(told)
    except ValueError:
        return SetAsideReason.UNREADABLE
