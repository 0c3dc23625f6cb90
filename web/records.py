"""Finds the records that an address names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from stock import levels, scope
from stock.models import LineLevel, Order, OrderLine, Receipt, Warehouse
from stock.receipt_history import find_receipt
from web.access import check_shop, check_warehouse, current_reader
from web.errors import RecordMissing


def named_order(session: Session, order_id: int) -> Order:
    """Return the order with this id, if the reader may see it.

    Raises ``RecordMissing``.
    """
    order = session.get(Order, order_id)
    if order is None:
        raise RecordMissing("order")
    check_shop(order.shop_id, "order")
    return order


def named_receipt(session: Session, receipt_id: int) -> Receipt:
    """Return the receipt with this id, if the reader may see it.

    Raises ``RecordMissing``.
    """
    receipt = find_receipt(session, receipt_id)
    if receipt is None:
        raise RecordMissing("receipt")
    check_shop(receipt.order.shop_id, "receipt")
    return receipt


def open_warehouses(session: Session) -> Sequence[Warehouse]:
    """Return the warehouses that the reader may book into."""
    return scope.warehouses(session, current_reader().warehouse_ids)


def preset_warehouse(warehouses: Sequence[Warehouse], packed: str) -> str:
    """Return the code of the warehouse to propose: where it was packed, if open."""
    codes = [warehouse.code for warehouse in warehouses]
    return packed if packed in codes else next(iter(codes), "")


def may_book_into(warehouse_id: int) -> bool:
    """Say whether a warehouse is one of the reader's."""
    return current_reader().books_into(warehouse_id)


def check_order_warehouses(order: Order) -> None:
    """Let only go on who may book into each warehouse of an order's waiting units.

    Raises ``RecordMissing``.
    """
    for line in order.lines:
        if line.waiting:
            check_warehouse(line.warehouse_id, "order")


def shops_listing(session: Session, sku_ids: Sequence[int]) -> Sequence[str]:
    """Return the names of the shops that list any of these SKUs, for the bell.

    Of all shops, whoever asks: their channels must hear of it.
    """
    return sorted({x.shop.name for x in levels.listings_of(session, sku_ids)})


def line_levels(lines: Iterable[OrderLine]) -> Sequence[LineLevel]:
    """Return where the units of order lines are; a line may have none yet."""
    known: list[LineLevel | None] = [line.level for line in lines]
    return [level for level in known if level is not None]
