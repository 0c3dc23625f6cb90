"""Reads what TikTok Shop's records share; pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from connector.errors import UnexpectedAnswer, UnmappedStatus
from connector.parsing import (
    JsonRecord,
    Malformed,
    amount,
    identifier,
    record,
    records,
    text,
)
from connector.values import Rejected


def told(value: object) -> str:
    """Return a text that only people read; what is no text counts as none."""
    try:
        return text(value, "text")
    except Malformed:
        return ""


def is_number(name: str) -> bool:
    """Whether this can be an id of TikTok Shop: one that is not spoils its batch."""
    return name.isascii() and name.isdigit() and len(name) < 20


def batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Cut ``ids`` into the channel's largest batches."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


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


def rejected(record_id: str, problem: Malformed | UnmappedStatus) -> Rejected:
    """Return the set-aside record for one that could not be mapped."""
    if isinstance(problem, UnmappedStatus):
        return Rejected(
            record_id=record_id, reason="unknown_status", detail=problem.status
        )
    return Rejected(record_id=record_id, reason=problem.reason, detail=problem.detail)


def not_found(record_id: str) -> Rejected:
    """Return the set-aside record for an id that the channel does not know."""
    return Rejected(
        record_id=record_id, reason="not_found", detail="TikTok Shop does not know it"
    )
