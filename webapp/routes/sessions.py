"""说事议事: the sessions and meetings that come back, when the next ones are, what was held, and what became of what was said."""

from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import duties, rules, sessions
from ..core.actions import inert
from ..core.kinds.shape import N_
from ..core.periods import PERIODS
from ..core.progress import NOW
from ..core.sessions import BACK, FORMS, MEETINGS, NTHS, PRESIDES, SORTS, Counts, Matter
from ..store import lists, people, points, workdays
from ..store import sessions as store
from ..store.database import writing
from . import course, record
from .access import allowed, new_id, note, now, posts, refuse, today, zone
from .duties import above, date_in, own_area, tops
from .figures import asked_days
from .rail import rail
from .words import day as day_words

bp = Blueprint("sessions", __name__)

ROLES = rules.DESK_ROLES
DAY = timedelta(days=1)
MOST_COMING = 6

LISTS = {
    "held": N_("办了几次"),
    "people": N_("到场人次"),
    "briefings": N_("讲政策"),
    "said": N_("说的事"),
    **SORTS,
    "topics": N_("上会议题"),
    "settled": N_("议题已办结"),
}
"""count -> its name; each leads to what was counted. Those of the first line are sessions, all others cases."""
OF_SESSIONS = ("held", "people", "briefings")


@bp.app_context_processor
def _words():
    return {"FORMS": FORMS, "weekday": weekday}


def weekday(day: date) -> str:
    """周五."""
    return _(duties.WEEKDAYS[day.weekday()])


# --- the series, what comes and what was held


class Asked:
    """The area, days and series that the address asks for. 404 for what is not one's own, 400 for what makes no sense."""

    def __init__(self, args):
        self.args = {name: args[name] for name in ("area", "period", "from", "to", "series") if args.get(name)}
        self.area = own_area(args.get("area"), *ROLES)
        self.period = args.get("period") or ("own" if args.get("from") else "90days")
        self.first, self.last = asked_days(self.period, args)
        self.series = {row.id: (row, area) for row, area in store.in_areas([self.area.path], min(self.first, today() - BACK))}
        self.one = args.get("series") or None
        if self.one and self.one not in self.series:
            refuse(f"series={self.one[:40]}")

    def url(self, endpoint: str = ".page", **changed) -> str:
        parts = self.args | changed
        return url_for(endpoint, **{name: value for name, value in parts.items() if value is not None})


class Found:
    """What was held in a period of some series, what was said there, and the cases on the agendas."""

    def __init__(self, ids: list[str], first: date, last: date):
        self.held = store.held(ids, first, last)
        self.series = {one.id: one.details["series"] for one in self.held}
        self.said = [row for row in _visible(store.said(list(self.series), current_user.username)) if row.stage != "declined"]
        self.topics = topics(self.held)

    def listed(self, what: str, series: str | None = None) -> list:
        """The rows behind one count, of one series or of all."""
        held = [one for one in self.held if series in {None, one.details["series"]}]
        if what in OF_SESSIONS:
            return [one for one in held if what == "held" or sessions.number(one, what)]
        if what in {"topics", "settled"}:
            on = {item["case"] for one in held for item in sessions.agenda(one)}
            return [row for id, row in self.topics.items() if id in on and (what == "topics" or row.stage == "closed")]
        here = {one.id for one in held}
        return [row for row in self.said if row.parent in here and what in {"said", sessions.sort_of(row, now())}]

    def counts(self, series: str | None = None) -> Counts:
        return sessions.counts(*(self.listed(what, series) for what in ("held", "said", "topics")), now())


def topics(held: list) -> dict:
    """id -> each case on these agendas that this person may see."""
    ids = {item["case"] for one in held for item in sessions.agenda(one)}
    return {row.id: row for row in _visible(store.cases(ids, current_user.username).values())}


def _visible(rows) -> list:
    return [row for row in rows if rules.sees(current_user.who, lists.folded(row), today())]


@bp.get("/sessions")
@allowed(*ROLES)
def page():
    """Today's, the coming ones, what was held with its counts, and the form for one more series."""
    return _page(Asked(request.args))


def _page(asked: Asked, faults=(), status: int = 200):
    found = Found(list(asked.series), asked.first, asked.last)
    counted = {id: found.counts(id) for id in asked.series}
    running = {id: pair for id, pair in asked.series.items() if pair[0].ends is None or pair[0].ends >= today()}
    page = render_template(
        "sessions/page.html", nav=rail("sessions"), asked=asked, area=asked.area, above=above(asked.area, *ROLES), tops=tops(*ROLES),
        **_days(asked, running), found=found, counted=counted, total=found.counts(), running=running, periods=PERIODS, lists=LISTS,
        at_meetings=any(row.form in MEETINGS for row, _area in asked.series.values()),
        forms=FORMS, meetings=MEETINGS, nths=NTHS, weekdays=[_(name) for name in duties.WEEKDAYS], presides=PRESIDES,
        chair=_presiding(asked.series), areas=lists.areas_to_choose([asked.area.path], None), points=points.near(asked.area.path, today()),
        day_of=today(), earliest=today() - BACK, latest=today() + sessions.AHEAD, faults=faults, values=request.form,
    )  # fmt: skip
    return page, status


