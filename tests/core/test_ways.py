"""办理路径: each has its own clock, which a case without a deadline takes over, and 研判 is not closed before a meeting."""

from dataclasses import replace

import pytest

from tests.core.test_clocks import ENTRY, MONDAY, TOWN, TUESDAY, Case, at, sent
from tests.town import action
from webapp.core import actions, ways
from webapp.core.calendar import Terms
from webapp.core.road import WAYS


def test_every_path_has_a_clock_and_a_last_step():
    assert set(WAYS) == set(ways.TERMS) == set(ways.STEPS)


@pytest.mark.parametrize(
    ("way", "due"), [("answer", "11-24 18:00"), ("spot", "11-26 18:00"), ("joint", "11-28 18:00"), ("study", "12-04 18:00"), ("resolve", "12-23 23:59")]
)
def test_a_case_without_a_deadline_takes_that_of_its_path(way, due):
    case = Case(category=None).approved()
    assert sent(case, way=way)[1] == case.due == due


def test_the_path_shortens_a_task_and_never_makes_it_longer_than_its_case():
    case = Case(category="D0102").approved()
    assert sent(case, way="joint")[1] == "11-28 18:00" and case.due == "12-23 23:59"
    assert sent(Case(category="H0101").approved(), way="study")[1] == "11-24 23:59"


def test_on_the_usual_path_of_its_category_the_category_has_the_word():
    case = Case(category="D0102", town=replace(TOWN, usual={"D0102": "joint"})).approved()
    assert sent(case, way="joint")[1] == "12-23 23:59"
    assert sent(case, way="answer")[1] == "11-24 18:00", "another one was chosen"


def test_a_whistle_and_a_deadline_of_ones_own_go_before_the_path():
    case = Case(category="D0102").approved()
    assert sent(case, way="answer", whistle="tough")[1] == "11-28 18:00"
    assert sent(case, way="answer", due=at(f"{TUESDAY} 09:00").isoformat())[1] == "11-24 09:00"


def test_a_path_without_a_clock_leaves_the_case_as_it_is():
    case = Case(category=None, town=replace(TOWN, ways={"spot": Terms("urgent_hours", 2)})).approved()
    assert sent(case, way="study")[1] == "" and case.entry.due_at is None
    assert sent(case, way="spot")[1] == case.due == "11-23 12:00"


def closing(**body) -> actions.Action:
    return actions.read(action("closed", ENTRY, "secretary1", at(f"{TUESDAY} 10:00").isoformat(), seen=ENTRY, note="好了", **body))


def test_a_case_of_study_wants_a_conclusion():
    case = Case().approved()
    assert not ways.unconcluded(case.entry, closing()) and ways.unconcluded(case.entry, closing(way="study"))
    case.do("assigned", f"{MONDAY} 11:00", to=[{"unit": "wuye"}], way="study")
    assert ways.unconcluded(case.entry, closing()) and not ways.unconcluded(case.entry, closing(way="joint"))
    assert not ways.unconcluded(case.entry, replace(closing(), by="import:BOS")), "what a ledger says was closed elsewhere, was"
    case.do("reviewed", f"{MONDAY} 15:00", day=MONDAY, note="由物业换管", study=True)
    assert not ways.unconcluded(case.entry, closing())
    assert case.entry.road["study"] == [{"day": MONDAY, "by": "secretary1", "said": "由物业换管"}]


def test_a_conclusion_makes_it_a_case_of_study_and_one_of_the_board_will_do():
    case = Case().approved().do("reviewed", f"{MONDAY} 15:00", day=MONDAY, note="先定责任", study=True)
    assert case.entry.way == "study"
    board = Case().approved().do("flagged", f"{MONDAY} 11:00", lead="street1", reason="三年没解决")
    board.do("reviewed", f"{MONDAY} 15:00", day=MONDAY, note="街道牵头")
    assert board.entry.way == "" and not ways.unconcluded(board.entry, closing(way="study"))
