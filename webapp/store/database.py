"""The database: how it is opened, and the one way to write to it."""

import fcntl
import sqlite3
import threading
from collections import namedtuple
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from functools import cache, lru_cache
from inspect import iscoroutinefunction

import orjson
from flask import Flask, g
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import JSON, Connection, Engine, bindparam, event, inspect
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

db = SQLAlchemy()

_turn = threading.Lock()


def init(app: Flask, url: str) -> None:
    """Bind the database to the application; opens no connection."""
    settings = {"json_serializer": as_json, "json_deserializer": orjson.loads, "pool_size": 8, "pool_use_lifo": True, "hide_parameters": True}
    app.config["SQLALCHEMY_ENGINES"] = {"default": settings | {"url": url}}
    db.init_app(app)
    # There are no asynchronous sessions; closing none of them would cost each request an event loop.
    app.teardown_appcontext_funcs[:] = [close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)]


def as_json(value) -> str:
    """What a JSON column holds."""
    return (not value and _EMPTY.get(type(value))) or orjson.dumps(value).decode()


_EMPTY = {list: "[]", tuple: "[]", dict: "{}"}
"""What most of an entry's JSON columns hold."""


PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "cache_size=-65536",
    "wal_autocheckpoint=20000",  # pages, 80 MB: the same page is moved into the file once for more transactions, and fewer of them wait for it
)


@event.listens_for(Engine, "connect")
def _open(connection, record) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # SQLAlchemy's own BEGIN below, not the driver's deferred one
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        _driver(connection).execute("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def migrated() -> bool:
    """Has a town's schema ever been made here?"""
    return inspect(db.engine).has_table("person")


def forget() -> None:
    """Nothing that this request has read before may be taken for what is there now."""
    if g.get("_sqlalchemy_sessions"):  # to make a session only to end it would cost as much as the reading
        db.session.rollback()


@contextmanager
def writing():
    """A connection in a write transaction, committed at the end. Writers of all threads and processes queue on one lock.

    SQLite's own waiting polls, which ruins the slowest answers; and its versions before 3.51.3 may corrupt the file when two
    connections checkpoint at the same instant. One writer at a time avoids both.
    """
    forget()
    engine = db.engine
    with engine.connect().execution_options(writes=True) as connection, _turn, _gate(engine), connection.begin():
        yield connection


@contextmanager
def _gate(engine: Engine):
    """The lock file beside a SQLite database: held by the one process that writes."""
    if engine.dialect.name != "sqlite":
        yield
        return
    with open(f"{engine.url.database}.lock", "a") as gate:
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
    names = tuple(rows[0])
    put(connection, saving(connection.dialect.name, table, names), names, [tuple(row[name] for name in names) for row in rows])


def put(connection: Connection, statement, names: tuple[str, ...], rows: list[tuple], ready: Iterable[list] = ()) -> None:
    """Execute an INSERT for many rows, whose values stand in the order of `names`, and for those that were made `ready` by `bound` before."""
    fresh = bound(connection, statement, names, rows)
    if fresh is None:
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])
    else:
        _driver(connection).executemany(_putting(connection.dialect, statement, names)[0], [*ready, *fresh])


def bound(connection: Connection, statement, names: tuple[str, ...], rows: list[tuple]) -> list[list] | None:
    """The rows as SQLite's driver takes them, each in the order of the statement's marks (`place`); None where SQLAlchemy has to put them."""
    prepared = _putting(connection.dialect, statement, names) if connection.dialect.name == "sqlite" else None
    if prepared is None or not rows:
        return prepared and []
    _, order, binders = prepared
    columns = list(zip(*rows, strict=True))
    for name, bind in binders:
        columns[name] = map(bind, columns[name])
    return list(map(list, zip(*(columns[name] for name in order), strict=True)))


@cache
def place(dialect, statement, names: tuple[str, ...], name: str) -> int:
    """Where the value of column `name` stands in a row that `bound` made."""
    return _putting(dialect, statement, names)[1].index(names.index(name))


def fetch(connection: Connection, statement, these) -> list:
    """The rows of a SELECT whose only parameter is `THESE`, a list; none of an empty one."""
    if not these:
        return []
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, {"these": list(these)}).all()
    sql, times, row, columns = _asking(connection.dialect, statement, len(these))
    found = _driver(connection).execute(sql, [*these] * times)
    return [row._make([read(value) if read else value for read, value in zip(columns, values, strict=True)]) for values in found]


def _driver(connection: Connection) -> sqlite3.Connection:
    """SQLite itself, within the same transaction.

    What SQLAlchemy does around one statement costs several times SQLite's answer, and hearing one action takes a dozen. So on
    that road it is asked once for a statement's text and for what turns values into the driver's and back; transactions stay its own.
    """
    return connection.connection.driver_connection


THESE = bindparam("these", expanding=True)


@lru_cache(1000)
def _asking(dialect, statement, count: int) -> tuple[str, int, type, list]:
    """(SQL text for `count` values, how often they stand in it, what a row becomes, what reads each of its columns or None)."""
    sql, mark = str(statement.compile(dialect=dialect)), "__[POSTCOMPILE_these]"
    columns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in statement.selected_columns]
    row = namedtuple("Row", [column.name for column in statement.selected_columns])
    return sql.replace(mark, ", ".join("?" * count)), sql.count(mark), row, columns


@cache
def _putting(dialect, statement, names: tuple[str, ...]) -> tuple[str, list[int], list] | None:
    """(SQL text, which of `names` its marks stand for, [(which of them, what turns its values into the driver's)]).

    None where columns that are not given have defaults, which are SQLAlchemy's to fill in.
    """
    compiled = statement.compile(dialect=dialect, column_keys=names)
    if set(compiled.positiontup) - set(names):
        return None
    types = [statement.table.c[name].type.dialect_impl(dialect) for name in names]
    binders = [(number, _binder(kind, dialect)) for number, kind in enumerate(types) if kind.bind_processor(dialect)]
    return str(compiled), [names.index(name) for name in compiled.positiontup], binders


def _binder(kind, dialect) -> Callable:
    """What turns a value into the driver's. Of the days and instants of a batch many are the same: they are turned once."""
    return as_json if isinstance(kind, JSON) else lru_cache(1000)(kind.bind_processor(dialect))


def keep_first(connection: Connection, table, rows: list[dict]) -> int:
    """Insert rows of which some may be there already: those stay as they are. Gives the number of new ones."""
    return connection.execute(_keeping(connection.dialect.name, table), rows).rowcount


@cache
def saving(dialect: str, table, columns: tuple[str, ...]):
    table = table.__table__
    statement = INSERT[dialect](table)
    others = {name: statement.excluded[name] for name in columns if not table.c[name].primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=others)


@cache
def _keeping(dialect: str, table):
    return INSERT[dialect](table.__table__).on_conflict_do_nothing()
