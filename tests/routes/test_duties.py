"""The pages about who is responsible: chain, contacts, duty sheet, posts, papers."""

import csv
import io
from datetime import date

import pytest

from tests.town import rows, signed_in
from webapp.store import people
from webapp.store.database import writing
from webapp.store.tables import AccessRow, DutyRow, PaperRow, Person, Post


def post(town, username: str, role: str, code: str, starts=date(2026, 1, 1)) -> None:
    with town.app_context(), writing() as connection:
        people.add_post(connection, username, role=role, area=code, starts=starts, ends=None)


def table(town, table) -> list:
    with town.app_context():
        return rows(table.__table__.select())


def noted(town, what: str) -> list[str]:
    return [row.detail for row in table(town, AccessRow) if row.what == what]


def given(town) -> list[tuple]:
    return [(row.username, row.role, row.area_code) for row in table(town, Post)]


# --- the chain


def test_a_household_shows_five_roles_and_says_where_nobody_is(town):
    post(town, "volunteer1", "unit_leader", "U1")
    page = signed_in(town, "secretary1").get("/duties/homes/home-11").text
    for word in ("支委", "网格员", "小组长", "楼栋长", "单元长", "worker1的名字", "volunteer1的名字"):
        assert word in page
    assert page.count("空缺") == 3
    assert "住户1" not in page
    assert [(row.household, row.detail) for row in table(town, AccessRow) if row.what == "opened"] == [("home-11", "chain")]


@pytest.mark.parametrize("path", ["/duties?area=C2", "/duties?area=S", "/duties/homes/home-21", "/duties/sheet?area=G21", "/posts?area=C2", "/papers?area=S"])
def test_another_communitys_pages_do_not_exist(town, path):
    reply = signed_in(town, "secretary1").get(path)
    assert reply.status_code == 404
    assert noted(town, "refused")


def test_the_admin_sees_no_household(town):
    client = signed_in(town, "admin1")
    assert client.get("/duties?area=U1").status_code == 200
    assert "/duties/homes/" not in client.get("/duties?area=U1").text
    assert "/duties/homes/home-11" in signed_in(town, "street1").get("/duties?area=U1").text
    assert client.get("/duties/homes/home-11").status_code == 404


def test_vacancies_and_overlaps_can_be_taken_away_as_a_table(town):
    post(town, "worker2", "worker", "G11")
    reply = signed_in(town, "secretary1").get("/duties.csv?area=C1")
    lines = list(csv.reader(io.StringIO(reply.text.lstrip("\ufeff"))))[2:]
    assert ["重叠", "G11", "辖区G11", "网格员", "worker1的名字、worker2的名字"] in lines
    assert ["空缺", "U1", "辖区G11 辖区B1 辖区U1", "单元长", ""] in lines
    assert not any(line[1].startswith(("G21", "B3")) for line in lines)
    assert noted(town, "exported")


# --- contacts


def test_coverage_is_said_as_a_fraction_with_those_left_out(town):
    post(town, "street1", "contact", "C1")
    page = signed_in(town, "street1").get("/duties/contacts").text
    assert "1/2" in page and "0/3" in page
    assert "还差 1 个" in page and "辖区C2" in page


def test_the_minimum_of_part_time_members_is_set_by_the_street(town):
    post(town, "volunteer1", "part_time", "C1")
    client = signed_in(town, "street1")
    assert "1/7" in client.get("/duties/contacts").text
    assert client.post("/duties/contacts", data={"area": "C1", "number": "10", "back": "S"}).status_code == 303
    assert client.post("/duties/contacts", data={"area": "S", "number": "8"}).status_code == 303
    page = client.get("/duties/contacts").text
    assert "1/10" in page and "0/8" in page
    for number in ("", "-1", "x", "9999", "٣x"):
        assert client.post("/duties/contacts", data={"area": "C1", "number": number}).status_code == 400
    assert signed_in(town, "secretary1").post("/duties/contacts", data={"area": "C1", "number": "1"}).status_code == 404


# --- the duty sheet

LINE = {"area": "G11", "who": "worker1", "what": "门房值班", "weekdays": ["0", "2"], "opens": "08:00", "closes": "12:00"}


def test_a_line_is_added_shown_and_ended(town):
    client = signed_in(town, "secretary1")
    assert client.post("/duties/sheet", data=LINE).status_code == 303
    [row] = table(town, DutyRow)
    assert (row.username, row.weekdays, row.opens, row.starts) == ("worker1", [0, 2], "08:00", date(2026, 11, 23))
    page = client.get("/duties/sheet?area=C1").text
    assert "门房值班" in page and "worker1的名字" in page and "周二、周四、周五、周六、周日" in page.replace("\n", "")
    assert client.post(f"/duties/sheet/{row.id}/end").status_code == 303
    assert "门房值班</bdi>" not in client.get("/duties/sheet?area=C1").text
    assert noted(town, "duty_given") and noted(town, "duty_ended")


