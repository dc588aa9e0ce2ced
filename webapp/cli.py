"""flask --app wsgi …: what an administrator does at the server."""

import json

import click
from flask import Flask, current_app

from .core import tallies
from .core.calendar import local_day
from .intake import commands
from .routes.access import now
from .store import lists, people, seed, sums
from .store.database import db, writing
from .store.log import LOWER

DAY = click.DateTime(["%Y-%m-%d"])


def init(app: Flask) -> None:
    for one in (migrate, prepare, check, rebuild, figures, create_admin, *commands.COMMANDS):
        app.cli.add_command(one)


def alembic():
    """Alembic's Config for this database. Imported here: a server that only serves starts faster without."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", f"{current_app.root_path}/../migrations")
    config.attributes["engine"] = db.engine
    return config


def upgrade() -> None:
    """The newest schema, and what every installation holds."""
    from alembic import command

    command.upgrade(alembic(), "head")
    with writing() as connection:
        seed.plant(connection)


@click.command()
def migrate():
    """Bring the database to the newest schema."""
    upgrade()


@click.command()
def prepare():
    """Before serving: migrate, and load the demo town into a database that has none."""
    from .intake import demo

    settings = current_app.config["SETTINGS"]
    upgrade()
    demo.keep_private(settings, click.echo)
    if settings.demo:
        demo.load_if_new(settings, click.echo)


@click.command()
def check():
    """Recompute everything from the log; exit with 1 on any difference."""
    number = 0
    with db.engine.connect() as connection:
        for number, difference in enumerate(sums.check(connection), 1):  # noqa: B007
            click.echo(difference)
    click.echo(f"{number} 处不一致" if number else "一致:记录、统计、变更流都与动作日志相符")
    raise SystemExit(1 if number else 0)


@click.command()
def rebuild():
    """Make entries and tallies anew from the log."""
    with writing() as connection:
        click.echo(f"已从日志重建 {sums.rebuild(connection)} 条记录")


@click.command()
@click.argument("area")
@click.option("--from", "first", type=DAY, required=True, help="first day, included")
@click.option("--to", "last", type=DAY, required=True, help="last day, included")
@click.option("--by", type=click.Choice(["kind", "category", "area"]))
@click.option("--depth", default=1, show_default=True, help="with --by area: how many levels down")
def figures(area, first, last, by, depth):
    """The figures of an area for a period, as JSON of integers."""
    place = lists.area_by_code(area)
    if place is None:
        raise click.ClickException(f"没有辖区 {area}")
    today = local_day(now(), current_app.config["SETTINGS"].timezone)
    below = _below(place, depth) if by == "area" else []
    found = sums.figures(place, first.date(), last.date(), today, by, codes=[one.code for one in below])
    if not by:
        click.echo(json.dumps(found[""].as_dict()))
        return
    if by == "area":
        found |= _rest(place, found, first.date(), last.date(), today)
    labels = {one.code: one.name for one in [place, *below]} | lists.category_labels()
    lines = [{by: name, "name": labels.get(name, name)} | one.as_dict() for name, one in sorted(found.items())]
    click.echo(json.dumps(lines, ensure_ascii=False, indent=1))


def _rest(place, found: dict, first, last, today) -> dict:
    """What was entered for the area itself and for none of those below it, where there is anything."""
    own = tallies.rest(sums.figures(place, first, last, today)[""], [found[one.code] for one in lists.areas_below(place.code) if one.code in found])
    return {place.code: own} if any(own.as_dict().values()) else {}


def _below(area, depth: int) -> list:
    found = [one for one in lists.areas_below(area.code) if one.level not in LOWER]
    return found + [lower for one in found for lower in _below(one, depth - 1)] if depth > 1 else found


@click.command("create-admin")
@click.option("--username", default="admin", show_default=True)
@click.option("--name", default="管理员", show_default=True)
def create_admin(username, name):
    """Make the first account and print its activation link, good once and for 72 hours."""
    if db.session.get(people.Person, username):
        raise click.ClickException(f"账号 {username} 已经有了")
    with writing() as connection:
        people.add(connection, username, name)
        code = people.invite(connection, username, now())
    click.echo(f"激活链接(72 小时内有效,只能用一次): /activate/{code}")
