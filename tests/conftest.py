"""A migrated database for each test, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from stock.schema import upgrade
from stock.session import Database
from tests.postgresql import PostgreSQL, running


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server for the whole run."""
    with running(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def _postgresql_template(postgresql: PostgreSQL) -> str:
    name = postgresql.create()
    _migrate(postgresql.url(name))
    return name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "truestock.db"
    _migrate(f"sqlite:///{path}")
    return path


# Each test gets a fresh database, but always at the same address: what SQLAlchemy has
# compiled once for an engine is then there for the next test as well.


@pytest.fixture(scope="session")
def _postgresql_database(postgresql: PostgreSQL) -> Iterator[Database]:
    opened = Database(postgresql.url("fresh"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def _sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path_factory.mktemp('fresh') / 'truestock.db'}")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database with all tables and the first warehouse."""
    opened: Database = request.getfixturevalue(f"_{request.param}_database")
    template = request.getfixturevalue(f"_{request.param}_template")
    if request.param == "sqlite":
        path = Path(str(opened.engine.url.database))
        for left_over in path.parent.glob(f"{path.name}*"):
            left_over.unlink()
        shutil.copy(template, path)
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql")
        server.drop("fresh")
        server.create("fresh", template=template)
    yield opened
    # The next test replaces the files under these connections.
    opened.close()


@pytest.fixture
def database_url(database: Database) -> str:
    """The address of the fresh database, for whoever opens it by himself."""
    return database.engine.url.render_as_string(hide_password=False)


def _migrate(url: str) -> None:
    opened = Database(url)
    upgrade(opened)
    opened.close()
