"""The ledger, the documents around it, and the triggers that guard it."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
MONEY = sa.Numeric(18, 4).with_variant(sa.String(32), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    _create_tables()
    dialect = op.get_bind().dialect.name
    script = Path(__file__).with_name(f"0001_ledger.{dialect}.sql").read_text("utf-8")
    for statement in script.split("-- next\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _create_tables() -> None:
    op.create_table(
        "sku",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("code", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("barcode", sa.String(length=100), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sku")),
        sa.UniqueConstraint("code", name=op.f("uq_sku_code")),
    )
    op.create_index(op.f("ix_sku_barcode"), "sku", ["barcode"], unique=False)
    op.create_table(
        "stocktake",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
    )
    op.create_table(
        "warehouse",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("code", sa.String(length=50), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("code", name=op.f("uq_warehouse_code")),
    )
    op.create_table(
        "shop",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("channel", sa.String(length=50), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.Column("buffer", sa.Integer(), server_default="0", nullable=False),
        sa.Column("share", sa.Integer(), server_default="100", nullable=False),
        sa.Column("sealed_settings", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column(
            "refunds", sa.String(length=10), server_default="channel", nullable=False
        ),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("orders_since", MOMENT, nullable=False),
        sa.Column("orders_cursor", sa.Text(), nullable=True),
        sa.Column("orders_sweep_at", MOMENT, nullable=True),
        sa.Column("returns_since", MOMENT, nullable=False),
        sa.Column("returns_cursor", sa.Text(), nullable=True),
        sa.Column("returns_sweep_at", MOMENT, nullable=True),
        sa.Column("hints_cursor", sa.Text(), nullable=True),
        sa.Column("last_sync_at", MOMENT, nullable=True),
        sa.Column("last_reconcile_at", MOMENT, nullable=True),
        sa.Column("sync_due_at", MOMENT, nullable=False),
        sa.Column("reconcile_due_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("lease_token", sa.String(length=40), nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.CheckConstraint("buffer >= 0", name=op.f("ck_shop_buffer")),
        sa.CheckConstraint("share >= 0 AND share <= 100", name=op.f("ck_shop_share")),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouse.id"], name=op.f("fk_shop_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop")),
        sa.UniqueConstraint("name", name=op.f("uq_shop_name")),
    )
    op.create_table(
        "stock_level",
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.Column("available", sa.Integer(), server_default="0", nullable=False),
        sa.Column("committed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("damaged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lost", sa.Integer(), server_default="0", nullable=False),
        sa.Column("outside", sa.Integer(), server_default="0", nullable=False),
        sa.Column("movement_id", IDENTITY, server_default="0", nullable=False),
        sa.CheckConstraint("committed >= 0", name=op.f("ck_stock_level_committed")),
        sa.CheckConstraint("damaged >= 0", name=op.f("ck_stock_level_damaged")),
        sa.CheckConstraint("lost >= 0", name=op.f("ck_stock_level_lost")),
        sa.CheckConstraint("out >= 0", name=op.f("ck_stock_level_out")),
        sa.ForeignKeyConstraint(
            ["sku_id"], ["sku.id"], name=op.f("fk_stock_level_sku_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouse.id"], name=op.f("fk_stock_level_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("sku_id", "warehouse_id", name=op.f("pk_stock_level")),
    )
    op.create_table(
        "shop_warehouse",
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_shop_warehouse_shop_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.id"],
            name=op.f("fk_shop_warehouse_warehouse_id"),
        ),
        sa.PrimaryKeyConstraint(
            "shop_id", "warehouse_id", name=op.f("pk_shop_warehouse")
        ),
    )
    op.create_table(
        "stocktake_line",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("stocktake_id", IDENTITY, nullable=False),
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sku_id"], ["sku.id"], name=op.f("fk_stocktake_line_sku_id")
        ),
        sa.ForeignKeyConstraint(
            ["stocktake_id"],
            ["stocktake.id"],
            name=op.f("fk_stocktake_line_stocktake_id"),
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"],
            ["warehouse.id"],
            name=op.f("fk_stocktake_line_warehouse_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_line")),
    )
    op.create_index(
        op.f("ix_stocktake_line_sku_id"), "stocktake_line", ["sku_id"], unique=False
    )
    op.create_index(
        op.f("ix_stocktake_line_stocktake_id"),
        "stocktake_line",
        ["stocktake_id"],
        unique=False,
    )
    op.create_table(
        "inbox_message",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("event_key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("channel_order_id", sa.String(length=100), nullable=False),
        sa.Column("return_id", sa.String(length=100), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_inbox_message_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_message")),
        sa.UniqueConstraint(
            "shop_id", "event_key", name=op.f("uq_inbox_message_shop_id")
        ),
    )
    op.create_index(
        "ix_inbox_message_open", "inbox_message", ["shop_id", "done_at"], unique=False
    )
    op.create_table(
        "listing",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("item_id", sa.String(length=100), nullable=False),
        sa.Column("variant_id", sa.String(length=100), nullable=False),
        sa.Column("channel_sku", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("buffer", sa.Integer(), nullable=True),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.Column("wanted_version", IDENTITY, server_default="0", nullable=False),
        sa.Column("pushed_version", IDENTITY, server_default="0", nullable=False),
        sa.Column("pushed_quantity", sa.Integer(), nullable=True),
        sa.Column("pushed_at", MOMENT, nullable=True),
        sa.Column("confirmed_version", IDENTITY, server_default="0", nullable=False),
        sa.Column("seen_quantity", sa.Integer(), nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("doubted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("low_seen", sa.Integer(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("phantom_units", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("buffer >= 0", name=op.f("ck_listing_buffer")),
        sa.CheckConstraint(
            "share >= 0 AND share <= 100", name=op.f("ck_listing_share")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_listing_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint(
            "shop_id", "item_id", "variant_id", name=op.f("uq_listing_shop_id")
        ),
    )
    op.create_index(op.f("ix_listing_shop_id"), "listing", ["shop_id"], unique=False)
    op.create_table(
        "order",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("channel_order_id", sa.String(length=100), nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("raw_status", sa.String(length=100), nullable=False),
        sa.Column("fulfilment", sa.String(length=20), nullable=False),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", MONEY, nullable=False),
        sa.Column("rank", sa.String(length=120), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("refund_floor", MONEY, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_order_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint(
            "shop_id", "channel_order_id", name=op.f("uq_order_shop_id")
        ),
    )
    op.create_index(
        op.f("ix_order_channel_order_id"), "order", ["channel_order_id"], unique=False
    )
    op.create_index(op.f("ix_order_checked_at"), "order", ["checked_at"], unique=False)
    op.create_table(
        "parcel",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("channel_order_id", sa.String(length=100), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("direction", sa.String(length=20), nullable=False),
        sa.Column("carrier", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_parcel_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parcel")),
        sa.UniqueConstraint(
            "shop_id", "channel_order_id", "number", name=op.f("uq_parcel_shop_id")
        ),
    )
    op.create_index(op.f("ix_parcel_number"), "parcel", ["number"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("channel_order_id", sa.String(length=100), nullable=False),
        sa.Column("refund_id", sa.String(length=100), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_refund_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint(
            "shop_id", "channel_order_id", "refund_id", name=op.f("uq_refund_shop_id")
        ),
    )
    op.create_table(
        "set_aside",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("record_id", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.Column("report", JSON, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("tried_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_set_aside_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint(
            "shop_id", "kind", "record_id", name=op.f("uq_set_aside_shop_id")
        ),
    )
    op.create_table(
        "drift",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("listing_id", IDENTITY, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ours", sa.Integer(), nullable=False),
        sa.Column("theirs", sa.Integer(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_drift_listing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift")),
    )
    op.create_index(op.f("ix_drift_listing_id"), "drift", ["listing_id"], unique=False)
    op.create_table(
        "expected_return",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("channel_order_id", sa.String(length=100), nullable=False),
        sa.Column("return_id", sa.String(length=100), nullable=False),
        sa.Column("order_id", IDENTITY, nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("claim_before", MOMENT, nullable=True),
        sa.Column("report", JSON, nullable=False),
        sa.Column("open_units", sa.Integer(), server_default="0", nullable=False),
        sa.Column("value_at_risk", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("carrier", sa.String(length=100), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_expected_return_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_expected_return_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_return")),
        sa.UniqueConstraint(
            "shop_id",
            "channel_order_id",
            "return_id",
            name=op.f("uq_expected_return_shop_id"),
        ),
    )
    op.create_index(
        op.f("ix_expected_return_order_id"),
        "expected_return",
        ["order_id"],
        unique=False,
    )
    op.create_index(
        "ix_expected_return_return_id",
        "expected_return",
        ["return_id"],
        unique=False,
        sqlite_where=sa.text("return_id <> ''"),
        postgresql_where=sa.text("return_id <> ''"),
    )
    open_indexes = {
        "opened": ["opened_at", "id"],
        "shop": ["shop_id", "opened_at", "id"],
        "carrier": ["carrier", "opened_at", "id"],
        "claim": ["claim_before", "id"],
        "value": [
            "currency",
            "value_at_risk",
            "id",
            "open_units",
            "shop_id",
            "carrier",
            "opened_at",
            "claim_before",
        ],
    }
    for name, columns in open_indexes.items():
        op.create_index(
            f"ix_expected_return_{name}",
            "expected_return",
            columns,
            unique=False,
            sqlite_where=sa.text("open_units > 0"),
            postgresql_where=sa.text("open_units > 0"),
        )
    op.create_table(
        "listing_component",
        sa.Column("listing_id", IDENTITY, nullable=False),
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_listing_component_quantity")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_listing_component_listing_id")
        ),
        sa.ForeignKeyConstraint(
            ["sku_id"], ["sku.id"], name=op.f("fk_listing_component_sku_id")
        ),
        sa.PrimaryKeyConstraint(
            "listing_id", "sku_id", name=op.f("pk_listing_component")
        ),
    )
    op.create_index(
        op.f("ix_listing_component_sku_id"),
        "listing_component",
        ["sku_id"],
        unique=False,
    )
    op.create_table(
        "refund_due",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=150), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("quantities", JSON, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=500), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_refund_due_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_refund_due_shop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_due")),
        sa.UniqueConstraint("shop_id", "key", name=op.f("uq_refund_due_shop_id")),
    )
    op.create_index(
        op.f("ix_refund_due_order_id"), "refund_due", ["order_id"], unique=False
    )
    op.create_index(
        "ix_refund_due_state", "refund_due", ["shop_id", "state"], unique=False
    )
    op.create_table(
        "order_event",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_order_event_order_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(
        op.f("ix_order_event_order_id"), "order_event", ["order_id"], unique=False
    )
    op.create_table(
        "order_line",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("channel_line_id", sa.String(length=150), nullable=False),
        sa.Column("item_id", sa.String(length=100), nullable=False),
        sa.Column("variant_id", sa.String(length=100), nullable=False),
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("unit_price", MONEY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("ended_left", sa.Integer(), nullable=False),
        sa.Column("ended_here", sa.Integer(), nullable=False),
        sa.Column("ended_unknown", sa.Integer(), nullable=False),
        sa.Column("coming_back", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_order_line_quantity")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_order_line_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["sku_id"], ["sku.id"], name=op.f("fk_order_line_sku_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouse.id"], name=op.f("fk_order_line_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint(
            "order_id", "channel_line_id", "sku_id", name=op.f("uq_order_line_order_id")
        ),
    )
    op.create_index(
        "ix_order_line_waiting",
        "order_line",
        ["order_id"],
        unique=False,
        sqlite_where=sa.text("waiting > 0"),
        postgresql_where=sa.text("waiting > 0"),
    )
    op.create_index(
        op.f("ix_order_line_sku_id"), "order_line", ["sku_id"], unique=False
    )
    op.create_table(
        "receipt",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("warehouse_id", IDENTITY, nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_receipt_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["warehouse_id"], ["warehouse.id"], name=op.f("fk_receipt_warehouse_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("key", name=op.f("uq_receipt_key")),
    )
    op.create_index(op.f("ix_receipt_order_id"), "receipt", ["order_id"], unique=False)
    op.create_table(
        "receipt_reversal",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("receipt_id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("reversed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "actor <> '' AND reason <> ''", name=op.f("ck_receipt_reversal_answerable")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_reversal_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_reversal")),
        sa.UniqueConstraint("key", name=op.f("uq_receipt_reversal_key")),
        sa.UniqueConstraint("receipt_id", name=op.f("uq_receipt_reversal_receipt_id")),
    )
    op.create_table(
        "expected_return_line",
        sa.Column("expected_return_id", IDENTITY, nullable=False),
        sa.Column("order_line_id", IDENTITY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["expected_return_id"],
            ["expected_return.id"],
            name=op.f("fk_expected_return_line_expected_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
            name=op.f("fk_expected_return_line_order_line_id"),
        ),
        sa.PrimaryKeyConstraint(
            "expected_return_id", "order_line_id", name=op.f("pk_expected_return_line")
        ),
    )
    op.create_table(
        "line_level",
        sa.Column("order_line_id", IDENTITY, autoincrement=False, nullable=False),
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.Column("committed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("out", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.Column("damaged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lost", sa.Integer(), server_default="0", nullable=False),
        sa.Column("movement_id", IDENTITY, server_default="0", nullable=False),
        sa.CheckConstraint("committed >= 0", name=op.f("ck_line_level_committed")),
        sa.CheckConstraint("damaged >= 0", name=op.f("ck_line_level_damaged")),
        sa.CheckConstraint("lost >= 0", name=op.f("ck_line_level_lost")),
        sa.CheckConstraint("out >= 0", name=op.f("ck_line_level_out")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_line_level_received")),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
            name=op.f("fk_line_level_order_line_id"),
        ),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_line_level")),
    )
    op.create_table(
        "receipt_line",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("receipt_id", IDENTITY, nullable=False),
        sa.Column("order_line_id", IDENTITY, nullable=False),
        sa.Column("expected_return_id", IDENTITY, nullable=True),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("damaged", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "found >= 0 AND found <= good + damaged", name=op.f("ck_receipt_line_found")
        ),
        sa.CheckConstraint(
            "good + damaged + lost > 0", name=op.f("ck_receipt_line_something")
        ),
        sa.CheckConstraint(
            "good >= 0 AND damaged >= 0 AND lost >= 0",
            name=op.f("ck_receipt_line_signs"),
        ),
        sa.ForeignKeyConstraint(
            ["expected_return_id"],
            ["expected_return.id"],
            name=op.f("fk_receipt_line_expected_return_id"),
        ),
        sa.ForeignKeyConstraint(
            ["order_line_id"],
            ["order_line.id"],
            name=op.f("fk_receipt_line_order_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipt.id"], name=op.f("fk_receipt_line_receipt_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_line")),
        sa.UniqueConstraint("id", "order_line_id", name=op.f("uq_receipt_line_id")),
    )
    op.create_index(
        op.f("ix_receipt_line_receipt_id"), "receipt_line", ["receipt_id"], unique=False
    )
    op.create_table(
        "movement",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.Column("sku_id", IDENTITY, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("from_bucket", sa.String(length=10), nullable=False),
        sa.Column("from_warehouse_id", sa.Integer(), nullable=False),
        sa.Column("to_bucket", sa.String(length=10), nullable=False),
        sa.Column("to_warehouse_id", sa.Integer(), nullable=False),
        sa.Column("order_line_id", IDENTITY, nullable=True),
        sa.Column("receipt_line_id", IDENTITY, nullable=True),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "CASE from_bucket || '>' || to_bucket WHEN 'outside>available' THEN order_line_id IS NULL AND receipt_line_id IS NULL WHEN 'available>committed' THEN order_line_id IS NOT NULL AND receipt_line_id IS NULL WHEN 'committed>available' THEN order_line_id IS NOT NULL AND receipt_line_id IS NULL WHEN 'committed>out' THEN order_line_id IS NOT NULL AND receipt_line_id IS NULL WHEN 'out>available' THEN order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL WHEN 'out>damaged' THEN order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL WHEN 'out>lost' THEN order_line_id IS NOT NULL AND (receipt_line_id IS NOT NULL OR reason <> '') WHEN 'lost>available' THEN order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL WHEN 'lost>damaged' THEN order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL WHEN 'available>out' THEN order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL AND reason <> '' WHEN 'damaged>out' THEN order_line_id IS NOT NULL AND receipt_line_id IS NOT NULL AND reason <> '' WHEN 'damaged>available' THEN order_line_id IS NULL AND receipt_line_id IS NULL WHEN 'damaged>outside' THEN order_line_id IS NULL AND receipt_line_id IS NULL WHEN 'available>outside' THEN order_line_id IS NULL AND receipt_line_id IS NULL ELSE 1 = 0 END",
            name=op.f("ck_movement_allowed"),
        ),
        sa.CheckConstraint(
            "actor <> '' AND document <> ''", name=op.f("ck_movement_answerable")
        ),
        sa.CheckConstraint(
            "quantity > 0 AND quantity <= 9999999", name=op.f("ck_movement_quantity")
        ),
        sa.ForeignKeyConstraint(
            ["receipt_line_id", "order_line_id"],
            ["receipt_line.id", "receipt_line.order_line_id"],
            name="fk_movement_receipt_line",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_movement")),
        sa.UniqueConstraint("key", name=op.f("uq_movement_key")),
    )
    op.create_index(
        "ix_movement_receipt_line", "movement", ["receipt_line_id"], unique=False
    )
    op.create_index("ix_movement_sku", "movement", ["sku_id", "id"], unique=False)
