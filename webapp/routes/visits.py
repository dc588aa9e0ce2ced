"""回访: what the resident says once a case is closed, or a dispute was fed back, written down at the desk."""

from flask import Blueprint, abort, request
from flask_babel import gettext as _
from flask_login import current_user

from ..core import entries, rules, tasks
from ..core.actions import HOWS, RATINGS
from ..store import lists
from . import desk
from .access import allowed, now, today
from .words import moment

bp = Blueprint("visits", __name__)


@bp.app_context_processor
def _visiting():
    return {"visit_due": visit_due, "may_visit": may_visit}


def visit_due(row) -> tuple[str, str] | None:
    """(words, tone) about when it is to be visited again; None where nobody has to."""
    for task in tasks.load(row.road):
        if task.open and task.what == "follow_up" and task.due:
            due = tasks.instant(task.due)
            return _("%(time)s 前回访", time=moment(due)), "overdue" if due < now() else "waiting"
    return None


def may_visit(row) -> bool:
    """Is there something to ask about, and may this person?"""
    entry = lists.folded(row)
    return bool(entries.next_stage(entry, "followed_up")) and rules.may(current_user.who, "followed_up", entry, today())


@bp.post("/desk/entries/<uuid:id>/follow-up")
@allowed("secretary")
def follow_up(id):
    """What was heard on a return visit. Not solved asks for words, for they are the reason why it is opened again."""
    entry, form = desk.own_entry(str(id), "secretary"), request.form
    solved, score, how, said = form.get("solved"), form.get("score", ""), form.get("how", "phone"), form.get("words", "").strip()
    if score not in {"", *RATINGS} or how not in HOWS:
        abort(400)
    if solved not in {"0", "1"} or (solved == "0" and not said):
        fault = _("请写一写哪里没解决") if solved == "0" else _("请选解决了没有")
        return desk.shown(entry.id, 422, fault=("followed_up", fault), typed=("followed_up", said))
    body = {"solved": solved == "1", "score": score, "how": how, "note": said}
    return desk.settle("followed_up", entry.id, body, _("回访已记下") if solved == "1" else _("回访已记下,事项重新办理"))
