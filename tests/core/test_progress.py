"""What a resident is told of his matter: plain words and dates, and nothing else."""

from datetime import timedelta

import pytest

from tests.core.test_entries import MORNING, heard
from tests.core.test_mediation import Story
from webapp.core import progress
from webapp.core.entries import DECISIONS, act, fold
from webapp.core.road import DISPUTE, ROADS, STAGES


def road(*verbs, **content) -> list[tuple[str, str]]:
    """(word, done|now|next) after these verbs, an hour between them."""
    log, entry = [], None
    for seq, verb in enumerate(("recorded", *verbs), 1):
        given = content | {"kind": "hazard"} if verb == "recorded" else {}
        if verb in DECISIONS:
            given["seen"] = entry.last
        action = heard(verb, "secretary1" if verb in DECISIONS else "worker1", seq - 1, **given)
        entry = act(entry, action, seq)
        log.append((seq, action))
    steps = progress.steps(log)
    assert [step.when is not None for step in steps] == [step.progress == "done" for step in steps]
    return [(step.word, step.progress) for step in steps]


def test_what_waits_is_received_and_being_verified():
    assert road() == [("已收到", "done"), ("核实受理", "now"), ("办理", "next"), ("办结", "next")]


def test_while_the_worker_is_asked_the_clock_stands_still():
    asked = road("returned")
    assert asked == [road()[0], ("再核对情况,暂停计时", "done"), *road()[1:]]
    assert road("returned", "amended", kind="hazard") == [*asked[:2], ("情况已补充,继续计时", "done"), *road()[1:]]
    assert road("amended", kind="hazard")[1] == ("情况已补充", "done")
    assert road("returned", "approved")[2] == ("已受理", "done")
    assert road("approved", "amended", kind="hazard") == road("approved"), "too late it is a remark"


def test_the_whole_road_of_a_case():
    assert road("approved") == [("已收到", "done"), ("已受理", "done"), ("安排人办理", "now"), ("处置", "next"), ("办结", "next")]
    assert road("approved", "handled")[2:] == [("已处置", "done"), ("确认办结", "now")]
    assert road("approved", "handled", "closed") == [("已收到", "done"), ("已受理", "done"), ("已处置", "done"), ("已办结", "done")]


def test_solved_on_the_spot_goes_straight_to_closed():
    assert road("approved", on_the_spot=True) == [("已收到", "done"), ("已办结", "done")]


def test_a_reopened_case_shows_that_it_was_closed_before():
    words = road("approved", "closed", "reopened")
    assert words[2:] == [("已办结", "done"), ("反映没解决,重新办理", "done"), ("安排人办理", "now"), ("处置", "next"), ("办结", "next")]


def test_what_was_declined_or_withdrawn_has_nothing_ahead():
    assert road("declined") == [("已收到", "done"), ("不予受理", "done")]
    assert road("withdrawn") == [("已收到", "done"), ("已撤回", "done")]


def test_remarks_and_ratings_are_no_steps():
    assert road("approved", "noted", "closed", "rated") == road("approved", "closed")


def test_a_step_bears_the_time_it_was_done():
    action = heard("recorded", kind="hazard")
    assert progress.steps([(1, action)])[0].when == MORNING
    assert progress.steps([(1, heard("recorded", hours=2, kind="hazard"))])[0].when == MORNING + timedelta(hours=2)


# --- the roads with tasks, clocks and return visits

GIVEN = ("assigned", "secretary1", {"to": [{"unit": "wuye"}]})
SIGNED, GAVE_BACK = ("signed", "unit:wuye", {"task": 1}), ("handed_back", "unit:wuye", {"task": 1, "reason": "不归我们管"})
DONE = ("handled", "unit:wuye", {"task": 1, "note": "已修"})
SUSPENDED, RESUMED = ("suspended", "secretary1", {"reason": "等天暖", "until": "2027-03-01"}), ("resumed", "secretary1", {})
CLOSED = ("closed", "secretary1", {})


OTHER = ("assigned", "secretary1", {"to": [{"person": "worker2"}]})
BOTH = ("assigned", "secretary1", {"to": [{"unit": "wuye"}, {"unit": "chengguan", "assists": True}]})
HELPS = ("signed", "unit:chengguan", {"task": 2})
GO_ON = ["(等承办人接手)", "[处置]", "[办结]"]


