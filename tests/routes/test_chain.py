"""本片在办: a post of the chain sees the open cases of its own place, and nothing about anybody."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.routes.mediation import entry_of
from tests.routes.resident import send
from tests.routes.test_dispatch import give
from tests.town import action, hear, rows, signed_in
from webapp.store import escalation, lists, people
from webapp.store.database import save, writing
from webapp.store.tables import AccessRow, ActionRow, Area, EntryRow, Household, NoticeRow

HOUR = timedelta(hours=1)
SECRETS = ("孟奶奶", "13912345678", "二楼东户", "1502", "worker1的名字")
CHAIN = {"unit1": ("unit_leader", "U1"), "unit2": ("unit_leader", "U2"), "house1": ("building_leader", "B1"), "group1": ("group_leader", "G11")}
CHAIN |= {"member1": ("branch_member", "G11"), "cell1": ("party_group", "G11")}


@pytest.fixture
def street(town):
    """The little town with a second staircase, a household that has a name, and the chain of the first building."""
    with town.app_context(), writing() as connection:
        unit = {"code": "U2", "name": "2单元", "parent_code": "B1", "level": "unit", "path": "S/C1/G11/B1/U2/", "scope": "G11", "initials": "JC"}
        save(connection, Area, [unit])
        home = {"id": "home-1502", "area_code": "U1", "room": "1502", "name": "孟奶奶", "telephone": "13912345678", "tags": ["aged"]}
        save(connection, Household, [home])
        for username, (role, code) in CHAIN.items():
            people.add(connection, username, f"{username}的名字")
            people.add_post(connection, username, role=role, area=code, starts=date(2026, 1, 1), ends=None)
    return town


def case(town, area="U1", *, by="worker1", approved=True, **content) -> str:
    content = {"kind": "hazard", "category": "H0101", "note": "孟奶奶 13912345678 家门口堆物", "place": "二楼东户"} | content
    raw = action(by=by, area=area, **content)
    with town.app_context():
        assert hear(town, raw)[0].answer == "kept"
        if approved:
            assert hear(town, action("approved", raw["entry"], by="secretary1", seen=raw["id"]))[0].answer == "kept"
    return raw["entry"]


def seen(town, username: str) -> set[str]:
    text = signed_in(town, username).get("/chain").text
    assert not [word for word in SECRETS if word in text]
    return set(re.findall(r'href="/chain/([0-9a-f-]{36})"', text))


def run(town, moment) -> None:
    town.config["CLOCK"] = lambda: moment
    with town.app_context():
        escalation.escalate(moment, town.config["SETTINGS"].timezone)


def told(town, what="rung") -> list[str]:
    with town.app_context():
        return [one.username for one in rows(select(NoticeRow.username).where(NoticeRow.what == what).order_by(NoticeRow.at, NoticeRow.username))]


def test_each_post_sees_the_open_cases_of_its_own_place_and_no_other(street):
    here, next_door, house, grid, elsewhere = (case(street, area) for area in ("U1", "U2", "B1", "G11", "U1"))
    with street.app_context():
        hear(street, action("closed", elsewhere, by="secretary1", seen=entry_of(street, elsewhere).last))
    foreign = case(street, "B2", by="worker2")
    assert seen(street, "unit1") == {here} and seen(street, "unit2") == {next_door}
    assert seen(street, "house1") == {here, next_door, house}
    for username in ("group1", "member1", "cell1"):
        assert seen(street, username) == {here, next_door, house, grid}
    client = signed_in(street, "unit1")
    nothing = client.get("/chain/00000000-0000-4000-8000-000000000000")
    for id in (next_door, house, grid, foreign, elsewhere):
        for reply in (client.get(f"/chain/{id}"), client.post(f"/chain/{id}/remarks", data={"words": "看过了"})):
            assert (reply.status_code, reply.text) == (404, nothing.text)


def test_nothing_about_anybody_is_shown_and_no_other_page_opens(street):
    id = case(street, household="home-1502")
    with street.app_context():
        hear(street, action("noted", id, by="worker1", note="孟奶奶的儿子 13912345678"))
    give(street, id)
    client = signed_in(street, "unit1")
    reply = client.get(f"/chain/{id}")
    assert reply.status_code == 200 and "单位wuye" in reply.text
    assert not [word for word in SECRETS[:-1] if word in reply.text] and "堆物" not in reply.text
    assert "飞线" not in reply.text and "隐患" in reply.text, "what is wrong at a home is not said either"
    for path in (f"/desk/entries/{id}", f"/jobs/{id}/1", "/roster/G11", "/desk", "/sync/changes?scope=G11", "/duties/homes/home-1502"):
        assert client.get(path).status_code == 404, path
    assert client.post("/households/home-1502/telephone").status_code == 404
    with street.app_context():
        looks = rows(select(AccessRow.what, AccessRow.detail).where(AccessRow.username == "unit1", AccessRow.entry == id))
    assert ("opened", "chain") in [tuple(one) for one in looks]


def test_what_a_resident_asked_for_behind_a_poster_is_only_a_request_and_a_hazard_at_a_place_has_its_category(street):
    assert send(street, area="U1", category="R0206").status_code == 303
    with street.app_context():
        [asked] = rows(select(EntryRow.id, EntryRow.last).where(EntryRow.kind == "request"))
        hear(street, action("approved", asked.id, by="secretary1", seen=asked.last))
    hazard, client = case(street), signed_in(street, "unit1")
    with street.app_context():
        labels = lists.category_labels()
        ask, danger = str(labels["R0206"]), str(labels["H0101"])
    for id in (hazard, asked.id):
        run(street, entry_of(street, id).due_at + HOUR)
    assert told(street).count("unit1") == 2
    for path in ("/chain", "/notices", f"/chain/{asked.id}"):
        text = client.get(path).text
        assert "诉求" in text and ask not in text, path
    for path in ("/chain", "/notices", f"/chain/{hazard}"):
        assert danger in client.get(path).text, path


@pytest.mark.parametrize("content", [{"kind": "dispute", "category": "D0102"}, {"kind": "delivery", "category": "L0101", "ordered": True}, {"kind": "visit"}])
def test_disputes_deliveries_and_visits_are_not_for_them(street, content):
    id = case(street, **content)
    assert seen(street, "unit1") == set()
    assert signed_in(street, "unit1").get(f"/chain/{id}").status_code == 404


def test_a_remark_is_kept_once_and_nothing_else_may_be_done(street):
    id, client = case(street), signed_in(street, "unit1")
    for _ in range(2):
        assert client.post(f"/chain/{id}/remarks", data={"words": "堆物已挪到楼下"}).status_code == 303
    assert client.post(f"/chain/{id}/remarks", data={"words": " "}).status_code == 422
    with street.app_context():
        noted = rows(select(ActionRow.by, ActionRow.body).where(ActionRow.entry == id, ActionRow.verb == "noted"))
    assert [(one.by, one.body["note"]) for one in noted] == [("unit1", "堆物已挪到楼下")]
    assert "堆物已挪到楼下" in client.get(f"/chain/{id}").text and "堆物已挪到楼下" not in signed_in(street, "house1").get(f"/chain/{id}").text
    assert "堆物已挪到楼下" in signed_in(street, "secretary1").get(f"/desk/entries/{id}").text
    for verb in ("noted", "approved", "closed", "raised", "handled"):
        [answer] = client.post("/sync", json={"proto": "gridbook/1", "device": id, "actions": [action(verb, id, by="unit1")]}).json["answers"]
        assert answer["reason"] == "no_entry", verb


def test_an_overdue_case_comes_to_one_post_after_the_other_and_each_is_told_once_with_the_way_to_it(street):
    """Due at the end of Tuesday, half a working day for each post; the grid's two days are over on Thursday evening."""
    id = case(street)
    due = entry_of(street, id).due_at
    for hours, expected in ((-1, []), (0.1, ["unit1"]), (11.9, ["unit1"]), (12.1, ["unit1", "house1"])):
        for _ in range(2):
            run(street, due + hours * HOUR)
            assert told(street) == expected
    text = signed_in(street, "house1").get("/notices").text
    assert f'href="/chain/{id}"' in text and "现在轮到楼栋长过问" in text and not [word for word in SECRETS if word in text]
    assert "轮到您过问" in signed_in(street, "house1").get("/chain").text and "轮到您过问" not in signed_in(street, "unit1").get("/chain").text
    desk = signed_in(street, "secretary1").get(f"/desk/entries/{id}").text
    assert re.search(r"党小组 <span class=\"step-progress\">现在", desk) and "轮到小组长、党小组长" in desk


