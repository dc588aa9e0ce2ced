"""What the actions of one entry amount to: the road of a case and of a record, late reports, and decisions that saw everything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.town import action
from webapp.core import actions, entries
from webapp.core.actions import DECISIONS, VERBS, Refused
from webapp.core.entries import act, fold

ENTRY = "e0000000-0000-4000-8000-000000000000"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PLACES = {"G11": ("S/C1/G11/", "G11"), "G12": ("S/C1/G12/", "G12")}


def heard(verb: str, by: str = "worker1", hours: float = 0, **given) -> actions.Action:
    """An action as the log would hand it to the fold, heard so many hours after nine o'clock."""
    at = MORNING + timedelta(hours=hours)
    said = actions.read(action(verb, ENTRY, by, at.isoformat(), **given))
    facts = {"day": at.date().isoformat(), "number": "JC-261123-0001"}
    if "area" in said.body:
        path, grid = PLACES[said.body["area"]]
        facts |= {"path": path, "grid": grid, "scope": grid, "due": "2026-11-24T15:59:59+00:00"}
    return replace(said, heard=at, facts=facts)


def story(*steps, kind: str = "hazard", **content):
    """The entry after these steps: (verb, by, …) tuples. A decision has seen everything unless it says otherwise."""
    entry = act(None, heard("recorded", kind=kind, **content), 1)
    for seq, step in enumerate(steps, 2):
        verb, by, *more = step if isinstance(step, tuple) else (step, "secretary1")
        given = dict(more[0]) if more else {}
        if verb in DECISIONS:
            given.setdefault("seen", entry.last)
        entry = act(entry, heard(verb, by, seq, **given), seq)
    return entry


def refusal(entry, *about, **more) -> str:
    with pytest.raises(Refused) as caught:
        act(entry, heard(*about, **more), 99)
    return caught.value.reason


# --- the roads


def test_a_case_goes_from_waiting_over_approval_and_handling_to_closed():
    assert story().stage == "waiting"
    assert story("approved").stage == "in_hand"
    assert story("approved", ("handled", "worker1", {"note": "已清走"})).stage == "handled"
    done = story("approved", ("handled", "worker1", {"note": "已清走"}), "closed")
    assert (done.stage, done.outcome, done.closed_days) == ("closed", "已清走", 1)


def test_a_record_is_closed_by_approval():
    visit = story("approved", kind="visit")
    assert (visit.stage, visit.case, visit.closed_days) == ("closed", False, 1)


def test_a_plain_delivery_is_a_record_and_an_ordered_one_a_case():
    assert story("approved", kind="delivery").stage == "closed"
    assert story("approved", kind="delivery", ordered=True).stage == "in_hand"


def test_solved_on_the_spot_is_closed_by_approval():
    assert story("approved", on_the_spot=True).stage == "closed"


def test_a_returned_entry_is_amended_and_waits_again_as_another_version():
    entry = story(("returned", "secretary1", {"reason": "请补充照片"}), ("amended", "worker1", {"kind": "hazard", "note": "补了照片"}))
    assert (entry.stage, entry.version, entry.note, entry.reason) == ("waiting", 2, "补了照片", "请补充照片")


def test_an_entry_that_was_declined_keeps_the_reason():
    entry = story(("declined", "secretary1", {"reason": "重复上报"}))
    assert (entry.stage, entry.reason) == ("declined", "重复上报")


def test_what_was_not_solved_is_open_again_without_its_closing_and_rating():
    steps = ["approved", "closed", ("rated", "resident", {"score": "satisfied"}), ("reopened", "resident", {"reason": "又坏了"})]
    assert story(*steps[:3]).rating == "satisfied"
    entry = story(*steps)
    assert (entry.stage, entry.rating, entry.closed_at, entry.closed_days, entry.reopened) == ("in_hand", None, None, None, 1)
    assert story(*steps, "closed").stage == "closed"


