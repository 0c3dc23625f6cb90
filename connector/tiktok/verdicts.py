"""Reads what TikTok Shop says of each SKU of a stock write; pure functions."""

from __future__ import annotations

from collections.abc import Mapping

from connector.parsing import JsonRecord, Malformed, record, records, told
from connector.stock_results import Results, all_of
from connector.values import ListingRef, StockResult, WriteOutcome

Wanted = Mapping[ListingRef, int]

# The codes of a stock write are not published, so its words decide.
_LATER = (
    "campaign",
    "flash sale",
    "promotion",
    "internal error",
    "system error",
    "timeout",
    "too many",
    "try again",
)


def results_of(product: Wanted, data: JsonRecord) -> Results:
    """Return what an answer says of each SKU.

    It names only those that failed; an entry that names none of ours leaves the others
    unknown, because it may be about any of them.
    """
    try:
        errors = [(_sku_of(entry), _said(entry)) for entry in _errors(data)]
    except Malformed as problem:
        return all_of(product, WriteOutcome.UNKNOWN, problem.detail)
    named = {listing.variant_id: listing for listing in product}
    results = all_of(product, WriteOutcome.ACCEPTED, "")
    if any(sku_id not in named for sku_id, _ in errors):
        told_nothing = "the answer names an error without its SKU"
        results = all_of(product, WriteOutcome.UNKNOWN, told_nothing)
    for sku_id, (code, message) in errors:
        if sku_id in named:
            results[named[sku_id]] = classified(named[sku_id], code, message)
    return results


def classified(listing: ListingRef, code: str, message: str) -> StockResult:
    """Return whether waiting helps against a refusal."""
    low = message.lower()
    later = any(part in low for part in _LATER)
    outcome = WriteOutcome.LATER if later else WriteOutcome.REFUSED
    return StockResult(listing=listing, outcome=outcome, detail=f"{code}: {message}")


def _errors(data: JsonRecord) -> list[JsonRecord]:
    return records(data.get("errors"), "errors")


def _sku_of(entry: JsonRecord) -> str:
    return told(record(entry.get("detail") or {}, "detail").get("sku_id"))


def _said(entry: JsonRecord) -> tuple[str, str]:
    """Return the codes and messages of an error with those of its warehouses."""
    detail = record(entry.get("detail") or {}, "detail")
    entries = [entry, *records(detail.get("extra_errors"), "extra_errors")]
    codes = (told(one.get("code")) for one in entries)
    messages = (told(one.get("message")) for one in entries)
    return (
        ", ".join(dict.fromkeys(filter(None, codes))),
        "; ".join(dict.fromkeys(filter(None, messages))) or "no reason given",
    )
