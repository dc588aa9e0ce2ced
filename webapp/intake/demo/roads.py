"""The demo town's cases between approval and closing: who was given them, who signed, what went wrong on the way, who looked again."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from ...core import categories, clocks
from ...core.actions import CLOCK, RATINGS, UNIT
from . import disputes, units, words

if TYPE_CHECKING:
    from .days import Diary, Story

JOINT = 0.826
"""The share of what was not done on the spot that goes to a unit; the rest is done by the grid itself (FIELD.md D7)."""
WHISTLED = 0.12
WAYS = {row["code"]: row["way"] for row in categories.defaults()}
TALKED = {code for code, way in WAYS.items() if way in {"answer", "study"}}
MISSED = 0.15
"""The share of whistles that are not answered within the hour."""


def walk(diary: Diary, story: Story, day: date, heard: datetime, close: int, done: str, after: tuple) -> datetime | None:
    """From approval (heard then) to closing on the day that was meant; when the closing was heard, or None where it stays open."""
    return Walk(diary, story, heard, day + timedelta(days=close - 1) if close else None, done, after).go(day)


class Walk:
    """One case on its way. `now` is when the last step was heard: nothing is heard before it."""

    def __init__(self, diary: Diary, story: Story, heard: datetime, last: date | None, done: str, after: tuple):
        self.diary, self.story, self.now, self.last, self.done, self.after = diary, story, heard, last, done, after
        self.rng, self.tasks, self.whistled = diary.rng, 0, False
        self.category = story.steps[0][2]["body"]["category"] if story.steps else ""

    def go(self, day: date) -> datetime | None:
        if self.story.kind == "dispute":
            return disputes.mediate(self)
        fresh = self.now > self.diary.until - timedelta(hours=9)
        if fresh and (self.story.kind == "delivery" or self.rng.random() < 0.5):
            return None  # it is still to be given to somebody this morning
        if self.story.kind == "delivery":
            return self.by_person("volunteer")
        unit = units.usual(self.diary.town, self.category, self.diary.community(self.story.grid))
        if unit and self.rng.random() < JOINT / 0.9:  # some categories have no unit
            return self.by_unit(unit, day)
        return self.by_grid()

    # --- small things

    def tell(self, verb: str, by: str, at: datetime, body: dict, photos=(), *, phone: bool = False) -> None:
        """Something that a person or a unit reports; from a phone it is heard at its next network."""
        at = max(at, self.now + timedelta(seconds=20))
        self.now = max(self.diary.sync(at) if phone else at + timedelta(seconds=1), self.now)
        self.story.tell(verb, by, at, self.now, body, photos)

    def decide(self, verb: str, start: datetime, body: dict) -> None:
        self.now = self.diary.decide(self.story, verb, start, body)

    def session(self) -> datetime:
        """The secretary's next one; on the day of the closing, but not before it."""
        start = self.diary.session(self.now)
        evening = self.last and self.diary.session(self.now, time(17, 20), self.last)
        return evening if evening and evening > self.now else start

    def minutes(self, least: int, most: int) -> datetime:
        return self.now + timedelta(minutes=self.rng.randrange(least, most))

    def give(self, *to: dict, same_session: bool = True, **more) -> int:
        """派遣; the number of the leading task. What has just been approved is given away in the same session."""
        start = self.now - timedelta(minutes=20) if same_session else self.diary.session(self.now)
        body = {"to": [to[0], *(one | {"assists": True} for one in to[1:])], **more}
        at = start + timedelta(seconds=self.rng.randrange(1105, 1190))
        self.now = start + timedelta(minutes=20)
        self.story.tell("assigned", self.diary.secretary(self.story.grid), at, self.now, body)
        number = self.tasks + 1
        self.tasks += len(to)
        return number

    def noon(self) -> datetime:
        """When the work is done: early in the afternoon of the day of the closing, or soon."""
        day = self.last or self.now.date() + timedelta(days=self.rng.randrange(1, 6))
        return max(self.now, datetime.combine(day, time(13, 10), self.diary.zone)) + timedelta(minutes=self.rng.randrange(10, 150))

    def close(self, graded: int | None) -> datetime:
        """办结, and in the same breath 评哨 of a whistle."""
        start = self.session()
        self.decide("closed", start, {"note": self.done})
        if graded:
            score = self.rng.choices(list(RATINGS), (70, 22, 8))[0]
            at = start + timedelta(seconds=self.rng.randrange(1105, 1190))
            self.story.tell("graded", self.diary.secretary(self.story.grid), at, self.now, {"task": graded, "score": score})
        self.look_again()
        return self.now

    def look_again(self) -> None:
        """回访 of the sampled ones; now and then it was not solved."""
        if not clocks.sampled(self.story.id, clocks.Town.share) or self.rng.random() > 0.85:
            return
        closed, self.story.seen_again = self.now, True
        at = self.diary.moment(closed.date() + timedelta(days=self.rng.randrange(1, 6)), 9, 17)
        score = self.rng.choices(list(RATINGS), (74, 20, 6))[0]
        note = self.rng.choice(words.LOOKED_AGAIN)
        body = {"solved": True, "score": score, "how": self.rng.choice(("door", "door", "phone")), "note": note}
        self.tell("followed_up", self.diary.worker(self.story.grid), at, body, phone=True)
        self.now = closed  # what the resident says does not wait for it

    # --- the roads

    def by_person(self, role: str) -> datetime | None:
        """An ordered delivery: a volunteer takes it."""
        by = self.diary.holder(role, self.story.grid)
        n = self.give({"person": by})
        if self.last is None and self.rng.random() < 0.5:
            return None
        self.tell("signed", by, self.minutes(3, 40), {"task": n}, phone=True)
        return self.finish(by, n, phone=True)

    def by_grid(self) -> datetime | None:
        by = self.diary.worker(self.story.grid)
        n = self.give({"grid": self.story.grid}, way=WAYS[self.category] if self.category in TALKED else "spot")
        self.study()
        if self.last is None and self.rng.random() < 0.5:
            return None
        return self.finish(by, n, phone=True)

    def study(self, wanted: bool = False) -> None:
        """研判: a meeting has come to something before the work begins."""
        if wanted or WAYS.get(self.category) == "study":
            body = {"day": self.now.date().isoformat(), "note": words.STUDIED, "study": True}
            self.tell("reviewed", self.diary.secretary(self.story.grid), self.now + timedelta(minutes=5), body)

    def finish(self, by: str, n: int, *, phone: bool = False, grade: bool = False) -> datetime | None:
        """The work, its report with the photo, and the closing."""
        body = {"note": self.done, "roles": dict.fromkeys(self.after, "after"), "task": n}
        self.tell("handled", by, self.noon(), body, self.after, phone=phone)
        return self.close(n if grade else None) if self.last else None

    def by_unit(self, unit: str, day: date) -> datetime | None:
        """协调: a unit signs, works and reports; or hands it back, needs longer, has to do it again."""
        slow = self.last is None or (self.last - day).days >= 2
        if slow and self.rng.random() < 0.1:
            unit = self.sent_back(unit)
        whistle = self.rng.choice(("daily", "daily", "progress", "tough")) if self.rng.random() < WHISTLED else ""
        beside = ({"unit": "chengguan"},) if unit != "chengguan" and self.rng.random() < 0.07 else ()
        note = self.rng.choice(words.INSTRUCTIONS)
        n = self.give({"unit": unit}, *beside, same_session=self.tasks == 0, whistle=whistle, note=note)
        by = self.name(unit)
        self.study()
        if self.last is None and self.rng.random() < 0.3:
            return None  # not even signed for
        if whistle and slow and self.rng.random() < MISSED:
            at = self.now + timedelta(minutes=65)
            self.now = at
            self.story.tell("raised", CLOCK, at, at, {"reason": words.MISSED_WHISTLE, "task": n})
        self.tell("signed", by, self.minutes(4, 46 if whistle else 150), {"task": n})
        if slow:
            self.on_the_way()
        if self.last is None:
            return self.left_open(by, n)
        if slow and self.rng.random() < 0.07:
            return self.again(by, n)
        return self.finish(by, n, grade=bool(whistle) and self.rng.random() < 0.75)

    def name(self, unit: str) -> str:
        """Those who have an account report under their own name, the others by the link."""
        return next((username for username, own in units.HANDLERS.items() if own == unit), f"{UNIT}{unit}")

    def sent_back(self, unit: str) -> str:
        """退单 or 转派: it was the wrong one; gives the unit that gets it then."""
        other = self.rng.choice([code for code, *_ in units.STREETWIDE[:4] if code != unit])
        n = self.give({"unit": other})
        if self.rng.random() < 0.6:
            self.tell("handed_back", self.name(other), self.minutes(15, 120), {"task": n, "reason": self.rng.choice(words.NOT_OURS)})
        return unit

    def on_the_way(self) -> None:
        """督办, 延期 by the secretary, the day after."""
        chance = self.rng.random()
        if chance < 0.1:
            street = self.diary.cast.holder["street", self.diary.street] if self.rng.random() < 0.4 else None
            start = self.diary.session(self.now + timedelta(hours=12))
            at = start + timedelta(minutes=self.rng.randrange(2, 19))
            self.now = start + timedelta(minutes=20)
            by = street or self.diary.secretary(self.story.grid)
            self.story.tell("supervised", by, at, self.now, {"note": self.rng.choice(words.SUPERVISED)})
        elif chance < 0.2 and self.diary.long(self.category):
            self.decide("extended", self.diary.session(self.now), {"reason": self.rng.choice(words.LATER)})

    def left_open(self, by: str, n: int) -> None:
        """Work goes on; some wait for the secretary to close them, some for spring."""
        chance = self.rng.random()
        if chance < 0.25:
            self.tell("handled", by, self.noon(), {"note": self.done, "roles": dict.fromkeys(self.after, "after"), "task": n}, self.after)
        elif chance < 0.5:
            until = self.diary.today + timedelta(days=self.rng.randrange(20, 150))
            self.decide("suspended", self.diary.session(self.now), {"reason": self.rng.choice(words.WAITS), "until": until.isoformat()})
        elif chance < 0.6:
            self.decide("raised", self.diary.session(self.now + timedelta(days=2)), {"reason": self.rng.choice(words.TOO_MUCH)})

    def again(self, by: str, n: int) -> datetime | None:
        """返工: the photo did not show it."""
        end, self.last = self.last, self.last - timedelta(days=1)
        self.tell("handled", by, self.noon(), {"note": self.done, "task": n})
        self.decide("reworked", self.diary.session(self.now), {"reason": self.rng.choice(words.AGAIN)})
        self.tasks += 1
        self.last = end
        return self.finish(by, self.tasks)


