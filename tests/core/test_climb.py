"""Going up by itself: when each level has had its time, and that nothing takes it away from it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.core.test_notices import APPROVED, DUE, HOUR, NOON, ZONE, case, given_to
from webapp.core.calendar import Calendar, Terms
from webapp.core.climb import STEP, above, climbs_at
from webapp.core.clocks import Town

TOWN = Town(Calendar(ZONE), {})


def at(entry, step=STEP) -> str | None:
    """As the town's clock shows it; the deadline is Thursday 26th, noon."""
    found = climbs_at(entry, replace(TOWN, climb=step))
    return found and found.astimezone(ZONE).strftime("%m-%d %H:%M")


def up(hours: int) -> tuple:
    return ("raised", {"reason": "到时没有办结", "clock": True}, {}, hours)


def test_two_working_days_after_the_deadline_the_grids_case_goes_up():
    assert at(case()) == at(case(APPROVED)) == "11-30 18:00", "over a Saturday and Sunday"


def test_the_town_may_give_each_level_another_time():
    assert at(case(APPROVED), Terms("natural_days", 1)) == "11-27 23:59"
    assert at(case(APPROVED), Terms("urgent_hours", 5)) == "11-26 17:00"


def test_every_level_has_its_whole_time_however_late_the_clock_was():
    late = 24 * 10  # Thursday, a week later
    assert at(case(APPROVED, up(late))) == "12-07 18:00"
    assert at(case(APPROVED, up(late), up(late + 24 * 5))) is None, "above the street there is nobody"


def test_a_case_that_was_given_to_a_unit_late_leaves_the_community_its_time():
    assert at(case(APPROVED, given_to(hours=24 * 7))) == "12-02 18:00"
    assert at(case(APPROVED, given_to(hours=2), given_to(hours=24 * 7))) == "11-30 18:00", "giving it on again buys no time"


def test_while_the_clock_stands_still_and_after_the_end_nothing_goes_up():
    held = ("suspended", {"reason": "等材料", "until": "2026-12-20"}, {}, 3)
    assert at(case(APPROVED, held)) is None
    assert at(case(("returned", {"reason": "缺照片"}, {}, 1))) is None
    assert at(case(APPROVED, ("closed", {}, {}, 2))) is None
    assert at(replace(case(APPROVED), due_at=None)) is None
    assert at(replace(case(APPROVED), case=False)) is None


def test_a_pause_after_the_deadline_and_a_reopening_begin_the_time_anew():
    held = ("suspended", {"reason": "等材料", "until": "2026-12-20"}, {}, 74)
    assert at(case(APPROVED, held, ("resumed", {}, {"due": DUE.isoformat()}, 24 * 14))) == "12-09 18:00"
    again = ("reopened", {"reason": "又漏了"}, {}, 24 * 14)
    assert at(case(APPROVED, ("closed", {}, {}, 2), again)) == "12-09 18:00"


@pytest.mark.parametrize(("level", "next"), [("grid", "community"), ("community", "street"), ("street", None)])
def test_the_levels_follow_each_other(level, next):
    assert above(level) == next


def test_it_is_never_before_the_deadline():
    for hours in range(1, 24 * 20, 7):
        moment: datetime = climbs_at(case(APPROVED, up(hours)), TOWN)
        assert moment > DUE and moment > NOON + hours * HOUR + timedelta()
