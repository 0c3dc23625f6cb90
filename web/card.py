"""The stock card: why a SKU's number is what it is; and the search that finds it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import card, sku_search
from stock.course import course_of
from stock.errors import UnknownSku
from stock.levels import all_warehouses, find_sku
from stock.models import Sku
from stock.scope import sees_sku
from stock.sku_search import FoundSku
from web.access import current_reader, desk_blueprint
from web.asked import AskedMoment, asked_id, read_moment
from web.card_channels import channel_rows
from web.card_chart import draw_chart
from web.card_words import stock_card
from web.desk import current_desk
from web.permissions import Permission, needs
from web.typed import typed_code

PAGE_MOVEMENTS = 50
MOST_FOUND = 50
LATELY_MOVED = 20

blueprint = desk_blueprint("card")


@blueprint.get("/stock")
@needs(Permission.LOOK)
def show_search() -> ResponseReturnValue:
    """Find a SKU; one that is meant without doubt opens its card."""
    search = typed_code(request.args.get("q", ""))
    named = typed_code(request.args.get("sku", ""))
    seen = current_reader().shop_ids
    with current_desk().database.read() as session:
        if named:
            return _card_or_way_out(session, named)
        if not search:
            found = sku_search.lately_moved(session, shop_ids=seen, limit=LATELY_MOVED)
            return _search_page(search, found)
        meant = sku_search.skus_by_code(session, search, shop_ids=seen)
        if len(meant) == 1:
            return redirect(stock_card(meant[0].code), 303)
        return _search_page(search, _found(session, search, meant))


@blueprint.get("/stock/<path:code>")
@needs(Permission.LOOK)
def show_card(code: str) -> ResponseReturnValue:
    """Show why a SKU's number is what it is, now or at a past moment."""
    with current_desk().database.read() as session:
        return _card_or_way_out(session, typed_code(code))


def _card_or_way_out(session: Session, code: str) -> ResponseReturnValue:
    card.hold_still(session)
    seen = current_reader().shop_ids
    try:
        sku = find_sku(session, code)
        if not sees_sku(session, sku.id, seen):
            raise UnknownSku(code)
    except UnknownSku:
        meant = sku_search.skus_by_code(session, code, shop_ids=seen) if code else []
        found = _found(session, code, meant)
        return _search_page(code, found, is_missing=True), 404
    return _card_page(session, sku)


def _found(session: Session, search: str, meant: Sequence[Sku]) -> Sequence[FoundSku]:
    if meant:
        return sku_search.with_units(session, meant)
    return sku_search.search_skus(
        session, search, shop_ids=current_reader().shop_ids, limit=MOST_FOUND + 1
    )


def _search_page(
    search: str, found: Sequence[FoundSku], *, is_missing: bool = False
) -> str:
    return render_template(
        "stock_search.html",
        search=search,
        found=found[:MOST_FOUND],
        are_more=len(found) > MOST_FOUND,
        is_missing=is_missing,
    )


def _card_page(session: Session, sku: Sku) -> str:
    asked = read_moment(request.args.get("at", ""))
    before = asked_id("before")
    shelves = card.shelves_of(session, sku, at=asked.at)
    page = card.movements_page(
        session,
        sku,
        until=asked.at,
        before=before,
        shop_ids=current_reader().shop_ids,
        limit=PAGE_MOVEMENTS,
    )
    top = {} if before else _top(session, sku, asked, card.total(shelves))
    return render_template(
        "card.html",
        sku=sku,
        asked=asked,
        shelves=shelves,
        units=card.total(shelves),
        entries=page.entries,
        next_before=page.next_before,
        is_first=not before,
        warehouses={w.id: w.code for w in all_warehouses(session)},
        **top,
    )


def _top(
    session: Session, sku: Sku, asked: AskedMoment, units: card.Units
) -> dict[str, object]:
    """Return what only the first page shows: the chart, and the channels of now."""
    course = course_of(session, sku, units, until=asked.at)
    return {
        "chart": draw_chart(course, end=asked.at or current_desk().now()),
        "channels": [] if asked.at else channel_rows(session, sku),
    }
