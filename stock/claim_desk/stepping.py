"""Brings claims on: sent, accepted, refused, paid, withdrawn; or held on to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from stock.claim_desk.arrivals import units_back
from stock.claim_desk.demands import LONGEST_CASE_NUMBER, LONGEST_NOTE, check_amount
from stock.claim_desk.errors import (
    AlreadyClaimed,
    AmountRefused,
    ClaimEnded,
    StepRefused,
)
from stock.claim_desk.events import (
    Hand,
    Written,
    claim_to_change,
    digest,
    plain,
    write_event,
)
from stock.claim_desk.steps import may_step
from stock.claim_desk.subjects import live_claim_id
from stock.locking import locked_orders
from stock.models import Claim, ClaimEventKind, ClaimState, Order
from stock.models.claims import LIVE_STATES
from stock.readable import readable_text


def take_step(
    session: Session,
    claim_id: int,
    to: ClaimState,
    *,
    hand: Hand,
    note: str = "",
    case_number: str | None = None,
    paid_amount: Decimal | None = None,
) -> Written:
    """Bring a claim into its next state, once for each key.

    ``paid_amount`` belongs to ``PAID`` and to nothing else; a case number that is not
    told stays.  Raises ``UnknownClaim``, ``ClaimChanged``, ``StepRefused``,
    ``AlreadyClaimed`` when a refused one is sent again while another is live,
    ``AmountRefused`` or ``IdempotencyConflict``; then nothing was written.
    """
    note = readable_text(note.strip(), LONGEST_NOTE)
    content = digest("step", claim_id, to, note, case_number, plain(paid_amount))
    claim, earlier = claim_to_change(session, claim_id, hand, content)
    if earlier is not None:
        return earlier
    if not may_step(claim.state, to):
        raise StepRefused(claim.state, to)
    _check_paid(claim, to, paid_amount)
    if to in LIVE_STATES and not claim.is_live:
        _check_alone(session, claim)
    detail: dict[str, Any] = {"from": claim.state}
    if case_number is not None:
        named = readable_text(case_number.strip(), LONGEST_CASE_NUMBER)
        if named != claim.case_number:
            detail["case_number"] = {"from": claim.case_number, "to": named}
            claim.case_number = named
    if paid_amount is not None:
        detail["paid"] = plain(paid_amount)
    claim.state = to
    claim.paid_amount = paid_amount
    kind = ClaimEventKind.STEP
    return write_event(session, claim, kind, content, hand, note=note, detail=detail)


def keep(session: Session, claim_id: int, *, hand: Hand, note: str = "") -> Written:
    """Hold on to a live claim although goods came, once for each key.

    Raises ``UnknownClaim``, ``ClaimChanged``, ``ClaimEnded`` or
    ``IdempotencyConflict``; then nothing was written.
    """
    note = readable_text(note.strip(), LONGEST_NOTE)
    content = digest("keep", claim_id, note)
    claim, earlier = claim_to_change(session, claim_id, hand, content)
    if earlier is not None:
        return earlier
    if not claim.is_live:
        raise ClaimEnded(claim.state)
    back = units_back(session, claim)
    detail = {"units": back - claim.back_before}
    claim.back_before = back
    kind = ClaimEventKind.KEPT
    return write_event(session, claim, kind, content, hand, note=note, detail=detail)


def _check_paid(claim: Claim, to: ClaimState, paid_amount: Decimal | None) -> None:
    if (to is ClaimState.PAID) != (paid_amount is not None):
        raise AmountRefused(plain(paid_amount))
    if paid_amount is not None:
        check_amount(paid_amount, claim.currency)


def _check_alone(session: Session, claim: Claim) -> None:
    # Whoever opens another claim about the same units holds this lock too.
    session.scalars(locked_orders().where(Order.id == claim.order_id)).one()
    other = live_claim_id(
        session, claim.order_id, claim.cause, claim.expected_return_id
    )
    if other is not None:
        raise AlreadyClaimed(other)
