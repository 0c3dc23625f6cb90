"""Addresses that are told of changes, and what they were not told yet."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
