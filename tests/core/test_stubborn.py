"""老大难: put on the board with an official, reviewed until it is closed or taken off."""

import pytest

from tests.core.test_mediation import Story
from webapp.core import stubborn
from webapp.core.actions import Refused


def flagged(lead: str = "street1") -> Story:
    return Story().until("planned").does("flagged", "secretary1", lead=lead)


def test_a_case_on_the_board_has_its_official_and_keeps_what_each_meeting_came_to():
    story = flagged().does("reviewed", "street1", day="2026-11-20", note="先各退一步").does("reviewed", "street1", day="2026-11-23", note="再谈")
    board = story.entry.road["stubborn"]
    assert board["lead"] == "street1" and [(one["day"], one["said"]) for one in board["reviews"]] == [("2026-11-20", "先各退一步"), ("2026-11-23", "再谈")]
    assert stubborn.on_board(story.entry) and story.entry.stage == "planned"


def test_another_official_takes_over_with_the_meetings():
    story = flagged().does("reviewed", "street1").does("flagged", "secretary1", lead="secretary1")
    assert story.entry.road["stubborn"]["lead"] == "secretary1" and len(story.entry.road["stubborn"]["reviews"]) == 1


def test_closing_ends_it_and_so_does_a_meeting_that_says_so():
    story = flagged()
    for verb, by in (("mediated", "mediator1"), ("agreed", "mediator1"), ("fed_back", "mediator1"), ("followed_up", "worker1"), ("closed", "secretary1")):
        assert stubborn.on_board(story.entry)
        story.does(verb, by)
    assert not stubborn.on_board(story.entry)
    assert stubborn.on_board(story.does("reopened", "secretary1").entry), "opened again it is there again"
    assert not stubborn.on_board(story.does("reviewed", "street1", lifts=True).entry)


def test_a_review_of_what_is_not_on_the_board_stays_a_remark():
    story = Story().until("planned")
    assert "stubborn" not in story.does("reviewed", "secretary1").entry.road
    lifted = flagged().does("reviewed", "street1", lifts=True)
    assert len(lifted.does("reviewed", "street1").entry.road["stubborn"]["reviews"]) == 1


def test_a_party_does_not_answer_for_his_own_dispute():
    story = Story().until("signed").does("classified", kept_from=["street1"])
    with pytest.raises(Refused, match="nobody"):
        story.does("flagged", "secretary1", lead="street1")
