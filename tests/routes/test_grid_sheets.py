"""The papers of one grid: three lists from records, with names only for those who know the households, and the sheet of a day's patrols."""

from datetime import timedelta
from html import unescape

import pytest

from tests.conftest import NOON
from tests.routes.mediation import led
from tests.routes.test_desk import accesses, do
from tests.routes.test_desk import record as case
from tests.routes.test_dispatch import give
from tests.town import CAST, signed_in
from webapp.store.database import writing
from webapp.store.tables import Area, Post


@pytest.fixture
def town(town):
    """With a micro-grid M1 in G11 that has the building B1 and a group leader."""
    with town.app_context(), writing() as connection:
        area = Area.__table__
        row = {"name": "一号楼微网格", "parent_code": "G11", "level": "grid", "grid_type": "micro", "path": "S/C1/G11/M1/", "scope": "G11", "initials": "JC"}
        connection.execute(area.insert(), {"code": "M1"} | row)
        connection.execute(area.update().where(area.c.code == "B1").values(parent_code="M1", path="S/C1/G11/M1/B1/"))
        connection.execute(area.update().where(area.c.code == "U1").values(path="S/C1/G11/M1/B1/U1/"))
        for name, role in (("volunteer1", "group_leader"), ("mediator1", "micro_member")):
            connection.execute(Post.__table__.insert(), {"username": name, "role": role, "area_code": "M1", "starts": NOON.date() - timedelta(days=9)})
    return town


def look(town, by: str, path: str) -> str:
    reply = signed_in(town, by).get(path)
    assert reply.status_code == 200, (by, path)
    return unescape(reply.text)


def part(text: str, id: str) -> str:
    return text.split(f'id="{id}"')[1].split("</section>")[0]


def test_a_micro_grid_has_its_three_lists_from_records(town):
    id = case(town, area="U1", household="home-11")
    do(town, "approved", id)
    give(town, id)
    case(town, by="worker2", area="B2")
    text = look(town, "worker1", "/grids/M1/lists")
    whom, what, who = (part(text, name) for name in ("care", "problems", "duties"))
    assert all(words in whom for words in ("1 户", "辖区B1 辖区U1 101", "住户1", "高龄", "没有走访过", "该去了"))
    assert "1 件" in what and "单位wuye" in what and "待签收" in what
    assert "2 人" in who and "微网格应有 5–7 人,现在 2 人" in who and "worker1的名字" in who and "volunteer1的名字" in who
    assert ("worker1", None) in accesses(town, "listed")


def test_the_street_gets_the_numbers_without_names_and_doors(town):
    case(town, area="U1", household="home-11")
    text = look(town, "street1", "/grids/M1/lists")
    assert "1 户" in part(text, "care") and "高龄 1" in text and "住户1" not in text and "101" not in text
    assert "住户1" in look(town, "secretary1", "/grids/M1/lists")


@pytest.mark.parametrize("path", ["/grids/M1/lists", "/grids/M1/patrols"])
@pytest.mark.parametrize("by", sorted(CAST))
def test_only_those_of_the_place_have_its_papers(town, by, path):
    assert signed_in(town, by).get(path).status_code == (200 if by in {"worker1", "secretary1", "street1"} else 404)


def test_a_party_has_not_the_dispute_on_the_list(town):
    led(town, "classified", classified={"kept_from": ["secretary1"]})
    assert "0 件" in part(look(town, "secretary1", "/grids/G11/lists"), "problems") and "1 件" in part(look(town, "street1", "/grids/G11/lists"), "problems")


def test_micro_grids_stand_in_the_index_below_their_grid_and_lead_to_their_page_and_papers(town):
    index = look(town, "street1", "/grids")
    assert "微网格 1 个" in index and 'href="/grids/M1"' in index
    page = look(town, "street1", "/grids/M1")
    assert "/grids/M1/lists" in page and "/grids/M1/patrols" in page
    assert "/grids/M1/lists" in look(town, "secretary1", "/duties?area=M1")
    assert "/grids/G11/lists" not in look(town, "admin1", "/duties?area=G11"), "the administrator has no papers of a grid"
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.insert(), {"username": "volunteer1", "role": "worker", "area_code": "M1", "starts": NOON.date()})
    own = look(town, "volunteer1", "/grids")
    assert 'href="/grids/M1"' in own and "/grids/G11" not in own, "one's own micro-grid without the grid around it"


# --- the patrols of a day


def patrol(town, by: str = "worker1", at: str = "2026-11-23T09:30:00+08:00", **about) -> str:
    return case(town, by=by, kind="patrol", area="G11", category=None, place="", at=at, **about)


def test_a_day_sheet_says_who_went_when_what_was_ticked_and_what_was_found(town):
    id = patrol(town, team="cap", ticks=["stairs", "bikes"], buildings=["B1"], found="case", note="楼道通畅")
    patrol(town, at="2026-11-23T11:00:00+08:00", team="horn", ticks=["gas"])
    patrol(town, at="2026-11-22T09:30:00+08:00", team="leifeng", ticks=["water"])
    hazard = case(town, area="B1", parent=id)
    text = look(town, "secretary1", "/grids/G11/patrols")
    assert all(words in text for words in ("11月23日 09:30", "worker1的名字", "小红帽", "小喇叭", "楼道", "车棚充电", "辖区B1", "楼道通畅", "另记隐患"))
    assert f"/desk/entries/{hazard}" in text and text.count('class="panel duty round"') == 2
    left = text.split("这一天没有人看过:")[1].split("<")[0]
    assert "消防通道" in left and "楼道" not in left and "燃气水电" not in left
    assert "活雷锋" in look(town, "worker1", "/grids/G11/patrols?day=2026-11-22")
    empty = look(town, "worker1", "/grids/G11/patrols?day=2026-11-20")
    assert "这一天没有巡查" in empty and 'href="/grids/G11/patrols?day=2026-11-23"' in empty, "the last day that has any"


def test_what_was_withdrawn_is_on_no_sheet(town):
    id = patrol(town, ticks=["stairs"])
    assert do(town, "withdrawn", id, by="worker1").answer == "kept"
    assert "这一天没有巡查" in look(town, "worker1", "/grids/G11/patrols")


@pytest.mark.parametrize("day", ["tomorrow", "2026-11-24", "1999-01-01"])
def test_a_day_that_cannot_be_is_refused(town, day):
    assert signed_in(town, "worker1").get(f"/grids/G11/patrols?day={day}").status_code == 400


def test_the_three_teams_are_on_the_phones_form(town):
    form = look(town, "worker1", "/new")
    assert all(name in form for name in ("小喇叭", "小红帽", "活雷锋"))
