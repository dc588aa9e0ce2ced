"""Units, tasks and the links of those who have no account: what the dispatch desk and the handlers' pages ask for."""

from datetime import date, datetime

from sqlalchemy import and_, case, func, or_, select

from ..core.tasks import ENDS
from .database import db
from .disputes import not_kept_from
from .lists import under_any
from .tables import Area, Category, EntryRow, LinkRow, Person, Post, TaskRow, Unit

unit, area, task, entry, post, link = (table.__table__.c for table in (Unit, Area, TaskRow, EntryRow, Post, LinkRow))

GIVEN = ("mediator", "volunteer", "worker", "secretary")
"""Roles whose holders a task may be given to by name."""


# --- who can be given something


def units() -> list:
    """(Unit, path of its area) of every active unit, the widest areas last."""
    query = select(Unit, area.path).join(Area, area.code == unit.area_code).where(unit.active)
    return sorted(db.session.execute(query).all(), key=lambda row: (-len(row.path), row.Unit.name))


def units_near(paths: list[str]) -> list[Unit]:
    """The units, past ones too, that work in these subtrees or for what lies above them."""
    above = [code for path in paths for code in path.rstrip("/").split("/")]
    query = select(Unit).join(Area, area.code == unit.area_code).where(or_(under_any(area.path, paths), area.code.in_(above)))
    return list(db.session.scalars(query.order_by(unit.name)))


def unit_names(codes: set[str]) -> dict[str, str]:
    return dict(db.session.execute(select(unit.code, unit.name).where(unit.code.in_(codes))).all()) if codes else {}


def people_over(path: str, day: date) -> list:
    """(Person, Post) of everybody who holds one of GIVEN at this place or above it."""
    codes = path.rstrip("/").split("/")
    query = (
        select(Person, Post)
        .join(Post, post.username == Person.username)
        .where(post.area_code.in_(codes), post.role.in_(GIVEN), Person.active)
        .where(post.starts <= day, or_(post.ends.is_(None), post.ends >= day))
    )
    order = case({role: place for place, role in enumerate(GIVEN)}, value=post.role)
    return db.session.execute(query.order_by(order, Person.name)).all()


def usual() -> dict[str, tuple[str | None, str]]:
    """category -> (its usual unit, its usual way)."""
    category = Category.__table__.c
    return {code: (unit, way) for code, unit, way in db.session.execute(select(category.code, category.unit, category.way))}


# --- what somebody has to do


def _own(username: str, units: set[str], grids: list[str], *ends: str):
    """The tasks of this person, of these units, and of the grids in these subtrees, that ended so; of no dispute in which he is a party.

    Each of the three says how it ended, as their indexes do; one that is never true would let the whole table be read.
    """
    holds = [task.person == username]
    holds += [task.unit.in_(units)] if units else []
    holds += [and_(task.grid != "", under_any(task.path, grids))] if grids else []
    return and_(or_(*(and_(one, task.end.in_(ends)) for one in holds)), task.what.in_(["handle", "assist"]), not_kept_from(username))


def mine(username: str, units: set[str], grids: list[str], since: datetime) -> list:
    """(TaskRow, EntryRow) of what somebody has to do himself, by his units or as the worker of `grids` (paths): open, or ended since."""
    query = select(TaskRow, EntryRow).join(EntryRow, entry.id == task.entry).where(_own(username, units, grids, "", *ENDS))
    query = query.where(or_(task.end == "", task.ended_at >= since))
    return db.session.execute(query.order_by(task.due.is_(None), task.due, task.at, task.entry, task.n)).all()


def open_count(username: str, units: set[str], grids: list[str]) -> int:
    """How many of them are open."""
    query = select(func.count()).select_from(TaskRow).join(EntryRow, entry.id == task.entry)
    return db.session.scalar(query.where(_own(username, units, grids, "")))


# --- links


def handler_link(hash: str) -> LinkRow | None:
    """The link to a task; a resident's link is none."""
    return db.session.scalar(select(LinkRow).where(link.hash == hash, link.task.is_not(None)))


def links_of(id: str) -> dict[int, LinkRow]:
    """task -> its newest link that is not revoked."""
    query = select(LinkRow).where(link.entry == id, link.task.is_not(None), link.revoked.is_(False))
    return {row.task: row for row in db.session.scalars(query.order_by(link.at))}
