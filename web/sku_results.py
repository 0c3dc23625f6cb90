"""What a document changed, SKU by SKU, with the listings that hear of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from stock.models import Receipt
from stock.receipt_history import SkuChange
from web.numbers import ListingNumber, listing_numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuResult:
    """One SKU of a document: its change, and the listings that hear of it."""

    change: SkuChange
    numbers: Sequence[ListingNumber]


def receipt_numbers(session: Session, receipt: Receipt) -> Sequence[ListingNumber]:
    """Return the numbers of all listings that a receipt's SKUs are in."""
    skus = {line.order_line.sku_id for line in receipt.lines}
    return listing_numbers(session, sorted(skus))


def sku_results(
    changes: Iterable[SkuChange], numbers: Sequence[ListingNumber]
) -> Sequence[SkuResult]:
    """Put beside each change the listings that stand for its SKU."""
    return [
        SkuResult(
            change=change,
            numbers=[
                number
                for number in numbers
                if change.sku.id in {part.sku_id for part in number.listing.components}
            ],
        )
        for change in changes
    ]
