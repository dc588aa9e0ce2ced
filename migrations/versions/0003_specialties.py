"""What a mediator is good at (擅长): the categories of dispute that are offered to him first."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "specialty",
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_specialty_username")),
        sa.ForeignKeyConstraint(["category"], ["category.code"], name=op.f("fk_specialty_category")),
        sa.PrimaryKeyConstraint("username", "category", name=op.f("pk_specialty")),
    )


def downgrade() -> None:
    op.drop_table("specialty")
