"""Items that messages name, units that came to the buyer, what was asked for again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

UNDER_WAY = sa.text('"left" > delivered')

ORDER = sa.table(
    "order",
    sa.column("id"),
    sa.column("shop_id"),
    sa.column("channel_order_id"),
    sa.column("fulfilment"),
)
LINE = sa.table(
    "order_line", sa.column("order_id"), sa.column("left"), sa.column("delivered")
)
PARCEL = sa.table("parcel", sa.column("shop_id"), sa.column("channel_order_id"))


def upgrade() -> None:
    op.add_column(
        "inbox_message",
        sa.Column("item_id", sa.String(100), nullable=False, server_default=""),
    )
    op.add_column(
        "set_aside", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "order_line",
        sa.Column("delivered", sa.Integer(), nullable=False, server_default="0"),
    )
    _fill_delivered()
    op.create_index(
        "ix_order_line_under_way",
        "order_line",
        ["order_id"],
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")


def _fill_delivered() -> None:
    # With more parcels than one, only the channel knows which of them came; until it
    # is asked, such an order counts as under way.
    parcels = (
        sa.select(sa.func.count())
        .select_from(PARCEL)
        .where(PARCEL.c.shop_id == ORDER.c.shop_id)
        .where(PARCEL.c.channel_order_id == ORDER.c.channel_order_id)
        .scalar_subquery()
    )
    came = (
        sa.select(ORDER.c.id)
        .where(ORDER.c.fulfilment == "delivered")
        .where(parcels <= 1)
    )
    op.execute(
        sa.update(LINE).where(LINE.c.order_id.in_(came)).values(delivered=LINE.c.left)
    )
