"""What return sheets say of an order's parcels, as plain facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.models import (
    Order,
    ReturnSheet,
    SheetLine,
    SheetParcel,
    SheetParcelState,
    Sku,
    Warehouse,
)
from stock.models.receipts import receipt_number

CONDITIONS = ("good", "damaged", "lost", "wrong", "missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFact:
    """One parcel on a sheet: who scanned it, who judged it, and what was in it."""

    sheet: str
    position: int
    code: str
    """As it was scanned or typed."""
    warehouse: str
    carrier: str
    note: str
    scanned_by: str
    scanned_at: datetime
    judged_by: str
    judged_at: datetime
    receipt: str
    """The receipt that it became; empty where nothing was booked."""
    lines: Sequence[Mapping[str, str | int]]


def sheet_facts(session: Session, order: Order) -> Sequence[SheetFact]:
    """Return the posted parcels of an order, the first one scanned first."""
    rows = session.execute(
        select(SheetParcel, ReturnSheet, Warehouse.code)
        .join(ReturnSheet, ReturnSheet.id == SheetParcel.sheet_id)
        .join(Warehouse, Warehouse.id == ReturnSheet.warehouse_id)
        .where(SheetParcel.order_id == order.id)
        .where(SheetParcel.state == SheetParcelState.POSTED)
        .order_by(SheetParcel.id)
    ).all()
    lines = _lines(session, [parcel.id for parcel, _, _ in rows])
    return [
        SheetFact(
            sheet=sheet.number,
            position=parcel.position,
            code=parcel.code,
            warehouse=warehouse,
            carrier=sheet.carrier,
            note=parcel.note,
            scanned_by=parcel.added_by,
            scanned_at=parcel.added_at,
            judged_by=parcel.changed_by,
            judged_at=parcel.changed_at,
            receipt=receipt_number(parcel.receipt_id) if parcel.receipt_id else "",
            lines=lines.get(parcel.id, []),
        )
        for parcel, sheet, warehouse in rows
    ]


def _lines(
    session: Session, parcel_ids: Sequence[int]
) -> Mapping[int, list[Mapping[str, str | int]]]:
    rows = session.execute(
        select(SheetLine, Sku.code)
        .join(Sku, Sku.id == SheetLine.sku_id)
        .where(SheetLine.parcel_id.in_(parcel_ids))
        .order_by(SheetLine.parcel_id, Sku.code, SheetLine.warehouse_id)
    )
    found: dict[int, list[Mapping[str, str | int]]] = {}
    for line, sku in rows:
        counts = {condition: getattr(line, condition) for condition in CONDITIONS}
        found.setdefault(line.parcel_id, []).append(
            {"sku": sku, "expected": line.expected, **counts}
        )
    return found
