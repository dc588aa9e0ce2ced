"""Ninety days of the demo town, told as the actions that its people would have sent."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random

from ...core import care, rules
from ...core.actions import DECISIONS, RATINGS
from ...core.calendar import Calendar
from ...core.categories import defaults
from ...core.kinds import KINDS
from . import disputes, roads, words
from .cast import FIRST, Cast

DAYS = 90
TERMS = {row["code"]: (row["clock"], row["amount"]) for row in defaults()}
CATEGORY = {(row["kind"], row["label"]): row["code"] for row in defaults()}

PACE = {
    "001": (0.48, 0.33, 0.13, 0.04),
    "002": (0.51, 0.33, 0.11, 0.03),
    "006": (0.43, 0.33, 0.15, 0.05),
    "008": (0.41, 0.34, 0.16, 0.05),
    "009": (0.30, 0.28, 0.18, 0.12),
}
"""Community -> shares of cases closed on the first, second, third and a later day; the rest stays open. 富源 is clearly worse."""
USUAL_PACE = (0.46, 0.34, 0.14, 0.03)

SYNCS = (time(10, 7), time(11, 31), time(15, 2), time(16, 53), time(19, 5))
"""When the phones find a network."""
MIDDAY, EVENING = time(11, 40), time(17, 20)
"""When the secretaries clear their inbox; it takes them twenty minutes."""

WAITING = {FIRST: (11, 7)}
WAITING_USUALLY = (2, 3)
"""How many of a community's newest cases and records nobody has decided yet."""


@dataclass
class Story:
    """What happened to one entry, step by step."""

    diary: "Diary"
    grid: str
    kind: str
    id: str
    steps: list = field(default_factory=list)
    over: bool = False
    seen_again: bool = False

    @property
    def case(self) -> bool:
        """Is it handled and closed, or only read?"""
        return KINDS[self.kind].is_case(self.steps[0][2]["body"])

    def tell(self, verb: str, by: str, at: datetime, heard: datetime, body: dict, photos=()) -> None:
        """The next step; what would be heard today or later has not happened yet, nor has anything after it."""
        self.over = self.over or heard >= self.diary.until
        if self.over:
            return
        raw = {"id": self.diary.uuid(), "entry": self.id, "verb": verb, "by": by, "at": at.isoformat(timespec="milliseconds"), "body": body}
        if verb in DECISIONS:
            raw["seen"] = self.steps[-1][2]["id"]
        self.steps.append((heard, by, raw | {"photos": list(photos)}))


