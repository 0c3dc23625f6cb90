"""Whether goods came that somebody claims for.

Worked out when it is asked, from what receipts have written anyway: a receipt never
looks for claims, and one that is reversed takes its arrival back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from stock.models import (
    Claim,
    ClaimCause,
    ExpectedReturnLine,
    LineLevel,
    OrderLine,
)
from stock.models.claims import LIVE_STATES

COMING = (ClaimCause.NOT_BACK, ClaimCause.MISSING)
"""Causes that goods can do away with by coming."""

_BACK_OF_RETURN = (
    select(
        func.coalesce(func.sum(ExpectedReturnLine.settled - ExpectedReturnLine.lost), 0)
    )
    .where(ExpectedReturnLine.expected_return_id == Claim.expected_return_id)
    .correlate(Claim)
    .scalar_subquery()
)
_BACK_OF_ORDER = (
    select(func.coalesce(func.sum(LineLevel.received + LineLevel.damaged), 0))
    .join(OrderLine, OrderLine.id == LineLevel.order_line_id)
    .where(OrderLine.order_id == Claim.order_id)
    .correlate(Claim)
    .scalar_subquery()
)


def have_come() -> ColumnElement[bool]:
    """Return the condition that goods came for which a live claim asks money."""
    of_return = Claim.expected_return_id.is_not(None)
    return and_(
        Claim.state.in_(LIVE_STATES),
        Claim.cause.in_(COMING),
        or_(
            and_(of_return, Claim.back_before < _BACK_OF_RETURN),
            and_(~of_return, Claim.back_before < _BACK_OF_ORDER),
        ),
    )


def arrived_since(session: Session, claims: Sequence[Claim]) -> Mapping[int, int]:
    """Return the units that came since somebody last looked, by claim; none is 0."""
    waiting = [x.id for x in claims if x.is_live and x.cause in COMING]
    return {
        claim_id: max(0, back - before)
        for claim_id, before, back in _rows(session, waiting)
    }


def units_back(session: Session, claim: Claim) -> int:
    """Return the units that are back by now of what a claim is about."""
    for _, _, back in _rows(session, [claim.id]):
        return back
    return 0


def _rows(session: Session, claim_ids: Sequence[int]) -> Sequence[tuple[int, int, int]]:
    if not claim_ids:
        return []
    of_return = Claim.expected_return_id.is_not(None)
    back = case((of_return, _BACK_OF_RETURN), else_=_BACK_OF_ORDER)
    rows = session.execute(
        select(Claim.id, Claim.back_before, back).where(Claim.id.in_(claim_ids))
    )
    return [(claim_id, before, int(units)) for claim_id, before, units in rows]
