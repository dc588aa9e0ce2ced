"""The demo town's disputes on the mediators' road, and the people who came to the desks of the mediation centres."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ...core.actions import RATINGS
from ...core.mediation import named
from . import courts, names, words

if TYPE_CHECKING:
    from .days import Diary
    from .roads import Walk

FAILS = 0.05
CONFIRMED = {"none": 82, "court": 13, "notary": 5}
ROLES = {
    "邻里": ("楼上住户", "楼下住户"),
    "物业": ("业主代表", "物业公司"),
    "婚姻家庭": ("夫", "妻"),
    "房屋宅基地": ("楼上住户", "楼下住户"),
    "拖欠农民工工资": ("装修工人", "户主"),
    "环境污染": ("住户", "店主"),
    "其他消费": ("买方", "卖方"),
}
WHY = {
    "green": "初次争吵,双方都愿意谈。",
    "yellow": "已经吵过多次,需要专人盯着。",
    "red": "双方情绪激烈,有动手的可能,请书记牵头。",
}
PLANS = {
    "green": ("分头听双方说", "当面调解"),
    "yellow": ("分头听双方说", "请楼栋长和邻居介绍情况", "当面调解", "一周后回访"),
    "red": ("先把双方分开,稳住情绪", "书记牵头,请派出所到场", "分头听双方说", "请律师讲清责任", "当面调解"),
}
HEARD = (
    "{first}说:事情拖了一个多月,说过几次没有结果,心里有气。愿意坐下来谈,要一个准话。",
    "{second}说:不是不管,是没想到影响这么大。费用上希望各承担一些。",
    "{first}说:以前关系不错,孩子常在一起玩,不想闹到法院。",
)
MET = (
    "双方当面把经过说了一遍。调解员讲了相邻各方要互相让一步的道理,请楼栋长说了看到的情况。{second}表示理解。最后商定:{done}",
    "先看了现场,又请懂行的人估了价。{first}起初不同意,休息了十分钟后再谈,双方都让了一步。商定:{done}",
    "律师讲了法律上的责任怎么分。双方听了没有不同意见。商定:{done}",
)
PRESENT = ("双方当事人、楼栋长", "双方当事人、网格员", "双方当事人、社区律师", "双方当事人、物业经理")
STUCK = ("赔偿的数额差得太远,谈了两次谈不拢。已告知可以申请仲裁或者起诉。", "一方不愿意再谈。已告知诉讼的途径和法律援助的电话。")
KEPT_WORD = ("当面看过,已经做到。", "付款截图看过。", "邻居也说好了。")
TOLD = ("已经谈成,请过几天去看看有没有反复。", "双方和好了,请留意老人的情绪。", "协议已签,履行日期到了请提醒一声。")
TOLD_NOT = "没有谈成,已告知其他途径,请留意不要再吵起来。"
CAME = (
    (1, "问房子过户要什么材料,已给一次性告知单。", "", True),
    (2, "夫妻为孩子上学的事争吵,劝和后自行回家。", "", True),
    (3, "业主问物业费能不能减,已解释,约物业周五来谈。", "", True),
    (1, "工资两个月没发,记下单位和联系人。", "justice", False),
    (2, "老人问遗嘱怎么写,约了律师周三值班时来。", "lawyers", False),
    (5, "楼上改厨房漏水,几户一起来反映。", "", False),
    (1, "电话问低保复核,已答复。", "", True),
    (1, "被人打了,已陪同报案。", "police", False),
)
"""(people, what it was about, to whom they were sent, answered on the spot)."""


def mediate(walk: Walk, far: float | None = None) -> object | None:
    """One dispute, as far as it gets: taken over, classified, planned, mediated, agreed, fed back, visited again, closed.

    `far` (0 to 1) says how far an open one gets, else chance does. Gives when the closing was heard, or None.
    """
    diary, rng, story = walk.diary, walk.rng, walk.story
    by = diary.holder("mediator", story.grid)
    n = walk.give({"person": by})
    far = 1.0 if walk.last else rng.random() if far is None else far
    if far < 0.3 or not story.steps:
        return None
    told = story.steps[0][2]["body"]
    level = told.get("level", "green")
    walk.tell("signed", by, walk.minutes(5, 30), {"task": n}, phone=True)
    parties = _parties(diary, told)
    sorted_out = {"category": walk.category, "level": level, "scale": "group" if told.get("people", 2) > 3 else "single"}
    walk.tell("classified", by, walk.minutes(2, 12), sorted_out | {"parties": parties, "note": WHY[level]})
    if far < 0.5:
        return None
    body = f"{diary.town[diary.community(story.grid)]['name']}人民调解委员会"
    walk.tell("planned", by, walk.minutes(3, 15), {"body": body, "steps": list(PLANS[level])})
    if far < 0.65:
        return None
    first, second = (party["name"] for party in parties)
    heard = rng.choice(HEARD).format(first=first, second=second)
    walk.tell("mediated", by, walk.minutes(40, 400), {"form": rng.choice(("talk", "talk", "visit")), "present": first, "note": heard}, phone=True)
    if far < 0.85:
        _to_come(walk, by, level)
        return None
    if level != "green" and rng.random() < FAILS * 4:
        return _failed(walk, by)
    online = _booked(walk, by, level)
    met = walk.noon()
    form = "expert" if level == "red" else rng.choice(("joint", "joint", "reason"))
    said, present = rng.choice(MET).format(first=first, second=second, done=walk.done), rng.choice(PRESENT)
    if online:
        courts.sit(walk, by, online, "agreed", said)
    else:
        judges = {"reviewers": _reviewers(diary, story.grid, met.astimezone(diary.zone).date(), parties)} if form == "reason" else {}
        walk.tell("mediated", by, met, {"form": form, "present": present, "note": said} | judges, phone=True)
    _agreed(walk, by, level)
    return _end(walk, by, rng.choice(TOLD), solved_for=0.97)


def _reviewers(diary: Diary, grid: str, day: date, parties: list[dict]) -> list[str]:
    """Two of the community's pool on that day, whoever's turn it is; nobody who bears a party's name."""
    posts = (post for post in diary.cast.posts if (post["role"], post["area_code"]) == ("reviewer", diary.community(grid)))
    pool = {post["username"] for post in posts if post["starts"] <= day}
    people = [(one["username"], one["name"]) for one in diary.cast.people if one["username"] in pool]
    free = sorted(pool - named("、".join(party["name"] for party in parties), people))
    return sorted({free[(len(diary.stories) - n) % len(free)] for n in range(2)}) if free else []


