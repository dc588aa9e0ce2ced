"""Disputes: the lists of those who mediate them, who may be asked to, and the receptions that stand beside them."""

import json
from datetime import date, datetime

from sqlalchemy import Connection, Select, and_, case, delete, func, or_, select
from sqlalchemy.orm import aliased

from ..core.road import DISPUTE
from . import parties
from .database import db
from .lists import people_names, under_any, without
from .tables import Area, Category, EntryRow, Person, Post, SittingRow, Specialty, TaskRow

entry, task, post, sitting = (table.__table__.c for table in (EntryRow, TaskRow, Post, SittingRow))

LISTS = {
    "taken": ("taken", "classified", "planned", "suspended"),
    "waiting": ("in_hand", "assigned"),
    "agreed": ("agreed", "failed", "fed_back", "handled"),
    "closed": ("closed",),
    "all": (),
}
"""list -> its stages; no stages: all that were accepted."""

LEVEL = func.coalesce(entry.road[("mediation", "class", "level")].as_string(), entry.details["level"].as_string())
PERFORMED = [stage for stage, verbs in DISPUTE.items() if "performed" in verbs]
ACCEPTED = (entry.kind == "dispute", entry.approved_at.is_not(None), entry.stage.not_in(["withdrawn", "declined"]))
_HANDED_ON = ("handed_back", "moved")
_DUTIES = entry.road[("mediation", "agreement", "duties")].as_string()
OWING = (entry.kind == "dispute", entry.stage.in_(PERFORMED), or_(*(_DUTIES.contains(f'"fulfilled":{said}') for said in ("null", "false"))))
"""The conditions of a dispute whose agreement has something that is not fulfilled; which, and until when, core.mediation.owed says."""


def listed(name: str, paths: list[str], now: datetime, username: str, units: set[str], *, own: bool) -> Select:
    """One list of disputes, red ones first, then by deadline: of these subtrees, and those that were given to this person or his units.

    With `own` only the latter. Those that are kept from him are never among them.
    """
    query = select(EntryRow).where(*ACCEPTED, *_open_to(paths, username, units, own=own))
    if LISTS[name]:
        query = query.where(entry.stage.in_(LISTS[name]))
    red_first = case((LEVEL == "red", 0), else_=1)
    newest = [entry.received_at.desc()] if name in {"closed", "all"} else []
    return query.order_by(*newest, red_first, entry.due_at.is_(None), entry.due_at, entry.received_at, entry.id)


def _open_to(paths: list[str], username: str, units: set[str], *, own: bool) -> tuple:
    """The conditions of what was given to this person or his units, else also of what lies in these subtrees."""
    given = select(task.entry).where(or_(task.person == username, task.unit.in_(units)), task.end.not_in(_HANDED_ON))
    return entry.id.in_(given) if own else or_(under_any(entry.path, paths), entry.id.in_(given)), not_kept_from(username)


def ahead(paths: list[str], username: str, units: set[str], *, own: bool) -> list[EntryRow]:
    """Those of the same that have a sitting without a result, or something in the agreement that is not fulfilled."""
    booked = select(sitting.entry).where(sitting.state == "")
    query = select(EntryRow).where(*ACCEPTED, *_open_to(paths, username, units, own=own), or_(entry.id.in_(booked), and_(*OWING)))
    return list(db.session.scalars(query))


def narrowed(query: Select, first: date | None, last: date | None, category: str | None, level: str | None) -> Select:
    """Only those received in these days (both included), of a category, of a level ("none" for those without)."""
    where = [entry.day.between(first, last)] if first and last else []
    where += [entry.category == category] if category is not None else []
    where += [func.coalesce(LEVEL, "") == ("" if level == "none" else level)] if level else []
    return query.where(*where)


