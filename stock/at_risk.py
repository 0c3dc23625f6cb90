"""What is at risk while units are away: their worth, and who carries them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from stock.models import Parcel

MOST_AT_RISK = Decimal(10) ** 14
"""More than any return is worth; what a channel tells beyond it is cut."""

_STEP = Decimal("0.0001")
_HOMEWARD = ("return", "return_to_sender")


def worth(parts: Iterable[tuple[int, Decimal, int]]) -> Decimal:
    """Return what units were sold for, in the order's currency.

    Each part is a number of units, the price of the listing, and how many units one
    of the listing stands for.
    """
    total = sum((units * price / of for units, price, of in parts), Decimal(0))
    bounded = max(Decimal(0), min(total, MOST_AT_RISK))
    return bounded.quantize(_STEP, ROUND_HALF_EVEN)


def homeward_carrier(parcels: Sequence[Parcel]) -> str:
    """Return who brings an order's units back, as the channel names them.

    The carrier of a return parcel, or else of the parcel that went out; of several
    the first by its number, so that the sequence of messages does not matter.
    """
    named = [parcel for parcel in parcels if parcel.carrier]
    first = min(
        named, key=lambda x: (x.direction not in _HOMEWARD, x.number), default=None
    )
    return _plain(first.carrier) if first else ""


def _plain(name: str) -> str:
    # People choose it from a list and an address carries it: no two names that look
    # the same, and none that an address would change.
    composed = unicodedata.normalize("NFC", name)
    return " ".join("".join(x if x.isprintable() else " " for x in composed).split())
