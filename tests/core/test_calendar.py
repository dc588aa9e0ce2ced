"""Days and deadlines in the town's own zone."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import calendar, care
from webapp.core.calendar import CLOCKS, Calendar, Terms

SHANGHAI, LOS_ANGELES = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(("moment", "zone", "day"), [
    (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), SHANGHAI, date(2026, 11, 23)),
    (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), SHANGHAI, date(2026, 11, 24)),
    (datetime(2026, 11, 24, 0, 30, tzinfo=timezone(timedelta(hours=8))), SHANGHAI, date(2026, 11, 24)),
    (datetime(2026, 3, 8, 9, 59, tzinfo=UTC), LOS_ANGELES, date(2026, 3, 8)),
    (datetime(2026, 3, 9, 6, 59, tzinfo=UTC), LOS_ANGELES, date(2026, 3, 8)),
])  # fmt: skip
def test_a_day_belongs_to_the_town(moment, zone, day):
    assert calendar.local_day(moment, zone) == day


TOWN = Calendar(
    SHANGHAI,
    days={  # the notice for 2026: National Day, paid for with two weekend days
        **{date(2026, 10, day): False for day in range(1, 8)},
        date(2026, 9, 20): True,
        date(2026, 10, 10): True,
    },
    known=frozenset({2026}),
)


def at(text: str, zone=SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: str, clock: str, amount: int, *pauses: tuple[str, str]) -> str:
    found = TOWN.due(at(start), Terms(clock, amount), [(at(since), at(until)) for since, until in pauses])
    return found.isoformat(" ", "minutes").removesuffix("+08:00")


# --- the four clocks. 2026-11-23 is a Monday


@pytest.mark.parametrize(("start", "clock", "amount", "ends"), [
    ("2026-11-23 09:00", "urgent_hours", 2, "2026-11-23 11:00"),
    ("2026-11-27 23:00", "urgent_hours", 2, "2026-11-28 01:00"),
    ("2026-11-23 09:00", "working_hours", 2, "2026-11-23 11:00"),
    ("2026-11-23 10:00", "working_hours", 2, "2026-11-23 12:00"),
    ("2026-11-23 11:00", "working_hours", 2, "2026-11-23 15:00"),
    ("2026-11-23 13:00", "working_hours", 2, "2026-11-23 16:00"),
    ("2026-11-23 17:00", "working_hours", 2, "2026-11-24 09:00"),
    ("2026-11-27 17:00", "working_hours", 2, "2026-11-30 09:00"),
    ("2026-11-28 09:00", "working_hours", 2, "2026-11-30 10:00"),
    ("2026-11-23 03:00", "working_hours", 8, "2026-11-23 18:00"),
    ("2026-11-23 18:00", "working_hours", 9, "2026-11-25 09:00"),
    ("2026-11-23 09:00", "working_days", 1, "2026-11-24 18:00"),
    ("2026-11-23 23:59", "working_days", 1, "2026-11-24 18:00"),
    ("2026-11-27 09:00", "working_days", 1, "2026-11-30 18:00"),
    ("2026-11-28 09:00", "working_days", 1, "2026-11-30 18:00"),
    ("2026-11-23 09:00", "working_days", 5, "2026-11-30 18:00"),
    ("2026-11-23 09:00", "natural_days", 1, "2026-11-24 23:59"),
    ("2026-11-27 09:00", "natural_days", 1, "2026-11-28 23:59"),
    ("2026-12-31 12:00", "natural_days", 1, "2027-01-01 23:59"),
    ("2028-02-28 12:00", "natural_days", 1, "2028-02-29 23:59"),
])  # fmt: skip
def test_when_a_clock_runs_out(start, clock, amount, ends):
    assert due(start, clock, amount) == ends


def test_a_holiday_does_not_count_and_the_saturday_worked_for_it_does():
    assert due("2026-09-30 09:00", "working_days", 1) == "2026-10-08 18:00"
    assert due("2026-09-30 17:00", "working_hours", 2) == "2026-10-08 09:00"
    assert due("2026-10-09 09:00", "working_days", 1) == "2026-10-10 18:00", "a Saturday"
    assert due("2026-09-18 17:00", "working_hours", 2) == "2026-09-20 09:00", "a Sunday"
    assert due("2026-09-30 09:00", "natural_days", 3) == "2026-10-03 23:59", "natural days know no holiday"
    assert due("2026-09-30 23:00", "urgent_hours", 2) == "2026-10-01 01:00"


def test_the_last_microsecond_of_a_natural_day_is_still_in_time():
    end = TOWN.due(at("2026-11-23 12:00"), Terms("natural_days", 1))
    assert end.isoformat() == "2026-11-24T23:59:59.999999+08:00"


@pytest.mark.parametrize(("clock", "amount", "pause", "ends"), [
    ("urgent_hours", 4, ("2026-11-23 10:00", "2026-11-23 13:00"), "2026-11-23 16:00"),
    ("working_hours", 4, ("2026-11-23 10:00", "2026-11-23 15:00"), "2026-11-23 18:00"),
    ("working_hours", 4, ("2026-11-23 12:00", "2026-11-23 14:00"), "2026-11-23 15:00"),
    ("working_hours", 4, ("2026-11-23 15:00", "2026-11-24 15:00"), "2026-11-23 15:00"),
    ("working_days", 1, ("2026-11-23 10:00", "2026-11-24 10:00"), "2026-11-25 18:00"),
    ("working_days", 1, ("2026-11-24 08:00", "2026-11-24 11:00"), "2026-11-25 11:00"),
    ("working_days", 5, ("2026-11-28 08:00", "2026-11-29 20:00"), "2026-11-30 18:00"),
    ("natural_days", 1, ("2026-11-23 10:00", "2026-11-24 10:00"), "2026-11-25 23:59"),
    ("natural_days", 1, ("2026-11-25 10:00", "2026-11-26 10:00"), "2026-11-24 23:59"),
    ("natural_days", 1, ("2026-11-23 11:00", "2026-11-23 10:00"), "2026-11-24 23:59"),
])  # fmt: skip
def test_a_pause_is_left_out_as_far_as_the_clock_would_have_run(clock, amount, pause, ends):
    assert due("2026-11-23 09:00", clock, amount, pause) == ends


def test_two_pauses_that_overlap_count_once():
    apart = due("2026-11-23 09:00", "urgent_hours", 4, ("2026-11-23 10:00", "2026-11-23 12:00"), ("2026-11-23 11:00", "2026-11-23 13:00"))
    assert apart == due("2026-11-23 09:00", "urgent_hours", 4, ("2026-11-23 10:00", "2026-11-23 13:00"))


def test_a_clock_that_nobody_knows_is_an_error():
    with pytest.raises(ValueError, match="lunar"):
        due("2026-11-23 09:00", "lunar", 1)


def test_a_deadline_keeps_the_wall_clock_when_the_hour_changes():
    pacific = Calendar(LOS_ANGELES)
    start = at("2026-03-07 12:00", LOS_ANGELES)
    assert pacific.due(start, Terms("natural_days", 1)).isoformat() == "2026-03-08T23:59:59.999999-07:00"
    assert pacific.due(start, Terms("urgent_hours", 24)).isoformat() == "2026-03-08T13:00:00-07:00"
    assert pacific.due(start, Terms("working_hours", 2)).isoformat() == "2026-03-09T10:00:00-07:00"


def test_the_offset_of_the_start_does_not_matter():
    noon = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
    for terms in (Terms(clock, 2) for clock in CLOCKS):
        assert TOWN.due(noon, terms) == TOWN.due(noon.astimezone(LOS_ANGELES), terms)


def test_a_year_without_its_notice_is_an_estimate():
    assert not TOWN.estimated(at("2026-12-31 23:59"))
    assert TOWN.estimated(at("2027-01-01 00:00"))
    assert not TOWN.estimated(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))
    assert TOWN.estimated(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)), "by the town's own day"


def test_working_time_between_two_moments():
    def hours(start: str, end: str) -> float:
        return TOWN.worked(at(start), at(end)) / timedelta(hours=1)

    assert hours("2026-11-23 09:00", "2026-11-23 17:00") == 6
    assert hours("2026-11-23 12:30", "2026-11-23 13:30") == 0
    assert hours("2026-11-27 17:00", "2026-11-30 09:00") == 2
    assert hours("2026-09-30 00:00", "2026-10-11 00:00") == 32
    assert hours("2026-11-23 17:00", "2026-11-23 09:00") == 0


# --- whatever the start, the clock and the pauses are

WORKING = ("working_hours", "working_days")
MOMENTS = st.datetimes(datetime(2026, 9, 14), datetime(2026, 12, 20), timezones=st.just(SHANGHAI)).map(lambda one: one.replace(microsecond=0))
TERMS = st.builds(Terms, st.sampled_from(list(CLOCKS)), st.integers(1, 12))
LENGTHS = st.timedeltas(timedelta(), timedelta(days=4))
PAUSES = st.lists(st.tuples(MOMENTS, LENGTHS).map(lambda one: (one[0], one[0] + one[1])), max_size=3)


@given(MOMENTS, LENGTHS, TERMS, PAUSES)
def test_who_starts_later_is_never_due_earlier(start, later, terms, pauses):
    assert TOWN.due(start, terms, pauses) <= TOWN.due(start + later, terms, pauses)


@given(MOMENTS, TERMS, st.integers(1, 5), PAUSES)
def test_who_has_more_time_is_never_due_earlier(start, terms, more, pauses):
    assert TOWN.due(start, terms, pauses) < TOWN.due(start, Terms(terms.clock, terms.amount + more), pauses)


@given(MOMENTS, TERMS, PAUSES, PAUSES)
def test_a_pause_never_makes_it_earlier(start, terms, pauses, more):
    assert start < TOWN.due(start, terms) <= TOWN.due(start, terms, pauses) <= TOWN.due(start, terms, pauses + more)


@given(MOMENTS, TERMS, MOMENTS, LENGTHS, LENGTHS)
def test_two_adjacent_pauses_are_one(start, terms, since, first, second):
    middle, until = since + first, since + first + second
    assert TOWN.due(start, terms, [(since, middle), (middle, until)]) == TOWN.due(start, terms, [(since, until)])


@given(MOMENTS, st.sampled_from(WORKING), st.integers(1, 40), PAUSES)
def test_a_working_clock_runs_out_in_working_time(start, clock, amount, pauses):
    end = TOWN.due(start, Terms(clock, amount), pauses)
    assert TOWN.works(end.date())
    assert any(opens < end.time() <= closes for opens, closes in TOWN.hours)


@given(MOMENTS, st.integers(1, 40), LENGTHS, LENGTHS)
def test_working_hours_are_exactly_so_many_without_the_pause(start, amount, later, length):
    since, until = start + later, start + later + length
    end = TOWN.due(start, Terms("working_hours", amount), [(since, until)])
    stood = TOWN.worked(min(since, end), min(until, end))
    assert TOWN.worked(start, end) - stood == timedelta(hours=amount)


def test_the_week_begins_on_monday():
    assert {calendar.monday(date(2026, 11, day)) for day in range(23, 30)} == {date(2026, 11, 23)}


def test_the_strictest_tag_says_when_a_household_is_visited_next():
    assert care.visit_due(["aged", "living_alone"], date(2026, 11, 1)) == date(2026, 11, 8)
    assert care.visit_due([], date(2026, 1, 1)) == date(2026, 7, 2)
    assert care.visit_due(["aged"], None) is None


@pytest.mark.parametrize(("number", "shown"), [
    ("13800000001", "138****0001"),
    ("0478-8212345", "047****2345"),
    ("8212345", "****"),
    ("", ""),
    (None, ""),
])  # fmt: skip
def test_a_telephone_is_masked(number, shown):
    assert care.masked_telephone(number) == shown


@pytest.mark.parametrize(("name", "shown"), [("王秀兰", "王**"), ("王", "*"), (" 买买提·吐尔逊 ", "买**"), ("", "*")])
def test_a_name_is_masked(name, shown):
    assert care.masked_name(name) == shown
