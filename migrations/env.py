"""Alembic runs a migration on the application's own engine."""

from alembic import context

from webapp.store.tables import Base, Instant


def render(kind, thing, autogen):
    if kind == "type" and isinstance(thing, Instant):
        return "sa.String(27)"
    return False


def run() -> None:
    engine = context.config.attributes["engine"]
    with engine.connect().execution_options(writes=True) as connection:
        if connection.dialect.name == "sqlite":
            # Altering a table copies it; with foreign keys on, the copy would fire ON DELETE.
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, render_item=render)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            connection.commit()
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"foreign keys point nowhere: {broken[:5]}")


run()
