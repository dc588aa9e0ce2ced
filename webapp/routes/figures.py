"""看板: what was received and what became of it, for an area and a period, down to the entries behind each number."""

from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _

from ..core import periods, rules, tallies
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..core.tallies import Figures, percent
from ..store import jobs, lists, sums
from ..store.places import LOWER
from . import desk
from .access import allowed, now, posts, refuse, today
from .asked import MEASURES
from .sheets import csv_file
from .words import day, language, moment, named

bp = Blueprint("figures", __name__)

ROLES = ("secretary", "street", "worker", "admin")
FEW = 5
"""A rate of fewer cases than this is greyed and not ranked: one case more would turn it over."""
MOST_DAYS = 3 * 366
YEARS = date(2000, 1, 1), date(2199, 12, 31)
MOST_LINES, MOST_COLUMNS = 15, 14
RATES = {
    "closure": (N_("办结率"), "closed", "received"),
    "on_time": (N_("按期办结率"), "closed_on_time", "with_deadline"),
    "day1": (N_("当天办结"), "closed_day1", "mature"),
    "day2": (N_("两天办结"), "closed_day2", "mature"),
    "day3": (N_("三天办结"), "closed_day3", "mature"),
    "coverage": (N_("走访户数覆盖"), "households_visited", None),
}
"""rate -> (label, measure of its numerator, measure of its denominator). docs/indicators.md explains each."""

QUALITY = {
    N_("在哪一级办结"): {
        "closed_grid": (N_("小事不出网格"), "closed_grid", "closed"),
        "closed_community": (N_("大事不出社区"), "closed_within", "closed"),
    },
    N_("怎样办结"): {
        "answer": (N_("答复"), "answer", "closed"),
        "spot": (N_("现场"), "spot", "closed"),
        "joint": (N_("协调"), "joint", "closed"),
        "study": (N_("研判"), "study", "closed"),
        "resolve": (N_("化解"), "resolve", "closed"),
    },
    N_("居民怎么说"): {
        "followed": (N_("回访率"), "closed_followed", "closed"),
        "solved": (N_("解决率"), "solved", "followed"),
        "satisfied": (N_("满意率"), "satisfied", "rated"),
    },
    N_("走了弯路的"): {
        "reworked": (N_("返工率"), "reworked", "received"),
        "extended": (N_("延期率"), "extended", "with_deadline"),
        "supervised": (N_("督办率"), "supervised", "received"),
        "raised": (N_("提级率"), "raised", "received"),
        "suspended": (N_("挂账率"), "suspended", "received"),
    },
}
"""办理质量: heading -> rate -> (label, measure of its numerator, measure of its denominator)."""
ALL_RATES = RATES | {name: about for group in QUALITY.values() for name, about in group.items()}
RECORDS = {"patrols": N_("巡查"), "receptions": N_("接待"), "contacts": N_("联系走访")}
"""What is counted beside the visits."""


@dataclass(frozen=True)
class Line:
    """One line of a table: an area, a kind, a category or a unit, with its figures; `households` live there, where that makes sense."""

    label: str
    figures: Figures
    url: str | None = None
    area: str | None = None
    kind: str | None = None
    category: str | None = None
    households: int | None = None
    unit: str | None = None

    @property
    def rates(self) -> dict[str, tuple[int, int]]:
        rates = self.figures.rates
        return rates if self.households is None else rates | {"coverage": (self.figures.households_visited, self.households)}


def asked_days(period: str, args) -> tuple[date, date]:
    """First and last day of a named period, or of `from` … `to`; 400 for what is no period or too long a one."""
    if period in periods.PERIODS:
        return periods.days(period, today())
    try:
        first, last = sorted(date.fromisoformat(args[name]) for name in ("from", "to"))
    except (KeyError, ValueError):
        abort(400)
    if (last - first).days > MOST_DAYS or first < YEARS[0] or last > YEARS[1]:
        abort(400)
    return first, last


