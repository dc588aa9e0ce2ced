"""The demo town: its shape, its people, its figures, and where it may not be."""

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from tests.conftest import NOON, PASSWORD, make_app
from webapp.cli import upgrade
from webapp.core import calendar, care, rules
from webapp.core.kinds import KINDS
from webapp.core.rules import Post
from webapp.intake import demo
from webapp.intake.demo import cast, places
from webapp.store import lists, people, photos, roster, sums, town
from webapp.store.database import db
from webapp.store.tables import ActionRow, CourtPoint, Device, EntryRow, Household, SittingRow, TaskRow, Unit
from webapp.store.tables import Post as PostRow

TODAY = NOON.date()


@pytest.fixture(scope="module")
def full_tree():
    return places.tree(Random(1))


def test_the_street_is_divided_as_it_really_was(full_tree):
    grids = Counter(area["grid_type"] for area in full_tree.values() if area["level"] == "grid")
    assert grids == {"general": 9, "ordinary": 55, "micro": 376, "dedicated": 61}


def test_its_nine_communities_have_their_official_names_and_codes(full_tree):
    communities = {area["code"]: area["name"] for area in full_tree.values() if area["level"] == "community"}
    assert len(communities) == 9
    assert communities["150802013001"] == "水苑社区" and communities["150802013010"] == "惠民社区"
    assert all(code.startswith("150802013") for code in full_tree)


def test_every_grid_of_the_right_kind_has_its_own_feed(full_tree):
    assert full_tree["150802013001000"]["scope"] == "150802013001000"
    assert full_tree["150802013001901"]["scope"] == "150802013001901"
    units = [area for area in full_tree.values() if area["level"] == "unit"]
    assert {full_tree[unit["scope"]]["grid_type"] for unit in units} == {"ordinary"}


def test_about_three_thousand_households_live_in_it(full_tree):
    homes = places.households(Random(1), full_tree, TODAY, f"{cast.FIRST}001")
    assert 2800 < len(homes) < 3200
    assert {tag for home in homes for tag in home["tags"]} == set(care.CARE)
    assert all(home["telephone"] is None or home["telephone"].startswith("100") for home in homes)
    assert len({home["id"] for home in homes}) == len(homes)
    assert {"王𠮷", "尉迟春", "阿依古丽·买买提"} <= {home["name"] for home in homes}


def test_the_cast_holds_its_posts(app):
    with app.app_context():
        who = {username: people.who(db.session.connection(), username) for username, *_ in cast.CAST}
    areas = {username: {post.area for post in person.posts} for username, person in who.items()}
    assert len(areas["worker1"] & areas["worker2"]) == 0
    assert areas["worker1"] == {"150802013001001"} and areas["worker2"] == {"150802013001002"}
    assert all(code.startswith("150802013002") for code in areas["worker3"])
    assert areas["secretary1"] == {"150802013001"} and areas["secretary2"] == {"150802013002"}
    assert areas["street1"] == areas["admin1"] == {"150802013"}
    beside = {"street", "admin", "spotter", "contact", "committee_head", "building_leader", "unit_leader"}
    assert {post.role for person in who.values() for post in person.posts} == {*rules.DOES["noted"], *beside}
    assert all(post.starts < TODAY - timedelta(days=90) for person in who.values() for post in person.posts)


def test_nobody_who_acts_has_a_namesake_behind_a_door(full_tree):
    """He would be kept from that household's dispute, and what the diary has him do about it would be refused."""
    for seed in range(20):
        staff = cast.of(Random(seed), full_tree, TODAY)
        homes = places.households(Random(seed), full_tree, TODAY, f"{cast.FIRST}001", staff.names)
        assert not [home["name"] for home in homes if any(name in home["name"] for name in staff.names)]


def test_everybody_of_the_cast_can_sign_in(app, sign_in):
    for username, *_ in cast.CAST:
        me = sign_in(username).get("/me").json
        assert me["username"] == username and me["posts"]


def test_log_and_figures_agree(app):
    with app.app_context():
        assert list(sums.check(db.session.connection())) == []


