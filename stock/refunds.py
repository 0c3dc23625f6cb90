"""Records money that goes back to buyers; it never touches stock."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.models import Refund, Shop
from stock.reports import RefundReport

# Two words of the same second: the more final one is the later.
_FINALITY = {"pending": 0, "refused": 1, "done": 2}


def record(
    session: Session,
    shop: Shop,
    order_id: str,
    told: RefundReport,
    *,
    told_at: datetime,
    now: datetime,
) -> bool:
    """Record what a channel says of a refund, the newest word counting.

    Returns whether it was unknown.  The order itself may not be known yet.
    """
    known = session.scalar(
        select(Refund)
        .where(Refund.shop_id == shop.id)
        .where(Refund.channel_order_id == order_id)
        .where(Refund.refund_id == told.refund_id)
    )
    is_new = known is None
    if known is None:
        known = Refund(
            shop_id=shop.id,
            channel_order_id=order_id,
            refund_id=told.refund_id,
            recorded_at=now,
        )
        session.add(known)
    elif (told_at, _FINALITY[told.state]) < (
        known.updated_at,
        _FINALITY[known.state],
    ):
        return False
    known.amount = told.amount
    known.currency = told.currency
    known.state = told.state
    known.reason = told.reason[:300]
    known.updated_at = told_at
    return is_new