def test_days_are_counted_from_the_day_it_was_received():
    assert story("approved", ("closed", "secretary1", {})).closed_days == 1
    entry = story("approved")
    later = heard("closed", "secretary1", 50, seen=entry.last)
    assert act(entry, later, 3).closed_days == 3


# --- tasks


def gave(*to: dict, **more) -> tuple:
    return ("assigned", "secretary1", {"to": list(to) or [{"unit": "wuye"}]} | more)


BY_UNIT = "unit:wuye"
SIGNED = ("signed", BY_UNIT, {"task": 1})
DONE = ("handled", BY_UNIT, {"task": 1, "note": "已修好"})


def test_given_to_a_unit_it_is_signed_for_handled_and_closed():
    assert (story("approved", gave()).stage, story("approved", gave()).level) == ("assigned", "community")
    assert story("approved", gave(), SIGNED).stage == "signed"
    done = story("approved", gave(), SIGNED, DONE)
    assert (done.stage, done.outcome, done.tasks[0].end) == ("handled", "已修好", "done")
    closed = story("approved", gave(), SIGNED, DONE, "closed")
    assert (closed.stage, closed.way) == ("closed", "joint")


def test_whoever_closes_it_may_say_how_it_was_worked_on():
    assert story("approved", ("closed", "secretary1", {"way": "study"})).way == "study"
    assert story("approved", "closed").way == "spot"


def test_handed_back_it_is_to_be_given_to_somebody_again():
    entry = story("approved", gave(), ("handed_back", BY_UNIT, {"task": 1, "reason": "不归我们"}))
    assert (entry.stage, entry.reason, entry.tasks[0].end) == ("in_hand", "不归我们", "handed_back")


def test_given_to_another_the_first_task_is_over():
    entry = story("approved", gave(), SIGNED, gave({"unit": "chengguan"}))
    assert [(task.unit, task.end) for task in entry.tasks] == [("wuye", "moved"), ("chengguan", "")]
    late = act(entry, heard("handled", BY_UNIT, 9, task=1, note="其实办好了"), 99)
    assert (late.stage, late.outcome) == ("assigned", ""), "a report of who does not have it any more is a remark"


def test_who_assists_moves_nothing_but_his_own_task():
    entry = story("approved", gave({"unit": "wuye"}, {"unit": "chengguan", "assists": True}))
    for verb, end in (("signed", ""), ("handled", "done"), ("handed_back", "handed_back")):
        after = act(entry, heard(verb, "unit:chengguan", 9, task=2), 99)
        assert (after.stage, after.tasks[1].end, after.tasks[0].end) == ("assigned", end, "")


def test_a_report_that_leads_nowhere_leaves_the_task_open():
    entry = story("approved", gave(), SIGNED, ("suspended", "secretary1", {"until": "2027-01-01"}), DONE)
    assert (entry.stage, entry.tasks[0].open) == ("suspended", True)


def test_done_again_by_who_did_it_and_the_third_time_it_goes_up():
    steps = ["approved", gave()]
    for n in (1, 2, 3):
        steps += [("handled", BY_UNIT, {"task": n}), "reworked"]
        entry = story(*steps)
        assert (entry.stage, entry.redos, entry.tasks[-1].unit) == ("signed", n, "wuye")
        assert entry.level == ("street" if n == entries.REDOS else "community")


def test_two_extensions_and_no_third_and_none_once_it_is_overdue():
    entry = story("approved")
    assert refusal(replace(entry, due_at=MORNING), "extended", "secretary1", 9, seen=entry.last) == "overdue"
    due = "2026-11-2{}T15:59:59+00:00"
    for n in (1, 2):
        entry = _extended(entry, n, due.format(4 + n))
        assert entry.due_at.day == 24 + n and len(entry.road["extensions"]) == n
    assert refusal(entry, "extended", "secretary1", 9, seen=entry.last) == "spent"


def _extended(entry, n: int, due: str):
    said = heard("extended", "secretary1", n, seen=entry.last)
    return act(entry, replace(said, facts=said.facts | {"due": due}), n + 2)


