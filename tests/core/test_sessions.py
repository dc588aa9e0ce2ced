"""说事议事: on which days a series falls, and until when something is read out."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from webapp.core.calendar import Calendar
from webapp.core.sessions import Matter, Rhythm, days, ended, holiday, sort_of, to_read

FRIDAY = 4
START = date(2026, 1, 1)
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def entry(day: int = 13, closed: int | None = None, **more):
    """Something said on a day of November, closed on another."""
    closed_at = datetime(2026, 11, closed, 9, tzinfo=UTC) if closed else None
    about = {"day": date(2026, 11, day), "closed_at": closed_at, "stage": "closed" if closed else "in_hand", "on_the_spot": False, "reopened": 0}
    return SimpleNamespace(**about | {"due_at": None} | more)


def test_every_week_on_its_weekday():
    found = days(Rhythm(FRIDAY, 0, START), date(2026, 11, 1), date(2026, 11, 30))
    assert found == [date(2026, 11, day) for day in (6, 13, 20, 27)]


def test_both_ends_belong_to_it():
    assert days(Rhythm(FRIDAY, 0, START), date(2026, 11, 27), date(2026, 11, 27)) == [date(2026, 11, 27)]
    assert days(Rhythm(FRIDAY, 0, START), date(2026, 11, 28), date(2026, 12, 3)) == []


def test_it_begins_and_ends_with_the_series():
    rhythm = Rhythm(FRIDAY, 0, date(2026, 11, 10), date(2026, 11, 20))
    assert days(rhythm, date(2026, 11, 1), date(2026, 12, 31)) == [date(2026, 11, 13), date(2026, 11, 20)]
    assert days(rhythm, date(2026, 12, 1), date(2026, 12, 31)) == []


def test_the_nth_of_a_month_is_one_day_of_each_month():
    found = days(Rhythm(FRIDAY, 2, START), START, date(2026, 12, 31))
    assert len(found) == 12 and all(day.weekday() == FRIDAY and 8 <= day.day <= 14 for day in found)


def test_at_no_fixed_time_there_are_no_days():
    assert days(Rhythm(None, 0, START), START, date(2026, 12, 31)) == []


def test_a_holiday_is_what_the_calendar_takes_off_and_no_plain_weekend():
    calendar = Calendar(UTC, {date(2026, 10, 2): False, date(2026, 10, 10): True})
    assert holiday(calendar, date(2026, 10, 2))
    assert not holiday(calendar, date(2026, 10, 10)) and not holiday(calendar, date(2026, 11, 28))


WEEKS = [date(2026, 11, 6) + timedelta(days=7 * n) for n in range(4)]


def read_after(matter: Matter) -> list[bool]:
    """Whether it is read out at the session after each of WEEKS."""
    return [bool(to_read([matter], former)) for former in WEEKS]


def test_something_said_is_read_out_until_its_outcome_was():
    assert read_after(Matter(entry(), WEEKS[0], ended=date(2026, 11, 18))) == [True, True, False, False]
    assert read_after(Matter(entry(), WEEKS[0], ended=WEEKS[0])) == [True, False, False, False]
    assert read_after(Matter(entry(), WEEKS[0])) == [True] * 4, "it is open"
    assert to_read([Matter(entry(), WEEKS[0])], None) == [], "there was no session before"


def test_an_outcome_on_the_day_of_a_session_is_read_out_at_the_next_one_too():
    """It may have come in the afternoon, when the session was over."""
    assert read_after(Matter(entry(), WEEKS[0], ended=WEEKS[2])) == [True, True, True, False]


def test_what_was_written_down_later_than_the_next_session_is_still_read_out():
    """A session of the 6th that was entered after that of the 13th: what was done on the spot there was approved only then."""
    assert read_after(Matter(entry(), WEEKS[0], ended=date(2026, 11, 25)))[:3] == [True, True, True]


def test_the_outcome_is_known_when_it_is_heard_be_it_closed_or_declined():
    heard = datetime(2026, 11, 17, 17, tzinfo=UTC)
    zone = ZoneInfo("Asia/Shanghai")
    for stage in ("closed", "declined"):
        assert ended(entry(stage=stage), heard, zone) == date(2026, 11, 18), "it is past midnight there"
    for stage in ("waiting", "returned", "in_hand", "suspended", "handled"):
        assert ended(entry(stage=stage), heard, zone) is None, stage
    assert ended(entry(stage="in_hand"), None, zone) is None


def test_what_became_of_it_is_exactly_one_of_four():
    due = {"due_at": datetime(2026, 11, 20, 10, tzinfo=UTC)}
    assert sort_of(entry(on_the_spot=True), NOW) == "spot"
    assert sort_of(entry(closed=14, on_the_spot=True, reopened=1), NOW) == "in_time"
    assert sort_of(entry(closed=20, **due), NOW) == "in_time"
    assert sort_of(entry(closed=21, **due), NOW) == sort_of(entry(**due), NOW) == "late"
    assert sort_of(entry(), NOW) == "open"
