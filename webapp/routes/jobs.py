"""A handler's own pages: what was given to him or his unit, and what he does about it. Nothing of the household ledger is shown."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from ..core import entries, rules
from ..core.actions import Refused, inert
from ..core.entries import Entry
from ..core.kinds.shape import N_
from ..core.road import DID, STAGES
from ..core.tasks import Task
from ..store import jobs, lists
from . import course, pictures, record
from .access import allowed, append_one, note, now, posts, refuse, today
from .account import home
from .link import MOST_WORDS, derived

bp = Blueprint("jobs", __name__)

KEPT = timedelta(days=60)
"""What was done is in the list for so long."""

DONE = {"signed": N_("已签收"), "handed_back": N_("已退单"), "handled": N_("办理结果已报上"), "noted": N_("补充说明已报上")}
REASONS = [N_("不属于本单位职责"), N_("地点不在管辖范围"), N_("需要其他单位先处理"), N_("情况不清,无法办理")]
WORDS = [N_("已处理完毕"), N_("已修复"), N_("已清理"), N_("已上门解释")]
TOLD = {"assigned", "supervised", "reworked", "extended", "suspended"}
"""Verbs whose words are meant for whoever has the task."""
SHOWN = {*TOLD, "signed", "handed_back", "handled", "resumed", "raised", "lowered", "closed", "reopened", "noted"}


@dataclass(frozen=True)
class Job:
    """One task of one entry as its holder has it: where its buttons lead, where its photos are, and in whose name he acts."""

    row: object
    entry: Entry
    task: Task
    url: str
    photo: Callable
    by: str

    def offers(self) -> list[str]:
        """What may be done about it now. The result is reported once it was signed for."""
        task, entry = self.task, self.entry
        if not task.open or entry.stage == "suspended":
            return []
        found = [] if task.signed_at else ["signed"]
        found += ["handled"] if task.signed_at and (not task.leads or entries.next_stage(entry, "handled")) else []
        found += ["handed_back"] if not task.leads or entries.next_stage(entry, "handed_back") else []
        return [*found, "noted"]


# --- signed in


@bp.get("/jobs")
@allowed()
def page():
    """待签收, 办理中, 已办: one's own, the most urgent first."""
    done = request.args.get("done") == "1"
    cards = [_card(task, row) for task, row in jobs.mine(*holder(), now() - KEPT)]
    groups = {
        _("待签收"): [one for one in cards if not one["task"].end and not one["task"].signed_at],
        _("办理中"): [one for one in cards if not one["task"].end and one["task"].signed_at],
    }
    if done:
        ended = [one for one in cards if one["task"].end in {"done", "void"}]
        groups = {_("已办"): sorted(ended, key=lambda one: one["task"].ended_at, reverse=True)}
    found = {name: cards for name, cards in groups.items() if cards}
    return render_template("jobs/list.html", groups=found, done=done, tab="done" if done else "open", back=_home())


def holder() -> tuple[str, set[str], list[str]]:
    """Whose tasks are the signed-in person's own: his name, his units, the paths where he is the worker."""
    return current_user.username, current_user.who.units(today()), [post.path for post in posts("worker")]


def _card(task, row) -> dict:
    """A line of the list: of the case's and the task's clocks the one that runs out first."""
    instants = {name: getattr(task, name) for name in ("sign_due", "signed_at", "due")}
    until = (task.due if task.signed_at else task.sign_due) or row.due_at
    return {
        "task": task,
        "row": row,
        "url": url_for(".job", entry=row.id, n=task.n),
        "title": record.title(row, lists.category_labels()),
        "where": place(row),
        "state": course.state(task, instants) if row.stage != "suspended" else (_("挂账"), "plain"),
        "until": until,
        "assists": task.what == "assist",
    }


def _own(id: str, n: int) -> Job:
    """The signed-in person's task, or none there is."""
    row = lists.entry_by_id(id)
    entry = row and lists.folded(row)
    task = next((task for task in entry.tasks if task.n == n and task.what in {"handle", "assist"}), None) if entry else None
    gone = task is None or task.end in {"handed_back", "moved"} or current_user.username in entry.kept_from
    if gone or not current_user.who.own(task, entry, today()):
        refuse(entry=id)
    url = url_for("jobs.act", entry=id, n=n)
    return Job(row, entry, task, url, partial(url_for, "sync.photo"), current_user.username)


@bp.get("/jobs/<uuid:entry>/<int:n>")
@allowed()
def job(entry, n):
    """One task with all that its holder needs. The look is logged."""
    found = _own(str(entry), n)
    note("opened", entry=str(entry), detail=f"task {n}")
    return shown(found, back=url_for(".page"))


def _home() -> str | None:
    """The way back to the notebook or the desk, for whoever has one."""
    return home() if posts(*rules.FIELD_ROLES, *rules.DESK_ROLES) else None


@bp.post("/jobs/<uuid:entry>/<int:n>/actions")
@allowed()
def act(entry, n):
    """签收, 退单, 办理结果, 补充说明."""
    found = _own(str(entry), n)
    return do(found, partial(rules.allow, current_user.who), partial(url_for, ".job", entry=entry, n=n), back=url_for(".page"))


