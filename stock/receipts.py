"""Posts return receipts: the only way in which units that left become stock again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from stock._documents import insert_receipt
from stock.errors import (
    EmptyReceipt,
    IdempotencyConflict,
    InvalidQuantity,
    NeverLeft,
    ReceiptTooLarge,
    UnknownSku,
)
from stock.guard import LARGEST_QUANTITY, post
from stock.models import LineLevel, Order, OrderLine, Receipt, ReceiptLine, Sku
from stock.readable import readable_text
from stock.settling import settle_receipts
from stock.timeline import note_at_once
from stock.transfers import Bucket, Place, Transfer

# Made once: building a statement costs more than sending it.
_LOCK_ORDER = (
    select(Order.channel_order_id)
    .where(Order.id == bindparam("order_id"))
    .with_for_update()
)
_LINES = (
    select(
        OrderLine.id,
        OrderLine.sku_id,
        OrderLine.warehouse_id,
        Sku.code,
        LineLevel.out,
        (LineLevel.out + LineLevel.received + LineLevel.damaged + LineLevel.lost).label(
            "shipped"
        ),
        Receipt.id.label("earlier_id"),
        Receipt.content.label("earlier_content"),
    )
    .join(LineLevel, LineLevel.order_line_id == OrderLine.id)
    .join(Sku, Sku.id == OrderLine.sku_id)
    .outerjoin(Receipt, Receipt.key == bindparam("asked_key"))
    .where(OrderLine.order_id == bindparam("order_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the warehouse found of one order line."""

    order_line_id: int
    good: int = 0
    damaged: int = 0
    lost: int = 0

    @property
    def total(self) -> int:
        """Units that this accounts for."""
        return self.good + self.damaged + self.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSku:
    """What the warehouse found of one SKU, whichever order line it belongs to."""

    sku: str
    good: int = 0
    damaged: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Booked:
    """The posted receipt; ``replayed`` when its key had been posted before."""

    receipt: Receipt
    replayed: bool


def record_receipt(
    session: Session,
    order: Order,
    found: Sequence[Found],
    *,
    key: str,
    warehouse_id: int,
    actor: str,
    now: datetime,
    note_text: str = "",
    expected_return_id: int | None = None,
) -> Booked:
    """Book what came back, all or nothing, once for each key.

    The same key with the same content gives back the first receipt.  Lines that name
    an order line twice are summed.  Raises ``EmptyReceipt``, ``NeverLeft``,
    ``ReceiptTooLarge``, ``InvalidQuantity`` or ``IdempotencyConflict``; then nothing
    was written.
    """
    session.flush()
    lines = _sum_lines(found)
    note_text = readable_text(note_text, 500)
    content = _digest(order.id, lines, warehouse_id, note_text)
    name, held = _lock_lines(session, order.id, key)
    earlier = _find_earlier(session, held.values(), key, content)
    if earlier is not None:
        return Booked(earlier, replayed=True)
    _check_lines(name, held, lines)
    receipt = Receipt(
        key=key,
        content=content,
        order_id=order.id,
        warehouse_id=warehouse_id,
        actor=actor,
        note=note_text,
        posted_at=now,
    )
    receipt_lines = [_receipt_line(line, expected_return_id) for line in lines]
    insert_receipt(session, receipt, receipt_lines)
    post(session, list(_transfers(held, receipt)))
    settle_receipts(session, order.id)
    note_at_once(session, order.id, now, "receipt", receipt.number, actor=actor)
    return Booked(receipt, replayed=False)


def spread_over_lines(
    session: Session, order: Order, found: Iterable[FoundSku]
) -> list[Found]:
    """Turn what was found per SKU into what was found per order line.

    Fills the order's lines of that SKU one after another, good units first; what
    does not fit stays on the last one, to be refused there.  Raises ``UnknownSku``
    for a SKU that the order does not hold.
    """
    room = {line.id: level.out for line, level in _lines_with_levels(session, order)}
    spread: list[Found] = []
    for item in found:
        lines = [line for line in order.lines if line.sku.code == item.sku]
        if not lines:
            raise UnknownSku(item.sku)
        rest = {"good": item.good, "damaged": item.damaged, "lost": item.lost}
        for line in lines:
            is_last = line is lines[-1]
            taken = _take(rest, None if is_last else room[line.id])
            room[line.id] -= sum(taken.values())
            spread.append(Found(order_line_id=line.id, **taken))
    return spread


