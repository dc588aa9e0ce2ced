"""Contacts and pairs: who keeps in touch with which household, visits of contacts counted, labels of categories."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

LABELS = {
    "guard safety": ("H0101 H0102 H0103 H0105 H0201 H0202 H0203 H0301 H0302 H0303 H0305 H0503"),
    "guard safety city": ("H0104"),
    "guard police city": ("H0304"),
    "guard city": ("H0401 H0402 H0403 H0404 H0502"),
    "watch civil": ("H0501 V0201 V0202 V0203 V0204"),
    "mediate safety civil": ("D0101"),
    "mediate safety": ("D0102 D0103 D0201 D0202 D0203 D0204 D0301 D0302 D0303 D0304 D0401 D0402 D0403 D0404 D0405 D0501 D0502"),
    "mutual": ("R0101 R0102 R0103 R0104 R0501 R0502 R0503 R0504 R0505"),
    "mutual city": ("R0201 R0202 R0203 R0204 R0205 R0206 R0207"),
    "mutual civil": ("R0301 R0302 R0303 R0401 R0402 R0403 R0404 R0405 L0101 L0102 L0103 L0201 L0202 L0203"),
    "mutual police": ("R0304"),
    "mutual party": ("R0305"),
    "watch party": ("V0101 V0103"),
    "watch party civil": ("V0102"),
}
"""labels of a default category, as they are on the day of this migration -> the codes that get them."""


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
    category = sa.table("category", sa.column("code", sa.String()), sa.column("labels", sa.JSON()))
    for labels, codes in LABELS.items():
        op.execute(category.update().where(category.c.code.in_(codes.split())).values(labels=labels.split()))


def downgrade() -> None:
    for table, column in (("category", "labels"), ("tally", "contacts")):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(column)
    op.drop_table("pair")
