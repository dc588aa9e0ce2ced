"""The page of one grid: who may look, what is new since one last looked, who is kept from a dispute, everything on one timeline."""

from datetime import date, timedelta

import pytest

from tests.conftest import NOON
from tests.routes.mediation import led
from tests.town import action, hear, rows, signed_in
from webapp.core import rules
from webapp.core.kinds import KINDS
from webapp.store import lists, mail
from webapp.store.database import writing
from webapp.store.tables import AccessRow, Area

NOTHING_NEW, FIRST = "没有别人的新动作", "您第一次打开这个网格"


def later(town, hours: float) -> None:
    town.config["CLOCK"] = lambda: NOON + timedelta(hours=hours)


def record(town, by="worker1", **about) -> dict:
    raw = action(by=by, **{"kind": "hazard", "area": "B1", "category": "H0101", "note": "电动车楼道充电"} | about)
    with town.app_context():
        assert hear(town, raw)[0].answer == "kept"
    return raw


def look(town, by: str, path: str = "/grids/G11") -> str:
    reply = signed_in(town, by).get(path)
    assert reply.status_code == 200, (by, path)
    return reply.text


def news(text: str) -> str:
    return text.split('id="news"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("member", "grids"),
    [("worker1", ["G11"]), ("worker2", ["G12"]), ("secretary1", ["G11", "G12"]), ("secretary2", ["G21"]), ("street1", ["G11", "G12", "G21"])],
)
def test_everybody_finds_the_grids_of_his_own_posts_and_no_others(town, member, grids):
    listed = look(town, member, "/grids")
    for code in ("G11", "G12", "G21"):
        assert (f"/grids/{code}" in listed) == (code in grids)
        assert signed_in(town, member).get(f"/grids/{code}").status_code == (200 if code in grids else 404)


def test_a_foreign_grid_answers_like_one_that_does_not_exist_and_the_attempt_is_logged(town):
    client = signed_in(town, "worker2")
    assert client.get("/grids/G11").data == client.get("/grids/nowhere").data
    with town.app_context():
        tried = rows(AccessRow.__table__.select().where(AccessRow.what == "refused"))
    assert [row.detail for row in tried] == ["GET /grids/G11 area=G11", "GET /grids/nowhere area=nowhere"]


@pytest.mark.parametrize("path", ["/grids/G11?kind=nonsense", "/grids/G11?page=0", "/grids/G11?page=99999"])
def test_an_address_that_makes_no_sense_is_refused(town, path):
    assert signed_in(town, "worker1").get(path).status_code == 400


def test_what_others_did_since_the_last_look_is_new_and_ones_own_is_not(town):
    old = record(town)
    assert FIRST in look(town, "secretary1")
    later(town, 2)
    with town.app_context():
        hear(town, action("approved", old["entry"], by="secretary1", seen=old["id"]))
    assert NOTHING_NEW in look(town, "secretary1"), "she did it herself"
    later(town, 4)
    record(town, "worker1", kind="visit", area="U1", household="home-11", at="2026-11-23T14:30:00+08:00")
    new = news(look(town, "secretary1"))
    assert "worker1的名字" in new and "走访" in new and "审核通过" not in new
    assert FIRST in look(town, "worker1"), "each has a last look of his own"


def test_a_page_asked_for_again_within_the_sitting_has_the_same_news_and_the_next_day_it_is_old(town):
    look(town, "secretary1")
    later(town, 2)
    record(town)
    for minutes in (0, 10):
        later(town, 2 + minutes / 60)
        assert "worker1的名字" in news(look(town, "secretary1"))
    look(town, "secretary1", "/grids/G11?kind=hazard")
    later(town, 26)
    assert NOTHING_NEW in look(town, "secretary1")


def test_a_filtered_look_is_logged_and_leaves_the_news_for_the_whole_page(town):
    look(town, "secretary1")
    later(town, 2)
    record(town)
    later(town, 3)
    assert 'id="news"' not in look(town, "secretary1", "/grids/G11?kind=hazard")
    later(town, 5)
    assert "worker1的名字" in news(look(town, "secretary1"))
    with town.app_context():
        looks = [(row.what, row.detail) for row in rows(AccessRow.__table__.select().where(AccessRow.username == "secretary1"))]
    assert looks == [("grid", "G11"), ("listed", "grid=G11 kind=hazard page=1"), ("grid", "G11")]


def test_what_a_unit_does_by_its_link_has_its_name(town):
    raw = record(town)
    with town.app_context():
        hear(town, action("approved", raw["entry"], by="secretary1", seen=raw["id"]))
    look(town, "street1")
    later(town, 2)
    with town.app_context():
        last = lists.entry_by_id(raw["entry"]).last
        hear(town, action("assigned", raw["entry"], by="secretary1", seen=last))
        unit = action("signed", raw["entry"], by="unit:wuye", task=1)
        mail.post(mail.Letter([unit], unit["by"], rules.allow_ledger), NOON + timedelta(hours=2), town.config["SETTINGS"].timezone)
    assert "单位wuye" in news(look(town, "street1"))


def test_a_party_sees_nothing_of_the_dispute_and_the_numbers_leave_it_out(town):
    led(town, "signed")
    assert "楼上漏水" in look(town, "secretary1") and "没办完的 1" in look(town, "secretary1")
    led(town, "classified", classified={"kept_from": ["secretary1"]})
    shown = look(town, "secretary1", "/grids/G11")
    assert shown.count("楼上漏水") == 2, "once among what is open, once on the timeline: the first one only"
    assert "没办完的 1" in shown and "纠纷 1" in shown
    assert "没办完的 2" in look(town, "street1")


def test_the_timeline_has_every_kind_and_can_be_narrowed_to_one(town):
    for name in KINDS:
        record(town, "secretary1", kind=name, note=f"这是{name}", category=None)
    whole = look(town, "worker1").split('id="timeline"')[1]
    assert all(f"这是{name}" in whole for name in KINDS)
    only = look(town, "worker1", "/grids/G11?kind=patrol").split('id="timeline"')[1]
    assert "这是patrol" in only and "这是visit" not in only


def test_older_pages_follow_without_a_gap(town):
    for number in range(33):
        record(town, note=f"第{number:02d}件", at=f"2026-11-22T10:{number:02d}:00+08:00")
    first, second = (look(town, "worker1", f"/grids/G11?page={page}").split('id="timeline"')[1] for page in (1, 2))
    assert "更早的" in first and "更早的" not in second
    seen = [f"第{number:02d}件" for number in range(33)]
    assert [word for word in seen if (word in first) == (word in second)] == []


def test_people_duties_and_the_way_to_an_entry(town):
    raw = record(town)
    worker, secretary = look(town, "worker1"), look(town, "secretary1")
    assert "worker1的名字" in worker and "volunteer1的名字" in worker and "空缺" in worker and "还没有排班" in worker
    assert f"/entry?id={raw['entry']}" in worker and "/desk/entries/" not in worker
    assert f"/desk/entries/{raw['entry']}" in secretary


def test_a_grid_that_a_regrid_has_closed_can_still_be_looked_at(town):
    record(town)
    with town.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.code == "G11").values(ends=date(2026, 11, 1)))
    assert "已撤并" in look(town, "secretary1") and "电动车楼道充电" in look(town, "secretary1")
    assert "/grids/G11" in look(town, "secretary1", "/grids"), "something is still open there"
