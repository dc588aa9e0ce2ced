"""flask --app wsgi …: what an administrator does at the server."""

import json
import platform
from copy import copy
from functools import wraps
from itertools import chain

import click
from flask import Flask, current_app

from .core import road, rules, tallies
from .core.calendar import local_day
from .intake import commands
from .routes.access import now
from .store import lists, people, photos, seed, sums, town, uploads
from .store.database import db, migrated, writing
from .store.places import LOWER

DAY = click.DateTime(["%Y-%m-%d"])


def init(app: Flask) -> None:
    for one in (migrate, prepare, draw_road, commands.household_template):
        app.cli.add_command(one)
    for one in (check, rebuild, figures, escalate, create_admin, add_person, add_post, invite, *commands.COMMANDS):
        app.cli.add_command(_installed(one))


def _installed(command: click.Command) -> click.Command:
    """The same command; where there is no town's database yet it says what comes first."""
    asked = copy(command)

    @wraps(command.callback)
    def callback(*args, **options):
        if not migrated():
            raise click.ClickException(f"{current_app.config['SETTINGS'].data} 里还没有数据库:先运行 bin/serve,再用这个命令")
        return command.callback(*args, **options)

    asked.callback = callback
    return asked


def alembic():
    """Alembic's Config for this database. Imported here: a server that only serves starts faster without."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", f"{current_app.root_path}/../migrations")
    config.attributes["engine"] = db.engine
    return config


def _revision(connection=None) -> str | None:
    """The schema's revision; None in a new database."""
    from alembic.migration import MigrationContext

    if connection is not None:
        return MigrationContext.configure(connection).get_current_revision()
    with db.engine.connect() as connection:
        return _revision(connection)


def upgrade() -> None:
    """The newest schema, and what every installation holds."""
    from alembic import command

    config = alembic()
    before = _revision()
    command.upgrade(config, "head")
    with writing() as connection:
        seed.plant(connection)
        if before not in {None, _revision(connection)}:
            sums.rebuild(connection)  # what is folded from the log may have new columns


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
    """Recompute everything from the log, and look for every photo; exit with 1 on any difference."""
    number = 0
    with db.engine.connect() as connection:
        extra, missing = photos.orphans(current_app.config["SETTINGS"].photos, uploads.known(connection))
        lost = (f"photo {sha}: its row is there, its file is not" for sha in missing)
        for number, difference in enumerate(chain(sums.check(connection), lost), 1):  # noqa: B007
            click.echo(difference)
    if extra:
        click.echo(f"照片文件夹里有 {len(extra)} 个没人用的文件(上传中断时会留下,可以删):{extra[0].name} …")
    click.echo(f"{number} 处不一致" if number else "一致:记录、统计、变更流都与动作日志相符")
    raise SystemExit(1 if number else 0)


@click.command()
def rebuild():
    """Make entries and tallies anew from the log."""
    with writing() as connection:
        click.echo(f"已从日志重建 {sums.rebuild(connection)} 条记录")


@click.command()
def draw_road():
    """docs/road.md, drawn from the tables of the state machine."""
    click.echo(road.drawn(), nl=False)


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
    if place.level in LOWER:
        grid = next(above for above in reversed(lists.areas_above(place.path)) if above.level not in LOWER)
        raise click.ClickException(f"{place.name}是楼栋或单元,没有自己的统计;请查它所在的 {grid.code}({grid.name})")
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
    own = tallies.rest(sums.figures(place, first, last, today)[""], [found[one.code] for one in lists.areas_ever_below(place.code) if one.code in found])
    return {place.code: own} if any(own.as_dict().values()) else {}


def _below(area, depth: int) -> list:
    found = [one for one in lists.areas_ever_below(area.code) if one.level not in LOWER]
    return found + [lower for one in found for lower in _below(one, depth - 1)] if depth > 1 else found


@click.command()
def escalate():
    """Do now what the server does by itself every minute: raise, tell, and carry out re-drawings of grids."""
    from . import clockwork

    redrawn, done = clockwork.redraw(current_app), clockwork.escalate(current_app)
    click.echo(f"提级 {done.raised} 件,通知 {done.notices} 条,早上的待办 {done.digests} 份,网格调整 {len(redrawn)} 项")


