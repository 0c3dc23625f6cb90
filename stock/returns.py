"""Takes in what channels tell about returns; money moves, stock does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock import dues, expected, parcels, refunds, set_aside
from stock.listings import doubt
from stock.locking import locked_orders
from stock.models import ExpectedReturn, Order, ReturnState, Shop
from stock.readable import readable_return
from stock.reports import ReturnPhase, ReturnReport
from stock.timeline import note


def take_in(
    session: Session, shop: Shop, reports: Sequence[ReturnReport], *, now: datetime
) -> list[str]:
    """Bring expected returns up to what a channel reports; no stock moves.

    Idempotent, and the end does not depend on the sequence.  A return may come before
    its order: it is kept and joins the order when that comes.  Returns the ids of the
    orders that are still unknown.
    """
    unknown = []
    checked = [readable_return(report) for report in reports]
    for report in sorted(checked, key=lambda r: (r.order_id, r.updated_at)):
        order = _lock_order(session, shop, report.order_id)
        is_new, changed = _merge(session, shop, report, now)
        parcels.remember(session, shop, report.order_id, report.parcels)
        if report.refund is not None:
            refunds.record(
                session,
                shop,
                report.order_id,
                report.refund,
                told_at=report.updated_at,
                now=now,
            )
        session.flush()
        set_aside.resolve(
            session, shop, kind=set_aside.RETURN, record_id=report.return_id
        )
        if order is None:
            unknown.append(report.order_id)
            continue
        if is_new:
            note(session, order, report.updated_at, "return", report.reason)
        expected.settle(session, order, now=now)
        dues.owe_refund(session, shop, order, now=now)
        if changed:
            doubt(session, shop.id, {line.sku_id for line in order.lines})
    return unknown


def _lock_order(session: Session, shop: Shop, order_id: str) -> Order | None:
    return session.scalar(
        locked_orders()
        .where(Order.shop_id == shop.id)
        .where(Order.channel_order_id == order_id)
    )


def _merge(
    session: Session, shop: Shop, report: ReturnReport, now: datetime
) -> tuple[bool, bool]:
    """Keep the newest word; say whether the return is new, and whether it changed."""
    known = session.scalar(
        select(ExpectedReturn)
        .where(ExpectedReturn.shop_id == shop.id)
        .where(ExpectedReturn.channel_order_id == report.order_id)
        .where(ExpectedReturn.return_id == report.return_id)
    )
    is_new = known is None
    if known is None:
        known = ExpectedReturn(
            shop_id=shop.id,
            channel_order_id=report.order_id,
            return_id=report.return_id,
            state=ReturnState.AWAITING,
            opened_at=now,
            updated_at=report.updated_at,
            report={},
            lines=[],
        )
        session.add(known)
    elif _standing(report) < (known.updated_at, known.report.get("phase_rank", 0)):
        return False, False
    changed = known.phase != report.phase
    known.phase = report.phase
    known.reason = report.reason[:300]
    known.claim_before = report.claim_before
    known.updated_at = report.updated_at
    known.report = _kept(report)
    return is_new, changed


def _standing(report: ReturnReport) -> tuple[datetime, int]:
    # Two words of the same second: the one further on is the later.
    return report.updated_at, _phase_rank(report)


def _phase_rank(report: ReturnReport) -> int:
    return list(ReturnPhase).index(report.phase)


def _kept(report: ReturnReport) -> dict[str, Any]:
    return {
        "goods_come_back": report.goods_come_back,
        "phase_rank": _phase_rank(report),
        "lines": [asdict(line) for line in report.lines],
    }
