"""What the only secretary of a community wrote down: the street says whether it is accepted, and the case goes its whole road."""

import re
from datetime import date

import pytest

from tests.conftest import NOON
from tests.routes.test_desk import decide, do, entry, record
from tests.store.test_escalation import NEXT_MORNING, zone
from tests.town import action, hear, rows, signed_in
from webapp.core import rules
from webapp.store import escalation, lists, people, sums
from webapp.store.database import writing
from webapp.store.tables import NoticeRow, TallyRow

HERS = {"by": "secretary1", "area": "G11"}


def post(town, username: str, role: str, area: str, new: bool = True, activated: bool = True) -> None:
    with town.app_context(), writing() as connection:
        if new:
            people.add(connection, username, f"{username}的名字")
            password = "chosen" if activated else None  # a hash would take its time
            connection.execute(people.Person.__table__.update().where(people.Person.username == username).values(password=password))
        people.add_post(connection, username, role=role, area=area, starts=date(2026, 1, 1), ends=None)


def page(town, id: str, by: str) -> str:
    reply = signed_in(town, by).get(f"/desk/entries/{id}")
    assert reply.status_code == 200
    return reply.text


def listed(town, by: str = "street1") -> set[str]:
    """The ids of the cards in 待街道审核."""
    return set(re.findall(r'<li class="card" id="entry-([^"]+)"', signed_in(town, by).get("/desk/entries?list=for_street").text))


def count(town, by: str = "street1") -> str | None:
    """The number beside 待街道审核 in the rail; None where it does not stand there."""
    found = re.search(r"list=for_street.*?</li>", signed_in(town, by).get("/desk").text, re.S)
    return found and "".join(re.findall(r">(\d+)<", found[0]))


def test_the_whole_road_of_what_the_only_secretary_wrote(town):
    id = record(town, **HERS)
    assert "自己不能审核:由街道审核" in page(town, id, "secretary1")
    assert decide(town, id, "approved").status_code == 403  # never by herself
    assert (count(town), listed(town)) == ("1", {id})
    html = page(town, id, "street1")
    assert all(f'name="verb" value="{verb}"' in html for verb in rules.VERDICTS)
    assert decide(town, id, "approved", "street1").status_code == 303
    assert (count(town), listed(town)) == ("0", set())
    assert not any(f'name="verb" value="{verb}"' in page(town, id, "street1") for verb in (*rules.VERDICTS, "closed"))
    assert do(town, "assigned", id).answer == "kept"
    for verb in ("signed", "handled"):
        assert do(town, verb, id, "handler1", task=1).answer == "kept"
    assert decide(town, id, "closed", words="已处理").status_code == 303
    assert entry(town, id).stage == "closed"
    with town.app_context():
        tally = TallyRow.__table__.c
        for area in ("S", "C1", "G11"):
            [line] = rows(TallyRow.__table__.select().where(tally.area == area, tally.kind == "hazard"))
            assert (line.received, line.closed) == (1, 1)
        with writing() as connection:
            assert list(sums.check(connection)) == []


def test_where_the_secretarys_post_is_empty_the_street_goes_the_whole_road(town):
    id = record(town)
    assert decide(town, id, "approved", "street1").status_code == 404
    with town.app_context(), writing() as connection:
        connection.execute(people.Person.__table__.update().where(people.Person.username == "secretary1").values(active=False))
    assert (count(town), listed(town)) == ("1", {id})
    assert decide(town, id, "approved", "street1").status_code == 303
    assert 'name="verb" value="closed"' in page(town, id, "street1")
    assert decide(town, id, "closed", "street1", words="已处理").status_code == 303
    assert entry(town, id).stage == "closed"


def test_where_there_is_a_colleague_it_is_hers(town):
    post(town, "secretary9", "secretary", "C1")
    id = record(town, **HERS)
    assert "自己不能审核:由另一位书记审核" in page(town, id, "secretary1")
    assert (count(town), listed(town)) == ("0", set())
    assert 'name="verb" value="approved"' not in page(town, id, "street1")
    for verb in rules.VERDICTS:
        assert decide(town, id, verb, "street1", words="缺照片").status_code == 404
    assert decide(town, id, "approved", "secretary9").status_code == 303


def test_a_colleague_who_never_activated_her_account_could_not_decide(town):
    post(town, "secretary9", "secretary", "C1", activated=False)
    id = record(town, **HERS)
    assert "自己不能审核:由街道审核" in page(town, id, "secretary1")
    assert (count(town), listed(town)) == ("1", {id})
    assert decide(town, id, "approved", "street1").status_code == 303
    own = record(town, by="street1", area="C1")
    with town.app_context(), writing() as connection:
        connection.execute(people.Person.__table__.update().where(people.Person.username == "secretary1").values(password=None))
    assert "眼下没有别人能审核" in page(town, own, "street1")


def test_returned_by_the_street_it_is_mended_and_comes_back(town):
    id = record(town, **HERS)
    assert decide(town, id, "returned", "street1", words="缺照片").status_code == 303
    assert listed(town) == set() and "缺照片" in page(town, id, "secretary1")
    content = {"kind": "hazard", "area": "B1", "category": "H0101", "place": "门厅左边"}
    assert do(town, "amended", id, **content).answer == "kept"
    assert listed(town) == {id}
    assert decide(town, id, "declined", "street1", words="和已有记录重复").status_code == 303
    assert entry(town, id).stage == "declined"


