"""The closed loop: units and their tasks, clocks and working days, links for handlers, notices, duties, re-drawn grids."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=True),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("seen", sa.String(27), nullable=True),
        sa.Column("about", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_entry"), ["entry"], unique=False)
        batch_op.create_index(batch_op.f("ix_notice_username"), ["username"], unique=False)

    op.create_table(
        "regrid",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("done", sa.String(27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrid")),
    )
    op.create_table(
        "task",
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("grid", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("whistle", sa.String(), nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("sign_due", sa.String(27), nullable=True),
        sa.Column("signed_at", sa.String(27), nullable=True),
        sa.Column("due", sa.String(27), nullable=True),
        sa.Column("ended_at", sa.String(27), nullable=True),
        sa.Column("end", sa.String(), nullable=False),
        sa.Column("raised_at", sa.String(27), nullable=True),
        sa.Column("grade", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("entry", "n", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index("ix_task_path", ["end", "path", "due"], unique=False)
        batch_op.create_index("ix_task_person", ["person", "end", "due"], unique=False)
        batch_op.create_index("ix_task_unit", ["unit", "end", "due"], unique=False)
        batch_op.create_index("ix_task_whistle", ["whistle", "at"], unique=False)

    op.create_table(
        "workday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_workday")),
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_paper_area_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_area_code"), ["area_code"], unique=False)

    op.create_table(
        "unit",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("telephone", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_unit_area_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_unit")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_area_code"), ["area_code"], unique=False)

    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("opens", sa.String(), nullable=False),
        sa.Column("closes", sa.String(), nullable=False),
        sa.Column("on_call", sa.Boolean(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_duty_area_code")),
        sa.ForeignKeyConstraint(["unit"], ["unit.code"], name=op.f("fk_duty_unit")),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_duty_username")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_unit"), ["unit"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_username"), ["username"], unique=False)

    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.add_column(sa.Column("starts", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("ends", sa.Date(), nullable=True))

    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.add_column(sa.Column("clock", sa.String(), nullable=False, server_default=sa.text("'natural_days'")))
        batch_op.add_column(sa.Column("amount", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("way", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("unit", sa.String(), nullable=True))

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("way", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("level", sa.String(), nullable=False, server_default=sa.text("'grid'")))
        batch_op.add_column(sa.Column("road", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))

    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("task", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("holder", sa.String(), nullable=False, server_default=sa.text("''")))
        batch_op.add_column(sa.Column("until", sa.String(27), nullable=True))

    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unit", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_post_unit"), ["unit"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_post_unit"), "unit", ["unit"], ["code"])

    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.add_column(sa.Column("patrols", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("receptions", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("received_people", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("spot", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("joint", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("study", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("resolve", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("closed_grid", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("closed_community", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("closed_street", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("followed", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("closed_followed", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("solved", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("rated", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("satisfied", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("reworked", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("extended", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("suspended", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("supervised", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch_op.add_column(sa.Column("raised", sa.Integer(), nullable=False, server_default=sa.text("0")))

    op.execute("UPDATE category SET amount = days")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_column("days")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.alter_column("clock", server_default=None)
        batch_op.alter_column("way", server_default=None)
    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.alter_column("way", server_default=None)
        batch_op.alter_column("level", server_default=None)
        batch_op.alter_column("road", server_default=None)
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.alter_column("holder", server_default=None)
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.alter_column("patrols", server_default=None)
        batch_op.alter_column("receptions", server_default=None)
        batch_op.alter_column("received_people", server_default=None)
        batch_op.alter_column("spot", server_default=None)
        batch_op.alter_column("joint", server_default=None)
        batch_op.alter_column("study", server_default=None)
        batch_op.alter_column("resolve", server_default=None)
        batch_op.alter_column("closed_grid", server_default=None)
        batch_op.alter_column("closed_community", server_default=None)
        batch_op.alter_column("closed_street", server_default=None)
        batch_op.alter_column("followed", server_default=None)
        batch_op.alter_column("closed_followed", server_default=None)
        batch_op.alter_column("solved", server_default=None)
        batch_op.alter_column("rated", server_default=None)
        batch_op.alter_column("satisfied", server_default=None)
        batch_op.alter_column("reworked", server_default=None)
        batch_op.alter_column("extended", server_default=None)
        batch_op.alter_column("suspended", server_default=None)
        batch_op.alter_column("supervised", server_default=None)
        batch_op.alter_column("raised", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("tally", schema=None) as batch_op:
        batch_op.drop_column("raised")
        batch_op.drop_column("supervised")
        batch_op.drop_column("suspended")
        batch_op.drop_column("extended")
        batch_op.drop_column("reworked")
        batch_op.drop_column("satisfied")
        batch_op.drop_column("rated")
        batch_op.drop_column("solved")
        batch_op.drop_column("closed_followed")
        batch_op.drop_column("followed")
        batch_op.drop_column("closed_street")
        batch_op.drop_column("closed_community")
        batch_op.drop_column("closed_grid")
        batch_op.drop_column("resolve")
        batch_op.drop_column("study")
        batch_op.drop_column("joint")
        batch_op.drop_column("spot")
        batch_op.drop_column("received_people")
        batch_op.drop_column("receptions")
        batch_op.drop_column("patrols")

    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_post_unit"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_post_unit"))
        batch_op.drop_column("unit")

    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_column("until")
        batch_op.drop_column("holder")
        batch_op.drop_column("task")

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.drop_column("road")
        batch_op.drop_column("level")
        batch_op.drop_column("way")

    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days", sa.Integer(), nullable=True))
    op.execute("UPDATE category SET days = amount WHERE clock = 'natural_days'")
    with op.batch_alter_table("category", schema=None) as batch_op:
        batch_op.drop_column("unit")
        batch_op.drop_column("way")
        batch_op.drop_column("amount")
        batch_op.drop_column("clock")

    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.drop_column("ends")
        batch_op.drop_column("starts")

    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_username"))
        batch_op.drop_index(batch_op.f("ix_duty_unit"))
        batch_op.drop_index(batch_op.f("ix_duty_area_code"))

    op.drop_table("duty")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_area_code"))

    op.drop_table("unit")
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_area_code"))

    op.drop_table("paper")
    op.drop_table("workday")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index("ix_task_whistle")
        batch_op.drop_index("ix_task_unit")
        batch_op.drop_index("ix_task_person")
        batch_op.drop_index("ix_task_path")

    op.drop_table("task")
    op.drop_table("regrid")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_username"))
        batch_op.drop_index(batch_op.f("ix_notice_entry"))

    op.drop_table("notice")
