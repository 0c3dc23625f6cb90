"""The three numbers that the story is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """Units in the building, free to sell by the ledger, and shown to buyers."""

    on_hand: int
    available: int
    shown: int
