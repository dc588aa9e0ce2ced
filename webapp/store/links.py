"""Links that work without an account, and what residents leave to be rung back: rows beside the log that can be revoked and erased."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Connection

from .database import keep_first
from .rows import code_of
from .tables import ContactRow, LinkRow

_table = LinkRow.__table__


def hashed(token: str) -> str:
    """What is stored of a link's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def add(connection: Connection, entry: str, now: datetime) -> str:
    """A resident's new link to an entry. Gives its token (144 bits), which is nowhere kept."""
    token = secrets.token_urlsafe(18)
    row = {"hash": hashed(token), "entry": entry, "code": code_of(hashed(token)), "at": now, "revoked": False}
    connection.execute(_table.insert(), row)
    return token


def revoke(connection: Connection, entry: str) -> None:
    """No resident's link to this entry is good any more."""
    connection.execute(_table.update().where(_table.c.entry == entry, _table.c.task.is_(None)).values(revoked=True))


def hand_out(connection: Connection, token: str, entry: str, task: int, unit: str, now: datetime, until: datetime) -> None:
    """A unit's link to one task; those that it had for the same task are not good any more. Nobody finds it by a code."""
    call_in(connection, entry, task)
    row = {"hash": hashed(token), "entry": entry, "code": "", "at": now, "revoked": False, "task": task, "holder": unit, "until": until}
    connection.execute(_table.insert(), row)


def call_in(connection: Connection, entry: str, task: int) -> None:
    """No link to this task is good any more."""
    connection.execute(_table.update().where(_table.c.entry == entry, _table.c.task == task).values(revoked=True))


def leave_contact(connection: Connection, entry: str, name: str, telephone: str) -> None:
    """Keep whom to ring about an entry; the same form sent again changes nothing."""
    keep_first(connection, ContactRow, [{"entry": entry, "name": name, "telephone": telephone}])
