"""The demo town: 临河区金川街道 with its real communities; its grids, people and everything that happened are made up."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import click

from ...core.calendar import local_day
from ...settings import Settings
from ...store import people, town
from ...store.database import analyse, writing

SEED = 150802013
PUBLIC = "服务器绑定在公开地址上,不开放演示账号;确实需要时请设置 GRIDBOOK_DEMO_IN_PUBLIC=1"


class NotHere(click.ClickException):
    """Why this installation gets no demo town, in Chinese."""


def load(settings: Settings, *, small: bool = False, today: date | None = None, seed: int = SEED) -> list:
    """Fill an empty installation; gives the `Login`s of the cast. All or nothing; raises NotHere.

    The same seed and day give the same town. Everything ends with the evening before `today`, a day of the town's own.
    """
    from .build import build  # the words' sounds and the drawing cost a second that a server's start does not have

    if not settings.demo_allowed:
        raise NotHere(PUBLIC)
    if town.has_areas():
        raise NotHere("这里已经有辖区数据,不再载入演示街道")
    return build(settings, small, today or local_day(datetime.now(UTC), settings.timezone), seed)


def load_if_new(settings: Settings, say: Callable[[str], None], *, small: bool = False) -> None:
    """Load the town into an installation without areas, and say who can sign in; or say why not.

    In a town that is loaded already the passwords stay unsaid, unless DEMO_PASSWORD names one for all of them.
    """
    if not settings.demo_allowed:
        say(PUBLIC)
    elif not town.has_areas():
        say("正在建立演示街道(临河区金川街道),约一分钟……")
        say("演示账号:账号、密码、姓名、岗位")
        for login in load(settings, small=small):
            say(f"  {login.username:<12}{login.password:<18}{login.name}  {login.post}")
        analyse()
    elif not (accounts := town.demo_accounts()):
        say("这里已经有辖区数据,未载入演示街道")
    elif settings.demo_password:
        _share_password(accounts, settings.demo_password)
        say(f"演示账号 {' '.join(accounts)},密码都是 {settings.demo_password}")
    else:
        say(f"演示账号 {' '.join(accounts)};密码在建立时显示过一次,忘了可设置 DEMO_PASSWORD 再启动")


def _share_password(accounts: dict[str, str], password: str) -> None:
    """Give all demo accounts this password, unless they have it."""
    if not all(people.hasher.verify(password, hashed) for hashed in set(accounts.values())):
        with writing() as connection:
            town.set_passwords(connection, list(accounts), people.hasher.hash(password))


def keep_private(settings: Settings, say: Callable[[str], None]) -> None:
    """Demo accounts are open only where they are allowed: a town that moved to a public address has them closed."""
    with writing() as connection:
        changed = town.open_demo_accounts(connection, settings.demo_allowed)
    if changed and not settings.demo_allowed:
        say(PUBLIC)
