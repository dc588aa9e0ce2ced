"""吹哨报到: how units answer. One whistle is one task of a unit that was blown for; docs/indicators.md has each formula in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from .kinds.shape import N_


@dataclass(frozen=True, slots=True)
class Whistle:
    """A task with a whistle, as the table of tasks has it."""

    entry: str
    n: int
    unit: str
    whistle: str
    at: datetime
    sign_due: datetime
    signed_at: datetime | None
    due: datetime | None
    ended_at: datetime | None
    end: str
    raised_at: datetime | None
    grade: str
    held: datetime | None = None
    """Since when the case is suspended: its clocks stand still at that moment."""

    def clock(self, now: datetime) -> datetime:
        """The moment that its clocks show."""
        return min(now, self.held) if self.held and not self.end else now

    @property
    def answered_at(self) -> datetime | None:
        """When the unit first said something: it signed, or handed the case back, or reported it done at once."""
        return self.signed_at or (self.ended_at if self.end in {"handed_back", "done"} else None)

    @property
    def called_off(self) -> bool:
        """Taken back before the unit had to answer, which it had not: no whistle for any figure."""
        return self.end in {"moved", "void"} and self.answered_at is None and self.ended_at < self.sign_due

    def state(self, now: datetime) -> str:
        """blown late signed overdue held done done_late handed_back moved void."""
        if self.end == "done":
            return "done_late" if self.due and self.ended_at > self.due else "done"
        if self.end:
            return self.end
        now = self.clock(now)
        if self.signed_at is None and self.sign_due <= now:
            return "late"
        if self.signed_at and self.due and self.due < now:
            return "overdue"
        return "held" if self.held else "signed" if self.signed_at else "blown"


STATES = {
    "blown": N_("待应哨"),
    "late": N_("没有按时应哨"),
    "signed": N_("已应哨,处置中"),
    "overdue": N_("处置超期"),
    "held": N_("挂账,暂停计时"),
    "done": N_("按时办完"),
    "done_late": N_("超期办完"),
    "handed_back": N_("已退单"),
    "moved": N_("已转派"),
    "void": N_("不再需要"),
}

MEASURES = {
    "blown": (N_("吹哨"), lambda one, now: True),
    "to_answer": (N_("应答的"), lambda one, now: bool(one.answered_at) or one.sign_due <= one.clock(now)),
    "answered": (N_("按时应哨"), lambda one, now: bool(one.answered_at) and one.answered_at <= one.sign_due),
    "raised": (N_("自动提级"), lambda one, now: bool(one.raised_at)),
    "to_handle": (N_("该办完的"), lambda one, now: bool(one.due) and (one.end == "done" or (not one.end and one.due <= one.clock(now)))),
    "handled": (N_("按时办完"), lambda one, now: one.end == "done" and bool(one.due) and one.ended_at <= one.due),
    "handed_back": (N_("退单"), lambda one, now: one.end == "handed_back"),
    "graded": (N_("已评哨"), lambda one, now: bool(one.grade)),
    "satisfied": (N_("满意和基本满意"), lambda one, now: one.grade in {"satisfied", "fair"}),
}
"""measure -> (words, does this whistle count in it now)."""

RATES = {
    "answer_rate": (N_("按时应哨率"), "answered", "to_answer"),
    "handle_rate": (N_("按时办完率"), "handled", "to_handle"),
    "grade_rate": (N_("评哨满意率"), "satisfied", "graded"),
}
"""rate -> (words, numerator, denominator)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One unit's figures: how many of each measure, and the median time to the first answer."""

    unit: str
    counts: dict[str, int]
    answer_time: timedelta | None

    def rate(self, name: str) -> tuple[int, int]:
        _words, over, under = RATES[name]
        return self.counts[over], self.counts[under]


def counted(whistles: Iterable[Whistle], measure: str, now: datetime) -> list[Whistle]:
    """Those that a measure counts."""
    return [one for one in whistles if not one.called_off and MEASURES[measure][1](one, now)]


def line(unit: str, whistles: list[Whistle], now: datetime) -> Line:
    """The figures of these whistles."""
    times = [one.answered_at - one.at for one in counted(whistles, "blown", now) if one.answered_at]
    return Line(unit, {name: len(counted(whistles, name, now)) for name in MEASURES}, median(times) if times else None)


def league(whistles: Iterable[Whistle], now: datetime, few: int) -> list[Line]:
    """One line for each unit, the best at answering first. Units with fewer than `few` whistles to answer stand below, unranked."""
    by_unit: dict[str, list[Whistle]] = {}
    for one in whistles:
        by_unit.setdefault(one.unit, []).append(one)
    lines = [line(unit, some, now) for unit, some in by_unit.items()]
    return sorted((one for one in lines if one.counts["blown"]), key=lambda one: _place(one, few))


def _place(one: Line, few: int) -> tuple:
    answered, asked = one.rate("answer_rate")
    ranked = asked >= few
    return (not ranked, -answered / asked if ranked else 0, one.answer_time or timedelta.max if ranked else timedelta(), -asked, one.unit)
