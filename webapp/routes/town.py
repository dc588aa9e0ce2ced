"""What an administrator, and for the calendar the street, sets for the town: the working calendar, the terms of each category, the units, the return visits."""

import calendar as months
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core.actions import inert
from ..core.calendar import CLOCKS, Terms, hours, spelled
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..core.lines import GROUPS, LABELS
from ..core.road import WAYS
from ..core.units import UNITS
from ..htmx import asks_for_piece, piece
from ..store import lists, people, units, workdays
from ..store.database import writing
from . import figures
from .access import allowed, now, posts, refuse, today, zone

bp = Blueprint("town", __name__, url_prefix="/town")

PAGES = (
    ("town.calendar", N_("工作日历"), "calendar"),
    ("town.categories", N_("类别与时限"), "tag"),
    ("town.unit_list", N_("单位"), "team"),
    ("town.follow_up", N_("回访与提级"), "repeat"),
    ("orders.page", N_("热线工单导入"), "phone"),
    ("limits.show", N_("签收、哨和路径"), "clock"),
)
HOLIDAYS = (N_("元旦"), N_("春节"), N_("农历除夕"), N_("清明节"), N_("劳动节"), N_("端午节"), N_("中秋节"), N_("国庆节"), N_("调休"))
"""Names of days as the library has them, so that they are in the catalogue."""
YEARS = range(2001, 2100)
MOST = 366
"""No clock has more hours or days than this."""
MOST_BYTES = 1_000_000


@bp.app_context_processor
def _frame():
    pages = PAGES if current_user.is_authenticated and posts("admin") else PAGES[:1]
    return {"town_pages": pages, "working_hours": lambda: workdays.calendar(None, zone()).hours}


def noted(connection, detail: str) -> None:
    """The access log says who changed which setting to what, in the same transaction."""
    people.note_access(connection, current_user.username, "changed", now(), detail=detail)


def page(template: str, endpoint: str, status: int = 200, **context):
    """One of the settings, beside the others; an `endpoint` without a dot is one of this module."""
    return render_template(template, nav=figures.nav("town"), here=endpoint if "." in endpoint else f"town.{endpoint}", **context), status


# --- the working calendar


@bp.get("/calendar")
@allowed("admin", "street")
def calendar():
    """工作日历: every day of a year, and whether it is worked."""
    return _calendar(_year(request.args.get("year", str(today().year))))


def _calendar(year: int, status: int = 200, **more):
    return page("town/calendar.html", "calendar", status, **_about(year), **more)


def _about(year: int) -> dict:
    """The months of a year as weeks of days, and how far the year is known."""
    own, library, town = workdays.rows(year=year), workdays.statutory(), workdays.calendar(None, zone())
    weeks = months.Calendar().yeardatescalendar(year, 1)
    return {
        "year": year,
        "years": YEARS,
        "months": [[[_day(day, own, library, town) if day.month == n else None for day in week] for week in month[0]] for n, month in
                   enumerate(weeks, 1)],
        "known": year in town.known,
        "noticed_by": _known_by,
        "from_library": year in library.known,
        "own": len(own),
        "today": today(),
    }  # fmt: skip


def _day(day: date, own: dict, library, town) -> dict:
    """One day: is it worked, what is it called, and did the town itself say so?"""
    works = town.works(day)
    name = own[day]["name"] if day in own else library.names.get(day, "")
    return {"day": day, "works": works, "name": name, "own": day in own, "special": works != (day.weekday() < 5) or bool(name)}


def _year(text: str) -> int:
    year = int(text) if text.isdecimal() and len(text) == 4 else 0
    return year if year in YEARS else abort(404)


@bp.post("/calendar/days")
@allowed("admin", "street")
def set_day():
    """Say whether one day is worked: the form's `day` is 2026-10-10:1. Said twice it changes nothing."""
    text, _colon, works = request.form.get("day", "").partition(":")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(400)
    if day.year not in YEARS or works not in {"0", "1"}:
        abort(400)
    with writing() as connection:
        if workdays.set_day(connection, day, works == "1"):
            noted(connection, f"workday {day} {works}")
    if asks_for_piece():
        return piece(render_template("town/_month.html", n=day.month, **_about(day.year)))
    return redirect(url_for(".calendar", year=day.year, _anchor=f"month-{day.month}"), 303)


