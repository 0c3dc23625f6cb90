"""One row of a list: an order, what of it should come back, and how urgent that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from stock import parcels, receipts
from stock.board import OpenReturn
from stock.claims import ClaimWindows, claim_deadline
from stock.models import Claim, ExpectedReturn, Order, Sku
from web.desk import current_desk
from web.skus import by_sku


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a list shows of one order."""

    order: Order
    expected: ExpectedReturn | None
    tracking_numbers: Sequence[str]
    skus: Sequence[tuple[Sku, int]]
    value: Decimal
    age_days: int
    now: datetime
    deadline: datetime | None = None
    """When the right to claim ends."""
    near: timedelta = timedelta(0)
    """A deadline this close is urgent."""
    claim: Claim | None = None

    @property
    def units(self) -> int:
        """Units that the row is about."""
        return sum(quantity for _, quantity in self.skus)

    @property
    def is_estimated(self) -> bool:
        """Whether the deadline follows from our settings: the channel told none."""
        return self.expected is not None and self.expected.claim_before is None

    @property
    def days_left(self) -> int:
        """Days of the calendar up to the deadline; below zero when it is over."""
        assert self.deadline is not None
        zone = current_desk().settings.time_zone
        last, today = self.deadline.astimezone(zone), self.now.astimezone(zone)
        return (last.date() - today.date()).days

    @property
    def urgency(self) -> str:
        """How the claim deadline stands: ``over``, ``near``, ``far`` or nothing."""
        if self.deadline is None:
            return ""
        if self.deadline <= self.now:
            return "over"
        return "near" if self.deadline <= self.now + self.near else "far"


def row_of_return(
    item: OpenReturn,
    now: datetime,
    windows: ClaimWindows,
    claims: Mapping[int, Claim] | None = None,
) -> Row:
    """Return the row of an expected return, with its claim among those by return."""
    order = item.expected.order
    assert order is not None, "lines to come belong to an order"
    return Row(
        order=order,
        expected=item.expected,
        tracking_numbers=item.tracking_numbers,
        skus=[
            (sku, sum(line.open for line in lines))
            for sku, lines in by_sku(item.open_lines)
        ],
        value=item.value,
        age_days=item.age_days(now),
        now=now,
        deadline=claim_deadline(item.expected, windows.of(item.expected.shop.channel)),
        near=windows.near,
        claim=(claims or {}).get(item.expected.id),
    )


def row_of_order(session: Session, order: Order, now: datetime) -> Row:
    """Return the row of an order, with all its units that are out."""
    lines = receipts.receivable(session, order)
    out = {line.id: units for line, units in lines}
    value = sum((line.unit_price / line.units * n for line, n in lines), Decimal(0))
    return Row(
        order=order,
        expected=None,
        tracking_numbers=[p.number for p in parcels.numbers_of(session, order)],
        skus=[
            (sku, sum(out[line.id] for line in same))
            for sku, same in by_sku(line for line, _ in lines)
        ],
        value=value,
        age_days=(now - order.ordered_at).days,
        now=now,
    )
