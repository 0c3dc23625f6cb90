"""How expected returns stand: which units have arrived, and what is still away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from stock.at_risk import worth
from stock.models import ReturnState
from stock.models.base import SortableMoney


@dataclass(slots=True)
class Room:
    """Room for receipts in one line of one expected return."""

    return_id: int
    line_id: int
    quantity: int
    price: Decimal
    units_of_price: int
    settled_before: int = 0
    lost_before: int = 0
    settled: int = 0
    lost: int = 0

    @property
    def has_changed(self) -> bool:
        """Whether it holds something else than the database says."""
        return (self.settled, self.lost) != (self.settled_before, self.lost_before)

    def take(self, quantity: int, *, lost: int) -> int:
        """Settle up to ``quantity`` units here and return how many did fit."""
        fitting = min(quantity, self.quantity - self.settled)
        self.settled += fitting
        self.lost += min(lost, fitting)
        return fitting

    def find(self, quantity: int) -> int:
        """Take back up to ``quantity`` lost units and return how many there were."""
        there = min(quantity, self.lost)
        self.lost -= there
        return there

    def reopen(self, quantity: int) -> int:
        """Await up to ``quantity`` lost units again and return how many there were."""
        there = self.find(quantity)
        self.settled -= there
        return there


@dataclass(frozen=True, slots=True)
class Standing:
    """How an expected return stands, and what of it is still away."""

    state: ReturnState
    open_units: int
    value_at_risk: Decimal

    @property
    def parts_at_risk(self) -> int:
        """The value, the way ``SortableMoney`` stores it."""
        return int(self.value_at_risk * SortableMoney.PARTS)


def place(
    rooms: Iterable[Room], line_id: int, units: int, *, lost: int, own: int | None
) -> None:
    """Settle units that a receipt has brought; ``own`` is the return it was for."""
    same_line = [room for room in rooms if room.line_id == line_id]
    # The return that the clerk opened first, then the others.
    for room in sorted(same_line, key=lambda r: r.return_id != own):
        before = room.lost
        units -= room.take(units, lost=lost)
        lost -= room.lost - before


def find(rooms: Iterable[Room], line_id: int, units: int, *, own: int | None) -> None:
    """Note that so many units, lost so far, have come after all."""
    same_line = [room for room in rooms if room.line_id == line_id]
    for room in sorted(same_line, key=lambda r: r.return_id != own):
        units -= room.find(units)


def reopen(rooms: Iterable[Room], line_id: int, units: int, *, own: int | None) -> None:
    """Note that so many units, lost so far, are out: their finding was reversed."""
    same_line = [room for room in rooms if room.line_id == line_id]
    for room in sorted(same_line, key=lambda r: r.return_id != own):
        units -= room.reopen(units)


def standing_of(rooms: Sequence[Room], state: ReturnState | None = None) -> Standing:
    """Return how a return with these rooms stands; ``state`` where more decides it."""
    away = [(x.quantity - x.settled, x.price, x.units_of_price) for x in rooms]
    return Standing(
        state or progress(rooms), sum(units for units, _, _ in away), worth(away)
    )


def progress(rooms: Sequence[Room]) -> ReturnState:
    """Return how far the units have come."""
    settled = sum(room.settled for room in rooms)
    if not settled:
        return ReturnState.AWAITING
    if settled < sum(room.quantity for room in rooms):
        return ReturnState.PARTLY_RECEIVED
    if settled == sum(room.lost for room in rooms):
        return ReturnState.WRITTEN_OFF
    return ReturnState.RECEIVED
