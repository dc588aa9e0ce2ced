"""共享法庭: an online court point with weekly slots, and what a dispute's file has of its sittings there."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from .actions import Action
from .calendar import Calendar
from .kinds.shape import N_
from .tasks import stamp

VERBS = ("booked", "unbooked", "sat")

RESULTS = {
    "agreed": N_("调解成功"),
    "confirmed": N_("司法确认"),
    "filed": N_("转立案"),
    "again": N_("择期再开"),
    "failed": N_("未成"),
    "absent": N_("没有开成"),
}
"""What came of a sitting. One to which nobody came was not held."""
HELD = tuple(name for name in RESULTS if name != "absent")
STATES = RESULTS | {"": N_("已约"), "moved": N_("已改期"), "cancelled": N_("已取消")}
FREED = ("moved", "cancelled")
"""A sitting in these states leaves its slot to others."""

LENGTHS = (15, 20, 30, 45, 60, 90, 120)
"""Minutes of a slot that the form offers."""
AHEAD = timedelta(days=14)
"""So far ahead the free slots are shown."""

Slot = tuple[datetime, datetime]


def slots(hours: Iterable[tuple[int, str, str]], length: int, day: date, calendar: Calendar) -> list[Slot]:
    """The (start, end) of every slot of a day; none on a holiday. `hours` are (weekday, 14:00, 17:00), `length` is in minutes."""
    found, step = set(), timedelta(minutes=length)
    for weekday, opens, closes in hours:
        start, end = (datetime.combine(day, time.fromisoformat(at), calendar.zone) for at in (opens, closes))
        while weekday == day.weekday() and calendar.days.get(day, True) and start + step <= end:
            found.add((start, start + step))
            start += step
    return sorted(found)


def free(offered: Iterable[Slot], taken: Iterable[Slot]) -> list[Slot]:
    """The slots that share no minute with one that is taken."""
    taken = list(taken)
    return [(start, end) for start, end in offered if not any(start < until and since < end for since, until in taken)]


def sittings(entry) -> list[dict]:
    """Every sitting of a dispute in the order booked, numbered from 1: point, starts, ends, by, at, state, note."""
    return entry.road.get("mediation", {}).get("sittings", [])


def coming(entry) -> dict | None:
    """The one that is booked and neither held, moved nor cancelled; there is one at most."""
    return next((one for one in sittings(entry) if not one["state"]), None)


def keeper(entry) -> str:
    """Who sees to the sitting that is booked: the mediator who has the dispute, or whoever booked it while nobody has; "" where a unit has it."""
    lead = next((task for task in entry.tasks if task.open and task.leads), None)
    return lead.person if lead else coming(entry)["by"]


def written(entry, action: Action) -> dict:
    """The dispute's file after a booking, a cancelling or a result. A booking while another one stands moves it.

    While the dispute is in mediation, what was held is a round of mediation too.
    """
    file, old, body = entry.road["mediation"], coming(entry), action.body
    before = [one for one in sittings(entry) if one is not old]
    match action.verb:
        case "booked":
            new = {"point": body["point"], "starts": stamp(datetime.fromisoformat(body["starts"])), "ends": action.facts["ends"]}
            moved = [_ended(old, action, "moved", body["note"])] if old else []
            return file | {"sittings": [*before, *moved, new | {"by": action.by, "at": stamp(action.moment), "state": "", "note": ""}]}
        case "unbooked" if old:
            return file | {"sittings": [*before, _ended(old, action, "cancelled", body["reason"])]}
        case "sat" if old and datetime.fromisoformat(body["starts"]) == datetime.fromisoformat(old["starts"]):
            held = {"sittings": [*before, _ended(old, action, body["result"], body["note"])]}
            page = {"at": stamp(action.moment), "by": action.by, "form": "court", "present": "", "note": body["note"], "photos": []}
            mediates = entry.stage == "planned" and body["result"] in HELD
            return file | held | ({"rounds": [*file.get("rounds", ()), page]} if mediates else {})
    return file


def _ended(one: dict, action: Action, state: str, note: str) -> dict:
    return one | {"state": state, "note": note, "ended_by": action.by, "ended_at": stamp(action.moment)}
