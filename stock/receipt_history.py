"""Reads back posted receipts, and what each of them changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from stock.errors import UnknownReceipt
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

LARGEST_ID = 2**63 - 1

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
    """What one receipt, or its reversal, changed for one SKU."""

    sku: Sku
    good: int
    damaged: int
    lost: int
    before: Held
    after: Held


def find_receipt(session: Session, receipt_id: int) -> Receipt | None:
    """Return the receipt with this id."""
    return session.scalar(_receipts().where(Receipt.id == receipt_id))


def receipt_by_number(session: Session, number: str) -> Receipt:
    """Return the receipt with the number that people read out to each other.

    Raises ``UnknownReceipt``.
    """
    digits = number.strip().upper().removeprefix("R")
    receipt_id = int(digits) if digits.isascii() and digits.isdigit() else 0
    found = find_receipt(session, receipt_id) if receipt_id <= LARGEST_ID else None
    if found is None:
        raise UnknownReceipt(number)
    return found


def find_receipts(session: Session, receipt_ids: Collection[int]) -> Sequence[Receipt]:
    """Return the receipts with these ids, the first one booked first."""
    return session.scalars(
        _receipts().where(Receipt.id.in_(receipt_ids)).order_by(Receipt.id)
    ).all()


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
    return changes_of_all(session, [receipt], warehouse_id=receipt.warehouse_id)


def changes_of_all(
    session: Session, receipts: Sequence[Receipt], *, warehouse_id: int
) -> Sequence[SkuChange]:
    """Return what receipts changed together, by SKU, with one building as the building.

    The numbers after are those right after the last of them.
    """
    # A reversal names the receipt line too, but does not start from where units were
    # away: out, or lost and found again.
    away = (Bucket.OUT, Bucket.LOST)
    lines = [line for receipt in receipts for line in receipt.lines]
    return _changes(session, lines, warehouse_id, Movement.from_bucket.in_(away))


def reversal_changes(session: Session, receipt: Receipt) -> Sequence[SkuChange]:
    """Return what a receipt's reversal took back, by SKU, whatever happened since."""
    went_out = Movement.to_bucket == Bucket.OUT
    return _changes(session, receipt.lines, receipt.warehouse_id, went_out)


def held_now(
    session: Session, receipt: Receipt, sku_ids: Collection[int]
) -> Mapping[int, Held]:
    """Return today's numbers of SKUs, with a receipt's building as the building."""
    today = _levels(session, sku_ids)
    return {x: _held(today.get(x, {}), receipt.warehouse_id) for x in sku_ids}


def _changes(
    session: Session,
    lines: Sequence[ReceiptLine],
    warehouse_id: int,
    condition: ColumnElement[bool],
) -> Sequence[SkuChange]:
    own = _own_movements(session, lines, condition)
    moved_skus = {movement.sku_id for movement in own}
    skus = {
        line.order_line.sku_id: line.order_line.sku
        for line in lines
        if line.order_line.sku_id in moved_skus
    }
    last = max((movement.id for movement in own), default=0)
    today = _levels(session, skus)
    later = _movements_after(session, skus, last)
    changes = []
    for sku_id, sku in skus.items():
        after = _without(today.get(sku_id, {}), [m for m in later if m[0] == sku_id])
        moved = [_row(m) for m in own if m.sku_id == sku_id]
        before = _without(after, moved)
        changes.append(
            SkuChange(
                sku=sku,
                good=_units(moved, Bucket.AVAILABLE),
                damaged=_units(moved, Bucket.DAMAGED),
                lost=sum(n for _, _, _, _, target, n in moved if target == Bucket.LOST),
                before=_held(before, warehouse_id),
                after=_held(after, warehouse_id),
            )
        )
    return changes


_Row = tuple[int, int, str, int, str, int]


def _receipts() -> Select[Receipt]:
    return select(Receipt).options(
        joinedload(Receipt.warehouse),
        joinedload(Receipt.order),
        joinedload(Receipt.reversal),
        selectinload(Receipt.lines)
        .joinedload(ReceiptLine.order_line)
        .joinedload(OrderLine.sku),
    )


def _own_movements(
    session: Session, lines: Sequence[ReceiptLine], condition: ColumnElement[bool]
) -> Sequence[Movement]:
    return session.scalars(
        select(Movement)
        .where(Movement.receipt_line_id.in_([line.id for line in lines]))
        .where(condition)
    ).all()


def _units(rows: Iterable[_Row], bucket: Bucket) -> int:
    """Return the units that came into a bucket or left it."""
    return sum(n for _, _, source, _, target, n in rows if bucket in (source, target))


def _levels(session: Session, sku_ids: Collection[int]) -> Mapping[int, Units]:
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
