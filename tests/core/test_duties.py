"""Who is responsible: the chain, its vacancies and overlaps, teams, contacts, and the hours of a duty sheet."""

from datetime import date

import pytest

from webapp.core import duties
from webapp.core.duties import Held, Turn

DAY = date(2026, 11, 23)
PLACES = duties.places(
    [
        ("S", "街道", "S/", "street", None),
        ("C", "社区", "S/C/", "community", None),
        ("C0", "总网格", "S/C/C0/", "grid", "general"),
        ("G", "网格", "S/C/C0/G/", "grid", "ordinary"),
        ("M", "微网格", "S/C/C0/G/M/", "grid", "micro"),
        ("B", "1号楼", "S/C/C0/G/M/B/", "building", None),
        ("U", "1单元", "S/C/C0/G/M/B/U/", "unit", None),
        ("N", "微网格", "S/C/C0/G/N/", "grid", "micro"),
        ("L", "红星巷", "S/C/C0/G/N/L/", "building", None),
    ]
)
PATH = {place.code: place.path for place in PLACES}
CHAIN = {"branch_member": "G", "worker": "G", "group_leader": "M", "building_leader": "B", "unit_leader": "U"}


def held(role: str, code: str, who: str = "", starts=date(2026, 1, 1), ends=None) -> Held:
    who = who or f"{role}-{code}"
    return Held(who, who.upper(), role, PATH[code], starts, ends)


def whole() -> list[Held]:
    return [held(role, code) for role, code in CHAIN.items()]


def names(chain) -> dict[str, list[str]]:
    return {role: [one.username for one in people] for role, people in chain}


# --- the chain


def test_a_household_resolves_to_five_named_people():
    chain = duties.chain(duties.where(whole(), DAY), PATH["U"])
    assert names(chain) == {role: [f"{role}-{code}"] for role, code in CHAIN.items()}
    assert [role for role, _people in chain] == list(CHAIN)


def test_the_nearest_post_at_or_above_counts():
    there = duties.where([held("worker", "C0", "far"), held("worker", "G", "near"), held("unit_leader", "B", "of the building")], DAY)
    chain = names(duties.chain(there, PATH["U"]))
    assert chain["worker"] == ["near"] and chain["unit_leader"] == ["of the building"]
    assert chain["group_leader"] == []
    assert names(duties.chain(there, PATH["C0"]))["worker"] == ["far"]


def test_a_path_that_begins_with_the_same_letters_is_another_place():
    there = duties.where([Held("a", "A", "worker", "S/C/C0/G/", DAY)], DAY)
    assert duties.nearest(there, "worker", "S/C/C0/G2/M/") == []


@pytest.mark.parametrize(("day", "who"), [(date(2026, 6, 30), "old"), (date(2026, 7, 1), "new"), (date(2025, 12, 31), None)])
def test_the_day_decides_who_it_is(day, who):
    posts = [held("worker", "G", "old", ends=date(2026, 6, 30)), held("worker", "G", "new", starts=date(2026, 7, 1))]
    assert [one.username for one in duties.nearest(duties.where(posts, day), "worker", PATH["U"])] == ([who] if who else [])


def test_a_grid_has_no_leader_of_a_staircase():
    assert duties.roles_at("grid") == ["branch_member", "worker"]
    assert duties.roles_at("building")[-1] == "building_leader"
    assert duties.roles_at("unit") == duties.roles_at("stair") == list(CHAIN)
    assert duties.roles_at("street") == duties.roles_at("general") == []


# --- vacancies and overlaps


def missing(posts) -> list[tuple[str, str]]:
    return [(place.code, role) for place, role in duties.vacancies(PLACES, duties.where(posts, DAY))]


def test_every_vacancy_is_found():
    assert missing(whole()) == [("N", "group_leader"), ("L", "building_leader"), ("L", "unit_leader")]
    assert missing([]) == [
        ("G", "branch_member"), ("G", "worker"), ("M", "group_leader"), ("B", "building_leader"), ("U", "unit_leader"),
        ("N", "group_leader"), ("L", "building_leader"), ("L", "unit_leader"),
    ]  # fmt: skip
    assert duties.wanted(PLACES) == 8


def test_who_looks_after_more_fills_what_lies_below():
    assert missing([held("branch_member", "C"), held("worker", "C0"), held("group_leader", "G"), held("building_leader", "G")]) == [
        ("U", "unit_leader"), ("L", "unit_leader"),
    ]  # fmt: skip


