"""Fills a sheet in without script: one scan, or one parcel's form, for each post."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.errors import StockError
from stock.sheets import (
    AllCounted,
    Counts,
    NotInParcel,
    ParcelClosed,
    ParcelHead,
    ParcelView,
    UnknownParcel,
    UnknownSheet,
    count_from_zero,
    count_scan,
    judge,
    post_parcel,
    put_on,
    refusal_of,
    take_off,
    whole_sheet,
)
from web.desk import current_desk
from web.errors import TokenRefused
from web.permissions import Permission, needs
from web.sheets.cards import Card, all_good, parcel_of
from web.sheets.describing import record_id
from web.sheets.page import render_sheet
from web.sheets.room import (
    blueprint,
    current_clerk,
    read_key,
    ring,
    single_fields,
)
from web.sheets.sentences import QUESTIONS, Said, said_of_refusal, too_long_open
from web.sheets.typed_counts import (
    ParcelEntry,
    counts_of_entry,
    read_parcel_entry,
    read_version,
)
from web.typed import typed_code

_SCAN_FIELDS = ("key", "code", "parcel", "version", "order", "again")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scanned:
    """What one scan did."""

    parcel_id: int
    counted: str = ""
    is_new: bool = False


@blueprint.post("/sheets/<id:sheet_id>/scan")
@needs(Permission.BOOK)
def scan(sheet_id: int) -> ResponseReturnValue:
    """Count a scanned item of the open parcel, or put the scanned parcel on."""
    fields = single_fields(_SCAN_FIELDS)
    code = typed_code(fields.get("code", ""))
    try:
        key = read_key(fields.get("key", ""), sheet_id)
    except TokenRefused:
        return _stale_page(sheet_id)
    if not code:
        return redirect(url_for("sheets.show_sheet", sheet_id=sheet_id), 303)
    try:
        done = current_desk().database.run(
            lambda session: _scan(session, sheet_id, code, key.id, fields)
        )
    except (UnknownSheet, UnknownParcel):
        raise
    except StockError as error:
        return _refused_scan(sheet_id, code, error, fields)
    told = {"counted": done.counted} if done.counted else {"put": "1"}
    if done.is_new:
        told = {"new": "1"}
    return redirect(
        url_for(
            "sheets.show_sheet",
            sheet_id=sheet_id,
            parcel=done.parcel_id,
            **told,  # type: ignore[arg-type]
        ),
        303,
    )


@blueprint.post("/sheets/<id:sheet_id>/parcels/<id:parcel_id>")
@needs(Permission.BOOK)
def change_parcel(sheet_id: int, parcel_id: int) -> ResponseReturnValue:
    """Do with one parcel what its form says."""
    desk = current_desk()
    with desk.database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        parcel = parcel_of(sheet, parcel_id)
        if parcel is None:
            raise UnknownParcel(str(parcel_id))
        entry = read_parcel_entry(parcel)
        counted, trouble = counts_of_entry(entry)
    try:
        read_key(entry.key, sheet_id)
    except TokenRefused:
        return _again(sheet_id, parcel_id, entry, too_long_open())
    if trouble and entry.deed in ("save", "post"):
        return _again(sheet_id, parcel_id, entry, trouble, status=400)
    try:
        receipt_id = desk.database.run(
            lambda session: _change(session, parcel, entry, counted)
        )
    except (UnknownSheet, UnknownParcel):
        raise
    except ParcelClosed as error:
        if not (entry.deed == "post" and _is_mine(error)):
            words = said_of_refusal(refusal_of(error)).words
            return _again(sheet_id, parcel_id, entry, words)
        receipt_id = None
    except StockError as error:
        words = said_of_refusal(refusal_of(error)).words
        return _again(sheet_id, parcel_id, entry, words)
    ring([receipt_id] if receipt_id else [])
    shown = parcel_id if entry.deed != "take_off" else None
    return redirect(url_for("sheets.show_sheet", sheet_id=sheet_id, parcel=shown), 303)


def _is_mine(error: ParcelClosed) -> bool:
    """Say whether the reader has posted the parcel: a second click on the button."""
    return error.state == "posted" and error.changed_by == current_clerk().name


def _scan(
    session: Session, sheet_id: int, code: str, key: str, fields: Mapping[str, str]
) -> _Scanned:
    opened = fields.get("parcel", "")
    if opened:
        try:
            return _count(session, record_id(opened, "parcel"), code, fields)
        except NotInParcel:
            pass
    clerk = current_clerk()
    digest = hashlib.sha256(code.encode()).hexdigest()[:16]
    order = fields.get("order", "")
    put = put_on(
        session,
        sheet_id,
        code,
        key=f"form:{key}:{digest}",
        by=clerk,
        now=current_desk().now(),
        order_id=record_id(order, "order") if order else None,
        again=fields.get("again") == "1",
    )
    return _Scanned(parcel_id=put.parcel.id, is_new=put.is_new)


def _count(
    session: Session, parcel_id: int, code: str, fields: Mapping[str, str]
) -> _Scanned:
    version = read_version(fields.get("version", ""))
    clerk, now = current_clerk(), current_desk().now()
    try:
        found = count_scan(session, parcel_id, code, version=version, by=clerk, now=now)
    except AllCounted:
        if version != 1:
            raise
        # Nobody has touched the preset: whoever scans an item means to count.
        head = count_from_zero(session, parcel_id, version=version, by=clerk, now=now)
        found = count_scan(
            session, parcel_id, code, version=head.version, by=clerk, now=now
        )
    return _Scanned(parcel_id=found.parcel.id, counted=found.sku)


def _change(
    session: Session,
    parcel: ParcelView,
    entry: ParcelEntry,
    counted: Mapping[str, Counts],
) -> int | None:
    """Do what the form says; return the receipt that was booked, if one was."""
    clerk, now = current_clerk(), current_desk().now()
    match entry.deed:
        case "take_off":
            take_off(session, parcel.id, version=entry.version, by=clerk, now=now)
        case "zero":
            count_from_zero(
                session, parcel.id, version=entry.version, by=clerk, now=now
            )
        case "all_good":
            units = {line.name: all_good(line) for line in parcel.lines}
            _judge(session, parcel, entry, units)
        case "post":
            head = _judge(session, parcel, entry, counted)
            posted = post_parcel(
                session, parcel.id, version=head.version, by=clerk, now=now
            )
            return posted.receipt_id
        case _:
            _judge(session, parcel, entry, counted)
    return None


def _judge(
    session: Session,
    parcel: ParcelView,
    entry: ParcelEntry,
    units: Mapping[str, Counts],
) -> ParcelHead:
    return judge(
        session,
        parcel.id,
        units,
        version=entry.version,
        by=current_clerk(),
        now=current_desk().now(),
        note=entry.note,
    )


def _refused_scan(
    sheet_id: int, code: str, error: StockError, fields: Mapping[str, str]
) -> ResponseReturnValue:
    refusal = refusal_of(error)
    if refusal.error in QUESTIONS:
        return redirect(url_for("sheets.show_sheet", sheet_id=sheet_id, code=code), 303)
    opened = fields.get("parcel", "")
    return _with_words(
        sheet_id,
        said_of_refusal(refusal),
        opened=record_id(opened, "parcel") if opened else None,
    )


def _stale_page(sheet_id: int) -> ResponseReturnValue:
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        return render_sheet(session, sheet, troubles=[too_long_open()]), 409


def _with_words(
    sheet_id: int, said: Said, *, opened: int | None
) -> ResponseReturnValue:
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        return render_sheet(session, sheet, opened=opened, said=said), 409


def _again(
    sheet_id: int,
    parcel_id: int,
    entry: ParcelEntry,
    trouble: str,
    *,
    status: int = 409,
) -> ResponseReturnValue:
    """Show the sheet with what was typed into one parcel, and why it was not taken."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        parcel = parcel_of(sheet, parcel_id)
        if parcel is None:
            return render_sheet(session, sheet, troubles=[trouble]), status
        card = Card(
            parcel=parcel,
            is_open=True,
            trouble=trouble,
            typed=entry.typed,
            note=entry.note,
        )
        return render_sheet(session, sheet, changed=[card]), status
