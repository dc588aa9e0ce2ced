"""One grid on one page: its timeline, what is open in it, and what was done there since somebody last looked."""

from datetime import date, datetime

from sqlalchemy import Select, func, select

from ..core.road import OPEN
from .database import db
from .lists import entries, under
from .tables import AccessRow, ActionRow, Area, ChangeRow, EntryRow

entry, action, access, change = (row.__table__.c for row in (EntryRow, ActionRow, AccessRow, ChangeRow))

LATEST = 500
"""News are looked for among so many of the newest lines of a grid's feed."""


def timeline(path: str, kind: str | None = None) -> Select:
    """The SELECT of everything that happened in a grid, the newest first."""
    query = entries([path]).where(entry.kind == kind) if kind else entries([path])
    return query.order_by(entry.received_at.desc(), entry.id)


def open_cases(path: str) -> Select:
    """The SELECT of the cases that are not finished, by deadline."""
    return entries([path]).where(entry.case.is_(True), entry.stage.in_(OPEN)).order_by(entry.due_at.is_(None), entry.due_at, entry.id)


def received(path: str, first: date, last: date) -> Select:
    """The SELECT of what was received in these days, both included, without what was withdrawn or declined."""
    return entries([path]).where(entry.day.between(first, last), entry.stage.not_in(["withdrawn", "declined"]))


def patrols(path: str, day: date) -> list[EntryRow]:
    """The patrols of a day in a grid, in their order."""
    query = received(path, day, day).where(entry.kind == "patrol").order_by(entry.happened_at, entry.id)
    return list(db.session.scalars(query))


def last_patrol(path: str) -> date | None:
    """The last day on which anybody went."""
    return db.session.scalar(received(path, date.min, date.max).where(entry.kind == "patrol").with_only_columns(func.max(entry.day)))


def found_on(ids: list[str], path: str) -> Select:
    """The SELECT of what was found on these patrols."""
    counted = (entry.parent.in_(ids), entry.stage.not_in(["withdrawn", "declined"]))
    return entries([path]).where(*counted).order_by(entry.happened_at, entry.id)


def by_kind(query: Select) -> dict[str, int]:
    """kind -> how many of these entries."""
    counts = query.with_only_columns(entry.kind, func.count(), maintain_column_froms=True).group_by(entry.kind)
    return dict(db.session.execute(counts).all())


def last_look(username: str, code: str, before: datetime) -> datetime | None:
    """When this person last looked at the page of a grid, up to a moment."""
    looks = (access.username == username, access.what == "grid", access.detail == code, access.at <= before)
    return db.session.scalar(select(func.max(access.at)).where(*looks))


def done_since(area: Area, moment: datetime, by_others_than: str, most: int) -> list:
    """(EntryRow, verb, by, heard) of what others did in a grid since then, the newest first."""
    newest = select(action.entry, action.verb, action.by, action.heard, change.seq).join(ChangeRow, change.action == action.id)
    newest = newest.where(change.scope == area.scope).order_by(change.seq.desc()).limit(LATEST).subquery()
    query = select(EntryRow, newest.c.verb, newest.c.by, newest.c.heard).join(newest, newest.c.entry == entry.id)
    query = query.where(under(entry.path, area.path), newest.c.heard > moment, newest.c.by != by_others_than)
    return db.session.execute(query.order_by(newest.c.seq.desc()).limit(most)).all()
