"""Days, working time and deadlines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from .kinds.shape import N_

CLOCKS = {
    "urgent_hours": N_("紧急工作时"),
    "working_hours": N_("工作时"),
    "working_days": N_("工作日"),
    "natural_days": N_("自然日"),
}
"""时限类型. Urgent hours run day and night; working hours only inside the hours of working days; days are counted from the next one."""

HOURS = ((time(8), time(12)), (time(14), time(18)))
DAY = timedelta(days=1)


def hours(text: str) -> tuple[tuple[time, time], ...]:
    """The pieces of a working day from "08:00-12:00 14:00-18:00": one after the other, three at most. ValueError for what is none."""
    pieces = [tuple(map(time.fromisoformat, piece.split("-"))) for piece in text.split()]
    moments = [moment for piece in pieces for moment in piece]
    if not 1 <= len(pieces) <= 3 or any(len(piece) != 2 for piece in pieces) or moments != sorted(set(moments)) or any(one.tzinfo for one in moments):
        raise ValueError(text)
    return tuple(pieces)


def spelled(pieces: tuple[tuple[time, time], ...]) -> str:
    """The same pieces as text that `hours` reads."""
    return " ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in pieces)


@lru_cache(4096)
def local_day(moment: datetime, zone: tzinfo) -> date:
    """The calendar day of an aware `moment` in the town's zone."""
    return moment.astimezone(zone).date()


@lru_cache(4096)
def end_of(day: date, zone: tzinfo) -> datetime:
    """The last microsecond of a local day."""
    return datetime.combine(day, time.max, zone)


def monday(day: date) -> date:
    """The first day of the week of `day`."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Terms:
    """How long something may take: so many of a clock's hours or days, at least one."""

    clock: str
    amount: int


@dataclass(frozen=True)
class Calendar:
    """A town's working time.

    `days` has the days that are not what their weekday says: False for a holiday, True for a Saturday or Sunday that is worked
    instead (调休). `hours` are the pieces of a working day; `known` are the years whose notice of holidays is in `days`.
    """

    zone: tzinfo
    days: Mapping[date, bool] = field(default_factory=dict)
    hours: tuple[tuple[time, time], ...] = HOURS
    known: frozenset[int] = frozenset()

    def works(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def estimated(self, moment: datetime) -> bool:
        """预估: the notice for the year of `moment` is not known yet, so its working days may still change."""
        return local_day(moment, self.zone).year not in self.known

    def due(self, start: datetime, terms: Terms, pauses: Iterable[tuple[datetime, datetime]] = ()) -> datetime:
        """When `terms` that began to run at `start` run out, in the town's zone.

        Working days end with the working time of the last of them, natural days with its last microsecond; the day of `start` does
        not count. `pauses` are (from, to) after `start`: for what lay in them before the deadline, as much is added. For working
        clocks that is the working time in them, for the others their whole length.
        """
        due = self._first_due(start, terms)
        for since, until in _apart(pauses):
            if since < due:
                due = self.later(due, terms.clock, since, until)
        return due

    def later(self, due: datetime, clock: str, since: datetime, until: datetime) -> datetime:
        """A deadline of a clock, moved by a pause."""
        working = clock in {"working_hours", "working_days"}
        return self._after(due, self.worked(since, until)) if working else self._plus(due, until - since)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two moments; none where `end` is not after `start`."""
        start, end = start.astimezone(self.zone), end.astimezone(self.zone)
        spent = timedelta()
        day = start.date()
        while day <= end.date():
            spent += sum((max(min(closes, end) - max(opens, start), timedelta()) for opens, closes in self._open(day)), timedelta())
            day += DAY
        return spent

    def _first_due(self, start: datetime, terms: Terms) -> datetime:
        match terms.clock:
            case "urgent_hours":
                return self._plus(start, timedelta(hours=terms.amount))
            case "working_hours":
                return self._after(start, timedelta(hours=terms.amount))
            case "working_days":
                day, left = local_day(start, self.zone), terms.amount
                while left:
                    day += DAY
                    left -= self.works(day)
                return datetime.combine(day, self.hours[-1][1], self.zone)
            case "natural_days":
                return end_of(local_day(start, self.zone) + terms.amount * DAY, self.zone)
        raise ValueError(terms.clock)

    def _plus(self, moment: datetime, length: timedelta) -> datetime:
        """So much later, also over a change of the clocks."""
        return (moment.astimezone(UTC) + length).astimezone(self.zone)

    def _after(self, moment: datetime, length: timedelta) -> datetime:
        """The first moment by which `length` of working time has passed since `moment`."""
        moment = moment.astimezone(self.zone)
        day = moment.date()
        while length:
            for opens, closes in self._open(day):
                opens = max(opens, moment)
                here = min(closes - opens, length)
                if here > timedelta():
                    moment, length = opens + here, length - here
            day += DAY
        return moment

    def _open(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if self.works(day):
            for opens, closes in self.hours:
                yield datetime.combine(day, opens, self.zone), datetime.combine(day, closes, self.zone)


def _apart(pauses: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """The same pauses in order, without what two of them share, and without those that ended before they began."""
    last = None
    for since, until in sorted(pauses):
        since = max(since, last) if last else since
        if since < until:
            yield since, until
            last = until
