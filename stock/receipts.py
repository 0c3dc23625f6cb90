"""Posts return receipts: the only way in which units that left become stock again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
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
from stock.guard import LARGEST_QUANTITY, post_new
from stock.models import LineLevel, Order, OrderLine
from stock.models.receipts import receipt_number
from stock.readable import readable_text
from stock.settling import send_for_rooms, settle_arrival
from stock.transfers import Bucket, Place, Transfer

# The order and the lines are locked together, so that a waiting clerk reads what the
# other one has left.
_LOCK = """
    SELECT customer_order.channel_order_id, line.id, line.sku_id, line.warehouse_id,
           level.committed, level.out, level.received, level.damaged, level.lost,
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
    columns="channel_order_id id sku_id warehouse_id committed out received damaged"
    " lost earlier_id earlier_content",
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
    warehouse_id: int | None = None
    """The warehouse that packed it; nothing stands for any."""
    good: int = 0
    damaged: int = 0
    lost: int = 0

    @property
    def total(self) -> int:
        """Units that this accounts for."""
        return self.good + self.damaged + self.lost


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

    The same key with the same content gives back the first receipt; content is what
    was found of each SKU, whichever of its lines that was put on.  Lines that name an
    order line twice are summed.  Raises ``EmptyReceipt``, ``NeverLeft``,
    ``ReceiptTooLarge``, ``InvalidQuantity`` or ``IdempotencyConflict``; then nothing
    was written.
    """
    session.flush()
    lines = _sum_lines(found)
    note_text = readable_text(note_text, 500)
    wire = Wire(session)
    held, rooms = _lock(wire, order, key)
    _check_known(held, lines)
    content = _digest(order.id, held, lines, warehouse_id, note_text)
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
    post_new(session, list(_transfers(held, document, written)), held)
    return Booked(written.receipt_id, replayed=False)


def spread_over_lines(
    session: Session,
    order: Order,
    found: Iterable[FoundSku],
    *,
    expected_return_id: int | None = None,
) -> list[Found]:
    """Turn what was found per SKU into what was found per order line.

    Fills the lines that the opened return announces, then those of the order's other
    returns, then the rest, good units first; what does not fit stays on the SKU's last
    line, to be refused there.  Locks the order, so that nobody takes that room before
    the receipt does.  Raises ``UnknownSku`` for a SKU that the order does not hold,
    ``NeverLeft``, ``ReceiptTooLarge`` or ``InvalidQuantity``.
    """
    session.flush()
    held, rooms = _lock(Wire(session), order, key="")
    places = _places(held, rooms, expected_return_id)
    left = {line_id: row.out for line_id, row in held.items()}
    spread: dict[int, Counter[str]] = defaultdict(Counter)
    for item in found:
        _check_quantities(item)
        own = _lines_meant(order, item)
        if item.total and not own & held.keys():
            raise ReceiptTooLarge(
                order=order.channel_order_id, sku=item.sku, asked=item.total, out=0
            )
        _fill(item, [place for place in places if place[0] in own], left, spread)
    return [Found(order_line_id=x, **spread[x]) for x in sorted(spread)]


def receivable(session: Session, order: Order) -> Sequence[tuple[OrderLine, int]]:
    """Return the order's lines with the units of each that are still out."""
    found = _lines_with_levels(session, order)
    return [(line, level.out) for line, level in found if level.out]


def _lines_meant(order: Order, item: FoundSku) -> set[int]:
    lines = [line for line in order.lines if line.sku.code == item.sku]
    if not lines:
        raise UnknownSku(item.sku)
    anywhere = item.warehouse_id is None
    return {x.id for x in lines if anywhere or x.warehouse_id == item.warehouse_id}


def _places(
    held: Mapping[int, Any], rooms: Iterable[Any], opened: int | None
) -> Sequence[tuple[int, int]]:
    """Return order lines with the units to put there, the first to be filled first.

    A line stands here for each return that announces it and once for itself.
    """
    announced = sorted(
        rooms, key=lambda x: (x.return_id != opened, x.name, x.order_line_id)
    )
    return [
        *((room.order_line_id, room.quantity - room.settled) for room in announced),
        *((line_id, row.out) for line_id, row in held.items()),
    ]


def _fill(
    item: FoundSku,
    places: Sequence[tuple[int, int]],
    left: dict[int, int],
    spread: Mapping[int, Counter[str]],
) -> None:
    rest = {"good": item.good, "damaged": item.damaged, "lost": item.lost}
    for line_id, wanted in places:
        for condition, units in rest.items():
            taken = min(units, wanted, left.get(line_id, 0))
            if taken > 0:
                rest[condition] -= taken
                wanted -= taken
                left[line_id] -= taken
                spread[line_id][condition] += taken
    if any(rest.values()):
        spread[places[-1][0]].update(rest)


def _check_quantities(item: Found | FoundSku) -> None:
    for quantity in (item.good, item.damaged, item.lost):
        if type(quantity) is not int or not 0 <= quantity <= LARGEST_QUANTITY:
            raise InvalidQuantity(quantity)


def _sum_lines(found: Sequence[Found]) -> list[Found]:
    summed: dict[int, Found] = {}
    for item in found:
        _check_quantities(item)
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
    order_id: int,
    held: Mapping[int, Any],
    lines: Sequence[Found],
    warehouse_id: int,
    note_text: str,
) -> str:
    # By SKU: the same words said again find other lines of it filled.
    sums: Counter[tuple[int, int, str]] = Counter()
    for line in lines:
        row = held[line.order_line_id]
        sums[row.sku_id, row.warehouse_id, "good"] += line.good
        sums[row.sku_id, row.warehouse_id, "damaged"] += line.damaged
        sums[row.sku_id, row.warehouse_id, "lost"] += line.lost
    rows = [(*name, units) for name, units in sorted(sums.items())]
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


def _check_known(held: Mapping[int, Any], lines: Sequence[Found]) -> None:
    for line in lines:
        if line.order_line_id not in held:
            raise UnknownSku(f"order line {line.order_line_id}")


def _check_lines(
    session: Session, held: Mapping[int, Any], lines: Sequence[Found]
) -> None:
    order = next(iter(held.values())).channel_order_id
    if not any(x.out or x.received or x.damaged or x.lost for x in held.values()):
        raise NeverLeft(order)
    for line in lines:
        row = held[line.order_line_id]
        if line.total > row.out:
            asked, out = _sums_of_sku(held, lines, row.sku_id)
            if asked <= out:
                asked, out = line.total, row.out
            raise ReceiptTooLarge(
                order=order,
                sku=_sku_code(session, line.order_line_id),
                asked=asked,
                out=out,
            )


def _sums_of_sku(
    held: Mapping[int, Any], lines: Sequence[Found], sku_id: int
) -> tuple[int, int]:
    """Return what was asked of a SKU and what of it is out, over all its lines."""
    asked = sum(x.total for x in lines if held[x.order_line_id].sku_id == sku_id)
    return asked, sum(row.out for row in held.values() if row.sku_id == sku_id)


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
