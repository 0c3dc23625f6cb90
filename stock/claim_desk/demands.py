"""What a claim asks for: opened as a draft, and amended while it is live."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from stock.at_risk import MOST_AT_RISK
from stock.claim_desk.arrivals import units_back
from stock.claim_desk.errors import (
    AlreadyClaimed,
    AmountRefused,
    ClaimEnded,
    MoreThanClaimable,
    NothingToClaim,
)
from stock.claim_desk.events import (
    Hand,
    Written,
    claim_to_change,
    digest,
    plain,
    replayed,
    write_event,
)
from stock.claim_desk.subjects import find_subject
from stock.currencies import CURRENCIES
from stock.locking import locked_orders
from stock.models import Claim, ClaimCause, ClaimEventKind, ClaimState, Order
from stock.readable import readable_text

LONGEST_NOTE = 1000
LONGEST_CASE_NUMBER = 100
_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What a claim asks for, and why."""

    units: int
    amount: Decimal
    currency: str
    case_number: str = ""
    note: str = ""


def open_claim(
    session: Session,
    order: Order,
    demand: Demand,
    *,
    cause: ClaimCause,
    expected_return_id: int | None,
    hand: Hand,
) -> Written:
    """Open a claim as a draft, once for each key.

    Raises ``NothingToClaim``, ``AlreadyClaimed``, ``MoreThanClaimable``,
    ``AmountRefused`` or ``IdempotencyConflict``; then nothing was written.
    """
    demand = _readable(demand)
    content = digest("open", order.id, cause, expected_return_id, *_fields(demand))
    locked = session.scalars(locked_orders().where(Order.id == order.id)).one()
    earlier = replayed(session, hand.key, content)
    if earlier is not None:
        return earlier
    subject = find_subject(session, locked, cause, expected_return_id)
    if subject is None:
        raise NothingToClaim(locked.channel_order_id)
    if subject.live_claim_id is not None:
        raise AlreadyClaimed(subject.live_claim_id)
    _check_units(demand.units, subject.units)
    claim = Claim(
        shop_id=locked.shop_id,
        order_id=locked.id,
        expected_return_id=expected_return_id,
        cause=cause,
        state=ClaimState.DRAFT,
        units=demand.units,
        amount=demand.amount,
        currency=demand.currency,
        case_number=demand.case_number,
        note=demand.note,
        opened_by=hand.actor,
        opened_at=hand.now,
        updated_at=hand.now,
        back_before=0,
        version=1,
    )
    session.add(claim)
    session.flush()
    claim.back_before = units_back(session, claim)
    return write_event(session, claim, ClaimEventKind.OPENED, content, hand)


def amend(session: Session, claim_id: int, demand: Demand, *, hand: Hand) -> Written:
    """Change what a live claim says, once for each key; its history keeps both.

    Raises ``UnknownClaim``, ``ClaimChanged``, ``ClaimEnded``, ``MoreThanClaimable``,
    ``AmountRefused`` or ``IdempotencyConflict``; then nothing was written.
    """
    demand = _readable(demand)
    content = digest("amend", claim_id, *_fields(demand))
    claim, earlier = claim_to_change(session, claim_id, hand, content)
    if earlier is not None:
        return earlier
    if not claim.is_live:
        raise ClaimEnded(claim.state)
    _check_units(demand.units, most_units(session, claim))
    detail = {}
    for name in ("units", "amount", "currency", "case_number", "note"):
        before, after = getattr(claim, name), getattr(demand, name)
        if before != after:
            detail[name] = {"from": plain(before), "to": plain(after)}
            setattr(claim, name, after)
    if not detail:
        return Written(claim.id, replayed=False)
    kind = ClaimEventKind.CHANGED
    return write_event(session, claim, kind, content, hand, detail=detail)


def most_units(session: Session, claim: Claim) -> int:
    """Return the most units that a claim may name: what it does, or what is amiss."""
    subject = find_subject(session, claim.order, claim.cause, claim.expected_return_id)
    return max(claim.units, subject.units if subject else 0)


def check_amount(amount: Decimal, currency: str) -> None:
    """Let only an amount of money pass.  Raises ``AmountRefused``."""
    is_bounded = amount.is_finite() and 0 < amount <= MOST_AT_RISK
    is_fine = is_bounded and amount == amount.quantize(_STEP)
    if not is_fine or not currency or currency not in CURRENCIES:
        raise AmountRefused(f"{amount} {currency}")


def _check_units(asked: int, most: int) -> None:
    if not 0 < asked <= most:
        raise MoreThanClaimable(asked=asked, most=most)


def _readable(demand: Demand) -> Demand:
    check_amount(demand.amount, demand.currency)
    return Demand(
        units=demand.units,
        amount=demand.amount,
        currency=demand.currency,
        case_number=readable_text(demand.case_number.strip(), LONGEST_CASE_NUMBER),
        note=readable_text(demand.note.strip(), LONGEST_NOTE),
    )


def _fields(demand: Demand) -> tuple[str | int, ...]:
    amount = plain(demand.amount)
    return demand.units, amount, demand.currency, demand.case_number, demand.note