class Asked:
    """The area, period and kind that the address asks for. 404 for an area that is not one's own, 400 for what makes no sense."""

    def __init__(self, args):
        self.tops = _tops()
        self.area = _own_area(args["area"], self.tops) if args.get("area") else self.tops[0]
        self.kind = args.get("kind") or None
        self.sort = args.get("sort", "closure")
        if self.kind not in {None, *KINDS} or self.sort not in SORTS:
            abort(400)
        self.period = args.get("period") or ("own" if args.get("from") else "month")
        self.all = bool(args.get("all"))
        self.first, self.last = asked_days(self.period, args)

    def url(self, endpoint: str = ".page", **changed) -> str:
        """The same page with something changed; None takes a part of the address away."""
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()} if self.period == "own" else {"period": self.period}
        parts = {"area": self.area.code, "kind": self.kind, "sort": self.sort if self.sort != "closure" else None} | days | changed
        return url_for(endpoint, **{name: value for name, value in parts.items() if value is not None})

    def behind(self, line: Line, measure: str) -> str | None:
        """Where the entries behind a number are, for those who may open them."""
        code = line.area or self.area.code
        if line.area == "" or not any(self.area.path.startswith(path) for path in desk.paths()):
            return None
        parts = {"from": self.first.isoformat(), "to": self.last.isoformat(), "kind": line.kind or self.kind, "category": line.category}
        parts |= {"unit": line.unit}
        return url_for("desk.entries", area=code, measure=measure, **{name: value for name, value in parts.items() if value is not None})

    @property
    def rates(self) -> dict:
        """The rates that make sense: of one kind of case there are no visits."""
        return RATES if self.kind is None else {name: about for name, about in RATES.items() if name != "coverage"}

    def households(self, codes=()) -> dict[str, int]:
        return sums.households(self.area, codes) if self.kind is None else {}

    def total(self) -> Line:
        return Line(named(self.area), self.figures()[""], households=self.households().get(self.area.code))

    def figures(self, by: str | None = None, codes=None, days: tuple[date, date] | None = None) -> dict[str, Figures]:
        return sums.figures(self.area, *(days or (self.first, self.last)), today(), by, kind=self.kind, codes=codes)


def _tops() -> list:
    """The areas of one's posts, the widest first."""
    paths = sorted({post.path for post in posts(*ROLES)}, key=lambda path: (path.count("/"), path))
    wide = [path for path in paths if not any(path != other and path.startswith(other) for other in paths)]
    return [lists.areas_above(path)[-1] for path in wide]


def _own_area(code: str, tops: list):
    area = lists.area_by_code(code)
    if area is None or area.level in LOWER or not any(area.path.startswith(top.path) for top in tops):
        refuse(f"area={code}")
    return area


def nav(active: str | None = None) -> list[dict]:
    """The desk's rail; a shorter one for those who do not decide there."""
    if items := desk.rail(active):
        return items
    field = [{"name": "field", "url": url_for("field.today"), "label": _("今天"), "icon": "today"}] if posts(*rules.FIELD_ROLES) else []
    duties = [{"name": "duties", "url": url_for("duties.page"), "label": _("责任"), "icon": "team", "active": active == "duties"}]
    regrid = [{"name": "regrid", "url": url_for("regrid.page"), "label": _("网格调整"), "icon": "map", "active": active == "regrid"}]
    grids = [{"name": "grids", "url": url_for("grids.index"), "label": _("网格"), "icon": "map", "active": active == "grids"}]
    town = [{"name": "town", "url": url_for("town.calendar"), "label": _("设置"), "icon": "settings", "active": active == "town"}]
    recite = [{"name": "recite", "url": url_for("papers.recite"), "label": _("一口清"), "icon": "list"}]
    return field + (town + duties + regrid + recite if posts("admin") else []) + (grids if posts("worker") else []) + [
        {"name": "figures", "url": url_for("figures.page"), "label": _("看板"), "icon": "chart", "active": active == "figures"},
        {"name": "posters", "url": url_for("link.posters"), "label": _("海报"), "icon": "qr", "active": active == "posters"},
    ]


# --- lines


def _below(area, first: date, last: date) -> list:
    """The areas to compare: its children, or theirs where there is only one. Of those that a re-grid has closed, those with figures then."""
    found = [one for one in lists.areas_ever_below(area.code) if one.level not in LOWER]
    closed = sums.counted([one.code for one in found if one.ends], first, last)
    found = [one for one in found if one.ends is None or one.code in closed]
    if len(found) == 1:
        return _below(found[0], first, last) or found
    return found