def receivable(session: Session, order: Order) -> Sequence[tuple[OrderLine, int]]:
    """Return the order's lines with the units of each that are still out."""
    found = _lines_with_levels(session, order)
    return [(line, level.out) for line, level in found if level.out]


def _take(rest: dict[str, int], room: int | None) -> dict[str, int]:
    taken = {}
    for condition in rest:
        fitting = rest[condition] if room is None else min(rest[condition], room)
        taken[condition] = fitting
        rest[condition] -= fitting
        room = None if room is None else room - fitting
    return taken


def _sum_lines(found: Sequence[Found]) -> list[Found]:
    summed: dict[int, Found] = {}
    for item in found:
        for quantity in (item.good, item.damaged, item.lost):
            if type(quantity) is not int or not 0 <= quantity <= LARGEST_QUANTITY:
                raise InvalidQuantity(quantity)
        before = summed.get(item.order_line_id, Found(order_line_id=0))
        summed[item.order_line_id] = Found(
            order_line_id=item.order_line_id,
            good=before.good + item.good,
            damaged=before.damaged + item.damaged,
            lost=before.lost + item.lost,
        )
    lines = [summed[line_id] for line_id in sorted(summed) if summed[line_id].total]
    if not lines:
        raise EmptyReceipt("a receipt books at least one unit")
    return lines


def _digest(
    order_id: int, lines: Sequence[Found], warehouse_id: int, note_text: str
) -> str:
    rows = [(x.order_line_id, x.good, x.damaged, x.lost) for x in lines]
    content = json.dumps([order_id, rows, warehouse_id, note_text])
    return hashlib.sha256(content.encode()).hexdigest()


def _lock_lines(
    session: Session, order_id: int, key: str
) -> tuple[str, Mapping[int, Row[Any]]]:
    """Lock an order; return its number, and its lines with what is out of each.

    Beside each line stands the receipt that has taken the key, if there is one.
    """
    connection = session.connection()
    name = connection.execute(_LOCK_ORDER, {"order_id": order_id}).scalar_one()
    asked = {"order_id": order_id, "asked_key": key}
    lines: Iterable[Row[Any]] = connection.execute(_LINES, asked)
    return name, {row.id: row for row in lines}


def _find_earlier(
    session: Session, held: Iterable[Row[Any]], key: str, content: str
) -> Receipt | None:
    for row in held:
        if row.earlier_id is None:
            return None
        if row.earlier_content != content:
            raise IdempotencyConflict(key)
        return session.get_one(Receipt, row.earlier_id)
    return None


def _lines_with_levels(
    session: Session, order: Order
) -> Sequence[tuple[OrderLine, LineLevel]]:
    rows = session.execute(
        select(OrderLine, LineLevel)
        .join(LineLevel, LineLevel.order_line_id == OrderLine.id)
        .where(OrderLine.order_id == order.id)
        .order_by(OrderLine.id)
        .execution_options(populate_existing=True)
    )
    return [(line, level) for line, level in rows]


def _check_lines(
    order: str, held: Mapping[int, Row[Any]], lines: Sequence[Found]
) -> None:
    if not any(row.shipped for row in held.values()):
        raise NeverLeft(order)
    for line in lines:
        row = held.get(line.order_line_id)
        if row is None:
            raise UnknownSku(f"order line {line.order_line_id}")
        if line.total > row.out:
            raise ReceiptTooLarge(
                order=order, sku=row.code, asked=line.total, out=row.out
            )


def _receipt_line(found: Found, expected_return_id: int | None) -> ReceiptLine:
    return ReceiptLine(
        order_line_id=found.order_line_id,
        expected_return_id=expected_return_id,
        good=found.good,
        damaged=found.damaged,
        lost=found.lost,
    )


def _transfers(held: Mapping[int, Row[Any]], receipt: Receipt) -> Iterable[Transfer]:
    for line in receipt.lines:
        order_line = held[line.order_line_id]
        outcomes = (
            (Bucket.AVAILABLE, line.good),
            (Bucket.DAMAGED, line.damaged),
            (Bucket.LOST, line.lost),
        )
        for bucket, quantity in outcomes:
            if quantity:
                yield Transfer(
                    key=f"receipt-line:{line.id}:{bucket}",
                    sku_id=order_line.sku_id,
                    quantity=quantity,
                    source=Place(Bucket.OUT, order_line.warehouse_id),
                    target=Place(bucket, receipt.warehouse_id),
                    order_line_id=order_line.id,
                    receipt_line_id=line.id,
                    document=f"receipt {receipt.number}",
                    actor=receipt.actor,
                    reason=receipt.note,
                )
