"""Receives units that had been written off as lost: they came after all."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from stock.errors import EmptyReceipt, IdempotencyConflict, InvalidQuantity, StockError
from stock.guard import LARGEST_QUANTITY, post
from stock.locking import locked_orders
from stock.models import LineLevel, Movement, Order, OrderLine, Receipt, ReceiptLine
from stock.readable import readable_text
from stock.receipts import Booked, FoundSku
from stock.settling import settle_receipts
from stock.timeline import note
from stock.transfers import Bucket, Place, Transfer

LONGEST_NOTE = 500


class MoreThanLost(StockError):
    """More units were found than had been lost."""

    def __init__(self, *, order: str, sku: str, asked: int, lost: int) -> None:
        self.order = order
        self.sku = sku
        self.asked = asked
        self.lost = lost
        super().__init__(f"order {order}: {asked} units of {sku} found, {lost} lost")


def lost_units(session: Session, order: Order) -> Mapping[int, int]:
    """Return how many units of each of an order's lines are lost."""
    rows = session.execute(
        select(LineLevel.order_line_id, LineLevel.lost)
        .join(OrderLine, OrderLine.id == LineLevel.order_line_id)
        .where(OrderLine.order_id == order.id)
        .where(LineLevel.lost > 0)
        .order_by(LineLevel.order_line_id)
    )
    return {line_id: lost for line_id, lost in rows}


def record_found(
    session: Session,
    order: Order,
    found: Sequence[FoundSku],
    *,
    key: str,
    warehouse_id: int,
    actor: str,
    now: datetime,
    note_text: str = "",
) -> Booked:
    """Book lost units that came after all, all or nothing, once for each key.

    A return receipt is the document, and its lines say that their units were lost.
    The return that they were written off from counts them as received.  Raises
    ``EmptyReceipt``, ``InvalidQuantity``, ``MoreThanLost`` or ``IdempotencyConflict``;
    then nothing was written.
    """
    for item in found:
        _check_quantities(item)
    note_text = readable_text(note_text, LONGEST_NOTE)
    locked = session.scalars(locked_orders().where(Order.id == order.id)).one()
    content = _digest(locked.id, found, warehouse_id, note_text)
    earlier = session.scalar(select(Receipt).where(Receipt.key == key))
    if earlier is not None:
        if earlier.content != content:
            raise IdempotencyConflict(key)
        return Booked(earlier.id, replayed=True)
    receipt = Receipt(
        key=key,
        content=content,
        order_id=locked.id,
        warehouse_id=warehouse_id,
        actor=actor,
        note=note_text,
        posted_at=now,
        lines=_spread(session, locked, found),
    )
    session.add(receipt)
    session.flush()
    post(session, list(_transfers(session, locked, receipt)))
    settle_receipts(session, locked.id)
    note(session, locked, now, "receipt", receipt.number, actor=actor)
    return Booked(receipt.id, replayed=False)


def _check_quantities(item: FoundSku) -> None:
    for quantity in (item.good, item.damaged):
        if type(quantity) is not int or not 0 <= quantity <= LARGEST_QUANTITY:
            raise InvalidQuantity(quantity)
    if item.lost:
        raise InvalidQuantity(item.lost)


def _digest(
    order_id: int, found: Iterable[FoundSku], warehouse_id: int, note_text: str
) -> str:
    rows = sorted(
        (item.sku, item.warehouse_id or 0, item.good, item.damaged)
        for item in found
        if item.total
    )
    content = json.dumps(["found", order_id, rows, warehouse_id, note_text])
    return hashlib.sha256(content.encode()).hexdigest()


def _spread(
    session: Session, order: Order, found: Iterable[FoundSku]
) -> list[ReceiptLine]:
    """Put what was found on the order's lines that lost it, good units first."""
    left = dict(lost_units(session, order))
    spread: dict[int, Counter[str]] = {}
    for item in found:
        own = [line.id for line in order.lines if _is_meant(line, item)]
        room = sum(left.get(line_id, 0) for line_id in own)
        if item.total > room:
            raise MoreThanLost(
                order=order.channel_order_id, sku=item.sku, asked=item.total, lost=room
            )
        rest = {"good": item.good, "damaged": item.damaged}
        for line_id in own:
            for condition, units in rest.items():
                taken = min(units, left.get(line_id, 0))
                if taken:
                    spread.setdefault(line_id, Counter())[condition] += taken
                    left[line_id] -= taken
                    rest[condition] -= taken
    if not spread:
        raise EmptyReceipt("a receipt books at least one unit")
    return [
        ReceiptLine(
            order_line_id=line_id,
            good=units["good"],
            damaged=units["damaged"],
            lost=0,
            found=units.total(),
        )
        for line_id, units in sorted(spread.items())
    ]


def _is_meant(line: OrderLine, item: FoundSku) -> bool:
    anywhere = item.warehouse_id is None
    return line.sku.code == item.sku and (
        anywhere or line.warehouse_id == item.warehouse_id
    )


def _transfers(session: Session, order: Order, receipt: Receipt) -> Iterable[Transfer]:
    lines = {line.id: line for line in order.lines}
    for row in receipt.lines:
        line = lines[row.order_line_id]
        places = _lost_at(session, line)
        wanted = {Bucket.AVAILABLE: row.good, Bucket.DAMAGED: row.damaged}
        for bucket, units in wanted.items():
            for warehouse_id in sorted(places):
                taken = min(units, places[warehouse_id])
                if not taken:
                    continue
                units -= taken
                places[warehouse_id] -= taken
                yield Transfer(
                    key=f"receipt-line:{row.id}:found:{warehouse_id}:{bucket}",
                    sku_id=line.sku_id,
                    quantity=taken,
                    source=Place(Bucket.LOST, warehouse_id),
                    target=Place(bucket, receipt.warehouse_id),
                    order_line_id=line.id,
                    receipt_line_id=row.id,
                    document=f"receipt {receipt.number}",
                    actor=receipt.actor,
                    reason=receipt.note,
                )


def _lost_at(session: Session, line: OrderLine) -> Counter[int]:
    """Return how many units of a line are booked as lost in which warehouse."""
    moved = session.scalars(
        select(Movement)
        .where(Movement.sku_id == line.sku_id)
        .where(Movement.order_line_id == line.id)
    )
    places: Counter[int] = Counter()
    for movement in moved:
        if movement.to_bucket == Bucket.LOST:
            places[movement.to_warehouse_id] += movement.quantity
        if movement.from_bucket == Bucket.LOST:
            places[movement.from_warehouse_id] -= movement.quantity
    return places
