"""Entry, one function per verb, and the fold: what the actions of one entry amount to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from . import courts, mediation, road, stubborn, tasks
from .actions import CLOCK, DECISIONS, UNIT, Action, Refused
from .kinds import KINDS
from .tasks import Task, stamp

MOST_EXTENSIONS = 2
MOST_SUSPENDED = timedelta(days=366)
REDOS = 3
"""So many times done again, and the case goes one level up."""
REDONE = "redone"
"""Why it went up, beside the moment and the level; as CLOCK stands there where the clock did it, and nothing where somebody did."""


@dataclass(slots=True)
class Entry:
    """An entry as its actions left it. Fields are those of store.tables.EntryRow."""

    id: str
    number: str
    kind: str
    category: str
    area: str
    path: str
    grid: str
    scope: str
    household: str | None
    parent: str | None
    case: bool
    way: str
    level: str
    stage: str
    note: str
    place: str
    source: str
    happened_at: datetime
    lat: float | None
    lng: float | None
    accuracy: float | None
    on_the_spot: bool
    details: dict
    photos: list
    author: str
    authors: list
    device: str | None
    day: date
    received_at: datetime
    heard_at: datetime
    due_at: datetime | None
    approved_at: datetime | None
    closed_at: datetime | None
    closed_days: int | None
    reason: str
    outcome: str
    rating: str | None
    reopened: int
    road: dict
    version: int
    last: str
    last_seq: int

    @property
    def wanting(self) -> list[str]:
        """What its kind asks for and it does not have yet: 待补充."""
        return [want for want in KINDS[self.kind].wants if not self._has(want)]

    def _has(self, want: str) -> bool:
        if want == "photo":
            return bool(self.photos)
        if want == "place" and (self.household or self.area != self.grid):
            return True  # a door, a building or a unit says where
        if want in {"household", "category", "note", "place"}:
            return bool(getattr(self, want))
        return self.details.get(want) not in (None, "", [])

    @property
    def counted_in(self) -> list[str]:
        """Codes of the areas whose figures it belongs to."""
        return counted_in(self.path, self.grid)

    @property
    def counted(self) -> bool:
        """Is it in the figures, or set apart as withdrawn or declined?"""
        return self.stage not in {"withdrawn", "declined"}

    @property
    def follows(self) -> str:
        """The table of core.road that it follows. A dispute that was approved before there was its own road stays on that of all cases."""
        return "record" if not self.case else "dispute" if "mediation" in self.road else "case"

    @property
    def kept_from(self) -> list[str]:
        """Accounts of the parties of a dispute, from the moment that it is heard of: they never see it."""
        sorted_out = self.road.get("mediation", {}).get("class") or self.road
        return sorted_out.get("kept_from", [])

    @property
    def tasks(self) -> list[Task]:
        return tasks.load(self.road)

    @property
    def redos(self) -> int:
        """How often it had to be done again: sent back after the work, or opened again after the closing."""
        return self.reopened + self.road.get("reworks", 0)

    @property
    def on_time(self) -> bool:
        return self.closed_at is not None and self.due_at is not None and self.closed_at <= self.due_at


def counted_in(path: str, grid: str) -> list[str]:
    """The areas whose figures something at `path` belongs to: from the root down to its grid, not to building or unit."""
    codes = path.rstrip("/").split("/")
    return codes[: codes.index(grid) + 1]


COMPARED = ("kind", "category", "area", "household", "place", "note", "happened_at", "source", "on_the_spot")


def differences(before: Entry, after: Entry) -> list[tuple[str, object, object]]:
    """(field, old, new) wherever two versions say something else: fields of Entry, the kind's own, `position` and `photos`."""
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in COMPARED]
    pairs += [(name, before.details.get(name), after.details.get(name)) for name in {**before.details, **after.details}]
    pairs.append(("position", (before.lat, before.lng), (after.lat, after.lng)))
    pairs.append(("photos", [sha for sha, *_ in before.photos], [sha for sha, *_ in after.photos]))
    return [(name, old, new) for name, old, new in pairs if old != new]


def next_stage(entry: Entry, verb: str) -> str | None:
    """Where `verb` leads from here, or None where it leads nowhere."""
    if verb == "approved" and entry.on_the_spot and (entry.stage, verb) in road.TURNS:
        return road.TURNS[entry.stage, verb][0]
    if verb == "resumed" and entry.stage == "suspended":
        return _stage_before(entry)
    if verb == "reworked" and entry.stage == "handled" and _did(entry) is None:
        return road.TURNS["handled", verb][0]
    return road.after(entry.follows, entry.stage, verb)


