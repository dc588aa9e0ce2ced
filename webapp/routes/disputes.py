"""The mediator's room: the disputes that wait for somebody, those in mediation, and one dispute with its file and its next step."""

import re
from calendar import monthrange
from datetime import date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import mediation, rules
from ..core.actions import PARTY, Refused
from ..core.courts import RESULTS
from ..core.entries import Entry
from ..core.kinds.shape import N_
from ..core.road import STAGES
from ..store import disputes, jobs, lists
from ..store import duties as rosters
from . import ahead, record
from .access import act, allowed, note, now, posts, refuse, today
from .mediating import AGAIN, DONE, LABELS, MOST_DUTIES, MOST_PARTIES, WITH_PHOTOS, Form, bodies_of, mediators_of, reviewers_of
from .rail import rail
from .sittings import panel
from .words import told

bp = Blueprint("disputes", __name__)

ROLES = ("mediator", "secretary", "street")
LISTS = {
    "taken": N_("调解中"),
    "waiting": N_("待接手"),
    "agreed": N_("待反馈、待回访"),
    "closed": N_("已结"),
    "all": N_("全部纠纷"),
}
SIGNS = {"red": ("overdue", "alert"), "yellow": ("waiting", "eye"), "green": ("done", "check")}
"""level -> tone and picture of its chip."""


@bp.app_template_filter()
def instant(text: str) -> datetime | date:
    """A moment or a day as an entry's road has it."""
    return datetime.fromisoformat(text) if len(text) > 10 else date.fromisoformat(text)


@bp.app_template_filter()
def month_name(first: date) -> str:
    return _("%(year)s年%(month)s月", year=first.year, month=first.month)


def nav(active: str | None = None) -> list[dict]:
    """The desk's rail for those who have one; else the mediator's own few rooms."""
    rooms = [("disputes", ".page", _("调解"), "dispute"), ("receptions", "receptions.page", _("接待登记"), "person")]
    rooms += [("stubborn", "stubborn.page", _("老大难"), "bell")]
    rooms += [("courts", "courts.page", _("共享法庭"), "calendar"), ("trend", "receptions.trend", _("纠纷走势"), "chart")]
    rooms += [("field", "field.today", _("记一笔"), "plus")]
    own = [{"name": name, "url": url_for(page), "label": label, "icon": icon, "active": name == active, "major": True}
           for name, page, label, icon in rooms]  # fmt: skip
    return rail(active) or own


def paths(*roles: str) -> list[str]:
    """The subtrees in which this person sees disputes."""
    return [post.path for post in posts(*(roles or ROLES))]


def units() -> set[str]:
    return current_user.who.units(today())


def enter() -> None:
    """The room is open to its roles, and to whoever was given a dispute; for others there is none."""
    if not posts(*ROLES) and not disputes.has_task(current_user.username, units()):
        refuse()


# --- lists


class Asked:
    """Which disputes the address asks for. 400 for what makes no sense."""

    def __init__(self, args):
        self.args = {name: args[name] for name in ("list", "own", "month", "category", "level") if name in args}
        self.name = self.args.get("list") or ("all" if "month" in self.args else "taken")
        self.own = self.args.get("own", "0" if posts("secretary", "street") else "1") == "1"
        self.category, self.level = self.args.get("category"), self.args.get("level")
        self.first, self.last = month_of(self.args["month"]) if self.args.get("month") else (None, None)
        if self.name not in LISTS or self.level not in {None, "none", *mediation.LIGHTS}:
            abort(400)

    def query(self, name: str | None = None):
        found = disputes.listed(name or self.name, paths(), now(), current_user.username, units(), own=self.own)
        return disputes.narrowed(found, self.first, self.last, self.category, self.level)

    def url(self, **changed) -> str:
        return url_for("disputes.page", **{name: value for name, value in (self.args | changed).items() if value is not None})


