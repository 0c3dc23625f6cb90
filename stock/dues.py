"""Money that the merchant must give back: worked out, kept, and paid once.

Only for shops of channels that do not refund buyers by themselves.  Nothing here
touches stock, and nothing is owed for what ended before we looked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from stock import refunds
from stock.models import (
    ExpectedReturn,
    Order,
    OrderLine,
    Refund,
    RefundDue,
    RefundDueState,
    RefundMode,
    Shop,
)
from stock.reports import RefundReport, ReturnPhase
from stock.settling import FROM_ORDER
from stock.timeline import note

_ACCEPTED = (ReturnPhase.APPROVED, ReturnPhase.SHIPPED_BACK, ReturnPhase.ARRIVED)
_STANDING = (RefundDueState.OWED, RefundDueState.REFUSED)
"""Dues that the channel's own list of refunds does not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A refund to be started now; quantities are listing units by line id."""

    due_id: int
    key: str
    order_id: str
    amount: Decimal
    currency: str
    quantities: Mapping[str, int]
    failures: int


def owe_refund(session: Session, shop: Shop, order: Order, *, now: datetime) -> None:
    """Bring what is owed to an order's buyer up to what ended and what was paid back.

    A pure function of those, so calling it again changes nothing.  The caller holds
    the order's lock and has flushed.
    """
    if shop.refunds == RefundMode.CHANNEL:
        return
    ended = _ended_units(session, order)
    value = _value(order, ended)
    paid_back = sum(_paid_back(session, order), Decimal(0))
    floor = order.refund_floor
    if floor is None:
        # What ended before we first looked was settled by somebody, or is theirs to.
        is_ours = order.ordered_at >= shop.added_at
        floor = Decimal(0) if is_ours else max(Decimal(0), value - paid_back)
        order.refund_floor = floor
    rest = value - paid_back - floor
    standing = [d for d in _dues(session, order) if d.state in _STANDING]
    rest -= sum((due.amount for due in standing), Decimal(0))
    if rest < 0:
        rest += _withdraw(standing, now)
    if rest > 0:
        _open(session, shop, order, rest, ended, now)


def due_refunds(
    session: Session, shop: Shop, *, now: datetime, limit: int
) -> Sequence[Due]:
    """Return refunds that are to be started now, the oldest first."""
    if shop.refunds != RefundMode.AUTOMATIC:
        return []
    found = session.execute(
        select(RefundDue, Order.channel_order_id)
        .join(Order, Order.id == RefundDue.order_id)
        .where(RefundDue.shop_id == shop.id)
        .where(RefundDue.state == RefundDueState.OWED)
        .where(or_(RefundDue.due_at.is_(None), RefundDue.due_at <= now))
        .order_by(RefundDue.id)
        .limit(limit)
    )
    return [
        Due(
            due_id=due.id,
            key=due.key,
            order_id=order_id,
            amount=due.amount,
            currency=due.currency,
            quantities=due.quantities,
            failures=due.failures,
        )
        for due, order_id in found
    ]


def record_paid(
    session: Session, shop: Shop, due_id: int, told: RefundReport, *, now: datetime
) -> None:
    """Note that the channel carried a refund out, or refused it for good."""
    due = session.get_one(RefundDue, due_id)
    order = session.get_one(Order, due.order_id)
    if told.state == "refused":
        _refuse(session, order, due, told.reason, now)
        return
    due.state = RefundDueState.PAID
    due.settled_at = now
    due.last_error = ""
    name = order.channel_order_id
    if refunds.record(session, shop, name, told, told_at=now, now=now):
        amount = f"{told.amount:f} {told.currency}"
        note(session, order, now, "refund", amount, actor="truestock")


def record_refused(session: Session, due_id: int, reason: str, now: datetime) -> None:
    """Note that a person must look: the channel will not pay this."""
    due = session.get_one(RefundDue, due_id)
    _refuse(session, session.get_one(Order, due.order_id), due, reason, now)


def record_retry(
    session: Session, due_id: int, error: str, *, due_at: datetime
) -> None:
    """Keep owing a refund, not before ``due_at``; the same key is sent again."""
    due = session.get_one(RefundDue, due_id)
    due.failures += 1
    due.last_error = error[:500]
    due.due_at = due_at


