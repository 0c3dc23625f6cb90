"""The same rows by bare sqlite3 on the same tables, without any of our triggers."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.catalogue import WAREHOUSE

_INSERT = """
    INSERT INTO movement (key, posted_at, sku_id, quantity, from_bucket,
        from_warehouse_id, to_bucket, to_warehouse_id, document, actor, reason)
    VALUES (?, ?, ?, 1, 'outside', ?, 'available', ?, 'floor', 'floor', '')
"""
_UPDATE_LEVEL = """
    UPDATE stock_level SET available = available + 1, outside = outside - 1
    WHERE sku_id = ? AND warehouse_id = ?
"""
_MARK_LISTINGS = """
    UPDATE listing SET wanted_version = wanted_version + 1, due_at = NULL
    WHERE id IN (SELECT listing_id FROM listing_component WHERE sku_id = ?)
"""
_READ_LEVEL = "SELECT available FROM stock_level WHERE sku_id = ? AND warehouse_id = ?"
_INSERT_NOTE = """
    INSERT INTO drift (listing_id, seen_at, ours, theirs) VALUES (?, ?, 1, 2)
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection with the settings that ours has."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def drop_triggers(path: Path) -> None:
    """Leave the tables, their checks and their indexes, and nothing of ours."""
    connection = connect(path)
    found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    for (name,) in connection.execute(found).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.close()


def write_batches(
    connection: sqlite3.Connection, batches: Sequence[tuple[list[str], list[int]]]
) -> None:
    """Write each batch of keys and SKUs in a transaction of its own."""
    for keys, skus in batches:
        now = datetime.now(UTC).isoformat(sep=" ")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            _INSERT,
            [
                (key, now, sku, WAREHOUSE, WAREHOUSE)
                for key, sku in zip(keys, skus, strict=True)
            ],
        )
        connection.executemany(_UPDATE_LEVEL, [(sku, WAREHOUSE) for sku in skus])
        connection.executemany(_MARK_LISTINGS, [(sku,) for sku in skus])
        connection.execute("COMMIT")


def write_singles(
    connection: sqlite3.Connection, singles: Sequence[tuple[str, int]]
) -> None:
    """Write each key and SKU in a transaction of its own."""
    for key, sku_id in singles:
        now = datetime.now(UTC).isoformat(sep=" ")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_READ_LEVEL, (sku_id, WAREHOUSE)).fetchone()
        connection.execute(_INSERT, (key, now, sku_id, WAREHOUSE, WAREHOUSE))
        connection.execute(_UPDATE_LEVEL, (sku_id, WAREHOUSE))
        connection.execute(_INSERT_NOTE, (sku_id, now))
        connection.execute("COMMIT")
