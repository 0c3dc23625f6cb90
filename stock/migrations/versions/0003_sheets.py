"""Return sheets and the parcels on them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_sheets()
    _create_parcels()
    _create_lines()
    _create_actions()
    if op.get_bind().dialect.name == "sqlite":
        _protect_evidence_on_sqlite()
    else:
        _protect_evidence_on_postgresql()


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _create_sheets() -> None:
    op.create_table(
        "return_sheet",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.Column("carrier", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("closed_by", sa.String(length=100), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.id"],
            name=op.f("fk_return_sheet_warehouse_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_return_sheet")),
        sa.UniqueConstraint("opened_by", "key", name=op.f("uq_return_sheet_opened_by")),
    )
    op.create_index("ix_return_sheet_state", "return_sheet", ["state", "id"])


def _create_parcels() -> None:
    op.create_table(
        "sheet_parcel",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("sheet_id", IDENTITY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("expected_return_id", IDENTITY, nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("added_by", sa.String(length=100), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=100), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("receipt_id", IDENTITY, nullable=True),
        sa.CheckConstraint(
            "receipt_id IS NULL OR state = 'posted'",
            name=op.f("ck_sheet_parcel_receipted"),
        ),
        *_references("sheet_parcel", "sheet_id", "return_sheet"),
        *_references("sheet_parcel", "order_id", "order"),
        *_references("sheet_parcel", "expected_return_id", "expected_return"),
        *_references("sheet_parcel", "receipt_id", "receipt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_parcel")),
        sa.UniqueConstraint("added_by", "key", name=op.f("uq_sheet_parcel_added_by")),
        sa.UniqueConstraint(
            "sheet_id", "position", name=op.f("uq_sheet_parcel_sheet_id")
        ),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_sheet_parcel_receipt_id")),
    )
    op.create_index(
        op.f("ix_sheet_parcel_order_id"), "sheet_parcel", ["order_id"], unique=False
    )
    _create_draft_index("draft_return", "expected_return_id", "NOT NULL")
    _create_draft_index("draft_order", "order_id", "NULL")


def _create_draft_index(name: str, column: str, condition: str) -> None:
    is_draft = sa.text(f"state = 'draft' AND expected_return_id IS {condition}")
    op.create_index(
        f"ix_sheet_parcel_{name}",
        "sheet_parcel",
        [column],
        unique=True,
        sqlite_where=is_draft,
        postgresql_where=is_draft,
    )


def _create_lines() -> None:
    quantities = ("expected", "good", "damaged", "lost", "wrong", "missing")
    op.create_table(
        "sheet_line",
        sa.Column("parcel_id", IDENTITY, nullable=False),
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in quantities),
        sa.CheckConstraint(
            " AND ".join(f"{name} >= 0" for name in quantities),
            name=op.f("ck_sheet_line_signs"),
        ),
        *_references("sheet_line", "parcel_id", "sheet_parcel"),
        *_references("sheet_line", "sku_id", "sku"),
        *_references("sheet_line", "warehouse_id", "warehouse"),
        sa.PrimaryKeyConstraint(
            "parcel_id", "sku_id", "warehouse_id", name=op.f("pk_sheet_line")
        ),
    )


def _create_actions() -> None:
    op.create_table(
        "sheet_action",
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.Column("sheet_id", IDENTITY, nullable=True),
        sa.Column("parcel_id", IDENTITY, nullable=True),
        sa.Column("answer", JSON, nullable=False),
        *_references("sheet_action", "sheet_id", "return_sheet"),
        *_references("sheet_action", "parcel_id", "sheet_parcel"),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_sheet_action")),
    )


def _references(table: str, column: str, target: str) -> list[sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_{column}")
    return [sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)]


# What was found in a posted parcel is evidence: nobody edits it afterwards, not even
# with SQL.

_REFUSED = "a posted parcel is evidence: change refused"
_IS_POSTED = (
    "SELECT 1 FROM sheet_parcel WHERE id = {row}.parcel_id AND state = 'posted'"
)


def _protect_evidence_on_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
    conditions = [
        ("parcel", "UPDATE", "sheet_parcel", "OLD.state = 'posted'"),
        ("parcel", "DELETE", "sheet_parcel", "OLD.state = 'posted'"),
    ]
    for event, rows in (
        ("INSERT", ("NEW",)),
        ("UPDATE", ("OLD", "NEW")),
        ("DELETE", ("OLD",)),
    ):
        posted = " OR ".join(f"EXISTS ({_IS_POSTED.format(row=row)})" for row in rows)
        conditions.append(("line", event, "sheet_line", posted))
    for name, event, table, condition in conditions:
        op.get_bind().exec_driver_sql(
            f"CREATE TRIGGER sheet_{name}_evidence_{event.lower()}"
            f" BEFORE {event} ON {table} WHEN {condition} {refuse}"
        )


def _protect_evidence_on_postgresql() -> None:
    run = op.get_bind().exec_driver_sql
    refuse = f"RAISE EXCEPTION USING ERRCODE = 'TS001', MESSAGE = '{_REFUSED}'"
    run(
        "CREATE FUNCTION truestock_keep_posted_parcel() RETURNS trigger"
        f" LANGUAGE plpgsql AS $$ BEGIN {refuse}; END $$"
    )
    run(
        "CREATE TRIGGER sheet_parcel_evidence BEFORE UPDATE OR DELETE ON sheet_parcel"
        " FOR EACH ROW WHEN (OLD.state = 'posted')"
        " EXECUTE FUNCTION truestock_keep_posted_parcel()"
    )
    run(
        "CREATE FUNCTION truestock_keep_posted_lines() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' AND EXISTS ({_IS_POSTED.format(row='OLD')})"
        f" THEN {refuse}; END IF;"
        f" IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;"
        f" IF EXISTS ({_IS_POSTED.format(row='NEW')}) THEN {refuse}; END IF;"
        " RETURN NEW; END $$"
    )
    run(
        "CREATE TRIGGER sheet_line_evidence"
        " BEFORE INSERT OR UPDATE OR DELETE ON sheet_line"
        " FOR EACH ROW EXECUTE FUNCTION truestock_keep_posted_lines()"
    )
    for table in ("sheet_parcel", "sheet_line"):
        run(
            f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION truestock_keep_posted_parcel()"
        )
