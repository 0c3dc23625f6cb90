"""What a sheet's receipts changed in the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.models import Order, ReceiptReversal, ReturnSheet, SheetParcel
from stock.receipt_history import SkuChange, changes_of_all, find_receipts
from stock.scope import among
from stock.sheets.clerk import Clerk
from stock.sheets.errors import UnknownSheet


def sheet_changes(session: Session, sheet_id: int, *, by: Clerk) -> Sequence[SkuChange]:
    """Return what the receipts of a sheet changed, by SKU, added up.

    Left out are receipts that were reversed, and those of shops that are not the
    person's.  The numbers after are those right after the last of the receipts.
    Raises ``UnknownSheet``.
    """
    sheet = session.get(ReturnSheet, sheet_id)
    if sheet is None:
        raise UnknownSheet(str(sheet_id))
    booked = session.scalars(
        select(SheetParcel.receipt_id)
        .join(Order, Order.id == SheetParcel.order_id)
        .outerjoin(
            ReceiptReversal, ReceiptReversal.receipt_id == SheetParcel.receipt_id
        )
        .where(SheetParcel.sheet_id == sheet_id)
        .where(SheetParcel.receipt_id.is_not(None))
        .where(ReceiptReversal.id.is_(None))
        .where(among(Order.shop_id, by.shop_ids))
    )
    receipts = find_receipts(session, [x for x in booked if x is not None])
    return changes_of_all(session, receipts, warehouse_id=sheet.warehouse_id)
