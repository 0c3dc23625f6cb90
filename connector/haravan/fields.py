"""Reads what Haravan's records share: ids, times, counts, money; pure functions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from connector.parsing import JsonRecord, Malformed, amount, quantity, text, told
from connector.values import ListingRef

_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST_NUMBER = 2**63 - 1
_NOTHING = ("", "0")


def is_number(written: str) -> bool:
    """Whether this can be an id of Haravan at all: its ids are 64-bit numbers."""
    return bool(_NUMBER.fullmatch(written)) and int(written) <= _LARGEST_NUMBER


def when(value: object, name: str) -> datetime:
    """Return the moment of an ISO 8601 time; one without a zone means UTC."""
    moment = when_or_none(value, name)
    if moment is None:
        raise Malformed(f"{name} is missing", "bad_time")
    return moment


def when_or_none(value: object, name: str) -> datetime | None:
    """Return the moment of an ISO 8601 time, if there is one."""
    written = text(value, name)
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Malformed(f"{name} is not an ISO 8601 time", "bad_time")


def units(value: object, name: str) -> int:
    """Return a number of units, below nothing where a shop oversold."""
    if isinstance(value, Decimal) and value.is_finite() and value == int(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"{name} is not a whole number", "bad_quantity")
    return value


def count(value: object, name: str) -> int:
    """Return a quantity that cannot be below nothing; floats without a rest will do."""
    return quantity(units(value, name), name)


def money_back(value: object, name: str) -> Decimal:
    """Return an amount without the sign that refunds put before it."""
    if isinstance(value, str):
        return amount(value.strip().removeprefix("-"), name)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return amount(abs(value), name)
    return amount(value, name)


def word(value: object) -> str:
    """Return a status in one spelling: ``Ready_To_Pick`` reads ``readytopick``."""
    return told(value).lower().replace("_", "").replace(" ", "")


def listing_of(line: JsonRecord) -> ListingRef:
    """Return the listing that a line names; one made up by hand names none."""
    product, variant = told(line.get("product_id")), told(line.get("variant_id"))
    return ListingRef(
        item_id="" if product in _NOTHING else product,
        variant_id="" if variant in _NOTHING else variant,
    )
