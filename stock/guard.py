"""The one door: every change of stock passes through ``post``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from stock._fixed import Wire, aware
from stock._statements import Known, find_movements, insert_movements, look_up
from stock.errors import (
    ForbiddenTransfer,
    IdempotencyConflict,
    InsufficientStock,
    InvalidQuantity,
    SamePerson,
)
from stock.models.catalogue import Listing
from stock.models.ledger import LineLevel, Movement, StockLevel
from stock.models.receipts import Receipt, ReceiptLine
from stock.people import is_same_person
from stock.rules import RANK, RULES, Paper, rule_for
from stock.transfers import Bucket, Place, Posting, Transfer

LARGEST_QUANTITY = 9_999_999

_Shelf = tuple[int, Place]


def post(session: Session, transfers: Sequence[Transfer]) -> list[Posting]:
    """Move units between buckets, all or nothing; the only way stock changes.

    Runs in the caller's transaction and never commits.  Idempotent: a key that was
    posted before with the same content gives back its first posting.  Locks order
    lines, levels and listings in one sorted order, judges the sums of the whole
    batch, and marks every listing of a touched SKU as owing a push.

    Raises ``ForbiddenTransfer``, ``InsufficientStock``, ``InvalidQuantity``,
    ``SamePerson`` or ``IdempotencyConflict``; then nothing was written.
    """
    batch = _checked(transfers)
    line_ids = {t.order_line_id for t in transfers if t.order_line_id is not None}
    wire = Wire(session)
    known = look_up(wire, sorted(line_ids), list(batch))
    return _post(session, wire, batch, known, transfers)


def post_new(
    session: Session, transfers: Sequence[Transfer], lines: Mapping[int, Any]
) -> list[Posting]:
    """Post what follows from a document that this very transaction has written.

    ``post`` without its two questions: each key carries the id of a row of that
    document, so none was posted before, and ``lines`` holds the levels of the order
    lines, by line, as the caller read them under a lock that it still has.
    """
    batch = _checked(transfers)
    return _post(session, Wire(session), batch, Known(lines, ()), transfers)


def _post(
    session: Session,
    wire: Wire,
    batch: Mapping[str, Transfer],
    known: Known,
    transfers: Sequence[Transfer],
) -> list[Posting]:
    posted = _replays(known.movements, batch)
    fresh = [transfer for key, transfer in batch.items() if key not in posted]
    if fresh:
        _judge(session, fresh, known.lines)
        posted |= _write(wire, fresh)
        _forget_levels(session)
    return [posted[transfer.key] for transfer in transfers]


def _checked(transfers: Sequence[Transfer]) -> dict[str, Transfer]:
    batch = _once_each(transfers)
    for transfer in batch.values():
        _check_quantity(transfer)
        rule_for(transfer)
    return batch


def _once_each(transfers: Sequence[Transfer]) -> dict[str, Transfer]:
    batch: dict[str, Transfer] = {}
    for transfer in transfers:
        if batch.setdefault(transfer.key, transfer) != transfer:
            raise IdempotencyConflict(transfer.key)
    return batch


def _check_quantity(transfer: Transfer) -> None:
    quantity = transfer.quantity
    # bool is an int to Python, and True is not one unit.
    if type(quantity) is not int or not 0 < quantity <= LARGEST_QUANTITY:
        raise InvalidQuantity(quantity)


def _replays(
    movements: Iterable[Any], batch: Mapping[str, Transfer]
) -> dict[str, Posting]:
    posted = {}
    for row in movements:
        movement_id, key, posted_at, *material = tuple(row)
        if tuple(material) != _material(batch[key]):
            raise IdempotencyConflict(key)
        posted[key] = Posting(
            movement_id=movement_id,
            key=key,
            posted_at=aware(posted_at),
            replayed=True,
        )
    return posted


def _material(transfer: Transfer) -> tuple[object, ...]:
    return (
        transfer.sku_id,
        transfer.quantity,
        transfer.source.bucket,
        transfer.source.warehouse_id,
        transfer.target.bucket,
        transfer.target.warehouse_id,
        transfer.order_line_id,
        transfer.receipt_line_id,
        transfer.document,
    )


def _judge(
    session: Session, transfers: Sequence[Transfer], lines: Mapping[int, Any]
) -> None:
    changes: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for transfer in transfers:
        if transfer.order_line_id is not None:
            _check_line(transfer, lines)
            for column, change in _line_changes(transfer):
                changes[transfer.order_line_id][column] += change
    for line_id, change_by_column in changes.items():
        for column, change in change_by_column.items():
            held = getattr(lines[line_id], column)
            _refuse_below_zero(f"order line {line_id}", column, held, change)
    _judge_reversals(session, transfers)
    _judge_shelves(session, transfers)


def _check_line(transfer: Transfer, lines: Mapping[int, Any]) -> None:
    line = lines.get(transfer.order_line_id or 0)
    if line is None or line.sku_id != transfer.sku_id:
        raise ForbiddenTransfer(
            transfer.source.bucket,
            transfer.target.bucket,
            f"order line {transfer.order_line_id} is not about this SKU",
        )


def _line_changes(transfer: Transfer) -> Iterable[tuple[str, int]]:
    buckets = (transfer.source.bucket, transfer.target.bucket)
    for bucket, sign in zip(buckets, (-1, 1), strict=True):
        if bucket is not Bucket.AVAILABLE:
            yield bucket.value, sign * transfer.quantity
        elif Bucket.COMMITTED not in buckets:
            # Seen from its line, an available unit is one that came back.
            yield "received", sign * transfer.quantity


def _refuse_below_zero(owner: str, bucket: str, held: int, change: int) -> None:
    if held + change < 0:
        raise InsufficientStock(bucket=bucket, owner=owner, asked=-change, held=held)


def _judge_shelves(session: Session, transfers: Sequence[Transfer]) -> None:
    """Judge what leaves a shelf otherwise than by a sale, which alone may oversell."""
    bounded = {
        (transfer.sku_id, transfer.source)
        for transfer in transfers
        if transfer.source.bucket is Bucket.DAMAGED or _is_reversal(transfer)
    }
    if not bounded:
        return
    changes: dict[_Shelf, int] = defaultdict(int)
    for transfer in transfers:
        changes[transfer.sku_id, transfer.source] -= transfer.quantity
        changes[transfer.sku_id, transfer.target] += transfer.quantity
    held = _lock_shelves(session, changes)
    for sku_id, place in sorted(bounded, key=lambda x: (x[0], x[1].warehouse_id)):
        change = changes[sku_id, place]
        if change < 0:
            owner = f"SKU {sku_id} in warehouse {place.warehouse_id}"
            _refuse_below_zero(owner, place.bucket, held[sku_id, place], change)


def _lock_shelves(session: Session, shelves: Iterable[_Shelf]) -> Mapping[_Shelf, int]:
    # All that the batch touches, so that its movements wait for none of them later.
    key = (StockLevel.sku_id, StockLevel.warehouse_id)
    owners = sorted({(sku_id, place.warehouse_id) for sku_id, place in shelves})
    rows = session.execute(
        select(*key, StockLevel.available, StockLevel.damaged)
        .where(tuple_(*key).in_(owners))
        .order_by(*key)
        .with_for_update()
    )
    held: dict[_Shelf, int] = defaultdict(int)
    for sku_id, warehouse_id, available, damaged in rows:
        held[sku_id, Place(Bucket.AVAILABLE, warehouse_id)] = available
        held[sku_id, Place(Bucket.DAMAGED, warehouse_id)] = damaged
    return held


def _is_reversal(transfer: Transfer) -> bool:
    rule = RULES[transfer.source.bucket, transfer.target.bucket]
    return rule.paper is Paper.REVERSAL


def _judge_reversals(session: Session, transfers: Sequence[Transfer]) -> None:
    reversals = [t for t in transfers if _is_reversal(t)]
    for transfer in reversals:
        line = session.get_one(ReceiptLine, transfer.receipt_line_id)
        receipt = session.get_one(Receipt, line.receipt_id)
        if is_same_person(receipt.actor, transfer.actor):
            raise SamePerson(transfer.actor)
        booked = _booked(session, line.id, transfer.source)
        asked = sum(
            t.quantity
            for t in reversals
            if t.receipt_line_id == line.id and t.source == transfer.source
        )
        _refuse_below_zero(
            f"receipt {receipt.number}", transfer.source.bucket, booked, -asked
        )


def _booked(session: Session, receipt_line_id: int, place: Place) -> int:
    """Return what a receipt line put in a place and was not taken back from there."""
    movements = session.scalars(
        select(Movement).where(Movement.receipt_line_id == receipt_line_id)
    )
    return sum(
        movement.quantity * ((movement.target == place) - (movement.source == place))
        for movement in movements
    )


def _write(wire: Wire, fresh: Sequence[Transfer]) -> dict[str, Posting]:
    posted_at = datetime.now(UTC)
    ordered = sorted(fresh, key=lambda t: RANK[t.source.bucket, t.target.bucket])
    ids = insert_movements(wire, ordered, posted_at)
    postings = {
        key: Posting(
            movement_id=movement_id, key=key, posted_at=posted_at, replayed=False
        )
        for key, movement_id in ids.items()
    }
    overtaken = {t.key: t for t in fresh if t.key not in ids}
    if overtaken:
        postings |= _replays(find_movements(wire, list(overtaken)), overtaken)
    return postings


def _forget_levels(session: Session) -> None:
    # The database has just changed these rows behind the session's back.
    for instance in session.identity_map.values():
        if isinstance(instance, StockLevel | LineLevel):
            session.expire(instance)
        elif isinstance(instance, Listing):
            session.expire(instance, ["wanted_version"])
