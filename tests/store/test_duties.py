"""Posts, duty sheets, papers and hand-overs as rows."""

from datetime import date, timedelta

import pytest

from tests.conftest import NOON
from tests.town import action, hear, rows
from webapp.core import duties as core
from webapp.store import duties, handover, papers, people
from webapp.store.database import db, writing
from webapp.store.tables import Device, Person, Post

TODAY = date(2026, 11, 23)


@pytest.fixture
def here(town):
    """The little town with an open context."""
    with town.app_context():
        yield town


def post(username: str, role: str, code: str, starts=date(2026, 1, 1), ends=None) -> None:
    with writing() as connection:
        people.add_post(connection, username, role=role, area=code, starts=starts, ends=ends)


def test_places_know_what_they_are(here):
    assert {place.code: place.kind for place in duties.places_in("S/", TODAY)} == {
        "S": "street", "C1": "community", "C2": "community", "G11": "grid", "G12": "grid", "G21": "grid",
        "B1": "building", "U1": "unit", "B2": "stair", "B3": "stair",
    }  # fmt: skip


def test_places_of_another_time_are_left_away(here):
    with writing() as connection:
        connection.execute(duties.Area.__table__.update().where(duties.area.code == "G12").values(ends=TODAY - timedelta(days=1)))
        connection.execute(duties.Area.__table__.update().where(duties.area.code == "B1").values(starts=TODAY + timedelta(days=1)))
    assert [place.code for place in duties.places_in("S/C1/", TODAY)] == ["C1", "G11", "U1", "B2"]


def test_the_posts_above_a_place_belong_to_its_chain(here):
    post("admin1", "branch_member", "C1")
    held = duties.held_in("S/C1/G11/B1/U1/", TODAY)
    chain = dict(core.chain(core.where(held, TODAY), "S/C1/G11/B1/U1/"))
    assert [one.name for one in chain["branch_member"]] == ["admin1的名字"]
    assert [one.username for one in chain["worker"]] == ["worker1"]
    assert "S/C1/G12/" not in {one.path for one in held}


def test_who_has_no_account_any_more_is_responsible_for_nothing(here):
    with writing() as connection:
        connection.execute(Person.__table__.update().where(Person.username == "worker1").values(active=False))
    assert "worker1" not in {one.username for one in duties.held_in("S/", TODAY)}


def test_a_post_that_ends_before_it_begins_never_was(here):
    post("worker2", "unit_leader", "U1", starts=TODAY)
    [(id,)] = rows(Post.__table__.select().with_only_columns(Post.id).where(Post.role == "unit_leader"))
    with writing() as connection:
        duties.end(connection, id, TODAY - timedelta(days=1))
    assert rows(Post.__table__.select().where(Post.role == "unit_leader")) == []


def test_people_are_found_by_username_or_name_within_ones_areas_only(here):
    assert [one.username for one in duties.named("worker1", ["S/C1/"])] == ["worker1"]
    assert {one.username for one in duties.named("的名字", ["S/C2/"])} == {"worker3", "secretary2"}
    assert duties.named("worker3", ["S/C1/"]) == [] and duties.named("%", ["S/"]) == []


def test_the_minimum_is_the_towns_own(here):
    assert duties.part_time_minimum() == {}
    with writing() as connection:
        duties.set_minimum(connection, "", 8)
        duties.set_minimum(connection, "C1", 10)
        duties.set_minimum(connection, "C1", 11)
    assert duties.part_time_minimum() == {"": 8, "C1": 11}


def test_a_duty_sheet_names_persons_and_units(here):
    base = {"area_code": "G11", "what": "门房", "weekdays": [0], "opens": "08:00", "closes": "12:00", "on_call": False}
    with writing() as connection:
        duties.add_duty(connection, username="worker1", unit=None, starts=date(2026, 1, 1), ends=None, **base)
        duties.add_duty(connection, username=None, unit="wuye", starts=date(2026, 1, 1), ends=None, **base)
        duties.add_duty(connection, username="worker1", unit=None, starts=date(2026, 1, 1), ends=date(2026, 2, 1), **base)
    turns = [turn for turn, _row in duties.turns("S/C1/", TODAY)]
    assert [(turn.who, turn.name, turn.spans) for turn in turns] == [
        ("worker1", "worker1的名字", ((0, 480, 720),)), ("unit:wuye", "单位wuye", ((0, 480, 720),)),
    ]  # fmt: skip
    assert duties.turns("S/C2/", TODAY) == []


