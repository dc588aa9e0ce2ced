"""派遣: the acts of the desk between approval and closing, for the secretary and the street, and the links for units without an account."""

import hashlib
import secrets
from datetime import datetime, timedelta

import segno
from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import Signer

from ..core import hotline, rules
from ..core.calendar import end_of
from ..core.kinds.shape import N_
from ..core.road import WAYS
from ..core.tasks import WHISTLES
from ..store import jobs, links, lists, people
from ..store.database import writing
from . import course, record, targets
from .access import allowed, now, refuse, today, zone
from .desk import missing, own_entry, settle, shown, words
from .rail import rail
from .stubborn import past

bp = Blueprint("dispatch", __name__)

DONE = {
    "extended": N_("已延期"),
    "suspended": N_("已挂账,计时暂停"),
    "resumed": N_("已恢复办理,继续计时"),
    "supervised": N_("已督办"),
    "raised": N_("已提级"),
    "lowered": N_("已退回下一级"),
    "reworked": N_("已要求返工"),
    "reviewed": N_("研判结论已记下"),
}
LINK_DAYS = 30
"""How long a unit's link is good."""


@bp.post("/desk/entries/<uuid:id>/dispatch")
@allowed(*rules.DESK_ROLES)
def assign(id):
    """派遣 or 转派: to one unit, person or the grid itself, with any number of units, and the grid, beside it; an order of the hotline is accepted by that."""
    entry = own_entry(str(id))
    try:
        body = _assignment(entry)
    except ValueError as fault:
        return shown(entry.id, 422, fault=("assigned", str(fault)), typed=("assigned", request.form.get("words", "")))
    first = ["approved"] if hotline.straight(lists.folded(entry)) else []
    return settle("assigned", entry.id, body, _("已派给%(name)s", name=_names(body)), *first)


def _assignment(entry) -> dict:
    """The body of `assigned` that the form asks for. ValueError with words for what it does not say."""
    form = request.form
    whistle, way = form.get("whistle", ""), form.get("way", "")
    if whistle not in {"", *WHISTLES} or way not in {"", *WAYS}:
        abort(400)
    try:
        lead, beside = targets.target(form.get("to", "")), [targets.target(one) for one in form.getlist("with")]
    except ValueError:
        raise ValueError(_("请选派给谁")) from None
    if whistle and "unit" not in lead:
        raise ValueError(_("吹哨只对单位;派给个人或网格请选“不吹哨”"))
    if any(one.get("grid") not in {None, entry.scope} for one in (lead, *beside)):
        abort(400)
    to = [lead, *(one | {"assists": True} for one in beside if one != lead)]
    return {"to": to, "way": way, "whistle": whistle, "due": _deadline(entry), "note": form.get("words", "").strip()}


def _deadline(entry) -> str | None:
    """The moment that was chosen, with its offset; None where it is the case's own."""
    chosen = request.form.get("due", "")
    if chosen in {"", targets.local(entry.due_at)}:
        return None
    try:
        moment = datetime.fromisoformat(chosen).replace(tzinfo=zone())
    except ValueError:
        raise ValueError(_("办理时限没写对")) from None
    if moment <= now():
        raise ValueError(_("办理时限已经过了,请改晚一点"))
    return moment.isoformat()


def _names(body: dict) -> str:
    """Who got it, the leading one first."""
    asked = {what: {one.get(what, "") for one in body["to"]} for what in ("unit", "person", "grid")}
    names = jobs.unit_names(asked["unit"]) | lists.people_names(asked["person"]) | lists.names_of(asked["grid"])
    return _("、").join(names[code] for one in body["to"] for code in one.values() if code in names)


@bp.post("/desk/entries/<uuid:id>/road")
@allowed(*rules.DESK_ROLES)
def move(id):
    """延期, 挂账, 恢复, 督办, 提级, 退回下一级, 返工, 研判结论."""
    id, verb = own_entry(str(id)).id, request.form.get("verb", "")
    if verb not in DONE:
        abort(400)
    said = words()
    body = {"note": said} if verb in {"supervised", "resumed", "reviewed"} else {"reason": said}
    fault = missing(verb, said)
    if verb == "suspended":
        body["until"] = request.form.get("until", "")
        fault = fault or _no_day(body["until"])
    if verb == "reviewed":
        body |= {"day": request.form.get("day", ""), "study": True}
        fault = fault or (None if past(body["day"]) else _("请选会商是哪一天,不晚于今天"))
    if fault:
        return shown(id, 422, fault=(verb, fault), typed=(verb, request.form.get("words", "")))
    return settle(verb, id, body, _(DONE[verb]))


def _no_day(text: str) -> str | None:
    """What is wrong with the day until which a case is suspended."""
    try:
        until = datetime.fromisoformat(text).date()
    except ValueError:
        return _("请选挂账到哪一天")
    return None if today() < until <= today() + timedelta(days=366) else _("挂账到明天以后、一年以内的一天")


# --- a unit's link


def signer() -> Signer:
    """What signs the tokens of handlers' links, and nothing else."""
    return Signer(current_app.secret_key, salt="gridbook handler link", digest_method=hashlib.sha256)


@bp.post("/desk/entries/<uuid:id>/tasks/<int:n>/link")
@allowed(*rules.DESK_ROLES)
def link(id, n):
    """A new link to a unit's task, shown once, in place of the one before; with `revoke`, none any more."""
    row = own_entry(str(id))
    entry = lists.folded(row)
    task = next((task for task in entry.tasks if task.n == n and task.unit and task.open), None)
    if task is None or not rules.may(current_user.who, "assigned", entry, today()):
        refuse(entry=row.id)
    revoked = bool(request.form.get("revoke"))
    token, until = signer().sign(secrets.token_urlsafe(24)).decode(), end_of(today() + timedelta(days=LINK_DAYS), zone())
    with writing() as connection:
        if revoked:
            links.call_in(connection, row.id, n)
        else:
            links.hand_out(connection, token, row.id, n, task.unit, now(), until)
        what = "handler_link_revoked" if revoked else "handler_link_made"
        people.note_access(connection, current_user.username, what, now(), entry=row.id, detail=f"{n} {task.unit}")
    if revoked:
        return shown(row.id, said=_("链接已作废"))
    return _made(lists.entry_by_id(row.id), task, token, until)


def _made(row, task, token: str, until: datetime):
    """The page with the link: to be scanned, or pasted into a chat."""
    url = url_for("handed.page", token=token, _external=True)
    words = course.task_in_words(task, course.Names([lists.folded(row)], {}))
    context = {"entry": row, "unit": words["holder"], "one": words, "title": record.title(row, lists.category_labels())}
    qr = segno.make(url, error="m").png_data_uri(scale=8, border=2)
    areas = lists.areas_above(row.path)
    community = next((area.name for area in areas if area.level == "community"), areas[0].name)
    return render_template("dispatch/link.html", nav=rail(), url=url, qr=qr, until=until, community=community, **context)
