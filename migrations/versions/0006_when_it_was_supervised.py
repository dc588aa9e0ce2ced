"""No table changes: an upgrade folds every entry anew, and so each knows when it was supervised last, for the notice."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
