"""One session or meeting: opening it, what residents say, the agenda, what is decided, and the minutes on paper."""

import uuid
from datetime import date, datetime, time
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import entries, rules, sessions
from ..core.actions import Refused, inert
from ..core.calendar import end_of
from ..core.kinds import KINDS
from ..core.kinds.shape import N_
from ..core.sessions import BACK, MEETINGS, OPENS
from ..store import jobs, lists
from ..store import sessions as store
from . import agendas, record, targets
from .access import act, allowed, append_one, note, now, posts, refuse, today, zone
from .rail import rail
from .sessions import ROLES, former, in_words, own_series, topics
from .words import day as day_words
from .words import moment, told

bp = Blueprint("minutes", __name__)

NUMBERS = ("expected", "people", "briefings")
VOTES = {"for": N_("赞成"), "against": N_("反对"), "abstained": N_("弃权")}


@bp.post("/sessions")
@allowed(*ROLES)
def hold():
    """Begin to write down a session of today, or one of the last weeks; where that was done before, that one is shown."""
    row, area = own_series(request.form.get("series", ""))
    try:
        day = date.fromisoformat(request.form.get("day") or today().isoformat())
    except ValueError:
        abort(400)
    if not (today() - BACK <= day <= today() and row.starts <= day and (row.ends is None or day <= row.ends)):
        flash(_("只能记今天的,或者补记近 %(count)s 天的", count=BACK.days), "error")
        return redirect(url_for("sessions.page", area=area.code), 303)
    there = store.held([row.id], day, day)
    id = there[0].id if there else _begin(row, area, day)
    return redirect(url_for(".one", id=id), 303)


def _begin(row, area, day: date) -> str:
    own = any((post.role, post.area) == (row.role, area.code) for post in posts(row.role))
    chair = current_user.username if own else store.presiding([area.code], {row.role}, day).get((row.role, area.code), (None,))[0]
    when = now() if day == today() else datetime.combine(day, time(12), zone())
    cases = agendas.left(area, store.planned([row.id], day).get((row.id, day), ())) if row.form in MEETINGS else ()
    body = {"kind": "session", "area": area.code, "note": "", "place": row.place, "source": "meeting", "series": row.id}
    body |= {"agenda": [{"case": id} for id in cases]} if cases else {}
    return _record(body | ({"who": chair} if chair else {}), when)


def _record(body: dict, when: datetime) -> str:
    id = str(uuid.uuid4())
    raw = {"id": str(uuid.uuid4()), "entry": id, "verb": "recorded", "by": current_user.username, "at": when.isoformat()}
    append_one(raw | {"body": body | {"happened_at": when.isoformat()}}, current_user.username, partial(rules.allow, current_user.who))
    return id


class Sitting:
    """One session with its series and place; for whoever does not see it there is none, and the attempt is logged."""

    def __init__(self, id: str):
        self.row = lists.entry_by_id(id)
        if self.row is None or self.row.kind != "session" or not rules.sees(current_user.who, lists.folded(self.row), today()):
            refuse(entry=id)
        self.series, self.area = own_series(self.row.details.get("series", ""))
        if self.row.area != self.area.code:
            refuse(entry=id)

    @property
    def meeting(self) -> bool:
        return self.series.form in MEETINGS

    @property
    def mine(self) -> bool:
        """Whoever wrote the record may add to it until it was read and approved."""
        return self.row.author == current_user.username and entries.next_stage(lists.folded(self.row), "amended") is not None

    @property
    def open(self) -> bool:
        """May something still be noted as said here?"""
        return self.row.stage not in {"declined", "withdrawn"} and self.row.day >= today() - BACK

    def title(self) -> str:
        return _("%(name)s(%(day)s)", name=self.series.name, day=day_words(self.row.day))

    def amend(self, **changes) -> None:
        """A new version of the record. Raises 404 for what is not one's own, or was approved."""
        if not self.mine:
            refuse(entry=self.row.id)
        row = self.row
        body = {name: getattr(row, name) for name in ("kind", "area", "note", "place", "source")}
        act("amended", row.id, body=body | {"happened_at": row.happened_at.isoformat()} | row.details | changes)

    def back(self, anchor: str):
        return redirect(url_for(".one", id=self.row.id, _anchor=anchor), 303)


@bp.get("/sessions/<uuid:id>")
@allowed(*ROLES)
def one(id):
    """One session: what became of the former one, what is said now, and of a meeting the agenda and the decisions."""
    return _page(Sitting(str(id)))