def can_go_down(entry: Entry) -> bool:
    """Is there a level below that can have it again? While a unit or a person has it, it is no matter of the grid alone."""
    given_out = any(task.open and (task.unit or task.person) for task in entry.tasks)
    return entry.level != road.ORDER[0] and not (entry.level == road.ORDER[1] and given_out)


def act(entry: Entry | None, action: Action, seq: int) -> Entry:
    """The entry after `action`. Raises Refused `no_entry`, `id_reused`, `stale`, `self_approval` or `forbidden`."""
    if action.verb == "recorded":
        if entry is not None:
            raise Refused("id_reused")
        return _recorded(action, seq)
    if entry is None:
        raise Refused("no_entry")
    if action.verb in DECISIONS:
        _may_decide(entry, action)
    done = _VERBS[action.verb](entry, action)
    return replace(done, last=action.id, last_seq=seq)


def fold(actions: Iterable[tuple[int, Action]]) -> Entry:
    """The entry that these (seq, action) pairs, in the order heard, amount to."""
    entry = None
    for seq, action in actions:
        entry = act(entry, action, seq)
    return entry


def _may_decide(entry: Entry, action: Action) -> None:
    """A decision is about what was seen, by somebody who did not write it, where the road leads on. A ledger tells what was decided elsewhere."""
    if action.verb == "approved" and action.by in entry.authors:
        raise Refused("self_approval")
    if (action.seen != entry.last and not action.from_ledger) or next_stage(entry, action.verb) is None:
        raise Refused("stale")
    if action.verb == "lowered" and not can_go_down(entry):
        raise Refused("stale")
    if action.verb == "flagged" and action.body["lead"] in entry.kept_from:
        raise Refused("nobody")
    if action.verb == "extended":
        _may_extend(entry, action)
    if action.verb == "suspended" and ("suspended" in entry.road or _until(action) > action.moment + MOST_SUSPENDED):
        raise Refused("spent")


def _may_extend(entry: Entry, action: Action) -> None:
    """延期: at most twice, and not once it is overdue."""
    if entry.due_at is None or len(entry.road.get("extensions", ())) >= MOST_EXTENSIONS:
        raise Refused("spent")
    if action.moment > entry.due_at:
        raise Refused("overdue")


def _until(action: Action) -> datetime:
    return datetime.fromisoformat(action.body["until"]).replace(tzinfo=action.moment.tzinfo)


def _content(action: Action) -> dict:
    body, facts = action.body, action.facts
    return dict(
        kind=body["kind"],
        category=body["category"] or "",
        area=body["area"],
        path=facts["path"],
        grid=facts["grid"],
        scope=facts["scope"],
        household=facts.get("household"),
        parent=body["parent"],
        case=KINDS[body["kind"]].is_case(body["details"]),
        note=body["note"],
        place=body["place"],
        source=body["source"],
        happened_at=datetime.fromisoformat(body["happened_at"]),
        lat=body["lat"],
        lng=body["lng"],
        accuracy=body["accuracy"],
        on_the_spot=body["on_the_spot"],
        details=body["details"],
        photos=_photos(action),
    )


def _photos(action: Action) -> list:
    roles = action.body.get("roles") or {}
    return [[sha, roles.get(sha, ""), action.id] for sha in action.photos]


def _recorded(action: Action, seq: int) -> Entry:
    """A new entry. Its place, day, number and deadline were found when it was heard."""
    return Entry(
        **_content(action),
        id=action.entry,
        number=action.facts["number"],
        way="",
        level="grid",
        road=_kept_from(action) | ({"order": order} if (order := action.body.get("order")) else {}),
        stage="waiting",
        author=action.by,
        authors=[action.by],
        device=action.device,
        day=date.fromisoformat(action.facts["day"]),
        received_at=action.moment,
        heard_at=action.heard,
        due_at=_due(action),
        approved_at=None,
        closed_at=None,
        closed_days=None,
        reason="",
        outcome="",
        rating=None,
        reopened=0,
        version=1,
        last=action.id,
        last_seq=seq,
    )


def _due(action: Action) -> datetime | None:
    due = action.facts.get("due")
    return datetime.fromisoformat(due) if due else None


