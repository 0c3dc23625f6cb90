"""Photos, and parcels that nobody expected."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
SUBJECTS = ("order_id", "sheet_parcel_id", "receipt_id", "orphan_id")


def upgrade() -> None:
    _create_orphans()
    _create_photos()
    _keep_photos()


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _create_orphans() -> None:
    op.create_table(
        "orphan",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("carrier", sa.String(length=100), nullable=False),
        sa.Column("contents", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("taken_by", sa.String(length=100), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("order_id", IDENTITY, nullable=True),
        sa.CheckConstraint(
            "(state = 'matched') = (order_id IS NOT NULL)",
            name=op.f("ck_orphan_matched_order"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_orphan_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouse.id"], name=op.f("fk_orphan_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orphan")),
        sa.UniqueConstraint("key", name=op.f("uq_orphan_key")),
    )
    op.create_index(op.f("ix_orphan_code"), "orphan", ["code"])
    op.create_index(op.f("ix_orphan_order_id"), "orphan", ["order_id"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_orphan_open",
        "orphan",
        ["warehouse_id", "id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "orphan_item",
        sa.Column("orphan_id", IDENTITY, nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_orphan_item_something")),
        sa.ForeignKeyConstraint(
            ["orphan_id"], ["orphan.id"], name=op.f("fk_orphan_item_orphan_id")
        ),
        sa.PrimaryKeyConstraint("orphan_id", "code", name=op.f("pk_orphan_item")),
    )
    op.create_table(
        "orphan_decision",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("orphan_id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("order_id", IDENTITY, nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_orphan_decision_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["orphan_id"], ["orphan.id"], name=op.f("fk_orphan_decision_orphan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orphan_decision")),
        sa.UniqueConstraint("key", name=op.f("uq_orphan_decision_key")),
    )
    op.create_index(
        op.f("ix_orphan_decision_orphan_id"), "orphan_decision", ["orphan_id"]
    )


def _create_photos() -> None:
    counted = " + ".join(
        f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in SUBJECTS
    )
    op.create_table(
        "photo",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=80), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=True),
        sa.Column("sheet_parcel_id", IDENTITY, nullable=True),
        sa.Column("receipt_id", IDENTITY, nullable=True),
        sa.Column("orphan_id", IDENTITY, nullable=True),
        sa.CheckConstraint(f"{counted} = 1", name=op.f("ck_photo_one_subject")),
        sa.CheckConstraint(
            "width > 0 AND height > 0 AND size > 0", name=op.f("ck_photo_something")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_photo_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["orphan_id"], ["orphan.id"], name=op.f("fk_photo_orphan_id")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_photo_receipt_id")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_parcel_id"],
            ["sheet_parcel.id"],
            name=op.f("fk_photo_sheet_parcel_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_sha256"), "photo", ["sha256"])
    for column in SUBJECTS:
        is_set = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"uq_photo_{column}",
            "photo",
            [column, "sha256"],
            unique=True,
            sqlite_where=is_set,
            postgresql_where=is_set,
        )


def _keep_photos() -> None:
    """Let nobody change a photo or a decision, nor remove a photo that is evidence."""
    dialect = op.get_bind().dialect.name
    for statement in _POSTGRESQL if dialect == "postgresql" else _SQLITE:
        op.get_bind().exec_driver_sql(statement)


_SQLITE = (
    """
    CREATE TRIGGER photo_not_updated BEFORE UPDATE ON photo BEGIN
        SELECT RAISE(ABORT, 'photos are evidence: UPDATE refused');
    END
    """,
    # INSERT OR REPLACE would delete without asking the trigger below.
    """
    CREATE TRIGGER photo_not_replaced BEFORE INSERT ON photo
    WHEN EXISTS (SELECT 1 FROM photo WHERE id = NEW.id) BEGIN
        SELECT RAISE(ABORT, 'photos are evidence: REPLACE refused');
    END
    """,
    """
    CREATE TRIGGER photo_not_deleted BEFORE DELETE ON photo
    WHEN OLD.order_id IS NOT NULL OR OLD.receipt_id IS NOT NULL
        OR EXISTS (SELECT 1 FROM orphan
                   WHERE id = OLD.orphan_id AND state <> 'open')
        OR EXISTS (SELECT 1 FROM sheet_parcel
                   WHERE id = OLD.sheet_parcel_id AND state <> 'draft')
    BEGIN
        SELECT RAISE(ABORT, 'photos are evidence: DELETE refused');
    END
    """,
    """
    CREATE TRIGGER orphan_decision_not_updated BEFORE UPDATE ON orphan_decision BEGIN
        SELECT RAISE(ABORT, 'decisions are history: UPDATE refused');
    END
    """,
    """
    CREATE TRIGGER orphan_decision_not_deleted BEFORE DELETE ON orphan_decision BEGIN
        SELECT RAISE(ABORT, 'decisions are history: DELETE refused');
    END
    """,
)
_POSTGRESQL = (
    """
    CREATE FUNCTION truestock_keep_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = 'TS001', MESSAGE =
            TG_OP || ' on ' || TG_TABLE_NAME || ' refused: evidence and decisions stay';
    END $$
    """,
    """
    CREATE FUNCTION truestock_remove_photo() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.order_id IS NOT NULL OR OLD.receipt_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM orphan
                       WHERE id = OLD.orphan_id AND state <> 'open')
            OR EXISTS (SELECT 1 FROM sheet_parcel
                       WHERE id = OLD.sheet_parcel_id AND state <> 'draft')
        THEN
            RAISE EXCEPTION USING ERRCODE = 'TS001', MESSAGE =
                'DELETE on photo refused: evidence and decisions stay';
        END IF;
        RETURN OLD;
    END $$
    """,
    """
    CREATE TRIGGER photo_not_updated BEFORE UPDATE OR TRUNCATE ON photo
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_keep_evidence()
    """,
    """
    CREATE TRIGGER photo_not_deleted BEFORE DELETE ON photo
    FOR EACH ROW EXECUTE FUNCTION truestock_remove_photo()
    """,
    """
    CREATE TRIGGER orphan_decision_is_history
    BEFORE UPDATE OR DELETE OR TRUNCATE ON orphan_decision
    FOR EACH STATEMENT EXECUTE FUNCTION truestock_keep_evidence()
    """,
)
