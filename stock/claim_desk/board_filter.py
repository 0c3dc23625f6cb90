"""Which open returns have a claim, as conditions that keep the board's pages quick."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, false, select
from sqlalchemy.orm import Session

from stock.models import Claim, ClaimState, ExpectedReturn
from stock.models.claims import LIVE_STATES

FEW_CLAIMS = 2000
"""So few claimed returns are looked up first; more are met often on the way."""


class ClaimFilter(StrEnum):
    """What a reader asks of the claims of returns."""

    NONE = "none"
    """Nobody has claimed yet, or has withdrawn it."""
    LIVE = "live"
    DRAFT = "draft"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PAID = "paid"


def claim_condition(session: Session, wanted: ClaimFilter) -> ColumnElement[bool]:
    """Return the condition that an open return has such a claim, or none."""
    if wanted is ClaimFilter.NONE:
        return ~(
            select(Claim.id)
            .where(Claim.expected_return_id == ExpectedReturn.id)
            .where(Claim.state != ClaimState.WITHDRAWN)
            .exists()
        )
    claimed = _claimed(wanted)
    ids = session.scalars(claimed.order_by(Claim.id.desc()).limit(FEW_CLAIMS + 1)).all()
    if len(ids) <= FEW_CLAIMS:
        # Of no ids a database would ask every open return whether it is one of them.
        return ExpectedReturn.id.in_(ids) if ids else false()
    return claimed.where(Claim.expected_return_id == ExpectedReturn.id).exists()


def _claimed(wanted: ClaimFilter) -> Select[int | None]:
    is_meant = (
        Claim.state.in_(LIVE_STATES)
        if wanted is ClaimFilter.LIVE
        else Claim.state == ClaimState(wanted.value)
    )
    about_return = Claim.expected_return_id.is_not(None)
    return select(Claim.expected_return_id).where(and_(is_meant, about_return))