def _amended(entry: Entry, action: Action) -> Entry:
    """A new version of the whole content. Too late for that it stays in the log as a supplement, and changes no content."""
    stage = next_stage(entry, "amended")
    if stage is None:
        named = {*entry.road.get("kept_from", ()), *action.facts.get("kept_from", ())}  # whoever is a party is one all the same
        return replace(entry, road=entry.road | {"kept_from": sorted(named)}) if named else entry
    authors = entry.authors if action.by in entry.authors else [*entry.authors, action.by]
    if entry.stage == "returned":
        entry = _go_on(entry, action)
    road_on = {name: what for name, what in entry.road.items() if name != "kept_from"} | _kept_from(action)
    return replace(entry, **_content(action), stage=stage, authors=authors, due_at=_due(action), version=entry.version + 1, road=road_on)


def _kept_from(action: Action) -> dict:
    found = action.facts.get("kept_from")
    return {"kept_from": found} if found else {}


def _noted(entry: Entry, action: Action) -> Entry:
    """A remark. Words for the hotline are its answer, the last ones stand."""
    reply = action.body.get("reply")
    said = {"reply": [stamp(action.moment), action.by, reply]} if reply else {}
    return replace(entry, photos=[*entry.photos, *_photos(action)], road=entry.road | said)


def _approved(entry: Entry, action: Action) -> Entry:
    """Accept the entry as it was seen; a record, and what was solved on the spot, is thereby closed."""
    stage = next_stage(entry, "approved")
    own = {"mediation": {}} if stage == "in_hand" and action.facts.get("road") == "dispute" else {}
    if entry.stage == "returned":
        entry = replace(_go_on(entry, action), due_at=_due(action) or entry.due_at)
    entry = replace(entry, stage=stage, approved_at=action.moment, reason="", road=entry.road | own)
    return _close(entry, action) if stage == "closed" else entry


def _returned(entry: Entry, action: Action) -> Entry:
    return _pause(replace(entry, stage="returned", reason=action.body["reason"]), action)


def _declined(entry: Entry, action: Action) -> Entry:
    return replace(entry, stage="declined", reason=action.body["reason"])


# --- tasks: who does it, by when


def _assigned(entry: Entry, action: Action) -> Entry:
    """派遣, or 转派 where somebody had it: the open tasks end, new ones begin. A unit or a person makes it the community's matter."""
    body, facts = action.body, action.facts
    had = [task if task.what == "follow_up" else _ended(task, action, "moved") for task in entry.tasks]
    lead = "mediate" if entry.follows == "dispute" else "handle"
    given = [
        Task(
            n=len(had) + place,
            what="assist" if target["assists"] else lead,
            **{name: target[name] for name in ("unit", "person", "grid")},
            whistle=body["whistle"] if target["unit"] else "",  # a grid beside the unit is not blown for
            by=action.by,
            at=stamp(action.moment),
            sign_due=facts.get("sign_due", ""),
            due=facts.get("task_due", ""),
            words=body["note"],
        )
        for place, target in enumerate(body["to"], 1)
    ]
    units = any(task.unit for task in given)
    wide = units or any(task.person for task in given)
    return replace(
        _with_tasks(entry, had + given),
        stage=next_stage(entry, "assigned"),
        level="community" if wide and entry.level == "grid" else entry.level,
        way=body["way"] or ("joint" if units and lead == "handle" else entry.way),
        due_at=entry.due_at or _due(action),
    )


def _signed(entry: Entry, action: Action) -> Entry:
    task = own_task(entry, action)
    if task is None or task.signed_at:
        return entry
    signed = replace(task, signed_at=stamp(action.moment))
    entry = _with_task(entry, signed)
    return replace(entry, stage=next_stage(entry, "signed") or entry.stage) if task.leads else entry


def _handed_back(entry: Entry, action: Action) -> Entry:
    """退单: the task ends; if it was the leading one, the case is to be given to somebody again."""
    task = own_task(entry, action)
    stage = next_stage(entry, "handed_back")
    if task is None or (task.leads and stage is None):
        return entry
    entry = _with_task(entry, _ended(task, action, "handed_back", action.body["reason"]))
    return replace(entry, stage=stage, reason=action.body["reason"]) if task.leads else entry


def _handled(entry: Entry, action: Action) -> Entry:
    """Somebody reports the work as done. Where it is not his to do it stays a remark."""
    entry = replace(entry, photos=[*entry.photos, *_photos(action)])
    stage, task = next_stage(entry, "handled"), own_task(entry, action)
    leads = task.leads if task else not any(one.open and one.leads for one in entry.tasks)
    if leads and stage is None or not leads and task is None:
        return entry
    if task is not None:
        entry = _with_task(entry, _ended(task, action, "done", action.body["note"]))
    return replace(entry, stage=stage, outcome=action.body["note"]) if leads else entry


