"""Opens the database: transactions, isolation and the barrier, the same for all."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from stock._barrier import install_barrier

Result = TypeVar("Result")

TRIES = 5
_RETRYABLE_STATES = frozenset({"40001", "40P01"})
_READ_ONLY = "truestock_read_only"
_RETURNED_AT = "truestock_returned_at"
_IDLE_SECONDS = 1.0


class Database:
    """Hands out sessions; one unit of work is one transaction.

    Safe to share between threads, never across a fork: a child opens its own.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._write = sessionmaker(self.engine, expire_on_commit=False)
        self._read = sessionmaker(
            self.engine.execution_options(**{_READ_ONLY: True}),
            expire_on_commit=False,
        )

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that commits at the end and rolls back on any error."""
        with self._write.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a consistent view; whatever is changed in it is thrown away."""
        with self._read() as session:
            yield session

    def run(self, work: Callable[[Session], Result]) -> Result:
        """Do ``work`` in a transaction, again when the database asks for that.

        ``work`` may run several times, each time in a fresh session: it must read
        what it needs itself.
        """
        for attempt in range(1, TRIES + 1):
            try:
                with self.write() as session:
                    return work(session)
            except DBAPIError as error:
                if attempt == TRIES or not _is_retryable(error):
                    raise
                time.sleep(random.uniform(0, 0.02 * 2**attempt))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close pooled connections."""
        self.engine.dispose()


def _engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, connect_args={"timeout": 30})
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        # Each statement is met again and again with one row or a few: a plan made for
        # any values is as good as one made for these, and costs nothing to make.
        options = {"options": "-c plan_cache_mode=force_generic_plan -c jit=off"}
        engine = create_engine(
            address.set(drivername="postgresql+psycopg"), connect_args=options
        )
        _ask_idle_connections(engine)
    install_barrier(engine)
    return engine


def _ask_idle_connections(engine: Engine) -> None:
    # Asking each time costs every transaction a round trip; a connection that was in
    # use a moment ago is still there.
    def note_return(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_RETURNED_AT] = time.monotonic()

    def ask(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        idle = time.monotonic() - record.info.get(_RETURNED_AT, time.monotonic())
        if idle > _IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", ask)


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver must not begin transactions by itself: see _begin_sqlite.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that turns into a writer fails at once when another
    # writer came first; taking the write lock at the start waits for it instead.
    reading = connection.get_execution_options().get(_READ_ONLY)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _is_retryable(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    return state in _RETRYABLE_STATES or "database is locked" in str(error.orig)