@click.command("create-admin")
@click.option("--username", default="admin", show_default=True)
@click.option("--name", default="管理员", show_default=True)
@click.option("--area", help="code of the area that this person administers; the uppermost one if left out")
def create_admin(username, name, area):
    """Make the first account and print its activation link, good once and for 72 hours."""
    tops = [one["code"] for one in town.areas().values() if one["parent_code"] is None and not one["ends"]]
    area = area or (tops[0] if len(tops) == 1 else None)
    _add_person(username, name, "admin" if area else None, area)
    if not area:
        click.echo(f"有 {len(tops)} 个最上级辖区:{'、'.join(tops)}" if tops else "还没有辖区,先导入: flask --app wsgi import-areas 文件.csv --apply")
        click.echo(f"这个账号还没有岗位,什么也看不到;再加岗位: flask --app wsgi add-post {username} --role admin --area 辖区代码")


def period(command):
    """The options of a post's first and last day."""
    first = click.option("--from", "first", type=DAY, help="first day, included; today if left out")
    last = click.option("--to", "last", type=DAY, help="last day, included; open if left out")
    return first(last(command))


@click.command("add-person")
@click.argument("username")
@click.argument("name")
@click.option("--role", type=click.Choice(list(rules.ROLES)), required=True)
@click.option("--area", required=True, help="code of the area; the post covers everything below it")
@period
def add_person(username, name, role, area, first, last):
    """Make an account with a post and print its activation link, good once and for 72 hours."""
    _add_person(username, name, role, area, first, last)


@click.command("add-post")
@click.argument("username")
@click.option("--role", type=click.Choice(list(rules.ROLES)), required=True)
@click.option("--area", required=True, help="code of the area; the post covers everything below it")
@period
def add_post(username, role, area, first, last):
    """Give one more post to an account."""
    _known(username)
    post = _post(role, area, first, last)
    with writing() as connection:
        if not people.add_post(connection, username, **post):
            raise click.ClickException("这个岗位已经有了")
    click.echo(f"{username} 从 {post['starts']} 起是 {area} 的{rules.ROLES[role]}")


@click.command()
@click.argument("username")
def invite(username):
    """Print a new activation link for an account: where the old one ran out, or the password is forgotten."""
    if not _known(username).active:
        raise click.ClickException(f"账号 {username} 已停用")
    with writing() as connection:
        _print_link(people.invite(connection, username, now()))


def _add_person(username, name, role=None, area=None, first=None, last=None) -> None:
    if db.session.get(people.Person, username):
        raise click.ClickException(f"账号 {username} 已经有了;要新的激活链接请用 invite {username}")
    post = _post(role, area, first, last) if role else None
    with writing() as connection:
        try:
            people.add(connection, username, name)
        except ValueError as error:
            raise click.ClickException(f"账号不能叫“{username}”") from error
        if post:
            people.add_post(connection, username, **post)
        _print_link(people.invite(connection, username, now()))


def _post(role: str, area: str, first, last) -> dict:
    """The columns of a post, if there is such an area and such a period."""
    if lists.area_by_code(area) is None:
        raise click.ClickException(f"没有辖区 {area};先用 import-areas 导入")
    starts = first.date() if first else local_day(now(), current_app.config["SETTINGS"].timezone)
    if last and last.date() < starts:
        raise click.ClickException("最后一天早于第一天")
    return {"role": role, "area": area, "starts": starts, "ends": last.date() if last else None}


def _known(username: str) -> people.Person:
    if person := db.session.get(people.Person, username):
        return person
    raise click.ClickException(f"没有账号 {username}")


def _print_link(code: str) -> None:
    click.echo(f"激活链接(72 小时内有效,只能用一次): {_address()}/activate/{code}")


def _address() -> str:
    """Where people reach this installation, as far as it can know."""
    if current_app.config["SETTINGS"].https:
        return "https://(本系统的域名)"
    from . import serving

    host, _, port = serving.bind.rpartition(":")
    return f"http://{platform.node() if host in {'0.0.0.0', '[::]', '::'} else host}:{port}"
