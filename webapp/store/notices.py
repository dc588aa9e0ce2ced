"""The notices of one person: what there is, what was not seen yet, and that it was seen."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from .database import db
from .disputes import not_kept_from
from .tables import EntryRow, NoticeRow

note, entry = NoticeRow.__table__.c, EntryRow.__table__.c
PAGE = 50


def _own(username: str) -> tuple:
    """A person's notices, but for those about a dispute in which he was named as a party since."""
    party = select(entry.id).where(entry.id == note.entry, entry.kind == "dispute", ~not_kept_from(username)).correlate(NoticeRow)
    return note.username == username, ~party.exists()


def mine(username: str, page: int) -> list[NoticeRow]:
    """One page of a person's notices, the newest first."""
    query = select(NoticeRow).where(*_own(username)).order_by(note.at.desc(), note.key)
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def how_many(username: str) -> int:
    return db.session.scalar(select(func.count(note.key)).where(*_own(username)))


def unseen(username: str) -> int:
    """How many the person has not seen yet."""
    return db.session.scalar(select(func.count(note.key)).where(*_own(username), note.seen.is_(None)))


def see(connection: Connection, username: str, until: datetime, now: datetime, key: str | None = None) -> int:
    """The person has seen one of his notices, or all that came until a moment. Gives how many of them were new to him."""
    table = NoticeRow.__table__
    which = note.key == key if key else note.at <= until
    return connection.execute(table.update().where(note.username == username, note.seen.is_(None), which).values(seen=now)).rowcount


def one(username: str, key: str) -> NoticeRow | None:
    """A notice, if it is this person's."""
    return db.session.scalar(select(NoticeRow).where(note.key == key, *_own(username)))
