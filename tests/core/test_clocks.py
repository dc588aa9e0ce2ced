"""Which deadline follows from what was done, and how it moves: pauses, extensions, whistles, return visits."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.town import action
from webapp.core import actions, clocks
from webapp.core.calendar import Calendar, Terms
from webapp.core.clocks import Town
from webapp.core.entries import DECISIONS, act

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENTRY = "00000000-0000-4000-8000-000000000000"
TERMS = {
    "H0101": Terms("natural_days", 1),
    "H0104": Terms("working_hours", 2),
    "H0105": Terms("working_days", 3),
    "D0102": Terms("natural_days", 30),
}
TOWN = Town(Calendar(SHANGHAI, {date(2026, 11, 28): True}), TERMS, share=0)
MONDAY, TUESDAY, WEDNESDAY = "2026-11-23", "2026-11-24", "2026-11-25"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


class Case:
    """One entry, told step by step as the log would: the clock's facts are found before each step and kept with it."""

    def __init__(self, when: str = f"{MONDAY} 09:00", town: Town = TOWN, **content):
        self.town, self.entry, self.seq = town, None, 0
        self.do("recorded", when, "worker1", **{"kind": "hazard", "category": "H0101"} | content)

    def do(self, verb: str, when: str, by: str = "secretary1", heard: str = "", facts=(), **body):
        if verb in DECISIONS:
            body |= {"seen": self.entry.last}
        said = actions.read(action(verb, ENTRY, by, at(when).isoformat(), **body))
        found = {"number": "JC-1", "day": when[:10], "path": "S/C1/G11/", "grid": "G11", "scope": "G11"}
        said = replace(said, heard=at(heard or when))
        self.facts = clocks.facts(self.entry, said, self.town)
        self.seq += 1
        self.entry = act(self.entry, replace(said, facts=self.facts | found | dict(facts)), self.seq)
        return self

    def approved(self, when: str = f"{MONDAY} 10:00"):
        return self.do("approved", when)

    @property
    def due(self) -> str:
        return told(self.entry.due_at)

    def task(self, n: int = 1) -> tuple[str, str]:
        """By when it is to be signed for, and done."""
        task = self.entry.tasks[n - 1]
        return tuple(told(datetime.fromisoformat(text)) if text else "" for text in (task.sign_due, task.due))


