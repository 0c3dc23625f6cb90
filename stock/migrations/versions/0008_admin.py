"""Terms that find a SKU, consents, forms taken in, and what the admin pages scan."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from stock.terms import sku_terms

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

UNMAPPED = sa.text("state IN ('unmapped', 'ambiguous')")
OPEN = sa.text("settled_at IS NULL")
BATCH = 1000


def upgrade() -> None:
    _create_tables()
    op.add_column(
        "listing",
        sa.Column("barcode", sa.String(100), nullable=False, server_default=""),
    )
    _index_where("ix_listing_unmapped", "listing", ["id"], UNMAPPED)
    _index_where("ix_drift_open", "drift", ["listing_id"], OPEN)
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor", "id"])
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "id"])
    _fill_terms()


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _create_tables() -> None:
    op.create_table(
        "sku_term",
        sa.Column("term", sa.String(60), nullable=False),
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(["sku_id"], ["sku.id"], name="fk_sku_term_sku_id"),
        sa.PrimaryKeyConstraint("term", "sku_id", name="pk_sku_term"),
    )
    op.create_index("ix_sku_term_sku_id", "sku_term", ["sku_id"])
    op.create_table(
        "consent",
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("state", sa.String(60), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("error", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_consent_shop_id"),
        sa.PrimaryKeyConstraint("shop_id", name="pk_consent"),
        sa.UniqueConstraint("state", name="uq_consent_state"),
    )
    op.create_table(
        "used_form",
        sa.Column("key", sa.String(60), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.Column("outcome", JSON, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_used_form"),
    )
    op.create_index("ix_used_form_used_at", "used_form", ["used_at"])


def _index_where(
    name: str, table: str, columns: list[str], condition: sa.TextClause
) -> None:
    op.create_index(
        name, table, columns, sqlite_where=condition, postgresql_where=condition
    )


def _fill_terms() -> None:
    sku = sa.table("sku", sa.column("id"), sa.column("code"), sa.column("name"))
    term = sa.table("sku_term", sa.column("term"), sa.column("sku_id"))
    connection = op.get_bind()
    known = sa.select(sku.c.id, sku.c.code, sku.c.name).order_by(sku.c.id)
    last_id = 0
    while True:
        rows = connection.execute(known.where(sku.c.id > last_id).limit(BATCH)).all()
        if not rows:
            return
        last_id = rows[-1].id
        terms = [
            {"term": word, "sku_id": row.id}
            for row in rows
            for word in sorted(sku_terms(row.code, row.name))
        ]
        if terms:
            connection.execute(term.insert(), terms)