def _page(at: Sitting, faults=(), status: int = 200, about: str | None = None):
    row, series = at.row, at.series
    last, matters = former(series, row.day)
    said = [card | {"seen": rules.sees(current_user.who, lists.folded(card["entry"]), today())} for card in record.cards(_said(row))]
    offered = agendas.offered(at.area, {item["case"] for item in sessions.agenda(row)}) if at.meeting and at.mine else []
    note("opened", entry=row.id)
    page = render_template(
        "sessions/one.html", nav=rail("sessions"), at=at, row=row, series=series, area=at.area, last=last, former=in_words(matters), said=said,
        items=_items(at), offered=offered, people=_people(row), opens=OPENS,
        groups=_categories(), areas=lists.areas_to_choose([at.area.path], None), counts=[(name, _field(name)) for name in NUMBERS if _asks(at, name)],
        day_of=today(), votes=VOTES, faults=faults, about=about, values=request.form,
    )  # fmt: skip
    return page, status


def _said(row) -> list:
    return store.said([row.id], current_user.username)


def _people(row) -> dict[str, str]:
    """The names of whoever presided and whoever wrote it down."""
    return lists.people_names({row.author, row.details.get("who")} - {None})


def _asks(at: Sitting, name: str) -> bool:
    return name == "people" or at.meeting == (name == "expected")


def _field(name: str) -> str:
    return _(next(field.label for field in KINDS["session"].fields if field.name == name))


def _categories() -> dict[str, list[tuple[str, str]]]:
    """诉求 · 小区 -> its (kind:code, label), for the one list from which what was said is chosen."""
    found = {}
    for row in lists.categories():
        if row.kind in OPENS:
            found.setdefault(f"{_(OPENS[row.kind])} · {_(row.group)}", []).append((f"{row.kind}:{row.code}", _(row.label)))
    return found


def _items(at: Sitting) -> list[dict]:
    """The agenda in its order, with what was decided and how each case stands; what this person may not see is left out."""
    there = topics([at.row])
    agenda = [item for item in sessions.agenda(at.row) if item["case"] in there]
    shown = in_words([sessions.Matter(there[item["case"]], at.row.day) for item in agenda])
    return [
        card
        | item
        | {"vote": _("、").join(f"{_(label)} {count}" for label, count in zip(VOTES.values(), item.get("votes") or (), strict=False))}
        | {"until": item["until"] and date.fromisoformat(item["until"]), "targets": targets.choices(lists.folded(card["entry"])) if _gives(at, card) else None}
        for item, card in zip(agenda, shown, strict=True)
    ]


def _gives(at: Sitting, card: dict) -> bool:
    """May it be given to somebody from here?"""
    entry = lists.folded(card["entry"])
    return at.mine and entries.next_stage(entry, "assigned") is not None and rules.may(current_user.who, "assigned", entry, today())


@bp.post("/sessions/<uuid:id>")
@allowed(*ROLES)
def amend(id):
    """How many came, what policy was told, who was there, what is to be remembered."""
    at, form = Sitting(str(id)), request.form
    said, present = inert(form.get("note", "")), inert(form.get("present", ""))
    numbers = {name: form.get(name, "").strip() for name in NUMBERS if _asks(at, name)}
    faults = [(name, _("请写数字")) for name, text in numbers.items() if text and not (text.isascii() and text.isdecimal() and len(text) < 6)]
    faults += [("note", _("最多写 2000 字"))] if len(said) > 2000 else []
    faults += [("present", _("最多写 %(count)s 个字", count=400))] if len(present) > 400 else []
    if faults:
        return _page(at, faults, 422)
    at.amend(note=said, present=present, **{name: float(text) if text else None for name, text in numbers.items()})
    flash(_("已保存"))
    return at.back("attendance")


@bp.post("/sessions/<uuid:id>/said")
@allowed(*ROLES)
def say(id):
    """What somebody said, or a meeting decided anew: an entry of its own, done on the spot or with the deadline of its category."""
    at, form = Sitting(str(id)), request.form
    kind, _colon, category = form.get("what", "").partition(":")
    said, result, area = inert(form.get("words", "")), inert(form.get("result", "")), form.get("area", "") or at.area.code
    wrong = (
        ("what", f"{kind}:{category}" not in {key for found in _categories().values() for key, _label in found}, _("请选哪一类")),
        ("words", not 0 < len(said) <= 2000, _("请写说了什么(最多 2000 字)")),
        ("result", len(result) > 2000, _("最多写 2000 字")),
        ("area", area not in {one.code for one in lists.areas_to_choose([at.area.path], None)}, _("请选在哪里")),
    )
    faults = [(name, words) for name, bad, words in wrong if bad]
    if faults or not at.open:
        return _page(at, faults or [("words", _("这一次已经过去太久,请另外登记"))], 422)
    spot = form.get("spot") == "1"
    body = {"kind": kind, "area": area, "category": category, "note": said, "source": "meeting", "parent": at.row.id, "on_the_spot": spot}
    body |= ({"result": result} if spot and result else {}) | ({"how": "meeting"} if kind == "request" else {})
    new = lists.entry_by_id(_record(body, now() if at.row.day == today() else at.row.happened_at))
    due = _("最迟 %(moment)s 办好", moment=moment(new.due_at)) if new.due_at else _("没有时限")
    flash(_("已记下 № %(number)s,%(words)s", number=new.number, words=_("当场办了,审核后办结") if spot else due))
    return at.back("said")


