"""底数, as rows: places, households and people counted by area; numbers that were stated."""

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, delete, func, select

from ..core.base import COUNTED, STATED, Stated, counts_as
from .database import db, save
from .lists import HERE, under
from .tables import Area, FactRow, Household

area, home, fact = (table.__table__.c for table in (Area, Household, FactRow))

NAME = "base:"


def counted(path: str, codes: Iterable[str]) -> dict[str, dict[str, int]]:
    """code -> name of COUNTED -> how many there are at or below each of these areas of a subtree today."""
    found = {code: dict.fromkeys(COUNTED, 0) for code in codes}

    def add(at: str, name: str, count: int) -> None:
        for code in found.keys() & set(at.rstrip("/").split("/")):
            found[code][name] += count

    for at, level, grid_type in db.session.execute(select(area.path, area.level, area.grid_type).where(under(area.path, path), HERE)):
        if name := counts_as(level, grid_type):
            add(at, name, 1)
    doors = select(area.path, func.count(), func.sum(home.people)).join(Area, home.area_code == area.code)
    for at, homes, people in db.session.execute(doors.where(under(area.path, path), home.moved_out.is_(None)).group_by(area.path)):
        add(at, "homes", homes)
        add(at, "people", people)
    return found


def stated(code: str) -> list[Stated]:
    """What was stated for an area, in the order of the table."""
    rows = db.session.execute(select(fact.name, fact.value).where(fact.name.startswith(f"{NAME}{code}:", autoescape=True)))
    found = {name.rpartition(":")[2]: json.loads(value) for name, value in rows}
    return [
        Stated(name, found[name]["number"], date.fromisoformat(found[name]["day"]), found[name]["source"]) for name in STATED if name in found
    ]


def state(connection: Connection, code: str, one: Stated) -> None:
    value = json.dumps({"number": one.number, "day": one.day.isoformat(), "source": one.source}, ensure_ascii=False)
    save(connection, FactRow, [{"name": f"{NAME}{code}:{one.name}", "value": value}])


def forget(connection: Connection, code: str, name: str) -> None:
    connection.execute(delete(FactRow).where(fact.name == f"{NAME}{code}:{name}"))
