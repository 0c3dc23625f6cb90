"""Refuses every writer of the ledger's tables but the guard.

It listens where all statements of an engine pass, whoever made them: a flush, a bulk
call, Core on a bare connection.  The guard itself writes one fixed text, which passes;
the database's own triggers judge that, and any other text, once more.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.sql.dml import UpdateBase

from stock.errors import UnguardedWrite

GUARDED_TABLES = frozenset({"movement", "stock_level", "line_level"})


def install_barrier(engine: Engine) -> None:
    """Watch all statements of this engine from now on."""
    event.listen(engine, "before_cursor_execute", _refuse_unguarded)


def _refuse_unguarded(
    _connection: Connection,
    _cursor: Any,
    _sql: str,
    _parameters: Any,
    context: Any,
    _many: bool,
) -> None:
    compiled = context.compiled
    if compiled is None:
        return
    _refuse(compiled.statement)
    # PostgreSQL also writes what a query only names.
    for named in getattr(compiled, "ctes", None) or ():
        _refuse(named.element)


def _refuse(statement: Any) -> None:
    if not isinstance(statement, UpdateBase):
        return
    table = getattr(statement.table, "name", "")
    if table in GUARDED_TABLES:
        raise UnguardedWrite(table, statement.__visit_name__.upper())
