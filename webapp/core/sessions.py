"""说事议事: sessions and meetings that come back, on which days, and what of the former ones is read out at the next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from operator import add
from typing import NamedTuple

from .calendar import DAY, Calendar, local_day, monday
from .entries import Entry
from .kinds.shape import N_

FORMS = {
    "station": N_("民情站"),
    "desk": N_("移动办公桌"),
    "talk": N_("民情恳谈会"),
    "hall": N_("说事堂"),
    "joint": N_("联席会"),
    "council": N_("民主协商议事会"),
    "special": N_("专题会"),
}
MEETINGS = ("joint", "council", "special")
"""The forms with an agenda of open cases, attendance and decisions; at the others residents are heard."""

PRESIDES = ("secretary", "street", "contact", "branch_member", "committee_head")
"""The posts that may preside."""

OPENS = {"request": N_("诉求"), "dispute": N_("纠纷"), "hazard": N_("隐患")}
"""What may be said: the kinds of entry that are opened as children of a session."""

NTHS = {0: N_("每周"), 1: N_("每月第一个"), 2: N_("每月第二个"), 3: N_("每月第三个"), 4: N_("每月第四个")}
"""Every week, or the n-th such weekday of a month."""

POINTS = {"gatehouse": N_("门房"), "station": N_("驿站"), "stall": N_("茶摊"), "window": N_("窗口"), "canteen": N_("食堂"), "other": N_("其他")}
"""What a service point is."""

AHEAD = timedelta(days=35)
"""So far ahead the coming days are shown, and an agenda may be drawn up: the next month's meeting is always among them."""

BACK = timedelta(days=31)
"""So long after its day a session may still be written down."""


class Rhythm(NamedTuple):
    """On which days: a weekday (0 is Monday; None: 不定期), every week or the n-th of a month, from one day to another (both included)."""

    weekday: int | None
    nth: int
    starts: date
    ends: date | None = None


def days(rhythm: Rhythm, first: date, last: date) -> list[date]:
    """The days of a rhythm from `first` to `last`, both included."""
    first, last = max(first, rhythm.starts), min(last, rhythm.ends or last)
    if rhythm.weekday is None:
        return []
    start = monday(first) + rhythm.weekday * DAY
    found = (start + n * 7 * DAY for n in range(max(0, (last - start).days // 7 + 1)))
    return [day for day in found if day >= first and rhythm.nth in {0, (day.day + 6) // 7}]


def holiday(calendar: Calendar, day: date) -> bool:
    """放假: a day that the calendar names as off. A plain Saturday or Sunday is not one, for the town chose it."""
    return calendar.days.get(day) is False


@dataclass(frozen=True, slots=True)
class Matter:
    """Something said, or decided about, on a day; `words`, `who` and `until` are a decision's.

    `ended` is the day on which its outcome became known, while it has one.
    """

    entry: Entry
    day: date
    words: str = ""
    who: str = ""
    until: date | None = None
    ended: date | None = None


def to_read(matters: Iterable[Matter], former: date | None) -> list[Matter]:
    """What is read out at a session, `former` being the day of the last one before it; nothing at the first one.

    Everything that was said or decided at the former session; and of all sessions before that one, however long ago, what is
    not at its end (waiting, sent back to be amended, in hand, suspended, opened again), and what came to its end on the day of
    the former session or since. So each matter is named at every session until its outcome was named once; what came to
    its end on the very day of a session may be named at that one and the next.
    """
    return [one for one in matters if former and (one.day >= former or one.ended is None or one.ended >= former)]


OUTCOMES = ("approved", "closed", "declined")
"""The verbs by which something comes to its end; the last of them that was heard did."""


def ended(entry: Entry, heard: datetime | None, zone: tzinfo) -> date | None:
    """The day on which the outcome became known, `heard` being when the last of OUTCOMES was; None while it is open, or open again."""
    return local_day(heard, zone) if heard and entry.stage in {"closed", "declined"} else None


SORTS = {"spot": N_("当场办"), "in_time": N_("限时内办结"), "open": N_("在办,没到期"), "late": N_("超过时限")}
"""What became of something said: each is exactly one of these."""


def sort_of(entry: Entry, now: datetime) -> str:
    if entry.on_the_spot and not entry.reopened:
        return "spot"
    late = entry.due_at is not None and (entry.closed_at or now) > entry.due_at
    return "late" if late else "in_time" if entry.closed_at else "open"


class Counts(NamedTuple):
    """Of one series or all, in a period: sessions held, people who came, policy briefings, things said and what became of them;
    cases on an agenda, and how many of those are closed."""

    held: int = 0
    people: int = 0
    briefings: int = 0
    said: int = 0
    spot: int = 0
    in_time: int = 0
    open: int = 0
    late: int = 0
    topics: int = 0
    settled: int = 0

    def plus(self, other: "Counts") -> "Counts":
        return Counts._make(map(add, self, other))


def counts(held: list[Entry], said: list[Entry], topics: list[Entry], now: datetime) -> Counts:
    """`said` and `topics` each once, without what was declined or withdrawn."""
    sorts = [sort_of(entry, now) for entry in said]
    return Counts(
        held=len(held),
        people=sum(number(one, "people") for one in held),
        briefings=sum(number(one, "briefings") for one in held),
        said=len(said),
        **{sort: sorts.count(sort) for sort in SORTS},
        topics=len(topics),
        settled=sum(one.stage == "closed" for one in topics),
    )


def number(session: Entry, name: str) -> int:
    return int(session.details.get(name) or 0)


def agenda(session: Entry) -> list[dict]:
    """[{case, words, who, until, votes}] of a meeting: the cases that it is about, and what was decided."""
    return session.details.get("agenda") or []
