"""Compares two ways of doing the same work, by turns, so that noise hits both."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Work = Callable[[int], None]
"""Does one repetition's share of the work; told the number of the repetition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Our speed as a share of the floor's, and what it must at least be."""

    name: str
    target: float
    ratios: tuple[float, ...]

    @property
    def median(self) -> float:
        """The share that is judged."""
        return statistics.median(self.ratios)

    @property
    def reached(self) -> bool:
        """Whether the target is met."""
        return self.median >= self.target

    def __str__(self) -> str:
        verdict = "ok" if self.reached else "MISSED"
        span = f"{min(self.ratios):.2f}..{max(self.ratios):.2f}"
        return (
            f"{self.name:<42}{self.median:>6.2f}  [{span}]"
            f"  >= {self.target:.2f}  {verdict}"
        )


def compare(
    name: str, *, floor: Work, ours: Work, target: float, repetitions: int
) -> Row:
    """Run floor, ours, floor in each repetition; the first one only warms up."""
    ratios = []
    for repetition in range(repetitions + 1):
        before = _seconds(floor, 2 * repetition)
        mine = _seconds(ours, repetition)
        after = _seconds(floor, 2 * repetition + 1)
        ratios.append((before + after) / 2 / mine)
    return Row(name=name, target=target, ratios=tuple(ratios[1:]))


def _seconds(work: Work, repetition: int) -> float:
    gc.collect()
    started = time.perf_counter()
    work(repetition)
    return time.perf_counter() - started