def told(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


# --- the case's own clock


@pytest.mark.parametrize(("category", "due"), [("H0101", "11-24 23:59"), ("H0104", "11-23 11:00"), ("H0105", "11-26 18:00")])
def test_a_case_is_due_by_the_terms_of_its_category(category, due):
    assert Case(category=category).due == due


@pytest.mark.parametrize("category", [None, "H0199"])
def test_what_has_no_terms_has_no_deadline(category):
    assert Case(category=category).entry.due_at is None


def test_the_clock_starts_when_it_was_seen_not_when_the_phone_found_a_network():
    late = Case.__new__(Case)
    late.town, late.entry, late.seq = TOWN, None, 0
    late.do("recorded", f"{MONDAY} 09:00", "worker1", heard=f"{WEDNESDAY} 09:00", kind="hazard", category="H0104")
    assert late.due == "11-23 11:00"


def test_another_category_brings_its_own_terms_from_the_same_start():
    case = Case().do("amended", f"{MONDAY} 15:00", "worker1", kind="hazard", category="H0105")
    assert case.due == "11-26 18:00"


def test_the_time_for_which_it_was_returned_is_left_out():
    case = Case(category="H0104").do("returned", f"{MONDAY} 10:00")
    case.do("amended", f"{TUESDAY} 15:00", "worker1", kind="hazard", category="H0104")
    assert case.due == "11-24 16:00"
    again = case.do("returned", f"{TUESDAY} 15:30").do("amended", f"{WEDNESDAY} 08:30", "worker1", kind="hazard", category="H0104")
    assert again.due == "11-25 09:00"


def test_a_correction_made_before_the_return_was_heard_of_moves_nothing():
    case = Case(facts={"due": at(f"{TUESDAY} 12:00").isoformat()}, category=None).do("returned", f"{MONDAY} 12:00")
    case.do("amended", f"{MONDAY} 11:00", "worker1", heard=f"{MONDAY} 16:00", kind="hazard")
    assert case.due == "11-24 12:00"


def test_a_deadline_that_came_with_the_case_moves_by_its_pause():
    case = Case(facts={"due": at(f"{TUESDAY} 12:00").isoformat()}, category=None).do("returned", f"{MONDAY} 12:00")
    case.do("amended", f"{MONDAY} 15:00", "worker1", kind="hazard")
    assert case.due == "11-24 15:00"
    case.approved(f"{MONDAY} 16:00").do("suspended", f"{MONDAY} 17:00", until="2026-12-31").do("resumed", f"{TUESDAY} 17:00")
    assert case.due == "11-25 15:00"


# --- extended, suspended


def test_each_extension_adds_the_first_terms_once_more():
    case = Case(category="H0105").approved()
    assert case.do("extended", f"{TUESDAY} 09:00").due == "11-30 18:00", "the Saturday is worked, the Sunday is not"
    assert case.do("extended", f"{TUESDAY} 10:00").due == "12-03 18:00"


def test_the_saturday_that_is_worked_shortens_it():
    worked = Town(Calendar(SHANGHAI, {date(2026, 11, 28): True}), TERMS)
    free = Town(Calendar(SHANGHAI), TERMS)
    due = [Case(f"{WEDNESDAY} 09:00", town, category="H0105").due for town in (worked, free)]
    assert due == ["11-28 18:00", "11-30 18:00"]


def test_a_deadline_that_came_with_the_case_is_extended_by_its_own_length():
    case = Case(facts={"due": at(f"{MONDAY} 17:00").isoformat()}, category=None).approved()
    assert case.do("extended", f"{MONDAY} 11:00").due == "11-24 01:00"
    case.do("suspended", f"{MONDAY} 12:00", until="2026-12-31").do("resumed", f"{MONDAY} 13:00")
    assert case.due == "11-24 02:00"
    assert case.do("extended", f"{MONDAY} 14:00").due == "11-24 10:00"


def test_the_clock_stands_still_while_a_case_is_suspended():
    case = Case(category="H0105").approved().do("suspended", f"{TUESDAY} 08:00", until="2026-12-31")
    assert case.due == "11-26 18:00", "it is not moved before it goes on"
    assert case.do("resumed", f"{WEDNESDAY} 18:00").due == "11-28 18:00", "two working days, of which one is a Saturday"


def test_extended_returned_and_suspended_all_count():
    case = Case(category="H0104").do("returned", f"{MONDAY} 09:30")
    case.do("amended", f"{MONDAY} 14:30", "worker1", kind="hazard", category="H0104").approved(f"{MONDAY} 15:00")
    assert case.due == "11-23 16:00"
    assert case.do("extended", f"{MONDAY} 15:00").due == "11-23 18:00"
    case.do("suspended", f"{MONDAY} 17:00", until="2026-12-31").do("resumed", f"{TUESDAY} 11:00")
    assert case.due == "11-24 12:00"


def test_shorter_terms_never_bring_a_deadline_forward_once_it_runs():
    case = Case(category="H0105").approved().do("suspended", f"{MONDAY} 11:00", until="2026-12-31")
    case.town = Town(TOWN.calendar, TERMS | {"H0105": Terms("working_hours", 1)})
    assert case.do("resumed", f"{MONDAY} 11:30").due == "11-26 18:00"
    assert case.do("extended", f"{MONDAY} 11:40").due == "11-26 18:00"


# --- dispatch


def sent(case: Case, when: str = f"{MONDAY} 10:00", **about) -> tuple[str, str]:
    case.do("assigned", when, to=[{"unit": "wuye"}], **about)
    return case.task(len(case.entry.tasks))


def test_a_task_is_due_with_its_case_and_signed_for_within_four_working_hours():
    assert sent(Case(category="H0105").approved()) == ("11-23 16:00", "11-26 18:00")


def test_a_task_may_be_given_its_own_deadline():
    assert sent(Case().approved(), due=at(f"{MONDAY} 20:00").isoformat()) == ("11-23 16:00", "11-23 20:00")


def test_a_task_of_a_case_without_a_deadline_has_none():
    assert sent(Case(category=None).approved()) == ("11-23 16:00", "")


@pytest.mark.parametrize(("whistle", "due"), [("daily", "11-24 10:00"), ("progress", "11-26 18:00"), ("tough", "11-28 18:00")])
def test_a_whistle_is_answered_within_an_hour_and_has_its_own_clock(whistle, due):
    assert sent(Case(category="H0104").approved(), whistle=whistle) == ("11-23 11:00", due)


def test_a_whistle_at_night_is_answered_at_night():
    assert sent(Case().approved(), f"{MONDAY} 22:30", whistle="progress")[0] == "11-23 23:30"


def test_who_does_it_again_has_the_deadline_of_the_case():
    case = Case(category="H0105").approved()
    sent(case)
    case.do("handled", f"{MONDAY} 11:00", "unit:wuye", task=1, note="已清走").do("reworked", f"{MONDAY} 12:00")
    assert case.task(2)[1] == "11-26 18:00"


def test_a_task_gets_the_new_deadline_of_its_case():
    case = Case(category="H0105").approved()
    sent(case)
    assert case.do("extended", f"{TUESDAY} 09:00").task()[1] == "11-30 18:00"


def test_a_whistle_keeps_its_own_clock_which_stands_still_while_the_case_is_suspended():
    case = Case(category="H0104").approved()
    assert sent(case, whistle="progress") == ("11-23 11:00", "11-26 18:00")
    case.do("suspended", f"{MONDAY} 10:30", until="2026-12-31").do("resumed", f"{TUESDAY} 10:30")
    assert case.task() == ("11-24 11:00", "11-27 18:00"), "a day to sign for, a working day to do it"
    assert case.entry.stage == "assigned" and case.due == "11-24 11:00"


LONG = Town(TOWN.calendar, TERMS | {"H0105": Terms("natural_days", 10)}, share=0)


@pytest.mark.parametrize(("category", "due"), [("H0105", "12-04 23:59"), (None, None)])
def test_a_whistle_that_was_overdue_stays_overdue_when_the_case_was_suspended_and_goes_on(category, due):
    case = Case(town=LONG, category=category).approved()
    assert sent(case, whistle="daily")[1] == "11-24 10:00"
    case.do("suspended", f"{WEDNESDAY} 10:00", until="2026-12-31").do("resumed", "2026-11-26 10:00")
    assert case.task()[1] == "11-24 10:00" and (case.entry.due_at and case.due) == due


def test_to_resume_what_is_not_suspended_is_refused_with_a_whistle_too():
    case = Case(town=LONG, category="H0105").approved()
    sent(case, whistle="daily")
    with pytest.raises(actions.Refused, match="stale"):
        case.do("resumed", f"{MONDAY} 11:00")


def test_an_extension_moves_no_whistle_that_ends_before_the_case():
    case = Case(town=LONG, category="H0105").approved()
    assert sent(case, whistle="daily")[1] == "11-24 10:00"
    case.do("extended", f"{TUESDAY} 09:00")
    assert case.due == "12-13 23:59" and case.task()[1] == "11-24 10:00"


def test_an_extension_reaches_who_assists_within_the_deadline_of_the_case():
    case = Case(category="H0105").approved()
    case.do("assigned", f"{MONDAY} 10:00", to=[{"unit": "wuye"}, {"unit": "chengguan", "assists": True}])
    case.do("extended", f"{TUESDAY} 09:00")
    assert case.task(1)[1] == case.task(2)[1] == case.due == "11-30 18:00"


def test_who_assists_by_a_whistle_and_who_does_it_again_by_the_case_each_keep_their_deadline():
    case = Case(town=LONG, category="H0105").approved()
    case.do("assigned", f"{MONDAY} 10:00", to=[{"unit": "wuye"}, {"unit": "chengguan", "assists": True}], whistle="daily")
    case.do("handled", f"{MONDAY} 11:00", "unit:wuye", task=1, note="已清走").do("reworked", f"{MONDAY} 12:00")
    assert (case.task(2)[1], case.task(3)[1]) == ("11-24 10:00", "12-03 23:59")
    case.do("suspended", f"{MONDAY} 13:00", until="2026-12-31").do("resumed", f"{TUESDAY} 13:00")
    assert (case.task(2)[1], case.task(3)[1], case.due) == ("11-25 10:00", "12-04 23:59", "12-04 23:59")


def test_an_extension_never_brings_a_whistle_forward():
    case = Case().approved()
    sent(case, whistle="tough")
    assert case.do("extended", f"{MONDAY} 11:00").task()[1] == "11-28 18:00" and case.due == "11-25 23:59"


def test_who_signs_while_the_case_is_suspended_is_at_work_when_it_goes_on():
    case = Case().approved()
    sent(case, whistle="daily")
    case.do("suspended", f"{MONDAY} 10:30", until="2026-12-31").do("signed", f"{MONDAY} 10:40", "unit:wuye", task=1)
    assert case.entry.stage == "suspended" and case.entry.tasks[0].signed_at
    assert case.do("resumed", f"{TUESDAY} 10:30").entry.stage == "signed"


# --- return visits


def visited(case: Case) -> list[str]:
    return [told(datetime.fromisoformat(task.due)) for task in case.entry.tasks if task.what == "follow_up"]


ALL = replace(TOWN, share=100)


def test_after_the_closing_there_is_a_return_visit():
    case = Case(town=ALL).approved().do("closed", f"{TUESDAY} 10:00", note="已清走")
    assert visited(case) == ["12-01 23:59"]


def test_the_clock_of_the_return_visit_is_the_towns():
    quick = replace(ALL, follow=Terms("working_days", 1))
    assert visited(Case(town=quick).approved().do("closed", f"{TUESDAY} 10:00", note="已清走")) == ["11-25 18:00"]


def test_what_was_solved_on_the_spot_is_visited_too():
    assert visited(Case(town=ALL, on_the_spot=True).approved()) == ["11-30 23:59"]


def test_an_approval_alone_closes_nothing():
    assert visited(Case(town=ALL).approved()) == []


def test_where_nobody_is_visited_again_there_is_no_task():
    assert visited(Case().approved().do("closed", f"{TUESDAY} 10:00", note="已清走")) == []


def test_a_record_is_not_visited_again():
    assert visited(Case(town=ALL, kind="visit", category=None).approved()) == []


def test_a_dispute_takes_its_own_road_on_which_the_visit_comes_before_the_closing():
    case = Case(town=ALL, kind="dispute", category="D0102").approved()
    assert (case.due, case.facts, case.entry.follows) == ("12-23 23:59", {"road": "dispute"}, "dispute")
    closing = actions.read(action("closed", ENTRY, "secretary1", at(f"{TUESDAY} 10:00").isoformat()))
    ready = replace(case.entry, stage="handled")
    assert clocks.facts(ready, replace(closing, heard=closing.at), ALL) == {}


def test_the_share_is_kept_and_the_id_decides():
    ids = [f"01a1c2d3-0000-7000-8000-0000{n * 2654435761 % 2**32:08x}" for n in range(2000)]
    assert sum(clocks.sampled(id, 20) for id in ids) == pytest.approx(400, abs=40)
    assert {id for id in ids if clocks.sampled(id, 10)} < {id for id in ids if clocks.sampled(id, 20)}
    assert not any(clocks.sampled(id, 0) for id in ids) and all(clocks.sampled(id, 100) for id in ids)


# --- at the door


@pytest.mark.parametrize("verb", sorted(set(actions.VERBS) - {"recorded"}))
def test_what_is_said_about_an_entry_that_is_not_there_has_no_facts(verb):
    said = actions.read(action(verb, ENTRY, "secretary1"))
    assert clocks.facts(None, replace(said, heard=said.at + timedelta(minutes=1)), TOWN) == {}
