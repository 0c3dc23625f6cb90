"""Addresses that are told of changes, and what they were not told yet."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_tables()
    dialect = op.get_bind().dialect.name
    script = Path(__file__).with_name(f"0007_outbox.{dialect}.sql").read_text("utf-8")
    for statement in script.split("-- next\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _create_tables() -> None:
    op.create_table(
        "hook_endpoint",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("tag", sa.String(length=20), nullable=False),
        sa.Column("url", sa.String(length=1000), nullable=False),
        sa.Column("sealed_secrets", sa.LargeBinary(), nullable=False),
        sa.Column("every_shop", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("wait_until", MOMENT, nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_answer", sa.String(length=300), nullable=False),
        sa.Column("last_answer_at", MOMENT, nullable=True),
        sa.Column("swept_at", MOMENT, nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_endpoint")),
        sa.UniqueConstraint("tag", name=op.f("uq_hook_endpoint_tag")),
    )
    op.create_table(
        "hook_subscription",
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("endpoint_id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["hook_endpoint.id"],
            name=op.f("fk_hook_subscription_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint(
            "event", "endpoint_id", name=op.f("pk_hook_subscription")
        ),
    )
    op.create_table(
        "hook_endpoint_shop",
        sa.Column("endpoint_id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["hook_endpoint.id"],
            name=op.f("fk_hook_endpoint_shop_endpoint_id"),
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_hook_endpoint_shop_shop_id")
        ),
        sa.PrimaryKeyConstraint(
            "endpoint_id", "shop_id", name=op.f("pk_hook_endpoint_shop")
        ),
    )
    op.create_table(
        "hook_message",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("endpoint_id", IDENTITY, nullable=False),
        sa.Column("event", sa.String(length=30), nullable=False),
        sa.Column("subject_id", IDENTITY, nullable=False),
        sa.Column("version", IDENTITY, server_default="1", nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), server_default="owed", nullable=False),
        sa.Column("owed_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column(
            "last_error", sa.String(length=300), server_default="", nullable=False
        ),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["hook_endpoint.id"],
            name=op.f("fk_hook_message_endpoint_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_message")),
        sa.UniqueConstraint(
            "endpoint_id",
            "event",
            "subject_id",
            name=op.f("uq_hook_message_endpoint_id"),
        ),
    )
    op.create_index(
        "ix_hook_message_due",
        "hook_message",
        ["endpoint_id", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
