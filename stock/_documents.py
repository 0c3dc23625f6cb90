"""Writes posted receipts: rows go in by themselves, objects stand for them after."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from stock.errors import IdempotencyConflict
from stock.models import Receipt, ReceiptLine

_INSERT = insert(Receipt).returning(Receipt.id)
_INSERT_LINES = insert(ReceiptLine).returning(ReceiptLine.id, ReceiptLine.order_line_id)


def insert_receipt(
    session: Session, receipt: Receipt, lines: Sequence[ReceiptLine]
) -> None:
    """Write a receipt with its lines, one for each order line.

    A flush would do the same at several times the cost.  Raises
    ``IdempotencyConflict`` when another order's receipt has just taken the key.
    """
    connection = session.connection()
    try:
        receipt.id = connection.execute(_INSERT, _columns(receipt)).scalar_one()
    except IntegrityError as error:
        if "uq_receipt_key" not in str(error.orig):
            raise
        raise IdempotencyConflict(receipt.key) from error
    for line in lines:
        line.receipt_id = receipt.id
    inserted = connection.execute(_INSERT_LINES, [_columns(line) for line in lines])
    ids = {order_line_id: line_id for line_id, order_line_id in inserted}
    for line in lines:
        line.id = ids[line.order_line_id]
    for item in (receipt, *lines):
        make_transient_to_detached(item)
    set_committed_value(receipt, "lines", list(lines))
    session.add(receipt)


def _columns(item: Receipt | ReceiptLine) -> dict[str, object]:
    return {
        attribute.key: getattr(item, attribute.key)
        for attribute in item.__mapper__.column_attrs
        if attribute.key != "id"
    }
