"""Writes TikTok Shop's stock: absolute numbers, one product a call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connector.errors import OutcomeUnknown
from connector.parsing import JsonRecord
from connector.stock_results import Results, all_of, call_by_call, divided, refused
from connector.tiktok.catalogue import Catalogue, is_ours
from connector.tiktok.client import Client
from connector.tiktok.refusals import Refused
from connector.tiktok.restocking import AutoRestock
from connector.tiktok.verdicts import Wanted, classified, results_of
from connector.values import ListingRef, StockResult, StockUpdate, WriteOutcome

WRITE_PATH = "/product/202309/products/{}/inventory/update"
WRITE_BATCH = 50
_LARGEST_STOCK = 99_999


class StockWriter:
    """Sets numbers of up to one batch of listings."""

    def __init__(self, client: Client, catalogue: Catalogue) -> None:
        self._client = client
        self._catalogue = catalogue
        self._restock = AutoRestock(client)
        # A SKU's warehouses change with its listing, which is seldom.
        self._warehouses: dict[ListingRef, tuple[str, ...]] = {}

    def write(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Return one result for each update, in their order.

        Raises only when no product got an answer.  A product whose answer was lost is
        UNKNOWN; once the shop is throttled or refused, what is left is LATER.
        """
        possible, results = divided(updates, _impossible)
        results.update(self._placed(possible))
        return [results[update.listing] for update in updates]

    def _placed(self, wanted: Wanted) -> Results:
        """Write what TikTok Shop knows, each SKU to all of its warehouses."""
        self._learn_warehouses(wanted)
        setting = self._client.account().warehouse_id
        results: Results = {}
        products: dict[str, dict[ListingRef, int]] = {}
        for listing, units in wanted.items():
            reason = self._misplaced(listing, setting)
            if reason:
                results[listing] = refused(listing, reason)
            else:
                products.setdefault(listing.item_id, {})[listing] = units
        still_on = self._restock.turn_off(
            [listing.variant_id for product in products.values() for listing in product]
        )
        results.update(call_by_call(list(products.values()), self._product))
        return {
            listing: _warned(result, still_on.get(listing.variant_id, ""))
            for listing, result in results.items()
        }

    def _learn_warehouses(self, listings: Iterable[ListingRef]) -> None:
        unknown = [one for one in listings if one not in self._warehouses]
        if unknown:
            for listing, held in self._catalogue.stocked(unknown).items():
                self._warehouses[listing] = tuple(filter(None, held.by_warehouse))

    def _misplaced(self, listing: ListingRef, setting: str) -> str:
        """Return why nobody can tell where a listing's units are, or nothing."""
        warehouses = self._warehouses.get(listing)
        if warehouses is None:
            return "TikTok Shop does not know this SKU of this product"
        if len(warehouses) > 1 and setting not in warehouses:
            return "the setting warehouse_id must name one of its warehouses"
        return ""

    def _product(self, product: Wanted) -> Results:
        """Write one product's SKUs, and again those that have moved meanwhile."""
        results = self._tried(product)
        moved = self._moved(
            [
                listing
                for listing, result in results.items()
                if result.outcome is WriteOutcome.REFUSED
            ]
        )
        if moved:
            results.update(self._tried({one: product[one] for one in moved}))
        return results

    def _moved(self, listings: Sequence[ListingRef]) -> list[ListingRef]:
        """Return which of these are in other warehouses than we knew."""
        before = {one: self._warehouses.pop(one, None) for one in listings}
        self._learn_warehouses(listings)
        setting = self._client.account().warehouse_id
        return [
            listing
            for listing, known in before.items()
            if not self._misplaced(listing, setting)
            and self._warehouses[listing] != known
        ]

    def _tried(self, product: Wanted) -> Results:
        """Write once; a refusal of the whole call is divided among its SKUs."""
        try:
            return results_of(product, self._send(product))
        except Refused as refusal:
            if len(product) == 1:
                code, message = refusal.code, refusal.message
                return {one: classified(one, code, message) for one in product}
        results: Results = {}
        for listing, units in product.items():
            one = {listing: units}
            try:
                results.update(self._tried(one))
            except OutcomeUnknown as problem:
                results.update(all_of(one, WriteOutcome.UNKNOWN, problem.detail))
        return results

    def _send(self, product: Wanted) -> JsonRecord:
        path = WRITE_PATH.format(next(iter(product)).item_id)
        skus = [
            {"id": listing.variant_id, "inventory": self._inventory(listing, units)}
            for listing, units in product.items()
        ]
        return self._client.write(path, {"skus": skus})

    def _inventory(self, listing: ListingRef, units: int) -> list[dict[str, Any]]:
        """Return a SKU's number in each of its warehouses, of which none may miss.

        Ours gets it all, so that buyers see exactly this number.
        """
        warehouses = self._warehouses.get(listing, ())
        if not warehouses:
            return [{"quantity": units}]
        if len(warehouses) == 1:
            return [{"warehouse_id": warehouses[0], "quantity": units}]
        ours = self._client.account().warehouse_id
        return [
            {"warehouse_id": one, "quantity": units if one == ours else 0}
            for one in warehouses
        ]


def _impossible(update: StockUpdate) -> str:
    if not is_ours(update.listing):
        return "not a listing of TikTok Shop: its ids are numbers"
    if not 0 <= update.quantity <= _LARGEST_STOCK:
        return f"{update.quantity} is not a number of units that TikTok Shop takes"
    return ""


def _warned(result: StockResult, problem: str) -> StockResult:
    if not problem:
        return result
    warning = f"automatic restocking could not be turned off: {problem}"
    detail = "; ".join(part for part in (result.detail, warning) if part)
    return StockResult(listing=result.listing, outcome=result.outcome, detail=detail)