def test_a_unit_may_have_a_duty_and_gaps_are_shown(town):
    client = signed_in(town, "secretary1")
    client.post("/duties/sheet", data=LINE)
    client.post("/duties/sheet", data=LINE | {"who": "unit:wuye", "weekdays": ["0"], "opens": "14:00", "closes": "18:00"})
    page = client.get("/duties/sheet?area=G11").text
    assert "单位wuye" in page and "12:00–14:00" in page and "12:00–18:00" in page


def test_one_person_at_two_places_is_told(town):
    client = signed_in(town, "secretary1")
    client.post("/duties/sheet", data=LINE)
    client.post("/duties/sheet", data=LINE | {"area": "B1", "what": "巡逻"})
    assert "同一时间要在两处" in client.get("/duties/sheet?area=C1").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"who": ""}, {"who": "worker3"}, {"who": "unit:none"}, {"what": " "}, {"weekdays": []}, {"weekdays": ["7"]}, {"opens": "25:00"},
        {"closes": ""},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_with_a_fault_is_not_kept_but_what_was_written_is(town, wrong):
    reply = signed_in(town, "secretary1").post("/duties/sheet", data=LINE | wrong)
    assert reply.status_code == 422 and 'role="alert"' in reply.text
    assert table(town, DutyRow) == []


def test_a_foreign_line_cannot_be_ended(town):
    signed_in(town, "street1").post("/duties/sheet", data=LINE)
    [row] = table(town, DutyRow)
    client = signed_in(town, "secretary2")
    for id in (row.id, 999, 2**40):
        assert client.post(f"/duties/sheet/{id}/end").status_code == 404
    assert table(town, DutyRow)[0].ends is None


def test_the_leading_group_stands_on_the_sheet_with_its_vacancies(town):
    client = signed_in(town, "secretary1")
    assert "还没有网格化领导小组" in client.get("/duties/sheet?area=C1").text
    for role, person in (("committee_head", "secretary1"), ("committee_member", "worker1"), ("party_group", "volunteer1")):
        area = "G11" if role == "party_group" else "C1"
        assert client.post("/posts", data={"area": area, "role": role, "person": person}).status_code == 303
    for area in ("C1", "G11"):
        group = client.get(f"/duties/sheet?area={area}").text.split('id="committee"')[1].split("</section>")[0]
        assert "领导小组组长" in group and "secretary1的名字" in group and "volunteer1的名字" in group and group.count("空缺") == 1
    assert "secretary1的名字" not in signed_in(town, "secretary2").get("/duties/sheet?area=C2").text.split("</nav>", 2)[2].split("排一班")[0]


# --- posts


def test_the_secretary_gives_and_ends_a_post_of_the_chain(town):
    client = signed_in(town, "secretary1")
    assert client.post("/posts", data={"area": "B1", "role": "building_leader", "person": "volunteer1"}).status_code == 303
    assert ("volunteer1", "building_leader", "B1") in given(town)
    id = next(row.id for row in table(town, Post) if row.role == "building_leader")
    assert client.post(f"/posts/{id}/end", data={"last": "2026-12-01"}).status_code == 303
    assert next(row.ends for row in table(town, Post) if row.id == id) == date(2026, 12, 1)
    assert noted(town, "post_given") == ["volunteer1 building_leader B1 2026-11-23–"]
    assert noted(town, "post_ended") == ["volunteer1 building_leader B1 2026-12-01"]


def test_a_new_person_is_a_name_without_an_account(town):
    client = signed_in(town, "secretary1")
    assert client.post("/posts", data={"area": "U1", "role": "unit_leader", "person": "钱大妈", "new": "1"}).status_code == 303
    [person] = [row for row in table(town, Person) if row.name == "钱大妈"]
    assert person.password is None and (person.username, "unit_leader", "U1") in given(town)
    assert "钱大妈" in client.get("/duties?area=U1").text


def test_several_of_one_name_are_offered_to_choose_from(town):
    client = signed_in(town, "secretary1")
    form = {"area": "U1", "role": "unit_leader", "person": "worker"}
    reply = client.post("/posts", data=form)
    assert reply.status_code == 422 and 'value="worker1"' in reply.text and 'value="worker2"' in reply.text and "worker3" not in reply.text
    assert client.post("/posts", data=form | {"username": "worker2"}).status_code == 303
    assert ("worker2", "unit_leader", "U1") in given(town)


