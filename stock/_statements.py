"""The guard's SQL: whole batches in one statement, for each database in its way.

A batch travels as arrays (PostgreSQL) or as one JSON text (SQLite), so that 500
movements cost one round trip; measured in ``docs/performance.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from stock._fixed import FixedSql, is_sqlite, moment
from stock.transfers import Transfer

_COLUMNS = (
    "key",
    "sku_id",
    "quantity",
    "from_bucket",
    "from_warehouse_id",
    "to_bucket",
    "to_warehouse_id",
    "order_line_id",
    "receipt_line_id",
    "document",
    "actor",
    "reason",
)
_TYPES = (
    "text",
    "bigint",
    "integer",
    "text",
    "integer",
    "text",
    "integer",
    "bigint",
    "bigint",
    "text",
    "text",
    "text",
)
_NAMES = ", ".join(_COLUMNS)

_INSERT_POSTGRESQL = (
    f"INSERT INTO movement (posted_at, {_NAMES})"
    f" SELECT :posted_at, {_NAMES} FROM unnest("
    + ", ".join(
        f"CAST(:{name} AS {type_}[])"
        for name, type_ in zip(_COLUMNS, _TYPES, strict=True)
    )
    + f") WITH ORDINALITY AS batch ({_NAMES}, position) ORDER BY position"
    " ON CONFLICT (key) DO NOTHING RETURNING id, key"
)
_INSERT_SQLITE = (
    f"INSERT INTO movement (posted_at, {_NAMES}) SELECT :posted_at, "
    + ", ".join(f"value ->> {position}" for position in range(len(_COLUMNS)))
    + " FROM json_each(:batch) ORDER BY key RETURNING id, key"
)

_INSERT = FixedSql(_INSERT_SQLITE, _INSERT_POSTGRESQL)
_CONTENT = (
    "id, key, posted_at, sku_id, quantity, from_bucket, from_warehouse_id,"
    " to_bucket, to_warehouse_id, order_line_id, receipt_line_id, document"
)
_FIND = f"SELECT {_CONTENT} FROM movement WHERE key"
_FIND_POSTED = FixedSql(
    f"{_FIND} IN (SELECT value FROM json_each(:keys))", f"{_FIND} = ANY (:keys)"
)
_LEVELS = "order_line_id, sku_id, committed, out, received, damaged, lost"
_LOCK = f"SELECT {_LEVELS} FROM line_level WHERE order_line_id"
_LOCK_LINES = FixedSql(
    f"{_LOCK} IN (SELECT value FROM json_each(:line_ids))",
    f"{_LOCK} = ANY (:line_ids) ORDER BY order_line_id FOR UPDATE",
)


def lock_lines(session: Session, line_ids: list[int]) -> Mapping[int, Row[Any]]:
    """Lock order lines in one sorted order and return their levels by line."""
    rows = _LOCK_LINES.run(session, {"line_ids": _list(session, line_ids)})
    return {row.order_line_id: row for row in rows}


def find_movements(session: Session, keys: list[str]) -> Iterable[Row[Any]]:
    """Return id, key, moment and content of the movements with these keys."""
    return _FIND_POSTED.run(session, {"keys": _list(session, keys)})


def insert_movements(
    session: Session, transfers: Sequence[Transfer], posted_at: datetime
) -> Mapping[str, int]:
    """Write movements in the given order and return their ids by key.

    On PostgreSQL a key that another transaction posted meanwhile is left out.
    """
    rows = [_row(transfer) for transfer in transfers]
    batch = {"posted_at": moment(session, posted_at)}
    if is_sqlite(session):
        inserted = _INSERT.run(session, {**batch, "batch": json.dumps(rows)})
    else:
        arrays = zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)
        inserted = _INSERT.run(session, {**batch, **dict(arrays)})
    return {row.key: row.id for row in inserted}


def _list(session: Session, values: list[Any]) -> object:
    return json.dumps(values) if is_sqlite(session) else values


def _row(transfer: Transfer) -> tuple[object, ...]:
    return (
        transfer.key,
        transfer.sku_id,
        transfer.quantity,
        transfer.source.bucket.value,
        transfer.source.warehouse_id,
        transfer.target.bucket.value,
        transfer.target.warehouse_id,
        transfer.order_line_id,
        transfer.receipt_line_id,
        transfer.document,
        transfer.actor,
        transfer.reason,
    )