def has_task(username: str, units: set[str]) -> bool:
    """Was any dispute ever given to this person or his units, and not handed on?"""
    own = or_(task.person == username, task.unit.in_(units))
    return db.session.scalar(select(task.entry).where(own, task.what == "mediate", task.end.not_in(_HANDED_ON)).limit(1)) is not None


def of_days(paths: list[str], first: date, last: date) -> list[EntryRow]:
    """The accepted disputes received in these days, both included, for counting."""
    return list(db.session.scalars(select(EntryRow).where(*ACCEPTED, under_any(entry.path, paths), entry.day.between(first, last))))


# --- parties never see the file


PARTIES = func.coalesce(entry.road[("mediation", "class", "kept_from")].as_string(), entry.road["kept_from"].as_string())
"""The accounts of a dispute's parties as JSON: as it was classified, before that as it was heard of."""


def not_kept_from(username: str):
    """The condition that an entry is not a dispute in which this person is a party."""
    names = {json.dumps(username), json.dumps(username, ensure_ascii=False)}  # as SQLite has it, and as PostgreSQL does
    return or_(PARTIES.is_(None), and_(*(~PARTIES.contains(name, autoescape=True) for name in names)))


def kept_from(username: str, paths: list[str]) -> list[str]:
    """The disputes in these subtrees in which this person is a party: what a desk must leave out of its lists. Mostly none."""
    query = select(entry.id).where(entry.kind == "dispute", under_any(entry.path, paths), ~not_kept_from(username))
    return list(db.session.scalars(query))


def open_to(query: Select, username: str, paths: list[str]) -> Select:
    """The same entries without the disputes in which this person is a party. As he mostly is in none, no list becomes slower."""
    return without(query, kept_from(username, paths))


def accounts(words: str, most: int = 12) -> list[Person]:
    """The active people whose name or username has these letters: to say that one of them is a party."""
    person = Person.__table__.c
    where = or_(person.name.contains(words, autoescape=True), person.username.contains(words, autoescape=True))
    return list(db.session.scalars(select(Person).where(person.active, where).order_by(person.name, person.username).limit(most)))


def named(words: str) -> dict[str, str]:
    """username -> name of the accounts that bear a name which stands in these words."""
    return people_names(set(parties.accounts(db.session.connection(), words)))


# --- who mediates


def mediators(path: str, day: date, category: str = "") -> list:
    """(username, name, disputes in hand, whether good at `category`) of the mediators whose area holds `path`.

    Those who are good at it come first, then the least busy.
    """
    busy = select(task.person, func.count().label("count")).where(task.what == "mediate", task.end == "").group_by(task.person).subquery()
    count = func.coalesce(busy.c.count, 0).label("count")
    good = select(Specialty).where(Specialty.username == Person.username, Specialty.category == category).correlate(Person).exists().label("good")
    query = (
        select(Person.username, Person.name, count, good)
        .join(Post, post.username == Person.username)
        .outerjoin(busy, busy.c.person == Person.username)
        .where(_mediates(day), post.area_code.in_(path.rstrip("/").split("/")))
        .distinct()
        .order_by(good.desc(), count, Person.name)
    )
    return db.session.execute(query).all()


def _mediates(day: date):
    return and_(post.role == "mediator", Person.active, post.starts <= day, or_(post.ends.is_(None), post.ends >= day))


def pool(paths: list[str], day: date) -> list:
    """(Person, Area) of each mediator's post in these subtrees or above them, by place."""
    above = {code for path in paths for code in path.rstrip("/").split("/")}
    here = or_(under_any(Area.path, paths), Area.code.in_(above))
    query = select(Person, Area).join(Post, post.username == Person.username).join(Area, Area.code == post.area_code)
    return db.session.execute(query.where(_mediates(day), here).order_by(Area.path, Person.name)).all()


