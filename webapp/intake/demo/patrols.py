"""巡查 in the demo town: the rounds of the last week through the first community's grids, with whom, and what was found on them."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from ...core.kinds import KINDS
from .cast import FIRST

if TYPE_CHECKING:
    from .days import Diary

TICKS = [tick for tick, _label in next(field for field in KINDS["patrol"].fields if field.name == "ticks").choices]
TEAMS = ("alone", "alone", "cap", "cap", "horn", "leifeng", "police", "property")
FOUND = (
    ("楼道堆物", "二单元门厅堆了纸箱和旧椅子,挡着消防栓。"),
    ("路面破损", "井盖旁边塌下去一块,晚上看不清。"),
    ("飞线充电", "有人从窗户拉线给电动车充电,已劝停,要再看。"),
)
"""(category, what was found)."""


def write(diary: Diary) -> None:
    """One round a day in each grid, now and then a hazard; nothing of the other stories is moved by it."""
    from .days import CATEGORY, Story

    rng, told = Random(f"patrols {len(diary.town)}"), 0
    grids = sorted(grid for role, grid in diary.cast.holder if role == "worker" and diary.town[grid]["grid_type"] == "ordinary" and grid.startswith(FIRST))
    for back in range(7, 0, -1):
        for grid in grids:
            day, by = diary.today - timedelta(days=back), diary.worker(grid)
            at = diary.moment(day, 8.6, 10) if rng.random() < 0.6 else diary.moment(day, 15.5, 17)
            buildings = sorted(code for code, area in diary.town.items() if area["level"] == "building" and code.startswith(grid))
            finds = rng.random() < 0.25
            about = {
                "kind": "patrol", "area": grid, "team": rng.choice(TEAMS), "ticks": sorted(rng.sample(TICKS, rng.randrange(3, 7)), key=TICKS.index),
                "buildings": rng.sample(buildings, min(len(buildings), 2)), "found": "case" if finds else rng.choice(("none", "none", "fixed")),
                "note": rng.choice(KINDS["patrol"].phrases),
            }  # fmt: skip
            story = Story(diary, grid, "patrol", diary.uuid())
            heard = diary.sync(at)
            story.tell("recorded", by, at, heard, about | {"happened_at": at.isoformat(timespec="milliseconds")})
            diary.stories.append(story)
            diary.decide(story, "approved", diary.session(heard), {})
            if finds and story.steps:
                label, note = FOUND[told % len(FOUND)]
                told += 1
                seen = at + timedelta(minutes=12)
                hazard = Story(diary, grid, "hazard", diary.uuid())
                body = {"kind": "hazard", "area": about["buildings"][0], "category": CATEGORY["hazard", label], "note": note, "parent": story.id}
                hazard.tell("recorded", by, seen, max(heard, diary.sync(seen)), body | {"happened_at": seen.isoformat(timespec="milliseconds")})
                diary.stories.append(hazard)
                diary.decide(hazard, "approved", diary.session(max(heard, diary.sync(seen))), {})