def test_two_at_the_same_place_and_time_overlap():
    posts = [*whole(), held("unit_leader", "U", "second"), held("worker", "G", "earlier", ends=date(2026, 11, 22)), held("worker", "C0", "above")]
    [(place, role, people)] = duties.overlaps(PLACES, duties.where(posts, DAY))
    assert (place.code, role, [one.username for one in people]) == ("U", "unit_leader", ["second", "unit_leader-U"])


def test_one_person_with_the_same_post_twice_is_one():
    posts = [held("worker", "G", "a"), held("worker", "G", "a", starts=date(2026, 2, 1))]
    assert duties.overlaps(PLACES, duties.where(posts, DAY)) == []


# --- teams, contacts, party


def test_a_team_is_everybody_with_a_post_at_the_micro_grid_once():
    posts = [*whole(), held("micro_member", "M", "m1"), held("micro_member", "M", "unit_leader-U"), held("part_time", "M", "no")]
    teams = dict((place.code, members) for place, members in duties.teams(PLACES, duties.where(posts, DAY)))
    assert len(teams["M"]) == 4 and teams["N"] == []
    assert [size in duties.TEAM for size in (4, 5, 7, 8)] == [False, True, True, False]


def test_coverage_counts_exactly_the_places_that_have_a_contact():
    there = duties.where([held("contact", "C"), held("contact", "G")], DAY)
    with_one, without = duties.coverage(PLACES, there, "contact", "community")
    assert ([place.code for place, _ in with_one], without) == (["C"], [])
    with_one, without = duties.coverage(PLACES, there, "contact", "general", "grid")
    assert ([place.code for place, _ in with_one], [place.code for place in without]) == (["G"], ["C0"])


def test_eighteen_for_ten_thousand():
    assert [duties.workers_short(people, 6) for people in (0, 3333, 3334, 10_000)] == [0, 0, 1, 12]


# --- duty sheets


def turn(who="a", days=(0,), opens="08:00", closes="12:00", **more) -> Turn:
    return Turn(who, who, more.pop("what", "门房"), tuple(days), duties.minutes(opens), duties.minutes(closes), **more)


def test_a_night_goes_on_the_day_after():
    assert turn(days=(6,), opens="20:00", closes="06:00").spans == ((6, 1200, 1440), (0, 0, 360))
    assert turn(days=(6,), opens="20:00", closes="00:00").spans == ((6, 1200, 1440),)


@pytest.mark.parametrize("text", ["8:00", "24:00", "08:60", "", "0800", "ab:cd", "08:00:00", "٠٨:٠٠"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        duties.minutes(text)


def test_gaps_lie_within_the_dutys_own_hours_on_its_own_days():
    turns = [turn(days=(0, 1)), turn("b", (0,), "14:00", "18:00"), turn("c", (1,), "11:00", "18:00")]
    assert duties.gaps(turns) == [(0, 720, 840)]
    assert duties.days_off(turns) == [2, 3, 4, 5, 6]
    assert duties.gaps([]) == []
    assert duties.together([(0, 1, 2), (1, 1, 2), (1, 0, 1)]) == [([1], 0, 1), ([0, 1], 1, 2)]


def test_who_is_on_call_leaves_no_gap():
    assert duties.gaps([turn(), turn("b", (0,), "12:00", "18:00", on_call=True)]) == []


def test_two_on_the_same_duty_are_told_and_one_at_two_places_too():
    a, b = turn("a", place="B"), turn("b", (0, 1), "11:00", "14:00", place="B")
    assert duties.doubled([a, b]) == [(a, b, (0, 660, 720))]
    other = turn("a", (0,), "09:00", "10:00", place="L", what="巡逻")
    assert duties.doubled([a, other]) == []
    assert duties.clashes([a, b, other]) == [(a, other, (0, 540, 600))]
    assert duties.clashes([a, turn("a", (0,), "12:00", "13:00", place="L")]) == []


# --- hand-over


def test_the_successor_named_for_the_nearest_area_takes_it():
    named = {"S/C/": "c", "S/C/C0/G/": "g", "S/C/C0/G/M/": ""}
    assert duties.successor("S/C/C0/G/M/B/", named, "all") == "g"
    assert duties.successor("S/C/C9/", named, "all") == "c"
    assert duties.successor("S/D/", named, "all") == "all"
