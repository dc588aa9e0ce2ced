"""Contacts and pairs: who keeps in touch with which household, visits of contacts counted, labels of categories."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["household"], ["household.id"], name=op.f("fk_pair_household")),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_pair_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pair")),
        sa.UniqueConstraint("username", "household", "what", "starts", name=op.f("uq_pair_username_household_what_starts")),
    )
    with op.batch_alter_table("pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pair_household"), ["household"], unique=False)
        batch_op.create_index(batch_op.f("ix_pair_username"), ["username"], unique=False)
    for table, column, empty in (("tally", sa.Column("contacts", sa.Integer()), "0"), ("category", sa.Column("labels", sa.JSON()), "[]")):
        column.nullable, column.server_default = False, sa.DefaultClause(empty)
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(column)
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column(column.name, server_default=None)


def downgrade() -> None:
    for table, column in (("category", "labels"), ("tally", "contacts")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(column)
    op.drop_table("pair")
