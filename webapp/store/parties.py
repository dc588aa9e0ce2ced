"""Which accounts the parties of a dispute have, as far as names, usernames and doors tell."""

import re
from functools import partial

from sqlalchemy import Connection, or_, select

from ..core import mediation
from ..core.actions import Action
from .tables import Area, Household, Person

home, area, person = Household.__table__.c, Area.__table__.c, Person.__table__.c


def accounts(connection: Connection, words: str, household: str | None = None, path: str = "", grid: str = "") -> list[str]:
    """The usernames of those who are named in `words`, or who bear the name of the household, or of one behind a door that is named.

    Doors are looked for in the building of `path`, below its grid.
    """
    names = [words, *_names(connection, household, mediation.rooms(words), path.partition(f"{grid}/"))]
    people = connection.execute(select(person.username, person.name)).all() if any(names) else ()
    return sorted(set().union(*(mediation.named(said, people, partial(_lives_here, connection)) for said in names)))


def _lives_here(connection: Connection, name: str) -> bool:
    """Is a household of the ledger called so, or one of those that it names?"""
    homes = connection.scalars(select(home.name).where(home.name.contains(name, autoescape=True)))
    return any(name in re.findall(r"\w+", one) for one in homes)


def _names(connection: Connection, household: str | None, rooms: set[str], way: tuple[str, str, str]) -> list[str]:
    """What the household is called, and those that live behind these doors of the building on the way."""
    above, grid, below = way
    building = f"{above}{grid}{below.partition('/')[0]}/" if grid and below else None
    wanted = [home.id == household] if household else []
    wanted += [home.room.in_(rooms) & area.path.startswith(building, autoescape=True)] if rooms and building else []
    if not wanted:
        return []
    return list(connection.scalars(select(home.name).join(Area.__table__, home.area_code == area.code).where(or_(*wanted))))


def of(connection: Connection, action: Action) -> list[str]:
    """The same for what an action says of a dispute: as it is recorded or put right, or as it is classified."""
    body, facts = action.body, action.facts
    if action.verb == "classified":
        return accounts(connection, "、".join(party.get("name", "") for party in body["parties"]))
    if action.verb not in {"recorded", "amended"} or body["kind"] != "dispute":
        return []
    return accounts(connection, body["details"].get("parties", ""), facts.get("household"), facts.get("path", ""), facts.get("grid", ""))