def on_the_ladder(diary: Diary, grid: str, home: dict) -> None:
    """Two cases of one staircase that the grid has and that are late since last night: the posts of the chain have them one after the other."""
    for label, back in (("飞线充电", 2), ("楼道堆物", 1)):
        body, _, pictures = diary.content(grid, "hazard", home, False, label)
        body.pop("household", None)
        shown = pictures[:1]
        body |= {"photos": shown, "roles": dict.fromkeys(shown, "before")}
        at = diary.moment(diary.today - timedelta(days=back), 8.7, 10)
        story, heard = diary.record(grid, "hazard", body.pop("area"), at, diary.worker(grid), **body)
        heard = diary.decide(story, "approved", diary.session(heard), {})
        Walk(diary, story, heard, None, "", ()).give({"grid": grid}, way="spot")


def on_the_desk(diary: Diary, grid: str, homes: list[dict]) -> None:
    """Cases of yesterday for the desk and the handlers of the cast: to be given, to be signed for, in work, reported."""
    yesterday = diary.today - timedelta(days=1)
    plans = (("楼道堆物", "wuye-1", ()), ("飞线充电", "wuye-1", ("signed",)), ("用电老化", "wuye-1", ("signed", "handled")))
    plans += (("暴露垃圾", None, ()), ("消防通道占用", "chengguan", ()))
    for place, (label, unit, steps) in enumerate(plans):
        body, done, pictures = diary.content(grid, "hazard", homes[place * 7 % len(homes)], False, label)
        shown, after = pictures[:1], pictures[1:]
        body |= {"photos": shown, "roles": dict.fromkeys(shown, "before")}
        story, heard = diary.record(grid, "hazard", body.pop("area"), diary.moment(yesterday, 8.7, 10), diary.worker(grid), **body)
        heard = diary.decide(story, "approved", diary.session(heard), {})
        if unit is None:
            continue
        one = Walk(diary, story, heard, None, done, after)
        n = one.give({"unit": unit}, note=words.INSTRUCTIONS[place], whistle="daily" if unit == "chengguan" else "")
        one.study("handled" in steps)
        if "signed" in steps:
            one.tell("signed", one.name(unit), one.minutes(10, 60), {"task": n})
        if "handled" in steps:
            report = {"note": done, "roles": dict.fromkeys(after, "after"), "task": n}
            one.tell("handled", one.name(unit), one.minutes(60, 180), report, after)