# --- hand-over


def given(town, entry: str = "hazard", to: str = "worker1") -> str:
    """A case of worker2's that was given to a person; its id."""
    raw = action(by="worker2", kind=entry, area="G12")
    approved = action("approved", raw["entry"], "secretary1", seen=raw["id"])
    assigned = action("assigned", raw["entry"], "secretary1", seen=approved["id"], to=[{"person": to}])
    for one in (raw, approved, assigned):
        [answer] = hear(town, one)
        assert answer.answer == "kept", answer
    return raw["entry"]


def left(username: str) -> dict:
    return handover.left_open(db.session.connection(), username, TODAY)


def test_open_tasks_are_those_in_ones_own_name(here):
    id = given(here)
    [(task, entry)] = handover.tasks_of("worker1")
    assert (task.entry, task.what, entry.path) == (id, "handle", "S/C1/G12/")
    assert handover.tasks_of("worker2") == []
    assert left("worker1") == {"posts": 1, "tasks": 1}


def test_orders_not_brought_yet(here):
    order, done = action(kind="delivery", ordered=True), action(kind="delivery")
    hear(here, order, done)
    assert [row.id for row in handover.orders(["S/C1/G11/"])] == [order["entry"]]
    assert handover.orders(["S/C1/G12/"]) == []


def test_nobody_is_closed_with_open_work(here):
    given(here)
    with writing() as connection:
        assert handover.deactivate(connection, "worker1", TODAY) == {"posts": 1, "tasks": 1}
    assert people.user("0:worker1") is not None


def test_who_has_nothing_left_is_closed_and_signed_out(here):
    with writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "worker1").values(ends=TODAY - timedelta(days=1)))
        assert handover.deactivate(connection, "worker1", TODAY) == {}
    assert people.user("0:worker1") is None and people.user("1:worker1") is None


def test_a_post_to_come_is_open_too(here):
    with writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "worker1").values(starts=TODAY + timedelta(days=9)))
    assert left("worker1") == {"posts": 1}


def test_a_returned_entry_is_open_until_its_grid_has_another_worker(here):
    raw = action()
    hear(here, raw)
    hear(here, action("returned", raw["entry"], "secretary1", seen=raw["id"]))
    with writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "worker1").values(ends=TODAY - timedelta(days=1)))
    assert [row.id for row in handover.returned_to("worker1")] == [raw["entry"]]
    assert left("worker1") == {"returned": 1}
    post("worker2", "worker", "G11")
    assert left("worker1") == {}


def test_what_is_still_on_the_phones_is_added_up(here):
    with writing() as connection:
        for id, username, unsent in (("a", "worker1", 2), ("b", "worker1", 3), ("c", "worker2", 0)):
            connection.execute(Device.__table__.insert(), {"id": id, "username": username, "heard": NOON, "unsent": unsent, "version": "", "agent": ""})
    assert handover.unsent(["worker1", "worker2"]) == {"worker1": 5}


# --- 一口清


def test_papers_come_from_the_area_and_from_above(here):
    with writing() as connection:
        for code in ("S", "C1", "C2"):
            papers.keep(connection, None, area_code=code, part="policy", roles=[], title=f"{code}的", words="…", rank=0)
    assert [paper.title for paper in papers.papers_for("S/C1/G11/")] == ["S的", "C1的"]
    assert [paper.title for paper, _area in papers.papers_below("S/C1/")] == ["C1的"]


def test_the_counts_of_an_area(here):
    hear(here, action(kind="hazard"), action())
    assert papers.homes_and_people("S/C1/") == (2, 2)
    assert papers.tags("S/C1/G11/") == {"aged": 1}
    assert papers.areas_by_type("S/C1/") == {("grid", None): 2, ("building", None): 2, ("unit", None): 1}
    assert papers.open_cases("S/C1/G11/", "worker1") == {"hazard": 1} and papers.open_cases("S/C2/", "worker1") == {}
