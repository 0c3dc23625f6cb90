"""Reads what WooCommerce's records share: times, flags, meta data, listings."""

from __future__ import annotations

import html
from datetime import UTC, datetime

from connector.parsing import JsonRecord, Malformed, identifier, text, told
from connector.values import ListingRef

_YES = (True, 1, "1", "true", "yes")


def gmt(value: object, name: str) -> datetime:
    """Return the moment of a ``*_gmt`` field, which has no zone and means UTC."""
    moment = gmt_or_none(value, name)
    if moment is None:
        raise Malformed(f"{name} is missing", "bad_time")
    return moment


def gmt_or_none(value: object, name: str) -> datetime | None:
    """Return the moment of a ``*_gmt`` field, if it has one."""
    written = text(value, name)
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Malformed(f"{name} is not an ISO 8601 time", "bad_time")


def is_yes(value: object) -> bool:
    """Whether a flag is set: one field is ``true`` in one answer, "1" in another."""
    return value in _YES


def meta_of(record: JsonRecord) -> dict[str, object]:
    """Return a record's meta data by key; what has no key is left out."""
    entries = record.get("meta_data")
    found: dict[str, object] = {}
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            found[entry["key"]] = entry.get("value")
    return found


def listing_of(line: JsonRecord) -> ListingRef:
    """Return the listing that a line names; no variation is the number 0."""
    variation = told(line.get("variation_id"))
    return ListingRef(
        item_id=identifier(line.get("product_id"), "product_id"),
        variant_id="" if variation == "0" else variation,
    )


def title_of(value: object) -> str:
    """Return a name as people read it: WordPress stores some signs as entities."""
    return html.unescape(told(value))


def is_number(record_id: str) -> bool:
    """Whether this can be an id of WooCommerce at all."""
    return record_id.isascii() and record_id.isdigit() and len(record_id) <= 20
