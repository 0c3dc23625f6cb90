"""The same rows by bare psycopg on the same tables, without any of our triggers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

from bench.catalogue import WAREHOUSE

Connection = psycopg.Connection[Any]

_TRIGGERS = """
    SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal
"""
_LOCK_LEVELS = """
    SELECT sku_id FROM stock_level WHERE sku_id = ANY (%s) AND warehouse_id = %s
    ORDER BY sku_id FOR UPDATE
"""
_INSERT_BATCH = """
    INSERT INTO movement (key, posted_at, sku_id, quantity, from_bucket,
        from_warehouse_id, to_bucket, to_warehouse_id, document, actor, reason)
    SELECT key, %s, sku_id, 1, 'outside', %s, 'available', %s, 'floor', 'floor', ''
    FROM unnest(%s::text[], %s::bigint[]) AS batch (key, sku_id)
    ON CONFLICT (key) DO NOTHING
"""
_UPDATE_LEVELS = """
    UPDATE stock_level SET available = available + change.quantity,
        outside = outside - change.quantity
    FROM (SELECT sku_id, count(*) AS quantity
          FROM unnest(%s::bigint[]) AS batch (sku_id) GROUP BY sku_id) change
    WHERE stock_level.sku_id = change.sku_id AND warehouse_id = %s
"""
_MARK_LISTINGS = """
    UPDATE listing SET wanted_version = wanted_version + 1, due_at = NULL
    WHERE id IN (SELECT listing_id FROM listing_component WHERE sku_id = ANY (%s))
"""
_LOCK_LEVEL = """
    SELECT available FROM stock_level WHERE sku_id = %s AND warehouse_id = %s
    FOR UPDATE
"""
_INSERT = """
    INSERT INTO movement (key, posted_at, sku_id, quantity, from_bucket,
        from_warehouse_id, to_bucket, to_warehouse_id, document, actor, reason)
    VALUES (%s, %s, %s, 1, 'outside', %s, 'available', %s, 'floor', 'floor', '')
"""
_UPDATE_LEVEL = """
    UPDATE stock_level SET available = available + 1, outside = outside - 1
    WHERE sku_id = %s AND warehouse_id = %s
"""
_INSERT_NOTE = """
    INSERT INTO drift (listing_id, seen_at, ours, theirs) VALUES (%s, %s, 1, 2)
"""


def connect(url: str) -> Connection:
    """Open a connection that prepares the statements it repeats."""
    connection = psycopg.connect(url)
    connection.prepare_threshold = 1
    return connection


def drop_triggers(url: str) -> None:
    """Leave the tables, their checks and their indexes, and nothing of ours."""
    with psycopg.connect(url) as connection:
        for name, table in connection.execute(_TRIGGERS).fetchall():
            connection.execute(f"DROP TRIGGER {name} ON {table}".encode())


def write_batches(
    connection: Connection, batches: Sequence[tuple[list[str], list[int]]]
) -> None:
    """Write each batch of keys and SKUs in a transaction of its own."""
    for keys, skus in batches:
        now = datetime.now(UTC)
        connection.execute(_LOCK_LEVELS, (skus, WAREHOUSE)).fetchall()
        connection.execute(_INSERT_BATCH, (now, WAREHOUSE, WAREHOUSE, keys, skus))
        connection.execute(_UPDATE_LEVELS, (skus, WAREHOUSE))
        connection.execute(_MARK_LISTINGS, (skus,))
        connection.commit()


def write_singles(connection: Connection, singles: Sequence[tuple[str, int]]) -> None:
    """Write each key and SKU in a transaction of its own."""
    for key, sku_id in singles:
        now = datetime.now(UTC)
        connection.execute(_LOCK_LEVEL, (sku_id, WAREHOUSE)).fetchone()
        connection.execute(_INSERT, (key, now, sku_id, WAREHOUSE, WAREHOUSE))
        connection.execute(_UPDATE_LEVEL, (sku_id, WAREHOUSE))
        connection.execute(_INSERT_NOTE, (sku_id, now))
        connection.commit()
