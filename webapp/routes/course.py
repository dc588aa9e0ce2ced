"""The course of a case in words: its clock with every start, pause and end, and who had it when."""

from datetime import datetime

from flask_babel import gettext as _

from ..core import clocks, entries, tasks
from ..core.actions import CLOCK, HOWS, RATINGS, UNIT, Action
from ..core.courts import RESULTS
from ..core.entries import MOST_EXTENSIONS, Entry
from ..core.road import LEVELS, WAYS
from ..core.tasks import ENDS, WHATS, WHISTLES, Task
from ..store import jobs, lists
from . import targets
from .access import now
from .words import day, moment


class Names:
    """The names of all units, people and grids that have to do with an entry; a person may be left without his."""

    def __init__(self, found: list[Entry], people: dict[str, str]):
        given = [task for entry in found for task in entry.tasks]
        self.units = jobs.unit_names({task.unit for task in given} - {""})
        self.areas = lists.names_of({task.grid for task in given} - {""})
        self.people = people | lists.people_names({task.person for task in given} - {""} - people.keys())

    def by(self, username: str) -> str | None:
        """Who did it, where that is no account: a unit by its link, or the server by itself."""
        if username.startswith(UNIT):
            return self.units.get(username.removeprefix(UNIT), username)
        return _("系统(到时自动)") if username == CLOCK else None

    def holder(self, task: Task) -> str:
        if task.grid:
            return _("网格:%(grid)s", grid=self.areas.get(task.grid, task.grid))
        return self.units.get(task.unit, task.unit) if task.unit else self.people.get(task.person, task.person)


def clock(entry: Entry, folded: list[dict], settings: clocks.Town) -> dict | None:
    """What the panel 时限 shows of a case; `folded` has each action with the entry before and after it."""
    if not entry.case:
        return None
    terms, due = settings.terms.get(entry.category), entry.due_at
    working = terms is not None and terms.clock.startswith("working")
    return {
        "due": moment(due) if due else None,
        "estimated": bool(due) and working and settings.calendar.estimated(due),
        "terms": targets.amount(terms) if terms else None,
        "lines": [line for one in folded for line in _lines(one)],
        "level": _(LEVELS[entry.level]),
        "way": _(WAYS[entry.way]) if entry.way else None,
        "supervised": entry.road.get("supervised", 0),
        "redos": entry.redos,
        "extensions": len(entry.road.get("extensions", ())),
        "most": MOST_EXTENSIONS,
        "extended": _extended(entry, settings),
    }


def _extended(entry: Entry, settings: clocks.Town) -> datetime | None:
    """The deadline that one more extension would give; None where none can be given any more, or none would help."""
    if entry.due_at is None or len(entry.road.get("extensions", ())) >= MOST_EXTENSIONS or now() > entry.due_at:
        return None
    trial = Action(id="", entry=entry.id, verb="extended", by="", at=now(), heard=now(), body={"reason": ""})
    due = datetime.fromisoformat(clocks.facts(entry, trial, settings)["due"])
    return due if due > entry.due_at else None


def _lines(one: dict) -> list[tuple[datetime, str]]:
    """What one action did to the clock: (when, words)."""
    action, before, after = one["action"], one["before"], one["entry"]
    return [(action.moment, words) for words in _said(action.verb, before, after)]


def _said(verb: str, before: Entry | None, after: Entry):
    until = _("时限 %(moment)s", moment=moment(after.due_at)) if after.due_at else _("没有时限")
    paused, runs = _stands(before), not _stands(after)
    if before is None:
        yield _("开始计时,%(until)s", until=until)
    elif not paused and not runs:
        yield _("暂停计时(退回补正)") if verb == "returned" else _("暂停计时(挂账到%(day)s)", day=day(_suspended_until(after)))
    elif paused and runs and after.stage not in {"declined", "withdrawn"}:
        yield _("继续计时,%(until)s", until=until)
    elif verb == "extended":
        yield _("延期:时限从 %(old)s 改为 %(new)s", old=moment(before.due_at), new=moment(after.due_at))
    elif verb == "assigned" and before.due_at != after.due_at:
        yield _("按办理路径“%(way)s”,%(until)s", way=_(WAYS[after.way]), until=until)
    elif verb == "amended" and before.due_at != after.due_at:
        yield _("内容改了,%(until)s", until=until)
    if verb == "supervised":
        yield _("督办")
    if before and verb in {"raised", "reworked", "reopened"} and before.level != after.level:
        yield _("提级到%(level)s", level=_(LEVELS[after.level]))
    if verb == "lowered":
        yield _("退回到%(level)s", level=_(LEVELS[after.level]))
    if before and before.stage == "closed" and after.stage != "closed":
        yield _("重新打开,接着计时,%(until)s", until=until)
    if verb == "reworked":
        yield _("返工,时限不变")
    if after.closed_at and not (before and before.closed_at):
        in_time = "" if after.due_at is None else _("按期") if after.on_time else _("超期")
        yield _("计时结束,办结 %(how)s", how=in_time).strip()


