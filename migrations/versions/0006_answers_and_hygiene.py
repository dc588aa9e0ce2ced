"""Cases that are closed by an answer are counted; questions are answered by default, and hazards have a group of hygiene."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.Integer(), nullable=False, server_default=sa.text("0")))
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.alter_column("answer", server_default=None)
    op.execute("UPDATE category SET way = 'answer' WHERE code = 'R0305' AND way = 'spot'")
    # the group of hygiene is planted with whatever default category is missing, once the schema is there


def downgrade() -> None:
    op.execute("DELETE FROM category WHERE code LIKE 'H06__' AND code NOT IN (SELECT category FROM entry)")
    op.execute("UPDATE category SET way = 'spot' WHERE way = 'answer'")
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_column("answer")
