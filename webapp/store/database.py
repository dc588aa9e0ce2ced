"""The database: how it is opened, and the one way to write to it."""

import fcntl
import json
import sqlite3
import threading
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine, event

db = SQLAlchemy()

_turn = threading.Lock()


def init(app: Flask, url: str) -> None:
    """Bind the database to the application; opens no connection."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": {"url": url, "json_serializer": _json, "pool_size": 8}}
    db.init_app(app)


def _json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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
