"""Reads what Shopify's records share: ids, times, money, lists; pure functions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from connector.parsing import JsonRecord, Malformed, amount, identifier, record, records

_GID = re.compile(r"gid://shopify/(\w+)/([0-9]+)(?:\?.*)?")
_NUMBER = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST_NUMBER = 2**63 - 1


def is_number(written: str) -> bool:
    """Whether this can be an id of Shopify at all: its ids are 64-bit numbers."""
    return bool(_NUMBER.fullmatch(written)) and int(written) <= _LARGEST_NUMBER


def gid(kind: str, number: str) -> str:
    """Return the global id of a record."""
    return f"gid://shopify/{kind}/{number}"


def number_of(value: object, name: str) -> str:
    """Return the number in a global id."""
    found = _GID.fullmatch(identifier(value, name))
    if found is None:
        raise Malformed(f"{name} is not a global id")
    return found[2]


def told_at(value: object, name: str) -> datetime:
    """Return the moment of an ISO 8601 time with its zone."""
    try:
        moment = datetime.fromisoformat(identifier(value, name))
    except ValueError:
        raise Malformed(f"{name} is not a time", "bad_time") from None
    if moment.tzinfo is None:
        raise Malformed(f"{name} has no time zone", "bad_time")
    return moment.astimezone(UTC)


def nodes(value: object, name: str) -> list[JsonRecord]:
    """Return the records of a connection; nothing counts as empty."""
    return records(record(value or {}, name).get("nodes"), name)


def end_cursor(value: object, name: str) -> str | None:
    """Return where a connection goes on, or ``None`` at its end."""
    page = record(record(value or {}, name).get("pageInfo") or {}, name)
    if page.get("hasNextPage") is not True:
        return None
    return identifier(page.get("endCursor"), f"{name} cursor")


def money(value: object, name: str) -> Decimal:
    """Return an amount in the currency that the buyer paid in.

    Refunds are made in that currency, so it is the one that all amounts are told in.
    """
    bag = record(value, name)
    return amount(record(bag.get("presentmentMoney"), name).get("amount"), name)


def units(value: object, name: str) -> int:
    """Return a number of units, which is below nothing where a shop oversold."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed(f"{name} is not a whole number", "bad_quantity")
    return value
