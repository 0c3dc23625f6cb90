"""Opens sheets, describes them, and throws drafts away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock._upsert import insert_missing
from stock.errors import UnknownWarehouse
from stock.models import (
    Order,
    ReturnSheet,
    SheetParcel,
    SheetParcelState,
    SheetState,
    Warehouse,
)
from stock.readable import readable_text
from stock.receipt_history import LARGEST_ID
from stock.scope import among
from stock.sheets.clerk import Clerk
from stock.sheets.errors import WarehouseFixed
from stock.sheets.holding import (
    SheetHead,
    check_open,
    close_when_done,
    hold_sheet,
    mark_changed,
    sheet_head,
)
from stock.sheets.kept import forget_old_answers

LONGEST_CARRIER = 100
LONGEST_NOTE = 500


def open_sheet(
    session: Session,
    *,
    key: str,
    warehouse_id: int,
    by: Clerk,
    now: datetime,
    carrier: str = "",
    note: str = "",
) -> SheetHead:
    """Open a sheet, once for each key of a person.

    Opened before, it is given back as it stands now.  Raises ``UnknownWarehouse``.
    """
    _check_warehouse(session, warehouse_id, by)
    forget_old_answers(session, now)
    row = {
        "key": key,
        "warehouse_id": warehouse_id,
        "carrier": readable_text(carrier.strip(), LONGEST_CARRIER),
        "note": readable_text(note, LONGEST_NOTE),
        "opened_by": by.name,
        "opened_at": now,
        "state": SheetState.DRAFT,
        "closed_by": "",
    }
    insert_missing(session, ReturnSheet, [row])
    sheet = session.scalars(
        select(ReturnSheet)
        .where(ReturnSheet.opened_by == by.name)
        .where(ReturnSheet.key == key)
    ).one()
    return sheet_head(sheet)


def describe_sheet(
    session: Session,
    sheet_id: int,
    *,
    by: Clerk,
    now: datetime,
    carrier: str | None = None,
    note: str | None = None,
    warehouse_id: int | None = None,
) -> SheetHead:
    """Change what is written at the top of a draft; None leaves a thing as it is.

    Raises ``UnknownSheet``, ``SheetClosed``, ``UnknownWarehouse`` or
    ``WarehouseFixed``.
    """
    sheet = hold_sheet(session, sheet_id, by)
    check_open(sheet)
    if warehouse_id is not None and warehouse_id != sheet.warehouse_id:
        _check_warehouse(session, warehouse_id, by)
        if _parcels(session, sheet, SheetParcelState.POSTED):
            raise WarehouseFixed(sheet.number)
        sheet.warehouse_id = warehouse_id
    if carrier is not None:
        sheet.carrier = readable_text(carrier.strip(), LONGEST_CARRIER)
    if note is not None:
        sheet.note = readable_text(note, LONGEST_NOTE)
    return sheet_head(sheet)


def close_sheet(
    session: Session, sheet_id: int, *, by: Clerk, now: datetime
) -> SheetHead:
    """Close a sheet on which all parcels are posted; with drafts left it stays open.

    Said again, it changes nothing.  Raises ``UnknownSheet``.
    """
    sheet = hold_sheet(session, sheet_id, by)
    if sheet.state == SheetState.DRAFT and _parcels(
        session, sheet, SheetParcelState.POSTED
    ):
        close_when_done(session, sheet, by, now)
    return sheet_head(sheet)


def discard(session: Session, sheet_id: int, *, by: Clerk, now: datetime) -> SheetHead:
    """Take the drafts off a sheet and close it; what was posted on it stays posted.

    Drafts of shops that are not the person's stay, and keep the sheet open.  Said
    again, it changes nothing.  Raises ``UnknownSheet``.
    """
    sheet = hold_sheet(session, sheet_id, by)
    if sheet.state != SheetState.DRAFT:
        return sheet_head(sheet)
    for parcel in _parcels(session, sheet, SheetParcelState.DRAFT, by.shop_ids):
        parcel.state = SheetParcelState.TAKEN_OFF
        mark_changed(parcel, by, now)
    close_when_done(session, sheet, by, now)
    return sheet_head(sheet)


def _check_warehouse(session: Session, warehouse_id: int, by: Clerk) -> None:
    is_id = 0 < warehouse_id <= LARGEST_ID
    known = session.get(Warehouse, warehouse_id) if is_id else None
    if known is None or not by.works_in(warehouse_id):
        raise UnknownWarehouse(str(warehouse_id))


def _parcels(
    session: Session,
    sheet: ReturnSheet,
    state: SheetParcelState,
    shop_ids: Collection[int] | None = None,
) -> Sequence[SheetParcel]:
    return session.scalars(
        select(SheetParcel)
        .join(Order, Order.id == SheetParcel.order_id)
        .where(SheetParcel.sheet_id == sheet.id)
        .where(SheetParcel.state == state)
        .where(among(Order.shop_id, shop_ids))
        .order_by(SheetParcel.id)
        .with_for_update(of=SheetParcel)
        .execution_options(populate_existing=True)
    ).all()
