"""Posts a whole sheet, after a page that shows what would be booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from stock.sheets import (
    ParcelView,
    PostAnswer,
    SheetParcelState,
    SheetState,
    SheetView,
    post_sheet,
    refusal_of,
    whole_sheet,
)
from stock.sheets.counts import sum_counts
from web.desk import current_desk
from web.errors import FieldsRefused, TokenRefused
from web.permissions import Permission, needs
from web.sheets.describing import record_id
from web.sheets.room import (
    blueprint,
    current_clerk,
    issue_key,
    may_change,
    read_key,
    ring,
)
from web.sheets.sentences import said_of_refusal, too_long_open
from web.sheets.typed_counts import read_version

_VERSION = "version-"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPost:
    """One parcel before the sheet is posted, and why it was not."""

    parcel: ParcelView
    trouble: str = ""


@blueprint.get("/sheets/<id:sheet_id>/post")
@needs(Permission.BOOK)
def show_confirm(sheet_id: int) -> ResponseReturnValue:
    """Show what posting the sheet would book."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        if sheet.state != SheetState.DRAFT:
            return _to_result(sheet_id)
        return _confirm(sheet)


@blueprint.post("/sheets/<id:sheet_id>/post")
@needs(Permission.BOOK)
def post_whole(sheet_id: int) -> ResponseReturnValue:
    """Post the parcels that the reader was shown, as they were shown."""
    desk, clerk = current_desk(), current_clerk()
    versions = _versions()
    try:
        read_key(request.form.get("key", ""), sheet_id)
    except TokenRefused:
        with desk.database.read() as session:
            sheet = whole_sheet(session, sheet_id, by=clerk)
            return _confirm(sheet, troubles=[too_long_open()]), 409
    answers = post_sheet(
        desk.database, sheet_id, by=clerk, now=desk.now(), versions=versions
    )
    ring(
        [
            answer.posted.receipt_id
            for answer in answers
            if answer.posted and answer.posted.receipt_id
        ]
    )
    with desk.database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=clerk)
        troubles = _troubles(answers)
        if sheet.state != SheetState.DRAFT:
            return _to_result(sheet_id)
        return _confirm(sheet, of_parcels=troubles), 409


def _confirm(
    sheet: SheetView,
    *,
    troubles: Sequence[str] = (),
    of_parcels: Mapping[int, str] | None = None,
) -> str:
    drafts = [x for x in sheet.parcels if x.state == SheetParcelState.DRAFT]
    return render_template(
        "sheets/confirm.html",
        sheet=sheet,
        drafts=[
            ToPost(parcel=x, trouble=(of_parcels or {}).get(x.id, "")) for x in drafts
        ],
        counts=sum_counts(x.counts for x in drafts),
        may_change=may_change(sheet),
        troubles=troubles,
        key=issue_key(sheet.id),
    )


def _versions() -> Mapping[int, int]:
    """Return the parcels that the form names, each with the version it showed."""
    found = {}
    for name, values in request.form.lists():
        if len(values) != 1 or not (name == "key" or name.startswith(_VERSION)):
            raise FieldsRefused(name)
        if name != "key":
            parcel_id = record_id(name.removeprefix(_VERSION), name)
            found[parcel_id] = read_version(values[0])
    return found


def _troubles(answers: Sequence[PostAnswer]) -> Mapping[int, str]:
    return {
        answer.parcel_id: said_of_refusal(refusal_of(answer.error)).words
        for answer in answers
        if answer.error
    }


def _to_result(sheet_id: int) -> ResponseReturnValue:
    return redirect(url_for("sheets.show_result", sheet_id=sheet_id), 303)
