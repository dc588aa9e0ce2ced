"""Agendas drawn up ahead of a meeting, rooms of single sittings, service points; cases closed by an answer are counted.

Questions are answered by default. An upgrade folds every entry anew: each knows then when it was supervised last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agenda",
        sa.Column("series", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cases", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["series"], ["series.id"], name=op.f("fk_agenda_series")),
        sa.PrimaryKeyConstraint("series", "day", name=op.f("pk_agenda")),
    )
    op.create_table(
        "sitting_room",
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("starts", sa.String(length=27), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "starts", name=op.f("pk_sitting_room")),
    )
    op.create_table(
        "service_point",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("opens", sa.String(), nullable=False),
        sa.Column("closes", sa.String(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_service_point_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_point")),
    )
    with op.batch_alter_table("service_point", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_point_area_code"), ["area_code"], unique=False)
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.add_column(sa.Column("point", sa.String(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_series_point"), "service_point", ["point"], ["id"])
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answer", sa.Integer(), nullable=False, server_default=sa.text("0")))
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.alter_column("answer", server_default=None)
    op.execute("UPDATE category SET way = 'answer' WHERE code = 'R0305' AND way = 'spot'")
    # the group of hygiene is planted with whatever default category is missing, once the schema is there


def downgrade() -> None:
    op.execute("DELETE FROM category WHERE code LIKE 'H06__' AND origin = 'gridbook' AND code NOT IN (SELECT category FROM entry)")
    op.execute("UPDATE category SET way = 'spot' WHERE way = 'answer'")
    op.execute("UPDATE entry SET way = 'spot' WHERE way = 'answer'")
    op.execute("UPDATE tally SET spot = spot + answer")
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_column("answer")
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_series_point"), type_="foreignkey")
        batch_op.drop_column("point")
    op.drop_table("service_point")
    op.drop_table("sitting_room")
    op.drop_table("agenda")
