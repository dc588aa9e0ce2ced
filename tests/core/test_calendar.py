"""Days and deadlines in the town's own zone."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from webapp.core import calendar, care

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


@pytest.mark.parametrize(("received", "days", "due"), [
    ("2026-11-23T00:00:00+08:00", 1, "2026-11-24T23:59:59.999999+08:00"),
    ("2026-11-23T23:59:59+08:00", 1, "2026-11-24T23:59:59.999999+08:00"),
    ("2026-12-31T12:00:00+08:00", 1, "2027-01-01T23:59:59.999999+08:00"),
    ("2028-02-28T12:00:00+08:00", 1, "2028-02-29T23:59:59.999999+08:00"),
    ("2026-02-28T12:00:00+08:00", 1, "2026-03-01T23:59:59.999999+08:00"),
    ("2026-11-23T12:00:00+08:00", 0, "2026-11-23T23:59:59.999999+08:00"),
])  # fmt: skip
def test_a_deadline_is_the_end_of_its_last_day(received, days, due):
    assert calendar.due(datetime.fromisoformat(received), days, SHANGHAI).isoformat() == due


def test_a_deadline_keeps_the_wall_clock_when_the_hour_changes():
    due = calendar.due(datetime(2026, 3, 7, 12, tzinfo=LOS_ANGELES), 1, LOS_ANGELES)
    assert (due.hour, due.minute, due.date()) == (23, 59, date(2026, 3, 8))


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
