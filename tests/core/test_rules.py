"""The permission table, by itself; tests/wire/test_cast.py tries it through the wire."""

from dataclasses import replace
from datetime import date

import pytest

from tests.core.test_entries import heard, story
from webapp.core import rules
from webapp.core.actions import VERBS, Refused
from webapp.core.kinds import KINDS
from webapp.core.rules import Post, Who

TODAY = date(2026, 11, 23)


def who(role: str, area: str = "S/C1/G11/", starts: date = date(2026, 1, 1), ends: date | None = None, name: str = "somebody") -> Who:
    return Who(name, name, (Post(role, area.rstrip("/").split("/")[-1], area, starts, ends),))


def test_every_verb_has_a_line_in_the_table():
    assert rules.DOES.keys() == VERBS.keys()


def test_a_post_covers_its_area_and_everything_below_it():
    assert rules.sees(who("secretary", "S/C1/"), "S/C1/G11/B1/", "visit", TODAY)
    assert not rules.sees(who("secretary", "S/C1/"), "S/C2/G21/", "visit", TODAY)
    assert not rules.sees(who("worker", "S/C1/G11/"), "S/C1/", "visit", TODAY)


def test_an_area_whose_code_begins_alike_is_another_area():
    assert not rules.sees(who("worker", "S/C1/G1/"), "S/C1/G11/", "visit", TODAY)


@pytest.mark.parametrize(("starts", "ends", "holds"), [
    (date(2026, 11, 23), None, True),
    (date(2026, 11, 24), None, False),
    (date(2026, 1, 1), date(2026, 11, 23), True),
    (date(2026, 1, 1), date(2026, 11, 22), False),
])  # fmt: skip
def test_a_post_lasts_from_its_first_to_its_last_day(starts, ends, holds):
    assert rules.sees(who("worker", starts=starts, ends=ends), "S/C1/G11/", "visit", TODAY) is holds


@pytest.mark.parametrize(("role", "kinds"), [
    ("worker", {"visit", "hazard", "dispute", "delivery", "request"}),
    ("secretary", {"visit", "hazard", "dispute", "delivery", "request"}),
    ("street", {"visit", "hazard", "dispute", "delivery", "request"}),
    ("mediator", {"dispute"}),
    ("volunteer", {"delivery"}),
    ("handler", set()),
    ("admin", set()),
])  # fmt: skip
def test_each_role_sees_its_kinds(role, kinds):
    assert {kind for kind in KINDS if rules.sees(who(role), "S/C1/G11/", kind, TODAY)} == kinds


def refused(person: Who, action, entry) -> str | None:
    try:
        rules.allow(person, action, entry, TODAY)
    except Refused as refusal:
        return refusal.reason


def test_only_the_author_amends_and_withdraws():
    entry = story()
    colleague, author = who("worker", name="worker9"), who("worker", name="worker1")
    for verb in ("amended", "withdrawn"):
        assert refused(author, heard(verb, kind="hazard") if verb == "amended" else heard(verb), entry) is None
        assert refused(colleague, heard(verb, kind="hazard") if verb == "amended" else heard(verb), entry) == "forbidden"


def test_an_author_who_left_the_grid_knows_his_entry_but_does_nothing_to_it():
    assert refused(who("worker", "S/C1/G12/", name="worker1"), heard("noted"), story()) == "forbidden"


def test_an_amendment_may_not_carry_an_entry_out_of_ones_area():
    assert refused(who("worker", name="worker1"), heard("amended", kind="hazard", area="G12"), story()) == "forbidden"


def test_a_place_that_does_not_exist_is_outside_of_every_post():
    nowhere = replace(heard("recorded"), facts={"day": "2026-11-23"})
    assert refused(who("worker"), nowhere, None) == "forbidden"


def test_a_link_is_good_for_one_entry_and_three_verbs():
    entry = story()
    for verb in VERBS.keys() - {"recorded", "amended"}:
        outcome = None
        try:
            rules.allow_link({entry.id}, heard(verb), entry, TODAY)
        except Refused as refusal:
            outcome = refusal.reason
        assert outcome == (None if verb in {"noted", "rated", "reopened"} else "forbidden")
    with pytest.raises(Refused):
        rules.allow_link(set(), heard("rated"), entry, TODAY)


def test_a_poster_takes_a_request_in_its_own_area_only():
    for kind, path, good in [("request", "S/C1/", True), ("request", "S/C2/", False), ("visit", "S/C1/", False)]:
        try:
            rules.allow_report(path, heard("recorded", "resident", kind=kind), None, TODAY)
            assert good
        except Refused:
            assert not good
