"""Residents' links, and what residents leave to be rung back: rows beside the log that can be revoked and erased."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import Connection

from .database import keep_first
from .log import code_of
from .tables import ContactRow, LinkRow


def hashed(token: str) -> str:
    """What is stored of a link's token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def add(connection: Connection, entry: str, now: datetime) -> str:
    """A new link to an entry. Gives its token (144 bits), which is nowhere kept."""
    token = secrets.token_urlsafe(18)
    row = {"hash": hashed(token), "entry": entry, "code": code_of(hashed(token)), "at": now, "revoked": False}
    connection.execute(LinkRow.__table__.insert(), row)
    return token


def revoke(connection: Connection, entry: str) -> None:
    """No link to this entry is good any more."""
    connection.execute(LinkRow.__table__.update().where(LinkRow.entry == entry).values(revoked=True))


def leave_contact(connection: Connection, entry: str, name: str, telephone: str) -> None:
    """Keep whom to ring about an entry; the same form sent again changes nothing."""
    keep_first(connection, ContactRow, [{"entry": entry, "name": name, "telephone": telephone}])