class Diary:
    """All stories of the town. Everything random comes from `rng`, every day is counted from `today`."""

    def __init__(self, rng: Random, zone: tzinfo, today: date, town: dict[str, dict], homes: list[dict], cast: Cast, photos: dict, calendar: Calendar):
        self.rng, self.zone, self.today, self.town, self.homes, self.cast, self.photos = rng, zone, today, town, homes, cast, photos
        self.calendar, self.until = calendar, datetime.combine(today, time(), zone)
        self.sittings: dict[str, list] = {}  # point -> the slots that are taken
        self.stories: list[Story] = []

    # --- small things

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def moment(self, day: date, first: float, last: float) -> datetime:
        """Some moment of a day between two hours."""
        return datetime.combine(day, time(), self.zone) + timedelta(seconds=round(self.rng.uniform(first, last) * 3600))

    def sync(self, at: datetime) -> datetime:
        """When a phone sent what was noted at this moment; sometimes the network came back the next morning only."""
        slots = [datetime.combine(at.date(), slot, self.zone) for slot in SYNCS]
        later = [slot for slot in slots if slot > at]
        return later[0] if later else datetime.combine(at.date() + timedelta(days=1), time(8, 21), self.zone)

    def session(self, after: datetime, slot: time | None = None, day: date | None = None) -> datetime:
        """The start of the secretary's next session after a moment, or of a given one."""
        if day:
            return datetime.combine(day, slot, self.zone)
        starts = (datetime.combine(after.date() + timedelta(days=n), slot, self.zone) for n in (0, 1) for slot in (MIDDAY, EVENING))
        return next(start for start in starts if start > after)

    def decide(self, story: Story, verb: str, start: datetime, body: dict, photos=()) -> datetime:
        """The secretary decides in the session that starts then."""
        at = start + timedelta(seconds=self.rng.randrange(30, 1100))
        story.tell(verb, self.secretary(story.grid), at, start + timedelta(minutes=20), body, photos)
        return start + timedelta(minutes=20)

    def community(self, code: str) -> str:
        return self.town[code]["path"].split("/")[1]

    def holder(self, role: str, grid: str) -> str:
        return self.cast.holder[role, self.community(grid)]

    def secretary(self, grid: str) -> str:
        return self.holder("secretary", grid)

    def worker(self, grid: str) -> str:
        return self.cast.holder["worker", grid]

    def working_day(self, earliest: int = DAYS, latest: int = 1) -> date:
        """A day that lies so many days back; Sundays are rare."""
        while True:
            day = self.today - timedelta(days=self.rng.randrange(latest, earliest + 1))
            if day.weekday() < 5 or self.rng.random() < (0.45 if day.weekday() == 5 else 0.15):
                return day

    def words_of(self, home: dict | None, area: str) -> dict:
        """What {house}, {unit} and {room} stand for."""
        door = self.town[area]
        if door["level"] == "unit":
            return {"house": self.town[door["parent_code"]]["name"], "unit": door["name"], "room": f"{home['room']}室"}
        return {"house": door["name"].removesuffix("专属网格"), "unit": "", "room": f"{home['room']}院" if home else ""}

    # --- stories

    def record(self, grid: str, kind: str, area: str, at: datetime, by: str, *, photos=(), roles=None, **body) -> tuple[Story, datetime]:
        """Somebody writes something down; gives the story and when the server heard it."""
        story = Story(self, grid, kind, self.uuid())
        happened = at - timedelta(seconds=self.rng.randrange(20, 400))
        here = self.town[area]
        if by != rules.RESIDENT and self.rng.random() < 0.6:
            body |= {
                "lat": round(here["lat"] + self.rng.uniform(-2e-4, 2e-4), 6),
                "lng": round(here["lng"] + self.rng.uniform(-2e-4, 2e-4), 6),
                "accuracy": float(self.rng.randrange(6, 60)),
            }
        body |= {"kind": kind, "area": area, "happened_at": happened.isoformat(timespec="milliseconds"), "roles": roles or {}}
        heard = at + timedelta(seconds=2) if by == rules.RESIDENT else self.sync(at)
        story.tell("recorded", by, at, heard, body, photos)
        self.stories.append(story)
        return story, heard

    def visit(self, grid: str, home: dict, day: date, at: datetime | None = None, **more) -> Story:
        """A worker stands at a door; the secretary reads it at her next session. Who needs it is visited again."""
        rng = self.rng
        found = rng.choices(("met", "family", "absent"), (74, 18, 8))[0]
        condition = "good" if rng.random() < (0.8 if home["tags"] else 0.95) else rng.choice(("attention", "attention", "help"))
        details = {"found": found, "note": rng.choice(words.VISITS["absent" if found == "absent" else condition])}
        if found != "absent":
            topics = ("wellbeing", "safety", "policy", "needs", "information")
            details |= {"condition": condition, "topics": rng.sample(topics, rng.choice((1, 1, 2)))}
        label = "独居高龄看望" if {"aged", "living_alone"} & set(home["tags"]) else rng.choice(("日常走访", "日常走访", "政策宣传"))
        again = None
        if found != "absent" and condition != "good" and not more and rng.random() < 0.5:
            again = day + timedelta(days=rng.choice((3, 7, 7, 14)))
            details["follow_up"] = again.isoformat()
        at = at or (self.moment(day, 8.7, 11.4) if rng.random() < 0.55 else self.moment(day, 14.6, 17.6))
        body = {"household": home["id"], "category": CATEGORY["visit", label]} | details | more
        story, heard = self.record(grid, "visit", home["area_code"], at, self.worker(grid), **body)
        self.decide(story, "approved", self.session(heard), {})
        if again and again < self.today:
            self.visit(grid, home, again, category=CATEGORY["visit", "回访"])
        return story

    def delivery(self, grid: str, home: dict, day: date) -> None:
        """Something was carried to a door without anybody having ordered it: a record, not a case."""
        label = self.rng.choice(list(words.DELIVERIES))
        item, unit, _ = words.DELIVERIES[label]
        body = {"household": home["id"], "category": CATEGORY["delivery", label], "note": self.rng.choice(words.VISITS["delivered"])}
        body |= {"item": item, "unit": unit, "quantity": 1.0, "received_by": self.rng.choice(("self", "self", "family", "neighbour"))}
        at = self.moment(day, 10.5, 12.2)
        story, heard = self.record(grid, "delivery", home["area_code"], at, self.holder("volunteer", grid), **body)
        self.decide(story, "approved", self.session(heard), {})

    def case(self, grid: str, kind: str, day: date, home: dict | None, label: str | None = None) -> None:
        """A hazard, dispute, request or ordered delivery, on its way as far as the community's pace carries it."""
        rng = self.rng
        pace = PACE.get(self.community(grid)[-3:], USUAL_PACE)
        close = rng.choices((1, 2, 3, 4, 0), (*pace, 1 - sum(pace)))[0]
        if close == 0 and day < self.today - timedelta(days=30) and rng.random() < 0.6:
            close = rng.randrange(14, 30)
        close = rng.randrange(4, 13) if close == 4 else close
        close = close + rng.choice((1, 2, 4, 7)) if close and kind == "dispute" else close
        spot = kind in {"hazard", "request"} and rng.random() < {1: 0.75, 2: 0.3}.get(close, 0.03)
        body, done, pictures = self.content(grid, kind, home, spot, label)
        by = rules.RESIDENT if kind == "request" and not spot and rng.random() < 0.22 else self.worker(grid)
        if by == rules.RESIDENT:
            body |= {"source": "resident_link", "link": f"{rng.getrandbits(256):064x}", "household": None}
        at = self.moment(day, 8.6, 10.8 if close == 1 and not spot else 16.3)
        taken, after = (pictures, ()) if spot else (pictures[:1], pictures[1:])
        roles = {sha: role for sha, role in zip(pictures, ("before", "after"), strict=False) if sha in taken}
        if home and by != rules.RESIDENT and kind != "delivery" and rng.random() < 0.25:
            seen = self.visit(grid, home, day, at - timedelta(minutes=6), condition="attention", found="met")
            body["parent"] = seen.id
        story, heard = self.record(grid, kind, body.pop("area"), at, by, photos=taken, roles=roles, **body)
        chance = rng.random()
        if chance < 0.012 and by != rules.RESIDENT:
            story.tell("withdrawn", by, heard + timedelta(minutes=2), heard + timedelta(minutes=3), {"note": "点错了,重新记一条。"})
            return
        if chance < 0.03:
            self.decide(story, "declined", self.session(heard), {"reason": rng.choice(words.DECLINES)})
            return
        if chance < 0.07 and by != rules.RESIDENT:
            heard = self._corrected(story, heard)
            close = max(close, 2) if close else 0
        self._handled(story, day, heard, close, spot, done, by, after)

    def content(self, grid: str, kind: str, home: dict | None, spot: bool, label: str | None = None) -> tuple[dict, str, tuple]:
        """What is written down about a case, what will be done about it, and its photos (before, after)."""
        rng = self.rng
        area = home["area_code"] if home else grid
        if kind == "delivery":
            label = label or rng.choice(list(words.DELIVERIES))
            item, unit, line = words.DELIVERIES[label]
            details = {"item": item, "unit": unit, "quantity": float(rng.randrange(1, 4)), "ordered": True}
        else:
            source = {"hazard": words.HAZARDS, "dispute": words.DISPUTES, "request": words.REQUESTS}[kind]
            fitting = {name: [line for line in lines[1:] if self._fits(line[0], home, area)] for name, lines in source.items()}
            often = [source[name][0] * bool(lines) for name, lines in fitting.items()]
            label = label or rng.choices(list(fitting), often)[0]
            line = rng.choice(fitting[label] or source[label][1:])
            details = self._details(kind, spot, line[1])
        note, done = line
        fill = self.words_of(home, area)
        body = {"area": area, "category": CATEGORY[kind, label], "note": note.format(**fill)}
        body |= {"place": fill["house"] + fill["unit"], "on_the_spot": spot} | details
        if kind != "hazard" or "{room}" in note:
            body["household"] = home["id"] if home else None
        pictures = rng.choice(self.photos[label]) if kind == "hazard" and self.photos.get(label) and rng.random() < 0.9 else ()
        return body, done, pictures

    def _fits(self, note: str, home: dict | None, area: str) -> bool:
        """No staircase in a lane of old houses, no flat in a market."""
        if self.town[area]["level"] == "unit":
            return True
        return not words.UPSTAIRS.search(note) and (home is not None or "{room}" not in note)

    def _details(self, kind: str, spot: bool, done: str) -> dict:
        rng = self.rng
        details = {"result": done} if spot else {}
        if kind == "hazard":
            details["severity"] = rng.choices(("low", "high", "urgent"), (60, 32, 8))[0]
        if kind == "dispute":
            details |= {"people": float(rng.choice((2, 2, 2, 3, 4, 6))), "level": rng.choices(("green", "yellow", "red"), (66, 28, 6))[0]}
        if kind == "request":
            details["how"] = rng.choice(("door", "door", "phone", "group", "meeting"))
            others = rng.choice(("worker", "worker", "hotline"))
            details["source"] = {"group": "wechat_group", "meeting": "meeting"}.get(details["how"], others)
        return details

    def _corrected(self, story: Story, heard: datetime) -> datetime:
        """The secretary returns it, and its author corrects it the same day."""
        heard = self.decide(story, "returned", self.session(heard), {"reason": self.rng.choice(words.RETURNS)})
        if not story.over:
            _, by, raw = story.steps[0]
            at = heard + timedelta(minutes=self.rng.randrange(40, 200))
            heard = self.sync(at)
            body = raw["body"] | {"note": f"{raw['body']['note']}{self.rng.choice(words.CORRECTIONS)}"}
            story.tell("amended", by, at, heard, body, raw["photos"])
        return heard

    def _handled(self, story: Story, day: date, heard: datetime, close: int, spot: bool, done: str, author: str, after: tuple) -> None:
        """Approval, work, closing on the day that was meant; `close` is 0 for one that stays open."""
        heard = self.decide(story, "approved", self.session(heard), {})
        if spot:
            return
        heard = roads.walk(self, story, day, heard, close, done, after)
        if heard:
            self._afterwards(story, heard, done, author)

    def long(self, category: str) -> bool:
        """May such a case take so long that there is time to extend it?"""
        clock, amount = TERMS.get(category, ("", 0))
        return clock in {"natural_days", "working_days"} and amount >= 3

    @property
    def street(self) -> str:
        return next(code for code, area in self.town.items() if area["level"] == "street")

    def _afterwards(self, story: Story, heard: datetime, done: str, author: str) -> None:
        """Residents rate what they asked for; now and then it was not solved after all."""
        rng = self.rng
        if story.kind != "request" or rng.random() > (0.7 if author == rules.RESIDENT else 0.2):
            return
        at = heard + timedelta(minutes=rng.randrange(30, 2500))
        if rng.random() < 0.05 and not story.seen_again:
            story.tell("reopened", rules.RESIDENT, at, at + timedelta(seconds=1), {"reason": rng.choice(words.REOPENS)})
            heard = self.decide(story, "closed", self.session(at + timedelta(hours=14)), {"note": f"再次上门:{done}"})
            at = heard + timedelta(hours=3)
        score = rng.choices(list(RATINGS), (78, 17, 5))[0]
        story.tell("rated", rules.RESIDENT, at, at + timedelta(seconds=1), {"score": score, "note": rng.choice(words.THANKS)})

    # --- the whole

    def write(self, cases_a_grid: int, visited: float) -> None:
        """Every grid's visits and cases, then what stands on today's pages of the cast."""
        at_home: dict[str, list[dict]] = {}
        for home in self.homes:
            at_home.setdefault(self.town[home["area_code"]]["scope"], []).append(home)
        for code, area in self.town.items():
            if area["grid_type"] == "ordinary":
                self._visits(code, at_home[code], visited)
                self._cases(code, at_home[code], cases_a_grid)
            elif area["grid_type"] == "dedicated":
                for _ in range(max(1, cases_a_grid // 6)):
                    self.case(code, "hazard", self.working_day(), None)
        for grid in [f"{FIRST}00{n}" for n in (1, 1, 2, 3)]:
            label = self.rng.choice(list(self.photos))
            self.case(grid, "hazard", self.today - timedelta(days=1), self.rng.choice(at_home[grid]), label)
        disputes.receptions(self)
        self._leave_waiting()
        for worker in ("worker1", "worker2", "worker3"):
            grid = next(grid for (role, grid), username in self.cast.holder.items() if username == worker)
            self._on_todays_page(grid, at_home[grid], 3 if worker == "worker1" else 1)
            if worker == "worker1":
                roads.on_the_desk(self, grid, at_home[grid])
                disputes.on_the_desk(self, grid, at_home[grid])
        door = next(code for role, code in self.cast.holder if role == "unit_leader" and self.cast.holder[role, code] == "unit1")
        roads.on_the_ladder(self, f"{FIRST}001", next(home for home in self.homes if home["area_code"] == door))

    def _visits(self, grid: str, homes: list[dict], visited: float) -> None:
        """Each household at its interval, sometimes a little late, so that some are due or overdue today."""
        for home in homes:
            every = care.days_between_visits(home["tags"])
            if self.rng.random() > visited:
                continue
            back = DAYS - self.rng.uniform(0, min(every, DAYS - 2))
            while back >= 1:
                self.visit(grid, home, self.today - timedelta(days=int(back)))
                back -= every * self.rng.uniform(0.75, 1.12)

    def _cases(self, grid: str, homes: list[dict], number: int) -> None:
        for _ in range(number):
            kind = self.rng.choices(("hazard", "request", "dispute", "delivery"), (38, 40, 10, 12))[0]
            self.case(grid, kind, self.working_day(), self.rng.choice(homes))
            if self.rng.random() < 0.16:
                self.delivery(grid, self.rng.choice(homes), self.working_day())

    def _leave_waiting(self) -> None:
        """The newest entries of each community have only just come in."""
        lately = [story for story in self.stories if story.steps and story.steps[0][0] > self.until - timedelta(days=5)]
        newest = sorted(lately, key=lambda story: story.steps[0][0], reverse=True)
        left = {}
        for story in newest:
            code, case = self.community(story.grid), story.case
            left.setdefault((code, case), WAITING.get(code, WAITING_USUALLY)[not case])
            if left[code, case]:
                left[code, case] -= 1
                del story.steps[1:]

    def _on_todays_page(self, grid: str, homes: list[dict], number: int) -> None:
        """Follow-ups for today, returned entries, and deliveries that somebody waits for."""
        yesterday, before = self.today - timedelta(days=1), self.today - timedelta(days=2)
        quiet, worker = [home for home in homes if not home["tags"]], self.worker(grid)
        for n in range(number):
            home, note = quiet[n * 5 % len(quiet)], words.VISITS["attention"][n]
            again = {"follow_up": self.today.isoformat(), "condition": "attention", "found": "met", "note": note}
            self.visit(grid, quiet[-1 - n % len(quiet)], before, **again)
            body, _, pictures = self.content(grid, "hazard", home, False, list(self.photos)[n])
            at, shown = self.moment(before, 14.5, 16), pictures[:1]
            body |= {"photos": shown, "roles": dict.fromkeys(shown, "before")}
            story, heard = self.record(grid, "hazard", body.pop("area"), at, worker, **body)
            self.decide(story, "returned", self.session(heard), {"reason": words.RETURNS[n % len(words.RETURNS)]})
            body, _, _ = self.content(grid, "delivery", home, False)
            story, heard = self.record(grid, "delivery", body.pop("area"), self.moment(yesterday, 8.6, 10), worker, **body)
            self.decide(story, "approved", self.session(heard), {})
