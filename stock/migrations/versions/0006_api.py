"""Keys of the interface for programs, and answers kept for repeated requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("shop_ids", JSON, nullable=True),
        sa.Column("warehouse_ids", JSON, nullable=True),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("name", name=op.f("uq_api_key_name")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("api_key_id", IDENTITY, nullable=False),
        sa.Column("request_key", sa.String(length=128), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.Column("kept_until", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.id"], name=op.f("fk_kept_answer_api_key_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_answer")),
        sa.UniqueConstraint(
            "api_key_id", "request_key", name=op.f("uq_kept_answer_api_key_id")
        ),
    )
    op.create_index(
        "ix_kept_answer_kept_until", "kept_answer", ["kept_until"], unique=False
    )
    # Programs follow a shop's orders by when they were changed.
    op.create_index(
        "ix_order_updated", "order", ["shop_id", "updated_at", "id"], unique=False
    )


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
