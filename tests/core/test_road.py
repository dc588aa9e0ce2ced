"""The tables of the road, and the drawing of them in docs/."""

from pathlib import Path

import pytest

from webapp.core import road
from webapp.core.actions import VERBS


@pytest.mark.parametrize("name", road.ROADS)
def test_every_stage_is_reached_and_every_open_one_has_a_way_on(name):
    table = road.ROADS[name]
    reached, new = {"waiting"}, ["waiting"]
    while new:
        new = [to for stage in new for to in table.get(stage, {}).values() if to not in reached]
        reached |= set(new)
        if "suspended" in reached:  # it goes back to where it was
            new += [stage for stage in table if stage not in reached and "suspended" in table[stage].values()]
    assert reached == {*table, *(to for verbs in table.values() for to in verbs.values())}
    assert all(set(table.get(stage, {}).values()) - {stage} for stage in reached & set(road.OPEN))


def test_every_word_of_the_tables_is_known():
    for table in road.ROADS.values():
        assert {*table, *(to for verbs in table.values() for to in verbs.values())} <= set(road.STAGES)
        assert {verb for verbs in table.values() for verb in verbs} <= set(VERBS)
    assert set(road.DID) == set(VERBS)


def test_the_drawing_in_the_docs_is_that_of_the_tables():
    assert (Path(__file__).parents[2] / "docs/road.md").read_text() == road.drawn()
