"""The guard's SQL: whole batches in one statement, for each database in its way.

A batch travels as arrays (PostgreSQL) or as one JSON text (SQLite), so that 500
movements cost one round trip; measured in ``docs/performance.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from stock.models.ledger import Movement
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

_POSTGRESQL = text(
    f"INSERT INTO movement (posted_at, {_NAMES})"
    f" SELECT :posted_at, {_NAMES} FROM unnest("
    + ", ".join(
        f"CAST(:{name} AS {type_}[])"
        for name, type_ in zip(_COLUMNS, _TYPES, strict=True)
    )
    + f") WITH ORDINALITY AS batch ({_NAMES}, position) ORDER BY position"
    " ON CONFLICT (key) DO NOTHING RETURNING id, key"
)
_SQLITE = text(
    f"INSERT INTO movement (posted_at, {_NAMES}) SELECT :posted_at, "
    + ", ".join(f"value ->> {position}" for position in range(len(_COLUMNS)))
    + " FROM json_each(:batch) ORDER BY key RETURNING id, key"
)

_FOUND = (
    Movement.id,
    Movement.key,
    Movement.posted_at,
    Movement.sku_id,
    Movement.quantity,
    Movement.from_bucket,
    Movement.from_warehouse_id,
    Movement.to_bucket,
    Movement.to_warehouse_id,
    Movement.order_line_id,
    Movement.receipt_line_id,
    Movement.document,
)
_FIND = f"SELECT {', '.join(column.key for column in _FOUND)} FROM movement WHERE key"
_FIND_POSTGRESQL = text(f"{_FIND} = ANY (CAST(:keys AS text[]))").columns(*_FOUND)
_FIND_SQLITE = text(f"{_FIND} IN (SELECT value FROM json_each(:keys))").columns(*_FOUND)


def find_movements(session: Session, keys: list[str]) -> Iterable[Row[Any]]:
    """Return id, key, moment and content of the movements with these keys."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        return connection.execute(_FIND_SQLITE, {"keys": json.dumps(keys)})
    return connection.execute(_FIND_POSTGRESQL, {"keys": keys})


def insert_movements(
    session: Session, transfers: Sequence[Transfer], posted_at: datetime
) -> Mapping[str, int]:
    """Write movements in the given order and return their ids by key.

    On PostgreSQL a key that another transaction posted meanwhile is left out.
    """
    rows = [_row(transfer) for transfer in transfers]
    statement, parameters = _prepare(session, rows, posted_at)
    inserted = session.connection().execute(statement, parameters)
    return {key: movement_id for movement_id, key in inserted}


def _prepare(
    session: Session, rows: list[tuple[object, ...]], posted_at: datetime
) -> tuple[TextClause, dict[str, object]]:
    if session.get_bind().dialect.name == "sqlite":
        moment = posted_at.astimezone(UTC).replace(tzinfo=None)
        return _SQLITE, {
            "posted_at": moment.isoformat(sep=" ", timespec="microseconds"),
            "batch": json.dumps(rows),
        }
    arrays = {
        name: list(values)
        for name, values in zip(_COLUMNS, zip(*rows, strict=True), strict=True)
    }
    return _POSTGRESQL, {"posted_at": posted_at, **arrays}


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