def test_the_figures_look_like_a_towns(app):
    with app.app_context():
        street = lists.area_by_code("150802013")
        found = sums.figures(street, TODAY - timedelta(days=90), TODAY, TODAY)[""]
        kinds = {row.kind for row in db.session.query(EntryRow)}
        stages = {row.stage for row in db.session.query(EntryRow)}
    rates = {name: top / bottom for name, (top, bottom) in found.rates.items()}
    assert 0.6 < rates["closure"] < 1 and 0.5 < rates["on_time"] < 1
    assert 0.3 < rates["day1"] < rates["day2"] < rates["day3"] < 1
    assert kinds == set(KINDS)
    assert {"waiting", "returned", "in_hand", "assigned", "signed", "handled", "closed"} <= stages


def test_nothing_happened_today_or_later_and_nothing_before_the_ninety_days(app):
    with app.app_context():
        zone = app.config["SETTINGS"].timezone
        days = {calendar.local_day(row.heard, zone) for row in db.session.query(ActionRow)}
    assert TODAY - timedelta(days=90) <= min(days) and max(days) == TODAY - timedelta(days=1)


def test_the_secretary_finds_work_in_her_inbox_with_photos_that_are_there(app):
    with app.app_context():
        folder = app.config["SETTINGS"].photos
        below = lists.entries(["150802013/150802013001/"]).where(EntryRow.stage == "waiting")
        waiting = list(db.session.scalars(below))
        shown = [sha for entry in waiting if entry.kind == "hazard" for sha, *_ in entry.photos]
        assert 6 <= len(waiting) <= 25
        assert shown and all(photos.here(folder, sha) for sha in shown)


def test_the_worker_finds_something_to_do_today(app):
    with app.app_context():
        mine = list(db.session.scalars(lists.entries([lists.area_by_code("150802013001001").path])))
        grid = lists.area_by_code("150802013001001")
        page = roster.of(grid, TODAY, [Post("worker", grid.code, grid.path, TODAY)])
    assert 2 <= sum(entry.stage == "returned" for entry in mine) <= 4
    assert any(entry.kind == "delivery" and entry.stage == "in_hand" for entry in mine)
    assert any(entry.details.get("follow_up") == TODAY.isoformat() for entry in mine)
    assert any(home["due"] <= TODAY.isoformat() for home in page["households"])


def test_every_worker_walks_his_rounds_and_some_find_a_hazard(app):
    with app.app_context():
        rows = list(db.session.query(EntryRow))
        holders = {post.username for post in db.session.query(PostRow).filter_by(role="worker")}
    rounds = {row.id: row for row in rows if row.kind == "patrol"}
    assert {row.author for row in rounds.values()} == holders
    choices = {field.name: {value for value, _ in field.choices} for field in KINDS["patrol"].fields}
    assert all(row.details["ticks"] and set(row.details["ticks"]) <= choices["ticks"] for row in rounds.values())
    assert {row.details["found"] for row in rounds.values()} == choices["found"] and {row.details["team"] for row in rounds.values()} <= choices["team"]
    found = [row for row in rows if row.parent in rounds]
    assert {row.kind for row in found} == {"hazard"} and all(row.received_at >= rounds[row.parent].received_at for row in found)
    assert {row.parent for row in found} == {row.id for row in rounds.values() if row.details["found"] == "case"}
    assert any(row.photos for row in rounds.values())


def test_cases_go_the_whole_road_and_most_of_them_through_units(app):
    with app.app_context():
        tasks = list(db.session.query(TaskRow))
        handlers = people.who(db.session.connection(), "handler1"), people.who(db.session.connection(), "handler2")
        known = {row.code for row in db.session.query(Unit)}
        verbs = {row.verb for row in db.session.query(ActionRow)}
    given = [task for task in tasks if task.what == "handle"]
    assert 0.5 < sum(bool(task.unit) for task in given) / len(given) < 0.95
    assert {task.unit for task in tasks if task.unit} <= known
    assert [who.units(TODAY) for who in handlers] == [{"wuye-1"}, {"chengguan"}]
    assert any(task.unit == "wuye-1" and not task.signed_at and not task.end for task in given)
    assert {"assigned", "signed", "handled", "closed", "classified", "agreed", "fed_back", "followed_up"} <= verbs