@bp.post("/calendar/known")
@allowed("admin", "street")
def set_known():
    """The year's calendar was checked against its notice, or it was not."""
    year, known = _year(request.form.get("year", "")), request.form.get("known") == "1"
    with writing() as connection:
        if workdays.set_known(connection, year, known):
            noted(connection, f"workdays {year} {'known' if known else 'estimated'}")
    return redirect(url_for(".calendar", year=year), 303)


@bp.post("/calendar/notice")
@allowed("admin", "street")
def notice():
    """The notice of a year as a file: tried out first, then written. A file with a bad row is not written at all."""
    from ..intake import rows
    from ..intake import workdays as notices

    year, file, report, fault = _year(request.form.get("year", "")), request.files.get("file"), None, ""
    try:
        if not file or not file.filename:
            raise rows.Unreadable(_("请选文件"))
        data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise rows.Unreadable(_("文件太大;一年的通知只有几十行"))
        report = notices.compare(rows.parsed(file.filename, data), workdays.rows())
        if not report.touched and not report.bad:
            raise rows.Unreadable(_("文件里没有日期"))
    except rows.Unreadable as error:
        fault = error.message
    bad = bool(fault or report.bad)
    if not bad and request.form.get("apply") == "1":
        with writing() as connection:
            if workdays.keep(connection, report.rows, report.years):
                noted(connection, f"workdays {sorted(report.years)} {len(report.rows)}")
        flash(_("通知已写入:新增 %(new)s 天,变更 %(changed)s 天,不变 %(same)s 天", new=report.new, changed=report.changed, same=report.same))
        flash(_known_by(report))
        return redirect(url_for(".calendar", year=max(report.years or report.touched)), 303)
    if asks_for_piece():
        return piece(render_template("town/_report.html", report=report, fault=fault, noticed_by=_known_by), 422 if bad else 200)
    return _calendar(year, 422 if bad else 200, report=report, fault=fault)


def _known_by(report) -> str:
    """Which years' notices are in the file."""
    if not report.years:
        return _("文件里没有一整年的通知(要有春节和国庆节的休息日),年份仍标“预估”。")
    return _("算作已有放假通知的年份:%(years)s", years=_("、").join(map(str, sorted(report.years))))


@bp.post("/calendar/hours")
@allowed("admin", "street")
def set_hours():
    """When a working day is worked: the form's `opens` and `closes`, piece by piece; a piece left empty is none."""
    pairs = zip(request.form.getlist("opens"), request.form.getlist("closes"), strict=False)
    try:
        pieces = hours(" ".join(f"{opens}-{closes}" for opens, closes in pairs if opens or closes))
    except ValueError:
        flash(_("上班时间没写对:每段从早到晚,前后不重叠"), "error")
    else:
        with writing() as connection:
            workdays.set_hours(connection, pieces)
            noted(connection, f"hours {spelled(pieces)}")
        flash(_("已保存"))
    return redirect(url_for(".calendar", _anchor="hours"), 303)


# --- categories


@bp.get("/categories")
@allowed("admin")
def categories():
    """类别与时限: what each category may take, how it is worked on, and who usually gets it."""
    kind = request.args.get("kind", "hazard")
    return category_page(kind) if kind in by_kind() else abort(404)


def category_page(kind: str, status: int = 200, **context):
    groups: dict[str, list] = {}
    for one in lists.categories(kind):
        groups.setdefault(one.group, []).append(one)
    return page("town/categories.html", "categories", status, kind=kind, kinds=by_kind(), groups=groups, **choices(), **context)


def _timed() -> list[str]:
    """The kinds of entry that can be cases; a record has no deadline."""
    return [kind.name for kind in KINDS.values() if kind.case or kind.ordered_is_case]


