"""Open returns in order within each shop: by age, and by deadline, told or not."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPEN = sa.text("open_units > 0")


def upgrade() -> None:
    op.drop_index("ix_expected_return_opened", "expected_return")
    op.drop_index("ix_expected_return_claim", "expected_return")
    op.create_index(
        "ix_expected_return_claim",
        "expected_return",
        ["shop_id", "claim_before", "opened_at", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