def test_several_at_once_are_approved_by_the_same_rule(town):
    hers, workers, own = record(town, **HERS), record(town), record(town, by="street1", area="C1")
    pick = {"pick": [f"{id}:{entry(town, id).last}" for id in (hers, workers, own)]}
    checked = signed_in(town, "street1").post("/desk/approvals/check", data=pick).text
    assert "通过这 1 条" in checked and "这一条由社区书记审核" in checked and "这是您自己记的,要由别人审核" in checked
    assert "已通过 1 条" in signed_in(town, "street1").post("/desk/approvals", data=pick).text
    assert [entry(town, id).stage for id in (hers, workers, own)] == ["in_hand", "waiting", "waiting"]
    assert f'name="pick" value="{hers}' not in signed_in(town, "street1").get("/desk/entries?list=for_street").text
    other = record(town, **HERS)
    html = signed_in(town, "street1").get("/desk/entries?list=for_street").text
    assert f'name="pick" value="{other}' in html and "通过选中的" in html


def test_what_a_member_of_the_street_wrote_he_does_not_decide(town):
    id = record(town, by="street1", area="C1")
    assert "自己不能审核:由社区书记审核" in page(town, id, "street1")
    with town.app_context(), writing() as connection:
        connection.execute(people.Person.__table__.update().where(people.Person.username == "secretary1").values(active=False))
    assert "眼下没有别人能审核" in page(town, id, "street1")
    assert listed(town) == set() and decide(town, id, "approved", "street1").status_code == 404
    post(town, "street2", "street", "S")
    assert "自己不能审核:由街道审核" in page(town, id, "street1")
    assert listed(town, "street2") == {id} and decide(town, id, "approved", "street2").status_code == 303


def test_the_list_is_for_the_street_alone(town):
    id = record(town, **HERS)
    assert count(town, "secretary1") is None
    for by in ("secretary1", "secretary2"):
        assert listed(town, by) == set()
    assert signed_in(town, "street1").get("/desk/entries?list=for_street&area=C2").text.count(id) == 0
    post(town, "secretary1", "street", "C2", new=False)
    assert listed(town, "secretary1") == set()  # the street of another place


def test_the_list_holds_what_the_rule_says(town):
    post(town, "secretary9", "secretary", "G12")
    post(town, "street2", "street", "S")
    for about in (
        HERS, HERS | {"area": "G12"}, {"area": "B1"}, {"by": "street1", "area": "C1"}, {"by": "street2", "area": "S"},
        HERS | {"kind": "dispute", "category": "D0102", "area": "G12", "parties": "secretary9的名字"},
        HERS | {"kind": "dispute", "category": "D0102", "parties": "street1的名字"},
        {"kind": "dispute", "category": "D0102", "parties": "secretary1的名字"},
    ):  # fmt: skip
        record(town, **about)
    for name in ("street1", "street2"):
        with town.app_context():
            who = people.who(lists.db.session.connection(), name)
            waiting = [lists.folded(row) for row in lists.db.session.scalars(lists.entries(["S/"]))]
        assert listed(town, name) == {one.id for one in waiting if rules.left_to(who, one, NOON.date())}
        assert all(rules.may(who, "approved", one, NOON.date()) for one in waiting if one.id in listed(town, name))
        assert len(listed(town, name)) == 4


@pytest.mark.parametrize("colleague", [False, True])
def test_the_street_is_told_in_the_morning(town, colleague):
    if colleague:
        post(town, "secretary9", "secretary", "C1")
    record(town, **HERS)
    record(town)
    with town.app_context():
        escalation.say_good_morning(NEXT_MORNING, zone(town))
        told = {row.username: row.about["counts"] for row in rows(NoticeRow.__table__.select().where(NoticeRow.what == "digest"))}
    assert told["secretary1"]["waiting"] == 2
    assert told.get("street1", {}).get("waiting") == (None if colleague else 1)
    if not colleague:
        told = signed_in(town, "street1").get("/notices").text
        assert "待审" in told and 'href="/desk/entries?list=for_street"' in told.partition("<main")[2]


def test_what_was_said_at_her_meeting_is_not_stuck(town):
    meeting = record(town, by="secretary1", kind="session", area="C1", category=None, place="")
    said = record(town, by="secretary1", kind="request", area="G11", category="R0206", parent=meeting, source="meeting")
    assert listed(town) == {meeting, said}
    for id, stage in ((meeting, "closed"), (said, "in_hand")):
        assert decide(town, id, "approved", "street1").status_code == 303
        assert entry(town, id).stage == stage


def test_by_sync_it_is_the_same(town):
    id = record(town, **HERS)
    with town.app_context():
        seen = lists.entry_by_id(id).last
        assert hear(town, action("approved", id, "secretary2", seen=seen))[0].reason == "no_entry"
        assert hear(town, action("approved", id, "worker1", seen=seen))[0].reason == "forbidden"
        assert hear(town, action("approved", id, "street1", seen=seen))[0].answer == "kept"
