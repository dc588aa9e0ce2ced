"""Whoever may open a room finds a way there from where he starts."""

import pytest

from tests.conftest import NOON
from tests.town import signed_in
from webapp.store import people
from webapp.store.database import writing
from webapp.store.tables import Post


def give(town, username: str, role: str, area: str) -> None:
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.insert(), {"username": username, "role": role, "area_code": area, "starts": NOON.date()})


@pytest.mark.parametrize(
    ("by", "path"), [("street1", "/desk/entries"), ("secretary1", "/desk"), ("admin1", "/duties"), ("street1", "/settings"), ("handler1", "/settings")]
)
def test_what_a_post_knows_by_heart_is_one_tap_away(town, by, path):
    assert 'href="/recite"' in signed_in(town, by).get(path).text


def test_a_leader_who_keeps_in_touch_finds_it_and_a_courier_has_none(town):
    with town.app_context(), writing() as connection:
        people.add(connection, "leader", "王主任")
        people.add(connection, "rider", "马师傅")
    give(town, "leader", "contact", "C1")
    give(town, "rider", "spotter", "S")
    leader = signed_in(town, "leader")
    assert 'href="/recite"' in leader.get("/contacts").text and 'href="/recite"' in leader.get("/settings").text
    [post] = leader.get("/recite.json").json["posts"]
    assert post["title"] == "辖区C1 · 联系领导"
    assert 'href="/recite"' not in signed_in(town, "rider").get("/settings").text


@pytest.mark.parametrize("by", ["street1", "secretary1"])
def test_an_administrator_with_a_desk_finds_the_redrawing_of_grids(town, by):
    assert "/regrid" not in signed_in(town, by).get("/desk/more").text
    give(town, by, "admin", "S")
    assert 'href="/regrid"' in signed_in(town, by).get("/desk/more").text and 'href="/regrid"' in signed_in(town, by).get("/figures").text
    assert 'aria-current="page"' in signed_in(town, by).get("/regrid").text
