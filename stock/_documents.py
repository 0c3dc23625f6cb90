"""Writes a posted receipt with its lines and its place in the order's timeline."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stock._fixed import FixedSql, Wire

_COLUMNS = "key, content, order_id, warehouse_id, actor, note, posted_at"
_VALUES = ":key, :content, :order_id, :warehouse_id, :actor, :note, :posted_at"
_RECEIPT = f"""
    INSERT INTO receipt ({_COLUMNS}) VALUES ({_VALUES})
    ON CONFLICT (key) DO NOTHING RETURNING id
"""
_INSERT = FixedSql(_RECEIPT, columns="id")
_INSERT_LINES = FixedSql(
    """
    INSERT INTO receipt_line
        (receipt_id, order_line_id, expected_return_id, good, damaged, lost)
    SELECT :receipt_id, value ->> 0, :expected_return_id,
           value ->> 1, value ->> 2, value ->> 3
    FROM json_each(:lines) ORDER BY key RETURNING id, order_line_id
    """,
    columns="id order_line_id",
)
_INSERT_EVENT = FixedSql("""
    INSERT INTO order_event (order_id, happened_at, kind, actor, detail)
    VALUES (:order_id, :posted_at, 'receipt', :actor, printf('R%06d', :receipt_id))
""")
# The same three in one round trip.
_INSERT_ALL = FixedSql(
    "",
    f"""
    WITH posted AS ({_RECEIPT}), noted AS (
        INSERT INTO order_event (order_id, happened_at, kind, actor, detail)
        SELECT :order_id, :posted_at, 'receipt', :actor,
               'R' || CASE WHEN id < 1000000 THEN lpad(CAST(id AS text), 6, '0')
                           ELSE CAST(id AS text) END
        FROM posted
    )
    INSERT INTO receipt_line
        (receipt_id, order_line_id, expected_return_id, good, damaged, lost)
    SELECT posted.id, found.order_line_id, CAST(:expected_return_id AS bigint),
           good, damaged, lost
    FROM posted, unnest(CAST(:order_line_ids AS bigint[]), CAST(:good AS integer[]),
                        CAST(:damaged AS integer[]), CAST(:lost AS integer[]))
        AS found (order_line_id, good, damaged, lost)
    RETURNING id, order_line_id, receipt_id
    """,
    columns="id order_line_id receipt_id",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A receipt to be written; rows are order line, good, damaged, lost."""

    key: str
    content: str
    order_id: int
    warehouse_id: int
    actor: str
    note: str
    posted_at: datetime
    expected_return_id: int | None
    rows: Sequence[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True)
class Written:
    """A written receipt: its id, and the ids of its lines by order line."""

    receipt_id: int
    line_ids: Mapping[int, int]


def send_receipt(wire: Wire, document: Document) -> Callable[[], Written | None]:
    """Write a receipt; the answer, when called, is ``None`` where its key was taken."""
    head = {
        "key": document.key,
        "content": document.content,
        "order_id": document.order_id,
        "warehouse_id": document.warehouse_id,
        "actor": document.actor,
        "note": document.note,
        "posted_at": wire.moment(document.posted_at),
        "expected_return_id": document.expected_return_id,
    }
    if wire.is_sqlite:
        written = _write_one_by_one(wire, head, document)
        return lambda: written
    names = ("order_line_ids", "good", "damaged", "lost")
    columns = map(list, zip(*document.rows, strict=True))
    lines = dict(zip(names, columns, strict=True))
    answer = wire.send(_INSERT_ALL, {**head, **lines})
    return lambda: _written(answer())


def _written(rows: Sequence[Any]) -> Written | None:
    if not rows:
        return None
    return Written(rows[0].receipt_id, {row.order_line_id: row.id for row in rows})


def _write_one_by_one(
    wire: Wire, head: Mapping[str, Any], document: Document
) -> Written | None:
    inserted = wire.run(_INSERT, head)
    if not inserted:
        return None
    receipt_id = inserted[0].id
    own = {**head, "receipt_id": receipt_id, "lines": json.dumps(document.rows)}
    rows = wire.run(_INSERT_LINES, own)
    wire.run(_INSERT_EVENT, own)
    return Written(receipt_id, {row.order_line_id: row.id for row in rows})
