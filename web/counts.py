"""Counting one article on the shelf: what is free to sell becomes what was counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.errors import InvalidQuantity, UnknownSku
from stock.levels import find_sku
from stock.models import Sku, StockLevel, Warehouse
from stock.quantities import parse_quantity
from stock.scope import sees_sku
from stock.stocktakes import Counted, post_stocktake
from web.access import current_reader, desk_blueprint
from web.admin.forms import (
    Outcome,
    fresh_key,
    once,
    outcome_by,
    read_fields,
    sent_key,
    stale_trouble,
)
from web.desk import current_desk
from web.errors import FieldsRefused, RecordMissing
from web.language import gettext
from web.permissions import Permission, needs
from web.records import open_warehouses, shops_listing
from web.tokens import PageKey
from web.typed import holds_control_characters, typed_code

LONGEST_PAPER = 200
_PAGE = "count"
_COUNT, _SEEN = "count-", "seen-"

blueprint = desk_blueprint("counts")


class ShelfChanged(Exception):
    """Somebody or a channel has moved units since the form was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One warehouse's shelf of the article, as the form shows it."""

    warehouse: Warehouse
    available: int
    typed: str = ""
    trouble: str = ""


@blueprint.get("/counts/new")
@needs(Permission.COUNT)
def show_form() -> ResponseReturnValue:
    """Show what the books say is free to sell, and ask what was counted."""
    with current_desk().database.read() as session:
        return _page(session, _named_sku(session, request.args.get("sku", "")))


@blueprint.post("/counts")
@needs(Permission.COUNT)
def book() -> ResponseReturnValue:
    """Book the count, or show the form again with what is wrong in it."""
    fields = read_fields(("sku", "paper"), (_COUNT, _SEEN))
    key = sent_key(_PAGE)
    with current_desk().database.read() as session:
        sku = _named_sku(session, fields.get("sku", ""))
        if key is None:
            return _page(session, sku, fields, trouble=stale_trouble(), status=400)
        if _troubles(session, fields) and outcome_by(session, key) is None:
            return _page(session, sku, fields, status=400)
    return _record(key, fields)


def _record(key: PageKey, fields: Mapping[str, str]) -> ResponseReturnValue:
    desk = current_desk()

    def work(session: Session) -> Outcome:
        sku = _named_sku(session, fields["sku"])
        stocktake = post_stocktake(
            session,
            _counted(session, sku, fields),
            document=fields.get("paper", "").strip() or f"count {sku.code}",
            actor=current_reader().user,
            now=desk.now(),
        )
        session.flush()
        shops = list(shops_listing(session, [sku.id]))
        return {"stocktake": stocktake.id, "shops": shops}

    try:
        once(key, work)
    except ShelfChanged:
        with desk.database.read() as session:
            sku = _named_sku(session, fields["sku"])
            trouble = gettext(
                "Units have moved since this page was shown. Nothing was booked: look"
                " at the numbers again, and count once more if need be."
            )
            return _page(session, sku, fields, trouble=trouble, status=409)
    with desk.database.read() as session:
        outcome = outcome_by(session, key)
    assert outcome is not None
    for shop in outcome["shops"]:
        desk.bell.ring(shop)
    return redirect(
        url_for("stocktakes.show_stocktake", stocktake_id=outcome["stocktake"]), 303
    )


def _named_sku(session: Session, text: str) -> Sku:
    try:
        sku = find_sku(session, typed_code(text))
    except UnknownSku:
        raise RecordMissing("record") from None
    if not sees_sku(session, sku.id, current_reader().shop_ids):
        raise RecordMissing("record")
    return sku


def _counted(
    session: Session, sku: Sku, fields: Mapping[str, str]
) -> Sequence[Counted]:
    """Return what was typed, for shelves that still hold what the form showed.

    Locks them.  Raises ``ShelfChanged``.
    """
    available = _available(session, sku, locked=True)
    counted = []
    for warehouse in _typed_warehouses(session, fields):
        seen = fields.get(f"{_SEEN}{warehouse.id}", "")
        if seen != str(available.get(warehouse.id, 0)):
            raise ShelfChanged
        quantity = parse_quantity(fields[f"{_COUNT}{warehouse.id}"])
        counted.append(Counted(sku, warehouse, quantity))
    return counted


def _available(session: Session, sku: Sku, *, locked: bool = False) -> dict[int, int]:
    if locked:
        session.execute(select(Sku.id).where(Sku.id == sku.id).with_for_update())
    found = select(StockLevel.warehouse_id, StockLevel.available).where(
        StockLevel.sku_id == sku.id
    )
    rows = session.execute(found.with_for_update() if locked else found)
    return {warehouse_id: units for warehouse_id, units in rows}


def _typed_warehouses(
    session: Session, fields: Mapping[str, str]
) -> Sequence[Warehouse]:
    """Return where something was counted.  Raises ``FieldsRefused`` for elsewhere."""
    open_by_name = {f"{_COUNT}{x.id}": x for x in open_warehouses(session)}
    known = {*open_by_name, *(f"{_SEEN}{x.id}" for x in open_by_name.values())}
    for name in fields:
        if name.startswith((_COUNT, _SEEN)) and name not in known:
            raise FieldsRefused(name)
    return [x for name, x in open_by_name.items() if fields.get(name, "").strip()]


def _troubles(session: Session, fields: Mapping[str, str]) -> Sequence[str]:
    typed = _typed_warehouses(session, fields)
    if not typed:
        return [gettext("Type how many units you counted.")]
    troubles = [_quantity_trouble(fields[f"{_COUNT}{x.id}"]) for x in typed]
    troubles.append(_paper_trouble(fields.get("paper", "")))
    return [text for text in troubles if text]


def _quantity_trouble(text: str) -> str:
    try:
        parse_quantity(text)
    except InvalidQuantity:
        return gettext("Type a whole number of units, in digits.")
    return ""


def _paper_trouble(paper: str) -> str:
    if len(paper) > LONGEST_PAPER or holds_control_characters(paper):
        return gettext(
            "The name has %(most)s ordinary characters at most.", most=LONGEST_PAPER
        )
    return ""


def _page(
    session: Session,
    sku: Sku,
    fields: Mapping[str, str] | None = None,
    *,
    trouble: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    typed = fields or {}
    available = _available(session, sku)
    shelves = [
        Shelf(
            warehouse=warehouse,
            available=available.get(warehouse.id, 0),
            typed=typed.get(f"{_COUNT}{warehouse.id}", ""),
            trouble=_shelf_trouble(typed.get(f"{_COUNT}{warehouse.id}", "")),
        )
        for warehouse in open_warehouses(session)
    ]
    missing = status == 400 and not any(shelf.typed.strip() for shelf in shelves)
    if missing and not trouble:
        trouble = gettext("Type how many units you counted.")
    page = render_template(
        "count.html",
        sku=sku,
        shelves=shelves,
        paper=typed.get("paper", ""),
        of_paper=_paper_trouble(typed.get("paper", "")),
        trouble=trouble,
        key=fresh_key(_PAGE),
    )
    return page, status


def _shelf_trouble(text: str) -> str:
    return _quantity_trouble(text) if text.strip() else ""
