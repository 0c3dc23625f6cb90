"""Orders that an unexpected parcel could belong to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from stock import board, parcels
from stock.models import Order, Orphan, Sku
from stock.orphan_list import orders_by_code
from stock.scope import sees_sku
from stock.selection import Selection
from stock.sku_search import skus_by_code
from web.access import current_reader
from web.desk import current_desk
from web.rows import Row, row_of_order

MOST_ORDERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedItem:
    """An article of an orphan, and what it is if we sell it."""

    code: str
    quantity: int
    skus: Sequence[Sku]


def known_by_now(session: Session, orphan: Orphan) -> Sequence[Row]:
    """Return the orders that go by an orphan's code since it was taken in."""
    shop_ids = current_reader().shop_ids
    found = orders_by_code(session, [orphan.code], shop_ids=shop_ids)
    return _rows(session, found.get(orphan.code, []))


def search_orders(session: Session, text: str) -> Sequence[Row]:
    """Return orders by a number of theirs, or else by an article still to come."""
    orders = [x for x in parcels.find_orders(session, text) if _is_seen(x)]
    if not orders and text:
        shop_ids = current_reader().shop_ids
        selection = Selection(
            search=text, shop_ids=None if shop_ids is None else sorted(shop_ids)
        )
        found = board.open_returns(session, selection=selection, limit=5 * MOST_ORDERS)
        named = {x.expected.order_id: x.expected.order for x in found}
        orders = [order for order in named.values() if order and _is_seen(order)]
    return _rows(session, orders)


def named_items(session: Session, orphan: Orphan) -> Sequence[NamedItem]:
    """Return what lay in an orphan, with the articles that its codes mean."""
    shop_ids = current_reader().shop_ids
    return [
        NamedItem(
            code=item.code,
            quantity=item.quantity,
            skus=[
                sku
                for sku in skus_by_code(session, item.code)
                if sees_sku(session, sku.id, shop_ids)
            ],
        )
        for item in orphan.items
    ]


def _is_seen(order: Order) -> bool:
    shop_ids = current_reader().shop_ids
    return shop_ids is None or order.shop_id in shop_ids


def _rows(session: Session, orders: Sequence[Order]) -> Sequence[Row]:
    now = current_desk().now()
    return [row_of_order(session, order, now) for order in orders[:MOST_ORDERS]]
