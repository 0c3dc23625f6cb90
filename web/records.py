"""Finds the records that an address names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from stock import levels
from stock.models import LineLevel, Order, OrderLine, Receipt
from stock.receipt_history import find_receipt
from web.errors import RecordMissing


def named_order(session: Session, order_id: int) -> Order:
    """Return the order with this id.  Raises ``RecordMissing``."""
    order = session.get(Order, order_id)
    if order is None:
        raise RecordMissing("order")
    return order


def named_receipt(session: Session, receipt_id: int) -> Receipt:
    """Return the receipt with this id.  Raises ``RecordMissing``."""
    receipt = find_receipt(session, receipt_id)
    if receipt is None:
        raise RecordMissing("receipt")
    return receipt


def shops_listing(session: Session, sku_ids: Sequence[int]) -> Sequence[str]:
    """Return the names of the shops that list any of these SKUs."""
    return sorted({x.shop.name for x in levels.listings_of(session, sku_ids)})


def line_levels(lines: Iterable[OrderLine]) -> Sequence[LineLevel]:
    """Return where the units of order lines are; a line may have none yet."""
    known: list[LineLevel | None] = [line.level for line in lines]
    return [level for level in known if level is not None]
