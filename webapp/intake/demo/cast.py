"""Who works in the demo town: the cast that can sign in, and the colleagues whose names stand under older entries."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from ...core.rules import Post, Who
from .. import pinyin
from . import names
from .places import STREET, TOWN
from .units import HANDLERS

FIRST, SECOND = f"{STREET}001", f"{STREET}002"

CAST = (
    ("worker1", "刘慧芳", (("worker", f"{FIRST}001"),)),
    ("worker2", "赵国强", (("worker", f"{FIRST}002"),)),
    ("worker3", "孟和", (("worker", f"{SECOND}001"), ("worker", f"{SECOND}901"))),
    ("secretary1", "王秀兰", (("secretary", FIRST),)),
    ("secretary2", "张建军", (("secretary", SECOND),)),
    ("handler1", "李永刚", (("handler", FIRST),)),
    ("handler2", "包志强", (("handler", STREET),)),
    ("mediator1", "郑德厚", (("mediator", FIRST),)),
    ("volunteer1", "陈晓梅", (("volunteer", FIRST),)),
    ("street1", "高志远", (("street", STREET),)),
    ("admin1", "周明", (("admin", STREET),)),
    ("leader1", "苏日娜", (("contact", FIRST),)),
    ("courier1", "马晓军", (("spotter", STREET),)),
    ("building1", "韩玉梅", (("building_leader", f"{FIRST}0010101"),)),
    ("unit1", "郭建国", (("unit_leader", f"{FIRST}001010101"),)),
)
"""(username, name, posts) of everybody who can sign in."""


@dataclass
class Cast:
    """The accounts and posts as rows, and who holds which post."""

    people: list[dict] = field(default_factory=list)
    posts: list[dict] = field(default_factory=list)
    who: dict[str, Who] = field(default_factory=dict)
    holder: dict[tuple[str, str], str] = field(default_factory=dict)
    """(role, area code) -> username."""

    @property
    def names(self) -> set[str]:
        """Of those who act in the diary."""
        return {one.name for one in self.who.values()}

    def phone(self, username: str) -> str:
        """The id of this person's phone."""
        return str(uuid.uuid5(TOWN, f"phone of {username}"))


def of(rng: Random, town: dict[str, dict], today: date) -> Cast:
    """The cast and its colleagues: every grid has a worker, every community a secretary, a mediator and a volunteer."""
    cast = Cast()
    for username, name, posts in CAST:
        _hire(cast, town, username, name, posts, today - timedelta(days=500))
    for code, area in town.items():
        if area["level"] == "community":
            for role in ("secretary", "mediator", "volunteer"):
                _colleague(cast, rng, town, role, code, today)
        elif area["grid_type"] == "ordinary":
            _colleague(cast, rng, town, "worker", code, today)
    for code, area in town.items():
        if area["grid_type"] == "dedicated" and ("worker", code) not in cast.holder:
            _second_post(cast, town, code, today)
    return cast


def _hire(cast: Cast, town, username, name, posts, starts: date) -> None:
    cast.people.append({"username": username, "name": name, "password": None, "active": True, "epoch": 0, "demo": True})
    cast.who[username] = Who(username, name)
    for role, code in posts:
        _appoint(cast, town, username, role, code, starts)


def _appoint(cast: Cast, town, username, role, code, starts: date) -> None:
    unit = HANDLERS.get(username) if role == "handler" else None
    cast.posts.append({"username": username, "role": role, "area_code": code, "unit": unit, "starts": starts, "ends": None})
    who = cast.who[username]
    cast.who[username] = Who(username, who.name, (*who.posts, Post(role, code, town[code]["path"], starts, unit=unit)))
    cast.holder[role, code] = username


def _colleague(cast: Cast, rng: Random, town, role, code, today: date) -> None:
    if (role, code) in cast.holder:
        return
    while len(name := names.person(rng)) > 4 or (username := pinyin.of_name(name)[0]) in cast.who or not username.isascii():
        pass
    _hire(cast, town, username, name, ((role, code),), today - timedelta(days=rng.randrange(150, 700)))


def _second_post(cast: Cast, town, code, today: date) -> None:
    """A dedicated grid is looked after by the worker of an ordinary one beside it; those of the cast have enough to do."""
    community = town[code]["path"].split("/")[1]
    near = [grid for role, grid in cast.holder if role == "worker" and grid.startswith(community)]
    able = [cast.holder["worker", grid] for grid in near if town[grid]["grid_type"] == "ordinary"]
    able = [username for username in able if username not in {"worker1", "worker2"}]
    _appoint(cast, town, able[int(code) % len(able)], "worker", code, today - timedelta(days=140))
