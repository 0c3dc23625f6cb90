from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from stock import schema
from stock.models import Base
from stock.schema import head, is_current, upgrade
from stock.session import Database


def test_the_migrations_make_exactly_the_tables_of_the_models(
    database: Database,
) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_only_a_database_of_this_version_is_current(
    database: Database, tmp_path: Path
) -> None:
    scripts = Config()
    scripts.set_main_option(
        "script_location", str(Path(schema.__file__).parent / "migrations")
    )
    scripts.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(scripts).get_heads() == [head()]

    empty = Database(f"sqlite:///{tmp_path}/empty.db")
    assert not is_current(empty)
    empty.close()
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert not is_current(database)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    upgrade(database)

    assert is_current(database)
