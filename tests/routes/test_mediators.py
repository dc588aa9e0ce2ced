"""Who mediates and how well, the bodies that come to sit, the plan on paper, and the settlement before a suit."""

import io
import re

from docx import Document

from tests.routes.mediation import entry_of, led, recorded, step
from tests.town import action, hear, rows, signed_in
from webapp.store import duties, people
from webapp.store.database import writing
from webapp.store.tables import AccessRow, EntryRow, Post, Unit


def page(town, path: str, by: str = "secretary1") -> str:
    reply = signed_in(town, by).get(path)
    assert reply.status_code == 200, path
    return reply.text


def another_mediator(town) -> None:
    with town.app_context(), writing() as connection:
        people.add(connection, "aunt", "阿姨")
        connection.execute(Post.__table__.insert(), [{"username": "aunt", "role": "mediator", "area_code": "C1", "starts": town.config["CLOCK"]().date()}])


def court(town) -> None:
    """A judge's studio at the community, on duty on Mondays and Tuesdays."""
    with town.app_context(), writing() as connection:
        connection.execute(Unit.__table__.insert(), [{"code": "court", "name": "王法官工作室", "kind": "court", "area_code": "C1", "active": True}])
        more = {"what": "法官坐班", "weekdays": [0, 1], "opens": "09:00", "closes": "11:00", "on_call": False, "ends": None}
        duties.add_duty(connection, username=None, unit="court", area_code="C1", starts=town.config["CLOCK"]().date().replace(day=1), **more)


def test_who_is_good_at_the_category_is_offered_first(town):
    another_mediator(town)
    led(town, "signed")  # now mediator1 is the busier one
    offered = page(town, f"/disputes/{recorded(town)}")
    assert offered.index("阿姨 · 手上 0 件") < offered.index("mediator1的名字 · 手上 1 件")
    saved = signed_in(town, "secretary1").post("/disputes/mediators/mediator1", data={"category": ["D0102", "D0101"]})
    assert saved.status_code == 303
    offered = page(town, f"/disputes/{recorded(town)}")
    assert offered.index("mediator1的名字 · 擅长这类 · 手上 1 件") < offered.index("阿姨 · 手上 0 件")
    assert "mediator1的名字(调解员,擅长这类,手上 1 件)" in page(town, f"/desk/entries/{recorded(town)}")


def test_a_mediator_says_what_he_is_good_at_and_nobody_elses(town):
    another_mediator(town)
    assert signed_in(town, "mediator1").post("/disputes/mediators/aunt", data={"category": "D0101"}).status_code == 404
    assert signed_in(town, "mediator1").post("/disputes/mediators/mediator1", data={"category": "H0101"}).status_code == 400
    assert signed_in(town, "mediator1").post("/disputes/mediators/mediator1", data={"category": "D0101"}).status_code == 303
    assert signed_in(town, "secretary2").post("/disputes/mediators/mediator1", data={}).status_code == 404
    assert "婚姻家庭" in re.search(r'id="mediator-mediator1".*?</p>\s*<p class="chips">(.*?)</p>', page(town, "/disputes/mediators"), re.S)[1]


def test_the_pool_counts_from_records_and_prints_how_many_said_so(town):
    led(town, "closed")
    led(town, "closed", followed_up={"score": "dissatisfied"})
    led(town, "closed", followed_up={"score": ""})
    led(town, "planned")
    text = page(town, "/disputes/mediators", "street1")
    for said in ("经手 4 起", "手上 1 起", "化解 3 起", "50.0%"):
        assert said in text, said


def test_each_number_of_a_mediator_leads_to_exactly_so_many_disputes(town):
    for score in ("satisfied", "dissatisfied", ""):
        led(town, "closed", followed_up={"score": score})
    led(town, "planned")
    theirs = led(town, "classified", classified={"kept_from": ["street1"]})
    for reader, expected in (("street1", [4, 1, 3, 1, 2]), ("secretary1", [5, 2, 3, 1, 2]), ("mediator1", [5, 2, 3, 1, 2])):
        text = page(town, "/disputes/mediators", reader)
        found = re.findall(r'href="(/disputes/mediators/mediator1\?what=\w+)">(?:\D*?)(\d+)', text)
        assert [int(count) for _link, count in found] == expected, reader
        for link, count in found:
            behind = page(town, link, reader)
            assert len(re.findall(r'id="entry-', behind)) == int(count), (reader, link)
            assert reader != "street1" or theirs not in behind
    assert "还没有" not in page(town, "/disputes/mediators/mediator1?what=open")
    assert signed_in(town, "street1").get("/disputes/mediators/mediator1?what=all").status_code == 400
    assert signed_in(town, "secretary2").get("/disputes/mediators/mediator1").status_code == 404


