"""Who keeps in touch in the demo town: visits of leaders, 兼职委员 and 支委, what they heard, and what came of it."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from ...core.rules import Post, Who

if TYPE_CHECKING:
    from datetime import date

    from .cast import Cast
    from .days import Diary

WENT = {"contact": 0.85, "part_time": 0.5, "branch_member": 0.35, "delegate": 0.6}
"""role -> the share of those who went at all in the last weeks."""
HEARD = (
    "和几户老人坐了坐,都说上下楼的灯比以前亮,就是冬天路滑。",
    "看了新装的充电桩,够用;有人还在楼道里充,当面劝了。",
    "开了个板凳会,七八个人,说得最多的是停车。",
    "看望两户困难家庭,米面油送到了,药也备着。",
    "走了一圈,垃圾点比上月干净,门口的地砖松了两块。",
    "听门房讲,晚上外卖车进出多,希望画条线。",
    "和网格员对了一遍独居老人名单,有一户搬走了。",
    "问了物业费的事,多数愿意交,想看账目。",
)
CAME = (
    ("request", "路灯", "小区西门的路灯不亮,居民晚上出行不便。", "已联系更换,当晚亮了。"),
    ("request", "停车充电桩", "居民希望在 3 号楼前加两个充电口。", ""),
    ("request", "政策咨询", "问高龄津贴怎么领,已当面讲清。", "当面讲清了需要的材料。"),
    ("hazard", "路面破损", "门口两块地砖松动,老人容易绊倒。", ""),
    ("hazard", "楼道堆物", "楼道里堆了旧家具。", "户主当场搬走了。"),
)
"""(kind, category, what was heard, how it was solved on the spot)."""


def visits(diary: Diary) -> None:
    """Some visits of the last weeks, each written down by whoever went; now and then something came of it."""
    from .days import CATEGORY, Story

    rng, cast, names = Random(f"contacts {len(diary.town)}"), diary.cast, {row["username"]: row["name"] for row in diary.cast.people}
    for post in [post for post in cast.posts if post["role"] in WENT]:
        if rng.random() > WENT[post["role"]]:
            continue
        by, code = post["username"], post["area_code"]
        cast.who.setdefault(by, Who(by, names[by], (Post(post["role"], code, diary.town[code]["path"], post["starts"]),)))
        for _ in range(rng.choice((1, 1, 2))):
            at = diary.moment(diary.today - timedelta(days=rng.randrange(1, 26)), 9, 17)
            body = {"area": code, "happened_at": at.isoformat(timespec="milliseconds"), "source": post["role"]}
            story = Story(diary, code, "contact", diary.uuid())
            note, form = rng.choice(HEARD), rng.choice(("site", "site", "door", "talk"))
            about = {"kind": "contact", "note": note, "who": by, "form": form, "people": float(rng.randrange(1, 12))}
            story.tell("recorded", by, at, at + timedelta(seconds=1), body | about)
            diary.stories.append(story)
            diary.decide(story, "approved", diary.session(at), {})
            if rng.random() < 0.2 and story.steps:
                kind, label, heard, done = rng.choice(CAME)
                grid = _grid(diary, code)
                case = Story(diary, grid, kind, diary.uuid())
                about = {"kind": kind, "area": grid, "category": CATEGORY[kind, label], "note": heard, "parent": story.id}
                about |= {"on_the_spot": True, "result": done} if done else {}
                case.tell("recorded", by, at, at + timedelta(seconds=2), body | about)
                diary.stories.append(case)
                if done:
                    diary.decide(case, "approved", diary.session(at), {})
                else:
                    _by_grid(diary, case, at)


def pairs(cast: Cast, town: dict[str, dict], homes: list[dict], today: date) -> list[dict]:
    """Rows of PairRow: most families that need one have a helper; in some buildings a party member looks after every household."""
    rng, rows = Random(f"pairs {len(homes)}"), []
    members = [post for post in cast.posts if post["role"] in {"branch_member", "building_leader", "unit_leader"}]
    near: dict[str, list[str]] = {}
    for post in members:
        near.setdefault(post["area_code"], []).append(post["username"])
    for home in homes:
        codes = town[home["area_code"]]["path"].rstrip("/").split("/")[::-1]
        leaders = [username for code in codes for username in near.get(code, ())]
        starts = today - timedelta(days=rng.randrange(40, 300))
        if home["tags"] and leaders and rng.random() < 0.85:
            rows.append({"username": leaders[0], "household": home["id"], "what": "help", "starts": starts})
        if leaders and int(codes[0][-2:], 36) % 3:
            rows.append({"username": leaders[-1], "household": home["id"], "what": "party", "starts": starts})
        if home["tags"] and rng.random() < 0.5 and ("worker", town[home["area_code"]]["scope"]) in cast.holder:
            worker = cast.holder["worker", town[home["area_code"]]["scope"]]
            rows.append({"username": worker, "household": home["id"], "what": "keep", "starts": starts})
    return [row | {"ends": None} for row in rows]


def _grid(diary: Diary, code: str) -> str:
    """The grid where something was found: the place itself, or the first of the community that has a worker."""
    if ("worker", code) in diary.cast.holder:
        return code
    return min(grid for role, grid in diary.cast.holder if role == "worker" and diary.community(grid) == diary.community(code))


def _by_grid(diary: Diary, case, at) -> None:
    """The secretary gives it to the grid, and the grid does it."""
    start = diary.session(at)
    diary.decide(case, "approved", start, {})
    given = start + timedelta(minutes=21)
    case.tell("assigned", diary.secretary(case.grid), given, given, {"to": [{"grid": case.grid}], "way": "spot"})
    done = given + timedelta(hours=20)
    case.tell("handled", diary.worker(case.grid), done, done + timedelta(minutes=3), {"note": "已上门处理,拍了照片。", "task": 1})
    diary.decide(case, "closed", diary.session(done + timedelta(minutes=3)), {"note": "已处理。"})
