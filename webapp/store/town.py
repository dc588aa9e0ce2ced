"""Areas, households and accounts as they are written in bulk: by an importer, or by the demo town."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from . import workdays
from .database import db, save
from .tables import ActionRow, Area, Category, ContactRow, Device, EntryRow, Household, Person, Post, Unit

CHUNK = 2000


def _rows(table, connection: Connection | None = None) -> Iterable[dict]:
    source = connection or db.session.connection()
    return ({**row._mapping} for row in source.execute(select(table.__table__)))


def areas(connection: Connection | None = None) -> dict[str, dict]:
    """Every area by code, as a dict of its columns."""
    return {row["code"]: row for row in _rows(Area, connection)}


def households(connection: Connection | None = None) -> dict[str, dict]:
    """Every household by id, as a dict of its columns."""
    return {row["id"]: row for row in _rows(Household, connection)}


def categories(connection: Connection | None = None) -> dict[str, dict]:
    """Every category by code, as a dict of its columns."""
    return {row["code"]: row for row in _rows(Category, connection)}


def demo_accounts() -> dict[str, str]:
    """username -> hash of the password, of the demo accounts that have one."""
    query = select(Person.username, Person.password).where(Person.demo, Person.password.is_not(None)).order_by(Person.username)
    return dict(db.session.execute(query).all())


def used_paths() -> list[str]:
    """Every path at which entries lie."""
    return list(db.session.scalars(select(EntryRow.path).distinct()))


def has_areas() -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(Area)))


def known_actions(ids: list[str]) -> dict[str, str]:
    """id -> hash of those of these actions that the log has."""
    found, table = {}, ActionRow.__table__.c
    for start in range(0, len(ids), CHUNK):
        found |= dict(db.session.execute(select(table.id, table.hash).where(table.id.in_(ids[start : start + CHUNK]))).all())
    return found


def save_areas(connection: Connection, rows: list[dict]) -> None:
    """Insert or replace areas; parents must stand before their children."""
    _save(connection, Area, rows)


def save_units(connection: Connection, rows: list[dict]) -> None:
    _save(connection, Unit, rows)


def save_households(connection: Connection, rows: list[dict]) -> None:
    _save(connection, Household, rows)


def save_categories(connection: Connection, rows: list[dict]) -> None:
    _save(connection, Category, rows)
    workdays.touch(connection)


def add_people(connection: Connection, people: list[dict], posts: list[dict]) -> None:
    """New accounts, whose `password` is a hash or None, and their posts."""
    connection.execute(Person.__table__.insert(), people)
    connection.execute(Post.__table__.insert(), posts)


def set_passwords(connection: Connection, usernames: list[str], hashed: str) -> None:
    """One password for several accounts; their open sessions end."""
    table = Person.__table__
    connection.execute(table.update().where(table.c.username.in_(usernames)).values(password=hashed, epoch=table.c.epoch + 1))


def open_demo_accounts(connection: Connection, allowed: bool) -> int:
    """Open or close every demo account; gives how many were otherwise before."""
    table = Person.__table__
    changed = table.update().where(table.c.demo, table.c.active != allowed).values(active=allowed, epoch=table.c.epoch + 1)
    return connection.execute(changed).rowcount


def save_phones(connection: Connection, rows: list[dict]) -> None:
    _save(connection, Device, rows)


def save_contacts(connection: Connection, rows: list[dict]) -> None:
    _save(connection, ContactRow, rows)


def _save(connection: Connection, table, rows: list[dict]) -> None:
    for start in range(0, len(rows), CHUNK):
        save(connection, table, rows[start : start + CHUNK])
