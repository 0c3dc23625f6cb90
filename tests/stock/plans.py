"""Watches the statements that reach a database, and asks it how it answers them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from stock.session import Database

Statement = tuple[str, Any]

_STRAIGHT = ("seqscan", "bitmapscan", "sort", "incremental_sort", "hashagg")


@contextmanager
def watched(database: Database) -> Iterator[list[Statement]]:
    """Collect the statements that are sent meanwhile, with their parameters."""
    seen: list[Statement] = []

    def note(
        _connection: Connection,
        _cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        _many: bool,
    ) -> None:
        seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def plan_of(database: Database, statement: Statement) -> str:
    """Return how the database goes about a statement.

    PostgreSQL is told to avoid what small tables tempt it to; what it does all the
    same, it has no index for.
    """
    sql, parameters = statement
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
            return "\n".join(str(row[-1]) for row in rows)
        for way in _STRAIGHT:
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {sql}", parameters)
        return "\n".join(str(row[0]) for row in rows)