def _area_lines(asked: Asked, total: Line, below: list) -> list[Line]:
    codes = [one.code for one in below]
    found = asked.figures("area", codes)
    homes = asked.households(codes)
    lines = []
    for one in below:
        living = None if one.ends else homes.get(one.code)
        lines.append(Line(named(one), found.get(one.code, Figures()), asked.url(area=one.code), one.code, households=living))
    lines.sort(key=SORTS[asked.sort])
    own = tallies.rest(total.figures, [line.figures for line in lines])
    return lines + [Line(_("本级直接登记"), own, area="")] if lines and own != Figures() else lines


def _worst(name: str):
    """Sorts by a rate, the lowest first; rates of too few cases come last and are not ranked."""

    def key(line: Line):
        over, under = line.rates.get(name, (0, 0))
        return (0 if under >= FEW else 1 if under else 2, over / under if under else 0, -under, line.label)

    return key


def _most(name: str):
    return lambda line: (-getattr(line.figures, name), line.label)


SORTS = {name: _worst(name) for name in RATES} | {name: _most(name) for name in ("received", "closed", "visits")}


def _kind_lines(asked: Asked) -> list[Line]:
    found = asked.figures("kind")
    lines = [Line(_(kind.label), found.get(kind.name, Figures()), kind=kind.name) for kind in KINDS.values()]
    return [line for line in lines if line.figures.received]


def _category_lines(asked: Asked) -> list[Line]:
    """By category, the most cases first. The codes of two kinds differ; only “none” is shared, so it is not tied to a kind."""
    labels = lists.category_labels() | {"": _("没有选类别")}
    lines = [Line(_(labels.get(code, code)), one, category=code) for code, one in asked.figures("category").items() if one.received]
    return sorted(lines, key=_most("received"))


def _unit_lines(asked: Asked, total: Line) -> list[Line]:
    """By the unit that led each case last, the worst first; below them what no unit leads."""
    found = sums.by_unit(asked.area, asked.first, asked.last, today(), kind=asked.kind)
    names = jobs.unit_names({*found})
    lines = sorted((Line(names.get(code, code), one, unit=code) for code, one in found.items()), key=_worst("closure"))
    return [*lines, Line(_("没有派给单位的"), tallies.rest(total.figures, [*found.values()]), area="")] if lines else []