@pytest.mark.parametrize("role", ["secretary", "street", "admin", "mediator", "handler", "spotter", "contact", "", "king"])
def test_a_secretary_gives_no_other_post(town, role):
    before = given(town)
    assert signed_in(town, "secretary1").post("/posts", data={"area": "C1", "role": role, "person": "worker1"}).status_code == 422
    assert given(town) == before


def test_a_secretary_gives_nothing_elsewhere_and_to_nobody_elsewhere(town):
    before, client = given(town), signed_in(town, "secretary1")
    assert client.post("/posts", data={"area": "G21", "role": "worker", "person": "worker1"}).status_code == 404
    assert client.post("/posts", data={"area": "G11", "role": "worker", "person": "worker3"}).status_code == 422
    foreign = next(row.id for row in table(town, Post) if row.username == "worker3")
    own_but_high = next(row.id for row in table(town, Post) if row.username == "mediator1")
    for id in (foreign, own_but_high, 2**40):
        assert client.post(f"/posts/{id}/end").status_code == 404
    assert given(town) == before


def test_the_admin_gives_every_post_and_keeps_his_own(town):
    client = signed_in(town, "admin1")
    form = {"area": "C1", "role": "handler", "person": "volunteer1", "unit": "wuye"}
    assert client.post("/posts", data=form).status_code == 303
    assert [row.unit for row in table(town, Post) if row.username == "volunteer1" and row.role == "handler"] == ["wuye"]
    assert client.post("/posts", data=form | {"role": "worker"}).status_code == 422
    own = next(row.id for row in table(town, Post) if row.username == "admin1")
    assert client.post(f"/posts/{own}/end").status_code == 303
    assert client.get("/posts").status_code == 200


@pytest.mark.parametrize("wrong", [{"starts": "soon"}, {"starts": "1066-10-14"}, {"ends": "9999-99-99"}])
def test_days_that_no_post_has_are_refused(town, wrong):
    form = {"area": "B1", "role": "building_leader", "person": "volunteer1"} | wrong
    assert signed_in(town, "secretary1").post("/posts", data=form).status_code == 400


# --- papers

PAPER = {"area": "C1", "part": "policy", "title": "低保", "words": "一\n二", "rank": "1", "roles": ["worker"]}


def test_a_paper_is_written_recited_changed_and_removed(town):
    client, worker = signed_in(town, "secretary1"), signed_in(town, "worker1")
    assert client.post("/papers", data=PAPER).status_code == 303
    [row] = table(town, PaperRow)
    [mine] = worker.get("/recite.json").json["posts"]
    assert mine["title"] == "辖区G11 · 网格员"
    assert ["住户", "1 户"] in mine["facts"] and ["高龄", "1 户"] in mine["facts"]
    assert mine["parts"] == [{"title": "政策", "papers": [["低保", "一\n二"]]}]
    assert client.post("/papers", data=PAPER | {"id": row.id, "title": "高龄津贴"}).status_code == 303
    assert [one.title for one in table(town, PaperRow)] == ["高龄津贴"]
    assert client.post(f"/papers/{row.id}/removal").status_code == 303
    assert worker.get("/recite.json").json["posts"][0]["parts"] == []


def test_a_paper_is_for_the_posts_that_it_names_and_for_its_area(town):
    signed_in(town, "secretary1").post("/papers", data=PAPER | {"roles": ["mediator"]})
    signed_in(town, "secretary2").post("/papers", data=PAPER | {"area": "C2", "roles": []})
    parts = {name: signed_in(town, name).get("/recite.json").json["posts"][0]["parts"] for name in ("worker1", "mediator1", "worker3")}
    assert [bool(parts[name]) for name in ("worker1", "mediator1", "worker3")] == [False, True, True]


def test_what_is_recited_names_nobody(town):
    text = signed_in(town, "worker1").get("/recite.json").get_data(as_text=True)
    assert "住户1" not in text and "1380000" not in text
    assert town.test_client().get("/recite.json").status_code == 401


@pytest.mark.parametrize("wrong", [{"part": "gossip"}, {"title": ""}, {"words": " "}, {"rank": "first"}])
def test_a_paper_with_a_fault_is_not_kept(town, wrong):
    reply = signed_in(town, "secretary1").post("/papers", data=PAPER | wrong)
    assert reply.status_code == 422
    assert table(town, PaperRow) == []


def test_a_foreign_paper_does_not_exist(town):
    signed_in(town, "admin1").post("/papers", data=PAPER | {"area": "S"})
    [row] = table(town, PaperRow)
    client = signed_in(town, "secretary1")
    assert "上级写的" in client.get("/papers").text
    for reply in (client.post(f"/papers/{row.id}/removal"), client.post("/papers", data=PAPER | {"id": row.id}), client.get(f"/papers?edit={row.id}")):
        assert reply.status_code == 404
    assert len(table(town, PaperRow)) == 1
