"""People, their sessions, the launches that were used, and the audit log."""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