def test_a_body_outside_mediates(town):
    court(town)
    id = recorded(town)
    assert step(town, id, "assigned", person="unit:court").status_code == 303
    assert [task.unit for task in entry_of(town, id).tasks] == ["court"]
    assert "调解员:王法官工作室" in page(town, "/disputes?list=waiting")
    assert step(town, recorded(town), "assigned", person="unit:wuye").status_code == 400, "a property company does not mediate"


def test_days_on_duty_receptions_and_mediations_of_a_body_in_a_month(town):
    court(town)
    client = signed_in(town, "mediator1")
    for count in ("3", "2"):
        sent = {"people": count, "form": "visit", "note": "问继承", "area": "C1", "body": "court"}
        assert client.post("/disputes/receptions", data=sent).status_code == 303
    assert client.post("/disputes/receptions", data=sent | {"body": "", "note": "社区接待"}).status_code == 303
    assert client.post("/disputes/receptions", data=sent | {"body": "wuye"}).status_code == 422
    with town.app_context():
        came, *_others = rows(EntryRow.__table__.select().where(EntryRow.details["body"].as_string() == "court"))
        raw = action(kind="dispute", area="G11", parent=came.id, by="mediator1")
        hear(town, raw)
        hear(town, action("approved", raw["entry"], by="secretary1", seen=raw["id"]))
    step(town, recorded(town), "assigned", person="unit:court")
    text = page(town, "/disputes/studios")
    cells = re.search(r"王法官工作室</bdi></th>(.*?)</tr>", text, re.S)[1]
    assert re.findall(r">(\d+)<", cells) == ["9", "2", "5", "2"], "Mondays and Tuesdays of November 2026; times, people, disputes"
    mediated = page(town, re.search(r'href="(/disputes/studios/court[^"]*)"', cells)[1].replace("&amp;", "&"))
    assert len(re.findall(r'id="entry-', mediated)) == 2 and "王法官工作室" in mediated
    behind = page(town, re.search(r'href="([^"]+body=court)"', cells)[1].replace("&amp;", "&"))
    assert "共 2 次,5 人次" in behind and "社区接待" not in behind and "问继承" in behind


def test_the_plan_is_a_paper_of_its_own(town):
    id = led(town, "planned")
    reply = signed_in(town, "mediator1").get(f"/disputes/{id}/plan.docx")
    assert reply.status_code == 200
    document = Document(io.BytesIO(reply.data))
    words = "\n".join([line.text for line in document.paragraphs] + [cell.text for table in document.tables for row in table.rows for cell in row.cells])
    for said in ("调 解 方 案", "王志强", "1．分头听双方说", "2．当面调解", "C1人民调解委员会", "黄:专人包案"):
        assert said in words, said
    with town.app_context():
        assert rows(AccessRow.__table__.select().where(AccessRow.what == "exported", AccessRow.detail == "plan"))
    assert signed_in(town, "secretary1").get(f"/disputes/{led(town, 'signed')}/plan.docx").status_code == 404, "there is none yet"
    assert signed_in(town, "worker1").get(f"/disputes/{id}/plan.docx").status_code == 404


def test_what_failed_goes_to_a_settlement_before_a_suit_and_is_followed(town):
    id = led(town, "mediated")
    assert step(town, id, "failed", refer="presuit").status_code == 303
    text = page(town, f"/disputes/{id}", "mediator1")
    assert "转诉前和解" in text and "还没有移送" in text and 'id="step-confirmed"' in text
    assert step(town, id, "confirmed", status="granted").status_code == 303
    for verb in ("fed_back", "followed_up", "closed"):
        assert step(town, id, verb).status_code == 303
    trend = page(town, "/disputes/trend")
    assert "data-print" in trend and re.search(r"诉前和解率.*?1/1", trend, re.S) and re.search(r"化解率.*?1/1", trend, re.S)
    assert step(town, led(town, "mediated"), "failed", refer="").status_code == 303


def test_without_a_referral_there_is_no_status_to_report(town):
    id = led(town, "mediated")
    step(town, id, "failed", refer="lawsuit")
    assert "confirmed" not in re.findall(r'id="step-(\w+)"', page(town, f"/disputes/{id}", "mediator1"))
