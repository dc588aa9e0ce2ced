"""What the areas and households that actions name mean for an entry made there."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from .database import THESE, fetch
from .tables import Area, Household

LOWER = {"building", "unit"}
"""Levels below the grid: places to find a door by, without figures of their own."""

_area, _home = Area.__table__.c, Household.__table__.c
AREAS = select(_area.code, _area.path, _area.scope, _area.level, _area.initials).where(_area.code.in_(THESE))
HOMES = select(_home.id, _area.path).join(Area.__table__, _home.area_code == _area.code).where(_home.id.in_(THESE))


class Place(NamedTuple):
    """What an area means for an entry made there."""

    path: str
    grid: str  # the lowest area that has figures
    scope: str
    initials: str  # of the street, for numbers


def _place(area, areas: dict) -> Place:
    above = [areas[code] for code in area.path.rstrip("/").split("/")]
    grid = next(one.code for one in reversed(above) if one.level not in LOWER)
    office = next((one for one in above if one.level == "street"), above[0])
    return Place(area.path, grid, area.scope, (office.initials or "GB")[:2])


def load(connection: Connection, bodies: list[dict]) -> tuple[dict[str, Place], dict[str, str]]:
    """(area -> what it means, household -> the path of where it lives), for those that these bodies name and that are there."""
    codes, households = {body["area"] for body in bodies}, {body["household"] for body in bodies if body["household"]}
    areas = {row.code: row for row in fetch(connection, AREAS, codes)}
    above = {code for row in areas.values() for code in row.path.rstrip("/").split("/")}
    areas |= {row.code: row for row in fetch(connection, AREAS, above - areas.keys())}
    homes = dict(tuple(row) for row in fetch(connection, HOMES, households))
    return {code: _place(areas[code], areas) for code in codes & areas.keys()}, homes
