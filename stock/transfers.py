"""The words of the ledger: buckets, the request to move units, the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Bucket(StrEnum):
    """Where a unit is; it is always in exactly one."""

    AVAILABLE = "available"
    """On the shelf and free to sell; may go negative when a channel oversells."""
    COMMITTED = "committed"
    """On the shelf, promised to an order that has not left."""
    OUT = "out"
    """Left the warehouse's books: awaiting pickup, with the carrier or the buyer."""
    DAMAGED = "damaged"
    """Back in the building, not sellable."""
    LOST = "lost"
    """Will not come back."""
    OUTSIDE = "outside"
    """The world: suppliers, stocktakes, scrap.  The counterweight of all others."""


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket of one warehouse."""

    bucket: Bucket
    warehouse_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """The request to move units of one SKU from one place to another.

    ``key`` names the cause and makes the transfer happen once.  ``actor`` is the
    person or process that answers for it, ``document`` the paper it follows from.
    """

    key: str
    sku_id: int
    quantity: int
    source: Place
    target: Place
    document: str
    actor: str
    reason: str = ""
    order_line_id: int | None = None
    receipt_line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """The answer to a transfer; ``replayed`` when the key had been posted before."""

    movement_id: int
    key: str
    posted_at: datetime
    replayed: bool
