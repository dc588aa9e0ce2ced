"""flask --app wsgi …: files from outside, and the demo town. Each command imports what it needs: a server's start does not."""

import csv
from pathlib import Path

import click
from flask import current_app

from ..routes.access import now, today, zone
from ..store import town
from ..store.database import analyse, writing

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN = 50


def sharing(command):
    """The options of every import."""
    errors = click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="write every bad row into this CSV")
    skip = click.option("--skip-bad", is_flag=True, help="take the good rows although there are bad ones")
    return errors(skip(command))


def applying(default: bool):
    return click.option("--apply/--dry-run", default=default, show_default=True, help="write, or only report")


@click.command("import-areas")
@click.argument("file", type=FILE)
@applying(False)
@sharing
def import_areas(file, apply, skip_bad, errors):
    """Areas from a CSV or XLSX: code,name,parent_code,level and perhaps grid_type,telephone,lat,lng. Reports; --apply writes."""
    from . import areas, rows

    report = areas.compare(rows.read(file), town.areas(), town.used_paths())
    if report.below:
        report.notes.append(f"另有 {report.below} 个下级辖区的路径随之更新")
    _tell(report, errors)
    if _may_write(report, apply, skip_bad):
        with writing() as connection:
            town.save_areas(connection, report.rows)
        _written(report)


@click.command("import-households")
@click.argument("file", type=FILE)
@applying(False)
@sharing
def import_households(file, apply, skip_bad, errors):
    """Households from an XLSX or CSV with the headings of household-template. Reports; --apply writes."""
    from . import households, rows

    report = households.compare(rows.read(file), town.areas(), town.households(), today())
    _tell(report, errors)
    if _may_write(report, apply, skip_bad):
        with writing() as connection:
            town.save_areas(connection, report.areas)
            town.save_households(connection, report.rows)
        _written(report)


@click.command("household-template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def household_template(file):
    """An empty ledger of households to fill in, as XLSX."""
    from . import template

    if file.suffix.lower() != ".xlsx":
        raise click.ClickException("文件名请以 .xlsx 结尾")
    template.write(file)
    click.echo(f"空表已写入 {file};填好后用 import-households 导入")


@click.command("import-workdays")
@click.argument("file", type=FILE)
@applying(False)
@sharing
def import_workdays(file, apply, skip_bad, errors):
    """The year's notice of holidays from a CSV or XLSX: day,works,name. Reports; --apply writes."""
    from ..core.actions import LEDGER
    from ..store import people, workdays
    from . import rows
    from . import workdays as notices

    report = notices.compare(rows.read(file), workdays.rows())
    _tell(report, errors)
    if _may_write(report, apply, skip_bad):
        with writing() as connection:
            if workdays.keep(connection, report.rows, report.years):
                people.note_access(connection, LEDGER, "changed", now(), detail=f"workdays {sorted(report.years)} {len(report.rows)}")
        _written(report)


@click.command("import-cases")
@click.argument("file", type=FILE)
@click.option("--mapping", "mapping_file", type=FILE, required=True, help="TOML: which column means what; see docs/la311.toml")
@applying(True)
@sharing
def import_cases(file, mapping_file, apply, skip_bad, errors):
    """Cases of another system, as a mapping says. Writes; --dry-run only reports."""
    from . import cases, door, rows

    mapping = cases.read_mapping(mapping_file, zone())
    report, fresh = door.tried(rows.read(file), mapping)
    if str(mapping.zone) != str(zone()):
        report.notes.append(f"文件的时间属于 {mapping.zone},统计日期按本系统的 {zone()};不同时请设置 GRIDBOOK_TIMEZONE")
    _tell(report, errors)
    if _may_write(report, apply, skip_bad):
        refused = door.written(report, fresh)
        for line in refused[:SHOWN]:
            click.echo(line)
        _written(report)
        raise SystemExit(1 if refused else 0)


@click.command()
@click.argument("file", type=FILE)
@click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="the day from which the new grids count")
@click.option("--by", default="admin", show_default=True, help="whose plan it is")
@applying(False)
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="write every bad row into this CSV")
def regrid(file, day, by, apply, errors):
    """Re-draw grids as a CSV or XLSX says: op,old,new,name,type,parent,buildings,workers. Reports; --apply keeps it until its day."""
    from ..core import grids
    from ..core import regrid as plans
    from ..store import regrid as store
    from . import regrids, rows

    areas, effective = town.areas(), day.date()
    if effective < today():
        raise click.ClickException("生效日不能早于今天")
    report = regrids.compare(rows.read(file), areas, effective, store.busy(), store.accounts(), store.homes())
    _tell(report, errors)
    for words, town_of_then in (("现在", areas), ("以后", plans.after(report.steps, areas, effective) if not report.bad else {})):
        if counts := plans.counts(town_of_then):
            parts = " + ".join(f"{count} {grids.TYPES.get(type, '未分类型')}" for type, count in counts.items())
            click.echo(f"{words}:{parts} = {sum(counts.values())}")
    if _may_write(report, apply, False):
        tree = plans.Tree(plans.after(report.steps, areas, effective))
        communities = {tree.community(code) for step in report.steps for code in (step.new, *step.old)} - {None}
        with writing() as connection:
            store.keep(connection, report.steps, sorted(communities), effective, by, now())
            done = store.carry_out(connection, today(), now())
        click.echo(f"方案已保存,{effective} 起生效" if not done else "已生效")


