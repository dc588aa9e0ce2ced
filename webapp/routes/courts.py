"""共享法庭: the online court points, their free slots, what is booked there and what came of it."""

import re
from collections import Counter
from datetime import date, datetime, time
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import courts, duties, rules
from ..core.actions import Refused, inert
from ..core.kinds.shape import N_
from ..core.tasks import instant
from ..store import courts as store
from ..store import lists, people
from ..store.database import writing
from . import record
from .access import act, allowed, note, now, posts, refuse, today, zone
from .disputes import ROLES, nav, own_dispute, paths
from .duties import tops
from .sittings import by_day, chip, may
from .targets import town
from .words import told

bp = Blueprint("courts", __name__)

SETS = ("secretary", "street")
"""Roles that set up a point within their area."""
MOST_HOURS = 6


@bp.get("/disputes/courts")
@allowed(*ROLES)
def page():
    """The points with their free slots, what is booked and what was held since a day; and the form for one more."""
    return _page()


def _page(faults=(), status: int = 200, about: str | None = None):
    points = store.points(paths())
    since, calendar = _since(points), town().calendar
    held = store.rows(store.held(paths(), current_user.username, _midnight(since)))
    booked = store.coming([one.CourtPoint.id for one in points], now())
    of_points, results = Counter(row.SittingRow.point for row in held), Counter(row.SittingRow.state for row in held)
    coming = Counter(row.SittingRow.point for row in booked)
    shown = [
        {"point": point, "area": area, "free": store.free(point, now(), calendar), "held": of_points[point.id], "coming": coming[point.id]}
        | {"sets": _sets(area), "over": point.ends is not None and point.ends < today()}
        for point, area in points
    ]
    note("listed", detail=f"{len(points)} court points")
    page = render_template(
        "disputes/courts.html", points=shown, since=since, held=len(held), results=[(name, results[name]) for name in courts.HELD if results[name]],
        coming=_lines(booked), waiting=_lines(store.rows(store.waiting(paths(), current_user.username, now()))), areas=_areas(), names=_names(points),
        nav=nav("courts"), faults=faults, values=request.form, about=about, weekdays=[_(name) for name in duties.WEEKDAYS], by_day=by_day, day_of=today(),
        lengths=courts.LENGTHS, most=MOST_HOURS, open_points=[one for one in shown if not one["over"]], words=courts.STATES,
    )  # fmt: skip
    return page, status


def _sets(area) -> bool:
    return any(area.path.startswith(post.path) for post in posts(*SETS))


def _areas() -> list:
    """Where one may set up a point: one's own areas, down to the community."""
    own = tops(*SETS) if posts(*SETS) else []
    return own + [one for one in lists.areas_in([area.path for area in own], "community") if one.code not in {area.code for area in own}]


def _names(points: list) -> dict[str, str]:
    return {point.id: point.name for point, _area in points}


def _since(points: list) -> date:
    """The day that the address asks for, else that of the first point."""
    if "since" not in request.args:
        return min((point.starts for point, _area in points), default=today())
    try:
        return date.fromisoformat(request.args["since"])
    except ValueError:
        abort(400)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone())


def _lines(rows: list) -> list[dict]:
    """Sittings as lists show them: a dispute that is not one's own is no more than a slot that is taken."""
    own = [row.EntryRow for row in rows if rules.sees(current_user.who, lists.folded(row.EntryRow), today())]
    cards = {card["entry"].id: {"card": card, "url": _url(lists.folded(card["entry"]))} for card in record.cards(own)}
    return [{"sitting": row.SittingRow, "chip": chip(row.SittingRow.state)} | cards.get(row.EntryRow.id, {}) for row in rows]


def _url(entry) -> str:
    """The file for those who may open it; the street looks at the entry itself."""
    opens = rules.roles_for(current_user.who, entry, today()) & {"mediator", "secretary"}
    return url_for("disputes.one", id=entry.id, _anchor="court") if opens else url_for("desk.entry", id=entry.id, list="all")


@bp.get("/disputes/courts/held")
@allowed(*ROLES)
def held():
    """The sittings behind a count: since a day, of one point or of all, of one result or of all."""
    points = store.points(paths())
    since, code, result = _since(points), request.args.get("point"), request.args.get("result")
    if code not in {None, *_names(points)} or result not in {None, *courts.HELD}:
        abort(400)
    rows = store.rows(store.held(paths(), current_user.username, _midnight(since), code, result))
    note("listed", detail=f"{len(rows)} sittings")
    lines = {"lines": _lines(rows), "names": _names(points), "words": courts.STATES}
    return render_template("disputes/held.html", **lines, since=since, point=code, result=result, nav=nav("courts"))


# --- setting up a point


@bp.post("/disputes/courts")
@allowed(*SETS)
def add():
    """A new point."""
    return _save(str(uuid4()), None)


@bp.post("/disputes/courts/<uuid:id>")
@allowed(*SETS)
def change(id):
    """Change a point, or end it."""
    found = next((point for point, area in store.points(paths(*SETS)) if point.id == str(id) and _sets(area)), None)
    if found is None:
        refuse(f"court={id}")
    return _save(str(id), found)


