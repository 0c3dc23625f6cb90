"""What a booked receipt did: in the ledger, for the ERP, and on every channel."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from stock.photos import Subject, SubjectKind, evidence_of_receipt
from stock.receipt_history import changes_of
from web.access import desk_blueprint
from web.desk import current_desk
from web.numbers import is_settled
from web.permissions import Permission, needs
from web.photos.strips import evidence_strip
from web.records import may_book_into, named_receipt
from web.sku_results import receipt_numbers, sku_results

blueprint = desk_blueprint("results")


@blueprint.get("/receipts/<id:receipt_id>")
@needs(Permission.LOOK)
def show_result(receipt_id: int) -> ResponseReturnValue:
    """Show a receipt and the numbers that follow from it."""
    with current_desk().database.read() as session:
        receipt = named_receipt(session, receipt_id)
        numbers = receipt_numbers(session, receipt)
        return render_template(
            "result.html",
            receipt=receipt,
            results=sku_results(changes_of(session, receipt), numbers),
            settled=is_settled(numbers),
            photos_of_it=evidence_strip(
                Subject(SubjectKind.RECEIPT, receipt.id),
                evidence_of_receipt(session, receipt.id),
                may_add=may_book_into(receipt.warehouse_id),
            ),
        )


@blueprint.get("/receipts/<id:receipt_id>/numbers")
@needs(Permission.LOOK)
def show_numbers(receipt_id: int) -> ResponseReturnValue:
    """Tell the result page's script how far the channels are."""
    with current_desk().database.read() as session:
        numbers = receipt_numbers(session, named_receipt(session, receipt_id))
        return {
            "settled": is_settled(numbers),
            "listings": [number.as_json() for number in numbers],
        }