def _reworked(entry: Entry, action: Action) -> Entry:
    """返工: who did it last does it again."""
    done, stage = _did(entry), next_stage(entry, "reworked")
    entry = replace(entry, reason=action.body["reason"], road=entry.road | {"reworks": entry.road.get("reworks", 0) + 1})
    entry = _after_redo(entry, action)
    if done is None:
        return replace(entry, stage=stage)
    at, due = stamp(action.moment), action.facts.get("task_due", "")
    again = Task(
        len(entry.tasks) + 1, done.what, done.unit, done.person, done.grid, by=action.by, at=at, signed_at=at, due=due, words=entry.reason
    )
    return replace(_with_tasks(entry, [*entry.tasks, again]), stage=stage)


def _did(entry: Entry) -> Task | None:
    """The leading task that was done last."""
    return next((task for task in reversed(entry.tasks) if task.leads and task.end == "done"), None)


def own_task(entry: Entry, action: Action) -> Task | None:
    """The open task that the action is about: the one it names, else the leading one if its holder can be told by `by` alone."""
    named = action.body.get("task")
    for task in entry.tasks:
        if task.open and (task.n == named if named else task.leads and (task.grid or action.by in {task.person, f"{UNIT}{task.unit}"})):
            return task
    return None


def _ended(task: Task, action: Action, how: str, words: str = "") -> Task:
    if not task.open:
        return task
    return replace(task, ended_at=stamp(action.moment), end=how, words=words or task.words)


def _with_task(entry: Entry, changed: Task) -> Entry:
    return _with_tasks(entry, [changed if task.n == changed.n else task for task in entry.tasks])


def _with_tasks(entry: Entry, all: list[Task]) -> Entry:
    return replace(entry, road=entry.road | {"tasks": tasks.dump(all)})


# --- the clock


def _extended(entry: Entry, action: Action) -> Entry:
    before = [*entry.road.get("extensions", ()), [stamp(action.moment), stamp(entry.due_at)]]
    return _with_due(replace(entry, road=entry.road | {"extensions": before}), _due(action) or entry.due_at)


def _suspended(entry: Entry, action: Action) -> Entry:
    """挂账: the clock stands still, once, and at most a year."""
    held = {"from": entry.stage, "at": stamp(action.moment), "until": action.body["until"]}
    return _pause(replace(entry, stage="suspended", reason=action.body["reason"], road=entry.road | {"suspended": held}), action)


def _resumed(entry: Entry, action: Action) -> Entry:
    """It goes on where it stood; whoever has not signed yet gets the time back that the clock stood still."""
    stage, since = next_stage(entry, "resumed"), tasks.instant(entry.road["suspended"]["at"])
    later = [_signed_for_later(task, since, action.moment) for task in entry.tasks]
    entry = _with_tasks(entry, later) if later else entry
    own, theirs = action.facts.get("task_due"), {task.n for task in apart(entry)}
    entry = _with_due(replace(_go_on(entry, action), stage=stage), _due(action) or entry.due_at)
    return _with_tasks(entry, [replace(task, due=own) if task.n in theirs else task for task in entry.tasks]) if own else entry


def _stage_before(entry: Entry) -> str:
    """The stage in which the case was suspended, or where it would be now, as somebody has been given it or has signed since."""
    stage, since = entry.road["suspended"]["from"], tasks.instant(entry.road["suspended"]["at"])
    lead = next((task for task in entry.tasks if task.open and task.leads), None)
    if lead and tasks.instant(lead.at) > since:
        stage = road.after(entry.follows, stage, "assigned") or stage
    return road.after(entry.follows, stage, "signed") if lead and lead.signed_at and stage == "assigned" else stage


def _signed_for_later(task: Task, since: datetime, until: datetime) -> Task:
    since = max(since, tasks.instant(task.at))
    waits = task.open and task.sign_due and not task.signed_at and tasks.instant(task.sign_due) > since
    return replace(task, sign_due=stamp(tasks.instant(task.sign_due) + (until - since))) if waits else task


def _pause(entry: Entry, action: Action) -> Entry:
    return replace(entry, road=entry.road | {"pauses": [*entry.road.get("pauses", ()), [stamp(action.moment), ""]]})


def _go_on(entry: Entry, action: Action) -> Entry:
    *before, (since, _) = entry.road["pauses"]
    return replace(entry, road=entry.road | {"pauses": [*before, [since, stamp(action.moment)]]})


