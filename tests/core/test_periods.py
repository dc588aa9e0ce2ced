"""Periods of the figures: whole days, weeks from Monday, and what each is compared with."""

from datetime import date

import pytest

from webapp.core import periods

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)


def test_a_week_starts_on_monday():
    assert periods.days("week", MONDAY) == (MONDAY, MONDAY)
    assert periods.days("week", SUNDAY) == (MONDAY, SUNDAY)


def test_a_period_that_still_runs_ends_today():
    assert periods.days("today", MONDAY) == (MONDAY, MONDAY)
    assert periods.days("month", MONDAY) == (date(2026, 11, 1), MONDAY)
    assert periods.days("90days", MONDAY) == (date(2026, 8, 26), MONDAY)


def test_last_month_is_whole_even_over_the_turn_of_the_year():
    assert periods.days("last_month", date(2027, 1, 15)) == (date(2026, 12, 1), date(2026, 12, 31))
    assert periods.days("last_month", date(2028, 3, 31)) == (date(2028, 2, 1), date(2028, 2, 29))


def test_a_name_that_is_no_period_is_an_error():
    with pytest.raises(KeyError):
        periods.days("year", MONDAY)


@pytest.mark.parametrize(
    ("first", "last", "earlier"),
    [
        ("2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-31")),  # a whole month: the month before
        ("2026-11-01", "2026-11-23", ("2026-10-01", "2026-10-23")),  # its beginning: the same days
        ("2026-03-01", "2026-03-30", ("2026-02-01", "2026-02-28")),  # … as many as there are
        ("2026-11-23", "2026-11-24", ("2026-11-21", "2026-11-22")),
        ("2026-11-23", "2026-11-23", ("2026-11-22", "2026-11-22")),
    ],
)
def test_what_a_period_is_compared_with(first, last, earlier):
    assert periods.before(date.fromisoformat(first), date.fromisoformat(last)) == tuple(map(date.fromisoformat, earlier))


@pytest.mark.parametrize(
    ("last", "how", "columns"),
    [
        ("2026-01-01", "按天", 1),
        ("2026-03-03", "按天", 62),
        ("2026-03-04", "按周", 10),
        ("2026-12-31", "按周", 53),
        ("2028-12-31", "按月", 36),
    ],
)
def test_a_chart_has_as_many_columns_as_fit_and_covers_every_day_once(last, how, columns):
    first, last = date(2026, 1, 1), date.fromisoformat(last)
    name, parts = periods.stretches(first, last)
    assert (name, len(parts)) == (how, columns)
    assert (parts[0][0], parts[-1][1]) == (first, last)
    assert all(later[0] - earlier[1] == periods.DAY for earlier, later in zip(parts, parts[1:], strict=False))
