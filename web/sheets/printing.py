"""The sheet on paper, for the carrier's man to sign."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from stock.sheets import Condition, ParcelView, whole_sheet
from web.desk import current_desk
from web.permissions import Permission, needs
from web.sheets.bars import Bars, bars_of
from web.sheets.room import blueprint, current_clerk


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedParcel:
    """One parcel on paper, with its number as bars if that can be."""

    parcel: ParcelView
    bars: Bars | None


@blueprint.get("/sheets/<id:sheet_id>/print")
@needs(Permission.LOOK)
def show_print(sheet_id: int) -> ResponseReturnValue:
    """Show the sheet as it comes out of the printer."""
    with current_desk().database.read() as session:
        sheet = whole_sheet(session, sheet_id, by=current_clerk())
        return render_template(
            "sheets/print.html",
            sheet=sheet,
            bars=bars_of(sheet.number),
            parcels=[
                PrintedParcel(parcel=parcel, bars=bars_of(parcel.code))
                for parcel in sheet.parcels
            ],
            conditions=list(Condition),
            printed_at=current_desk().now(),
        )