def _booked(walk: Walk, by: str, level: str) -> tuple | None:
    """Of what is closed and was no small one every second was before the online court, and all that is still open, where a slot was free in time."""
    diary = walk.diary
    if level == "green" or (walk.last and int(walk.story.id[-1], 16) % 2):
        return None
    before = datetime.combine(walk.last, time(13), diary.zone) if walk.last else diary.until - timedelta(hours=6)
    return courts.book(walk, by, walk.now + timedelta(hours=2), before)


def _to_come(walk: Walk, by: str, level: str) -> None:
    """What is open and no small one has a slot in the days to come."""
    if level != "green":
        courts.book(walk, by, walk.diary.until + timedelta(days=1), walk.diary.until + timedelta(days=12))


def _parties(diary: Diary, told: dict) -> list[dict]:
    """Two people with made-up names; nothing that would tell who anybody is."""
    label = next((label for (kind, label), code in _codes().items() if kind == "dispute" and code == told["category"]), "")
    roles = ROLES.get(label, ("当事人一", "当事人二"))
    found = []
    for role in roles:
        age = str(diary.rng.randrange(27, 74))
        found.append({"name": names.resident(diary.rng, diary.cast.names), "sex": diary.rng.choice(("男", "女")), "age": age, "role": role})
    found[0]["address"] = told.get("place", "")
    return found


def _codes() -> dict:
    from .days import CATEGORY  # days imports this module's caller

    return CATEGORY


def _agreed(walk: Walk, by: str, level: str) -> None:
    rng = walk.rng
    oral = level == "green" and rng.random() < 0.6
    until = walk.now.date() + timedelta(days=rng.randrange(1, 25))
    until = (until if walk.last else walk.diary.today + timedelta(days=2)).isoformat()  # what is open is due soon
    wish = "none" if oral else rng.choices(list(CONFIRMED), list(CONFIRMED.values()))[0]
    duties = [{"words": walk.done[:60], "until": until}, {"words": "今后有事先找网格员商量,不再争吵"}]
    agreed = {"note": walk.done, "oral": oral, "duties": duties[: 1 if oral else 2], "confirmation": wish}
    walk.tell("agreed", by, walk.minutes(10, 30), agreed)
    if wish != "none":
        walk.tell("confirmed", by, walk.minutes(10, 60), {"status": "applied"})
    if rng.random() < 0.9 and walk.last:
        walk.tell("performed", by, walk.minutes(5, 40), {"duty": 1, "note": rng.choice(KEPT_WORD)})