def _days(asked: Asked, running: dict) -> dict:
    """Today's occasions, the coming ones, and those of the last weeks of which nothing was written down.

    Of the coming ones the next few, the next of each series, and all that have an agenda.
    """
    calendar = workdays.calendar(None, zone())
    held = {(one.details["series"], one.day): one for one in store.held(list(asked.series), today() - BACK, today())}
    planned = {key: cases for key, cases in store.planned(list(running), today() - BACK).items() if cases}
    said = {*held, *planned}
    found = [
        {"day": day, "row": row, "area": area, "held": held.get((id, day)), "off": _off(calendar, day), "agenda": len(planned.get((id, day), ()))}
        for id, (row, area) in running.items()
        for day in sorted({*sessions.days(store.rhythm(row), today() - BACK, today() + sessions.AHEAD), *(day for own, day in said if own == id)})
    ]
    found.sort(key=lambda one: (one["day"], one["row"].opens, one["row"].name))
    coming = [one for one in found if one["day"] > today()]
    firsts = {id: next((one for one in coming if one["row"].id == id), None) for id in running}
    return {
        "now_on": [one for one in found if one["day"] == today()],
        "coming": [one for n, one in enumerate(coming) if n < MOST_COMING or one["agenda"] or one is firsts[one["row"].id]],
        "missed": [one for one in found if one["day"] < today() and not one["held"] and not one["off"]][::-1],
    }


def _off(calendar, day: date) -> str:
    """The name of the holiday, or nothing."""
    return (workdays.statutory().names.get(day) or _("放假")) if sessions.holiday(calendar, day) else ""


def _presiding(series: dict) -> dict[str, str]:
    """series -> the name of whoever holds the post that presides."""
    there = store.presiding([area.code for _row, area in series.values()], {row.role for row, _area in series.values()}, today())
    return {id: there[row.role, area.code][1] for id, (row, area) in series.items() if (row.role, area.code) in there}


@bp.post("/sessions/series")
@allowed(*ROLES)
def add():
    """A new series."""
    form, asked = request.form, Asked({"area": request.form.get("area")})
    name, place = inert(form.get("name", "")), inert(form.get("place", ""))
    chosen = form.get("point", "")
    point = next((one for one in points.near(asked.area.path, today()) if one.id == chosen), None)
    day, nth, starts = form.get("weekday", ""), form.get("nth", "0"), date_in(form, "starts", today())
    wrong = (
        ("form", form.get("form") not in FORMS, _("请选是哪一种")),
        ("name", not 0 < len(name) <= 60, _("请写名称(60 字以内)")),
        ("place", len(place) > 100, _("最多写 %(count)s 个字", count=100)),
        ("point", bool(chosen) and point is None, _("请选一处服务点")),
        ("weekday", day not in {"", *"0123456"} or nth not in map(str, NTHS), _("请选星期几")),
        ("role", form.get("role") not in PRESIDES, _("请选谁主持")),
        *((name, not is_time(form.get(name, "")), _("请写时间,例如 08:30")) for name in ("opens", "closes")),
    )
    faults = [(name, words) for name, bad, words in wrong if bad]
    faults += [("closes", _("结束要比开始晚"))] if not faults and form["closes"] <= form["opens"] else []
    if faults:
        return _page(asked, faults, 422)
    row = {"id": new_id(now()), "area_code": asked.area.code, "name": name, "starts": starts, "ends": None}
    row |= {"point": point and point.id, "place": place or (point.name if point else "")}
    row |= {name: form[name] for name in ("form", "opens", "closes", "role")} | {"weekday": int(day) if day else None, "nth": int(nth) if day else 0}
    with writing() as connection:
        store.keep(connection, row)
        people.note_access(connection, current_user.username, "set", now(), detail=f"series {row['id']} {asked.area.code} {name}")
    flash(_("已排上:%(name)s", name=name))
    return redirect(url_for(".page", area=asked.area.code), 303)


def is_time(text: str) -> bool:
    try:
        return duties.minutes(text) >= 0
    except ValueError:
        return False


def own_series(id: str):
    """(SeriesRow, Area) of a series in one's own areas; else there is none, and the attempt is logged."""
    found = store.by_id(id)
    if found is None or not any(found.Area.path.startswith(post.path) for post in posts(*ROLES)):
        refuse(f"series={id[:40]}")
    return found


@bp.post("/sessions/series/<uuid:id>/end")
@allowed(*ROLES)
def end(id):
    """It does not come back any more from today; what was held stays."""
    row, area = own_series(str(id))
    with writing() as connection:
        store.end(connection, row.id, today() - DAY)
        people.note_access(connection, current_user.username, "set", now(), detail=f"series {row.id} ended")
    flash(_("已停办:%(name)s。办过的记录都在。", name=row.name))
    return redirect(url_for(".page", area=area.code), 303)


