"""The database: how it is opened, and the one way to write to it."""

import fcntl
import sqlite3
import threading
from contextlib import contextmanager
from functools import cache
from inspect import iscoroutinefunction
from pathlib import Path

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Engine, event
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

db = SQLAlchemy()

_turn = threading.Lock()


def init(app: Flask, url: str) -> None:
    """Bind the database to the application; opens no connection."""
    settings = {"json_serializer": _json, "json_deserializer": from_json, "pool_size": 8, "hide_parameters": True}
    app.config["SQLALCHEMY_ENGINES"] = {"default": settings | {"url": url}}
    db.init_app(app)
    # There are no asynchronous sessions; closing none of them would cost each request an event loop.
    app.teardown_appcontext_funcs[:] = [close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)]


def _json(value) -> str:
    return to_json(value).decode()


@event.listens_for(Engine, "connect")
def _open(connection, record) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's deferred one
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


@contextmanager
def writing():
    """A connection in a write transaction, committed at the end. Writers of all threads and processes queue on one lock.

    SQLite's own waiting polls, which ruins the slowest answers; and its versions before 3.51.3 may corrupt the file when two
    connections checkpoint at the same instant. One writer at a time avoids both.
    """
    db.session.rollback()  # nothing read before may be taken for what is there now
    engine = db.engine
    with _turn, _gate(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        yield connection


@contextmanager
def _gate(engine: Engine):
    """The lock file beside a SQLite database: held by the one process that writes."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with Path(f"{engine.url.database}.lock").open("a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def analyse() -> None:
    """After much was written: let the database look how its tables are filled, so that it chooses the right index."""
    with writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA analysis_limit=1000")
        connection.exec_driver_sql("ANALYZE")


INSERT = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}


def save(connection: Connection, table, rows: list[dict]) -> None:
    """Insert rows, or change in those with the same primary key the columns that are given."""
    bulk(connection, _saving(connection.dialect.name, table, tuple(rows[0])), rows)


def bulk(connection: Connection, statement, rows: list[dict]) -> None:
    """Execute an INSERT for many rows with the same keys.

    Half the price of Connection.execute, which makes and looks through several dictionaries for each row.
    """
    prepared = _prepared(connection.dialect, statement, tuple(rows[0])) if connection.dialect.name == "sqlite" else None
    if prepared is None:
        connection.execute(statement, rows)
        return
    sql, columns = prepared
    connection.exec_driver_sql(sql, [tuple([bind(row[name]) if bind else row[name] for name, bind in columns]) for row in rows])


@cache
def _prepared(dialect, statement, names: tuple[str, ...]) -> tuple[str, list] | None:
    """(SQL text, [(key of the row, what turns its value into the driver's, or None)] in the order of its marks).

    None where columns that are not given have defaults, which are SQLAlchemy's to fill in.
    """
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if set(compiled.positiontup) - set(names):
        return None
    types = {name: statement.table.c[name].type.dialect_impl(dialect) for name in compiled.positiontup}
    return str(compiled), [(name, kind.bind_processor(dialect)) for name, kind in types.items()]


def keep_first(connection: Connection, table, rows: list[dict]) -> int:
    """Insert rows of which some may be there already: those stay as they are. Gives the number of new ones."""
    return connection.execute(_keeping(connection.dialect.name, table), rows).rowcount


@cache
def _saving(dialect: str, table, columns: tuple[str, ...]):
    table = table.__table__
    statement = INSERT[dialect](table)
    others = {name: statement.excluded[name] for name in columns if not table.c[name].primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others)


@cache
def _keeping(dialect: str, table):
    return INSERT[dialect](table.__table__).on_conflict_do_nothing()
