"""The permission table, by itself; tests/wire/test_cast.py tries it through the wire."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest

from tests.core.test_entries import heard, story
from webapp.core import rules
from webapp.core.actions import VERBS, Refused
from webapp.core.entries import act
from webapp.core.kinds import KINDS
from webapp.core.rules import Post, Who

TODAY = date(2026, 11, 23)


def who(role: str, area: str = "S/C1/G11/", starts: date = date(2026, 1, 1), ends: date | None = None, name: str = "somebody") -> Who:
    return Who(name, name, (Post(role, area.rstrip("/").split("/")[-1], area, starts, ends),))


def test_every_verb_has_a_line_in_the_table():
    assert rules.DOES.keys() == VERBS.keys()


def seen(person: Who, path: str = "S/C1/G11/", kind: str = "hazard") -> bool:
    """May this person read an entry of a kind at a place?"""
    return rules.sees(person, replace(story(kind=kind), path=path), TODAY)


def test_a_post_covers_its_area_and_everything_below_it():
    assert seen(who("secretary", "S/C1/"), "S/C1/G11/B1/")
    assert not seen(who("secretary", "S/C1/"), "S/C2/G21/")
    assert not seen(who("worker", "S/C1/G11/"), "S/C1/")


def test_an_area_whose_code_begins_alike_is_another_area():
    assert not seen(who("worker", "S/C1/G1/"))


@pytest.mark.parametrize(("starts", "ends", "holds"), [
    (date(2026, 11, 23), None, True),
    (date(2026, 11, 24), None, False),
    (date(2026, 1, 1), date(2026, 11, 23), True),
    (date(2026, 1, 1), date(2026, 11, 22), False),
])  # fmt: skip
def test_a_post_lasts_from_its_first_to_its_last_day(starts, ends, holds):
    assert seen(who("worker", starts=starts, ends=ends)) is holds


@pytest.mark.parametrize(("role", "kinds"), [
    ("worker", set(KINDS)),
    ("secretary", set(KINDS)),
    ("street", set(KINDS)),
    ("mediator", {"dispute", "reception"}),
    ("volunteer", {"delivery"}),
    ("handler", set()),
    ("admin", set()),
    ("spotter", set()),
])  # fmt: skip
def test_each_role_sees_its_kinds(role, kinds):
    assert {kind for kind in KINDS if seen(who(role), kind=kind)} == kinds


# --- tasks


def handler(unit: str = "wuye", name: str = "handler1") -> Who:
    return Who(name, name, (Post("handler", "C1", "S/C1/", date(2026, 1, 1), unit=unit),))


def given(*to: dict, **more):
    """A hazard that was approved and given to these."""
    return story("approved", ("assigned", "secretary1", {"to": list(to) or [{"unit": "wuye"}]} | more))


def test_who_has_a_task_sees_its_entry_until_he_gives_it_back():
    entry = given()
    assert rules.sees(handler(), entry, TODAY) and not rules.sees(handler("chengguan"), entry, TODAY)
    for verb, sees in (("handed_back", False), ("handled", True)):
        after = act(entry, heard(verb, "handler1", 5, task=1), 9)
        assert rules.sees(handler(), after, TODAY) is sees
    moved = act(entry, heard("assigned", "secretary1", 5, to=[{"unit": "chengguan"}], seen=entry.last), 9)
    assert not rules.sees(handler(), moved, TODAY) and rules.sees(handler("chengguan"), moved, TODAY)


def test_a_handler_acts_on_his_own_task_by_its_number_only():
    entry = given({"unit": "chengguan"}, {"unit": "wuye", "assists": True})
    for verb in rules.UNITS:
        assert refused(handler(), heard(verb, "handler1", task=2), entry) is None
        assert refused(handler(), heard(verb, "handler1", task=1), entry) == "forbidden"
    for verb in VERBS.keys() - rules.UNITS - {"recorded"}:
        about = {"kind": "hazard"} if verb == "amended" else {}
        assert refused(handler(), heard(verb, "handler1", **about), entry) == "forbidden", verb


def test_a_person_has_what_was_given_to_him_by_name():
    volunteer = who("volunteer", name="volunteer1")
    entry = given({"person": "volunteer1"})
    assert rules.sees(volunteer, entry, TODAY) and not rules.sees(who("volunteer", name="other"), entry, TODAY)
    assert refused(volunteer, heard("signed", "volunteer1", task=1), entry) is None


def test_a_grids_task_is_its_workers():
    entry = given({"grid": "G11"})
    assert refused(who("worker"), heard("signed", "worker1", task=1), entry) is None
    assert refused(who("secretary", "S/C1/"), heard("signed", "secretary1", task=1), entry) == "forbidden"
    assert refused(who("worker", "S/C1/G12/"), heard("signed", "worker2", task=1), entry) == "no_entry"


def test_a_party_never_sees_the_file_of_his_own_dispute():
    file = {"mediation": {"class": {"kept_from": ["worker1"]}}}
    entry = replace(story(kind="dispute"), road=file)
    assert not rules.reads(who("worker", name="worker1"), entry, TODAY), "not even as its author"
    assert rules.reads(who("worker", name="worker9"), entry, TODAY)


def allowed(check, *about) -> bool:
    try:
        check(*about, TODAY)
    except Refused:
        return False
    return True


def test_a_units_link_is_good_for_its_open_task_and_four_verbs():
    entry = given({"unit": "wuye"}, {"unit": "chengguan", "assists": True})

    def say(verb: str, by: str = "unit:wuye", task: int | None = 1):
        content = {"kind": "hazard"} if verb in {"recorded", "amended"} else {} if verb == "graded" else {"task": task}
        return heard(verb, by, **content)

    for verb in VERBS:
        assert allowed(partial(rules.allow_unit, "wuye", entry.id, 1), say(verb), entry) is (verb in rules.UNITS), verb
        assert not allowed(partial(rules.allow_unit, "wuye", entry.id, 1), say(verb, task=None), entry) or verb not in rules.UNITS
    for verb in rules.UNITS:
        assert allowed(partial(rules.allow_unit, "wuye", entry.id, 1), say(verb), entry)
        assert not allowed(partial(rules.allow_unit, "wuye", entry.id, 2), say(verb), entry)
        assert not allowed(partial(rules.allow_unit, "wuye", entry.id, 1), say(verb, task=2), entry)
        assert not allowed(partial(rules.allow_unit, "wuye", entry.id, 1), say(verb, by="unit:chengguan"), entry)
        assert not allowed(partial(rules.allow_unit, "wuye", "another", 1), say(verb), entry)
        assert not allowed(partial(rules.allow_unit, "wuye", entry.id, 1), say(verb), None)
    done = act(entry, say("handled"), 9)
    assert not allowed(partial(rules.allow_unit, "wuye", entry.id, 1), say("noted"), done)


def test_the_server_by_itself_only_raises():
    entry = given()
    for verb in VERBS.keys() - {"recorded", "amended"}:
        assert allowed(rules.allow_clock, heard(verb, "clock"), entry) is (verb == "raised")
    assert not allowed(rules.allow_clock, heard("raised", "secretary1"), entry)


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


# --- what a secretary wrote herself


def street(*desks: tuple[str, str], name: str = "street1", **until) -> Who:
    """A member of the street who knows these secretaries: (username, path)."""
    held = tuple((username, Post("secretary", path.rstrip("/").split("/")[-1], path, date(2026, 1, 1), **until)) for username, path in desks)
    return replace(who("street", "S/", name=name), desks=held)


@pytest.mark.parametrize(("desks", "until", "decides"), [
    ([("secretary1", "S/C1/")], {}, "accepts"),
    ([("secretary1", "S/C1/"), ("secretary9", "S/C1/")], {}, "nothing"),
    ([("secretary1", "S/C1/"), ("secretary9", "S/")], {}, "nothing"),
    ([("secretary1", "S/C1/"), ("secretary2", "S/C2/")], {}, "accepts"),
    ([], {}, "everything"),
    ([("secretary2", "S/C2/")], {}, "everything"),
    ([("secretary9", "S/C1/")], {"ends": date(2026, 11, 22)}, "everything"),
    ([("secretary9", "S/C1/")], {"ends": TODAY}, "nothing"),
])  # fmt: skip
def test_the_street_decides_only_what_no_secretary_of_the_place_could(desks, until, decides):
    entry = replace(story(), author="secretary1", authors=["secretary1"])
    for verb in VERBS:
        expected = rules.may(who("street", "S/"), verb, entry, TODAY)  # who does not know the secretaries decides nothing
        expected |= decides == "accepts" and verb in rules.VERDICTS
        expected |= decides == "everything" and rules.may(who("secretary", "S/C1/"), verb, entry, TODAY)
        assert rules.may(street(*desks, **until), verb, entry, TODAY) is expected, verb


def test_what_a_worker_wrote_is_the_secretarys_until_she_puts_her_hand_to_it():
    entry, only = replace(story(), path="S/C1/G11/"), ("secretary1", "S/C1/")
    assert not rules.may(street(only), "approved", entry, TODAY)
    assert rules.may(street(only), "approved", replace(entry, authors=["worker1", "secretary1"]), TODAY)


def test_a_party_among_the_secretaries_is_no_secretary_for_that_dispute():
    entry = replace(story(kind="dispute"), road={"kept_from": ["secretary9"]}, authors=["secretary1"])
    assert rules.may(street(("secretary1", "S/C1/"), ("secretary9", "S/C1/")), "approved", entry, TODAY)


def test_nor_does_a_member_of_the_street_decide_what_he_wrote():
    entry = replace(story(), author="street1", authors=["street1"])
    for verb in rules.VERDICTS:
        assert not rules.may(street(), verb, entry, TODAY)
        assert rules.may(street(name="street2"), verb, entry, TODAY)
        assert rules.may(who("secretary", "S/C1/"), verb, entry, TODAY)
