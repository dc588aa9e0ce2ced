"""A slimmer log, whose feed lies in its own order and whose indexes hold only what is looked for; what a mediator is good at."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PARTIAL = {"ix_entry_household": ["household", "kind", "day"], "ix_entry_parent": ["parent"]}


def upgrade() -> None:
    op.create_table(
        "specialty",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_specialty_username")),
        sa.ForeignKeyConstraint(["category"], ["category.code"], name=op.f("fk_specialty_category")),
        sa.PrimaryKeyConstraint("username", "category", name=op.f("pk_specialty")),
    )
    with op.batch_alter_table("action") as batch_op:
        batch_op.drop_constraint("uq_action_scope_scope_seq", type_="unique")
    with op.batch_alter_table("change", recreate="auto" if _postgresql() else "always", table_kwargs={"sqlite_with_rowid": False}):
        pass
    for name, columns in PARTIAL.items():
        there = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "entry")
        op.create_index(name, "entry", columns, unique=False, sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    for name, columns in PARTIAL.items():
        op.drop_index(name, "entry")
        op.create_index(name, "entry", columns, unique=False)
    with op.batch_alter_table("change", recreate="auto" if _postgresql() else "always"):
        pass
    with op.batch_alter_table("action") as batch_op:
        batch_op.create_unique_constraint("uq_action_scope_scope_seq", ["scope", "scope_seq"])
    op.drop_table("specialty")


def _postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