def _heat(asked: Asked, below: list) -> dict:
    """Cases received, area × category: the commonest categories, the areas with most cases; each cell with its class of heat."""
    found = sums.received_by([one.code for one in below], asked.first, asked.last, asked.kind)
    labels = lists.category_labels() | {"": _("没有选类别")}
    rows, columns = {}, {}
    for (code, kind, category), count in found.items():
        rows[kind, category] = rows.get((kind, category), 0) + count
        columns[code] = columns.get(code, 0) + count
    shown = sorted((one for one in below if one.code in columns), key=lambda one: -columns[one.code])[:MOST_COLUMNS]
    top = max([5, *found.values()])
    lines = []
    for kind, category in sorted(rows, key=lambda row: (-rows[row], row))[:MOST_LINES]:
        cells = [
            Line(named(one), Figures(received=found.get((one.code, kind, category), 0)), None, one.code, kind, category) for one in shown
        ]
        heat = [-(-5 * cell.figures.received // top) for cell in cells]
        label = _(labels.get(category, category))
        lines.append({"label": label, "kind": kind, "total": rows[kind, category], "cells": list(zip(cells, heat, strict=True))})
    return {"areas": shown, "lines": lines, "all": len(rows), "columns": len(columns)}


def _over_time(asked: Asked) -> dict:
    """Received and, of these, closed by now: for each day, week or month of the period."""
    found = asked.figures("day")
    how, stretches = periods.stretches(asked.first, asked.last)
    shown = []
    for first, last in stretches:
        inside = [one for when, one in found.items() if first <= when <= last]
        received, closed = (sum(getattr(one, name) for one in inside) for name in ("received", "closed"))
        shown.append({"label": _short(first) if first == last else f"{_short(first)}–{_short(last)}", "value": received, "part": closed})
    return {"how": how, "columns": shown}


def _short(one: date) -> str:
    """11月22日, in a period that names its year elsewhere."""
    return one.strftime("%b %-d") if language() == "en" else f"{one.month}月{one.day}日"


def _trends(asked: Asked, total: Line) -> dict[str, tuple]:
    """measure -> (words, direction, is it welcome) against the period before. Only what does not ripen with time is compared."""
    before = asked.figures(days=periods.before(asked.first, asked.last))[""]
    found = {}
    for name in ("received", "visits"):
        if was := getattr(before, name):
            found[name] = _trend(getattr(total.figures, name) - was, _("比上期多 %(n)s"), _("比上期少 %(n)s"))
    for name in ("day1", "day2", "day3"):
        (over, under), (was, of) = total.figures.rates[name], before.rates[name]
        if min(under, of) >= FEW:
            points = round(100 * over / under - 100 * was / of, 1)
            found[name] = (*_trend(points, _("比上期高 %(n)s 个百分点"), _("比上期低 %(n)s 个百分点"))[:2], points > 0 if points else None)
    return found


def _trend(change: float, more: str, less: str) -> tuple:
    if not change:
        return _("和上期一样"), "flat", None
    return (more if change > 0 else less) % {"n": abs(change)}, "up" if change > 0 else "down-arrow", None


# --- pages


@bp.get("/figures")
@allowed(*ROLES)
def page():
    """看板 of an area and a period."""
    asked = Asked(request.args)
    below = _below(asked.area, asked.first, asked.last)
    total = asked.total()
    return render_template(
        "figures/page.html",
        nav=nav("figures"),
        asked=asked,
        above=[one for one in lists.areas_above(asked.area.path) if any(one.path.startswith(top.path) for top in asked.tops)],
        periods=periods.PERIODS,
        rates=asked.rates,
        quality=QUALITY,
        measures=MEASURES,
        records=RECORDS if asked.kind is None else {},
        few=FEW,
        most=MOST_LINES,
        total=total,
        trends=_trends(asked, total),
        areas=_area_lines(asked, total, below),
        kinds=_kind_lines(asked),
        units=_unit_lines(asked, total),
        categories=_category_lines(asked),
        heat=_heat(asked, below),
        over_time=_over_time(asked),
        mature_until=tallies.last_mature_day(today()),
        as_of=now(),
    )


COUNTED = {
    "received": N_("收件"),
    "closed": N_("办结"),
    "with_deadline": N_("有时限"),
    "closed_on_time": N_("按期办结"),
    "mature": N_("满三天的收件"),
    "closed_day1": N_("当天办结"),
    "closed_day2": N_("两天办结"),
    "closed_day3": N_("三天办结"),
    "withdrawn": N_("撤回"),
    "declined": N_("不予受理"),
    "visits": N_("走访次数"),
    "households_visited": N_("走访到的户"),
    "deliveries": N_("配送"),
    "patrols": N_("巡查"),
    "receptions": N_("接待"),
    "received_people": N_("接待人次"),
    "contacts": N_("联系走访"),
}


@bp.get("/figures.csv")
@allowed(*ROLES)
def export():
    """The table of areas for a spreadsheet program, with what was counted how, and when."""
    asked = Asked(request.args)
    total = asked.total()
    whole = replace(total, label=_("%(area)s 合计", area=asked.area.name), area=asked.area.code)
    lines = [whole, *_area_lines(asked, total, _below(asked.area, asked.first, asked.last))]
    heads = [
        _("辖区编码"),
        _("辖区"),
        *(_(label) for label in COUNTED.values()),
        _("户数"),
        *(f"{_(label)}(%)" for label, _over, _under in ALL_RATES.values()),
    ]
    rows = [[line.area, line.label, *(getattr(line.figures, name) for name in COUNTED), line.households, *_shares(line)] for line in lines]
    kind = _(KINDS[asked.kind].label) if asked.kind else _("全部类型")
    rows += [
        [],
        [_("口径"), _("收件口径:只数这段时间收到的件,不论哪天办结;撤回和不予受理的另列")],
        [_("期间"), f"{day(asked.first)}–{day(asked.last)}", kind],
        [_("截至"), f"{day(now())} {moment(now()).split()[-1]}"],
    ]
    return csv_file(_("看板-%(area)s", area=asked.area.name), heads, rows)


def _shares(line: Line) -> list[str]:
    return [percent(*line.rates[name]).rstrip("%") if name in line.rates else "—" for name in ALL_RATES]
