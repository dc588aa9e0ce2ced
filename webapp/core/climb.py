"""超期提级: a case that is still open when its level has had its time goes up the chain by itself, grid, community, street."""

from collections.abc import Mapping
from datetime import datetime

from .calendar import Calendar, Terms
from .entries import Entry
from .road import OPEN, ORDER, PAUSED
from .tasks import instant

STEP = Terms("working_days", 2)
"""How long each level has once the deadline is over, where the town has set nothing else: 民乐's “四级七天” gives four levels seven days."""

RUNGS: Mapping[str, tuple[str, ...]] = {
    "grid": ("unit_leader", "building_leader", "group_leader", "worker"),
    "community": ("branch_member", "secretary"),
    "street": ("street",),
}
"""level -> the posts that answer for it, from the door upwards: 单元长, 楼栋长, 小组长, 网格员; 支委, 书记; 街道."""


def above(level: str) -> str | None:
    """The level after this one, or None at the highest."""
    place = ORDER.index(level) + 1
    return ORDER[place] if place < len(ORDER) else None


def climbs_at(entry: Entry, calendar: Calendar, step: Terms) -> datetime | None:
    """When the entry goes up by itself, or None: it is no open case with a deadline, its clock stands still, or the street has it.

    The level that has it now gets `step` from the latest of: the deadline, the moment it got the case, the end of the last pause,
    the last time the case was opened again. So no level loses its time, whenever the server gets round to it.
    """
    if not entry.case or entry.stage not in OPEN or entry.stage in PAUSED or entry.due_at is None or above(entry.level) is None:
        return None
    return calendar.due(max([entry.due_at, *map(instant, _since(entry))]), step)


def _since(entry: Entry) -> list[str]:
    road = entry.road
    moments = [one[0] for one in road.get("raised", ())[-1:]] + [pause[1] for pause in road.get("pauses", ())[-1:]]
    if entry.level == "community":
        moments += [task.at for task in entry.tasks if task.unit or task.person][:1]
    return [moment for moment in [*moments, road.get("again", "")] if moment]
