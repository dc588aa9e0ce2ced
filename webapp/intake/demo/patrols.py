"""巡查 in the demo town: each worker's weekly round through the grid, with what was looked at and what was found."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from .days import DAYS

if TYPE_CHECKING:
    from .days import Diary, Story

HOUSES = ("stairs", "stairs", "exits", "bikes", "fire", "gas", "road", "waste", "empty")
OUTSIDE = ("exits", "fire", "shops", "shops", "road", "waste")
"""What is looked at among houses, and in a market, a school, a park; what stands twice is looked at more often."""

TEAM = ("alone",) * 9 + ("volunteers",) * 2 + ("cap",) * 3 + ("horn",) * 2 + ("leifeng",) * 2 + ("property",) * 2 + ("police",)

QUIET = (
    "楼道通畅,消防设施完好。",
    "各单元走了一遍,车棚充电正常。",
    "井盖、路灯都看过,没有发现问题。",
    "垃圾点已清,沿路没有堆物。",
    "独居老人门口也看了看,一切正常。",
    "消防通道没有停车,指示牌都在。",
)
QUIET_OUTSIDE = ("安全出口畅通,灭火器都在有效期。", "沿街走了一遍,没有占道。", "井盖、路灯都看过,没有发现问题。", "垃圾桶已清,地面干净。")
FIXED = (
    ("楼道堆物", "楼道里的纸箱当场请住户搬走了。"),
    ("电动车上楼", "一辆电动车停在楼道口,当面劝到车棚。"),
    ("飞线充电", "窗户拉下来的充电线,联系住户当场收了。"),
    ("", "单元门没关严,重新关好,提醒了物业。"),
    ("", "小广告清了十几张。"),
)
FIXED_OUTSIDE = (("", "门店的货摆到人行道上,当场收回店里。"), ("", "安全出口前放了推车,当场挪开。"), ("", "小广告清了十几张。"))
"""(category whose pictures show it, what was put right at once)."""
FOUND = ("巡查中发现一处隐患,已另记。", "看到的问题已拍照另记,上报社区。", "走到后面发现问题,单独记了隐患。")


def write(diary: Diary) -> None:
    """A round a week in every grid that has houses, one a month in the others."""
    rng = Random(f"patrols {len(diary.town)} {diary.today}")
    houses: dict[str, list[str]] = {}
    for code, area in diary.town.items():
        if area["level"] == "building":
            houses.setdefault(area["scope"], []).append(code)
    hazards = _seen_outdoors(diary)
    for role, grid in list(diary.cast.holder):
        if role == "worker":
            every = (5, 7, 7, 9) if grid in houses else (24, 28, 33)
            _rounds(diary, rng, grid, houses.get(grid, []), hazards.get(grid, []), every)


def _seen_outdoors(diary: Diary) -> dict[str, list[Story]]:
    """grid -> its hazards that a worker could have met on a round: in nobody's home, and not found on a visit."""
    found: dict[str, list[Story]] = {}
    for story in diary.stories:
        if story.kind == "hazard" and story.steps and story.steps[0][1] == diary.cast.holder.get(("worker", story.grid)):
            body = story.steps[0][2]["body"]
            if not body.get("household") and not body.get("parent"):
                found.setdefault(story.grid, []).append(story)
    return found


def _rounds(diary: Diary, rng: Random, grid: str, houses: list[str], hazards: list[Story], every: tuple[int, ...]) -> None:
    """The rounds of one grid in the order walked; now and then one of them is when a hazard of that day was found."""
    day = diary.today - timedelta(days=DAYS - rng.randrange(0, every[0]))
    while day < diary.today:
        near = [story for story in hazards if abs((_at(story).date() - day).days) <= 2]
        if near and rng.random() < 0.6:
            found = rng.choice(near)
            hazards.remove(found)
            day = _at(found).date()
            seen = _round(diary, rng, grid, houses, _at(found) - timedelta(minutes=rng.randrange(4, 15)), "case")
            for _, _, raw in found.steps:
                if raw["verb"] in {"recorded", "amended"}:
                    raw["body"]["parent"] = seen.id
        elif day.weekday() < 6:
            at = diary.moment(day, *rng.choice(((8.8, 11.2), (15, 17.4), (15, 17.4))))
            _round(diary, rng, grid, houses, at, "fixed" if rng.random() < 0.22 else "none")
        day += timedelta(days=rng.choice(every))


def _at(story: Story) -> datetime:
    return datetime.fromisoformat(story.steps[0][2]["at"])


def _round(diary: Diary, rng: Random, grid: str, houses: list[str], at: datetime, found: str) -> Story:
    places, quiet, fixed = (HOUSES, QUIET, FIXED) if houses else (OUTSIDE, QUIET_OUTSIDE, FIXED_OUTSIDE)
    ticks = [name for name in dict.fromkeys(places) if rng.random() < 0.3 + 0.25 * places.count(name)] or [places[0]]
    label, note = rng.choice(fixed) if found == "fixed" else ("", rng.choice(quiet if found == "none" else FOUND))
    pictures = rng.choice(diary.photos[label]) if label in diary.photos else ()
    roles = dict(zip(pictures, ("before", "after"), strict=False))
    body = {"ticks": ticks, "buildings": sorted(rng.sample(houses, min(len(houses), rng.randrange(2, 6)))), "team": rng.choice(TEAM)}
    story, heard = diary.record(grid, "patrol", grid, at, diary.worker(grid), photos=pictures, roles=roles, note=note, found=found, **body)
    diary.decide(story, "approved", diary.session(heard), {})
    return story
