"""说事议事 in the demo town: the Friday station and the Wednesday desk of the first community with some weeks held, and its joint meeting."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from ...core.actions import UNIT
from ...core.calendar import end_of
from ...core.rules import Post, Who
from ...core.sessions import AHEAD, Rhythm, days
from .cast import FIRST
from .units import STREETWIDE

if TYPE_CHECKING:
    from datetime import datetime

    from .days import Diary, Story

DEPUTY = "deputy1"
"""副书记: writes down what the secretary then approves."""

STATION, DESK, MEETING, TALK = (f"0192e000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3, 4))
GATEHOUSE, STOP = (f"0192e000-0000-7000-8000-0000000000a{n}" for n in (1, 2))
LATER = timedelta(seconds=1)
NOTES = ("来的多是老街坊,说得最多的是路灯和停车。", "讲了冬季用气安全,发了联系卡。", "人不多,问得细,都当面答了。")
SAID = (
    ("request", "路灯", "西门拐角的路灯又不亮了,晚上接孩子看不清路。", "联系养护队,当晚换了灯泡。", False),
    ("request", "政策咨询", "问高龄津贴今年怎么认证。", "当面讲清,帮着在手机上办了。", True),
    ("request", "停车充电桩", "希望在后院再加两个充电口。", "物业已加装两个充电口。", False),
    ("hazard", "楼道堆物", "二单元楼道里堆了纸箱,过不去人。", "户主当场搬走了。", True),
    ("request", "噪音", "楼下烧烤店夜里太吵。", "城管上门,店家十点前收摊。", False),
    ("request", "社保医保", "外地看病怎么报销,跑了两趟没弄清。", "代办员陪着办完了备案。", True),
    ("hazard", "路面破损", "广场边上的地砖翘起来,绊倒过人。", "已换新砖。", False),
    ("request", "垃圾清运", "早上的垃圾桶九点还没清。", "环卫所改为七点半前清完。", False),
)
"""(kind, category, what was said, what was done about it, whether on the spot)."""

ON_AGENDA = (
    ("hazard", "路面破损", "文化广场北口路面下沉,下雨就积水,骑车的摔过。", "shizheng", "progress", "市政一周内补平。", "已补平,雨后看过没有积水。"),
    ("hazard", "外墙脱落裂缝", "五号楼北山墙瓷砖往下掉,楼下是孩子的路。", "zhujian", "tough", "先围起来;维修资金的手续由住建和物业一起报,居民代表跟着。", ""),
    ("request", "绿化", "三号院的树挡了二楼的光,居民意见不一。", "yuanlin", "", "周五前把修剪方案贴到楼下,听完意见再动。", ""),
)
"""(kind, category, what it is about, unit, its whistle, what was decided, what was done then)."""

ALONE = (
    ("request", "路灯", "群里有人说活动室门口的灯晚上不亮,我去看过,灯座坏了。"),
    ("hazard", "路面破损", "菜店门前的井盖松了,车一过就响,先放了锥桶。"),
)
"""(kind, category, what a secretary without a colleague heard)."""


def series(today: date) -> list[dict]:
    """Rows of SeriesRow."""
    base = {"area_code": FIRST, "role": "secretary", "starts": today - timedelta(days=120), "ends": None}
    names = ("id", "form", "name", "weekday", "nth", "opens", "closes", "place", "point")
    lines = (
        (STATION, "station", "书记听民生社区民情站", 4, 0, "09:00", "11:00", "水苑小区东门门房", GATEHOUSE),
        (DESK, "desk", "移动办公桌", 2, 0, "15:00", "17:00", "文化广场凉亭", None),
        (MEETING, "joint", "党建联席会", 3, 2, "15:00", "16:30", "社区二楼会议室", None),
        (TALK, "talk", "门房民情恳谈会", 1, 1, "18:30", "19:30", "水苑小区东门门房", GATEHOUSE),
    )
    return [base | dict(zip(names, line, strict=True)) | ({"starts": today} if line[0] == TALK else {}) for line in lines]


def points(today: date) -> list[dict]:
    """Rows of ServicePoint."""
    base = {"area_code": FIRST, "starts": today - timedelta(days=120), "ends": None}
    gatehouse = {"id": GATEHOUSE, "kind": "gatehouse", "name": "水苑小区东门门房", "place": "东门进来右手", "weekdays": [0, 1, 2, 3, 4, 5, 6]}
    station = {"id": STOP, "kind": "station", "name": "文化广场红色驿站", "place": "广场南侧", "weekdays": [1, 3]}
    return [base | gatehouse | {"opens": "07:30", "closes": "20:00"}, base | station | {"opens": "09:00", "closes": "17:00"}]


def write(diary: Diary) -> tuple[str, date, list[str]]:
    """What was held in the last weeks, and what was said; nothing of the other stories is moved by it.

    Gives the agenda of the next meeting: (its series, its day, what the last one left open).
    """
    from .days import CATEGORY

    rng, told = Random(f"sessions {len(diary.town)}"), 0
    since = diary.today - timedelta(days=120)
    person = {"username": DEPUTY, "name": "郭海燕", "password": None, "active": True, "epoch": 0, "demo": True}
    diary.cast.people.append(person)
    diary.cast.posts.append({"username": DEPUTY, "role": "secretary", "area_code": FIRST, "unit": None, "starts": since, "ends": None})
    diary.cast.who[DEPUTY] = Who(DEPUTY, person["name"], (Post("secretary", FIRST, diary.town[FIRST]["path"], since),))
    grids = sorted(grid for role, grid in diary.cast.holder if role == "worker" and diary.town[grid]["grid_type"] == "ordinary" and grid.startswith(FIRST))
    yesterday, month = diary.today - timedelta(days=1), diary.today - timedelta(days=30)
    sat = [(day, STATION) for day in days(Rhythm(4, 0, since), month, yesterday)[-4:]]
    sat += [(day, DESK) for day in days(Rhythm(2, 0, since), month, yesterday)[-3:-1]]
    for day, id in sorted(sat):
        at = diary.moment(day, 9.2, 9.5) if id == STATION else diary.moment(day, 15.2, 15.5)
        story = _session(diary, id, at, people=float(rng.randrange(6, 19)), briefings=float(rng.randrange(0, 2)), note=rng.choice(NOTES))
        for n in range(rng.choice((1, 2, 2, 3))):
            kind, label, words, done, spot = SAID[told % len(SAID)]
            said, told = at + timedelta(minutes=8 * n + 5), told + 1
            body = {"kind": kind, "area": rng.choice(grids), "category": CATEGORY[kind, label], "note": words, "parent": story.id, "source": "meeting"}
            body |= {"on_the_spot": True, "result": done} if spot else {}
            _said(diary, body | ({"how": "meeting"} if kind == "request" else {}), said, done, left=day > diary.today - timedelta(days=8))
    left = _meeting(diary, days(Rhythm(3, 0, since), diary.today - timedelta(days=20), diary.today - timedelta(days=8))[-1])
    _heard_alone(diary, yesterday)
    return MEETING, days(Rhythm(3, 2, since), diary.today, diary.today + AHEAD)[0], left


def _session(diary: Diary, id: str, at: datetime, **about) -> Story:
    from .days import Story

    story = Story(diary, FIRST, "session", diary.uuid())
    row = next(row for row in series(diary.today) if row["id"] == id)
    body = {"kind": "session", "area": FIRST, "place": row["place"], "series": id, "who": diary.secretary(FIRST), "source": "meeting", "note": ""}
    story.tell("recorded", DEPUTY, at, at + LATER, body | about | {"happened_at": at.isoformat(timespec="milliseconds")})
    diary.stories.append(story)
    diary.decide(story, "approved", diary.session(at), {})
    return story


def _said(diary: Diary, body: dict, at: datetime, done: str, *, left: bool) -> None:
    """It is approved, and given to the grid; what was said last week is in hand still."""
    from .days import Story

    case = Story(diary, body["area"], body["kind"], diary.uuid())
    case.tell("recorded", DEPUTY, at, at + LATER, body | {"happened_at": at.isoformat(timespec="milliseconds")})
    diary.stories.append(case)
    heard = diary.decide(case, "approved", diary.session(at), {})
    if body.get("on_the_spot"):
        return
    given = heard + timedelta(minutes=1)
    case.tell("assigned", diary.secretary(case.grid), given, given, {"to": [{"grid": case.grid}], "way": "spot"})
    if not left:
        work = given + timedelta(hours=20)
        case.tell("handled", diary.worker(case.grid), work, work + LATER, {"note": done, "task": 1})
        diary.decide(case, "closed", diary.session(work + LATER), {"note": done})


def _meeting(diary: Diary, day: date) -> list[str]:
    """The joint meeting: cases that were open on its day, what was decided about each in its own history, and a new matter.

    Gives those that are still open.
    """
    from .days import CATEGORY

    at = diary.moment(day, 15.1, 15.2)
    stories = [_whistled(diary, at - timedelta(days=6), *about[:5]) for about in ON_AGENDA]
    until = day + timedelta(days=9)
    names = {code: name for code, name, _kind in STREETWIDE}
    agenda = [{"case": one.id, "words": about[5], "who": names[about[3]], "until": until.isoformat()} for one, about in zip(stories, ON_AGENDA, strict=True)]
    present = "安居物业、金川市政养护队、金川住建服务站、金川派出所、共建单位两家、居民代表"
    held = _session(diary, MEETING, at, expected=12.0, people=11.0, present=present, agenda=agenda, note="各家认领了自己的事,下月逐件回看。")
    for n, (story, (*_about, unit, _whistle, decided, done)) in enumerate(zip(stories, ON_AGENDA, strict=True)):
        when = at + timedelta(minutes=10 * n + 5)
        words = f"党建联席会({day.year}年{day.month}月{day.day}日)决定:{decided}"
        due = end_of(until, diary.zone).isoformat()
        story.tell("assigned", DEPUTY, when, when + LATER, {"to": [{"unit": unit}], "way": "joint", "due": due, "note": words})
        story.tell("signed", f"{UNIT}{unit}", when + timedelta(hours=1), when + timedelta(hours=1), {"task": 2})
        if done:
            work = when + timedelta(days=2)
            story.tell("handled", f"{UNIT}{unit}", work, work + LATER, {"note": done, "task": 2})
            diary.decide(story, "closed", diary.session(work + LATER), {"note": done})
    body = {"kind": "request", "area": f"{FIRST}001", "category": CATEGORY["request", "物业"], "note": "请物业把公共收益的账贴出来,居民代表要看。"}
    _said(diary, body | {"source": "meeting", "parent": held.id}, at + timedelta(minutes=50), "账目已张贴。", left=False)
    return [story.id for story, about in zip(stories, ON_AGENDA, strict=True) if not about[-1]]


def _heard_alone(diary: Diary, day: date) -> None:
    """What the only secretary of the second community wrote down herself: it waits for the street."""
    from .days import CATEGORY, Story

    area = min(code for role, code in diary.cast.holder if role == "secretary" and code != FIRST)
    workers = (grid for role, grid in diary.cast.holder if role == "worker" and grid.startswith(area))
    grid = min(grid for grid in workers if diary.town[grid]["grid_type"] == "ordinary")
    for n, (kind, label, words) in enumerate(ALONE):
        at = diary.moment(day, 15 + n, 15.5 + n)
        case = Story(diary, grid, kind, diary.uuid())
        body = {"kind": kind, "area": grid, "category": CATEGORY[kind, label], "note": words, "source": "wechat_group"}
        case.tell("recorded", diary.secretary(grid), at, at + LATER, body | {"happened_at": at.isoformat(timespec="milliseconds")})
        diary.stories.append(case)


def _whistled(diary: Diary, at: datetime, kind: str, label: str, words: str, unit: str, whistle: str) -> Story:
    """A case that was given to a unit, which signed for it and is at work."""
    from .days import CATEGORY, Story

    case = Story(diary, f"{FIRST}001", kind, diary.uuid())
    body = {"kind": kind, "area": case.grid, "category": CATEGORY[kind, label], "note": words, "happened_at": at.isoformat(timespec="milliseconds")}
    case.tell("recorded", diary.worker(case.grid), at, at + LATER, body)
    diary.stories.append(case)
    given = diary.decide(case, "approved", diary.session(at), {}) + timedelta(minutes=1)
    case.tell("assigned", diary.secretary(case.grid), given, given, {"to": [{"unit": unit}], "way": "joint", "whistle": whistle})
    signed = given + timedelta(minutes=25)
    case.tell("signed", f"{UNIT}{unit}", signed, signed, {"task": 1})
    return case
