"""Finds claims: by state, shop and whether their goods came; and adds them up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import BigInteger, ColumnElement, func, select, text, type_coerce
from sqlalchemy.orm import Session, selectinload

from stock.claim_desk.arrivals import have_come
from stock.models import Claim, ClaimState
from stock.models.base import SortableMoney
from stock.models.claims import IS_LIVE
from stock.scope import among

_BILLION = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSelection:
    """A filter of the claims."""

    states: Collection[ClaimState] | None = None
    shop_ids: Collection[int] | None = None
    goods_came: bool = False
    """Only live ones whose goods came since somebody last looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSum:
    """What the claims of one state and currency come to."""

    state: ClaimState
    currency: str
    claims: int
    amount: Decimal
    paid: Decimal


def find_claims(
    session: Session,
    selection: ClaimSelection,
    *,
    limit: int,
    before_id: int | None = None,
) -> Sequence[Claim]:
    """Return claims, the newest first, in slices before a claim."""
    query = (
        select(Claim)
        .where(*_conditions(selection))
        .options(
            selectinload(Claim.order),
            selectinload(Claim.shop),
            selectinload(Claim.expected_return),
        )
        .order_by(Claim.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(Claim.id < before_id)
    return session.scalars(query).all()


def find_claim(session: Session, claim_id: int) -> Claim | None:
    """Return the claim with this id."""
    return session.get(Claim, claim_id)


def claims_of_order(session: Session, order_id: int) -> Sequence[Claim]:
    """Return an order's claims, the first one opened first."""
    return session.scalars(
        select(Claim).where(Claim.order_id == order_id).order_by(Claim.id)
    ).all()


def sums(session: Session, selection: ClaimSelection) -> Sequence[StateSum]:
    """Add up the selected claims by state and currency, on whatever page they are."""
    paid = func.coalesce(Claim.paid_amount, type_coerce(0, SortableMoney))
    # In two sums: one of them could outgrow what SQLite can add.
    sums_of = [
        *_billions(type_coerce(Claim.amount, BigInteger)),
        *_billions(type_coerce(paid, BigInteger)),
    ]
    rows = session.execute(
        select(Claim.state, Claim.currency, func.count(), *sums_of)
        .where(*_conditions(selection))
        .group_by(Claim.state, Claim.currency)
        .order_by(Claim.state, Claim.currency)
    )
    found = [
        StateSum(
            state=ClaimState(state),
            currency=currency,
            claims=count,
            amount=_money(*parts[:2]),
            paid=_money(*parts[2:]),
        )
        for state, currency, count, *parts in rows
    ]
    order = list(ClaimState)
    return sorted(found, key=lambda x: (order.index(x.state), x.currency))


def count_live(session: Session, shop_ids: Collection[int] | None, *, most: int) -> int:
    """Count the live claims of shops, up to ``most``."""
    live = select(Claim.id).where(text(IS_LIVE), among(Claim.shop_id, shop_ids))
    some = live.limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def claims_by_return(
    session: Session, return_ids: Collection[int]
) -> Mapping[int, Claim]:
    """Return the claim that counts of each return: the live one, or the newest."""
    found: dict[int, Claim] = {}
    if return_ids:
        claims = session.scalars(
            select(Claim)
            .where(Claim.expected_return_id.in_(return_ids))
            .order_by(Claim.id)
        )
        for claim in claims:
            assert claim.expected_return_id is not None
            earlier = found.get(claim.expected_return_id)
            if earlier is None or not earlier.is_live:
                found[claim.expected_return_id] = claim
    return found


def _conditions(selection: ClaimSelection) -> list[ColumnElement[bool]]:
    found = [among(Claim.shop_id, selection.shop_ids)]
    if selection.states is not None:
        found.append(Claim.state.in_(selection.states))
    if selection.goods_came:
        found.append(have_come())
    return found


def _billions(parts: ColumnElement[int]) -> tuple[ColumnElement[int], ...]:
    return func.sum(parts // _BILLION), func.sum(parts % _BILLION)


def _money(high: int, low: int) -> Decimal:
    return Decimal(int(high) * _BILLION + int(low)) / SortableMoney.PARTS
