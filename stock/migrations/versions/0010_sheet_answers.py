"""Answers to browsers by their age, so that old ones can be forgotten."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sheet_action_answered_at", "sheet_action", ["answered_at"])


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