def test_two_online_courts_are_there_since_april_with_what_was_held_and_what_is_to_come(app):
    with app.app_context():
        points = [(row.starts, row.area_code) for row in db.session.query(CourtPoint).order_by(CourtPoint.area_code)]
        sittings = list(db.session.query(SittingRow))
    assert points == [(date(2026, 4, 28), "150802013"), (date(2026, 4, 28), "150802013001")]
    assert [one for one in sittings if one.state == "agreed"] and [one for one in sittings if one.state == "" and one.starts > NOON]


def digest() -> str:
    """Everything in the town that is not a password."""
    lines = [f"{row.seq} {row.id} {row.hash} {row.heard} {row.facts}" for row in db.session.query(ActionRow).order_by(ActionRow.seq)]
    lines += [f"{row.id} {row.area_code} {row.room} {row.name} {row.tags} {row.telephone}" for row in db.session.query(Household)]
    lines += [f"{row.id} {row.username} {row.heard}" for row in db.session.query(Device)]
    lines += [f"{area}" for area in town.areas().values()]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def test_the_same_seed_and_day_give_the_same_town(app, empty_app):
    with app.app_context():
        first = digest()
    with empty_app.app_context():
        demo.load(empty_app.config["SETTINGS"], small=True, today=TODAY)
        assert digest() == first


def test_the_whole_town_can_be_made(empty_app):
    """On a day when some who judge at a hearing got their posts only after others were held: each town differs by its day."""
    with empty_app.app_context():
        demo.load(empty_app.config["SETTINGS"], today=date(2026, 11, 24))
        assert db.session.scalar(select(func.count()).select_from(EntryRow)) > 10_000
        assert list(sums.check(db.session.connection())) == []


def test_another_seed_gives_other_households():
    tree = places.tree(Random(1), small=True)
    one, other = (places.households(Random(seed), tree, date(2026, 1, 1), "") for seed in (1, 2))
    assert {home["name"] for home in one} != {home["name"] for home in other}


def test_an_address_that_others_can_reach_gets_no_demo_accounts(empty_app):
    with empty_app.app_context():
        public = replace(empty_app.config["SETTINGS"], host="0.0.0.0")
        said = []
        with pytest.raises(demo.NotHere, match="公开地址"):
            demo.load(public, small=True)
        demo.load_if_new(public, said.append)
        assert said == [demo.PUBLIC] and not town.has_areas()


def test_moved_to_a_public_address_the_demo_accounts_are_closed_until_asked_for_by_name(app):
    said = []
    with app.app_context():
        public = replace(app.config["SETTINGS"], host="0.0.0.0")
        demo.keep_private(public, said.append)
        assert people.sign_in("admin1", PASSWORD) is None
        demo.keep_private(replace(public, demo_in_public=True), said.append)
        assert people.sign_in("admin1", PASSWORD)
    assert said == [demo.PUBLIC]


def test_a_town_is_not_loaded_over_another(app):
    with app.app_context(), pytest.raises(demo.NotHere):
        demo.load(app.config["SETTINGS"], small=True)


def test_started_again_it_names_the_accounts_but_keeps_their_passwords(app):
    said = []
    with app.app_context():
        demo.load_if_new(replace(app.config["SETTINGS"], demo_password=None), said.append)
    assert "worker1" in said[0] and PASSWORD not in " ".join(said)


def test_a_password_named_later_is_everybodys(app):
    said = []
    with app.app_context():
        demo.load_if_new(replace(app.config["SETTINGS"], demo_password="quite-another-2"), said.append)
        assert people.sign_in("street1", "quite-another-2") and not people.sign_in("street1", PASSWORD)
    assert "quite-another-2" in said[0]


def test_without_a_shared_password_each_account_gets_its_own(tmp_path):
    app = make_app(tmp_path)
    with app.app_context():
        upgrade()
        logins = demo.load(replace(app.config["SETTINGS"], demo_password=None), small=True, today=TODAY)
        one = logins[0]
        assert people.sign_in(one.username, one.password)
    assert len({login.password for login in logins}) == len(logins) == len(cast.CAST)
    assert one.post == "水苑第一网格 网格员"
