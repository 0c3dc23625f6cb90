"""What stands at the top of a sheet, and throwing a draft away."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from stock.errors import StockError
from stock.sheets import (
    UnknownParcel,
    UnknownSheet,
    describe_sheet,
    discard,
    refusal_of,
    whole_sheet,
)
from web.desk import current_desk
from web.entry import note_trouble
from web.errors import FieldsRefused, TokenRefused
from web.permissions import Permission, needs
from web.routing import LARGEST_ID
from web.sheets.listing import carrier_trouble
from web.sheets.page import render_sheet
from web.sheets.room import (
    blueprint,
    current_clerk,
    issue_key,
    may_change,
    read_key,
    single_fields,
)
from web.sheets.sentences import said_of_refusal, too_long_open


@blueprint.post("/sheets/<id:sheet_id>/describe")
@needs(Permission.BOOK)
def describe(sheet_id: int) -> ResponseReturnValue:
    """Change a sheet's warehouse, carrier and note."""
    fields = single_fields(("key", "warehouse", "carrier", "note"))
    note, carrier = fields.get("note", ""), fields.get("carrier", "")
    warehouse_id = record_id(fields.get("warehouse", ""), "warehouse")
    trouble = carrier_trouble(carrier) or note_trouble(note)
    if trouble:
        return _again(sheet_id, trouble, fields, status=400)
    desk = current_desk()
    try:
        read_key(fields.get("key", ""), sheet_id)
        desk.database.run(
            lambda session: describe_sheet(
                session,
                sheet_id,
                by=current_clerk(),
                now=desk.now(),
                carrier=carrier,
                note=note,
                warehouse_id=warehouse_id,
            )
        )
    except TokenRefused:
        return _again(sheet_id, too_long_open(), fields)
    except (UnknownSheet, UnknownParcel):
        raise
    except StockError as error:
        return _again(sheet_id, said_of_refusal(refusal_of(error)).words, fields)
    return redirect(url_for("sheets.show_sheet", sheet_id=sheet_id), 303)


@blueprint.get("/sheets/<id:sheet_id>/discard")
@needs(Permission.BOOK)
def show_discard(sheet_id: int) -> ResponseReturnValue:
    """Ask whether a sheet is to be thrown away."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        if not may_change(sheet):
            return redirect(url_for("sheets.show_sheet", sheet_id=sheet_id), 303)
        return render_template(
            "sheets/discard.html", sheet=sheet, key=issue_key(sheet_id)
        )


@blueprint.post("/sheets/<id:sheet_id>/discard")
@needs(Permission.BOOK)
def discard_sheet(sheet_id: int) -> ResponseReturnValue:
    """Take a sheet's drafts off and close it; said again, it changes nothing."""
    fields = single_fields(("key",))
    desk = current_desk()
    try:
        read_key(fields.get("key", ""), sheet_id)
    except TokenRefused:
        return redirect(url_for("sheets.show_discard", sheet_id=sheet_id), 303)
    desk.database.run(
        lambda session: discard(session, sheet_id, by=current_clerk(), now=desk.now())
    )
    return redirect(url_for("sheets.show_list"), 303)


def record_id(text: str, field: str) -> int:
    """Return a record's number out of a form.  Raises ``FieldsRefused``."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:17]) <= LARGEST_ID):
        raise FieldsRefused(field)
    return int(text)


def _again(
    sheet_id: int, trouble: str, fields: Mapping[str, str], *, status: int = 409
) -> ResponseReturnValue:
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        page = render_sheet(session, sheet, troubles=[trouble], described=fields)
        return page, status
