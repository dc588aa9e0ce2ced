"""The additive counts of an entry, and the indicators that are computed from their sums.

Everything is counted for the *cohort*: the entries received in the period, wherever their closing falls (收件口径).
A case is a hazard, a dispute, a request or an ordered delivery; visits and plain deliveries are records and counted apart.
"""

from dataclasses import asdict, dataclass
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

    def __add__(self, other: "Tally") -> "Tally":
        return Tally._make(map(add, self, other))

    def __sub__(self, other: "Tally") -> "Tally":
        return Tally._make(map(sub, self, other))

    def __bool__(self) -> bool:
        return any(self)


COUNTS = Tally._fields
NOTHING = Tally()


def contribution(entry: Entry | None) -> Tally:
    """What one entry adds to the counts of its day, area, kind and category."""
    if entry is None:
        return NOTHING
    if not entry.case:
        if not entry.counted:
            return NOTHING
        return Tally(visits=int(entry.kind == "visit"), deliveries=int(entry.kind == "delivery"))
    if entry.stage == "withdrawn":
        return Tally(withdrawn=1)
    if entry.stage == "declined":
        return Tally(declined=1)
    days = entry.closed_days
    return Tally(
        received=1,
        closed=int(days is not None),
        with_deadline=int(entry.due_at is not None),
        closed_on_time=int(entry.on_time),
        closed_day1=int(days is not None and days <= 1),
        closed_day2=int(days is not None and days <= 2),
        closed_day3=int(days is not None and days <= 3),
    )


def key(entry: Entry) -> tuple[date, str, str]:
    """Where its contribution belongs, apart from the area."""
    return entry.day, entry.kind, entry.category


def last_mature_day(today: date) -> date:
    """The last day whose third day (itself being the first) has ended by the beginning of `today`."""
    return today - timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one area and period, or of one line of a break-down. All integers; rates are made where they are shown.

    `closed_day1` … `closed_day3` count only the `mature` part of the cohort, so that 当天 ≤ 两天 ≤ 三天 always holds.
    """

    received: int = 0
    closed: int = 0
    with_deadline: int = 0
    closed_on_time: int = 0
    closed_day1: int = 0
    closed_day2: int = 0
    closed_day3: int = 0
    mature: int = 0
    withdrawn: int = 0
    declined: int = 0
    visits: int = 0
    deliveries: int = 0
    households_visited: int = 0

    @property
    def rates(self) -> dict[str, tuple[int, int]]:
        """indicator -> (numerator, denominator)."""
        return {
            "closure": (self.closed, self.received),
            "on_time": (self.closed_on_time, self.with_deadline),
            "day1": (self.closed_day1, self.mature),
            "day2": (self.closed_day2, self.mature),
            "day3": (self.closed_day3, self.mature),
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