def asked(solved: bool) -> tuple:
    return ("followed_up", "worker1", {"solved": solved, "note": "晚上又不亮了"})


def told(*steps: tuple) -> list[str]:
    """The words a resident reads after these (verb, by, body) steps of a case that was accepted; what is under way now stands in ( ), what comes in [ ]."""
    log, entry = [], None
    for seq, (verb, by, given) in enumerate([("recorded", "worker1", {"kind": "hazard"}), ("approved", "secretary1", {}), *steps], 1):
        action = heard(verb, by, seq, **{"seen": entry.last if entry else None} | given)
        entry = act(entry, action, seq)
        log.append((seq, action))
    marks = {"done": "{}", "now": "({})", "next": "[{}]"}
    return [marks[step.progress].format(step.word) for step in progress.steps(log)][2:]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([GIVEN], ["已安排承办", "(等承办人接手)", "[处置]", "[办结]"]),
        ([GIVEN, SIGNED], ["已安排承办", "承办人已接手", "(处置中)", "[办结]"]),
        ([GIVEN, SIGNED, GAVE_BACK], ["已安排承办", "承办人已接手", "换一家承办", "(安排人办理)", "[处置]", "[办结]"]),
        ([GIVEN, SIGNED, SUSPENDED], ["已安排承办", "承办人已接手", "暂缓办理,暂停计时", "(等条件具备再办)", "[处置]", "[办结]"]),
        ([GIVEN, SUSPENDED, RESUMED], ["已安排承办", "暂缓办理,暂停计时", "恢复办理,继续计时", "(等承办人接手)", "[处置]", "[办结]"]),
        ([GIVEN, SIGNED, DONE], ["已安排承办", "承办人已接手", "已处置", "(确认办结)"]),
        ([GIVEN, SIGNED, DONE, ("reworked", "secretary1", {})], ["已安排承办", "承办人已接手", "已处置", "复查没通过,重新处置", "(处置中)", "[办结]"]),
        ([CLOSED, asked(True)], ["已办结", "已回访"]),
        ([CLOSED, asked(False)], ["已办结", "反映没解决,重新办理", "(安排人办理)", "[处置]", "[办结]"]),
        ([CLOSED, ("reopened", "resident", {}), GIVEN], ["已办结", "反映没解决,重新办理", "已安排承办", "(等承办人接手)", "[处置]", "[办结]"]),
        ([GIVEN, ("extended", "secretary1", {}), ("supervised", "secretary1", {}), ("raised", "secretary1", {})],
         ["已安排承办", "延长了办理时限", "已催办", "已交上一级处理", *GO_ON]),
        ([GIVEN, ("raised", "clock", {}), ("raised", "secretary1", {})], ["已安排承办", "已交上一级处理", "已催办", *GO_ON]),
        ([GIVEN, OTHER], ["已安排承办", "换了承办单位或人员", *GO_ON]),
        ([GIVEN, SIGNED, OTHER], ["已安排承办", "承办人已接手", "换了承办单位或人员", *GO_ON]),
        ([GIVEN, SUSPENDED, OTHER, RESUMED],
         ["已安排承办", "暂缓办理,暂停计时", "换了承办单位或人员", "恢复办理,继续计时", *GO_ON]),
        ([BOTH, HELPS, ("handed_back", "unit:chengguan", {"task": 2})], ["已安排承办", "协办的已接手", "协办的另行安排", *GO_ON]),
        ([BOTH, ("handled", "unit:chengguan", {"task": 2})], ["已安排承办", "协办的已办好", *GO_ON]),
        ([GIVEN, SIGNED, DONE, ("handled", "worker1", {"note": "又看了一次"})], ["已安排承办", "承办人已接手", "已处置", "补充了办理情况", "(确认办结)"]),
        ([("flagged", "street1", {}), ("reviewed", "street1", {}), ("noted", "secretary1", {"reply": "周五修好"})],
         ["列为重点办理", "已会商", "已给出答复", "(安排人办理)", "[处置]", "[办结]"]),
        ([("reviewed", "street1", {}), ("noted", "worker1", {"note": "看过了"}), CLOSED, ("graded", "secretary1", {})], ["已办结"]),
    ],
)  # fmt: skip
def test_each_step_of_a_case_in_plain_words(steps, words):
    assert told(*steps) == words


