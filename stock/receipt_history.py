"""Reads back posted receipts, and what each of them changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from stock.models import (
    Movement,
    Order,
    OrderLine,
    Receipt,
    ReceiptLine,
    Sku,
    StockLevel,
)
from stock.transfers import Bucket

Units = Mapping[tuple[int, str], int]
"""Units by warehouse id and bucket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A SKU's numbers at one moment."""

    available: int
    """Free to sell, in all warehouses: what the channels hear."""
    on_hand: int
    """In the building that the receipt was booked in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkuChange:
    """What one receipt changed for one SKU."""

    sku: Sku
    good: int
    damaged: int
    lost: int
    before: Held
    after: Held


def find_receipt(session: Session, receipt_id: int) -> Receipt | None:
    """Return the receipt with this id."""
    return session.scalar(_receipts().where(Receipt.id == receipt_id))


def receipt_by_key(session: Session, key: str) -> Receipt | None:
    """Return the receipt that was booked with this key."""
    return session.scalar(_receipts().where(Receipt.key == key))


def receipts_of(session: Session, order: Order) -> Sequence[Receipt]:
    """Return an order's receipts, the first one booked first."""
    return session.scalars(
        _receipts().where(Receipt.order_id == order.id).order_by(Receipt.id)
    ).all()


def changes_of(session: Session, receipt: Receipt) -> Sequence[SkuChange]:
    """Return what a receipt changed, by SKU, whatever has happened since.

    Goes back from today's levels: a SKU's last movements are few, all are many.
    """
    own = _own_movements(session, receipt)
    skus = {line.order_line.sku_id: line.order_line.sku for line in receipt.lines}
    last = max((movement.id for movement in own), default=0)
    today = _levels(session, skus)
    later = _movements_after(session, skus, last)
    changes = []
    for sku_id, sku in skus.items():
        after = _without(today.get(sku_id, {}), [m for m in later if m[0] == sku_id])
        moved = [_row(m) for m in own if m.sku_id == sku_id]
        before = _without(after, moved)
        lines = [x for x in receipt.lines if x.order_line.sku_id == sku_id]
        changes.append(
            SkuChange(
                sku=sku,
                good=sum(line.good for line in lines),
                damaged=sum(line.damaged for line in lines),
                lost=sum(line.lost for line in lines),
                before=_held(before, receipt.warehouse_id),
                after=_held(after, receipt.warehouse_id),
            )
        )
    return changes


_Row = tuple[int, int, str, int, str, int]


def _receipts() -> Select[Receipt]:
    return select(Receipt).options(
        joinedload(Receipt.warehouse),
        joinedload(Receipt.order),
        selectinload(Receipt.lines)
        .joinedload(ReceiptLine.order_line)
        .joinedload(OrderLine.sku),
    )


def _own_movements(session: Session, receipt: Receipt) -> Sequence[Movement]:
    # A reversal names the receipt line too, but does not start from "out".
    return session.scalars(
        select(Movement)
        .where(Movement.receipt_line_id.in_([line.id for line in receipt.lines]))
        .where(Movement.from_bucket == Bucket.OUT)
    ).all()


def _levels(session: Session, sku_ids: Mapping[int, Sku]) -> Mapping[int, Units]:
    found = session.scalars(select(StockLevel).where(StockLevel.sku_id.in_(sku_ids)))
    levels: dict[int, dict[tuple[int, str], int]] = {}
    for level in found:
        units = levels.setdefault(level.sku_id, {})
        units[level.warehouse_id, Bucket.AVAILABLE] = level.available
        units[level.warehouse_id, Bucket.COMMITTED] = level.committed
        units[level.warehouse_id, Bucket.DAMAGED] = level.damaged
    return levels


def _movements_after(
    session: Session, sku_ids: Mapping[int, Sku], last: int
) -> Sequence[_Row]:
    columns = (
        Movement.sku_id,
        Movement.from_warehouse_id,
        Movement.from_bucket,
        Movement.to_warehouse_id,
        Movement.to_bucket,
    )
    rows = session.execute(
        select(*columns, func.sum(Movement.quantity))
        .where(Movement.sku_id.in_(sku_ids))
        .where(Movement.id > last)
        .group_by(*columns)
    )
    return [(a, b, c, d, e, int(n)) for a, b, c, d, e, n in rows]


def _row(movement: Movement) -> _Row:
    return (
        movement.sku_id,
        movement.from_warehouse_id,
        movement.from_bucket,
        movement.to_warehouse_id,
        movement.to_bucket,
        movement.quantity,
    )


def _without(units: Units, rows: Sequence[_Row]) -> Units:
    earlier = Counter(units)
    for _, from_warehouse, source, to_warehouse, target, quantity in rows:
        earlier[from_warehouse, source] += quantity
        earlier[to_warehouse, target] -= quantity
    return earlier


def _held(units: Units, warehouse_id: int) -> Held:
    in_building = (Bucket.AVAILABLE, Bucket.COMMITTED, Bucket.DAMAGED)
    return Held(
        available=sum(n for (_, b), n in units.items() if b == Bucket.AVAILABLE),
        on_hand=sum(
            n for (w, b), n in units.items() if w == warehouse_id and b in in_building
        ),
    )