def test_suspended_once_and_for_a_year_at_most():
    entry = story("approved")
    assert refusal(entry, "suspended", "secretary1", until="2027-12-01", seen=entry.last) == "spent"
    held = story("approved", gave(), SIGNED, ("suspended", "secretary1", {"until": "2027-01-01"}))
    assert (held.stage, held.road["pauses"][0][1]) == ("suspended", "")
    on = act(held, heard("resumed", "secretary1", 30, seen=held.last), 99)
    assert on.stage == "signed" and on.road["pauses"][0][1]
    assert refusal(on, "suspended", "secretary1", 31, seen=on.last) == "spent"


def test_who_signs_while_a_case_is_suspended_is_not_asked_again():
    held = story("approved", gave(), ("suspended", "secretary1", {"until": "2027-01-01"}), SIGNED)
    assert held.stage == "suspended"
    assert act(held, heard("resumed", "secretary1", 30, seen=held.last), 99).stage == "signed"


def test_the_time_to_sign_stands_still_while_a_case_is_suspended():
    approved = story("approved")
    given = heard("assigned", "secretary1", 3, to=[{"unit": "wuye"}], seen=approved.last)
    entry = act(approved, replace(given, facts=given.facts | {"sign_due": "2026-11-23T09:00:00+00:00"}), 3)
    held = act(entry, heard("suspended", "secretary1", 5, until="2027-01-01", seen=entry.last), 4)
    on = act(held, heard("resumed", "secretary1", 29, seen=held.last), 5)
    assert (on.stage, on.tasks[0].sign_due) == ("assigned", "2026-11-24T09:00:00+00:00")
    late = act(entry, heard("suspended", "secretary1", 9, until="2027-01-01", seen=entry.last), 4)
    assert act(late, heard("resumed", "secretary1", 29, seen=late.last), 5).tasks[0].sign_due == "2026-11-23T09:00:00+00:00", "it was late"


def test_raised_it_goes_up_as_far_as_the_street():
    entry = story("approved", "raised", "raised", "raised")
    assert (entry.level, len(entry.road["raised"])) == ("street", 3)
    assert story("approved", "supervised", "supervised").road["supervised"] == 2


def test_closing_ends_what_is_open_and_asks_for_a_return_visit_where_one_is_due():
    entry = story("approved", gave())
    closing = heard("closed", "secretary1", 9, seen=entry.last)
    assert [task.end for task in act(entry, closing, 9).tasks] == ["void"]
    sampled = act(entry, replace(closing, facts=closing.facts | {"follow_up": "2026-11-30T15:59:59+00:00"}), 9)
    assert [(task.what, task.grid, task.end) for task in sampled.tasks][1:] == [("follow_up", "G11", "")]
    seen = act(sampled, heard("followed_up", "worker1", 20, solved=True, score="fair"), 10)
    assert (seen.stage, seen.rating, seen.tasks[1].end) == ("closed", "fair", "done")
    unsolved = act(sampled, heard("followed_up", "worker1", 20, solved=False, note="没修好"), 10)
    assert (unsolved.stage, unsolved.reopened, unsolved.reason) == ("in_hand", 1, "没修好")


def test_a_whistle_is_graded_after_the_closing_and_another_task_is_not():
    entry = story("approved", gave(whistle="daily"), "closed")
    assert act(entry, heard("graded", "secretary1", 9, seen=entry.last, task=1, score="fair"), 9).tasks[0].grade == "fair"
    plain = story("approved", gave(), "closed")
    assert act(plain, heard("graded", "secretary1", 9, seen=plain.last, task=1, score="fair"), 9).tasks[0].grade == ""


# --- reports are never refused for being late

