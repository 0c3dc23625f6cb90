"""One row of a list: an order, what of it should come back, and how urgent that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from stock import parcels, receipts
from stock.board import OpenReturn
from stock.models import ExpectedReturn, Order, OrderLine

NEAR = timedelta(days=3)
"""A claim deadline this close is shown as urgent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a list shows of one order."""

    order: Order
    expected: ExpectedReturn | None
    tracking_numbers: Sequence[str]
    lines: Sequence[tuple[OrderLine, int]]
    value: Decimal
    age_days: int
    now: datetime

    @property
    def units(self) -> int:
        """Units that the row is about."""
        return sum(quantity for _, quantity in self.lines)

    @property
    def claim_before(self) -> datetime | None:
        """When the right to claim ends."""
        return self.expected.claim_before if self.expected else None

    @property
    def urgency(self) -> str:
        """How the claim deadline stands: ``over``, ``near``, ``far`` or nothing."""
        if self.claim_before is None:
            return ""
        if self.claim_before <= self.now:
            return "over"
        return "near" if self.claim_before <= self.now + NEAR else "far"


def row_of_return(item: OpenReturn, now: datetime) -> Row:
    """Return the row of an expected return."""
    order = item.expected.order
    assert order is not None, "lines to come belong to an order"
    return Row(
        order=order,
        expected=item.expected,
        tracking_numbers=item.tracking_numbers,
        lines=[(line.order_line, line.open) for line in item.open_lines],
        value=item.value,
        age_days=item.age_days(now),
        now=now,
    )


def row_of_order(session: Session, order: Order, now: datetime) -> Row:
    """Return the row of an order, with all its units that are out."""
    lines = receipts.receivable(session, order)
    value = sum((line.unit_price / line.units * out for line, out in lines), Decimal(0))
    return Row(
        order=order,
        expected=None,
        tracking_numbers=[p.number for p in parcels.numbers_of(session, order)],
        lines=lines,
        value=value,
        age_days=(now - order.ordered_at).days,
        now=now,
    )
