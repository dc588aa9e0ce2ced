"""Up, down and up again gives the same schema, and it is the schema of the models: empty, and with a town in it."""

import re
import shutil
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from tests.conftest import make_app
from webapp.cli import alembic, upgrade
from webapp.store.database import db
from webapp.store.tables import Base

ALEMBICS_OWN = "alembic_version"
ROOT = Path(__file__).parents[2]


def written(connection) -> dict[str, list[str]]:
    """name -> CREATE statement of every table and index, without the accidents of spacing and of the order of constraints."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != :own AND name NOT LIKE 'sqlite_%'"
    rows = connection.execute(text(query), {"own": ALEMBICS_OWN})
    plain = {name: re.sub(r"\s+", " ", sql).replace("( ", "(").replace(" )", ")").replace('"', "") for name, sql in rows}
    return {name: sorted(re.split(", (?=CONSTRAINT )", sql.removesuffix(")"))) for name, sql in plain.items()}


def inspected(connection) -> dict:
    """The same as SQLAlchemy's inspector sees it."""
    look = inspect(connection)
    found = {}
    for table in set(look.get_table_names()) - {ALEMBICS_OWN}:
        columns = [(column["name"], str(column["type"]), column["nullable"], column["default"]) for column in look.get_columns(table)]
        indexes = sorted((index["name"], index["column_names"], index["unique"]) for index in look.get_indexes(table))
        keys = sorted((key["name"], key["constrained_columns"], key["referred_table"]) for key in look.get_foreign_keys(table))
        unique = sorted((one["name"], one["column_names"]) for one in look.get_unique_constraints(table))
        found[table] = (sorted(columns), look.get_pk_constraint(table), indexes, keys, unique)
    return found


def schema() -> tuple[dict, dict]:
    with db.engine.connect() as connection:
        return written(connection), inspected(connection)


def differences_from_the_models() -> list:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return compare_metadata(context, Base.metadata)


@pytest.fixture(params=["empty_app", "town", "app"], ids=["empty", "little town", "demo town"])
def migrated(request):
    """Three databases: without a town, the little town of the tests, the small demo town."""
    app = request.getfixturevalue(request.param)
    with app.app_context():
        yield app


def test_up_down_and_up_again_gives_the_same_schema(migrated):
    before = schema()
    assert before[1].keys() == Base.metadata.tables.keys()
    command.downgrade(alembic(), "base")
    assert schema() == ({}, {})
    upgrade()
    assert schema() == before
    assert differences_from_the_models() == []
    with db.engine.connect() as connection:
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert connection.execute(text("PRAGMA integrity_check")).all() == [("ok",)]


def test_the_migrations_give_what_the_models_say(empty_app):
    with empty_app.app_context():
        assert differences_from_the_models() == []
        command.check(alembic())


def test_the_migrations_give_what_create_all_would(empty_app, tmp_path_factory):
    with empty_app.app_context():
        migrated = schema()[1]
    with make_app(tmp_path_factory.mktemp("models")).app_context():
        Base.metadata.create_all(db.engine)
        assert schema()[1] == migrated


def test_migrating_twice_changes_nothing(empty_app):
    with empty_app.app_context():
        before = schema()
        with db.engine.connect() as connection:
            planted = (
                connection.execute(text("SELECT * FROM fact")).all(),
                connection.execute(text("SELECT * FROM category ORDER BY code")).all(),
            )
        upgrade()
        assert schema() == before
        with db.engine.connect() as connection:
            again = (
                connection.execute(text("SELECT * FROM fact")).all(),
                connection.execute(text("SELECT * FROM category ORDER BY code")).all(),
            )
        assert again == planted


def test_every_migration_says_why_in_its_first_line(empty_app):
    from alembic.script import ScriptDirectory

    with empty_app.app_context():
        scripts = list(ScriptDirectory.from_config(alembic()).walk_revisions())
    assert scripts
    for script in scripts:
        assert len(script.doc.splitlines()[0]) > 20, script.path
        assert re.fullmatch(r"\d{4}_[a-z0-9_]{3,40}\.py", script.path.rsplit("/", 1)[1]), script.path


NEXT = '''"""A later migration, which copies a table that others point at: it gives every area a colour.

The second half breaks what points at an area, where the test asks for it.
"""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "0003"


def upgrade():
    with op.batch_alter_table("area", recreate="always") as batch:
        batch.add_column(sa.Column("colour", sa.String(), nullable=True))
    op.execute("DELETE FROM area WHERE code = '{lost}'")
'''


def later(folder, lost: str = ""):
    """Alembic's Config for the project's migrations and one more."""
    copy = shutil.copytree(ROOT / "migrations", folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9999_colour.py").write_text(NEXT.format(lost=lost), encoding="utf-8")
    config = alembic()
    config.set_main_option("script_location", str(copy))
    return config


def counts() -> tuple:
    with db.engine.connect() as connection:
        numbers = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("area", "household", "post")]
        columns = {column["name"] for column in inspect(connection).get_columns("area")}
        return numbers, "colour" in columns, connection.scalar(text("PRAGMA foreign_keys"))


def test_a_table_that_others_point_at_can_be_altered(town, tmp_path):
    with town.app_context():
        before = counts()
        assert before[0] == [10, 3, 10] and before[1:] == (False, 1)
        command.upgrade(later(tmp_path), "head")
        assert counts() == (before[0], True, 1)


def test_a_migration_that_leaves_something_pointing_nowhere_is_undone(town, tmp_path):
    with town.app_context():
        before = counts()
        with pytest.raises(RuntimeError, match="point nowhere"):
            command.upgrade(later(tmp_path, lost="G11"), "head")
        assert counts() == before
