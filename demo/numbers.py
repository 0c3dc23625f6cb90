"""The numbers that the story is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """Units in the building, free to sell by the ledger, and shown on each channel."""

    on_hand: int
    available: int
    shown: tuple[int, ...]