def _refuse(
    session: Session, order: Order, due: RefundDue, reason: str, now: datetime
) -> None:
    due.state = RefundDueState.REFUSED
    due.settled_at = now
    due.last_error = reason[:500]
    note(session, order, now, "refund_refused", reason, actor="truestock")


def _ended_units(session: Session, order: Order) -> Mapping[str, int]:
    """Count per channel line the listing units that the buyer will not keep."""
    returned = _returned_units(session, order)
    ended: dict[str, int] = {}
    for line_id, lines in _by_channel_line(order).items():
        over = (
            _listing_units(
                line,
                line.ended_left
                + line.ended_here
                + line.ended_unknown
                + returned[line.id],
            )
            for line in lines
        )
        units = min(max(over), _listing_units(lines[0], lines[0].quantity))
        if units:
            ended[line_id] = units
    return ended


def _returned_units(session: Session, order: Order) -> Mapping[int, int]:
    found = session.scalars(
        select(ExpectedReturn)
        .where(ExpectedReturn.order_id == order.id)
        .where(ExpectedReturn.return_id != FROM_ORDER)
        .where(ExpectedReturn.phase.in_(_ACCEPTED))
    )
    units: dict[int, int] = defaultdict(int)
    for item in found:
        for line in item.lines:
            units[line.order_line_id] += line.quantity
    return units


def _value(order: Order, ended: Mapping[str, int]) -> Decimal:
    lines = _by_channel_line(order)
    whole = {x: _listing_units(y[0], y[0].quantity) for x, y in lines.items()}
    if ended and ended == {x: n for x, n in whole.items() if n}:
        # Nothing stays with the buyer: what they paid for the way goes back too.
        return order.total
    value = sum((lines[x][0].unit_price * n for x, n in ended.items()), Decimal(0))
    return min(value, order.total)


def _by_channel_line(order: Order) -> Mapping[str, Sequence[OrderLine]]:
    """A bundle's line is several of ours, with one price."""
    lines: dict[str, list[OrderLine]] = defaultdict(list)
    for line in order.lines:
        lines[line.channel_line_id].append(line)
    return lines


def _listing_units(line: OrderLine, units: int) -> int:
    return -(-units // line.units)


def _paid_back(session: Session, order: Order) -> Iterable[Decimal]:
    return session.scalars(
        select(Refund.amount)
        .where(Refund.shop_id == order.shop_id)
        .where(Refund.channel_order_id == order.channel_order_id)
        .where(Refund.state != "refused")
    )


def _dues(session: Session, order: Order) -> Sequence[RefundDue]:
    return session.scalars(
        select(RefundDue).where(RefundDue.order_id == order.id).order_by(RefundDue.id)
    ).all()


def _withdraw(standing: Iterable[RefundDue], now: datetime) -> Decimal:
    """Take back what somebody else has paid meanwhile; return how much that was."""
    withdrawn = Decimal(0)
    for due in standing:
        if due.state == RefundDueState.OWED:
            due.state = RefundDueState.WITHDRAWN
            due.settled_at = now
            withdrawn += due.amount
    return withdrawn


def _open(
    session: Session,
    shop: Shop,
    order: Order,
    amount: Decimal,
    ended: Mapping[str, int],
    now: datetime,
) -> None:
    earlier = _dues(session, order)
    handled: dict[str, int] = defaultdict(int)
    for due in earlier:
        if due.state != RefundDueState.WITHDRAWN:
            for line_id, units in due.quantities.items():
                handled[line_id] += units
    quantities = {x: n - handled[x] for x, n in ended.items() if n > handled[x]}
    session.add(
        RefundDue(
            shop_id=shop.id,
            order_id=order.id,
            key=f"truestock-{order.channel_order_id}-{len(earlier) + 1}",
            amount=amount,
            currency=order.currency,
            quantities=quantities,
            state=RefundDueState.OWED,
            opened_at=now,
        )
    )
    note(session, order, now, "refund_owed", f"{amount:f} {order.currency}")
    session.flush()