# --- the lists behind the numbers


@bp.get("/sessions/list")
@allowed(*ROLES)
def listed():
    """What one number counted: sessions, or what was said at them, or the cases on their agendas."""
    asked, what = Asked(request.args), request.args.get("what", "held")
    if what not in LISTS:
        abort(400)
    found = Found(list(asked.series), asked.first, asked.last)
    rows = found.listed(what, asked.one)
    note("listed", detail=f"{len(rows)} sessions {what}")
    return render_template(
        "sessions/list.html", nav=rail("sessions"), asked=asked, what=what, label=_(LISTS[what]), cards=record.cards(rows),
        of_sessions=what in OF_SESSIONS, count=getattr(found.counts(asked.one), what), series=asked.series,
    )  # fmt: skip


# --- what became of it


def former(row, day: date) -> tuple[object, list[Matter]]:
    """(the last session of a series before a day or None, what is to be read out after it)."""
    earlier = store.held([row.id], row.starts, day - DAY)
    last = earlier[0] if earlier else None
    return last, sessions.to_read(_matters(earlier), last and last.day)


def _matters(held: list) -> list[Matter]:
    """Everything said and decided at these sessions; a case that was on several agendas as it was decided last."""
    days = {one.id: one.day for one in held}
    found = {row.id: Matter(row, days[row.parent]) for row in _visible(store.said(list(days), current_user.username))}
    there = topics(held)
    for one in sorted(held, key=lambda one: one.day):
        for item in sessions.agenda(one):
            if row := there.get(item["case"]):
                found[row.id] = Matter(row, one.day, item["words"], item["who"], item["until"] and date.fromisoformat(item["until"]))
    heard = store.decided(set(found))
    found = [replace(one, ended=sessions.ended(one.entry, heard.get(id), zone())) for id, one in found.items()]
    return sorted(found, key=lambda one: (one.day, one.entry.received_at, one.entry.id))


def in_words(matters: list[Matter]) -> list[dict]:
    """Each with what became of it. `public` are the words that may be read out: no name, no place, nothing of what was said."""
    folded = {one.entry.id: lists.folded(one.entry) for one in matters}
    names, labels, codes = course.Names(list(folded.values()), {}), lists.category_labels(), store.codes(set(folded))
    groups = {row.code: row.group for row in lists.categories()}
    return [
        {
            "matter": one,
            "entry": one.entry,
            "title": record.title(one.entry, labels),
            "code": codes.get(one.entry.id) or one.entry.number,
            "public": _general(one.entry, groups),
            "state": became(one.entry),
            "by": _hand(folded[one.entry.id], names),
        }
        for one in matters
    ]


def _general(row, groups: dict[str, str]) -> str:
    """诉求 · 小区: the kind in a resident's words, and the group of its category; of a dispute the kind alone."""
    kind = _(record.KINDS[row.kind].public)
    return kind if row.kind == "dispute" or row.category not in groups else f"{kind} · {_(groups[row.category])}"


def became(row) -> tuple[str, str]:
    """(words, tone): how something said stands today."""
    if row.stage == "declined":
        return _(NOW["declined"]), "plain"
    if sessions.sort_of(row, now()) == "spot":
        return (_("当场办结"), "done") if row.stage == "closed" else (_("当场办了,等审核"), "waiting")
    if row.closed_at:
        return _("%(day)s 办结", day=day_words(row.closed_at)), "done"
    word = _(NOW.get(row.stage, N_("办理中")))
    if row.due_at is None or row.stage == "suspended":
        return word, "underway"
    until = {"stage": word, "day": day_words(row.due_at)}
    return (_("%(stage)s,时限 %(day)s 已过", **until), "overdue") if now() > row.due_at else (_("%(stage)s,最迟 %(day)s", **until), "underway")


def _hand(entry, names: course.Names) -> str:
    """Whose it is, or was in the end: a unit, a grid, a post; never a person's name."""
    task = next((task for task in reversed(entry.tasks) if task.leads and task.end not in {"moved", "handed_back"}), None)
    if task is None:
        return _("当场") if entry.on_the_spot else ""
    return names.holder(task) if task.unit or task.grid else _("调解员") if task.what == "mediate" else _("社区")


@bp.get("/sessions/series/<uuid:id>/read")
@allowed(*ROLES)
def read_out(id):
    """到时念的清单: everything said at the former session and what became of it, without names; for printing and for a phone."""
    row, area = own_series(str(id))
    day = date_in(request.args, "day", today())
    last, matters = former(row, day)
    note("listed", detail=f"{len(matters)} read out {row.id}")
    shown = in_words(matters)
    ended = sum(one["state"][1] in {"done", "plain"} for one in shown)
    return render_template(
        "sessions/read.html", nav=rail("sessions"), row=row, area=area, day=day, last=last, shown=shown, ended=ended, as_of=now()
    )
