"""The board of what should come back, and the search that a scanner speaks to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import board, parcels
from stock.board import OpenReturn, WaitingEnd
from stock.board_place import PageEnd, end_of_page
from stock.claim_desk.listing import claims_by_return
from stock.models import Order
from web.access import current_reader, desk_blueprint
from web.asked import asked_id
from web.board_query import (
    CLAIM_WORDS,
    SORT_WORDS,
    BoardQuery,
    due_words,
    read_query,
)
from web.board_sums import Sums, sums_at_once
from web.claims.count import live_claims
from web.desk import current_desk
from web.orphans.counts import open_orphans, orphans_coded
from web.permissions import Permission, needs
from web.rows import Row, row_of_order, row_of_return
from web.typed import typed_code

PAGE_ROWS = 50

blueprint = desk_blueprint("returns")


@blueprint.get("/")
@needs(Permission.LOOK)
def show_list() -> ResponseReturnValue:
    """Show what should come back; a search for one order opens its receipt form."""
    search = typed_code(request.args.get("q", ""))
    with current_desk().database.read() as session:
        seen = current_reader().shop_ids
        orders = parcels.find_orders(session, search, shop_ids=seen)
        if len(orders) == 1:
            return _to_form(orders[0])
        if orders:
            return _orders_page(session, search, orders)
        return _board_page(session, search)


@blueprint.get("/waiting")
@needs(Permission.LOOK)
def show_waiting() -> ResponseReturnValue:
    """Show the orders that wait for a person to say where their units are."""
    seen = current_reader().shop_ids
    after = _after_waiting()
    with current_desk().database.read() as session:
        found = board.waiting_orders(
            session, shop_ids=seen, limit=PAGE_ROWS + 1, after=after
        )
        return render_template(
            "waiting.html",
            orders=found[:PAGE_ROWS],
            next_page=_next_waiting(found),
            page_rows=PAGE_ROWS,
            is_first=after is None,
            waiting=board.count_waiting(session, shop_ids=seen),
            claims=live_claims(session),
        )


def _board_page(session: Session, search: str) -> ResponseReturnValue:
    desk = current_desk()
    query = read_query(session, request.args, search=search)
    found = board.open_returns(
        session,
        selection=replace(query.selection, currencies=query.currencies),
        limit=PAGE_ROWS + 1,
        after=_after(),
    )
    if search and not query.is_narrowed and _after() is None:
        # The only one that holds such an article is the one in the clerk's hands.
        named = {item.expected.order_id: item.expected.order for item in found}
        if len(named) == 1:
            (order,) = named.values()
            assert order is not None
            return _to_form(order)
    now, windows = desk.now(), desk.settings.claim_windows
    shown = found[:PAGE_ROWS]
    claims = claims_by_return(session, [item.expected.id for item in shown])
    page = _page(
        session,
        search,
        [row_of_return(item, now, windows, claims) for item in shown],
        query=query,
        # For an article it would be a question to each open return.
        sums=None if search else sums_at_once(session, query),
        next_page=_next_page(query, found),
    )
    return page, 400 if query.troubles else 200


def _orders_page(
    session: Session, search: str, orders: Sequence[Order]
) -> ResponseReturnValue:
    now = current_desk().now()
    rows = [row_of_order(session, order, now) for order in orders[:PAGE_ROWS]]
    return _page(session, search, rows)


def _page(
    session: Session,
    search: str,
    rows: Sequence[Row],
    *,
    query: BoardQuery | None = None,
    sums: Sums | None = None,
    next_page: dict[str, str] | None = None,
) -> str:
    return render_template(
        "list.html",
        search=search,
        rows=rows,
        query=query,
        sums=sums,
        next_page=next_page,
        page_rows=PAGE_ROWS,
        sort_words=SORT_WORDS,
        due_words=due_words(),
        claim_words=CLAIM_WORDS,
        is_first=_after() is None,
        waiting=board.count_waiting(session, shop_ids=current_reader().shop_ids),
        claims=live_claims(session),
        orphan_count=open_orphans(session),
        orphans=() if rows else orphans_coded(session, search),
    )


def _to_form(order: Order) -> ResponseReturnValue:
    return redirect(url_for("receipts.show_form", order_id=order.id), 303)


def _next_page(query: BoardQuery, found: Sequence[OpenReturn]) -> dict[str, str] | None:
    if len(found) <= PAGE_ROWS:
        return None
    end = end_of_page(found[PAGE_ROWS - 1].expected, query.selection)
    place = {"after": str(end.return_id), "at": end.at}
    return {**query.typed, **{name: text for name, text in place.items() if text}}


def _after() -> PageEnd | None:
    return_id = asked_id("after")
    at = typed_code(request.args.get("at", ""))
    return PageEnd(return_id, at) if return_id else None


def _next_waiting(found: Sequence[Order]) -> dict[str, str] | None:
    if len(found) <= PAGE_ROWS:
        return None
    last = found[PAGE_ROWS - 1]
    return {"after": str(last.id), "at": last.updated_at.isoformat()}


def _after_waiting() -> WaitingEnd | None:
    order_id = asked_id("after")
    try:
        at = datetime.fromisoformat(request.args.get("at", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        # Nobody types this; whoever does begins at the first page.
        return None
    return WaitingEnd(at, order_id) if order_id else None
