"""Writes off units that never came back, in a named person's name and with a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from stock.claims import claim_deadline
from stock.errors import IdempotencyConflict, StockError
from stock.locking import locked_orders
from stock.models import ExpectedReturn, ExpectedReturnLine, Order
from stock.readable import readable_text
from stock.receipt_history import receipt_by_key
from stock.receipts import Booked, Found, record_receipt

LONGEST_REASON = 500


class NotOverdue(StockError):
    """There is still time to claim, or for the goods to come."""

    def __init__(self, deadline: datetime) -> None:
        self.deadline = deadline
        super().__init__(f"the right to claim ends at {deadline.isoformat()} only")


class OpenUnitsChanged(StockError):
    """Other units are to come than the person was shown."""

    def __init__(self, *, shown: int, open_units: int) -> None:
        self.shown = shown
        self.open_units = open_units
        super().__init__(f"{shown} units were shown, {open_units} are to come")


class ReasonNeeded(StockError):
    """A write-off was asked for without a reason."""


def write_off(
    session: Session,
    expected: ExpectedReturn,
    *,
    units: int,
    window: timedelta,
    key: str,
    reason: str,
    actor: str,
    now: datetime,
) -> Booked:
    """Book all open units of an overdue return as lost, once for each key.

    The document is a return receipt with lost units only, whose note is the reason.
    ``units`` is what the person was shown; ``window`` is the time to claim where the
    channel told none.  Raises ``ReasonNeeded``, ``NotOverdue``, ``OpenUnitsChanged``
    or ``IdempotencyConflict``; then nothing was written.
    """
    reason = readable_text(reason.strip(), LONGEST_REASON)
    if not reason:
        raise ReasonNeeded("a write-off takes a reason")
    order = session.scalars(locked_orders().where(Order.id == expected.order_id)).one()
    earlier = receipt_by_key(session, key)
    if earlier is not None:
        if (earlier.order_id, earlier.note) != (order.id, reason):
            raise IdempotencyConflict(key)
        return Booked(earlier.id, replayed=True)
    lines = _open_lines(session, expected.id)
    open_units = sum(line.open for line in lines)
    if not open_units or open_units != units:
        raise OpenUnitsChanged(shown=units, open_units=open_units)
    deadline = claim_deadline(expected, window)
    if deadline > now:
        raise NotOverdue(deadline)
    return record_receipt(
        session,
        order,
        [Found(order_line_id=line.order_line_id, lost=line.open) for line in lines],
        key=key,
        warehouse_id=lines[0].order_line.warehouse_id,
        actor=actor,
        now=now,
        note_text=reason,
        expected_return_id=expected.id,
    )


def _open_lines(session: Session, return_id: int) -> list[ExpectedReturnLine]:
    found = session.scalars(
        select(ExpectedReturnLine)
        .where(ExpectedReturnLine.expected_return_id == return_id)
        .where(ExpectedReturnLine.quantity > ExpectedReturnLine.settled)
        .order_by(ExpectedReturnLine.order_line_id)
        .options(selectinload(ExpectedReturnLine.order_line))
        .execution_options(populate_existing=True)
    )
    return list(found)