@bp.post("/sessions/<uuid:id>/agenda")
@allowed(*ROLES)
def plan(id):
    """Put open cases on the agenda, picked or by number, or take one off about which nothing was decided."""
    at = Sitting(str(id))
    kept = [item for item in sessions.agenda(at.row) if item["words"] or item["case"] != request.form.get("drop")]
    picked, fault = agendas.picked(at.area, {item["case"] for item in kept})
    if fault:
        return _page(at, [fault], 422)
    at.amend(agenda=kept + [{"case": id} for id in picked])
    return at.back("agenda")


@bp.post("/sessions/<uuid:id>/decisions")
@allowed(*ROLES)
def decide(id):
    """What was decided about a case of the agenda. With a holder it is given to him, by that day; else it stands in its history."""
    at, form = Sitting(str(id)), request.form
    row = topics([at.row]).get(form.get("case", ""))
    if row is None or not at.mine:
        refuse(entry=str(id))
    said, to, until = inert(form.get("words", "")), form.get("to", ""), form.get("until", "")
    faults = [] if 0 < len(said) <= 500 else [(f"f-words-{row.id}", _("请写决定(500 字以内)"))]
    day = _day(until)
    faults += [(f"f-until-{row.id}", _("请选今天以后的一天"))] if until and (day is None or day < today()) else []
    votes = [int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 0 for text in (form.get(name, "").strip() for name in VOTES)]
    holder, name = _holder(row, to)
    faults += [(f"f-to-{row.id}", _("请选派给谁"))] if to and holder is None else []
    if not faults:
        try:
            _carry_out(at, row, said, holder, day)
        except Refused as refusal:
            faults = [(f"f-words-{row.id}", told(refusal.reason, refusal.message))]
    if faults:
        return _page(at, faults, 422, row.id)
    decided = {"case": row.id, "words": said, "who": name, "until": until or None, "votes": votes if any(votes) else []}
    at.amend(agenda=[decided if item["case"] == row.id else item for item in sessions.agenda(at.row)])
    flash(_("已记下决定") if not name else _("已派给%(name)s", name=name))
    return at.back(f"item-{row.id}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _holder(row, value: str) -> tuple[dict | None, str]:
    """The target that was chosen with its name, if it is one of those offered."""
    if not value:
        return None, ""
    offered = targets.choices(lists.folded(row))
    chosen = next((one for one in [*offered["units"], *offered["people"], offered["grid"]] if one.value == value), None)
    if chosen is None:
        return None, ""
    what = targets.target(value)
    return what, _(rules.ROLES["worker"]) + " " + chosen.name if "grid" in what else jobs.unit_names({what.get("unit", "")}).get(what.get("unit"), chosen.name)


def _carry_out(at: Sitting, row, said: str, holder: dict | None, day: date | None) -> None:
    """The decision in the case's own log: as a dispatch, or as a remark."""
    words = _("%(meeting)s决定:%(words)s", meeting=at.title(), words=said)
    if holder is None:
        act("noted", row.id, body={"note": words})
        return
    due = end_of(day, zone()).isoformat() if day else None
    act("assigned", row.id, seen=request.form.get("seen"), body={"to": [holder], "note": words, "due": due})


@bp.post("/sessions/<uuid:id>/withdrawal")
@allowed(*ROLES)
def withdraw(id):
    """It was begun by mistake: nobody said anything, nothing was decided."""
    at = Sitting(str(id))
    if not at.mine or _said(at.row) or any(item["words"] for item in sessions.agenda(at.row)):
        refuse(entry=str(id))
    act("withdrawn", at.row.id, seen=at.row.last)
    flash(_("已撤销这一次"))
    return redirect(url_for("sessions.page", area=at.area.code), 303)


@bp.get("/sessions/<uuid:id>/minutes")
@allowed(*ROLES)
def paper(id):
    """The minutes, for printing and signing."""
    at = Sitting(str(id))
    last, matters = former(at.series, at.row.day)
    note("exported", entry=at.row.id, detail="minutes")
    said = in_words([sessions.Matter(row, at.row.day) for row in _said(at.row)])
    return render_template(
        "sessions/minutes.html", nav=rail("sessions"), at=at, row=at.row, series=at.series, area=at.area, last=last, former=in_words(matters),
        said=said, items=_items(at), people=_people(at.row), as_of=now(), fields={name: _field(name) for name in NUMBERS},
    )  # fmt: skip
