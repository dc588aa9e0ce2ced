"""What a resident is told of his matter: plain words and dates, and nothing else."""

from datetime import timedelta

from tests.core.test_entries import MORNING, heard
from webapp.core import progress
from webapp.core.entries import DECISIONS, act


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


def test_a_question_to_the_worker_is_not_the_residents_matter():
    assert road("returned") == road()


def test_the_whole_road_of_a_case():
    assert road("approved") == [("已收到", "done"), ("已受理", "done"), ("办理中", "now"), ("办结", "next")]
    assert road("approved", "handled")[2:] == [("已处置", "done"), ("确认办结", "now")]
    assert road("approved", "handled", "closed") == [("已收到", "done"), ("已受理", "done"), ("已处置", "done"), ("已办结", "done")]


def test_solved_on_the_spot_goes_straight_to_closed():
    assert road("approved", on_the_spot=True) == [("已收到", "done"), ("已办结", "done")]


def test_a_reopened_case_shows_that_it_was_closed_before():
    words = road("approved", "closed", "reopened")
    assert words[2:] == [("已办结", "done"), ("反映没解决,重新办理", "done"), ("办理中", "now"), ("办结", "next")]


def test_what_was_declined_or_withdrawn_has_nothing_ahead():
    assert road("declined") == [("已收到", "done"), ("不予受理", "done")]
    assert road("withdrawn") == [("已收到", "done"), ("已撤回", "done")]


def test_remarks_and_ratings_are_no_steps():
    assert road("approved", "noted", "closed", "rated") == road("approved", "closed")


def test_a_step_bears_the_time_it_was_done():
    action = heard("recorded", kind="hazard")
    assert progress.steps([(1, action)])[0].when == MORNING
    assert progress.steps([(1, heard("recorded", hours=2, kind="hazard"))])[0].when == MORNING + timedelta(hours=2)
