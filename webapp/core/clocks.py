"""Which deadline follows from what was done: found by the server when it hears an action, and kept with it as a fact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .actions import Action
from .calendar import Calendar, Terms
from .climb import RUNG, STEP
from .entries import Entry, apart, next_stage
from .kinds import KINDS
from .tasks import instant
from .ways import TERMS

HOUR = Terms("urgent_hours", 1)
WHISTLE = {
    "daily": (HOUR, Terms("urgent_hours", 24)),
    "progress": (HOUR, Terms("working_days", 3)),
    "tough": (HOUR, Terms("working_days", 5)),
}
"""whistle -> (clock for signing, clock for handling), where the town has set nothing else: FIELD.md 5.2, 南京鼓楼."""

GUANGLING = {
    "daily": (HOUR, Terms("natural_days", 2)),
    "progress": (HOUR, Terms("natural_days", 3)),
    "tough": (HOUR, Terms("working_days", 10)),
}
"""The same of 广陵, which says nothing of the signing."""

SIGN = Terms("working_hours", 4)
"""The clock for signing where no whistle was blown and the town has set nothing else."""


@dataclass(frozen=True)
class Town:
    """What the town has set: its calendar, the terms of each category, and who is visited again after the closing.

    `share` is per cent of the closed cases (FIELD.md 6: 回访率 ≥ 10 %), `follow` the clock of the return visit, `climb` how long each
    level has once the deadline of a case is over, `rung` each post within the grid; `began` is when the town's own clock first ran;
    `sign` and `whistles` as above, `ways` the clock of each path that has one, `usual` the path of each category.
    """

    calendar: Calendar
    terms: Mapping[str, Terms]
    share: int = 20
    follow: Terms = Terms("natural_days", 7)
    climb: Terms = STEP
    rung: Terms = RUNG
    began: datetime | None = None
    sign: Terms = SIGN
    whistles: Mapping[str, tuple[Terms, Terms]] = field(default_factory=lambda: WHISTLE)
    ways: Mapping[str, Terms] = field(default_factory=lambda: TERMS)
    usual: Mapping[str, str] = field(default_factory=dict)


def facts(entry: Entry | None, action: Action, town: Town) -> dict[str, str]:
    """What `action` makes known about time: `due` of the case, `sign_due` and `task_due` of new tasks, `follow_up` after a closing.

    And which `way` was gone where nobody says so: a question is answered.
    """
    if action.verb == "recorded":
        return _named(due=_first_due(action.moment, action, town))
    if entry is None:
        return {}
    match action.verb:
        case "amended":
            return _named(due=_amended_due(entry, action, town))
        case "extended" | "resumed":
            own = _own_due(entry, action, town) if action.verb == "resumed" else None
            return _named(due=_later_due(entry, action, town), task_due=own)
        case "assigned":
            sign, work = town.whistles.get(action.body["whistle"], (town.sign, None))
            own = action.body["due"] and datetime.fromisoformat(action.body["due"])
            way = _way_due(entry, action, town)
            due = own or (town.calendar.due(action.moment, work) if work else way or entry.due_at)
            return _named(sign_due=town.calendar.due(action.moment, sign), task_due=due, due=way if entry.due_at is None else None)
        case "fed_back":
            return _named(follow_up=town.calendar.due(action.moment, town.follow))
        case "reworked":
            return _named(task_due=entry.due_at)
        case "approved" | "closed" if entry.case:
            road = {"road": "dispute"} if action.verb == "approved" and KINDS[entry.kind].road == "dispute" else {}
            due = _later_due(entry, action, town) if entry.stage == "returned" else None
            road |= {"way": "answer"} if town.usual.get(entry.category) == "answer" else {}
            return road | _named(due=due, follow_up=_follow_up(entry, action, town))
    return {}


def _way_due(entry: Entry, action: Action, town: Town) -> datetime | None:
    """By the clock of the path that was chosen, but never later than the case is due; None where the path has none.

    Where the path is the usual one of the category, the terms of the category are its clock.
    """
    way = action.body["way"]
    terms = town.ways.get(way)
    if terms is None or (entry.due_at and way == town.usual.get(entry.category)):
        return None
    due = town.calendar.due(action.moment, terms)
    return min(due, entry.due_at) if entry.due_at else due


def sampled(id: str, share: int) -> bool:
    """Is this one of the `share` per cent that are visited again? Its id decides, so nobody at the desk can choose."""
    return int(id[-8:], 16) % 100 < share  # its last digits: the first ones are the time


def _follow_up(entry: Entry, action: Action, town: Town) -> datetime | None:
    """By when the resident is visited again; a dispute on its own road was visited before its closing."""
    closing = next_stage(entry, action.verb) == "closed" and entry.follows != "dispute"
    return town.calendar.due(action.moment, town.follow) if closing and sampled(entry.id, town.share) else None


def _first_due(received: datetime, action: Action, town: Town, pauses=()) -> datetime | None:
    """From the day of receipt by the terms of the category that the action names; None where that has no terms."""
    terms = town.terms.get(action.body["category"] or "")
    return town.calendar.due(received, terms, pauses) if terms else None


def _amended_due(entry: Entry, action: Action, town: Town) -> datetime | None:
    """The same without the time that it was returned for; a deadline that came with it is moved by that time."""
    pauses = _pauses(entry, action)
    due = _first_due(entry.received_at, action, town, pauses)
    return due or (entry.due_at and entry.due_at + _open_pause(entry, action))


def _later_due(entry: Entry, action: Action, town: Town) -> datetime | None:
    """After a suspension, or extended by the first terms once more; never earlier than it was, whatever the town has set since.

    Where the category has no terms, the time from the receipt to the deadline that came with it stands for them.
    """
    if entry.due_at is None:
        return None
    times = 1 + len(entry.road.get("extensions", ())) + (action.verb == "extended")
    if terms := town.terms.get(entry.category):
        due = town.calendar.due(entry.received_at, Terms(terms.clock, terms.amount * times), _pauses(entry, action))
    else:
        due = entry.due_at + (_first_length(entry) if action.verb == "extended" else _open_pause(entry, action))
    return max(entry.due_at, due)


def _own_due(entry: Entry, action: Action, town: Town) -> datetime | None:
    """After a suspension: the deadline of the open tasks that have one of their own, unless it was past when the clock stopped."""
    task = next(iter(apart(entry)), None)
    if task is None or entry.stage != "suspended":
        return None
    _sign, work = town.whistles.get(task.whistle, (None, town.ways.get(entry.way, HOUR)))
    since = max(instant(entry.road["suspended"]["at"]), instant(task.at))
    return town.calendar.later(instant(task.due), work.clock, since, action.moment) if since < instant(task.due) else None


def _first_length(entry: Entry) -> timedelta:
    """How long the case had at first: up to the deadline before any extension, without the pauses that were over by then."""
    before = entry.road.get("extensions", ())
    when, due = map(datetime.fromisoformat, before[0]) if before else (datetime.max.replace(tzinfo=UTC), entry.due_at)
    over = (pause for pause in entry.road.get("pauses", ()) if pause[1])
    spans = [(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in over]
    return due - entry.received_at - sum((_length(*span) for span in spans if span[1] <= when), timedelta())


def _pauses(entry: Entry, action: Action) -> list[tuple[datetime, datetime]]:
    """When the clock stood still; a pause that has not ended ends with this action."""
    ends = action.moment.isoformat()
    return [(datetime.fromisoformat(since), datetime.fromisoformat(until or ends)) for since, until in entry.road.get("pauses", ())]


def _open_pause(entry: Entry, action: Action) -> timedelta:
    """How long the pause lasted that ends with this action."""
    pauses = entry.road.get("pauses", ())
    return _length(datetime.fromisoformat(pauses[-1][0]), action.moment) if pauses and not pauses[-1][1] else timedelta()


def _length(since: datetime, until: datetime) -> timedelta:
    """A worker may have corrected it on the phone before the return was heard of there: then no time passed."""
    return max(until - since, timedelta())


def _named(**moments: datetime | None) -> dict[str, str]:
    return {name: moment.isoformat() for name, moment in moments.items() if moment}
