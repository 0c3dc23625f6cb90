"""Posts return receipts: the only way in which units that left become stock again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock._documents import Document, Written, send_receipt
from stock._fixed import FixedSql, Wire
from stock.errors import (
    EmptyReceipt,
    IdempotencyConflict,
    InvalidQuantity,
    NeverLeft,
    ReceiptTooLarge,
    UnknownSku,
)
from stock.guard import LARGEST_QUANTITY, post
from stock.models import LineLevel, Order, OrderLine
from stock.models.receipts import receipt_number
from stock.readable import readable_text
from stock.settling import send_for_rooms, settle_arrival
from stock.transfers import Bucket, Place, Transfer

# The order and the lines are locked together, so that a waiting clerk reads what the
# other one has left.
_LOCK = """
    SELECT customer_order.channel_order_id, line.id, line.sku_id, line.warehouse_id,
           level.out,
           level.out + level.received + level.damaged + level.lost AS shipped,
           receipt.id AS earlier_id, receipt.content AS earlier_content
    FROM "order" customer_order
    JOIN order_line line ON line.order_id = customer_order.id
    JOIN line_level level ON level.order_line_id = line.id
    LEFT JOIN receipt ON receipt.key = :key
    WHERE customer_order.id = :order_id ORDER BY line.id
"""
_LOCK_LINES = FixedSql(
    _LOCK,
    f"{_LOCK} FOR UPDATE OF customer_order, level",
    columns="channel_order_id id sku_id warehouse_id out shipped earlier_id"
    " earlier_content",
)
_FIND = FixedSql(
    "SELECT id, content FROM receipt WHERE key = :key", columns="id content"
)
_OUTCOMES = (Bucket.AVAILABLE, Bucket.DAMAGED, Bucket.LOST)


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

    receipt_id: int
    replayed: bool

    @property
    def number(self) -> str:
        """The number that people read out to each other."""
        return receipt_number(self.receipt_id)


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
    wire = Wire(session)
    held, rooms = _lock(wire, order, key)
    earlier = _earlier(session, wire, held, lines, key)
    if earlier is not None:
        return _replayed(earlier, key, content)
    document = Document(
        key=key,
        content=content,
        order_id=order.id,
        warehouse_id=warehouse_id,
        actor=actor,
        note=note_text,
        posted_at=now,
        expected_return_id=expected_return_id,
        rows=[(x.order_line_id, x.good, x.damaged, x.lost) for x in lines],
    )
    with wire.together():
        answer = send_receipt(wire, document)
        settle_arrival(session, wire, document, rooms)
        written = answer()
    if written is None:
        # Another order's receipt took the key while this one was on its way.
        return _replayed(wire.run(_FIND, {"key": key})[0], key, content)
    post(session, list(_transfers(held, document, written)))
    return Booked(written.receipt_id, replayed=False)


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


def _lock(
    wire: Wire, order: Order, key: str
) -> tuple[Mapping[int, Any], Sequence[Any]]:
    """Lock an order; return its lines, and the room in its expected returns.

    Beside each line stands the receipt that has the key, if there is one.
    """
    with wire.together():
        lines = wire.send(_LOCK_LINES, {"order_id": order.id, "key": key})
        rooms = send_for_rooms(wire, order.id)
        held = {row.id: row for row in lines()}
        if not held:
            raise NeverLeft(order.channel_order_id)
        return held, rooms()


def _earlier(
    session: Session,
    wire: Wire,
    held: Mapping[int, Any],
    lines: Sequence[Found],
    key: str,
) -> tuple[int, str] | None:
    """Return the receipt that was booked with this key, or else judge the new one."""
    first = next(iter(held.values()))
    if first.earlier_id is not None:
        return first.earlier_id, first.earlier_content
    try:
        _check_lines(session, held, lines)
    except (NeverLeft, ReceiptTooLarge):
        # Whoever waited for the lock saw the receipts from before the wait: it may be
        # this very receipt that has taken the units.
        booked = wire.run(_FIND, {"key": key})
        if not booked:
            raise
        return booked[0].id, booked[0].content
    return None


def _replayed(earlier: Sequence[Any], key: str, content: str) -> Booked:
    receipt_id, booked_content = earlier
    if booked_content != content:
        raise IdempotencyConflict(key)
    return Booked(receipt_id, replayed=True)


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
    session: Session, held: Mapping[int, Any], lines: Sequence[Found]
) -> None:
    order = next(iter(held.values())).channel_order_id
    if not any(row.shipped for row in held.values()):
        raise NeverLeft(order)
    for line in lines:
        row = held.get(line.order_line_id)
        if row is None:
            raise UnknownSku(f"order line {line.order_line_id}")
        if line.total > row.out:
            raise ReceiptTooLarge(
                order=order,
                sku=_sku_code(session, line.order_line_id),
                asked=line.total,
                out=row.out,
            )


def _sku_code(session: Session, order_line_id: int) -> str:
    return session.get_one(OrderLine, order_line_id).sku.code


def _transfers(
    held: Mapping[int, Any], document: Document, written: Written
) -> Iterable[Transfer]:
    for order_line_id, *quantities in document.rows:
        order_line = held[order_line_id]
        line_id = written.line_ids[order_line_id]
        for bucket, quantity in zip(_OUTCOMES, quantities, strict=True):
            if quantity:
                yield Transfer(
                    key=f"receipt-line:{line_id}:{bucket}",
                    sku_id=order_line.sku_id,
                    quantity=quantity,
                    source=Place(Bucket.OUT, order_line.warehouse_id),
                    target=Place(bucket, document.warehouse_id),
                    order_line_id=order_line_id,
                    receipt_line_id=line_id,
                    document=f"receipt {receipt_number(written.receipt_id)}",
                    actor=document.actor,
                    reason=document.note,
                )
