"""The guard's SQL: whole batches in one statement, for each database in its way.

A batch travels as one JSON text, so that 500 movements cost one round trip; measured in
``docs/performance.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stock._fixed import FixedSql, Wire
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
    f" SELECT :posted_at, {_NAMES}"
    " FROM ROWS FROM (json_to_recordset(CAST(:batch AS json)) AS ("
    + ", ".join(f"{name} {type_}" for name, type_ in zip(_COLUMNS, _TYPES, strict=True))
    + f")) WITH ORDINALITY AS batch ({_NAMES}, position) ORDER BY position"
    " ON CONFLICT (key) DO NOTHING RETURNING id, key"
)
_INSERT_SQLITE = (
    f"INSERT INTO movement (posted_at, {_NAMES}) SELECT :posted_at, "
    + ", ".join(f"value ->> {position}" for position in range(len(_COLUMNS)))
    + " FROM json_each(:batch) ORDER BY key RETURNING id, key"
)
_INSERT = FixedSql(_INSERT_SQLITE, _INSERT_POSTGRESQL, columns="id key")
_CONTENT = (
    "id, key, posted_at, sku_id, quantity, from_bucket, from_warehouse_id,"
    " to_bucket, to_warehouse_id, order_line_id, receipt_line_id, document"
)
_FIND = f"SELECT {_CONTENT} FROM movement WHERE key"
_FIND_POSTED = FixedSql(
    f"{_FIND} IN (SELECT value FROM json_each(:keys))",
    f"{_FIND} = ANY (:keys)",
    columns=_CONTENT.replace(",", ""),
)
_LEVELS = "order_line_id, sku_id, committed, out, received, damaged, lost"
_LOCK = f"SELECT {_LEVELS} FROM line_level WHERE order_line_id"
_LOCK_LINES = FixedSql(
    f"{_LOCK} IN (SELECT value FROM json_each(:line_ids))",
    f"{_LOCK} = ANY (:line_ids) ORDER BY order_line_id FOR UPDATE",
    columns=_LEVELS.replace(",", ""),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What stands in the books about a batch."""

    lines: Mapping[int, Any]
    """Levels of the locked order lines, by line."""
    movements: Sequence[Any]
    """Movements that have some of the batch's keys already."""


def look_up(wire: Wire, line_ids: list[int], keys: list[str]) -> Known:
    """Lock order lines in one sorted order, and then look for posted keys.

    Two statements, so that keys posted while this one waited are seen; they travel
    together.
    """
    if not line_ids:
        return Known({}, find_movements(wire, keys))
    with wire.together():
        lines = wire.send(_LOCK_LINES, {"line_ids": _list(wire, line_ids)})
        movements = wire.send(_FIND_POSTED, {"keys": _list(wire, keys)})
        return Known({row.order_line_id: row for row in lines()}, movements())


def find_movements(wire: Wire, keys: list[str]) -> Sequence[Any]:
    """Return id, key, moment and content of the movements with these keys."""
    return wire.run(_FIND_POSTED, {"keys": _list(wire, keys)})


def insert_movements(
    wire: Wire, transfers: Sequence[Transfer], posted_at: datetime
) -> Mapping[str, int]:
    """Write movements in the given order and return their ids by key.

    On PostgreSQL a key that another transaction posted meanwhile is left out.
    """
    rows: list[Any] = [_row(transfer) for transfer in transfers]
    if not wire.is_sqlite:
        rows = [dict(zip(_COLUMNS, row, strict=True)) for row in rows]
    batch = json.dumps(rows)
    parameters = {"posted_at": wire.moment(posted_at), "batch": batch}
    inserted = wire.run(_INSERT, parameters)
    return {row.key: row.id for row in inserted}


def _list(wire: Wire, values: list[Any]) -> object:
    return json.dumps(values) if wire.is_sqlite else values


def _row(transfer: Transfer) -> tuple[object, ...]:
    return (
        transfer.key,
        transfer.sku_id,
        transfer.quantity,
        transfer.source.bucket,
        transfer.source.warehouse_id,
        transfer.target.bucket,
        transfer.target.warehouse_id,
        transfer.order_line_id,
        transfer.receipt_line_id,
        transfer.document,
        transfer.actor,
        transfer.reason,
    )
