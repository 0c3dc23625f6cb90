"""Writes Lazada's stock: absolute sellable numbers, many SKUs a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from connector.batches import batches
from connector.errors import (
    AuthenticationError,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    TransientError,
)
from connector.lazada.catalogue import is_ours
from connector.lazada.client import Client
from connector.lazada.fields import told
from connector.lazada.refusals import Refused, bare
from connector.parsing import JsonRecord
from connector.stock_results import Results, all_of, divided, refused
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome

WRITE_PATH = "/product/stock/sellable/update"
SKUS_PER_CALL = 50
_LARGEST_STOCK = 9_999_999

Wanted = Mapping[ListingRef, int]

# Lazada's words for one SKU that may be taken another time, by code and by text.
_LATER_CODES = {"4170", "901", "6", "513", "1000"}
_LATER_TEXTS = ("campaign period", "too frequent", "try again", "system busy")
_WHOLE_CALL_CODES = {"4225"}
_LOCKED_CODES = {"212"}
_LOCKED_TEXTS = ("negative sellable",)


class StockWriter:
    """Sets numbers of up to one batch of listings."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Return one result for each update, in their order.

        Raises only when no call got an answer.  Once the shop is throttled or refused,
        what is left is LATER; what an unanswered call named is UNKNOWN.
        """
        wanted, results = divided(updates, _impossible)
        results.update(_Round(self._client).write(wanted))
        return [results[update.listing] for update in updates]


class _Round:
    """One write, in as many calls as it takes to tell the bad SKUs from the good.

    Lazada refuses a call for its bad SKUs and does not surely say what became of the
    others.  The numbers are absolute, so those are simply sent again.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answered = False
        self._stopped = False
        self._error: ConnectorError | None = None

    def write(self, wanted: Wanted) -> Results:
        results: Results = {}
        listings = list(wanted)
        for part in batches(listings, SKUS_PER_CALL):
            results.update(self._part({one: wanted[one] for one in part}))
        if self._error is not None and not self._answered:
            raise self._error
        return results

    def _part(self, wanted: Wanted) -> Results:
        if self._stopped:
            return all_of(wanted, WriteOutcome.LATER, "not tried yet")
        try:
            envelope = self._send(wanted)
        except Refused as refusal:
            self._answered = True
            return self._divided(wanted, refusal)
        except OutcomeUnknown as problem:
            # It weighs more than an error after which nothing happened.
            self._error = problem
            return all_of(wanted, WriteOutcome.UNKNOWN, problem.detail)
        except (TransientError, AuthenticationError) as problem:
            self._error = self._error or problem
            self._stopped = isinstance(problem, RateLimited | AuthenticationError)
            return all_of(wanted, WriteOutcome.LATER, problem.detail)
        self._answered = True
        return _accepted(wanted, envelope)

    def _divided(self, wanted: Wanted, refusal: Refused) -> Results:
        if len(wanted) == 1 or not _is_about_skus(refusal):
            return {one: _classified(one, *_alone(refusal)) for one in wanted}
        named = _named(wanted, refusal.detail_records)
        if named:
            rest = {one: count for one, count in wanted.items() if one not in named}
            results = {one: _classified(one, *_said(named[one])) for one in named}
            return {**results, **(self._part(rest) if rest else {})}
        listings = list(wanted)
        middle = len(listings) // 2
        first = {one: wanted[one] for one in listings[:middle]}
        second = {one: wanted[one] for one in listings[middle:]}
        return {**self._part(first), **self._part(second)}

    def _send(self, wanted: Wanted) -> JsonRecord:
        warehouse = self._client.account().warehouse_code
        return self._client.write(WRITE_PATH, {"payload": payload(wanted, warehouse)})


def payload(wanted: Wanted, warehouse_code: str) -> str:
    """Return the XML that sets these numbers.

    A warehouse is named only for a seller who has several: others must not.
    """
    skus = "".join(
        f"<Sku><ItemId>{listing.item_id}</ItemId><SkuId>{listing.variant_id}</SkuId>"
        f"{_quantity(quantity, warehouse_code)}</Sku>"
        for listing, quantity in wanted.items()
    )
    return f"<Request><Product><Skus>{skus}</Skus></Product></Request>"


def _quantity(quantity: int, warehouse_code: str) -> str:
    sellable = f"<SellableQuantity>{quantity}</SellableQuantity>"
    if not warehouse_code:
        return sellable
    return (
        "<MultiWarehouseInventories><MultiWarehouseInventory>"
        f"<WarehouseCode>{escape(warehouse_code)}</WarehouseCode>{sellable}"
        "</MultiWarehouseInventory></MultiWarehouseInventories>"
    )


def _impossible(update: StockUpdate) -> str:
    if not is_ours(update.listing):
        return "not a listing of Lazada: its ids are numbers"
    if not 0 <= update.quantity <= _LARGEST_STOCK:
        return f"{update.quantity} is not a number of units that Lazada takes"
    return ""


def _accepted(wanted: Wanted, envelope: JsonRecord) -> Results:
    """Return what a successful answer says; it may still complain of single SKUs."""
    complaints = envelope.get("detail")
    if not isinstance(complaints, list) or not complaints:
        return all_of(wanted, WriteOutcome.ACCEPTED, "")
    entries = [one for one in complaints if isinstance(one, dict)]
    named = _named(wanted, entries)
    known = len(named) == len(complaints)
    outcome = WriteOutcome.ACCEPTED if known else WriteOutcome.UNKNOWN
    detail = "" if known else "the answer complains of something that it does not name"
    results = all_of(wanted, outcome, detail)
    results.update({one: _classified(one, *_said(named[one])) for one in named})
    return results


def _named(
    wanted: Wanted, entries: Sequence[JsonRecord]
) -> dict[ListingRef, JsonRecord]:
    """Return the complaints that name one of our SKUs, in whatever spelling."""
    by_sku = {listing.variant_id: listing for listing in wanted}
    found = {}
    for entry in entries:
        for name in ("SkuId", "sku_id", "skuId"):
            listing = by_sku.get(told(entry.get(name)))
            if listing is not None:
                found[listing] = entry
    return found


def _is_about_skus(refusal: Refused) -> bool:
    """Whether some SKU may be at fault, and not the seller or the request."""
    code = bare(refusal.code)
    return code.isdigit() and code not in _WHOLE_CALL_CODES


def _alone(refusal: Refused) -> tuple[str, str]:
    """Return code and text for the only SKU of a refused call.

    501 is a summary: the reason stands in its detail.
    """
    for entry in refusal.detail_records:
        code, text = _said(entry)
        return code or refusal.code, text or refusal.message
    return refusal.code, refusal.message


def _said(entry: JsonRecord) -> tuple[str, str]:
    code = told(entry.get("code")) or told(entry.get("error_code"))
    text = told(entry.get("message")) or told(entry.get("msg"))
    return code, text


def _classified(listing: ListingRef, code: str, text: str) -> StockResult:
    low = text.lower()
    reason = ": ".join(part for part in (code, text) if part) or "no reason given"
    if bare(code) in _LOCKED_CODES or _any_of(_LOCKED_TEXTS, low):
        return refused(listing, f"below what a campaign has locked: {reason}")
    if bare(code) in _LATER_CODES or _any_of(_LATER_TEXTS, low):
        return StockResult(listing=listing, outcome=WriteOutcome.LATER, detail=reason)
    return refused(listing, reason)


def _any_of(texts: Sequence[str], said: str) -> bool:
    return any(part in said for part in texts)
