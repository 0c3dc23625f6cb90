"""Reads what TikTok Shop's records share; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.errors import UnexpectedAnswer
from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    identifier,
    record,
    records,
    told,
)


def is_number(name: str) -> bool:
    """Whether this can be an id of TikTok Shop: one that is not spoils its batch."""
    return name.isascii() and name.isdigit() and len(name) < 20


def listed(data: JsonRecord, name: str) -> list[JsonRecord]:
    """Return the records of a page; a page without any leaves the list out."""
    try:
        return records(data.get(name), name)
    except Malformed as problem:
        detail = problem.detail
    raise UnexpectedAnswer(detail)


def keyed(entries: Sequence[JsonRecord], key: str) -> dict[str, JsonRecord]:
    """Return records by one of their fields; those without it are left."""
    return {told(entry[key]): entry for entry in entries if told(entry.get(key))}


def refunded(entry: JsonRecord) -> tuple[Decimal, str]:
    """Return the amount and currency that go back; nothing counts as zero."""
    money = record(entry.get("refund_amount") or {}, "refund_amount")
    total = amount(money.get("refund_total") or 0, "refund_total")
    if not total:
        return total, ""
    return total, identifier(money.get("currency"), "currency")