# --- the same for a signed-in handler and for the holder of a link


def areas(path: str) -> list[str]:
    """水苑社区, 第一网格, 3号楼, 1单元: without the levels that nobody says."""
    return [area.name for area in lists.areas_above(path) if area.level != "street" and area.grid_type not in {"general", "micro"}]


def place(row) -> str:
    """水苑社区 › 第一网格 › 3号楼 1单元 · 门厅: down to the staircase, never the door."""
    names = areas(row.path)
    parts = [*names, *([row.place] if row.place and row.place not in "".join(names) else [])]
    return " › ".join(parts)


def shown(job: Job, status: int = 200, frame: str = "jobs/_frame.html", **more):
    """The page of one task."""
    folded = record.fold_steps(lists.history(job.entry.id))
    names = course.Names([one["entry"] for one in folded], {})
    here = lists.photos_here({sha for sha, *_ in job.entry.photos})
    community = office(job.row)
    context = {
        "job": job,
        "frame": frame,
        "entry": job.entry,
        "title": record.title(job.entry, lists.category_labels()),
        "where": place(job.row),
        "office": community,
        "one": course.task_in_words(job.task, names),
        "deadline": record.deadline(job.entry),
        "clock": course.clock(job.entry, folded, course.town()),
        "stage": _(STAGES[job.entry.stage]),
        "photos": [(sha, role) for sha, role, _action in job.entry.photos if sha in here],
        "steps": [_step(one, names, job, community["name"]) for one in folded if _seen(one["action"], job)],
        "offers": job.offers(),
        "said": DONE.get(request.args.get("done", "")),
        "reasons": REASONS,
        "phrases": WORDS,
        "most": pictures.MOST,
    }
    return render_template("jobs/job.html", **context | more), status


def office(row) -> dict:
    """The name of the community, and the telephone that is nearest."""
    areas = lists.areas_above(row.path)
    name = next((area.name for area in areas if area.level == "community"), areas[0].name)
    return {"name": name, "telephone": next((area.telephone for area in reversed(areas) if area.telephone), None)}


def _seen(action, job: Job) -> bool:
    return action.verb in SHOWN and (action.verb != "noted" or action.by == job.by)


def _step(one: dict, names: course.Names, job: Job, office: str) -> dict:
    """One step without anybody's name: one's own, a unit's, or the office's."""
    action = one["action"]
    told = action.verb in TOLD or action.by == job.by
    return {
        "what": _(DID[action.verb]),
        "who": _("我") if action.by == job.by else names.by(action.by) or office,
        "at": action.at,
        "extra": course.extra(action, one["before"], one["entry"], names),
        "said": (action.body.get("reason") or action.body.get("note")) if told else None,
        "photos": len(action.photos),
    }


def do(job: Job, allow, there: Callable, **more):
    """Act for the holder of a task as the form says: 303 to the page again (`there`), or 422 with what was written."""
    verb = request.form.get("verb", "")
    if verb not in DONE:
        abort(400)
    said = _said()
    found = pictures.files() if verb != "signed" else []
    shas = pictures.hashes(found)
    id = str(uuid.UUID(derived(f"job {verb}", [job.entry.id, job.task.n, job.by, said], shas)[:32], version=4))
    if not lists.known_action(id):
        if verb not in job.offers():
            return shown(job, 409, fault=(verb, _("这项任务的情况变了,请看最新内容。")), **more)
        faults = _faults(verb, said, found) or pictures.take(found, job.by)
        if faults:
            return shown(job, 422, fault=(verb, faults[0][1]), typed=request.form.get("words", ""), **more)
        _append(job, id, verb, said, shas, allow)
    return redirect(there(done=verb), 303)


def _append(job: Job, id: str, verb: str, said: str, shas: list, allow) -> None:
    body = {"task": job.task.n, "reason" if verb == "handed_back" else "note": said}
    body |= {"roles": dict.fromkeys(shas, "after")} if shas else {}
    raw = {"id": id, "entry": job.entry.id, "verb": verb, "by": job.by, "at": now().isoformat(), "body": body, "photos": shas}
    try:
        append_one(raw, job.by, allow)
    except Refused as refusal:
        if refusal.reason != "id_reused":  # the other half of a double tap was first
            raise


def _said() -> str:
    return "；".join([*request.form.getlist("phrase"), *filter(None, [inert(request.form.get("words", ""))])])


def _faults(verb: str, said: str, found: list) -> list[tuple[str, str]]:
    if verb != "signed" and not said:
        return [(verb, _("请选一条或写一句原因") if verb == "handed_back" else _("请写一句说明"))]
    if len(said) > (500 if verb == "handed_back" else MOST_WORDS):
        return [(verb, _("写得太长了,请短一些"))]
    if len(found) > pictures.MOST:
        return [(verb, _("最多 %(count)s 张照片", count=pictures.MOST))]
    return []