REPORTS = sorted(VERBS.keys() - DECISIONS - {"recorded"})
STAGES = {
    "waiting": [],
    "returned": ["returned"],
    "declined": ["declined"],
    "withdrawn": [("withdrawn", "worker1")],
    "in_hand": ["approved"],
    "assigned": ["approved", gave()],
    "signed": ["approved", gave(), SIGNED],
    "suspended": ["approved", ("suspended", "secretary1", {"until": "2027-01-01"})],
    "handled": ["approved", ("handled", "worker1")],
    "closed": ["approved", "closed"],
}


@pytest.mark.parametrize("kind", ["visit", "hazard"])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("verb", REPORTS)
def test_a_report_may_arrive_at_any_stage(verb, stage, kind):
    if kind == "visit" and stage in {"in_hand", "assigned", "signed", "suspended", "handled"}:
        return
    steps = STAGES[stage] if kind == "hazard" or stage != "closed" else ["approved"]
    before = story(*steps, kind=kind)
    assert before.stage == stage
    by = BY_UNIT if stage in {"assigned", "signed"} and verb in {"signed", "handed_back", "handled"} else "worker1"
    after = act(before, heard(verb, by, 30, kind=kind) if verb == "amended" else heard(verb, by, 30), 99)
    assert after.last != before.last and after.last_seq == 99
    assert after.stage == (entries.next_stage(before, verb) or before.stage)


def test_an_amendment_that_comes_after_the_decision_changes_no_content():
    before = story("approved", kind="visit")
    after = act(before, heard("amended", "worker1", 9, kind="visit", note="改写历史"), 9)
    assert (after.note, after.version, after.stage) == (before.note, 1, "closed")


def test_a_note_adds_its_photos_and_leaves_the_text():
    entry = story(("noted", "worker2", {"photos": ["a" * 64], "roles": {"a" * 64: "after"}, "note": "复查"}), photos=["b" * 64])
    assert [photo[:2] for photo in entry.photos] == [["b" * 64, ""], ["a" * 64, "after"]]
    assert entry.note == "王奶奶一切都好"


# --- decisions


@pytest.mark.parametrize("verb", sorted(DECISIONS - {"closed"}))
@pytest.mark.parametrize("seen", [None, "00000000-0000-4000-8000-000000000000"])
def test_a_decision_that_did_not_see_everything_is_stale(verb, seen):
    by = "worker1" if verb == "withdrawn" else "secretary1"
    assert refusal(story(), verb, by, seen=seen) == "stale"


def test_a_note_in_between_makes_a_decision_stale():
    seen = story()
    noted = act(seen, heard("noted", "worker2", 1, note="又响了"), 2)
    assert refusal(noted, "approved", "secretary1", 2, seen=seen.last) == "stale"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("verb", sorted(DECISIONS))
def test_a_decision_leads_somewhere_or_is_stale(verb, stage):
    entry = story(*STAGES[stage])
    by = "worker1" if verb == "withdrawn" else "secretary1"
    where = entries.next_stage(entry, verb)
    if where is None or (verb == "lowered" and not entries.can_go_down(entry)):
        assert refusal(entry, verb, by, 30, seen=entry.last) == "stale"
    else:
        assert act(entry, heard(verb, by, 30, seen=entry.last), 99).stage == where


def test_nobody_approves_what_he_wrote():
    assert refusal(story(), "approved", "worker1", seen=story().last) == "self_approval"
    mixed = story(("amended", "secretary1", {"kind": "hazard"}))
    assert refusal(mixed, "approved", "secretary1", seen=mixed.last) == "self_approval"
    assert refusal(mixed, "approved", "worker1", seen=mixed.last) == "self_approval"


def test_an_entry_is_recorded_once():
    assert refusal(story(), "recorded") == "id_reused"


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - {"recorded"}))
def test_nothing_is_done_to_an_entry_that_is_not_there(verb):
    assert refusal(None, verb) == "no_entry"


# --- the clock


def test_a_phone_ahead_of_time_counts_from_when_it_was_heard():
    ahead = replace(heard("recorded", kind="hazard"), at=MORNING + timedelta(days=3))
    assert act(None, ahead, 1).received_at == MORNING


