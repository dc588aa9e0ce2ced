"""The periods that figures are asked for: whole local days, both ends included; a week starts on Monday."""

from datetime import date, timedelta

from .calendar import monday
from .kinds.shape import N_

PERIODS = {
    "today": N_("今天"),
    "week": N_("本周"),
    "month": N_("本月"),
    "last_month": N_("上月"),
    "90days": N_("近90天"),
}

DAY = timedelta(days=1)
MOST_STRETCHES = 62
"""As many columns as a chart on a phone can show."""


def days(name: str, today: date) -> tuple[date, date]:
    """(first, last) of a period by its name. One that is still running ends today. Raises KeyError."""
    before = today.replace(day=1) - DAY
    return {
        "today": (today, today),
        "week": (monday(today), today),
        "month": (today.replace(day=1), today),
        "last_month": (before.replace(day=1), before),
        "90days": (today - 89 * DAY, today),
    }[name]


def before(first: date, last: date) -> tuple[date, date]:
    """What to compare with: the month before for a whole month, the same days of it for a month's beginning, else as many days before."""
    earlier = first - DAY
    if first.day == 1 and (first.year, first.month) == (last.year, last.month):
        whole = (last + DAY).day == 1
        return earlier.replace(day=1), earlier if whole else earlier.replace(day=min(last.day, earlier.day))
    return first - (last - first) - DAY, earlier


STEPS = {
    N_("按天"): lambda day: day + DAY,
    N_("按周"): lambda day: monday(day) + 7 * DAY,
    N_("按月"): lambda day: (day.replace(day=1) + 31 * DAY).replace(day=1),
}


def stretches(first: date, last: date, most: int = MOST_STRETCHES) -> tuple[str, list[tuple[date, date]]]:
    """(how, the period cut into days); into weeks, or months, where that would give more than `most`."""
    for how in STEPS:
        cuts = [first]
        while len(cuts) <= most and cuts[-1] <= last:
            cuts.append(STEPS[how](cuts[-1]))
        if cuts[-1] > last:
            break
    return how, [(start, min(end - DAY, last)) for start, end in zip(cuts, cuts[1:], strict=False)]
