"""Reads quantities that people and files write; strict, because they become stock."""

from __future__ import annotations

import re

from stock.errors import InvalidQuantity

_QUANTITY = re.compile(r"[0-9]{1,7}", re.ASCII)


def parse_quantity(text: str) -> int:
    """Return a whole number of units from 0 to 9,999,999.

    Python's own ``int`` is no judge: it takes signs, underscores and the digits of
    every script.  Raises ``InvalidQuantity``.
    """
    digits = text.strip(" \t")
    if not _QUANTITY.fullmatch(digits):
        raise InvalidQuantity(text)
    return int(digits)
