"""How many units of an item were found in which condition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from stock.errors import InvalidQuantity
from stock.guard import LARGEST_QUANTITY


class Condition(StrEnum):
    """What became of a unit that should lie in a parcel."""

    GOOD = "good"
    DAMAGED = "damaged"
    LOST = "lost"
    WRONG = "wrong"
    """Another article lay there instead."""
    MISSING = "missing"
    """It was not in the parcel."""


class HasCounts(Protocol):
    """Anything that keeps a number for each condition."""

    @property
    def good(self) -> int: ...
    @property
    def damaged(self) -> int: ...
    @property
    def lost(self) -> int: ...
    @property
    def wrong(self) -> int: ...
    @property
    def missing(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Units by condition."""

    good: int = 0
    damaged: int = 0
    lost: int = 0
    wrong: int = 0
    missing: int = 0

    @property
    def total(self) -> int:
        """Units that were judged."""
        return self.booked + self.wrong + self.missing

    @property
    def booked(self) -> int:
        """Units that a receipt books; the others stay out."""
        return self.good + self.damaged + self.lost

    def of(self, condition: Condition) -> int:
        """Return the units in one condition."""
        units: int = getattr(self, condition)
        return units

    def plus(self, condition: Condition, units: int) -> Counts:
        """Return the same with more units in a condition."""
        return replace(self, **{condition: self.of(condition) + units})


def counts_of(row: HasCounts) -> Counts:
    """Return the counts that a row keeps."""
    return Counts(
        good=row.good,
        damaged=row.damaged,
        lost=row.lost,
        wrong=row.wrong,
        missing=row.missing,
    )


def sum_counts(counts: Iterable[Counts]) -> Counts:
    """Add up counts."""
    total = Counts()
    for item in counts:
        for condition in Condition:
            total = total.plus(condition, item.of(condition))
    return total


def check_counts(counts: Counts) -> None:
    """Refuse what is not a whole number of units.  Raises ``InvalidQuantity``."""
    for condition in Condition:
        quantity = counts.of(condition)
        if type(quantity) is not int or not 0 <= quantity <= LARGEST_QUANTITY:
            raise InvalidQuantity(quantity)


def line_name(sku_id: int, warehouse_id: int) -> str:
    """Return what a line of a parcel goes by: its SKU and where that was packed."""
    return f"{sku_id}-{warehouse_id}"