MEDIATED = ["已安排承办", "调解员已接手", "已分类", "开始调解", "调解了一次"]
AGREED = [*MEDIATED, "双方达成一致", "履行中", "后续手续办理中", "结果已反馈"]
DISPUTED = {
    "approved": ["(安排调解员)", "[调解]", "[回访]", "[办结]"],
    "assigned": ["已安排承办", "(等调解员接手)", "[调解]", "[回访]", "[办结]"],
    "signed": ["已安排承办", "调解员已接手", "(调解中)", "[回访]", "[办结]"],
    "classified": ["已安排承办", "调解员已接手", "已分类", "(调解中)", "[回访]", "[办结]"],
    "mediated": [*MEDIATED, "(调解中)", "[回访]", "[办结]"],
    "agreed": [*MEDIATED, "双方达成一致", "(回访)", "[办结]"],
    "fed_back": [*AGREED, "(回访)", "[办结]"],
    "followed_up": [*AGREED, "已回访", "(确认办结)"],
    "closed": [*AGREED, "已回访", "已办结"],
}


@pytest.mark.parametrize("last", DISPUTED)
def test_each_step_of_a_dispute_in_plain_words_and_nothing_of_the_file(last):
    steps = progress.steps(Story().until(last).log)
    marks = {"done": "{}", "now": "({})", "next": "[{}]"}
    assert [marks[step.progress].format(step.word) for step in steps][2:] == DISPUTED[last]


def test_a_dispute_that_failed_and_was_taken_up_again():
    story = Story().until("mediated").does("failed", note="谈不拢").does("planned").does("agreed")
    assert [step.word for step in progress.steps(story.log)][7:10] == ["这次没有谈成", "开始调解", "双方达成一致"]
    story = Story().until("fed_back").does("followed_up", "worker1", solved=False, note="墙还在漏")
    assert fold(story.log).stage == "planned"
    words = [step.word for step in progress.steps(story.log)]
    assert words[-4:] == ["反映没解决,重新办理", "调解中", "回访", "办结"], words


def test_a_mediator_who_is_replaced_and_a_sitting_that_is_booked():
    story = Story().until("mediated").does("assigned", "secretary1", to=[{"person": "mediator2"}])
    story.does("classified").does("planned").does("performed")
    assert [step.word for step in progress.steps(story.log) if step.when][7:] == ["换了调解员", "已分类", "调整了调解办法"]


def test_a_visit_that_is_to_come_is_announced_until_it_was_made():
    log, entry = [], None
    said = [("recorded", {"kind": "hazard"}), ("approved", {}), ("closed", {}), ("followed_up", {"solved": True}), ("reopened", {})]
    announced = []
    for seq, (verb, given) in enumerate(said, 1):
        action = heard(verb, "worker1" if seq == 1 else "secretary1", seq, **{"seen": entry.last if entry else None} | given)
        action.facts |= {"follow_up": "2026-11-30T00:00:00+00:00"} if verb == "closed" else {}
        entry = act(entry, action, seq)
        log.append((seq, action))
        announced.append([step.progress for step in progress.steps(log) if step.word == "办结后会有人回访"])
    assert announced == [[], [], ["next"], [], []]


UNTOLD = {"rated", "graded"}
"""What somebody thinks of it; no step."""


def test_every_verb_of_the_road_has_its_word():
    """A verb that leads to another stage is told by that stage or by its turn; one that may keep the stage by its own name."""
    stay = {verb for table in ROADS.values() for stage, ways in table.items() for verb, to in ways.items() if to == stage}
    own = {"amended", "assigned", "signed", "handed_back", "handled", "raised", "lowered", *progress._WROTE}
    assert stay - own == UNTOLD
    assert set(STAGES) - {"waiting", "in_hand"} <= set(progress.REACHED) >= set(progress._WROTE.values())


def test_every_open_stage_says_what_comes_next():
    ended = {"closed", "declined", "withdrawn"}
    assert set(progress.AHEAD) == set(STAGES) - ended
    assert {stage for stage in DISPUTE if stage not in ended} <= set(progress.AHEAD)