def reviewers(paths: list[str], day: date) -> list:
    """(Person, Area) of each 评理员 with a post in these subtrees or above them, by place: the pool that 近邻评理 draws from."""
    above = {code for path in paths for code in path.rstrip("/").split("/")}
    query = select(Person, Area).join(Post, post.username == Person.username).join(Area, Area.code == post.area_code)
    query = query.where(post.role == "reviewer", Person.active, post.starts <= day, or_(post.ends.is_(None), post.ends >= day))
    return db.session.execute(query.where(or_(under_any(Area.path, paths), Area.code.in_(above))).order_by(Area.path, Person.name)).all()


def specialties(usernames: set[str]) -> dict[str, list[str]]:
    """username -> codes of the categories that he is good at, in the order of the form."""
    query = select(Specialty.username, Specialty.category).join(Category, Category.code == Specialty.category)
    found: dict[str, list[str]] = {}
    for username, code in db.session.execute(query.where(Specialty.username.in_(usernames)).order_by(Category.rank, Category.code)):
        found.setdefault(username, []).append(code)
    return found


def set_specialties(connection: Connection, username: str, codes: list[str]) -> None:
    """These and no others."""
    connection.execute(delete(Specialty).where(Specialty.username == username))
    if codes:
        connection.execute(Specialty.__table__.insert(), [{"username": username, "category": code} for code in codes])


def mediated_by(usernames: set[str], first: date, last: date, paths: list[str], reader: str) -> dict[str, list[EntryRow]]:
    """username -> the accepted disputes received in these days and subtrees that he has or had, and did not hand on.

    Those that are kept from the reader are not among them.
    """
    query = select(task.person, EntryRow).join(EntryRow, task.entry == entry.id)
    where = (task.person.in_(usernames), task.what == "mediate", task.end.not_in(_HANDED_ON), *ACCEPTED, entry.day.between(first, last))
    where += (under_any(entry.path, paths), not_kept_from(reader))
    found: dict[str, dict] = {}
    for username, row in db.session.execute(query.where(*where)):
        found.setdefault(username, {})[row.id] = row
    return {username: list(rows.values()) for username, rows in found.items()}


def mediated_by_units(units: set[str], paths: list[str], first: date, last: date, username: str) -> dict[str, set[str]]:
    """unit -> the accepted disputes received in these days that it has or had as mediator, or that came of its receptions."""
    where = (*ACCEPTED, under_any(entry.path, paths), entry.day.between(first, last), not_kept_from(username))
    given = select(task.unit, entry.id).join(EntryRow, task.entry == entry.id)
    given = given.where(task.unit.in_(units), task.what == "mediate", task.end.not_in(_HANDED_ON), *where)
    reception = aliased(EntryRow)
    body = reception.details["body"].as_string()
    came = select(body, entry.id).join(reception, entry.parent == reception.id).where(reception.kind == "reception", body.in_(units), *where)
    found: dict[str, set[str]] = {}
    for code, id in [*db.session.execute(given), *db.session.execute(came)]:
        found.setdefault(code, set()).add(id)
    return found


def by_ids(ids: set[str]) -> list[EntryRow]:
    """These entries, the newest first."""
    return list(db.session.scalars(select(EntryRow).where(entry.id.in_(ids)).order_by(entry.received_at.desc(), entry.id)))


# --- receptions


def receptions(paths: list[str], first: date, last: date, most: int = 1000) -> list[EntryRow]:
    """The receptions of these days, both included, the newest first."""
    where = [entry.kind == "reception", under_any(entry.path, paths), entry.day.between(first, last), entry.stage.not_in(["withdrawn", "declined"])]
    return list(db.session.scalars(select(EntryRow).where(*where).order_by(entry.received_at.desc(), entry.id).limit(most)))


def led_to(ids: list[str]) -> dict[str, list[EntryRow]]:
    """entry -> what came of it: the entries that name it as their parent."""
    found: dict[str, list[EntryRow]] = {}
    for row in db.session.scalars(select(EntryRow).where(entry.parent.in_(ids)).order_by(entry.received_at)):
        found.setdefault(row.parent, []).append(row)
    return found