def by_kind() -> list[str]:
    """The kinds of entry that have categories."""
    there = {one.kind for one in lists.categories()}
    return [name for name in KINDS if name in there]


def choices() -> dict:
    known = [unit for unit in units.within([post.path for post in posts("admin")]) if unit.active]
    return {"clocks": CLOCKS, "ways": WAYS, "known_units": {unit.code: unit.name for unit in known}, "timed": _timed(), "line_groups": GROUPS}


@bp.post("/categories/<code>")
@allowed("admin")
def set_category(code):
    """The clock, amount, way, usual unit and lines of one category. What is open keeps the deadline that it has; a record has none."""
    found = next((one for one in lists.categories() if one.code == code), None)
    if found is None:
        abort(404)
    offered = choices()
    columns, faults = terms_in(found.unit, offered) if found.kind in _timed() else ({}, [])
    if not faults:
        labels = [name for name in LABELS if name in request.form.getlist("labels")]
        with writing() as connection:
            workdays.set_category(connection, code, **columns, labels=labels)
            noted(connection, " ".join(str(value or "-") for value in ("category", code, *columns.values(), *labels)))
        found = next(one for one in lists.categories() if one.code == code)
    if asks_for_piece():
        about = {"one": found, "saved": not faults, "faults": faults, "opened": bool(faults)}
        return piece(render_template("town/_category.html", **about, **offered), 422 if faults else 200)
    flash(faults[0] if faults else _("已保存:%(name)s", name=_(found.label)), "error" if faults else "message")
    return redirect(url_for(".categories", kind=found.kind, _anchor=f"category-{code}"), 303)


def terms_in(now: str | None, offered: dict) -> tuple[dict, list]:
    """The columns of a case's category that the form gives, whose unit was `now`, and what is wrong with it."""
    form, faults = request.form, []
    amount, unit = amount_in(form.get("amount", "")), form.get("unit") or None
    if form.get("amount", "").strip() and amount is None:
        faults.append(_("时限请填 1 到 %(most)s 的整数,或留空", most=MOST))
    if form.get("clock") not in CLOCKS or form.get("way", "") not in {"", *WAYS}:
        abort(400)
    if unit not in {None, now, *offered["known_units"]}:
        abort(400)
    return {"amount": amount, "clock": form["clock"], "way": form.get("way", ""), "unit": unit}, faults


def amount_in(text: str) -> int | None:
    """A number of hours or days, at least one; None for what is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST else None


# --- units


@bp.get("/units")
@allowed("admin")
def unit_list():
    """单位: whom cases can be given to."""
    return _units()


def _units(status: int = 200, faults=(), values=None):
    found = units.within(_paths())
    codes = [one.code for one in found]
    names = {area.code: area.name for area in units.areas_in(_paths())}
    return page(
        "town/units.html", "unit_list", status, units=found, kinds=UNITS, areas=names, faults=faults, values=values or {},
        tasks=units.open_tasks(codes), handlers=units.handlers(codes, today()),
    )  # fmt: skip


def _paths() -> list[str]:
    return [post.path for post in posts("admin")]


@bp.post("/units")
@allowed("admin")
def add_unit():
    """A new unit."""
    columns, faults = _unit_form()
    if faults:
        return _units(422, faults, request.form)
    with writing() as connection:
        code = units.put(connection, None, active=True, **columns)
        noted(connection, f"unit {code} {columns['kind']} {columns['area_code']} {columns['name']}")
    flash(_("已加入:%(name)s", name=columns["name"]))
    return redirect(url_for(".unit_list", _anchor=f"unit-{code}"), 303)


def _unit_form() -> tuple[dict, list]:
    """The columns that the form gives, and what is wrong with it. An area that is not one's own does not exist."""
    form = request.form
    name, telephone = inert(form.get("name", "")), inert(form.get("telephone", ""))
    if form.get("area") not in {area.code for area in units.areas_in(_paths())}:
        refuse(f"area={form.get('area', '')[:80]}")
    faults = [("name", _("请写单位名称,最长 80 个字"))] if not 0 < len(name) <= 80 else []
    if form.get("kind") not in UNITS:
        faults.append(("kind", _("请选单位类型")))
    if len(telephone) > 40:
        faults.append(("telephone", _("电话太长")))
    return {"name": name, "kind": form.get("kind"), "area_code": form["area"], "telephone": telephone or None}, faults


