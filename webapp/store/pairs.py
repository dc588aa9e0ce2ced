"""结对, as rows: who looks after which household, how many have somebody, and who has nobody."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, String, cast, func, select

from ..core.pairs import NEEDY, Pair
from .database import db, keep_first
from .duties import lasting, not_over
from .lists import under
from .tables import Area, Household, PairRow, Person

pair, home, area, person = (table.__table__.c for table in (PairRow, Household, Area, Person))


def _wanted(what: str) -> list:
    """The households that are to have such a pair."""
    return [home.moved_out.is_(None), *([cast(home.tags, String) != "[]"] if what in NEEDY else [])]


def _has(what: str, day: date):
    there = select(pair.id).join(Person, pair.username == person.username).where(pair.household == home.id, pair.what == what)
    return there.where(lasting(pair, day), person.active).exists()


def coverage(path: str, codes: Iterable[str], what: str, day: date) -> dict[str, tuple[int, int]]:
    """code -> (households that have such a pair, those that are to have one) of each area at or below `path`."""
    query = select(area.path, func.count().filter(_has(what, day)), func.count()).select_from(Household.__table__)
    query = query.join(Area, home.area_code == area.code).where(under(area.path, path), *_wanted(what)).group_by(area.path)
    found = {code: (0, 0) for code in codes}
    for at, having, all in db.session.execute(query):
        for code in found.keys() & set(at.split("/")):
            found[code] = found[code][0] + having, found[code][1] + all
    return found


def without(path: str, what: str, day: date, most: int) -> list:
    """(id, room, path of the door) of the households that are to have such a pair and have none, by place."""
    query = select(home.id, home.room, area.path).join(Area, home.area_code == area.code)
    query = query.where(under(area.path, path), *_wanted(what), ~_has(what, day))
    return db.session.execute(query.order_by(area.path, home.room, home.id).limit(most)).all()


def _pairs(*conditions) -> list[Pair]:
    query = select(pair.id, pair.what, pair.username, person.name, home.id, home.room, area.code, area.path, pair.starts, pair.ends)
    query = query.join(Person, pair.username == person.username).join(Household, pair.household == home.id)
    query = query.join(Area, home.area_code == area.code).where(*conditions)
    return [Pair(*row) for row in db.session.execute(query.order_by(area.path, home.room, pair.what, pair.id))]


def of_home(household: str, day: date) -> list[Pair]:
    """Who looks after a household on a day, or will."""
    return _pairs(pair.household == household, not_over(pair, day), person.active)


def of_person(username: str, day: date) -> list[Pair]:
    """The households that somebody looks after on a day, or will; whoever has moved out is looked after no more."""
    return _pairs(pair.username == username, not_over(pair, day), home.moved_out.is_(None))


def holders(path: str, what: str, day: date) -> list[tuple[str, str, int]]:
    """(username, name, households) of everybody who has such pairs in a subtree, those with most first."""
    number = func.count(pair.household.distinct())
    query = select(pair.username, person.name, number).join(Person, pair.username == person.username)
    query = query.join(Household, pair.household == home.id).join(Area, home.area_code == area.code)
    query = query.where(under(area.path, path), pair.what == what, lasting(pair, day), person.active, home.moved_out.is_(None))
    return [tuple(row) for row in db.session.execute(query.group_by(pair.username, person.name).order_by(number.desc(), person.name))]


def in_area(path: str, what: str, day: date) -> list[Pair]:
    """Every pair of a subtree on a day."""
    return _pairs(under(area.path, path), pair.what == what, lasting(pair, day), person.active, home.moved_out.is_(None))


def by_id(id: int) -> Pair | None:
    return next(iter(_pairs(pair.id == id)), None)


def add(connection: Connection, username: str, households: Iterable[str], what: str, starts: date, ends: date | None = None) -> int:
    """Pair somebody with these households; gives how many are new. Those that he looks after as the same already stay as they are."""
    has = select(pair.household).where(pair.username == username, pair.what == what, not_over(pair, starts))
    there = set(connection.scalars(has))
    households = [one for one in households if one not in there]
    rows = [{"username": username, "household": one, "what": what, "starts": starts, "ends": ends} for one in households]
    return keep_first(connection, PairRow, rows) if rows else 0


def plant(connection: Connection, rows: list[dict]) -> None:
    """Pairs in bulk, as rows."""
    connection.execute(PairRow.__table__.insert(), rows)


def end(connection: Connection, id: int, last: date) -> None:
    """The last day of a pair. One that would not have begun by then never was."""
    table = PairRow.__table__
    if connection.scalar(select(pair.starts).where(pair.id == id)) > last:
        connection.execute(table.delete().where(pair.id == id))
    else:
        connection.execute(table.update().where(pair.id == id).values(ends=last))
