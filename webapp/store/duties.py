"""Who is responsible, as rows: posts with names, the places they belong to, duty sheets; and the few writes of them."""

from datetime import date, timedelta

from sqlalchemy import Connection, delete, func, or_, select

from ..core.duties import Held, Place, Turn, minutes, places
from .database import db, save
from .lists import under, under_any
from .tables import Area, DutyRow, FactRow, Household, PairRow, Person, Post, Unit

area, post, person, home, duty, fact, pair = (table.__table__.c for table in (Area, Post, Person, Household, DutyRow, FactRow, PairRow))


def lasting(table, day: date):
    """The rows of posts or duties that hold on a day."""
    return (table.starts <= day) & or_(table.ends.is_(None), table.ends >= day)


def not_over(table, day: date):
    """The rows that hold on a day, or will."""
    return or_(table.ends.is_(None), table.ends >= day)


# --- the chain


def places_in(path: str, day: date) -> list[Place]:
    """Every place of a subtree that exists on a day, by path."""
    query = select(area.code, area.name, area.path, area.level, area.grid_type).where(
        under(area.path, path), or_(area.starts.is_(None), area.starts <= day), or_(area.ends.is_(None), area.ends >= day)
    )
    return places(tuple(row) for row in db.session.execute(query.order_by(area.path)))


def held_in(path: str, day: date) -> list[Held]:
    """The posts that hold on a day in a subtree, and at every place above it."""
    codes = path.rstrip("/").split("/")
    return _held(lasting(post, day) & or_(under(area.path, path), area.code.in_(codes)))


def held_by(username: str, day: date) -> list:
    """(Post, Area) of everything that somebody holds on a day or will hold, by place."""
    query = select(Post, Area).join(Area, post.area_code == area.code).where(post.username == username, not_over(post, day))
    return db.session.execute(query.order_by(area.path, post.role)).all()


def _held(condition) -> list[Held]:
    query = select(post.username, person.name, post.role, area.path, post.starts, post.ends)
    query = query.join(Person, post.username == person.username).join(Area, post.area_code == area.code).where(condition, person.active)
    return [Held(*row) for row in db.session.execute(query.order_by(post.id))]


def homes_at(code: str) -> list:
    """(id, room) of the households of one door, without names."""
    return db.session.execute(select(home.id, home.room).where(home.area_code == code, home.moved_out.is_(None)).order_by(home.room)).all()


def people_below(path: str) -> int:
    """How many people the ledger has in a subtree."""
    query = select(func.coalesce(func.sum(home.people), 0)).join(Area, home.area_code == area.code)
    return db.session.scalar(query.where(under(area.path, path), home.moved_out.is_(None)))


# --- posts


def posts_at(code: str, day: date) -> list:
    """(Post, Person) of everything that is held at one area on a day or will be."""
    query = select(Post, Person).join(Person, post.username == person.username).where(post.area_code == code, not_over(post, day))
    return db.session.execute(query.order_by(post.role, post.starts, person.name)).all()


def post_by_id(id: int):
    """(Post, Area), or None."""
    return db.session.execute(select(Post, Area).join(Area, post.area_code == area.code).where(post.id == id)).one_or_none()


def named(words: str, paths: list[str], most: int = 20) -> list[Person]:
    """The active people with a post or a pair in these subtrees, past ones too, whose username this is, or whose name has these letters."""
    here = select(post.username).join(Area, post.area_code == area.code).where(under_any(area.path, paths))
    paired = select(pair.username).join(Household, pair.household == home.id).join(Area, home.area_code == area.code)
    known = person.username.in_(here.union(paired.where(under_any(area.path, paths))))
    match = or_(person.username == words, person.name.contains(words, autoescape=True))
    return list(db.session.scalars(select(Person).where(known, match, person.active).order_by(person.name).limit(most)))


def people_with(roles: list[str], paths: list[str], day: date) -> list[Person]:
    """The active people who hold one of these roles in these subtrees on a day, by name."""
    here = select(post.username).join(Area, post.area_code == area.code)
    here = here.where(under_any(area.path, paths), post.role.in_(roles), lasting(post, day))
    return list(db.session.scalars(select(Person).where(person.username.in_(here), person.active).order_by(person.name, person.username)))


