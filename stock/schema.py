"""Creates and upgrades the database."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from stock.models import Warehouse
from stock.session import Database

MAIN_WAREHOUSE = "MAIN"
_MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 7_236_881


def upgrade(database: Database) -> None:
    """Bring the database to this version and make the first warehouse; idempotent.

    Two processes may call it at once: the second finds nothing to do.
    """
    # Every command asks whether the tables are there, and few make them: what makes
    # them takes long to import.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK}
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    database.run(_ensure_main_warehouse)


def is_current(database: Database) -> bool:
    """Say whether the database has exactly this version's tables."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return bool(found == head())


def head() -> str:
    """Return this version's last migration: their files are numbered."""
    return max(file.name[:4] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _ensure_main_warehouse(session: Session) -> None:
    if session.scalar(select(Warehouse.id).limit(1)) is None:
        session.add(Warehouse(code=MAIN_WAREHOUSE, name=MAIN_WAREHOUSE))
