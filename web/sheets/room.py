"""What the pages of a return sheet share: their blueprint, who acts, and their keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from stock.sheets import (
    Clerk,
    SheetState,
    SheetView,
    UnknownParcel,
    UnknownSheet,
    moved_skus,
)
from web.access import current_reader, desk_blueprint
from web.desk import current_desk
from web.error_pages import Trouble, show_trouble
from web.errors import FieldsRefused
from web.language import gettext
from web.permissions import Permission
from web.records import shops_listing
from web.tokens import PageKey, issue_page_key, read_page_key

blueprint = desk_blueprint("sheets")


@blueprint.errorhandler(UnknownSheet)
@blueprint.errorhandler(UnknownParcel)
def missing(error: Exception) -> ResponseReturnValue:
    """Answer an address that names no sheet or parcel of the reader's."""
    trouble = Trouble(
        title=gettext("There is no such return sheet here."),
        way_out=gettext("Go back to the list of sheets and choose one."),
    )
    return show_trouble(trouble, 404, cause=error)


def current_clerk() -> Clerk:
    """Return who acts on the sheet."""
    reader = current_reader()
    return Clerk(
        name=reader.user,
        shop_ids=reader.shop_ids,
        warehouse_ids=reader.warehouse_ids,
    )


def may_change(sheet: SheetView) -> bool:
    """Say whether the reader may fill this sheet in."""
    reader = current_reader()
    places = reader.warehouse_ids
    return (
        sheet.state == SheetState.DRAFT
        and reader.may(Permission.BOOK)
        and (places is None or sheet.warehouse.id in places)
    )


def page_name(sheet_id: int | None = None) -> str:
    """Return what the keys of a sheet's forms are bound to."""
    return "sheets" if sheet_id is None else f"sheet {sheet_id}"


def issue_key(sheet_id: int | None = None) -> str:
    """Return the key of the forms that the reader is about to see."""
    desk = current_desk()
    return issue_page_key(
        desk.settings, current_reader(), page_name(sheet_id), desk.now()
    )


def read_key(value: str, sheet_id: int | None = None) -> PageKey:
    """Return the key of a form that came back.  Raises ``TokenRefused``."""
    desk = current_desk()
    return read_page_key(
        desk.settings, value, current_reader(), page_name(sheet_id), desk.now()
    )


def single_fields(allowed: Iterable[str]) -> dict[str, str]:
    """Return the form's fields, each of them allowed and there once.

    Raises ``FieldsRefused``.
    """
    names = frozenset(allowed)
    form: MultiDict[str, str] = request.form
    for name, values in form.lists():
        if name not in names or len(values) != 1:
            raise FieldsRefused(name)
    return {name: value.replace("\r\n", "\n") for name, value in form.items()}


def ring(receipt_ids: Sequence[int]) -> None:
    """Ring the bell for what receipts have moved; call it after the commit."""
    if not receipt_ids:
        return
    desk = current_desk()
    with desk.database.read() as session:
        shops = shops_listing(session, moved_skus(session, receipt_ids))
    for shop in shops:
        desk.bell.ring(shop)
