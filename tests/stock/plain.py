"""Reaches the database as a stranger does: plain SQL on a connection of its own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from stock.session import Database

Connection = sqlite3.Connection | psycopg.Connection[Any]

REFUSALS = (sqlite3.DatabaseError, psycopg.DatabaseError)

_HISTORY = (
    "SELECT * FROM movement ORDER BY id",
    "SELECT * FROM stock_level ORDER BY sku_id, warehouse_id",
    "SELECT * FROM line_level ORDER BY order_line_id",
    "SELECT * FROM receipt ORDER BY id",
    "SELECT * FROM receipt_line ORDER BY id",
    "SELECT * FROM receipt_reversal ORDER BY id",
)


def is_sqlite(database: Database) -> bool:
    """Say which of the two databases this is."""
    return database.engine.dialect.name == "sqlite"


def _connect(database: Database) -> Connection:
    address = make_url(database.engine.url.render_as_string(hide_password=False))
    if is_sqlite(database):
        return sqlite3.connect(str(address.database), timeout=30)
    url = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(url)


def _execute(connection: Connection, statement: str) -> list[Any]:
    cursor = connection.cursor()
    cursor.execute(statement)
    return cursor.fetchall() if cursor.description else []


def run(database: Database, *statements: str) -> list[list[Any]]:
    """Run statements in one transaction, past everything that Python watches."""
    with closing(_connect(database)) as connection:
        answers = [_execute(connection, statement) for statement in statements]
        connection.commit()
    return answers


def history(database: Database) -> list[list[Any]]:
    """Return all that must never change behind the guard's back."""
    return run(database, *_HISTORY)


@contextmanager
def refusing(database: Database, *errors: type[Exception]) -> Iterator[None]:
    """Expect that what is tried inside is refused and leaves no trace."""
    before = history(database)
    with pytest.raises(errors or REFUSALS):
        yield
    assert history(database) == before


def insert_movement(**changes: object) -> str:
    """Return the statement that posts a movement by hand."""
    columns: dict[str, object] = {
        "key": "by-hand",
        "posted_at": "2026-11-22 09:00:00",
        "sku_id": 1,
        "quantity": 1,
        "from_bucket": "outside",
        "from_warehouse_id": 1,
        "to_bucket": "available",
        "to_warehouse_id": 1,
        "order_line_id": None,
        "receipt_line_id": None,
        "document": "by hand",
        "actor": "somebody",
        "reason": "",
    } | changes
    values = ", ".join(_literal(value) for value in columns.values())
    return f"INSERT INTO movement ({', '.join(columns)}) VALUES ({values})"


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else f"'{value}'"


def allowed(database: Database, statements: list[str]) -> list[bool]:
    """Say for each statement whether the database takes it; nothing is kept."""
    answers = []
    with closing(_connect(database)) as connection:
        for statement in statements:
            try:
                _execute(connection, statement)
                answers.append(True)
            except REFUSALS:
                answers.append(False)
            connection.rollback()
    return answers