def apart(entry: Entry) -> list[Task]:
    """The open tasks whose deadline is not the case's, but a whistle's, a path's or one that was chosen: all of one dispatch have the same."""
    return [task for task in entry.tasks if task.open and task.what != "follow_up" and task.due and tasks.instant(task.due) != entry.due_at]


def _with_due(entry: Entry, due: datetime | None) -> Entry:
    """The case's new deadline; with it move the open tasks that had the case's, and no others."""
    own, new = {task.n for task in apart(entry)}, stamp(due) if due else ""
    moved = [replace(task, due=new) if task.open and task.due and task.what != "follow_up" and task.n not in own else task for task in entry.tasks]
    return replace(_with_tasks(entry, moved), due_at=due)


def _supervised(entry: Entry, action: Action) -> Entry:
    return replace(entry, road=entry.road | {"supervised": entry.road.get("supervised", 0) + 1, "supervision": {"at": stamp(action.moment), "by": action.by}})


def _flagged(entry: Entry, action: Action) -> Entry:
    return replace(entry, road=entry.road | {"stubborn": stubborn.flagged(entry.road.get("stubborn", {}), action)})


def _reviewed(entry: Entry, action: Action) -> Entry:
    """What a meeting came to, of 研判 or about what is on the board. Of anything else it stays a remark."""
    if next_stage(entry, "reviewed") is None:
        return entry
    if action.body.get("study"):
        told = {"day": action.body["day"], "by": action.by, "said": action.body["note"]}
        entry = replace(entry, way="study", road=entry.road | {"study": [*entry.road.get("study", ()), told]})
    if not stubborn.on_board(entry):
        return entry
    return replace(entry, road=entry.road | {"stubborn": stubborn.reviewed(entry.road["stubborn"], action)})


def _raised(entry: Entry, action: Action) -> Entry:
    """提级. Whistles that one dispatch blew and nobody answered are raised together."""
    together = {action.body["task"], *action.body.get("beside", ())}
    missed = [task for task in entry.tasks if task.open and task.n in together]
    for task in missed:
        entry = _with_task(entry, replace(task, raised_at=stamp(action.moment)))
    return _up(entry, action)


def _up(entry: Entry, action: Action) -> Entry:
    """提级: one level up, where there is one."""
    level = road.ORDER[min(road.ORDER.index(entry.level) + 1, len(road.ORDER) - 1)]
    by_hand = action.verb == "raised" and (action.by != CLOCK or action.body["task"])
    why = [] if by_hand else [CLOCK] if action.verb == "raised" else [REDONE]
    raised = [*entry.road.get("raised", ()), [stamp(action.moment), level, *why]]
    return replace(entry, level=level, road=entry.road | {"raised": raised})


def _lowered(entry: Entry, action: Action) -> Entry:
    """退回下一级: the level below has it again, with its whole time."""
    level = road.ORDER[road.ORDER.index(entry.level) - 1]
    lowered = [*entry.road.get("lowered", ()), [stamp(action.moment), level]]
    return replace(entry, level=level, reason=action.body["reason"], road=entry.road | {"lowered": lowered})


def _after_redo(entry: Entry, action: Action) -> Entry:
    return _up(entry, action) if entry.redos == REDOS else entry


# --- the end, and what comes after it


def _closed(entry: Entry, action: Action) -> Entry:
    entry = replace(entry, stage="closed", photos=[*entry.photos, *_photos(action)], outcome=action.body["note"] or entry.outcome)
    return _close(replace(entry, way=action.body.get("way") or entry.way), action)


def _close(entry: Entry, action: Action) -> Entry:
    """What is still to be done about it is not any more; a return visit is, where one is asked for."""
    day = date.fromisoformat(action.facts["day"])
    entry = replace(entry, closed_at=action.moment, closed_days=max(1, (day - entry.day).days + 1), way=_way(entry, action))
    left = [_ended(task, action, "done" if task.what == "mediate" and task.signed_at else "void") for task in entry.tasks]
    if due := action.facts.get("follow_up"):
        left.append(Task(len(left) + 1, "follow_up", grid=entry.grid, by=action.by, at=stamp(action.moment), due=due))
    return _with_tasks(entry, left) if left else entry


def _way(entry: Entry, action: Action) -> str:
    """How it was worked on, where nobody said: disputes are resolved, questions answered, what went to a unit was a joint matter, the rest
    was done on the spot.
    """
    if entry.way or not entry.case:
        return entry.way
    return KINDS[entry.kind].way or action.facts.get("way", "spot")


