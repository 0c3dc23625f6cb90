"""Claims for what did not come back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IS_LIVE = "state IN ('draft', 'sent', 'accepted')"


def upgrade() -> None:
    _create_claims()
    _create_indexes()
    _create_events()
    _protect_events()


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _create_claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("shop_id", IDENTITY, nullable=False),
        sa.Column("order_id", IDENTITY, nullable=False),
        sa.Column("expected_return_id", IDENTITY, nullable=True),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("case_number", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("paid_amount", sa.BigInteger(), nullable=True),
        sa.Column("back_before", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=100), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_claim_units")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_claim_amount")),
        sa.CheckConstraint("paid_amount > 0", name=op.f("ck_claim_paid_amount")),
        sa.CheckConstraint(
            "(state = 'paid') = (paid_amount IS NOT NULL)", name=op.f("ck_claim_paid")
        ),
        sa.CheckConstraint("opened_by <> ''", name=op.f("ck_claim_answerable")),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_claim_shop_id")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_claim_order_id")
        ),
        sa.ForeignKeyConstraint(
            ["expected_return_id"],
            ["expected_return.id"],
            name=op.f("fk_claim_expected_return_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )


def _create_indexes() -> None:
    op.create_index(op.f("ix_claim_order_id"), "claim", ["order_id"])
    op.create_index(
        op.f("ix_claim_expected_return_id"), "claim", ["expected_return_id"]
    )
    op.create_index("ix_claim_state", "claim", ["state", "id"])
    op.create_index("ix_claim_shop", "claim", ["shop_id", "state", "id"])
    sums = ["state", "currency", "shop_id", "amount", "paid_amount"]
    op.create_index("ix_claim_sums", "claim", sums)
    op.create_index(
        "uq_claim_live_return",
        "claim",
        ["expected_return_id"],
        unique=True,
        sqlite_where=sa.text(IS_LIVE),
        postgresql_where=sa.text(IS_LIVE),
    )
    alone = f"expected_return_id IS NULL AND {IS_LIVE}"
    op.create_index(
        "uq_claim_live_order",
        "claim",
        ["order_id", "cause"],
        unique=True,
        sqlite_where=sa.text(alone),
        postgresql_where=sa.text(alone),
    )


def _create_events() -> None:
    op.create_table(
        "claim_event",
        sa.Column("id", IDENTITY, nullable=False),
        sa.Column("claim_id", IDENTITY, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.CheckConstraint("actor <> ''", name=op.f("ck_claim_event_answerable")),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_event_claim_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_event")),
        sa.UniqueConstraint("key", name=op.f("uq_claim_event_key")),
    )
    op.create_index(op.f("ix_claim_event_claim_id"), "claim_event", ["claim_id"])


def _protect_events() -> None:
    text = "what was done with a claim is history"
    run = op.get_bind().exec_driver_sql
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            run(
                f"CREATE TRIGGER claim_event_no_{event.lower()}"
                f" BEFORE {event} ON claim_event BEGIN"
                f" SELECT RAISE(ABORT, '{text}: {event} refused'); END"
            )
        run(
            "CREATE TRIGGER claim_event_not_replaced BEFORE INSERT ON claim_event"
            " WHEN EXISTS (SELECT 1 FROM claim_event"
            " WHERE id = NEW.id OR key = NEW.key) BEGIN"
            f" SELECT RAISE(ABORT, '{text}: this event is refused'); END"
        )
        return
    run(
        "CREATE FUNCTION truestock_keep_claim_events() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'TS001',"
        f" MESSAGE = '{text}: ' || TG_OP || ' refused'; END $$"
    )
    run(
        "CREATE TRIGGER claim_event_is_history"
        " BEFORE UPDATE OR DELETE OR TRUNCATE ON claim_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION truestock_keep_claim_events()"
    )
