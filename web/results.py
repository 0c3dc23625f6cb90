"""What a booked receipt did: in the ledger, for the ERP, and on every channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.models import Receipt
from stock.receipt_history import SkuChange, changes_of
from web.access import desk_blueprint
from web.desk import current_desk
from web.numbers import ListingNumber, is_settled, listing_numbers
from web.records import named_receipt

blueprint = desk_blueprint("results")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuResult:
    """One SKU of a receipt: its change, and the listings that hear of it."""

    change: SkuChange
    numbers: Sequence[ListingNumber]


@blueprint.get("/receipts/<id:receipt_id>")
def show_result(receipt_id: int) -> ResponseReturnValue:
    """Show a receipt and the numbers that follow from it."""
    with current_desk().database.read() as session:
        receipt = named_receipt(session, receipt_id)
        numbers = _numbers(session, receipt)
        return render_template(
            "result.html",
            receipt=receipt,
            results=[
                SkuResult(change=change, numbers=_of_sku(numbers, change))
                for change in changes_of(session, receipt)
            ],
            settled=is_settled(numbers),
        )


@blueprint.get("/receipts/<id:receipt_id>/numbers")
def show_numbers(receipt_id: int) -> ResponseReturnValue:
    """Tell the result page's script how far the channels are."""
    with current_desk().database.read() as session:
        numbers = _numbers(session, named_receipt(session, receipt_id))
        return {
            "settled": is_settled(numbers),
            "listings": [number.as_json() for number in numbers],
        }


def _numbers(session: Session, receipt: Receipt) -> Sequence[ListingNumber]:
    skus = {line.order_line.sku_id for line in receipt.lines}
    return listing_numbers(session, sorted(skus))


def _of_sku(
    numbers: Sequence[ListingNumber], change: SkuChange
) -> Sequence[ListingNumber]:
    return [
        number
        for number in numbers
        if change.sku.id in {part.sku_id for part in number.listing.components}
    ]
