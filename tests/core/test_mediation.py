"""The road of a dispute: each step in its order, what the file keeps of it, and what is counted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.town import BODIES, action
from webapp.core import actions, entries, mediation
from webapp.core.mediation import Counts

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
DUE = START + timedelta(days=30)
ROAD = (
    ("approved", "secretary1"), ("assigned", "secretary1"), ("signed", "mediator1"), ("classified", "mediator1"), ("planned", "mediator1"),
    ("mediated", "mediator1"), ("agreed", "mediator1"), ("performed", "mediator1"), ("confirmed", "mediator1"), ("fed_back", "mediator1"),
    ("followed_up", "worker1"), ("closed", "secretary1"),
)  # fmt: skip
STAGES = (
    "waiting", "in_hand", "assigned", "taken", "classified", "planned", "planned", "agreed", "agreed", "agreed", "fed_back", "handled",
    "closed",
)  # fmt: skip
OWN = {"assigned": {"to": [{"person": "mediator1"}]}, "agreed": {"confirmation": "court"}}


class Story:
    """One dispute, told step by step; facts as the server finds them."""

    def __init__(self):
        self.entry, self.log = None, []

    def does(self, verb: str, by: str = "mediator1", **body) -> "Story":
        heard = START + timedelta(hours=len(self.log))
        seen = {"seen": self.entry.last} if self.entry else {}
        content = {"kind": "dispute", "category": "D0102", "level": "green"} if verb == "recorded" else {}
        raw = action(verb, "e0000000-0000-4000-8000-000000000001", by, heard.isoformat(), **seen, **content | OWN.get(verb, {}) | body)
        facts = {"day": heard.date().isoformat(), "number": "JC-1", "path": "S/C1/G11/", "grid": "G11", "scope": "G11"}
        facts |= {"due": DUE.isoformat(), "road": "dispute", "follow_up": (heard + timedelta(days=7)).isoformat()} if verb != "closed" else {}
        said = replace(actions.read(raw), heard=heard, facts=facts)
        self.log.append((len(self.log) + 1, said))
        self.entry = entries.act(self.entry, *reversed(self.log[-1]))
        return self

    def until(self, last: str) -> "Story":
        """The usual road, up to and with `last`."""
        if self.entry is None:
            self.does("recorded", "worker1")
        for verb, by in ROAD:
            self.does(verb, by)
            if verb == last:
                return self
        raise AssertionError(last)

    @property
    def file(self) -> dict:
        return self.entry.road["mediation"]


def test_the_whole_road_in_its_order():
    story = Story().does("recorded", "worker1")
    stages = [story.entry.stage]
    for verb, by in ROAD:
        assert verb in {"approved", *mediation.offered(story.entry)}, verb
        stages.append(story.does(verb, by).entry.stage)
    assert tuple(stages) == STAGES
    assert entries.fold(story.log) == story.entry
    assert story.entry.category == "D0102" and story.file["class"]["level"] == mediation.level(story.entry) == "yellow"


EXPECTED = {
    "approved": ["assigned"],
    "assigned": ["signed", "assigned", "handed_back"],
    "signed": ["classified", "assigned", "handed_back"],
    "classified": ["planned", "assigned", "classified", "handed_back"],
    "planned": ["mediated", "classified", "planned"],
    "mediated": ["mediated", "agreed", "failed", "classified", "planned"],
    "agreed": ["fed_back", "performed", "confirmed"],
    "fed_back": ["followed_up", "confirmed"],
    "followed_up": ["closed", "confirmed", "planned"],
}
"""last step -> what is offered then, the next step first, corrections last."""


@pytest.mark.parametrize("last", EXPECTED)
def test_only_what_is_next_is_offered(last):
    offered = mediation.offered(Story().until(last).entry)
    assert offered == EXPECTED[last]


@pytest.mark.parametrize("verb", mediation.VERBS)
@pytest.mark.parametrize("last", ["approved", "assigned", "signed", "classified", "planned", "mediated", "agreed", "fed_back"])
def test_a_step_out_of_its_order_stays_a_remark(last, verb):
    before = Story().until(last)
    offered, road, stage = mediation.offered(before.entry), before.entry.road, before.entry.stage
    after = before.does(verb)
    if verb not in offered and (verb, last) != ("performed", "fed_back"):  # a duty may be reported on again
        assert (after.entry.stage, after.entry.road) == (stage, road)
    else:
        assert after.entry.road != road


def test_no_agreement_without_a_round_of_mediation():
    story = Story().until("planned")
    assert story.does("agreed").entry.stage == "planned" and "agreement" not in story.file
    assert story.does("mediated").does("agreed").entry.stage == "agreed"


def test_a_duty_that_does_not_exist_is_not_fulfilled_and_one_that_is_keeps_its_words():
    story = Story().until("agreed")
    assert story.does("performed", duty=2).file["agreement"]["duties"][0]["fulfilled"] is None
    duty = story.does("performed", duty=1, note="当面付清").file["agreement"]["duties"][0]
    assert (duty["words"], duty["fulfilled"], duty["note"]) == ("赔偿修理费", True, "当面付清")


def test_nothing_is_confirmed_that_nobody_wished_to_confirm():
    story = Story().until("mediated").does("agreed", confirmation="none")
    assert "confirmed" not in mediation.offered(story.entry)
    assert story.does("confirmed").file["confirmation"]["status"] == ""


def test_after_a_failure_there_may_be_another_plan_and_an_agreement():
    story = Story().until("mediated").does("failed", note="差三千元谈不拢")
    assert story.entry.stage == "failed" and not mediation.settled(story.file)
    assert {"fed_back", "planned"} <= set(mediation.offered(story.entry))
    story.does("planned").does("agreed")
    assert mediation.settled(story.file) and story.entry.stage == "agreed"


def test_feedback_asks_the_grid_for_a_return_visit_and_not_solved_leads_back_to_mediation():
    story = Story().until("fed_back")
    visit = story.entry.tasks[-1]
    assert (visit.what, visit.grid, visit.open) == ("follow_up", "G11", True) and visit.due
    story.does("followed_up", "worker1", solved=False, score="dissatisfied", note="墙还在漏")
    assert story.entry.stage == "planned" and not story.entry.tasks[-1].open
    story.does("mediated").does("agreed").does("fed_back").does("followed_up", "worker1").does("closed", "secretary1")
    assert mediation.succeeded(story.entry)


def test_the_mediators_task_ends_as_done():
    story = Story().until("closed")
    assert [(task.what, task.end) for task in story.entry.tasks] == [("mediate", "done"), ("follow_up", "done")]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("301 王志强、401 李桂兰", {"wang", "li"}),
        ("王 志 强和楼下", {"wang"}),
        ("wang", {"wang"}),
        ("WANG 与 wangli", {"wang"}),
        ("李某与 301 住户", set()),
        ("", set()),
    ],
)
def test_who_is_named(words, found):
    people = [("wang", "王志强"), ("li", "李桂兰"), ("x", "李")]
    assert mediation.named(words, people) == found


@pytest.mark.parametrize("words", [
    "宋成飞", "宋成飞、李四", "李四,宋成飞", "宋成飞 李四", "宋成飞/李四", "宋成飞(业主)", "宋成飞（业主）与李四", "业主宋成飞", "301宋成飞;401李四",
    "与宋成飞", "宋成飞", "宋成飞\n李四",
])  # fmt: skip
def test_who_bears_only_the_beginning_of_a_partys_name_is_nobody_here(words):
    assert mediation.named(words, [("short", "宋成"), ("long", "宋成飞")]) == {"long"}


@pytest.mark.parametrize("words", [
    "宋成", "宋 成", "宋成、李四", "李四,宋成", "李四 宋成", "宋成/李四", "宋成(业主)", "宋成（业主）", "业主宋成", "301宋成", "宋成301",
    "宋成飞、宋成", "宋成 飞", "宋 成 飞", "宋成家", "宋成和李四", "宋成合同纠纷", "宋成与李四", "宋成夫妇", "宋成妻", "宋成女,45岁", "宋成等",
    "宋成常与李四争吵", "宋成以及李四", "宋成商户", "宋成漏水", "宋成A", "宋成说:漏水", "宋成交300元", "宋成\n李四",
    "宋成先生", "宋成老伴", "宋成两家", "宋成在楼道堆物", "宋成飞在楼道堆物", "宋成宋成飞",
])  # fmt: skip
def test_a_party_is_found_however_the_name_is_written(words):
    """And rather a namesake too many than a party too few: where it is not certain that the name is longer, it is his."""
    assert "short" in mediation.named(words, [("short", "宋成"), ("other", "王五")])


@pytest.mark.parametrize("words", ["宋成伯、李四", "宋成馆、李四", "李四诉宋成案", "宋成飞"])
def test_a_longer_name_that_nobody_bears_is_the_partys_with_a_word_behind_it(words):
    people = [("short", "宋成"), ("other", "王五"), ("empty", "")]
    assert mediation.named(words, people) == {"short"}
    assert mediation.named(words, people, {"宋成飞"}.__contains__) == (set() if words == "宋成飞" else {"short"})


def test_a_longer_name_of_four_letters():
    people = [("three", "其其格"), ("four", "其其格玛"), ("two", "其其")]
    assert mediation.named("其其格玛、李四", people) == {"four", "two"}, "two letters more are not certain to be a name"


def test_doors_are_numbers_of_three_or_four_figures():
    assert mediation.rooms("301 住户与 1402 室,电话 13900000001,2026-11-22") == {"301", "1402"}


def test_parties_are_kept_from_the_file_and_nothing_else_is_kept_of_them():
    party = {"name": "王志强", "telephone": "139", "id_number": "150802197001011234"}
    story = Story().until("signed").does("classified", parties=[party], kept_from=["worker2"])
    assert story.entry.kept_from == ["worker2"]
    assert story.file["class"]["parties"] == [{"name": "王志强", "telephone": "139"}]


# --- what is counted


def counts(story: Story, days: int = 1) -> Counts:
    return mediation.counts(story.entry, START + timedelta(days=days), UTC)


def test_a_dispute_counts_from_approval():
    assert counts(Story().does("recorded", "worker1")) == Counts()
    assert counts(Story().until("approved")) == Counts(accepted=1, open=1, green=1)
    assert counts(Story().does("recorded", "worker1").does("declined", "secretary1")) == Counts()


def test_resolved_is_closed_with_an_agreement_and_not_said_to_be_unsolved():
    assert counts(Story().until("followed_up")).rates["resolved"] == (0, 1)
    assert counts(Story().until("closed")).rates["resolved"] == (1, 1)
    lost = Story().until("mediated").does("failed").does("fed_back").does("followed_up", "worker1").does("closed", "secretary1")
    assert counts(lost).rates["resolved"] == (0, 1) and counts(lost).open == 0


def test_answered_in_time_is_told_before_the_deadline_and_open_ones_count_when_it_has_passed():
    open_one = Story().until("agreed")
    assert counts(open_one, 1).rates["answered"] == (0, 0)
    assert counts(open_one, 31).rates["answered"] == (0, 1)
    assert counts(Story().until("fed_back"), 31).rates["answered"] == (1, 1)


def test_duties_count_when_reported_or_past_their_day():
    story = Story().until("mediated")
    story.does("agreed", duties=[{"words": "赔 300 元", "until": "2026-11-10"}, {"words": "道歉"}])
    assert counts(story, 1).rates["fulfilled"] == (0, 0)
    assert counts(story, 9).rates["fulfilled"] == (0, 1)
    assert counts(story.does("performed", duty=2), 9).rates["fulfilled"] == (1, 2)
    assert counts(story.does("performed", duty=1, fulfilled=False), 9).rates["fulfilled"] == (1, 2)


def test_red_open_and_past_its_clock_is_stubborn():
    story = Story().until("signed").does("classified", level="red")
    assert not mediation.stubborn(story.entry, START + timedelta(days=29))
    assert mediation.stubborn(story.entry, START + timedelta(days=31))
    assert not mediation.stubborn(Story().until("signed").does("classified", level="yellow").entry, START + timedelta(days=31))


def test_every_step_has_a_body_in_the_tests():
    assert {verb for verb in mediation.VERBS if verb not in {"failed", "fed_back"}} <= set(BODIES)
