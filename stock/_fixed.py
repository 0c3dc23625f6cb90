"""SQL that is written once and sent as it stands, for the few hot paths.

Building a statement in Python costs more than sending it, and handing a ready text to
the driver costs less than half of handing it to SQLAlchemy's compiler; measured in
``docs/performance.md``.  It runs in the session's own transaction, and its errors are
SQLAlchemy's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.orm import Session

_PARAMETER = re.compile(r":([a-z_]+)")


class FixedSql:
    """One statement with ``:named`` parameters, in a text for each database."""

    def __init__(self, sqlite: str, postgresql: str = "") -> None:
        self._sqlite = sqlite
        self._postgresql = _PARAMETER.sub(r"%(\1)s", postgresql or sqlite)

    def run(self, session: Session, parameters: Mapping[str, Any]) -> CursorResult[Any]:
        """Send it; parameters are values of the driver, as ``moment`` makes them."""
        connection = session.connection()
        sqlite = connection.dialect.name == "sqlite"
        sql = self._sqlite if sqlite else self._postgresql
        return connection.exec_driver_sql(sql, dict(parameters))


def is_sqlite(session: Session) -> bool:
    """Say which of the two databases a session speaks to."""
    return session.get_bind().dialect.name == "sqlite"


def moment(session: Session, at: datetime) -> object:
    """Return a moment as the driver takes it, the way the models store it."""
    if not is_sqlite(session):
        return at
    plain = at.astimezone(UTC).replace(tzinfo=None)
    return plain.isoformat(sep=" ", timespec="microseconds")


def aware(stored: Any) -> datetime:
    """Return a moment as it was stored, aware, in UTC."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    at: datetime = stored
    return at.astimezone(UTC)