@click.command()
@click.option("--small", is_flag=True, help="two communities only")
def demo(small):
    """Load the demo town into an installation without areas, and say who can sign in."""
    from . import demo as town_of_demo

    settings = current_app.config["SETTINGS"]
    if not settings.demo_allowed:
        raise town_of_demo.NotHere(town_of_demo.PUBLIC)
    town_of_demo.load_if_new(settings, click.echo, small=small)


@click.command("import-unsent")
@click.argument("file", type=FILE)
def import_unsent(file):
    """What a phone could not send and exported as a file, heard as if that phone had sent it. May be repeated."""
    from . import unsent

    try:
        answers, refused = unsent.take(file, current_app.config["SETTINGS"].photos, now(), zone())
    except unsent.NotOurs as error:
        raise click.ClickException(str(error)) from error
    for answer in answers:
        click.echo(f"{answer.id} {ANSWERS[answer.answer]} {answer.number or answer.message or ''}".rstrip())
        for sha in answer.missing:
            click.echo(f"  缺照片 {sha[:12]}")
    for words in refused:
        click.echo(f"照片没有收下 {words}")
    if any(answer.answer == "refused" for answer in answers) or refused:
        raise SystemExit(1)


ANSWERS = {"kept": "已收到", "had": "以前收到过", "held": "等前一条", "refused": "没有收下"}
COMMANDS = (import_areas, import_households, import_workdays, import_cases, import_unsent, regrid, demo)


def _tell(report, errors: Path | None) -> None:
    """What the file would do, and what is wrong with it."""
    click.echo(f"新增 {report.new},变更 {report.changed},不变 {report.same},有误 {len(report.bad)}")
    for line in (*report.notes[:SHOWN], *([f"……还有 {len(report.notes) - SHOWN} 条说明"] if len(report.notes) > SHOWN else ())):
        click.echo(line)
    for bad in report.bad[:SHOWN]:
        click.echo(f"第 {bad.row} 行 {bad.column}:{bad.reason}")
    if len(report.bad) > SHOWN:
        click.echo(f"……还有 {len(report.bad) - SHOWN} 行有误,用 --errors 文件.csv 可全部列出")
    if errors:
        _write_errors(report, errors)


def _write_errors(report, errors: Path) -> None:
    from ..routes.sheets import inert

    with errors.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["行号", "列", "原因"])
        lines.writerows([bad.row, inert(bad.column), inert(bad.reason)] for bad in report.bad)


def _may_write(report, apply: bool, skip_bad: bool) -> bool:
    if not apply:
        click.echo("以上只是试算,没有写入;加 --apply 写入")
        return False
    if report.bad and not skip_bad:
        raise click.ClickException("有误的行请先改正,一行也没有写入;要跳过它们请加 --skip-bad")
    return True


def _written(report) -> None:
    analyse()
    click.echo(f"已写入:新增 {report.new},变更 {report.changed}")
