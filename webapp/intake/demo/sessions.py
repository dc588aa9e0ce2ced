"""说事议事 in the demo town: the Friday station and the Wednesday desk of the first community with some weeks held, and its joint meeting."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING

from ...core.rules import Post, Who
from ...core.sessions import Rhythm, days
from .cast import FIRST

if TYPE_CHECKING:
    from datetime import datetime

    from .days import Diary, Story

DEPUTY = "deputy1"
"""副书记: writes down what the secretary then approves."""

STATION, DESK, MEETING = (f"0192e000-0000-7000-8000-00000000000{n}" for n in (1, 2, 3))
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

DECISIONS = ("物业和城管各出一人,每晚八点巡一次,一个月后回看。", "由社区牵头,周五前把方案贴到楼下听意见。", "先临时围挡,维修资金的手续由物业一周内报上来。")


def series(today: date) -> list[dict]:
    """Rows of SeriesRow."""
    base = {"area_code": FIRST, "role": "secretary", "starts": today - timedelta(days=120), "ends": None}
    names = ("id", "form", "name", "weekday", "nth", "opens", "closes", "place")
    lines = (
        (STATION, "station", "书记听民生社区民情站", 4, 0, "09:00", "11:00", "水苑小区东门门房"),
        (DESK, "desk", "移动办公桌", 2, 0, "15:00", "17:00", "文化广场凉亭"),
        (MEETING, "joint", "党建联席会", 3, 2, "15:00", "16:30", "社区二楼会议室"),
    )
    return [base | dict(zip(names, line, strict=True)) for line in lines]


def write(diary: Diary) -> None:
    """What was held in the last weeks, and what was said; nothing of the other stories is moved by it."""
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
            _said(diary, body | ({"how": "meeting"} if kind == "request" else {}), said, done, left=day > diary.today - timedelta(days=4))
    _meeting(diary, days(Rhythm(3, 0, since), diary.today - timedelta(days=20), diary.today - timedelta(days=8))[-1])


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


def _meeting(diary: Diary, day: date) -> None:
    """The joint meeting: cases that were open on its day, what was decided about each in its own history, and a new matter."""
    from .days import CATEGORY

    at = diary.moment(day, 15.1, 15.2)
    open_then = [
        story
        for story in diary.stories
        if story.steps and not story.over and story.case and diary.community(story.grid) == FIRST and story.kind != "dispute" and story.steps[-1][0] < at
        and story.steps[-1][2]["verb"] in {"assigned", "signed", "handled", "noted", "supervised", "extended"}
    ][: len(DECISIONS)]  # fmt: skip
    agenda = [{"case": story.id, "words": words} for story, words in zip(open_then, DECISIONS, strict=False)]
    present = "安居物业、金川城管中队、金川派出所、共建单位两家、居民代表"
    held = _session(diary, MEETING, at, expected=12.0, people=11.0, present=present, agenda=agenda, note="六家单位认领了各自的事,下月逐件回看。")
    for n, item in enumerate(agenda):
        when, story = at + timedelta(minutes=10 * n + 5), open_then[n]
        words = f"党建联席会({day.year}年{day.month}月{day.day}日)决定:{item['words']}"
        story.tell("noted", DEPUTY, when, when + LATER, {"note": words})
        if n == 0:
            diary.decide(story, "closed", diary.session(when + timedelta(days=3)), {"note": "巡了三晚,没有再发现,居民认可。"})
    body = {"kind": "request", "area": FIRST, "category": CATEGORY["request", "物业"], "note": "请物业把公共收益的账贴出来,居民代表要看。"}
    _said(diary, body | {"area": f"{FIRST}001", "source": "meeting", "parent": held.id}, at + timedelta(minutes=50), "账目已张贴。", left=False)
