"""Takes hold of sheets and their parcels before they change.

Everywhere in the same sequence: the sheet, its parcel, the order, its lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.models import (
    Order,
    ReturnSheet,
    SheetParcel,
    SheetParcelState,
    SheetState,
)
from stock.models.receipts import receipt_number
from stock.sheets.clerk import Clerk
from stock.sheets.errors import (
    ParcelClosed,
    SheetClosed,
    StaleParcel,
    UnknownParcel,
    UnknownSheet,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetHead:
    """A sheet as it stands after a change."""

    id: int
    number: str
    state: SheetState
    warehouse_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParcelHead:
    """A parcel as it stands after a change."""

    id: int
    sheet_id: int
    state: SheetParcelState
    version: int


@dataclass(frozen=True, slots=True)
class Held:
    """A parcel and its sheet, both locked."""

    sheet: ReturnSheet
    parcel: SheetParcel


def sheet_head(sheet: ReturnSheet) -> SheetHead:
    """Return how a sheet stands."""
    return SheetHead(
        id=sheet.id,
        number=sheet.number,
        state=SheetState(sheet.state),
        warehouse_id=sheet.warehouse_id,
    )


def parcel_head(parcel: SheetParcel) -> ParcelHead:
    """Return how a parcel stands."""
    return ParcelHead(
        id=parcel.id,
        sheet_id=parcel.sheet_id,
        state=SheetParcelState(parcel.state),
        version=parcel.version,
    )


def hold_sheet(session: Session, sheet_id: int, by: Clerk) -> ReturnSheet:
    """Return a sheet, locked, that this person may change.  Raises ``UnknownSheet``."""
    sheet = session.scalar(
        select(ReturnSheet)
        .where(ReturnSheet.id == sheet_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if sheet is None or not by.works_in(sheet.warehouse_id):
        raise UnknownSheet(str(sheet_id))
    return sheet


def hold_parcel(session: Session, parcel_id: int, by: Clerk) -> Held:
    """Return a parcel with its sheet, both locked, that this person may change.

    Raises ``UnknownParcel``.
    """
    found = session.execute(
        select(SheetParcel.sheet_id, Order.shop_id)
        .join(Order, Order.id == SheetParcel.order_id)
        .where(SheetParcel.id == parcel_id)
    ).one_or_none()
    if found is None or not by.sees_shop(found.shop_id):
        raise UnknownParcel(str(parcel_id))
    try:
        sheet = hold_sheet(session, found.sheet_id, by)
    except UnknownSheet:
        raise UnknownParcel(str(parcel_id)) from None
    parcel = session.scalars(
        select(SheetParcel)
        .where(SheetParcel.id == parcel_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return Held(sheet, parcel)


def check_open(sheet: ReturnSheet) -> None:
    """Refuse to change a closed sheet.  Raises ``SheetClosed``."""
    if sheet.state != SheetState.DRAFT:
        raise SheetClosed(sheet=sheet.number, state=sheet.state)


def check_draft(parcel: SheetParcel) -> None:
    """Refuse to change a closed parcel.  Raises ``ParcelClosed``."""
    if parcel.state != SheetParcelState.DRAFT:
        raise ParcelClosed(
            parcel_id=parcel.id,
            state=parcel.state,
            changed_by=parcel.changed_by,
            receipt=receipt_number(parcel.receipt_id) if parcel.receipt_id else "",
        )


def check_version(parcel: SheetParcel, seen: int) -> None:
    """Refuse to change what somebody changed meanwhile.  Raises ``StaleParcel``."""
    if parcel.version != seen:
        raise StaleParcel(
            parcel_id=parcel.id,
            version=parcel.version,
            seen=seen,
            changed_by=parcel.changed_by,
            changed_at=parcel.changed_at,
        )


def mark_changed(parcel: SheetParcel, by: Clerk, now: datetime) -> None:
    """Note who changed a parcel."""
    parcel.version += 1
    parcel.changed_by = by.name
    parcel.changed_at = now


def close_when_done(
    session: Session, sheet: ReturnSheet, by: Clerk, now: datetime
) -> None:
    """Close a sheet without draft parcels: posted if any was, or else discarded."""
    session.flush()
    states = set(
        session.scalars(
            select(SheetParcel.state).where(SheetParcel.sheet_id == sheet.id).distinct()
        )
    )
    if SheetParcelState.DRAFT in states:
        return
    has_posted = SheetParcelState.POSTED in states
    sheet.state = SheetState.POSTED if has_posted else SheetState.DISCARDED
    sheet.closed_by = by.name
    sheet.closed_at = now
