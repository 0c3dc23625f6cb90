"""Puts parcels on a sheet and takes them off again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from stock.errors import IdempotencyConflict
from stock.locking import locked_orders
from stock.models import (
    Order,
    ReturnSheet,
    SheetLine,
    SheetParcel,
    SheetParcelState,
)
from stock.readable import readable_text
from stock.sheets.clerk import Clerk
from stock.sheets.errors import (
    AlreadyReceived,
    NothingOut,
    OnAnotherSheet,
    SheetFull,
    UnknownParcel,
)
from stock.sheets.holding import (
    ParcelHead,
    check_draft,
    check_open,
    check_version,
    hold_parcel,
    hold_sheet,
    mark_changed,
    parcel_head,
)
from stock.sheets.looking import Known, order_meant, standing_of
from stock.sheets.matching import Matched, ParcelPlace, match_order
from stock.sheets.opening import LONGEST_NOTE

MOST_PARCELS = 200


@dataclass(frozen=True, slots=True)
class PutOn:
    """The parcel on the sheet; not new when it was there already."""

    parcel: ParcelHead
    is_new: bool


def put_on(
    session: Session,
    sheet_id: int,
    code: str,
    *,
    key: str,
    by: Clerk,
    now: datetime,
    order_id: int | None = None,
    again: bool = False,
    note: str = "",
) -> PutOn:
    """Put a scanned parcel on a sheet, once for each key of a person.

    Preset to good: the units that the meant return announces, or without any that are
    announced, all that are out.  What came already takes ``again`` to be put on once
    more, preset to nothing.  Raises ``UnknownSheet``, ``SheetClosed``, ``SheetFull``,
    ``UnknownOrder``, ``AmbiguousReference``, ``OnAnotherSheet``, ``NothingOut``,
    ``AlreadyReceived`` or ``IdempotencyConflict``.
    """
    sheet = hold_sheet(session, sheet_id, by)
    known = _put_before(session, key, by)
    if known is not None:
        if known.sheet_id != sheet.id or known.code != code.strip():
            raise IdempotencyConflict(key)
        return PutOn(parcel_head(known), is_new=False)
    check_open(sheet)
    named = order_meant(session, code, by, order_id)
    # Whoever waited for the lock sees the draft that came first.
    order = session.scalars(locked_orders().where(Order.id == named.id)).one()
    matched = match_order(session, order, code)
    if matched.draft is not None:
        return _on_a_sheet(session, sheet, matched.draft, code)
    _check_receivable(matched, code, again=again)
    parcel = SheetParcel(
        sheet_id=sheet.id,
        position=_next_position(session, sheet),
        key=key,
        code=code.strip(),
        order_id=order.id,
        expected_return_id=matched.meant.id if matched.meant else None,
        state=SheetParcelState.DRAFT,
        note=readable_text(note, LONGEST_NOTE),
        added_by=by.name,
        added_at=now,
        version=1,
        changed_by=by.name,
        changed_at=now,
    )
    session.add(parcel)
    session.flush()
    session.add_all(_preset(parcel, matched))
    session.flush()
    return PutOn(parcel_head(parcel), is_new=True)


def take_off(
    session: Session, parcel_id: int, *, version: int, by: Clerk, now: datetime
) -> ParcelHead:
    """Take a draft parcel off its sheet; it can be put on again, here or elsewhere.

    Said again, it changes nothing.  Raises ``UnknownParcel``, ``ParcelClosed`` or
    ``StaleParcel``.
    """
    held = hold_parcel(session, parcel_id, by)
    if held.parcel.state == SheetParcelState.TAKEN_OFF:
        return parcel_head(held.parcel)
    check_draft(held.parcel)
    check_version(held.parcel, version)
    held.parcel.state = SheetParcelState.TAKEN_OFF
    mark_changed(held.parcel, by, now)
    return parcel_head(held.parcel)


def _put_before(session: Session, key: str, by: Clerk) -> SheetParcel | None:
    return session.scalar(
        select(SheetParcel)
        .where(SheetParcel.added_by == by.name)
        .where(SheetParcel.key == key)
    )


def _on_a_sheet(
    session: Session, sheet: ReturnSheet, place: ParcelPlace, code: str
) -> PutOn:
    if place.sheet_id == sheet.id:
        parcel = session.get(SheetParcel, place.parcel_id)
        if parcel is None:
            raise UnknownParcel(str(place.parcel_id))
        return PutOn(parcel_head(parcel), is_new=False)
    raise OnAnotherSheet(
        code=code.strip(),
        sheet=place.sheet_number,
        sheet_id=place.sheet_id,
        parcel_id=place.parcel_id,
        added_by=place.added_by,
    )


def _check_receivable(matched: Matched, code: str, *, again: bool) -> None:
    known = standing_of(matched, None)
    order = matched.order.channel_order_id
    if not matched.out:
        raise NothingOut(code=code.strip(), order=order, known=known)
    if known in (Known.RECEIVED, Known.WRITTEN_OFF) and not again:
        numbers = [receipt.number for receipt in matched.standing_receipts]
        raise AlreadyReceived(code=code.strip(), order=order, receipts=numbers)


def _next_position(session: Session, sheet: ReturnSheet) -> int:
    on_it = select(func.max(SheetParcel.position), func.count()).where(
        SheetParcel.sheet_id == sheet.id
    )
    last, parcels = session.execute(on_it).one()
    if parcels >= MOST_PARCELS:
        raise SheetFull(sheet=sheet.number, most=MOST_PARCELS)
    return (last or 0) + 1


def _preset(parcel: SheetParcel, matched: Matched) -> Iterable[SheetLine]:
    is_first = standing_of(matched, None) == Known.RECEIVABLE
    for packed in matched.packed:
        if packed.out:
            yield SheetLine(
                parcel_id=parcel.id,
                sku_id=packed.sku_id,
                warehouse_id=packed.warehouse_id,
                expected=packed.expected,
                # Nothing is announced, yet somebody holds the parcel: all is in it.
                good=packed.out if is_first else packed.expected,
                damaged=0,
                lost=0,
                wrong=0,
                missing=0,
            )
