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
        if connection.dialect.name != "sqlite":
            migrate(connection)
            return
        # Altering a table copies it and drops the old one, which its children forbid. Inside a transaction the PRAGMA would do
        # nothing, and SQLAlchemy begins one before anything it is asked: so the driver is told, before and after.
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            migrate(connection)
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")


def migrate(connection) -> None:
    """All steps in one transaction, which is undone if they leave something pointing nowhere."""
    how = {"target_metadata": Base.metadata, "render_as_batch": True, "render_item": render, "transactional_ddl": True}
    context.configure(connection=connection, **how)
    with context.begin_transaction():
        context.run_migrations()
        if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"foreign keys point nowhere: {broken[:5]}")


run()
