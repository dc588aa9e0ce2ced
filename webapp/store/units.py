"""Units, what they still have to do, and who works for them."""

import secrets
from datetime import date

from sqlalchemy import Connection, func, or_, select

from ..core.units import LEVELS
from . import workdays
from .database import db, save
from .lists import under_any
from .tables import Area, Category, Person, Post, TaskRow, Unit

_unit, _area, _task, _post, _category = (table.__table__.c for table in (Unit, Area, TaskRow, Post, Category))


def within(paths: list[str]) -> list[Unit]:
    """Every unit that works for an area of these subtrees, those that are closed too."""
    query = select(Unit).join(Area, _unit.area_code == _area.code).where(under_any(_area.path, paths))
    return list(db.session.scalars(query.order_by(_unit.active.desc(), _unit.kind, _unit.name, _unit.code)))


def by_code(code: str) -> Unit | None:
    return db.session.get(Unit, code)


def areas_in(paths: list[str]) -> list[Area]:
    """The areas of these subtrees that a unit can work for, by path."""
    query = select(Area).where(under_any(_area.path, paths), _area.level.in_(LEVELS), _area.ends.is_(None))
    return list(db.session.scalars(query.order_by(_area.path)))


def open_tasks(codes: list[str], connection: Connection | None = None) -> dict[str, int]:
    """code -> how many tasks of the unit nobody has ended yet; without those that have none."""
    query = select(_task.unit, func.count()).where(_task.unit.in_(codes), _task.end == "").group_by(_task.unit)
    return dict((connection or db.session.connection()).execute(query).all())


def handlers(codes: list[str], day: date) -> dict[str, list[str]]:
    """code -> the names of those who hold a post of the unit on a day."""
    query = select(_post.unit, Person.name).join(Person, _post.username == Person.username)
    query = query.where(_post.unit.in_(codes), _post.role == "handler", Person.active, _post.starts <= day)
    found: dict[str, list[str]] = {}
    for code, name in db.session.execute(query.where(or_(_post.ends.is_(None), _post.ends >= day)).order_by(_post.id)):
        found.setdefault(code, []).append(name)
    return found


def put(connection: Connection, code: str | None, **columns) -> str:
    """A new unit, or other columns of one that is there; gives its code."""
    code = code or f"u{secrets.token_hex(4)}"
    save(connection, Unit, [{"code": code} | columns])
    return code


def set_active(connection: Connection, code: str, active: bool) -> bool:
    """Close a unit, which then is no category's usual one any more, or open it again. False where it still has open tasks."""
    if not active and open_tasks([code], connection):
        return False
    connection.execute(Unit.__table__.update().where(_unit.code == code).values(active=active))
    if not active and connection.execute(Category.__table__.update().where(_category.unit == code).values(unit=None)).rowcount:
        workdays.touch(connection)
    return True
