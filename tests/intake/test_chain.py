"""Who is responsible in the demo town: nearly everything is filled, and something is left to be found."""

from random import Random

import pytest

from tests.conftest import NOON
from webapp.core import duties
from webapp.intake.demo import cast, chain, places
from webapp.store import duties as rows
from webapp.store import papers

TODAY = NOON.date()


@pytest.fixture(scope="module")
def responsible():
    """(places, who holds what where) of the full town."""
    tree = places.tree(Random(1))
    staff = cast.of(Random(1), tree, TODAY)
    chain.fill(staff, tree, TODAY)
    names = {person["username"]: person["name"] for person in staff.people}
    held = [
        duties.Held(post["username"], names[post["username"]], post["role"], tree[post["area_code"]]["path"], post["starts"], post["ends"])
        for post in staff.posts
    ]
    every = [(area["code"], area["name"], area["path"], area["level"], area["grid_type"]) for area in tree.values()]
    return duties.places(every), duties.where(held, TODAY)


def test_nearly_every_post_of_the_chain_is_held(responsible):
    all, there = responsible
    wanted, vacant, twice = duties.wanted(all), duties.vacancies(all, there), duties.overlaps(all, there)
    assert wanted > 1700 and 0 < len(vacant) < 0.05 * wanted and 0 < len(twice) < 0.03 * wanted
    assert not [place for place, role in vacant if role == "worker"]


def test_teams_are_mostly_five_to_seven(responsible):
    teams = duties.teams(*responsible)
    odd = [place for place, members in teams if len(members) not in duties.TEAM]
    assert len(teams) == 376 and 0 < len(odd) < 0.15 * len(teams)


def test_every_community_has_its_contact_and_some_lack_a_part_time_member(responsible):
    all, there = responsible
    with_one, without = duties.coverage(all, there, "contact", "community")
    assert (len(with_one), without) == (9, [])
    counts = [len(duties.below(there, "part_time", place.path)) for place, _leaders in with_one]
    assert min(counts) < duties.PART_TIME <= max(counts)


def test_a_duty_sheet_and_papers_are_there(app):
    with app.app_context():
        turns = [turn for turn, _row in rows.turns(f"{places.STREET}/", TODAY)]
        parts = {paper.part for paper in papers.papers_for(f"{places.STREET}/")}
    assert duties.gaps(turns) and duties.doubled(turns) and not duties.clashes(turns)
    assert parts == set(duties.PARTS)