def _save(id: str, old):
    form, about = request.form, id if old else None
    words = {name: inert(form.get(name, "")) for name in ("name", "court", "place")}
    faults = [(name, why) for name, why in (("name", _("请写名称")), ("court", _("请写是哪个法院或法庭"))) if not words[name]]
    faults += [(name, _("最多写 %(count)s 个字", count=80)) for name, said in words.items() if len(said) > 80]
    days = {name: _day(form.get(name, "")) for name in ("starts", "ends")}
    faults += [] if days["starts"] else [("starts", _("请选哪天起"))]
    faults += [("ends", _("请选哪天停用"))] if form.get("ends") and not days["ends"] else []
    link, hours, length = form.get("link", "").strip(), _hours(), form.get("minutes", "")
    faults += [] if (old and not link) or _room(link) else [("link", _("请填视频会议室的网址,以 https:// 开头"))]
    faults += [] if hours else [("hours", _("请至少写一个时段,例如周二 14:00 到 17:00,结束要晚于开始"))]
    area = old.area_code if old else form.get("area", "")
    if length not in map(str, courts.LENGTHS) or area not in {one.code for one in _areas()}:
        abort(400)
    if faults:
        return _page(faults, 422, about)
    columns = words | days | {"area_code": area, "hours": hours, "minutes": int(length), "link": link or old.link}
    with writing() as connection:
        store.keep(connection, id, **columns)
        people.note_access(connection, current_user.username, "set", now(), detail=f"court {id} {area}")
    flash(_("已保存"))
    return redirect(url_for(".page", _anchor=f"point-{id}"), 303)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _hours() -> list[list] | None:
    """[[weekday, from, to]] of the lines that say something; None where one makes no sense, or none says anything."""
    lines = zip(*(request.form.getlist(name)[:MOST_HOURS] for name in ("weekday", "opens", "closes")), strict=False)
    found = [[weekday, opens, closes] for weekday, opens, closes in lines if opens or closes]
    time_of_day = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
    right = all(weekday in set("0123456") and time_of_day.fullmatch(a) and time_of_day.fullmatch(b) and a < b for weekday, a, b in found)
    return [[int(weekday), opens, closes] for weekday, opens, closes in found] if right and found else None


def _room(link: str) -> bool:
    """An https address of another site, without a space or a name and password in it."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and len(link) <= 500 and not re.search(r"[\s\x00-\x1f\\]", link)


# --- on the page of a dispute

DONE = {"booked": N_("已约好,请把时间告诉双方"), "unbooked": N_("已取消"), "sat": N_("结果已记下")}


@bp.post("/disputes/<uuid:id>/court")
@allowed()
def take(id):
    """Book or move a sitting, give it up, or say what came of it; from the page of its dispute."""
    entry, form, verb = own_dispute(str(id)), request.form, request.form.get("verb", "")
    words = inert(form.get("words", ""))[:500]
    if verb not in courts.VERBS:
        abort(400)
    coming = courts.coming(entry)
    point, _space, start = form.get("slot", "").partition(" ")
    body = {
        "booked": {"point": point, "starts": start, "note": words},
        "unbooked": {"reason": words},
        "sat": {"starts": coming["starts"] if coming else "", "result": form.get("result", ""), "note": words},
    }[verb]
    link = form.get("link", "").strip() if verb == "booked" else ""
    missing = (not words and (coming or verb != "booked")) or not all(value for name, value in body.items() if name != "note")
    if missing or (verb == "sat" and body["result"] not in courts.RESULTS):
        flash(_("没有保存:请选好,并写一句话。"), "error")
    elif link and not _room(link):
        flash(_("没有保存:会议室的网址要以 https:// 开头。"), "error")
    else:
        try:
            act(verb, entry.id, seen=form.get("seen"), body=body)
            if verb == "booked" and link != store.room(entry.id, starts := datetime.fromisoformat(start)):  # an earlier booking may have left one
                _keep_room(entry.id, starts, link)
            flash(_(DONE[verb]))
        except Refused as refusal:
            if refusal.reason not in {"stale", "taken", "malformed"}:
                raise
            flash(told(refusal.reason, refusal.message), "error")
    return _back(entry)


def _back(entry):
    return redirect(url_for("disputes.one", id=entry.id, _anchor="court"), 303)


def _keep_room(id: str, starts: datetime, link: str) -> None:
    with writing() as connection:
        store.keep_room(connection, id, starts, link)
        people.note_access(connection, current_user.username, "set", now(), entry=id, detail="room of a sitting")


@bp.post("/disputes/<uuid:id>/court/room")
@allowed()
def room(id):
    """Another room for the sitting that is booked; without an address the point's again."""
    entry = own_dispute(str(id))
    coming, link = courts.coming(entry), request.form.get("link", "").strip()
    if coming is None or not may(entry, "booked"):
        refuse(entry=entry.id)
    if link and not _room(link):
        flash(_("没有保存:会议室的网址要以 https:// 开头。"), "error")
    else:
        _keep_room(entry.id, instant(coming["starts"]), link)
        flash(_("已保存"))
    return _back(entry)
