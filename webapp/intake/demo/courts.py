"""共享法庭 of the demo town: two online points, what was held there since, and what is booked. The addresses lead nowhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from ...core import courts
from .cast import FIRST
from .places import STREET

if TYPE_CHECKING:
    from .days import Diary
    from .roads import Walk

SINCE = date(2026, 4, 28)
POINTS = (
    (STREET, "金川街道共享法庭", "金川法庭", "街道综治中心二楼", [[1, "14:00", "17:00"], [3, "09:00", "11:30"]], "jinchuan"),
    (FIRST, "水苑社区共享法庭", "金川法庭", "社区调解室", [[2, "14:30", "16:30"], [4, "09:00", "11:00"]], "shuiyuan"),
)
"""(area, name, court, place, hours, its room)."""


def rows(today: date) -> list[dict]:
    """Rows of CourtPoint."""
    base = {"starts": min(SINCE, today - timedelta(days=200)), "ends": None, "minutes": 30}
    return [
        base | {"id": f"00000000-0000-4000-8000-00000000c0{n:02d}", "area_code": area, "name": name, "court": court, "place": place, "hours": hours}
        | {"link": f"https://video.example/{room}"}
        for n, (area, name, court, place, hours, room) in enumerate(POINTS, 1)
    ]  # fmt: skip


def slot(diary: Diary, grid: str, after: datetime, before: datetime) -> tuple[str, courts.Slot] | None:
    """The first slot that nobody has and that lies between two moments, at the point nearest to the grid: (point, slot)."""
    path = diary.town[grid]["path"]
    for row in reversed([row for row in rows(diary.today) if row["area_code"] in path.split("/")]):
        days = (after.date() + timedelta(days=n) for n in range((before.date() - after.date()).days + 1))
        offered = [one for day in days for one in courts.slots(row["hours"], row["minutes"], day, diary.calendar)]
        taken = diary.sittings.setdefault(row["id"], [])
        for found in courts.free(offered, taken):
            if after < found[0] and found[1] < before:
                taken.append(found)
                return row["id"], found
    return None


def book(walk: Walk, by: str, after: datetime, before: datetime) -> courts.Slot | None:
    """The mediator books the first free slot between two moments, if there is one."""
    found = slot(walk.diary, walk.story.grid, after, before)
    if found is None:
        return None
    point, (start, end) = found
    walk.tell("booked", by, walk.now + timedelta(minutes=25), {"point": point, "starts": start.isoformat(), "note": "双方都同意在线上谈。"})
    return start, end


def sit(walk: Walk, by: str, held: courts.Slot, result: str, words: str) -> None:
    """What came of it, written down a quarter of an hour after it."""
    walk.tell("sat", by, held[1] + timedelta(minutes=15), {"starts": held[0].isoformat(), "result": result, "note": words})
