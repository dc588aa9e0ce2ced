"""The demo town: 临河区金川街道 with its real communities; its grids, people and everything that happened are made up."""

import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random

import click

from ...core.calendar import local_day
from ...settings import Settings
from ...store import log, people, town
from ...store.database import writing
from . import cast, places
from .days import Diary

SEED = 150802013


class NotHere(click.ClickException):
    """Demo accounts have known names: an installation that others can reach gets none unasked."""


def load(settings: Settings, *, small: bool = False, today: date | None = None, seed: int = SEED) -> list[tuple[str, str, str, str]]:
    """Fill an empty installation; gives (username, name, post, password) of those who can sign in. All or nothing.

    The same seed and day give the same town. Everything ends with the evening before `today`, a day of the town's own.
    """
    if not settings.demo_allowed:
        raise NotHere("服务器绑定在公开地址上,不建立演示账号;确实需要时请设置 GRIDBOOK_DEMO_IN_PUBLIC=1")
    if town.has_areas():
        raise NotHere("这里已经有辖区数据,不再载入演示数据")
    today = today or local_day(datetime.now(UTC), settings.timezone)
    rng = Random(f"{seed} {today}")
    areas = places.tree(rng, small)
    homes = places.households(rng, areas, today, f"{cast.FIRST}001")
    staff = cast.of(rng, areas, today)
    diary = Diary(rng, settings.timezone, today, areas, homes, staff, {})
    diary.write(*((9, 0.5) if small else (29, 0.97)))
    logins = _logins(settings, staff)
    with writing() as connection:
        town.save_areas(connection, list(areas.values()))
        town.save_households(connection, homes)
        town.add_people(connection, staff.people, staff.posts)
        for heard, letters in diary.letters():
            log.hear(connection, letters, heard, settings.timezone)
            refused = [pair for one in letters for pair in zip(one.raws, one.answers, strict=True) if pair[1].answer != "kept"]
            if refused:
                raise RuntimeError(f"the demo town breaks a rule: {refused[0]}")
    return logins


def _logins(settings: Settings, staff: cast.Cast) -> list[tuple[str, str, str, str]]:
    """Give the cast its passwords: the one that the settings name, or one for each."""
    shared = settings.demo_password and people.hasher.hash(settings.demo_password)
    rows, logins = {row["username"]: row for row in staff.people}, []
    for username, name, posts in cast.CAST:
        password = settings.demo_password or secrets.token_urlsafe(9)
        rows[username]["password"] = shared or people.hasher.hash(password)
        logins.append((username, name, posts[0][0], password))
    return logins


def load_if_new(settings: Settings, say: Callable[[str], None]) -> None:
    """Load the town into an installation without areas, and say who can sign in."""
    if not settings.demo_allowed:
        say("服务器绑定在公开地址上,不建立演示账号(GRIDBOOK_DEMO_IN_PUBLIC=1 可强制建立)")
    elif town.has_areas():
        for username, name in town.demo_people():
            say(f"  {username:<12}{name}")
    else:
        for username, name, role, password in load(settings):
            say(f"  {username:<12}{name}  {role}  {password}")
