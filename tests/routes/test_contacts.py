"""联系走访: a contact's visit in the log, what came of it, and who went where in a period."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.store.test_escalation import NEXT_MORNING
from tests.town import rows, signed_in
from webapp.store import escalation, people, sums
from webapp.store.database import db, writing
from webapp.store.tables import EntryRow, FactRow, NoticeRow, Post

FORM = {"note": "老人反映楼道灯不亮", "form": "site", "people": "3"}


@pytest.fixture
def posts(town) -> dict[tuple, str]:
    """(username, role) -> id of the post: a leader for C1, one for C2, a 兼职委员 of C1."""
    given = [("boss1", "contact", "C1"), ("boss2", "contact", "C2"), ("member1", "part_time", "C1"), ("member1", "part_time", "C2")]
    with town.app_context(), writing() as connection:
        for name in dict.fromkeys(name for name, *_ in given):
            people.add(connection, name, f"{name}的名字")
        for name, role, area in given:
            people.add_post(connection, name, role=role, area=area, starts=date(2026, 1, 1), ends=None)
    with town.app_context():
        return {(row.username, row.area_code): str(row.id) for row in rows(Post.__table__.select())}


def entries(town) -> list:
    with town.app_context():
        return rows(EntryRow.__table__.select().order_by(EntryRow.last_seq))


def test_a_leader_writes_down_a_visit_and_a_request_that_came_of_it(town, posts):
    client = signed_in(town, "boss1")
    assert client.post("/contacts", data=FORM | {"post": posts["boss1", "C1"], "opens": "request"}).status_code == 303
    visit, request = entries(town)
    assert (visit.kind, visit.area, visit.source, visit.details) == ("contact", "C1", "contact", {"who": "boss1", "form": "site", "people": 3.0})
    assert (request.kind, request.parent, request.source, request.note) == ("request", visit.id, "contact", FORM["note"])
    page = client.get("/contacts").text
    assert "1/1" in page and request.number in page and f"/desk/entries/{visit.id}" not in page
    with town.app_context():
        assert list(sums.check(db.session.connection())) == []


def test_coverage_is_counted_by_pair_and_leads_to_the_records(town, posts):
    signed_in(town, "boss1").post("/contacts", data=FORM | {"post": posts["boss1", "C1"]})
    client = signed_in(town, "street1")
    page = client.get("/contacts").text
    assert "1/2" in page and "还有 1 对没去" in page and "0/2" in page and "还没去过" in page
    behind = client.get(f"/contacts?post={posts['boss1', 'C1']}").text
    assert FORM["note"] in behind and f"/desk/entries/{entries(town)[0].id}" in behind
    assert FORM["note"] not in client.get(f"/contacts?post={posts['boss2', 'C2']}").text
    assert "0/2" in client.get("/contacts?period=last_month").text
    assert signed_in(town, "street1").get("/desk/entries?measure=contacts&area=S&from=2026-11-01&to=2026-11-30").text.count("card-title") == 1


def test_the_secretary_writes_for_those_who_do_not_sign_in_and_may_not_approve_it(town, posts):
    client = signed_in(town, "secretary1")
    said = {"post": posts["member1", "C1"], "day": "2026-11-20", "opens": "hazard", "words": "井盖松动"}
    assert client.post("/contacts", data=FORM | said).status_code == 303
    visit, hazard = entries(town)
    assert visit.details["who"] == "member1" and visit.day == date(2026, 11, 20) and visit.author == "secretary1"
    assert (hazard.source, hazard.note) == ("part_time", "井盖松动")
    assert "2026年11月20日" in client.get("/contacts").text
    page = client.get(f"/desk/entries/{visit.id}").text
    assert "member1的名字" in page and "这是您自己记的" in page and "离线" not in page
    assert client.post("/contacts", data=FORM | {"post": posts["boss2", "C2"]}).status_code == 422


def test_the_word_of_a_part_time_member_is_a_source_to_filter_and_count_by(town, posts):
    signed_in(town, "member1").post("/contacts", data=FORM | {"post": posts["member1", "C1"], "opens": "request"})
    client = signed_in(town, "secretary1")
    page = client.get("/contacts").text
    assert "兼职委员 报来 1 件" in page and "source=part_time" in page
    listed = client.get("/desk/entries?source=part_time&kind=request").text
    assert listed.count("card-title") == 1 and "兼职委员" in listed
    assert client.get("/desk/entries?source=contact").text.count("card-title") == 0
    assert client.get("/desk/entries?source=gossip").status_code == 400


WRONG = [{"post": ""}, {"post": "999"}, {"note": " "}, {"people": "x"}, {"day": "2026-01-01"}, {"day": "2026-11-24"}, {"opens": "visit"}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_visit_with_a_fault_is_not_kept(town, posts, wrong):
    reply = signed_in(town, "boss1").post("/contacts", data=FORM | {"post": posts["boss1", "C1"]} | wrong)
    assert reply.status_code == 422 and 'role="alert"' in reply.text
    assert entries(town) == []


def test_a_contact_reports_nothing_elsewhere_and_sees_nothing_else(town, posts):
    client = signed_in(town, "boss1")
    assert client.post("/contacts", data=FORM | {"post": posts["boss2", "C2"]}).status_code == 422
    assert client.get(f"/contacts?post={posts['boss2', 'C2']}").status_code == 404
    for path in ("/desk", "/figures", "/duties", "/grids", "/contacts?role=king"):
        assert client.get(path).status_code in {400, 404}
    signed_in(town, "boss2").post("/contacts", data=FORM | {"post": posts["boss2", "C2"], "note": "别处的话"})
    assert "别处的话" not in client.get("/contacts").text
    assert "别处的话" not in signed_in(town, "secretary1").get("/contacts").text


def test_how_often_is_set_by_the_street_and_whoever_is_late_is_named(town, posts):
    signed_in(town, "secretary1").post("/contacts", data=FORM | {"post": posts["boss1", "C1"], "day": "2026-11-10"})
    client = signed_in(town, "street1")
    before = client.get("/contacts?role=contact").text.count("该去了")
    assert client.post("/contacts/every", data={"role": "contact", "days": "10"}).status_code == 303
    assert client.get("/contacts?role=contact").text.count("该去了") == before + 1
    assert client.post("/contacts/every", data={"role": "worker", "days": "10"}).status_code == 400
    assert signed_in(town, "secretary1").post("/contacts/every", data={"role": "contact", "days": "10"}).status_code == 404


def test_whoever_is_late_is_told_once_and_again_when_he_is_late_again(town, posts):
    def told() -> list[tuple]:
        with town.app_context():
            found = rows(select(NoticeRow.username, NoticeRow.what, NoticeRow.about).where(NoticeRow.what.startswith("contact_")))
            return sorted((who, what, about["area"]) for who, what, about in found)

    def morning(day: int) -> None:
        """Five past eight of a Tuesday, so many days after it: the job runs twice, the second time as if the first had not been noted."""
        town.config["CLOCK"] = lambda: NEXT_MORNING + timedelta(days=day)
        with town.app_context():
            for _ in range(2):
                escalation.escalate(town.config["CLOCK"](), town.config["SETTINGS"].timezone)
                with writing() as connection:
                    connection.execute(FactRow.__table__.delete().where(FactRow.name == escalation.DIGEST))

    signed_in(town, "boss1").post("/contacts", data=FORM | {"post": posts["boss1", "C1"]})
    morning(0)
    never = [("boss2", "contact_never", "C2"), ("member1", "contact_never", "C1"), ("member1", "contact_never", "C2")]
    assert told() == never
    page = signed_in(town, "boss2").get("/notices").text
    assert "该去联系辖区C2了:30 天内至少一次,还没有去过" in page and 'class="row-title" href="/contacts"' in page
    morning(28)
    assert told() == never, "boss1 was there thirty days ago"
    morning(35)
    assert told() == [("boss1", "contact_late", "C1"), *never]
    assert "上次是2026年11月23日" in signed_in(town, "boss1").get("/notices").text
    signed_in(town, "boss1").post("/contacts", data=FORM | {"post": posts["boss1", "C1"]})
    morning(42)
    assert len(told()) == 4
    morning(70)
    assert len(told()) == 5