def _own_unit(code: str):
    found = units.by_code(code)
    if found is None or found not in units.within(_paths()):
        refuse(f"unit={code[:80]}")
    return found


@bp.post("/units/<code>")
@allowed("admin")
def set_unit(code):
    """Other words for a unit that is there."""
    _own_unit(code)
    columns, faults = _unit_form()
    if faults:
        flash("；".join(words for _field, words in faults), "error")
    else:
        with writing() as connection:
            units.put(connection, code, **columns)
            noted(connection, f"unit {code} {columns['kind']} {columns['area_code']} {columns['name']}")
        flash(_("已保存:%(name)s", name=columns["name"]))
    return redirect(url_for(".unit_list", _anchor=f"unit-{code}"), 303)


@bp.post("/units/<code>/state")
@allowed("admin")
def set_unit_state(code):
    """Close a unit, if nothing is left for it to do, or open it again."""
    name, active = _own_unit(code).name, request.form.get("active") == "1"
    with writing() as connection:
        done = units.set_active(connection, code, active)
        if done:
            noted(connection, f"unit {code} {'opened' if active else 'closed'}")
    if not done:
        flash(_("%(name)s 还有没办完的任务,请先转派", name=name), "error")
    else:
        flash(_("%(name)s 已启用", name=name) if active else _("%(name)s 已停用", name=name))
    return redirect(url_for(".unit_list", _anchor=f"unit-{code}"), 303)


# --- return visits


@bp.get("/follow-up")
@allowed("admin")
def follow_up():
    """回访设置: how many are visited again after the closing, and by when."""
    town = workdays.town(None, zone())
    return page("town/follow_up.html", "follow_up", share=town.share, clock=town.follow.clock, amount=town.follow.amount, town=town, clocks=CLOCKS)


@bp.post("/follow-up")
@allowed("admin")
def set_follow_up():
    """The share and the clock of return visits, for what is closed from now on."""
    form, faults = request.form, []
    share = 0 if form.get("share", "").strip() == "0" else amount_in(form.get("share", ""))
    amount, clock = amount_in(form.get("amount", "")), form.get("clock", "")
    if share is None or share > 100:
        faults.append(("share", _("比例请填 0 到 100 的整数")))
    if amount is None:
        faults.append(("amount", _("时限请填 1 到 %(most)s 的整数", most=MOST)))
    if clock not in CLOCKS:
        abort(400)
    if faults:
        typed = {"share": form.get("share"), "amount": form.get("amount"), "clock": clock}
        return page("town/follow_up.html", "follow_up", 422, clocks=CLOCKS, faults=faults, town=workdays.town(None, zone()), **typed)
    with writing() as connection:
        workdays.set_follow_up(connection, share, Terms(clock, amount))
        noted(connection, f"follow_up {share}% {amount} {clock}")
    flash(_("已保存"))
    return redirect(url_for(".follow_up"), 303)


@bp.post("/climb")
@allowed("admin")
def set_climb():
    """How long each level, or with `of` rung each post within the grid, has once a deadline is over; for every open case, from now on."""
    amount, clock = amount_in(request.form.get("amount", "")), request.form.get("clock", "")
    what = "climb.rung" if request.form.get("of") == "rung" else "climb"
    if clock not in CLOCKS:
        abort(400)
    if amount is None:
        flash(_("时限请填 1 到 %(most)s 的整数", most=MOST), "error")
    else:
        with writing() as connection:
            workdays.set_terms(connection, {what: Terms(clock, amount)})
            noted(connection, f"{what} {amount} {clock}")
        flash(_("已保存"))
    return redirect(url_for(".follow_up", _anchor="climb"), 303)