def _followed_up(entry: Entry, action: Action) -> Entry:
    """回访. Not solved after all opens the case again; in a dispute it goes back to mediation, or on to the closing."""
    body, stage = action.body, next_stage(entry, "followed_up")
    if stage is None:
        return entry
    told = [stamp(action.moment), action.by, body["solved"], body["score"], body["how"]]
    left = [_ended(task, action, "done", body["note"]) if task.what == "follow_up" else task for task in entry.tasks]
    visits = [*entry.road.get("follow_ups", ()), told]
    entry = replace(entry, road=entry.road | {"follow_ups": visits, "solved": body["solved"], "tasks": tasks.dump(left)})
    entry = replace(entry, rating=body["score"] or entry.rating)
    if entry.stage == "closed":
        return entry if body["solved"] else _open_again(entry, action, body["note"])
    return replace(entry, stage=stage if body["solved"] else road.TURNS[entry.stage, "followed_up"][0])


def _graded(entry: Entry, action: Action) -> Entry:
    """评哨: the community says how the unit answered."""
    return _with_tasks(
        entry, [replace(task, grade=action.body["score"]) if task.n == action.body["task"] and task.whistle else task for task in entry.tasks]
    )


def _reopened(entry: Entry, action: Action) -> Entry:
    return _open_again(entry, action, action.body["reason"]) if next_stage(entry, "reopened") else entry


def _open_again(entry: Entry, action: Action, why: str) -> Entry:
    """Not solved after all: the case is open again, and the rating of the old closing is gone."""
    left = [_ended(task, action, "void") for task in entry.tasks]
    entry = replace(
        _with_tasks(entry, left) if left else entry,
        stage=road.TURNS["closed", "followed_up"][0], reason=why, closed_at=None, closed_days=None, rating=None, reopened=entry.reopened + 1,
    )  # fmt: skip
    return _after_redo(replace(entry, road=entry.road | {"again": stamp(action.moment)}), action)


def _rated(entry: Entry, action: Action) -> Entry:
    return replace(entry, rating=action.body["score"]) if next_stage(entry, "rated") else entry


def _mediated(entry: Entry, action: Action) -> Entry:
    """A step of a dispute's own road, written into its file. Out of its order it stays a remark."""
    stage = next_stage(entry, action.verb)
    entry = replace(entry, photos=[*entry.photos, *_photos(action)])
    if stage is None or not mediation.fits(entry.road["mediation"], action.verb, action.body.get("duty")):
        return entry
    entry = replace(entry, stage=stage, road=entry.road | {"mediation": mediation.written(entry.road.get("mediation", {}), action, entry.kept_from)})
    if action.verb == "classified":
        entry = replace(entry, category=action.body["category"])
    if action.verb in {"agreed", "failed"}:
        entry = replace(entry, outcome=action.body["note"])
    return _visit_again(entry, action) if action.verb == "fed_back" else entry


def _at_court(entry: Entry, action: Action) -> Entry:
    """共享法庭: a slot is booked or given up, or what came of it. The dispute stays where it is on its road."""
    return replace(entry, road=entry.road | {"mediation": courts.written(entry, action)}) if next_stage(entry, action.verb) else entry


def _visit_again(entry: Entry, action: Action) -> Entry:
    """回访: a task for the grid that the dispute came from."""
    due, left = action.facts.get("follow_up", ""), entry.tasks
    return _with_tasks(entry, [*left, Task(len(left) + 1, "follow_up", grid=entry.grid, by=action.by, at=stamp(action.moment), due=due)])


def _withdrawn(entry: Entry, action: Action) -> Entry:
    return replace(entry, stage="withdrawn")


_VERBS = {
    "amended": _amended,
    "noted": _noted,
    "approved": _approved,
    "returned": _returned,
    "declined": _declined,
    "handled": _handled,
    "closed": _closed,
    "reopened": _reopened,
    "rated": _rated,
    "assigned": _assigned,
    "signed": _signed,
    "handed_back": _handed_back,
    "reworked": _reworked,
    "extended": _extended,
    "suspended": _suspended,
    "resumed": _resumed,
    "supervised": _supervised,
    "raised": _raised,
    "lowered": _lowered,
    "flagged": _flagged,
    "reviewed": _reviewed,
    "followed_up": _followed_up,
    "graded": _graded,
    **dict.fromkeys(mediation.VERBS, _mediated),
    **dict.fromkeys(courts.VERBS, _at_court),
    "withdrawn": _withdrawn,
}
