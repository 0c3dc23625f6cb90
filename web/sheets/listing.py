"""The list of sheets, and opening a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock.board_totals import open_carriers
from stock.models import Warehouse
from stock.scope import warehouses
from stock.sheets import LONGEST_CARRIER, SheetState, list_sheets, open_sheet
from web.access import current_reader
from web.asked import asked_id
from web.desk import current_desk
from web.errors import TokenRefused
from web.language import gettext
from web.permissions import Permission, needs
from web.sheets.room import (
    blueprint,
    current_clerk,
    issue_key,
    read_key,
    single_fields,
)
from web.typed import holds_control_characters

PAGE_ROWS = 50
STATES: Mapping[str, Sequence[SheetState]] = {
    "open": (SheetState.DRAFT,),
    "closed": (SheetState.POSTED, SheetState.DISCARDED),
}


@blueprint.get("/sheets")
@needs(Permission.LOOK)
def show_list() -> ResponseReturnValue:
    """Show the sheets, newest first, and the form that opens one."""
    with current_desk().database.read() as session:
        return _page(session)


@blueprint.post("/sheets")
@needs(Permission.BOOK)
def open_new() -> ResponseReturnValue:
    """Open a sheet, once for each form."""
    fields = single_fields(("key", "warehouse", "carrier"))
    desk = current_desk()
    with desk.database.read() as session:
        places = {x.code: x.id for x in _warehouses(session)}
    troubles = _troubles(fields, places)
    try:
        key = read_key(fields.get("key", ""))
    except TokenRefused:
        troubles["key"] = gettext(
            "This form was open for too long. Nothing was opened: send it again."
        )
    if troubles:
        with desk.database.read() as session:
            return _page(session, typed=fields, troubles=troubles), 400
    opened = desk.database.run(
        lambda session: open_sheet(
            session,
            key=f"form:{key.id}",
            warehouse_id=places[fields["warehouse"]],
            by=current_clerk(),
            now=desk.now(),
            carrier=fields.get("carrier", ""),
        )
    )
    return redirect(url_for("sheets.show_sheet", sheet_id=opened.id), 303)


def carrier_trouble(carrier: str) -> str:
    """Say what is wrong with the name of a carrier, if something is."""
    if len(carrier) > LONGEST_CARRIER:
        return gettext(
            "The name has %(length)s characters, %(most)s is the most. Shorten it.",
            length=len(carrier),
            most=LONGEST_CARRIER,
        )
    if holds_control_characters(carrier) or "\n" in carrier:
        return gettext("Write the carrier's name on one line.")
    return ""


def warehouse_trouble(code: str, places: Mapping[str, int]) -> str:
    """Say what is wrong with a chosen warehouse, if something is."""
    if code in places:
        return ""
    return gettext(
        "There is no warehouse “%(code)s”. Choose one from the list.", code=code[:50]
    )


def _troubles(fields: Mapping[str, str], places: Mapping[str, int]) -> dict[str, str]:
    found = {
        "warehouse": warehouse_trouble(fields.get("warehouse", ""), places),
        "carrier": carrier_trouble(fields.get("carrier", "")),
    }
    return {name: text for name, text in found.items() if text}


def _warehouses(session: Session) -> Sequence[Warehouse]:
    return warehouses(session, current_reader().warehouse_ids)


def _page(
    session: Session,
    *,
    typed: Mapping[str, str] | None = None,
    troubles: Mapping[str, str] | None = None,
) -> str:
    clerk = current_clerk()
    chosen = request.args.get("state", "open")
    chosen = chosen if chosen in STATES else "open"
    before = asked_id("before")
    rows = list_sheets(
        session,
        by=clerk,
        states=STATES[chosen],
        limit=PAGE_ROWS + 1,
        before_id=before,
    )
    places = _warehouses(session)
    mine = {x.warehouse.code for x in rows[:1] if x.opened_by == clerk.name}
    codes = [place.code for place in places]
    preset = next((code for code in codes if code in mine), codes[0] if codes else "")
    return render_template(
        "sheets/list.html",
        rows=rows[:PAGE_ROWS],
        more=rows[PAGE_ROWS - 1].id if len(rows) > PAGE_ROWS else None,
        chosen=chosen,
        is_first=before is None,
        warehouses=places,
        carriers=[x for x in open_carriers(session, shop_ids=clerk.shop_ids) if x],
        typed=typed or {"warehouse": preset, "carrier": ""},
        troubles=troubles or {},
        key=issue_key(),
    )
