"""说事议事, as rows: the series of the town, the sessions that were held, what was said at them, and the cases on an agenda."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, case, func, select

from ..core.road import IN_HAND
from ..core.sessions import OUTCOMES, Rhythm
from .database import db, save
from .disputes import not_kept_from
from .duties import not_over
from .lists import under_any
from .tables import ActionRow, AgendaRow, Area, EntryRow, LinkRow, Person, Post, SeriesRow, TaskRow

entry, area, series, agenda = (table.__table__.c for table in (EntryRow, Area, SeriesRow, AgendaRow))

SERIES = entry.details["series"].as_string()
HELD = (entry.kind == "session", entry.stage.not_in(["withdrawn", "declined"]))


# --- series


def in_areas(paths: list[str], first: date) -> list:
    """(SeriesRow, Area) of the series in these subtrees that are not over before a day, by place and name."""
    query = select(SeriesRow, Area).join(Area, series.area_code == area.code).where(under_any(area.path, paths), not_over(series, first))
    return db.session.execute(query.order_by(area.path, series.weekday, series.opens, series.name)).all()


def by_id(id: str):
    """(SeriesRow, Area), or None."""
    return db.session.execute(select(SeriesRow, Area).join(Area, series.area_code == area.code).where(series.id == id)).one_or_none()


def names(ids: set[str]) -> dict[str, str]:
    return dict(db.session.execute(select(series.id, series.name).where(series.id.in_(ids))).all()) if ids else {}


def rhythm(row: SeriesRow) -> Rhythm:
    return Rhythm(row.weekday, row.nth, row.starts, row.ends)


def keep(connection: Connection, row: dict) -> None:
    """A new series: the columns of SeriesRow."""
    save(connection, SeriesRow, [row])


def end(connection: Connection, id: str, last: date) -> None:
    connection.execute(SeriesRow.__table__.update().where(series.id == id).values(ends=last))


def presiding(areas: list[str], roles: set[str], day: date) -> dict[tuple[str, str], tuple[str, str]]:
    """(role, area code) -> (username, name) of one who holds that post there on a day, the longest in office."""
    query = select(Post.role, Post.area_code, Person.username, Person.name).join(Person, Person.username == Post.username)
    query = query.where(Post.area_code.in_(areas), Post.role.in_(roles), Post.starts <= day, not_over(Post, day), Person.active)
    return {(role, code): (username, name) for role, code, username, name in db.session.execute(query.order_by(Post.starts.desc(), Post.id.desc()))}


# --- agendas drawn up ahead


def planned(ids: list[str], first: date) -> dict[tuple[str, date], list[str]]:
    """(series, day) -> the cases on the agenda that was drawn up for it, of these series from a day on."""
    query = select(agenda.series, agenda.day, agenda.cases).where(agenda.series.in_(ids), agenda.day >= first)
    return {(id, day): cases for id, day, cases in db.session.execute(query)}


def plan(connection: Connection, id: str, day: date, add: Iterable[str], drop: str | None) -> None:
    """Put these cases on the agenda of a day, after those that are there, and take one off."""
    had = connection.scalar(select(agenda.cases).where(agenda.series == id, agenda.day == day)) or []
    save(connection, AgendaRow, [{"series": id, "day": day, "cases": [case for case in dict.fromkeys([*had, *add]) if case != drop]}])


# --- what was held, and said


def held(ids: list[str], first: date, last: date) -> list[EntryRow]:
    """The sessions of these series that were held in these days, both included, the newest first."""
    here = select(series.id).where(series.id.in_(ids), series.id == SERIES, series.area_code == entry.area).exists()
    query = select(EntryRow).where(*HELD, here, entry.day.between(first, last))
    return list(db.session.scalars(query.order_by(entry.day.desc(), entry.received_at.desc())))


def said(ids: list[str], username: str) -> list[EntryRow]:
    """What was said at these sessions and opened as an entry, in the order it was written down; nothing in which this person is a party."""
    where = (entry.parent.in_(ids), entry.case.is_(True), entry.stage != "withdrawn", not_kept_from(username))
    return list(db.session.scalars(select(EntryRow).where(*where).order_by(entry.day, entry.heard_at, entry.id)))


def cases(ids: set[str], username: str) -> dict[str, EntryRow]:
    """id -> the case of an agenda, but for disputes in which this person is a party."""
    return {row.id: row for row in db.session.scalars(select(EntryRow).where(entry.id.in_(ids), not_kept_from(username)))}


def decided(ids: set[str]) -> dict[str, datetime]:
    """entry -> when the last of core.sessions.OUTCOMES was heard of it."""
    log = ActionRow.__table__.c
    query = select(log.entry, func.max(log.heard)).where(log.entry.in_(ids), log.verb.in_(OUTCOMES)).group_by(log.entry)
    return dict(db.session.execute(query).all()) if ids else {}


def for_agenda(path: str, username: str, number: str = "", most: int = 30) -> list:
    """(EntryRow, whistled) of the open cases of a subtree that a meeting may be about: whistles first, then the board, then by deadline.

    With a number that one, whatever its stage between approval and closing.
    """
    task = TaskRow.__table__.c
    whistled = select(task.entry).where(task.entry == entry.id, task.whistle != "", task.end == "").exists()
    board = entry.road[("stubborn", "until")].as_string() == ""
    query = select(EntryRow, whistled).where(entry.case.is_(True), entry.stage.in_(IN_HAND), under_any(entry.path, [path]), not_kept_from(username))
    query = query.where(entry.number == number) if number else query
    order = case((whistled, 0), (board, 1), else_=2)
    return db.session.execute(query.order_by(order, entry.due_at.is_(None), entry.due_at, entry.id).limit(most)).all()


def codes(ids: set[str]) -> dict[str, str]:
    """entry -> the six characters of its resident's newest link that is good."""
    link = LinkRow.__table__.c
    query = select(link.entry, link.code).where(link.entry.in_(ids), link.task.is_(None), link.revoked.is_(False)).order_by(link.at)
    return dict(db.session.execute(query).all())