def _failed(walk: Walk, by: str) -> object | None:
    online = _booked(walk, by, "yellow")
    if online:
        courts.sit(walk, by, online, "filed" if int(walk.story.id[0], 16) % 2 else "failed", "双方在线上谈了一次,数额谈不拢。")
    walk.tell("failed", by, walk.noon(), {"note": walk.rng.choice(STUCK)}, phone=True)
    return _end(walk, by, TOLD_NOT, solved_for=0)


def _end(walk: Walk, by: str, note: str, solved_for: float) -> object | None:
    """反馈, 回访, 办结; an open one waits for the return visit."""
    walk.tell("fed_back", by, walk.minutes(5, 40), {"note": note})
    if walk.last is None:
        return None
    rng = walk.rng
    score = rng.choices(list(RATINGS), (76, 20, 4) if solved_for else (5, 40, 55))[0]
    visited = {"solved": True, "score": score, "how": rng.choice(("door", "door", "phone")), "note": rng.choice(words.LOOKED_AGAIN)}
    walk.tell("followed_up", walk.diary.worker(walk.story.grid), walk.minutes(10, 120), visited, phone=True)
    walk.decide("closed", walk.session(), {"note": walk.done if solved_for else note})
    return walk.now


ON_THE_DESK = (
    (2, "邻里", "green", 0.1), (3, "物业", "yellow", 0.4), (6, "房屋宅基地", "yellow", 0.8), (9, "环境污染", "yellow", 0.9),
    (12, "婚姻家庭", "green", 0.95), (47, "拖欠农民工工资", "red", 0.8),
)  # fmt: skip
"""(days ago, category, level, how far it got) of what the first community's mediator has in hand; the last is 老大难."""


def on_the_desk(diary: Diary, grid: str, homes: list[dict]) -> None:
    """Disputes for the mediator of the cast: to be taken over, in mediation, agreed, waiting for the return visit, and a stubborn one."""
    from .roads import Walk

    for place, (days, label, level, far) in enumerate(ON_THE_DESK):
        day = diary.today - timedelta(days=days)
        body, done, _pictures = diary.content(grid, "dispute", homes[(place * 11 + 3) % len(homes)], False, label)
        story, heard = diary.record(grid, "dispute", body.pop("area"), diary.moment(day, 8.7, 10), diary.worker(grid), **body | {"level": level})
        heard = diary.decide(story, "approved", diary.session(heard), {})
        walk = Walk(diary, story, heard, None, done, ())
        mediate(walk, far)
        if level == "red":
            _put_on_the_board(walk)


def _put_on_the_board(walk: Walk) -> None:
    """挂牌: the secretary answers for it herself, and met about it once."""
    lead = walk.diary.secretary(walk.story.grid)
    walk.decide("flagged", walk.session(), {"lead": lead, "reason": "工钱拖了几个月,多次协商没有结果。"})
    body = {"day": walk.now.date().isoformat(), "note": "社区、司法所和法官工作室一起会商:先核清工程量,再定分期付款,下周回看。"}
    walk.tell("reviewed", lead, walk.minutes(20, 60), body)


def receptions(diary: Diary) -> None:
    """接待登记 of each community's mediator: a few a week; the secretary reads them at her next session."""
    from .days import Story

    for (role, community), by in sorted(diary.cast.holder.items()):
        if role != "mediator":
            continue
        for _ in range(len(CAME)):
            people, note, referred, answered = diary.rng.choice(CAME)
            at = diary.moment(diary.working_day(40), 8.6, 17)
            story = Story(diary, f"{community}001", "reception", diary.uuid())
            body = {"kind": "reception", "area": community, "happened_at": at.isoformat(timespec="milliseconds"), "note": note}
            body |= {"people": float(people), "form": "call" if note.startswith("电话") else "visit", "answered": answered}
            body |= {"referred": referred} if referred else {}
            body |= {"body": "lvsuo"} if "遗嘱" in note or "过户" in note else {}
            story.tell("recorded", by, at, at + timedelta(seconds=1), body)
            diary.stories.append(story)
            diary.decide(story, "approved", diary.session(at), {})
