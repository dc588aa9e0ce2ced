"""The change feed: what a phone pulls. Contiguous per scope, chained by hash, so that a hole or a restored server shows."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import select

from .database import db
from .tables import ChangeRow, EntryRow, FactRow

PAGE = 500


@dataclass(frozen=True)
class Page:
    """One page of a feed: (change, entry or None where it left the scope), and where to go on."""

    changes: list
    seq: int
    hash: str
    more: bool


def knows(scope: str, seq: int, hash: str) -> bool:
    """Is this cursor one that this server gave out?"""
    if seq == 0:
        return True
    table = ChangeRow.__table__.c
    return db.session.scalar(select(table.hash).where(table.scope == scope, table.seq == seq)) == hash


def changes(scope: str, after: int) -> Page:
    """The changes of a scope after number `after`, oldest first, with the entry as it is now."""
    table, entry = ChangeRow.__table__, EntryRow.__table__
    query = (
        select(table.c.seq, table.c.entry.label("entry_id"), table.c.hash.label("change_hash"), entry)
        .outerjoin(entry, (entry.c.id == table.c.entry) & (entry.c.scope == table.c.scope))
        .where(table.c.scope == scope, table.c.seq > after)
        .order_by(table.c.seq)
        .limit(PAGE + 1)
    )
    rows = db.session.execute(query).all()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    seq, hash = (rows[-1].seq, rows[-1].change_hash) if rows else (after, "")
    return Page(rows, seq, hash, more)


def epoch() -> str:
    """The incarnation of this server's data, made with the database. A restored backup has the same: it is told by the cursors' hashes."""
    return _epoch(str(db.engine.url))


@cache
def _epoch(url: str) -> str:
    return db.session.scalar(select(FactRow.value).where(FactRow.name == "epoch"))
