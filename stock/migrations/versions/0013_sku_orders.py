"""The orders of a SKU in the order of their age."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_order_line_sku_id", "order_line")
    op.create_index("ix_order_line_sku", "order_line", ["sku_id", "order_id"])


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
