"""What of an order can be claimed for: units away, spoilt, swapped or left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.at_risk import worth
from stock.claim_desk.judged import judged_units
from stock.models import (
    Claim,
    ClaimCause,
    ExpectedReturn,
    LineLevel,
    Order,
    OrderLine,
    Receipt,
    ReceiptLine,
    ReceiptReversal,
)
from stock.models.claims import LIVE_STATES

Units = Mapping[int, int]
"""Units by order line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Units of an order that one claim may be about."""

    cause: ClaimCause
    expected: ExpectedReturn | None
    """The return that announced them, if one did."""
    units: int
    value: Decimal
    """What they were sold for."""
    currency: str
    live_claim_id: int | None
    """The claim that is about them already."""


def subjects_of(session: Session, order: Order) -> Sequence[Subject]:
    """Return what of an order can be claimed for, or is."""
    found = [
        *_announced(order),
        (ClaimCause.NOT_BACK, None, _unannounced(session, order)),
        *judged_units(session, order),
        (ClaimCause.DAMAGED, None, _damaged(session, order)),
    ]
    live = _live_claims(session, order.id)
    return [
        Subject(
            cause=cause,
            expected=expected,
            units=sum(units.values()),
            value=_worth(order.lines, units),
            currency=order.currency,
            live_claim_id=_same(live, cause, expected.id if expected else None),
        )
        for cause, expected, units in found
        if any(units.values())
    ]


def find_subject(
    session: Session, order: Order, cause: ClaimCause, return_id: int | None
) -> Subject | None:
    """Return the units of an order that such a claim is about."""
    for subject in subjects_of(session, order):
        own_id = subject.expected.id if subject.expected else None
        if (subject.cause, own_id) == (cause, return_id):
            return subject
    return None


def live_claim_id(
    session: Session, order_id: int, cause: ClaimCause, return_id: int | None
) -> int | None:
    """Return the live claim about a return, or about an order's units."""
    return _same(_live_claims(session, order_id), cause, return_id)


def _announced(
    order: Order,
) -> Iterable[tuple[ClaimCause, ExpectedReturn | None, Units]]:
    for item in order.expected_returns:
        away = {line.order_line_id: line.open + line.lost for line in item.lines}
        yield ClaimCause.NOT_BACK, item, away


def _unannounced(session: Session, order: Order) -> Units:
    """Return units that are out and that no return has announced."""
    announced: Counter[int] = Counter()
    for item in order.expected_returns:
        for line in item.lines:
            announced[line.order_line_id] += line.open
    rows = session.execute(
        select(LineLevel.order_line_id, LineLevel.out)
        .join(OrderLine, OrderLine.id == LineLevel.order_line_id)
        .where(OrderLine.order_id == order.id)
    )
    return {line_id: max(0, out - announced[line_id]) for line_id, out in rows}


def _damaged(session: Session, order: Order) -> Units:
    """Return units that receipts booked as damaged, unless they were reversed."""
    rows = session.execute(
        select(ReceiptLine.order_line_id, ReceiptLine.damaged)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .outerjoin(ReceiptReversal, ReceiptReversal.receipt_id == Receipt.id)
        .where(Receipt.order_id == order.id)
        .where(ReceiptReversal.id.is_(None))
    )
    units: Counter[int] = Counter()
    for line_id, damaged in rows:
        units[line_id] += damaged
    return units


def _worth(lines: Sequence[OrderLine], units: Units) -> Decimal:
    return worth((units.get(x.id, 0), x.unit_price, x.units) for x in lines)


def _live_claims(session: Session, order_id: int) -> Sequence[Claim]:
    return session.scalars(
        select(Claim)
        .where(Claim.order_id == order_id)
        .where(Claim.state.in_(LIVE_STATES))
    ).all()


def _same(
    claims: Sequence[Claim], cause: ClaimCause, return_id: int | None
) -> int | None:
    for claim in claims:
        # A return has one live claim, whatever it is for.
        is_same_cause = return_id is not None or claim.cause == cause
        if claim.expected_return_id == return_id and is_same_cause:
            return claim.id
    return None
