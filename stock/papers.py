"""Finds the papers behind movements: the receipt, the order or the stocktake."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.models import (
    Movement,
    Order,
    OrderLine,
    ReceiptLine,
    Shop,
    Stocktake,
    StocktakeLine,
)
from stock.models.receipts import receipt_number

_ORDER_KEY = "line"
_STOCKTAKE_KEY = "stocktake-line"


class PaperKind(StrEnum):
    """What a movement followed from."""

    RECEIPT = "receipt"
    ORDER = "order"
    STOCKTAKE = "stocktake"
    OTHER = "other"
    """A paper that is not kept here, such as a delivery note."""
    HIDDEN = "hidden"
    """A paper of another shop: what, when and how many, but neither who nor why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderName:
    """An order as people name it: by its channel, its shop and its number."""

    id: int
    number: str
    channel: str
    shop: str
    shop_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTrail:
    """The paper that a movement followed from, and the order that it is about."""

    kind: PaperKind
    record_id: int | None
    """Of the receipt, order or stocktake."""
    name: str
    """What is written on the paper."""
    order: OrderName | None = None
    counted: int | None = None
    """What a stocktake counted."""


_HIDDEN = PaperTrail(kind=PaperKind.HIDDEN, record_id=None, name="")


def trails_of(
    session: Session,
    movements: Sequence[Movement],
    *,
    shop_ids: Collection[int] | None = None,
) -> Mapping[int, PaperTrail]:
    """Return the papers by movement id; three statements, however many there are.

    Those of other shops than these are hidden.
    """
    orders = _orders(session, filter(None, map(_order_line_id, movements)))
    receipts = _receipts(session, (m.receipt_line_id for m in movements))
    counts = _counts(
        session, filter(None, (_id_in_key(m, _STOCKTAKE_KEY) for m in movements))
    )
    trails = {m.id: _trail(m, orders, receipts, counts) for m in movements}
    return {
        movement_id: trail if _is_seen(trail, shop_ids) else _HIDDEN
        for movement_id, trail in trails.items()
    }


def _is_seen(trail: PaperTrail, shop_ids: Collection[int] | None) -> bool:
    if trail.order is None or shop_ids is None:
        return True
    return trail.order.shop_id in shop_ids


def _trail(
    movement: Movement,
    orders: Mapping[int, OrderName],
    receipts: Mapping[int, int],
    counts: Mapping[int, tuple[Stocktake, int]],
) -> PaperTrail:
    order = orders.get(_order_line_id(movement) or 0)
    receipt_id = receipts.get(movement.receipt_line_id or 0)
    counted = counts.get(_id_in_key(movement, _STOCKTAKE_KEY) or 0)
    if receipt_id is not None:
        return PaperTrail(
            kind=PaperKind.RECEIPT,
            record_id=receipt_id,
            name=receipt_number(receipt_id),
            order=order,
        )
    if order is not None:
        return PaperTrail(
            kind=PaperKind.ORDER, record_id=order.id, name=order.number, order=order
        )
    if counted is not None:
        stocktake, quantity = counted
        return PaperTrail(
            kind=PaperKind.STOCKTAKE,
            record_id=stocktake.id,
            name=stocktake.document,
            counted=quantity,
        )
    return PaperTrail(kind=PaperKind.OTHER, record_id=None, name=movement.document)


def _order_line_id(movement: Movement) -> int | None:
    # An opening balance names no order line, since its units never were the order's;
    # its key does.
    return movement.order_line_id or _id_in_key(movement, _ORDER_KEY)


def _id_in_key(movement: Movement, kind: str) -> int | None:
    head, _, rest = movement.key.partition(":")
    number = rest.partition(":")[0]
    is_id = number.isascii() and number.isdigit() and len(number) < 19
    return int(number) if head == kind and is_id else None


def _orders(session: Session, line_ids: Iterable[int]) -> Mapping[int, OrderName]:
    rows = session.execute(
        select(OrderLine.id, Order.id, Order.channel_order_id, Shop)
        .join(Order, Order.id == OrderLine.order_id)
        .join(Shop, Shop.id == Order.shop_id)
        .where(OrderLine.id.in_(set(line_ids)))
    )
    return {
        line_id: OrderName(
            id=order_id,
            number=number,
            channel=shop.channel,
            shop=shop.name,
            shop_id=shop.id,
        )
        for line_id, order_id, number, shop in rows
    }


def _receipts(session: Session, line_ids: Iterable[int | None]) -> Mapping[int, int]:
    rows = session.execute(
        select(ReceiptLine.id, ReceiptLine.receipt_id).where(
            ReceiptLine.id.in_({line_id for line_id in line_ids if line_id})
        )
    )
    return {line_id: receipt_id for line_id, receipt_id in rows}


def _counts(
    session: Session, line_ids: Iterable[int]
) -> Mapping[int, tuple[Stocktake, int]]:
    rows = session.execute(
        select(StocktakeLine.id, Stocktake, StocktakeLine.quantity)
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
        .where(StocktakeLine.id.in_(set(line_ids)))
    )
    return {line_id: (stocktake, n) for line_id, stocktake, n in rows}
