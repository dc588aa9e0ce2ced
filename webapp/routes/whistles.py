"""吹哨报到: which whistles were blown, how the units answered, and what the community says of it afterwards."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import periods, rules, tasks, whistles
from ..core.actions import RATINGS
from ..core.tallies import percent
from ..core.tasks import WHISTLES
from ..core.whistles import MEASURES, RATES, STATES, Line, Whistle
from ..store import jobs, lists
from ..store import whistles as records
from . import desk
from .access import allowed, note, now, posts, refuse, today, zone
from .duties import above, grids_below, own_area, tops
from .figures import FEW, asked_days
from .notices import frame, way
from .rail import paths
from .record import lasting, title
from .sheets import csv_file
from .words import day, moment

bp = Blueprint("whistles", __name__)

ROLES = (*rules.DESK_ROLES, "handler")
MOST = 200
"""So many whistles stand below the league; a unit or a shorter period shows the rest."""
TONES = {"blown": "waiting", "late": "overdue", "signed": "underway", "overdue": "overdue", "done": "done", "done_late": "overdue"}


class Asked:
    """Period, unit and measure that the address asks for. At the desk those of one's areas, else those of one's own units."""

    def __init__(self, args):
        self.paths, self.area = paths(), None
        if self.paths and args.get("area"):
            self.area = own_area(args["area"], *rules.DESK_ROLES)
            self.paths = [self.area.path]
        self.units = set() if self.paths else current_user.who.units(today())
        self.period = args.get("period") or ("own" if args.get("from") else "month")
        self.first, self.last = asked_days(self.period, args)
        self.measure, self.unit = args.get("measure", "blown"), args.get("unit") or None
        if self.measure not in MEASURES:
            abort(400)
        since, until = self._start(self.first), self._start(self.last + timedelta(days=1))
        self.all = records.blown(self.paths, self.units, current_user.username, since, until)
        if self.unit and not self.paths and self.unit not in self.units:
            refuse(f"unit={self.unit[:80]}")

    @staticmethod
    def _start(one: date) -> datetime:
        return datetime.combine(one, time(), zone())

    def url(self, endpoint: str = ".page", **changed) -> str:
        """The same page with something changed; None takes a part of the address away."""
        days = {"from": self.first.isoformat(), "to": self.last.isoformat()} if self.period == "own" else {"period": self.period}
        area = self.area.code if self.area else None
        parts = {"area": area, "unit": self.unit, "measure": self.measure if self.measure != "blown" else None} | days | changed
        return url_for(endpoint, **{name: value for name, value in parts.items() if value is not None})

    def places(self) -> list[tuple[str, str, bool]]:
        """(code, name, is it the one asked for) of the areas to choose from: the way down to the one asked for, and those below it."""
        if not self.paths:
            return []
        way = above(self.area, *rules.DESK_ROLES) if self.area else tops(*rules.DESK_ROLES)
        found = {one.code: one for one in [*way, *(below for one in way[-1 if self.area else 0 :] for below in grids_below(one))]}
        return [(one.code, one.name, self.area is not None and one.code == self.area.code) for one in found.values()] if len(found) > 1 else []

    def listed(self) -> list[Whistle]:
        """The whistles behind the number that was asked for; without one, all of them."""
        some = [one for one in self.all if self.unit in {None, one.unit}]
        return whistles.counted(some, self.measure, now())


@dataclass(frozen=True)
class Row:
    """One unit of the league in words; `place` is its rank, None where it has too few whistles to be ranked."""

    name: str
    figures: Line
    place: int | None
    answer: str


def league(asked: Asked) -> list[Row]:
    """The units, the best at answering first."""
    lines = whistles.league(asked.all, now(), FEW)
    names = jobs.unit_names({one.unit for one in lines})
    return [
        Row(names.get(one.unit, one.unit), one, place if one.rate("answer_rate")[1] >= FEW else None, _length(one.answer_time))
        for place, one in enumerate(lines, 1)
    ]


def _length(span: timedelta | None) -> str:
    return "—" if span is None else lasting(span)


@bp.get("/whistles")
@allowed(*ROLES)
def page():
    """The league of the units and the whistles behind each number."""
    asked = Asked(request.args)
    found = asked.listed()
    rows = league(asked)
    whole = whistles.line("", asked.all, now())
    total = Row(_("合计"), whole, None, _length(whole.answer_time))
    shown = frame("whistles") | {"asked": asked, "told": cards(found[:MOST]), "found": len(found), "as_of": now()}
    shown |= {"league": rows, "total": total, "rates": RATES, "measures": MEASURES, "few": FEW, "periods": periods.PERIODS}
    html = render_template("whistles/page.html", **shown)
    note("listed", detail=f"{len(found)} whistles")
    return html


def cards(found: list[Whistle]) -> list[dict]:
    """What the list shows of each whistle."""
    units, rows = jobs.unit_names({one.unit for one in found}), records.entries({one.entry for one in found})
    labels, grids = lists.category_labels(), lists.names_of({row.scope for row in rows.values()})
    return [
        {
            "whistle": one,
            "number": row.number,
            "title": title(row, labels),
            "grid": grids.get(row.scope, row.scope),
            "unit": units.get(one.unit, one.unit),
            "sort": _(WHISTLES[one.whistle]),
            "state": (_(STATES[state]), TONES.get(state, "plain")),
            "url": way(row, one.n),
            "grade": _(RATINGS[one.grade]) if one.grade else None,
        }
        for one, row, state in ((one, rows[one.entry], one.state(now())) for one in found)
    ]


@bp.get("/whistles.csv")
@allowed(*ROLES)
def export():
    """The league for a spreadsheet program: every numerator and denominator, and what was counted when."""
    asked = Asked(request.args)
    rates = [f"{_(words)}(%)" for words, _over, _under in RATES.values()]
    heads = [_("单位"), *(_(words) for words, _counts in MEASURES.values()), *rates, _("应哨时间中位数(分钟)")]
    lines = [[row.name, *row.figures.counts.values(), *_shares(row.figures), _minutes(row.figures.answer_time)] for row in league(asked)]
    lines += [[], [_("期间"), f"{day(asked.first)}–{day(asked.last)}", _("按吹哨的日子")], [_("截至"), moment(now())]]
    return csv_file(_("吹哨报到"), heads, lines)


def _shares(line: Line) -> list[str]:
    return [percent(*line.rate(name)).rstrip("%") for name in RATES]


def _minutes(span: timedelta | None) -> str:
    return "—" if span is None else str(round(span.total_seconds() / 60))


# --- the community's word


@bp.app_context_processor
def _grading():
    return {"whistle_tasks": whistled, "may_grade": may_grade, "unit_names": jobs.unit_names, "answers_whistles": _answers}


def _answers() -> bool:
    """Is this somebody who answers for a unit?"""
    return current_user.is_authenticated and bool(posts("handler"))


def whistled(entry) -> list[tasks.Task]:
    """The tasks of an entry that a whistle was blown for and a unit had."""
    return [task for task in tasks.load(entry.road) if task.whistle and task.unit and task.end != "moved"]


def may_grade(entry) -> bool:
    """Is it closed, and this person's to say?"""
    return entry.stage == "closed" and any(entry.path.startswith(post.path) for post in posts("secretary"))


@bp.post("/desk/entries/<uuid:id>/grade")
@allowed("secretary")
def grade(id):
    """评哨: how a unit answered the whistle of one task, said once the case is closed."""
    entry, form = desk.own_entry(str(id), "secretary"), request.form
    score, number = form.get("score"), form.get("task", "")
    if number not in {str(task.n) for task in whistled(entry)}:
        abort(400)
    if score not in RATINGS:
        return desk.shown(entry.id, 422, fault=("graded", _("请选满意、基本满意或不满意")))
    body = {"task": int(number), "score": score, "note": form.get("words", "").strip()}
    return desk.settle("graded", entry.id, body, _("评哨已记下"))