def test_of_an_overdue_dispute_only_the_worker_and_the_community_hear(street):
    id = case(street, kind="dispute", category="D0102")
    run(street, entry_of(street, id).due_at + HOUR)
    run(street, entry_of(street, id).due_at + timedelta(days=5))
    assert told(street) == ["worker1"] and told(street, "climbed") == ["secretary1", "worker1"]
    desk = signed_in(street, "secretary1").get(f"/desk/entries/{id}").text
    assert "党小组" not in desk and "单元长" not in desk


def test_after_three_days_without_the_server_each_is_told_once_and_the_community_has_it(street):
    id = case(street)
    for _ in range(3):
        run(street, NOON + timedelta(days=6))
    assert entry_of(street, id).level == "community" and told(street) == []
    assert told(street, "climbed") == ["cell1", "group1", "house1", "member1", "secretary1", "unit1", "worker1"]


def test_it_is_their_first_page_and_the_notices_are_beside_it(street):
    for username in CHAIN:
        client = signed_in(street, username)
        assert client.get("/login").location == "/chain"
        for path in ("/chain", "/notices", "/settings"):
            assert 'href="/notices"' in client.get(path).text and 'href="/chain"' in client.get(path).text
    member = signed_in(street, "member1")
    assert 'href="/contacts"' in member.get("/chain").text and 'href="/chain"' in member.get("/contacts").text, "a branch member also keeps in touch"
    assert "这一片现在没有在办的事" in signed_in(street, "unit1").get("/chain").text