def month_of(text: str) -> tuple[date, date]:
    """2026-11 -> its first and last day; 400 for what is no month."""
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", text):
        abort(400)
    first = date.fromisoformat(f"{text}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


@bp.get("/disputes")
@allowed()
def page():
    """One list of disputes: what waits, what is in mediation, what waits for feedback and return visit, what is closed."""
    enter()
    asked = Asked(request.args)
    rows = lists.page_of(asked.query(), 1, 100)
    counts = {name: lists.how_many(asked.query(name)) for name in LISTS if name != "all"}
    context = {"lists": LISTS, "asked": asked, "counts": counts, "cards": cards(rows), "on_duty": on_duty()}
    context |= {"nav": nav("disputes"), "ahead": ahead.lines(own=asked.own)}
    note("listed", detail=f"{len(rows)} disputes {asked.name}")
    return render_template("disputes/page.html", **context, more=counts.get(asked.name, 0) > len(rows))


def cards(rows: list) -> list[dict]:
    """What the list shows of each dispute: no party, no text."""
    found = record.cards(rows)
    tasks = [task for card in found for task in lists.folded(card["entry"]).tasks]
    people = lists.people_names({task.person for task in tasks} - {""}) | jobs.unit_names({task.unit for task in tasks} - {""})
    for card in found:
        entry = lists.folded(card["entry"])
        card |= {"level": level(entry), "stubborn": mediation.stubborn(entry, now()), "url": _url(entry)}
        card["mediator"] = _("、").join(people.get(who, who) for task in _open_tasks(entry) if (who := task.person or task.unit))
    return found


def _open_tasks(entry: Entry) -> list:
    return [task for task in entry.tasks if task.open and task.what == "mediate"]


def _url(entry: Entry) -> str:
    """The file for those who may open it; the street looks at the entry itself."""
    return url_for("disputes.one", id=entry.id) if _roles(entry) else url_for("desk.entry", id=entry.id, list="all")


def level(entry: Entry) -> tuple[str, str, str] | None:
    """(words, tone, picture) of a dispute's level."""
    name = mediation.level(entry)
    return (_(mediation.LIGHTS[name]), *SIGNS[name]) if name in mediation.LIGHTS else None


def on_duty() -> list:
    """Who is on duty today in one's own areas: (turn, name of the place)."""
    turns = [turn for path in paths() for turn, _row in rosters.turns(path, today()) if today().weekday() in turn.weekdays]
    names = lists.names_of({turn.place for turn in turns})
    return [(turn, names.get(turn.place, turn.place)) for turn in turns[:12]]


# --- one dispute


def _roles(entry: Entry) -> set[str]:
    """In which roles this person opens the file: the area's secretary and mediators, and whoever was given it. Never a party."""
    return rules.roles_for(current_user.who, entry, today()) & {"mediator", "secretary"}


def own_dispute(id: str) -> Entry:
    """The dispute, if this person may open its file; otherwise there is no such page, and the attempt is logged."""
    row = lists.entry_by_id(id)
    if row is None or row.kind != "dispute" or not _roles(lists.folded(row)):
        refuse(entry=id)
    return lists.folded(row)


def steps(entry: Entry) -> list[str]:
    """The steps that this person may take now, the next one first."""
    return [verb for verb in mediation.offered(entry) if rules.may(current_user.who, verb, entry, today())]


@bp.get("/disputes/<uuid:id>")
@allowed()
def one(id):
    """One dispute: its file, and the next step."""
    return shown(own_dispute(str(id)))


def shown(entry: Entry, status: int = 200, *, faults=(), verb: str | None = None, stale: bool = False, found=None, asked=()):
    """The page of one dispute. After a step that was not taken what was written stands in its form again. The look is logged."""
    note("opened", entry=entry.id, detail="dispute")
    offered = steps(entry)
    whole = record.whole(entry.id, [])
    people = {*entry.kept_from, *request.form.getlist("shown"), *_judges(entry)} | {task.person for task in entry.tasks}
    names = lists.people_names({page["by"] for page in _pages(entry)} | people) | jobs.unit_names({task.unit for task in entry.tasks} - {""})
    page = render_template(
        "disputes/one.html", one=whole, entry=entry, file=entry.road.get("mediation", {}), nav=nav("disputes"), level=level(entry),
        stubborn=mediation.stubborn(entry, now()), settled=mediation.settled(entry.road.get("mediation", {})), names=names,
        offered=offered, waits=_waits(entry, offered), labels={name: _step(name, entry) for name in offered},
        open=verb or next((name for name in offered if not mediation.again(entry, name)), None),
        typed=request.form if verb else {}, verb=verb, faults=faults, stale=stale, found=found, asked=dict(asked),
        groups=_groups(), mediators=mediators_of(entry) if "assigned" in offered else [], party=PARTY, m=mediation,
        bodies=bodies_of(entry) if "assigned" in offered else [], reviewers=reviewers_of(entry) if "mediated" in offered else [],
        court=panel(entry), RESULTS=RESULTS,
        most={"parties": MOST_PARTIES, "duties": MOST_DUTIES}, with_photos=WITH_PHOTOS, may_print=may_print(entry),
        kept=[names.get(username, username) for username in entry.kept_from],
    )  # fmt: skip
    return page, status


def _pages(entry: Entry) -> list[dict]:
    file = entry.road.get("mediation", {})
    pages = [file[name] for name in ("class", "plan", "agreement", "failed", "feedback") if name in file]
    return pages + file.get("rounds", [])


def _judges(entry: Entry) -> set[str]:
    """The accounts of those who judged at a 评理."""
    return {name for one in entry.road.get("mediation", {}).get("rounds", ()) for name in one.get("reviewers", ())}


def _step(verb: str, entry: Entry) -> str:
    """What a step is called, the first time and again."""
    before = mediation.again(entry, verb) if verb in mediation.FIRST else bool(entry.road["mediation"].get("rounds"))
    return _(AGAIN[verb]) if verb in AGAIN and before else _(LABELS[verb])


def _waits(entry: Entry, offered: list[str]) -> str | None:
    """Whose the next step is, where it is not one's own: 等调解员“定方案”."""
    following = next((verb for verb in mediation.offered(entry) if not mediation.again(entry, verb)), None)
    if following is None or following in offered:
        return None
    role = {"assigned": "secretary", "closed": "secretary", "followed_up": "worker"}.get(following, "mediator")
    return _("等%(who)s“%(step)s”", who=_(rules.ROLES[role]), step=_step(following, entry))


def _groups() -> list[dict]:
    """The categories of disputes, as the form offers them."""
    groups = {}
    for one_category in lists.categories("dispute"):
        groups.setdefault(one_category.group, []).append((one_category.code, _(one_category.label)))
    return [{"label": _(group), "options": options} for group, options in groups.items()]


def may_print(entry: Entry) -> bool:
    """The bound file is for the secretary, and for the mediator who has or had this dispute."""
    who, day = current_user.who, today()
    had = any(task.what == "mediate" and task.end not in {"handed_back", "moved"} and who.own(task, entry, day) for task in entry.tasks)
    return "secretary" in _roles(entry) or (had and bool(_roles(entry)))


@bp.post("/disputes/<uuid:id>/steps")
@allowed()
def take(id):
    """Take one step, if it is the next one and nothing has happened since the page was opened; otherwise say what is."""
    entry, verb = own_dispute(str(id)), request.form.get("verb", "")
    if verb not in DONE:
        abort(400)
    if verb not in steps(entry) or request.form.get("seen") != entry.last:
        return shown(entry, 409, verb=verb, stale=True, faults=_out_of_turn(entry, verb))
    if request.form.get("find") is not None:
        words = request.form.get("account", "").strip()[:40]
        return shown(entry, verb=verb, found=disputes.accounts(words) if words else [])
    form = Form(verb, entry)
    shas = form.photos() if verb in WITH_PHOTOS and not form.faults else []
    if form.faults:
        return shown(entry, 422, verb=verb, faults=form.faults, asked=form.asked)
    try:
        act(verb, entry.id, seen=entry.last, body=form.body, photos=shas)
    except Refused as refusal:
        if refusal.reason not in {"stale", "nobody", "malformed", "unconcluded"}:
            raise
        return shown(own_dispute(entry.id), 409, verb=verb, faults=[("steps", told(refusal.reason, refusal.message))])
    flash(_(DONE[verb]))
    after = lists.folded(lists.entry_by_id(entry.id))
    return redirect(url_for(".one", id=entry.id) if _roles(after) else url_for(".page"), 303)


def _out_of_turn(entry: Entry, verb: str) -> list[tuple[str, str]]:
    """Why a step was not taken, and what is the next one."""
    offered = steps(entry)
    if verb in offered:
        return [("steps", _("打开之后这件纠纷又有了变化,刚才的没有保存。下面是最新内容,您写的还在,请看过再提交。"))]
    following = _("下一步是“%(step)s”。", step=_step(offered[0], entry)) if offered else _("现在没有要您做的。")
    words = _("现在是“%(stage)s”,还不能“%(step)s”。", stage=_(STAGES[entry.stage]), step=_(LABELS[verb]))
    return [("steps", words + following)]
