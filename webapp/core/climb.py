"""超期提级: an overdue case goes from post to post within the grid, from the door upwards, and from level to level: grid, community, street.

The levels are in the log, for the clock raises the case. The posts within a level are not: who has it now follows from the moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from .calendar import Terms
from .entries import Entry
from .road import OPEN, ORDER, PAUSED
from .rules import concerns
from .tasks import instant

if TYPE_CHECKING:
    from .clocks import Town

STEP = Terms("working_days", 2)
"""How long each level has once the deadline is over, where the town has set nothing else: 民乐's “四级七天” gives four levels seven days."""

RUNG = Terms("working_hours", 4)
"""How long each post within the grid has of that: half a working day, so that four of them have the two days of the grid."""

LADDER: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "grid": (("unit_leader",), ("building_leader",), ("group_leader", "party_group"), ("worker",)),
    "community": (("branch_member", "secretary"),),
    "street": (("street",),),
}
"""level -> its rungs from the door upwards, each the posts that have the case together: 单元长, 楼栋长, 小组长 with 党小组长, 网格员; 支委 and 书记; 街道.

The first three are the 党小组 of the house; in figures and lists they belong to the grid.
"""

GROUP = 3
"""So many rungs of the grid are the 党小组's."""

RUNGS: Mapping[str, tuple[str, ...]] = {level: tuple(role for rung in rungs for role in rung) for level, rungs in LADDER.items()}
"""level -> all posts that answer for it."""

Rung = tuple[tuple[str, ...], datetime]
"""(roles, since when they have the case)."""


def above(level: str) -> str | None:
    """The level after this one, or None at the highest."""
    place = ORDER.index(level) + 1
    return ORDER[place] if place < len(ORDER) else None


def starts(entry: Entry, town: Town) -> datetime | None:
    """Since when the level that has the case has been too late, or None: no open case with a deadline, or its clock stands still.

    The latest of: the deadline, the moment it was heard of, the moment the level got it, the end of the last pause, the last time it was
    opened again; and where it was overdue before this town's clock ran at all, when that began. So no level loses its time, whenever the
    server gets round to it, and an older town does not send everything up on its first day.
    """
    if not entry.case or entry.stage not in OPEN or entry.stage in PAUSED or entry.due_at is None:
        return None
    return max([entry.due_at, entry.heard_at, *([town.began] if town.began else []), *map(instant, _since(entry))])


def climbs_at(entry: Entry, town: Town) -> datetime | None:
    """When the entry goes a level up by itself, or None: nothing runs, or the street has it."""
    since = starts(entry, town)
    return None if since is None or above(entry.level) is None else town.calendar.due(since, town.climb)


def rungs(entry: Entry, town: Town, held: Callable[[str], bool]) -> list[Rung]:
    """Which posts of the entry's level get it and when, from the door upwards; those that nobody holds, or that may not read it, take no time.

    `held` says of a role whether anybody near the entry has it. Once the level has had its time the rest get it no more: the level above does.
    """
    moment, ends = starts(entry, town), climbs_at(entry, town)
    found: list[Rung] = []
    for roles in LADDER[entry.level] if moment else ():
        if any(held(role) for role in roles if concerns(role, entry)):
            if ends and moment >= ends:
                break
            found.append((roles, moment))
            moment = town.calendar.due(moment, town.rung)
    return found


def at(rungs: list[Rung], now: datetime) -> int | None:
    """The place among these of the one that has the case now."""
    return max((place for place, (_roles, since) in enumerate(rungs) if since <= now), default=None)


def _since(entry: Entry) -> list[str]:
    road = entry.road
    moments = [one[0] for name in ("raised", "lowered") for one in road.get(name, ())[-1:]] + [pause[1] for pause in road.get("pauses", ())[-1:]]
    if entry.level == "community":
        moments += [task.at for task in entry.tasks if task.unit or task.person][:1]
    return [moment for moment in [*moments, road.get("again", "")] if moment]
