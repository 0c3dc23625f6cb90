"""Takes posted return receipts back: a second person's word against the first one's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from stock._upsert import insert_missing
from stock.errors import (
    AlreadyReversed,
    IdempotencyConflict,
    InsufficientStock,
    NothingToReverse,
    ReasonMissing,
    SamePerson,
    UnitsGone,
)
from stock.guard import post
from stock.locking import locked_orders
from stock.models import (
    Movement,
    Order,
    Receipt,
    ReceiptReversal,
    Sku,
    StockLevel,
)
from stock.people import is_same_person
from stock.readable import readable_text
from stock.settling import settle_receipts
from stock.timeline import note
from stock.transfers import Bucket, Place, Transfer

LONGEST_REASON = 500
LONGEST_ACTOR = 100

_SHELVES = (Bucket.AVAILABLE, Bucket.DAMAGED)


@dataclass(frozen=True, slots=True)
class Reversed:
    """A reversed receipt; ``replayed`` when its key had been used before."""

    reversal_id: int
    receipt_id: int
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What the reversal of a receipt takes of one SKU, and what is there to take."""

    sku: Sku
    good: int
    damaged: int
    lost: int
    """Units that the receipt booked as lost; a reversal leaves them so."""
    available: int
    """Free to sell in the receipt's warehouse; below zero when oversold."""
    held_damaged: int

    @property
    def short(self) -> Bucket | None:
        """The bucket that no longer holds what the receipt put there, if one does."""
        if self.good > max(0, self.available):
            return Bucket.AVAILABLE
        return Bucket.DAMAGED if self.damaged > self.held_damaged else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One wish to take a receipt back."""

    receipt: Receipt
    key: str
    reason: str
    actor: str
    now: datetime


def reverse_receipt(
    session: Session,
    receipt: Receipt,
    *,
    key: str,
    reason: str,
    actor: str,
    now: datetime,
) -> Reversed:
    """Take a whole receipt back, once, in the name of a second person.

    Good and damaged units are out again and can be received anew; the expected return
    that they had settled is open again.  Units booked as lost stay lost: the rule book
    knows no way from there to out; units that had been lost and were found are out
    like the others, not lost again.  The same key with the same content gives back the
    first reversal; content is the receipt, the reason and who gives it.

    Raises ``ReasonMissing``, ``SamePerson``, ``AlreadyReversed``, ``UnitsGone`` when
    units were sold, repaired or scrapped since, ``NothingToReverse`` when all were
    booked as lost, or ``IdempotencyConflict``; then nothing is to be committed.
    """
    asked = _Asked(
        receipt=receipt,
        key=key,
        reason=readable_text(reason.strip(), LONGEST_REASON),
        actor=readable_text(actor.strip(), LONGEST_ACTOR),
        now=now,
    )
    if not asked.reason:
        raise ReasonMissing(receipt.number)
    session.flush()
    order = session.scalars(locked_orders().where(Order.id == receipt.order_id)).one()
    earlier = _earlier(session, asked)
    if earlier is not None:
        return _replayed(asked, earlier)
    if is_same_person(receipt.actor, asked.actor):
        raise SamePerson(asked.actor)
    _post(session, asked)
    reversal_id = _write(session, asked)
    settle_receipts(session, order.id)
    detail = f"{receipt.number}: {asked.reason}"
    note(session, order, now, "reversal", detail, actor=asked.actor)
    return Reversed(reversal_id, receipt.id, replayed=False)


def takings(session: Session, receipt: Receipt) -> Sequence[Taking]:
    """Return what a receipt's reversal takes, SKU by SKU, as things stand now."""
    booked: dict[int, Counter[str]] = defaultdict(Counter)
    for movement, units in _booked(session, receipt):
        booked[movement.sku_id][movement.to_bucket] += units
    held = _held(session, receipt, booked)
    skus = {line.order_line.sku_id: line.order_line.sku for line in receipt.lines}
    lost: Counter[int] = Counter()
    for line in receipt.lines:
        lost[line.order_line.sku_id] += line.lost
    return [
        Taking(
            sku=sku,
            good=booked[sku_id][Bucket.AVAILABLE],
            damaged=booked[sku_id][Bucket.DAMAGED],
            lost=lost[sku_id],
            available=held[sku_id, Bucket.AVAILABLE],
            held_damaged=held[sku_id, Bucket.DAMAGED],
        )
        for sku_id, sku in skus.items()
    ]


