"""What a posted sheet, or one parcel of it, did: in the ledger and on the channels."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.receipt_history import changes_of
from stock.sheets import SheetView, moved_skus, sheet_changes, whole_sheet
from web.desk import current_desk
from web.numbers import ListingNumber, is_settled, listing_numbers
from web.permissions import Permission, needs
from web.records import named_receipt
from web.sheets.cards import parcel_of
from web.sheets.room import blueprint, current_clerk
from web.sku_results import receipt_numbers, sku_results


@blueprint.get("/sheets/<id:sheet_id>/result")
@needs(Permission.LOOK)
def show_result(sheet_id: int) -> ResponseReturnValue:
    """Show what the sheet's receipts changed, SKU by SKU."""
    clerk = current_clerk()
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=clerk)
        numbers = _numbers(session, sheet)
        changes = sheet_changes(session, sheet_id, by=clerk)
        return render_template(
            "sheets/result.html",
            sheet=sheet,
            results=sku_results(changes, numbers),
            settled=is_settled(numbers),
        )


@blueprint.get("/sheets/<id:sheet_id>/numbers")
@needs(Permission.LOOK)
def show_numbers(sheet_id: int) -> ResponseReturnValue:
    """Tell the result page's script how far the channels are."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        numbers = _numbers(session, sheet)
        return {
            "settled": is_settled(numbers),
            "listings": [number.as_json() for number in numbers],
        }


@blueprint.get("/sheets/<id:sheet_id>/parcels/<id:parcel_id>/result")
@needs(Permission.LOOK)
def show_parcel_result(sheet_id: int, parcel_id: int) -> ResponseReturnValue:
    """Show what one parcel's receipt did, as a part of the sheet's page."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        parcel = parcel_of(sheet, parcel_id)
        receipt_id = parcel.receipt_id if parcel else None
        receipt = named_receipt(session, receipt_id or 0)
        numbers = receipt_numbers(session, receipt)
        return render_template(
            "sheets/parcel_result.html",
            receipt=receipt,
            results=sku_results(changes_of(session, receipt), numbers),
            settled=is_settled(numbers),
        )


def _numbers(session: Session, sheet: SheetView) -> list[ListingNumber]:
    receipts = [x.receipt_id for x in sheet.parcels if x.receipt_id]
    return list(listing_numbers(session, moved_skus(session, receipts)))
