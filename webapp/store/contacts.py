"""联系, as rows: who has to keep in touch with which place, and the visits of it in the log."""

from datetime import date

from sqlalchemy import Connection, Select, func, select, true

from ..core.contacts import EVERY, Pair, Visits, kept
from ..core.rules import CONTACTS
from .database import db, save
from .duties import lasting
from .lists import entries, newest_first, under, under_any
from .tables import Area, EntryRow, FactRow, Person, Post

area, post, person, entry, fact = (table.__table__.c for table in (Area, Post, Person, EntryRow, FactRow))

EVERY_DAYS = "contact.every:"
WHO = entry.details["who"].as_string()
COUNTED = (entry.kind == "contact", entry.stage.not_in(["withdrawn", "declined"]))


def pairs(paths: list[str], day: date) -> list[Pair]:
    """The posts with a duty to keep in touch that hold on a day in these subtrees, by place."""
    return _pairs(under_any(area.path, paths), day)


def of_person(username: str, day: date) -> list[Pair]:
    return _pairs(post.username == username, day)


def _pairs(condition, day: date) -> list[Pair]:
    query = select(post.id, post.username, person.name, post.role, area.code, area.name, area.path)
    query = query.join(Person, post.username == person.username).join(Area, post.area_code == area.code)
    query = query.where(condition, post.role.in_(CONTACTS), lasting(post, day), person.active)
    return [Pair(*row) for row in db.session.execute(query.order_by(area.path, post.role, person.name))]


def visits(paths: list[str], first: date, last: date) -> Visits:
    """What was gone to in these subtrees; counted in the days `first` to `last`, both included."""
    times = func.count().filter(entry.day.between(first, last))
    query = select(WHO, entry.path, times, func.max(entry.day)).where(*COUNTED, under_any(entry.path, paths), WHO.is_not(None))
    return [tuple(row) for row in db.session.execute(query.group_by(WHO, entry.path))]


def late(day: date) -> list[tuple[Pair, int]]:
    """(pair, within how many days) of everybody, anywhere, whose next visit has been due."""
    found, terms = _pairs(true(), day), every()
    tops = sorted({pair.path.partition("/")[0] + "/" for pair in found})
    gone = kept(found, visits(tops, day, day)) if found else []
    return [(pair, terms[pair.role]) for pair in gone if pair.late(terms[pair.role], day)]


def logged(paths: list[str], first: date, last: date, username: str | None = None) -> Select:
    """The SELECT of the visits of contacts in these subtrees and days, of one person or of all, the newest first."""
    query = entries(paths).where(*COUNTED, entry.day.between(first, last))
    return newest_first(query.where(username == WHO) if username else query)


def told(path: str, first: date, last: date) -> dict[str, int]:
    """source -> how many cases came from the word of those who keep in touch."""
    query = select(entry.source, func.count()).where(under(entry.path, path), entry.day.between(first, last), entry.source.in_(CONTACTS))
    query = query.where(entry.case.is_(True), entry.stage.not_in(["withdrawn", "declined"]))
    return dict(db.session.execute(query.group_by(entry.source)).all())


def every() -> dict[str, int]:
    """role -> within how many days the next visit is due."""
    rows = db.session.execute(select(fact.name, fact.value).where(fact.name.startswith(EVERY_DAYS)))
    return EVERY | {name.removeprefix(EVERY_DAYS): int(value) for name, value in rows}


def set_every(connection: Connection, role: str, days: int) -> None:
    save(connection, FactRow, [{"name": EVERY_DAYS + role, "value": str(days)}])
