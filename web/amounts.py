"""Reads amounts of money as people write them."""

from __future__ import annotations

import re
from decimal import Decimal

from stock.at_risk import MOST_AT_RISK

# One mark stands for the decimals when one or two digits follow it, else all are
# marks between thousands.
_AMOUNT = re.compile(r"(\d{1,3}(?:[., ]?\d{3})*|\d+)(?:[.,](\d{1,2}))?", re.ASCII)


def read_amount(text: str) -> Decimal | None:
    """Return an amount as people write it, or nothing if it is none.

    Thousands may be marked by points, commas or blanks; one or two digits after the
    last point or comma are decimals.
    """
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    amount = Decimal(re.sub(r"[., ]", "", found[1]) + "." + (found[2] or "0"))
    return amount if amount <= MOST_AT_RISK else None


def amount_text(amount: Decimal) -> str:
    """Return an amount as a field holds it: digits, and a point before decimals."""
    digits = f"{amount.normalize():f}"
    whole, point, decimals = digits.partition(".")
    # Two decimals at most: three would be read as thousands.
    return f"{whole}.{decimals[:2]}" if point else whole
