"""The list of what should come back, and the search that a scanner speaks to."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from stock import board, parcels
from stock.models import Order
from web.access import desk_blueprint
from web.desk import current_desk
from web.routing import LARGEST_ID
from web.rows import Row, row_of_order, row_of_return
from web.typed import typed_code

PAGE_ROWS = 50

blueprint = desk_blueprint("returns")


@blueprint.get("/")
def show_list() -> ResponseReturnValue:
    """Show what should come back; a search for one order opens its receipt form."""
    search = typed_code(request.args.get("q", ""))
    with current_desk().database.read() as session:
        if not search:
            return _list_page(session, search)
        orders = parcels.find_orders(session, search)
        if len(orders) == 1:
            return _to_form(orders[0])
        if orders:
            return _orders_page(session, search, orders)
        return _items_page(session, search)


@blueprint.get("/waiting")
def show_waiting() -> ResponseReturnValue:
    """Show the orders that wait for a person to say where their units are."""
    with current_desk().database.read() as session:
        return render_template(
            "waiting.html",
            orders=board.waiting_orders(session),
            waiting=board.count_waiting(session),
        )


def _items_page(session: Session, search: str) -> ResponseReturnValue:
    found = board.open_returns(session, search=search, limit=PAGE_ROWS)
    named = {item.expected.order_id: item.expected.order for item in found}
    if len(named) == 1 and not _after():
        (order,) = named.values()
        assert order is not None
        return _to_form(order)
    return _list_page(session, search)


def _list_page(session: Session, search: str) -> ResponseReturnValue:
    found = board.open_returns(
        session, search=search, limit=PAGE_ROWS + 1, after_id=_after()
    )
    now = current_desk().now()
    rows = [row_of_return(item, now) for item in found[:PAGE_ROWS]]
    more = len(found) > PAGE_ROWS
    next_after = found[PAGE_ROWS - 1].expected.id if more else None
    return _page(session, search, rows, next_after=next_after)


def _orders_page(
    session: Session, search: str, orders: Sequence[Order]
) -> ResponseReturnValue:
    now = current_desk().now()
    rows = [row_of_order(session, order, now) for order in orders[:PAGE_ROWS]]
    return _page(session, search, rows, next_after=None)


def _page(
    session: Session, search: str, rows: Sequence[Row], *, next_after: int | None
) -> ResponseReturnValue:
    return render_template(
        "list.html",
        search=search,
        rows=rows,
        next_after=next_after,
        is_first=not _after(),
        waiting=board.count_waiting(session),
    )


def _to_form(order: Order) -> ResponseReturnValue:
    return redirect(url_for("receipts.show_form", order_id=order.id), 303)


def _after() -> int:
    text = request.args.get("after", "")
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        return 0
    return min(int(text), LARGEST_ID)
