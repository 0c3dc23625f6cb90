"""Keys of the interface for programs, and answers kept for repeated requests."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    raise NotImplementedError("history is not undone: restore a backup instead")
