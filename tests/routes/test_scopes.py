"""What the phone of somebody with a post below a grid gets: of the grid's feed and roster, the part within the post."""

from datetime import date

import pytest

from tests.town import action, hear, signed_in
from webapp.core import rules
from webapp.store import people
from webapp.store.database import db, save, writing
from webapp.store.tables import Area, Household, Post

MICRO = {"code": "M1", "name": "一号微网格", "parent_code": "G11", "level": "grid", "grid_type": "micro", "scope": "G11", "initials": ""}
HOUSE = {"code": "B9", "name": "9号楼", "parent_code": "M1", "level": "building", "grid_type": None, "scope": "G11", "initials": ""}


@pytest.fixture
def micro(town):
    """The little town with a micro-grid M1 (building B9) in G11, and people whose posts lie there."""
    with town.app_context(), writing() as connection:
        save(connection, Area, [MICRO | {"path": "S/C1/G11/M1/"}])
        save(connection, Area, [HOUSE | {"path": "S/C1/G11/M1/B9/"}])
        save(connection, Household, [{"id": "home-9", "area_code": "B9", "room": "901", "name": "孙九", "telephone": "13900000009"}])
        for name, area in (("micro1", "M1"), ("house1", "B9"), ("unit1", "U1")):
            people.add(connection, name, name)
            save(connection, Post, [{"username": name, "role": "worker", "area_code": area, "starts": date(2026, 1, 1)}])
    return town


@pytest.mark.parametrize(
    ("name", "places", "outside", "homes"),
    [
        ("micro1", ["M1", "B9"], [["M1", "一号微网格"]], ["home-9"]),
        ("house1", ["B9"], [["B9", "9号楼"]], ["home-9"]),
        ("unit1", ["U1"], [["U1", "辖区U1"]], ["home-11"]),
        ("worker1", ["G11", "B1", "U1", "M1", "B9"], [["G11", "辖区G11"]], ["home-11", "home-9"]),
    ],
)
def test_a_post_below_a_grid_gets_its_own_part_of_the_roster(micro, name, places, outside, homes):
    client = signed_in(micro, name)
    assert [scope["code"] for scope in client.get("/me").json["scopes"]] == ["G11"]
    roster = client.get("/roster/G11").json
    assert [code for code, *_ in roster["places"]] == places
    assert roster["open"] == outside
    assert [home["id"] for home in roster["households"]] == homes
    assert client.get("/roster/G12").status_code == client.get("/roster/C1").status_code == 404


def test_a_post_below_a_grid_gets_its_own_entries_and_nothing_of_the_others(micro):
    with micro.app_context():
        hear(micro, action(area="B1", note="别人家的事"), action(area="B9", note="我这边的事", household="home-9"))
        hear(micro, action(area="M1", by="micro1", note="楼下"))
    page = signed_in(micro, "micro1").get("/sync/changes?scope=G11&after=0").json
    assert [row["seq"] for row in page["rows"]] == [1, 2, 3]
    assert [row.get("note") for row in page["rows"]] == [None, "我这边的事", "楼下"]
    assert page["rows"][0].keys() == {"seq", "hash", "entry", "gone"}
    assert signed_in(micro, "micro1").get("/sync/changes?scope=C1&after=0").status_code == 404


def test_an_entry_that_changed_often_is_sent_once_in_a_page(town):
    raw, other = action(), action()
    with town.app_context():
        hear(town, raw, action("noted", raw["entry"]), other, action("noted", raw["entry"], note="又去了一次"))
    page = signed_in(town, "worker1").get("/sync/changes?scope=G11&after=0").json
    assert [row["seq"] for row in page["rows"]] == [1, 2, 3, 4]
    assert [row.get("later", False) for row in page["rows"]] == [True, True, False, False]
    assert page["rows"][0].keys() == {"seq", "hash", "entry", "later"}
    assert {row["entry"] for row in page["rows"] if "last" in row} == {raw["entry"], other["entry"]}


def test_a_post_below_a_grid_records_below_it_only(micro):
    with micro.app_context():
        [mine] = hear(micro, action(area="B9", by="micro1"))
        [theirs] = hear(micro, action(area="G11", by="micro1"))
    assert (mine.answer, theirs.reason) == ("kept", "forbidden")


def test_a_volunteer_of_the_grid_who_works_in_a_micro_grid_knows_its_homes_only(micro):
    with micro.app_context(), writing() as connection:
        save(connection, Post, [{"username": "volunteer1", "role": "worker", "area_code": "M1", "starts": date(2026, 1, 1)}])
    homes = signed_in(micro, "volunteer1").get("/roster/G11").json["households"]
    assert {home["id"]: home["name"] for home in homes} == {"home-11": "住**", "home-9": "孙九"}


def test_the_scopes_of_a_higher_post_are_those_of_everything_below(micro):
    with micro.app_context():
        assert people.who(db.session.connection(), "secretary1").posts[0].role in rules.FIELD_ROLES
    assert [scope["code"] for scope in signed_in(micro, "secretary1").get("/me").json["scopes"]] == ["C1", "G11", "G12"]
