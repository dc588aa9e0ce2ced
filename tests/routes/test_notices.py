"""通知 on the screen: everybody sees his own, follows them to what they are about, and puts them away."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.store.test_escalation import HOUR, NEXT_MORNING, blow, hazard, zone
from tests.town import rows, signed_in
from webapp.store import escalation
from webapp.store.tables import NoticeRow


@pytest.fixture
def missed(town) -> str:
    """A whistle that was not answered in time; everybody has been told."""
    with town.app_context():
        id = blow(town)
        raise_and_tell(town, 2)
    return id


def raise_and_tell(town, hours: int) -> None:
    """What the clock does so many hours after noon, without the digest of the day."""
    escalation.raise_unanswered(NOON + hours * HOUR, zone(town))
    escalation.tell(NOON + hours * HOUR, zone(town))


def page(town, username: str, path: str = "/notices") -> str:
    reply = signed_in(town, username).get(path)
    assert reply.status_code == 200
    return reply.text


def test_everybody_sees_his_own_and_a_stranger_signs_in(town, missed):
    for username in ("handler1", "secretary1", "street1"):
        html = page(town, username)
        assert html.count('class="row notice"') == 1 and "吹哨后单位wuye没有在 11月23日 13:00 前签收,已自动提级" in html
    assert "还没有通知" in page(town, "worker1")
    assert town.test_client().get("/notices").status_code == 302


def test_a_notice_leads_to_where_its_reader_works_on_it(town, missed):
    assert f'href="/desk/entries/{missed}"' in page(town, "secretary1")
    assert f'href="/jobs/{missed}/1"' in page(town, "handler1")
    for username in ("secretary1", "handler1"):
        [way] = re.findall(rf'class="row-title" href="([^"]*{missed}[^"]*)"', page(town, username))
        assert signed_in(town, username).get(way).status_code == 200


def test_a_worker_is_led_to_his_task(town):
    with town.app_context():
        blow(town, whistle="", grid="G11")
        raise_and_tell(town, 30)
        [id] = {row.entry for row in rows(select(NoticeRow.entry).where(NoticeRow.username == "worker1"))}
    assert f'href="/jobs/{id}/1"' in page(town, "worker1")
    assert signed_in(town, "worker1").get(f"/jobs/{id}/1").status_code == 200


def test_what_is_put_away_is_no_longer_new_and_the_rail_says_so(town, missed):
    client = signed_in(town, "secretary1")
    count = '<b class="rail-count" id="count-notices">1</b>'
    assert count in client.get("/desk").text and client.get("/me").json["notices"] == 1
    with town.app_context():
        [key] = [row.key for row in rows(select(NoticeRow.key).where(NoticeRow.username == "secretary1"))]
    piece = client.post("/notices/seen", data={"key": key}, headers={"HX-Request": "true"})
    assert piece.status_code == 200 and "已看" in piece.text
    assert '<b class="rail-count" id="count-notices" hx-swap-oob="true">0</b>' in piece.text
    assert client.get("/me").json["notices"] == 0 and count not in client.get("/desk").text
    assert signed_in(town, "street1").get("/me").json["notices"] == 1, "a colleague has not seen his"


def test_all_are_put_away_but_not_what_came_after_the_page_was_made(town, missed):
    client = signed_in(town, "secretary1")
    town.config["CLOCK"] = lambda: NOON + 3 * HOUR
    [until] = re.findall(r'name="until" value="([^"]+)"', client.get("/notices").text)
    assert client.post("/notices/seen", data={"until": (NOON - HOUR).isoformat()}).status_code == 303
    assert client.get("/me").json["notices"] == 1, "told after that moment"
    client.post("/notices/seen", data={"until": until})
    assert client.get("/me").json["notices"] == 0


@pytest.mark.parametrize("bad", ["gestern", "2026-11-23T12:00:00"])
def test_a_moment_that_is_none_is_refused(town, bad):
    assert signed_in(town, "worker1").post("/notices/seen", data={"until": bad}).status_code == 400
    assert signed_in(town, "worker1").get("/notices?page=x").status_code == 400


def test_another_persons_notice_is_nobodys(town, missed):
    with town.app_context():
        [key] = [row.key for row in rows(select(NoticeRow.key).where(NoticeRow.username == "street1"))]
    reply = signed_in(town, "secretary1").post("/notices/seen", data={"key": key}, headers={"HX-Request": "true"})
    assert reply.status_code == 404
    assert signed_in(town, "street1").get("/me").json["notices"] == 1


def test_the_digest_has_its_counts_and_leads_home(town):
    with town.app_context():
        hazard(town, approved=False)
        escalation.escalate(NEXT_MORNING, zone(town))
    html = page(town, "secretary1")
    assert "今天要办的事 2026年11月24日" in html and "待审 1" in html and 'class="row-title" href="/desk"' in html


def test_a_long_list_has_pages(town):
    with town.app_context():
        for n in range(60):
            hazard(town, at=NOON - n * timedelta(minutes=1), approved=False)
        with escalation.writing() as connection:
            fresh = [escalation.Notice(f"x:{n}", "worker1", "digest", None, {"day": "2026-11-23", "counts": {}}) for n in range(60)]
            escalation._keep(connection, fresh, NOON)
    assert page(town, "worker1").count('class="row notice"') == 50
    assert page(town, "worker1", "/notices?page=2").count('class="row notice"') == 10


def test_words_from_outside_stay_words(town):
    with town.app_context(), escalation.writing() as connection:
        about = {"number": "<b>x</b>", "when": NOON.isoformat(), "unit": "<i>"}
        escalation._keep(connection, [escalation.Notice("<k>", "worker1", "unsigned", None, about)], NOON)
    html = page(town, "worker1")
    assert "<b>x</b>" not in html and "<i>" not in html
