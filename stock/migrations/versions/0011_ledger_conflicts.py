"""Let no conflict clause of an outer statement weaken the ledger's triggers."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    script = Path(__file__).with_name("0011_ledger_conflicts.sqlite.sql")
    for statement in script.read_text("utf-8").split("-- next\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
