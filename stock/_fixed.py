"""SQL that is written once and handed to the driver, for the few hot paths.

Building a statement in Python costs more than sending it, and for a receipt all that
SQLAlchemy does around a statement costs more than the database does; measured in
``docs/performance.md``.  It runs in the session's own transaction, and its errors are
SQLAlchemy's.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_PARAMETER = re.compile(r":([a-z_]+)")

Fetch = Callable[[], list[Any]]


class FixedSql:
    """One statement with ``:named`` parameters, in a text for each database.

    ``columns`` name what it answers with, if it answers.
    """

    def __init__(self, sqlite: str, postgresql: str = "", *, columns: str = "") -> None:
        self.sqlite = sqlite
        self.postgresql = _PARAMETER.sub(r"%(\1)s", postgresql or sqlite)
        self._make_row = _row_maker(columns)

    def rows(self, cursor: Any) -> list[Any]:
        """Return what a driver's cursor holds, as rows with named columns."""
        if self._make_row is None:
            return []
        return list(map(self._make_row, cursor.fetchall()))


class Wire:
    """The driver's own connection of a session's transaction."""

    def __init__(self, session: Session) -> None:
        connection = session.connection()
        self._dialect = connection.dialect
        self._driver: Any = connection.connection.driver_connection
        self.is_sqlite = connection.dialect.name == "sqlite"

    def run(self, statement: FixedSql, parameters: Mapping[str, Any]) -> list[Any]:
        """Send a statement and return its rows, each with its columns as attributes."""
        return self.send(statement, parameters)()

    def send(self, statement: FixedSql, parameters: Mapping[str, Any]) -> Fetch:
        """Send a statement; the answer is called for its rows."""
        sql = statement.sqlite if self.is_sqlite else statement.postgresql
        cursor = self._guarded(lambda: self._driver.execute(sql, parameters))
        return lambda: self._guarded(lambda: statement.rows(cursor))

    def together(self) -> AbstractContextManager[Any]:
        """What is sent inside travels together, where the driver can do that."""
        return nullcontext() if self.is_sqlite else self._driver.pipeline()

    def moment(self, at: datetime) -> object:
        """Return a moment as the driver takes it, the way the models store it."""
        if not self.is_sqlite:
            return at
        plain = at.astimezone(UTC).replace(tzinfo=None)
        return plain.isoformat(sep=" ", timespec="microseconds")

    def _guarded(self, act: Callable[[], Any]) -> Any:
        base = self._dialect.loaded_dbapi.Error
        try:
            return act()
        except base as error:
            raise DBAPIError.instance(None, None, error, base) from error


def _row_maker(columns: str) -> Callable[[Any], Any] | None:
    if not columns:
        return None
    name_columns: Any = namedtuple
    maker: Callable[[Any], Any] = name_columns("Row", columns)._make
    return maker


def aware(stored: Any) -> datetime:
    """Return a moment as it was stored, aware, in UTC."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    at: datetime = stored
    return at.astimezone(UTC)
