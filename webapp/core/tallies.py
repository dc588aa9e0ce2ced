"""The additive counts of an entry, and the indicators that are computed from their sums.

Everything is counted for the *cohort*: the entries received in the period, wherever their closing falls (收件口径).
A case is a hazard, a dispute, a request or an ordered delivery; visits and plain deliveries are records and counted apart.
"""

from dataclasses import asdict, make_dataclass
from datetime import date, timedelta
from operator import add, sub
from typing import NamedTuple

from .entries import Entry


class Tally(NamedTuple):
    """Counts that add up over days, areas, kinds and categories."""

    received: int = 0
    closed: int = 0
    with_deadline: int = 0
    closed_on_time: int = 0
    closed_day1: int = 0
    closed_day2: int = 0
    closed_day3: int = 0
    withdrawn: int = 0
    declined: int = 0
    visits: int = 0
    deliveries: int = 0
    patrols: int = 0
    receptions: int = 0
    received_people: int = 0
    contacts: int = 0
    answer: int = 0
    spot: int = 0
    joint: int = 0
    study: int = 0
    resolve: int = 0
    closed_grid: int = 0
    closed_community: int = 0
    closed_street: int = 0
    followed: int = 0
    closed_followed: int = 0
    solved: int = 0
    rated: int = 0
    satisfied: int = 0
    reworked: int = 0
    extended: int = 0
    suspended: int = 0
    supervised: int = 0
    raised: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally._make(map(add, self, other))

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally._make(map(sub, self, other))

    def __bool__(self) -> bool:
        return any(self)


COUNTS = Tally._fields
NOTHING = Tally()
_OPEN = Tally(received=1), Tally(received=1, with_deadline=1)


def contribution(entry: Entry | None) -> Tally:
    """What one entry adds to the counts of its day, area, kind and category."""
    if entry is None:
        return NOTHING
    if not entry.case:
        return _record(entry) if entry.counted else NOTHING
    if entry.stage == "withdrawn":
        return Tally(withdrawn=1)
    if entry.stage == "declined":
        return Tally(declined=1)
    days, road = entry.closed_days, entry.road
    if entry.stage == "waiting" and not road and not entry.reopened:  # as they all come in
        return _OPEN[entry.due_at is not None]
    closed = days is not None
    return Tally(
        received=1,
        closed=int(closed),
        with_deadline=int(entry.due_at is not None),
        closed_on_time=int(entry.on_time),
        closed_day1=int(closed and days <= 1),
        closed_day2=int(closed and days <= 2),
        closed_day3=int(closed and days <= 3),
        **{entry.way: 1} if closed and entry.way else {},
        **{f"closed_{entry.level}": 1} if closed else {},
        followed=int("follow_ups" in road),
        closed_followed=int(closed and "follow_ups" in road),
        solved=int(road.get("solved", False)),
        rated=int(entry.rating is not None),
        satisfied=int(entry.rating in {"satisfied", "fair"}),
        reworked=int(entry.redos > 0),
        extended=int("extensions" in road),
        suspended=int("suspended" in road),
        supervised=int("supervised" in road),
        raised=int("raised" in road),
    )


def _record(entry: Entry) -> Tally:
    match entry.kind:
        case "visit":
            return Tally(visits=1)
        case "delivery":
            return Tally(deliveries=1)
        case "patrol":
            return Tally(patrols=1)
        case "reception":
            return Tally(receptions=1, received_people=int(entry.details.get("people") or 1))
        case "contact":
            return Tally(contacts=1)
    return NOTHING


def key(entry: Entry) -> tuple[date, str, str]:
    """Where its contribution belongs, apart from the area."""
    return entry.day, entry.kind, entry.category


def last_mature_day(today: date) -> date:
    """The last day whose third day (itself being the first) has ended by the beginning of `today`."""
    return today - timedelta(days=3)


_Counted = make_dataclass("_Counted", [(name, int, 0) for name in (*COUNTS, "mature", "households_visited")], frozen=True, slots=True)


class Figures(_Counted):
    """The figures of one area and period, or of one line of a break-down: a Tally's counts, `mature` and `households_visited`.

    All integers, 0 where nothing is said; rates are made where they are shown. `closed_day1` … `closed_day3` count only the `mature`
    part of the cohort, so that 当天 ≤ 两天 ≤ 三天 always holds.
    """

    __slots__ = ()

    @property
    def rates(self) -> dict[str, tuple[int, int]]:
        """indicator -> (numerator, denominator)."""
        return {
            "closure": (self.closed, self.received),
            "on_time": (self.closed_on_time, self.with_deadline),
            "day1": (self.closed_day1, self.mature),
            "day2": (self.closed_day2, self.mature),
            "day3": (self.closed_day3, self.mature),
            "answer": (self.answer, self.closed),
            "spot": (self.spot, self.closed),
            "joint": (self.joint, self.closed),
            "study": (self.study, self.closed),
            "resolve": (self.resolve, self.closed),
            "closed_grid": (self.closed_grid, self.closed),
            "closed_community": (self.closed_grid + self.closed_community, self.closed),
            "followed": (self.closed_followed, self.closed),
            "solved": (self.solved, self.followed),
            "satisfied": (self.satisfied, self.rated),
            "reworked": (self.reworked, self.received),
            "extended": (self.extended, self.with_deadline),
            "supervised": (self.supervised, self.received),
            "raised": (self.raised, self.received),
            "suspended": (self.suspended, self.received),
        }

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def rest(total: Figures, parts: list[Figures]) -> Figures:
    """What was counted in an area but in none of those below it. Visited households do not add up, so they are left out."""
    names = [name for name in total.as_dict() if name != "households_visited"]
    return Figures(**{name: getattr(total, name) - sum(getattr(part, name) for part in parts) for name in names})


def percent(numerator: int, denominator: int) -> str:
    """One decimal, rounded half up, never 100.0% unless all of them; 0/0 is “—”."""
    if denominator == 0:
        return "—"
    tenths = (numerator * 2000 + denominator) // (2 * denominator)
    if tenths >= 1000 and numerator < denominator:
        tenths = 999
    return f"{tenths // 10}.{tenths % 10}%"
