"""Lists sheets, and finds them by number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, func, or_, select, true
from sqlalchemy.orm import Session

from stock.models import (
    Order,
    ReturnSheet,
    SheetParcel,
    SheetParcelState,
    SheetState,
    Warehouse,
)
from stock.models.sheets import sheet_number
from stock.receipt_history import LARGEST_ID
from stock.scope import among
from stock.sheets.clerk import Clerk
from stock.sheets.errors import UnknownSheet
from stock.sheets.pages import SheetRow, WarehouseName


def list_sheets(
    session: Session,
    *,
    by: Clerk,
    states: Collection[SheetState] = (SheetState.DRAFT,),
    limit: int = 50,
    before_id: int | None = None,
) -> Sequence[SheetRow]:
    """Return sheets, the newest first, in slices before a sheet.

    Counted are the parcels of the person's shops.
    """
    query = sheets_with_warehouses(by).where(ReturnSheet.state.in_(states))
    if before_id is not None:
        query = query.where(ReturnSheet.id < before_id)
    found = session.execute(query.order_by(ReturnSheet.id.desc()).limit(limit)).all()
    counted = _count_parcels(session, [sheet.id for sheet, _ in found], by)
    return [
        SheetRow(
            id=sheet.id,
            number=sheet.number,
            state=SheetState(sheet.state),
            warehouse=warehouse_name(warehouse),
            carrier=sheet.carrier,
            note=sheet.note,
            opened_by=sheet.opened_by,
            opened_at=sheet.opened_at,
            closed_at=sheet.closed_at,
            drafts=counted[sheet.id, SheetParcelState.DRAFT],
            posted=counted[sheet.id, SheetParcelState.POSTED],
        )
        for sheet, warehouse in found
    ]


def sheet_by_number(session: Session, number: str) -> int:
    """Return the id of the sheet that people call by this number.

    Raises ``UnknownSheet``.
    """
    digits = number.strip().upper().removeprefix("S")
    sheet_id = int(digits) if digits.isascii() and digits.isdigit() else 0
    if 0 < sheet_id <= LARGEST_ID:
        known = select(ReturnSheet.id).where(ReturnSheet.id == sheet_id)
        if session.scalar(known) is not None:
            return sheet_id
    raise UnknownSheet(number[: len(sheet_number(LARGEST_ID))])


def sheets_with_warehouses(by: Clerk) -> Select[ReturnSheet, Warehouse]:
    """Return the query for the sheets that a person may see, with their warehouses."""
    return (
        select(ReturnSheet, Warehouse)
        .join(Warehouse, Warehouse.id == ReturnSheet.warehouse_id)
        .where(_is_seen(by))
    )


def _is_seen(by: Clerk) -> ColumnElement[bool]:
    """Return the condition that a sheet is of a person's warehouse or shops."""
    if by.shop_ids is None:
        return true()
    of_their_shops = (
        select(SheetParcel.id)
        .join(Order, Order.id == SheetParcel.order_id)
        .where(SheetParcel.sheet_id == ReturnSheet.id)
        .where(among(Order.shop_id, by.shop_ids))
        .exists()
    )
    return or_(among(ReturnSheet.warehouse_id, by.warehouse_ids), of_their_shops)


def warehouse_name(warehouse: Warehouse) -> WarehouseName:
    """Return how people name a warehouse."""
    return WarehouseName(warehouse.id, warehouse.code, warehouse.name)


def _count_parcels(
    session: Session, sheet_ids: Collection[int], by: Clerk
) -> Counter[tuple[int, str]]:
    rows = session.execute(
        select(SheetParcel.sheet_id, SheetParcel.state, func.count())
        .join(Order, Order.id == SheetParcel.order_id)
        .where(SheetParcel.sheet_id.in_(sheet_ids))
        .where(among(Order.shop_id, by.shop_ids))
        .group_by(SheetParcel.sheet_id, SheetParcel.state)
    )
    return Counter({(sheet_id, state): units for sheet_id, state, units in rows})