def _stands(entry: Entry | None) -> bool:
    """Does the clock stand still?"""
    return bool(entry) and bool(pauses := entry.road.get("pauses")) and pauses[-1][1] == ""


def _suspended_until(entry: Entry):
    return datetime.fromisoformat(entry.road["suspended"]["until"]).date()


def shown(entry: Entry, names: Names) -> list[dict]:
    """The tasks of a case in words, the open and newest ones first."""
    links = jobs.links_of(entry.id)
    found = [task_in_words(task, names) | {"link": _good(links.get(task.n))} for task in entry.tasks]
    if entry.stage == "suspended":
        found = [one | {"state": (_("挂账"), "plain")} if one["task"].open else one for one in found]
    return sorted(found, key=lambda one: (not one["task"].open, -one["task"].n))


def _good(link):
    return link if link and (link.until is None or link.until > now()) else None


def task_in_words(task: Task, names: Names) -> dict:
    instants = {
        name: tasks.instant(text) if (text := getattr(task, name)) else None
        for name in ("at", "sign_due", "signed_at", "due", "ended_at", "raised_at")
    }
    return instants | {
        "task": task,
        "what": _(WHATS[task.what]),
        "holder": names.holder(task),
        "by": names.people.get(task.by, task.by),
        "state": state(task, instants),
        "whistle": _(WHISTLES[task.whistle]) if task.whistle else None,
        "grade": _(RATINGS[task.grade]) if task.grade else None,
    }


def state(task, instants: dict) -> tuple[str, str]:
    """(words, tone) of a task, from its moments."""
    if task.end:
        return _(ENDS[task.end]), "done" if task.end == "done" else "plain"
    if task.what == "follow_up":
        return (_("超期"), "overdue") if _past(instants["due"]) else (_("待回访"), "waiting")
    if instants["signed_at"] is None:
        return (_("超时没签收"), "overdue") if _past(instants["sign_due"]) else (_("待签收"), "waiting")
    return (_("超期"), "overdue") if _past(instants["due"]) else (_("办理中"), "underway")


def _past(when: datetime | None) -> bool:
    return when is not None and when < now()


def extra(action: Action, before: Entry | None, after: Entry, names: Names) -> list[str]:
    """What a history says of an action beside its words: who was given what, until when, at which level."""
    body = action.body
    match action.verb:
        case "assigned":
            given = after.tasks[-len(body["to"]) :]
            said = [f"{_(WHATS[task.what])}:{names.holder(task)}" for task in given]
            first = given[0]
            said += [_(WHISTLES[first.whistle])] if first.whistle else []
            said += [_("%(moment)s 前签收", moment=moment(tasks.instant(first.sign_due)))] if first.sign_due else []
            return said + ([_("%(moment)s 前办好", moment=moment(tasks.instant(first.due)))] if first.due else [])
        case "extended":
            return [_("时限改为 %(moment)s", moment=moment(after.due_at))]
        case "suspended":
            return [_("到%(day)s", day=day(_suspended_until(after)))]
        case "resumed":
            return [_("时限 %(moment)s", moment=moment(after.due_at))] if after.due_at else []
        case "raised" | "lowered":
            return [_("现在由%(level)s负责", level=_(LEVELS[after.level]))]
        case "followed_up":
            how = body["how"]
            return [_(HOWS[how]), _("说已解决") if body["solved"] else _("说没解决")]
        case "reviewed":
            return [day(datetime.fromisoformat(body["day"]).date())]
        case "closed" if way := body.get("way"):
            return [_(WAYS[way])]
        case "booked":
            return [moment(tasks.instant(body["starts"]))]
        case "sat":
            return [moment(tasks.instant(body["starts"])), _(RESULTS[body["result"]])]
        case "signed" | "handed_back" | "handled":
            task = entries.own_task(before, action)
            return [f"{_(WHATS[task.what])}:{names.holder(task)}"] if task and not task.leads else []
    return []
