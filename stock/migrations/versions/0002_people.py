"""People, their sessions, the launches that were used, and the audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_people()
    _create_sessions()
    _create_launches_and_failures()
    _create_audit_log()
    _protect_audit_log()


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _create_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("plain_name", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("shop_ids", JSON, nullable=True),
        sa.Column("warehouse_ids", JSON, nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("plain_name", name=op.f("uq_person_plain_name")),
    )


def _create_sessions() -> None:
    op.create_table(
        "person_session",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_name", sa.String(length=100), nullable=False),
        sa.Column("shown_name", sa.String(length=100), nullable=False),
        sa.Column("plain_name", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("shop_ids", JSON, nullable=True),
        sa.Column("warehouse_ids", JSON, nullable=True),
        sa.Column("person_id", IDENTITY, nullable=True),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_session_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_person_session_digest")),
    )
    op.create_index("ix_person_session_plain_name", "person_session", ["plain_name"])
    op.create_index("ix_person_session_ends_at", "person_session", ["ends_at"])


def _create_launches_and_failures() -> None:
    op.create_table(
        "used_launch",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_launch")),
    )
    op.create_index("ix_used_launch_ends_at", "used_launch", ["ends_at"])
    op.create_table(
        "failed_login",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("forgotten_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_failed_login")),
    )
    op.create_index("ix_failed_login_forgotten_at", "failed_login", ["forgotten_at"])


def _create_audit_log() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )


def _protect_audit_log() -> None:
    text = "the audit log is history"
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            run(
                f"CREATE TRIGGER audit_entry_no_{event.lower()}"
                f" BEFORE {event} ON audit_entry BEGIN"
                f" SELECT RAISE(ABORT, '{text}: {event} refused'); END"
            )
        run(
            "CREATE TRIGGER audit_entry_not_replaced BEFORE INSERT ON audit_entry"
            " WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id) BEGIN"
            f" SELECT RAISE(ABORT, '{text}: this entry is refused'); END"
        )
        return
    run(
        "CREATE FUNCTION truestock_keep_audit_log() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'TS001',"
        f" MESSAGE = '{text}: ' || TG_OP || ' refused'; END $$"
    )
    run(
        "CREATE TRIGGER audit_entry_is_history"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry"
        " FOR EACH STATEMENT EXECUTE FUNCTION truestock_keep_audit_log()"
    )