def person_by_name(username: str) -> Person | None:
    return db.session.get(Person, username)


def units_for(path: str) -> list[Unit]:
    """The active units that work for an area, or for one above or below it."""
    codes = path.rstrip("/").split("/")
    unit = Unit.__table__.c
    query = select(Unit).join(Area, unit.area_code == area.code).where(unit.active, or_(under(area.path, path), area.code.in_(codes)))
    return list(db.session.scalars(query.order_by(unit.kind, unit.name)))


# --- duty sheets


def turns(path: str, day: date) -> list[tuple[Turn, DutyRow]]:
    """The duty sheet of a subtree on a day; a person's or unit's name stands in each turn."""
    unit = Unit.__table__.c
    query = (
        select(DutyRow, person.name, unit.name.label("unit_name"))
        .join(Area, duty.area_code == area.code)
        .outerjoin(Person, duty.username == person.username)
        .outerjoin(Unit, duty.unit == unit.code)
        .where(under(area.path, path), lasting(duty, day))
        .order_by(area.path, duty.what, duty.opens, duty.id)
    )
    return [(_turn(row, name or unit_name), row) for row, name, unit_name in db.session.execute(query)]


def days_of_units(paths: list[str], first: date, last: date) -> dict[str, int]:
    """unit -> on how many of these days (both included) it is on duty in these subtrees or above, present or on call."""
    above = {code for path in paths for code in path.rstrip("/").split("/")}
    query = select(DutyRow).join(Area, duty.area_code == area.code).where(duty.unit.is_not(None), or_(under_any(area.path, paths), area.code.in_(above)))
    days: dict[str, set[date]] = {}
    for row in db.session.scalars(query.where(duty.starts <= last, not_over(duty, first))):
        span = (first + timedelta(days=n) for n in range((last - first).days + 1))
        days.setdefault(row.unit, set()).update(day for day in span if day.weekday() in row.weekdays and row.starts <= day <= (row.ends or last))
    return {unit: len(found) for unit, found in days.items()}


def _turn(row: DutyRow, name: str) -> Turn:
    times = minutes(row.opens), minutes(row.closes)
    who = row.username or f"unit:{row.unit}"
    return Turn(who, name, row.what, tuple(row.weekdays), *times, row.on_call, row.area_code, row.id)


def duties_of(username: str, day: date) -> list:
    """(DutyRow, Area) of somebody's lines in duty sheets that hold on a day or will hold."""
    query = select(DutyRow, Area).join(Area, duty.area_code == area.code).where(duty.username == username, not_over(duty, day))
    return db.session.execute(query.order_by(area.path, duty.id)).all()


def duty_by_id(id: int):
    """(DutyRow, path of its area), or None."""
    return db.session.execute(select(DutyRow, area.path).join(Area, duty.area_code == area.code).where(duty.id == id)).one_or_none()


def add_duty(connection: Connection, **row) -> None:
    """A new line of a duty sheet: the columns of DutyRow."""
    connection.execute(DutyRow.__table__.insert(), row)


def end_duty(connection: Connection, id: int, last: date) -> None:
    connection.execute(DutyRow.__table__.update().where(duty.id == id).values(ends=last))


# --- settings of the town


def part_time_minimum() -> dict[str, int]:
    """community code -> how many 兼职委员 it is to have; "" for all that are not named."""
    rows = db.session.execute(select(fact.name, fact.value).where(fact.name.startswith(MINIMUM)))
    return {name.removeprefix(MINIMUM).removeprefix(":"): int(value) for name, value in rows}


MINIMUM = "part_time.minimum"


def set_minimum(connection: Connection, code: str, number: int) -> None:
    """For one community, or with "" for all that are not named."""
    save(connection, FactRow, [{"name": f"{MINIMUM}:{code}" if code else MINIMUM, "value": str(number)}])


# --- writes of posts


def end(connection: Connection, id: int, last: date) -> None:
    """The last day of a post. One that would not have begun by then never was."""
    if connection.scalar(select(post.starts).where(post.id == id)) > last:
        connection.execute(delete(Post).where(post.id == id))
    else:
        connection.execute(Post.__table__.update().where(post.id == id).values(ends=last))