def _earlier(session: Session, asked: _Asked) -> ReceiptReversal | None:
    same_receipt = ReceiptReversal.receipt_id == asked.receipt.id
    found = session.scalars(
        select(ReceiptReversal).where(
            or_(same_receipt, ReceiptReversal.key == asked.key)
        )
    ).all()
    if any(reversal.receipt_id != asked.receipt.id for reversal in found):
        raise IdempotencyConflict(asked.key)
    return found[0] if found else None


def _replayed(asked: _Asked, earlier: ReceiptReversal) -> Reversed:
    if earlier.key != asked.key:
        raise AlreadyReversed(
            receipt=asked.receipt.number,
            actor=earlier.actor,
            reversed_at=earlier.reversed_at,
        )
    if (earlier.reason, earlier.actor) != (asked.reason, asked.actor):
        raise IdempotencyConflict(asked.key)
    return Reversed(earlier.id, asked.receipt.id, replayed=True)


def _post(session: Session, asked: _Asked) -> None:
    origins = {line.id: line.order_line.warehouse_id for line in asked.receipt.lines}
    transfers = [
        _inverse(movement, units, Place(Bucket.OUT, origins[line_id]), asked)
        for movement, units in _booked(session, asked.receipt)
        if (line_id := movement.receipt_line_id) is not None
    ]
    if not transfers:
        raise NothingToReverse(asked.receipt.number)
    try:
        post(session, transfers)
    except InsufficientStock as refusal:
        raise _units_gone(session, asked.receipt, refusal) from refusal


def _booked(session: Session, receipt: Receipt) -> Sequence[tuple[Movement, int]]:
    """Return what put units into the building, with the units not taken back since."""
    movements = session.scalars(
        select(Movement)
        .where(Movement.receipt_line_id.in_([line.id for line in receipt.lines]))
        .order_by(Movement.id)
    ).all()
    taken: Counter[tuple[int | None, Place]] = Counter()
    for movement in movements:
        if movement.target.bucket is Bucket.OUT:
            taken[movement.receipt_line_id, movement.source] += movement.quantity
    booked = []
    for movement in movements:
        if movement.target.bucket in _SHELVES:
            shelf = (movement.receipt_line_id, movement.target)
            back = min(movement.quantity, taken[shelf])
            taken[shelf] -= back
            booked.append((movement, movement.quantity - back))
    return [(movement, units) for movement, units in booked if units]


def _inverse(movement: Movement, units: int, out: Place, asked: _Asked) -> Transfer:
    return Transfer(
        key=f"reversal:{movement.key}",
        sku_id=movement.sku_id,
        quantity=units,
        source=movement.target,
        target=out,
        order_line_id=movement.order_line_id,
        receipt_line_id=movement.receipt_line_id,
        document=f"reversal of receipt {asked.receipt.number}",
        actor=asked.actor,
        reason=asked.reason,
    )


def _write(session: Session, asked: _Asked) -> int:
    row = {
        "receipt_id": asked.receipt.id,
        "key": asked.key,
        "reason": asked.reason,
        "actor": asked.actor,
        "reversed_at": asked.now,
    }
    insert_missing(session, ReceiptReversal, [row])
    reversal_id = session.scalar(
        select(ReceiptReversal.id).where(ReceiptReversal.receipt_id == asked.receipt.id)
    )
    if reversal_id is None:
        # Another order's reversal took the key while this one was on its way.
        raise IdempotencyConflict(asked.key)
    session.expire(asked.receipt, ["reversal"])
    return reversal_id


def _units_gone(
    session: Session, receipt: Receipt, refusal: InsufficientStock
) -> Exception:
    """Return the guard's refusal in the words of the receipt."""
    for taking in takings(session, receipt):
        bucket = taking.short
        if bucket is not None:
            is_good = bucket is Bucket.AVAILABLE
            return UnitsGone(
                receipt=receipt.number,
                sku=taking.sku.code,
                warehouse=receipt.warehouse.code,
                bucket=bucket,
                asked=taking.good if is_good else taking.damaged,
                held=taking.available if is_good else taking.held_damaged,
            )
    return refusal


def _held(
    session: Session, receipt: Receipt, sku_ids: Iterable[int]
) -> Counter[tuple[int, str]]:
    rows = session.execute(
        select(StockLevel.sku_id, StockLevel.available, StockLevel.damaged)
        .where(StockLevel.sku_id.in_(list(sku_ids)))
        .where(StockLevel.warehouse_id == receipt.warehouse_id)
    )
    held: Counter[tuple[int, str]] = Counter()
    for sku_id, available, damaged in rows:
        held[sku_id, Bucket.AVAILABLE] = available
        held[sku_id, Bucket.DAMAGED] = damaged
    return held
