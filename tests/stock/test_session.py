from __future__ import annotations

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from stock.models import Sku
from stock.session import TRIES, Database
from tests.postgresql import PostgreSQL


def _codes(database: Database) -> list[str]:
    with database.read() as session:
        return [sku.code for sku in session.query(Sku).order_by(Sku.id)]


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.write() as session:
        session.add(Sku(code="MUG"))
        session.flush()
        raise RuntimeError

    assert _codes(database) == []


def test_what_a_reader_changes_is_thrown_away(database: Database) -> None:
    with database.read() as session:
        session.add(Sku(code="MUG"))
        session.flush()

    assert _codes(database) == []


def test_work_is_done_again_when_the_database_asks_for_it(database: Database) -> None:
    attempts = []

    def work(session: Session) -> str:
        attempts.append(session)
        if len(attempts) < TRIES:
            raise OperationalError("", {}, Exception("database is locked"))
        session.add(Sku(code="MUG"))
        return "done"

    assert database.run(work) == "done"
    assert len({id(session) for session in attempts}) == TRIES
    assert _codes(database) == ["MUG"]


def test_work_that_never_succeeds_ends(database: Database) -> None:
    def work(_session: Session) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    with pytest.raises(OperationalError):
        database.run(work)


def test_an_idle_connection_that_was_cut_is_replaced(postgresql: PostgreSQL) -> None:
    name = postgresql.create()
    database = Database(postgresql.url(name))
    _ask(database)
    postgresql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{name}'"
    )
    time.sleep(1.1)

    assert _ask(database) == 1
    database.close()
    postgresql.drop(name)


def _ask(database: Database) -> object:
    with database.read() as session:
        return session.scalar(text("SELECT 1"))