def test_a_phone_behind_counts_from_its_own_clock():
    behind = replace(heard("recorded", kind="hazard"), at=MORNING - timedelta(hours=5))
    assert act(None, behind, 1).received_at == MORNING - timedelta(hours=5)


def test_a_clock_more_than_a_year_behind_is_broken_unless_a_ledger_says_so():
    old = heard("recorded", kind="hazard")
    for days, counts in ((366, MORNING - timedelta(days=366)), (367, MORNING), (20000, MORNING)):
        assert act(None, replace(old, at=MORNING - timedelta(days=days)), 1).received_at == counts
    for by in ("import", "import:BOS"):
        assert act(None, replace(old, by=by, at=MORNING - timedelta(days=2000)), 1).received_at == MORNING - timedelta(days=2000)
    assert act(None, replace(old, by="importer", at=MORNING - timedelta(days=2000)), 1).received_at == MORNING


def test_a_decision_counts_from_when_it_is_heard_unless_a_ledger_says_it():
    entry = story("approved")
    said = heard("closed", "secretary1", 50, seen=entry.last)
    early = replace(said, at=MORNING - timedelta(days=3))
    assert act(entry, early, 3).closed_at == said.heard
    assert act(entry, replace(early, by="import:BOS"), 3).closed_at == MORNING - timedelta(days=3)
    waiting = story(kind="visit")
    assert act(waiting, replace(heard("approved", "secretary1", 2, seen=waiting.last), at=MORNING), 2).approved_at == MORNING + timedelta(hours=2)


def test_a_place_is_not_wanting_where_a_household_or_a_building_says_it():
    entry = story()
    assert "place" in entry.wanting
    assert "place" not in replace(entry, household="home-11").wanting
    assert "place" not in replace(entry, area="B1").wanting
    assert "place" not in replace(entry, place="门厅").wanting


# --- order


@given(order=st.permutations(range(4)))
@settings(max_examples=24, deadline=None)
def test_independent_reports_commute(order):
    first = heard("recorded", kind="hazard")
    notes = [heard("noted", f"worker{n}", n, photos=[f"{n:064x}"]) for n in range(4)]
    entry = fold([(1, first), *((seq, notes[n]) for seq, n in enumerate(order, 2))])
    assert sorted(photo[0] for photo in entry.photos) == sorted(f"{n:064x}" for n in range(4))
    assert (entry.stage, entry.version) == ("waiting", 1)


def test_the_fold_of_the_log_is_the_entry_that_was_built_step_by_step():
    steps = [heard("recorded", kind="hazard"), heard("noted", hours=1), heard("amended", hours=2, kind="hazard", area="G12")]
    steps.append(heard("approved", "secretary1", 3, seen=steps[-1].id))
    entry = None
    for seq, step in enumerate(steps, 1):
        entry = act(entry, step, seq)
    assert fold(enumerate(steps, 1)) == entry
    assert (entry.path, entry.grid, entry.scope) == ("S/C1/G12/", "G12", "G12")


def test_no_order_of_decisions_skips_a_step():
    """Every sequence of up to four decisions either follows the table or is refused."""
    for verbs in permutations(["approved", "returned", "declined", "closed"], 3):
        entry = story()
        for seq, verb in enumerate(verbs, 2):
            where = entries.next_stage(entry, verb)
            try:
                entry = act(entry, heard(verb, "secretary1", seq, seen=entry.last), seq)
            except Refused as refused:
                assert refused.reason == "stale" and where is None
            else:
                assert entry.stage == where


def test_counts_belong_to_the_areas_from_the_root_to_the_grid():
    assert story().counted_in == ["S", "C1", "G11"]


def test_what_a_kind_asks_for_is_shown_as_missing_and_never_refused():
    assert story(kind="visit").wanting == ["household", "found"]
    assert story(kind="hazard", place="3 栋", photos=["a" * 64], category="H0101").wanting == []
