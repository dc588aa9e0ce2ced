"""What an administrator sets for the town: each change is kept, noted in the access log, and works without a script."""

import io
import re
from datetime import date
from html import unescape

import pytest

from tests.conftest import NOON
from tests.town import action, hear, rows, signed_in
from webapp.core.calendar import Terms
from webapp.store import lists, units, workdays
from webapp.store.database import writing
from webapp.store.tables import AccessRow, Category, Unit, WorkdayRow

HTMX = {"HX-Request": "true"}


@pytest.fixture
def admin(town):
    return signed_in(town, "admin1")


def noted(town) -> list[str]:
    with town.app_context():
        return [row.detail for row in rows(AccessRow.__table__.select().where(AccessRow.what == "changed").order_by(AccessRow.id))]


def works(town, day: date) -> bool:
    with town.app_context():
        return workdays.calendar(None, town.config["SETTINGS"].timezone).works(day)


def words(page) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def button(page, day: str) -> str:
    """What the button of a day says, and what it would do."""
    found = re.search(rf'<button name="day" value="{day}:(\d)"[^>]*?aria-label="([^"]*)"', page.text, flags=re.S)
    return f"{found[2]} → {found[1]}"


# --- the working calendar


def test_every_day_of_the_year_is_said_in_words(admin):
    page = admin.get("/town/calendar?year=2026")
    assert page.text.count('name="day"') == 365
    assert button(page, "2026-10-01") == "2026年10月1日 休息 国庆节 → 1"
    assert button(page, "2026-10-10") == "2026年10月10日 上班 调休 → 0"
    assert button(page, "2026-10-12") == "2026年10月12日 上班 → 0"
    assert button(page, "2026-10-17") == "2026年10月17日 休息 → 1"
    assert "已有放假通知" in page.text and "预估" not in page.text


def test_this_year_is_shown_unless_another_is_asked_for(admin):
    assert "2026年" in admin.get("/town/calendar").text
    assert admin.get("/town/calendar?year=2028").text.count('name="day"') == 366
    for year in ("1999", "2100", "x", "02026", "-1"):
        assert admin.get(f"/town/calendar?year={year}").status_code == 404


def test_a_year_without_its_notice_is_an_estimate_until_somebody_has_checked_it(admin, town):
    assert "预估" in admin.get("/town/calendar?year=2027").text
    for known, sign in (("1", False), ("1", False), ("0", True)):
        assert admin.post("/town/calendar/known", data={"year": "2027", "known": known}).status_code == 303
        assert ('class="chip waiting"' in admin.get("/town/calendar?year=2027").text) is sign
    assert noted(town) == ["workdays 2027 known", "workdays 2027 estimated"]


def test_a_tap_changes_a_day_and_the_same_tap_again_changes_nothing(admin, town):
    for _ in range(2):
        reply = admin.post("/town/calendar/days", data={"day": "2026-11-24:0"})
        assert (reply.status_code, reply.location) == (303, "/town/calendar?year=2026#month-11")
    assert not works(town, date(2026, 11, 24))
    page = admin.get("/town/calendar")
    assert button(page, "2026-11-24") == "2026年11月24日 休息 本地改过 → 1"
    admin.post("/town/calendar/days", data={"day": "2026-11-24:1"})
    assert works(town, date(2026, 11, 24))
    assert noted(town) == ["workday 2026-11-24 0", "workday 2026-11-24 1"]


def test_with_htmx_the_month_comes_back_alone(admin):
    piece = admin.post("/town/calendar/days", data={"day": "2026-11-24:0"}, headers=HTMX)
    assert piece.status_code == 200 and piece.text.lstrip().startswith("<form") and "<html" not in piece.text
    assert piece.text.count('name="day"') == 30
    assert button(piece, "2026-11-24") == "2026年11月24日 休息 本地改过 → 1"


@pytest.mark.parametrize("day", ["", "2026-11-24", "2026-11-24:2", "2026-02-30:1", "1999-01-01:1", "x:1", "2026-11-24:0:1"])
def test_a_day_that_cannot_be_is_not_taken(admin, town, day):
    assert admin.post("/town/calendar/days", data={"day": day}).status_code == 400
    assert noted(town) == []


# --- the notice

NOTICE = "day,works,name\n2027-02-08,0,春节\n2027-02-20,1,调休\n2027-10-01,0,国庆节\n"


def upload(client, text: str, apply: str = "1", name: str = "n.csv", **more):
    data = {"year": "2026", "apply": apply, "file": (io.BytesIO(text.encode()), name)}
    return client.post("/town/calendar/notice", data=data, content_type="multipart/form-data", **more)


def test_a_notice_is_tried_out_first(admin, town):
    assert "试算:新增 3 天" in upload(admin, NOTICE, "0").text
    piece = upload(admin, NOTICE, "0", headers=HTMX)
    assert piece.status_code == 200 and "试算:新增 3 天" in piece.text and "<html" not in piece.text
    with town.app_context():
        assert rows(WorkdayRow.__table__.select()) == []
    assert noted(town) == []


def test_a_notice_is_written_and_twice_the_same_changes_nothing(admin, town):
    for said in ("新增 3 天,变更 0 天,不变 0 天", "新增 0 天,变更 0 天,不变 3 天"):
        reply = upload(admin, NOTICE)
        assert (reply.status_code, reply.location) == (303, "/town/calendar?year=2027")
        assert said in admin.get(reply.location).text
    assert works(town, date(2027, 2, 20)) and not works(town, date(2027, 2, 8))
    assert button(admin.get("/town/calendar?year=2027"), "2027-02-20") == "2027年2月20日 上班 调休 本地改过 → 0"
    assert noted(town) == ["workdays [2027] 3"]


@pytest.mark.parametrize(("text", "name", "said"), [
    (NOTICE + "2027-02-30,1,\n", "n.csv", "第 5 行"),
    ("day,name\n2027-02-08,春节\n", "n.csv", "缺少列:works"),
    ("day,works\n", "n.csv", "文件里没有日期"),
    (NOTICE, "n.pdf", "只能读"),
    ("x" * 1_000_001, "n.csv", "文件太大"),
    ("not a zip", "n.xlsx", "打不开"),
])  # fmt: skip
def test_a_bad_file_is_explained_and_not_written(admin, town, text, name, said):
    page = upload(admin, text, name=name)
    assert page.status_code == 422 and said in words(page)
    with town.app_context():
        assert rows(WorkdayRow.__table__.select()) == []


def test_no_file_is_explained_too(admin):
    page = admin.post("/town/calendar/notice", data={"year": "2026", "apply": "1"})
    assert page.status_code == 422 and "请选文件" in page.text


# --- categories


def saved(town, code: str = "H0101"):
    with town.app_context():
        [row] = rows(Category.__table__.select().where(Category.code == code))
        return row.clock, row.amount, row.way, row.unit


FORM = {"amount": "4", "clock": "working_hours", "way": "joint", "unit": "wuye"}


def test_each_kind_that_has_categories_has_its_page(admin):
    for kind in ("hazard", "dispute", "request", "delivery", "visit"):
        assert admin.get(f"/town/categories?kind={kind}").status_code == 200
    for kind in ("patrol", "x"):
        assert admin.get(f"/town/categories?kind={kind}").status_code == 404
    page = words(admin.get("/town/categories"))
    assert "消防通道占用 H0104 2 工作时 · 现场" in page and "高空抛物坠物 H0301 2 紧急工作时" in page


def test_the_terms_of_a_category_are_saved_and_hold_from_the_next_case_on(admin, town):
    before = action(kind="hazard", category="H0101", area="G11")
    with town.app_context():
        hear(town, before)
    reply = admin.post("/town/categories/H0101", data=FORM)
    assert (reply.status_code, reply.location) == (303, "/town/categories?kind=hazard#category-H0101")
    assert saved(town) == ("working_hours", 4, "joint", "wuye")
    assert noted(town) == ["category H0101 4 working_hours joint wuye"]
    with town.app_context():
        after = action(kind="hazard", category="H0101", area="G11", at="2026-11-23T11:00:00+08:00")
        hear(town, after)
        dues = [lists.entry_by_id(one["entry"]).due_at.isoformat() for one in (before, after)]
    assert dues == ["2026-11-24T15:59:59.999999+00:00", "2026-11-23T09:00:00+00:00"]


def test_with_htmx_the_category_comes_back_alone(admin):
    piece = admin.post("/town/categories/H0101", data=FORM, headers=HTMX)
    assert piece.text.lstrip().startswith("<li") and "已保存" in piece.text
    assert "4 工作时 · 协调 · 单位wuye" in words(piece)


def test_no_amount_means_no_deadline(admin, town):
    admin.post("/town/categories/H0101", data=FORM | {"amount": "", "way": "", "unit": ""})
    assert saved(town) == ("working_hours", None, "", None)
    with town.app_context():
        raw = action(kind="hazard", category="H0101", area="G11")
        hear(town, raw)
        assert lists.entry_by_id(raw["entry"]).due_at is None


@pytest.mark.parametrize("amount", ["0", "-1", "1.5", "x", "367", "1" * 50, "²"])
def test_an_amount_that_cannot_be_is_explained(admin, town, amount):
    piece = admin.post("/town/categories/H0101", data=FORM | {"amount": amount}, headers=HTMX)
    assert piece.status_code == 422 and "1 到 366" in piece.text
    assert "1 到 366" in admin.post("/town/categories/H0101", data=FORM | {"amount": amount}, follow_redirects=True).text
    assert saved(town) == ("natural_days", 1, "spot", None) and noted(town) == []


@pytest.mark.parametrize("wrong", [{"clock": "lunar"}, {"clock": ""}, {"way": "x"}, {"unit": "nobody"}])
def test_what_is_no_choice_is_not_taken(admin, town, wrong):
    assert admin.post("/town/categories/H0101", data=FORM | wrong).status_code == 400
    assert saved(town) == ("natural_days", 1, "spot", None)


def test_a_category_of_records_gets_no_deadline_and_an_unknown_one_nothing(admin, town):
    assert admin.post("/town/categories/X9999", data=FORM).status_code == 404
    assert admin.post("/town/categories/V0101", data=FORM).status_code == 303
    assert saved(town, "V0101") == ("natural_days", None, "", None)


# --- units

UNIT = {"name": "供水公司", "kind": "utility", "area": "S", "telephone": "0478-8212345"}


def unit(town, name: str):
    with town.app_context():
        found = rows(Unit.__table__.select().where(Unit.name == name))
        return found[0] if found else None


def test_a_unit_is_added_and_changed(admin, town):
    assert admin.post("/town/units", data=UNIT).status_code == 303
    made = unit(town, "供水公司")
    assert (made.kind, made.area_code, made.telephone, made.active) == ("utility", "S", "0478-8212345", True)
    assert admin.post(f"/town/units/{made.code}", data=UNIT | {"name": "自来水公司", "area": "C1", "telephone": ""}).status_code == 303
    changed = unit(town, "自来水公司")
    assert (changed.code, changed.area_code, changed.telephone, changed.active) == (made.code, "C1", None, True)
    assert noted(town) == [f"unit {made.code} utility S 供水公司", f"unit {made.code} utility C1 自来水公司"]


def test_the_list_says_who_works_for_a_unit(admin):
    page = words(admin.get("/town/units"))
    assert "单位wuye 物业 · 辖区C1 承办人: handler1的名字" in page
    assert "单位chengguan 部门 · 辖区S" in page


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "长" * 81}, {"kind": "x"}, {"telephone": "1" * 41}])
def test_a_unit_that_cannot_be_is_explained(admin, town, wrong):
    page = admin.post("/town/units", data=UNIT | wrong)
    assert page.status_code == 422 and 'role="alert"' in page.text
    assert admin.post("/town/units/wuye", data=UNIT | wrong).status_code == 303
    assert unit(town, "单位wuye") and noted(town) == []


def assigned(town) -> str:
    """A hazard that the property company was given; its id."""
    raw = action(kind="hazard", category="H0101", area="G11")
    with town.app_context():
        hear(town, raw)
        for verb, about in (("approved", {}), ("assigned", {"to": [{"unit": "wuye"}]})):
            [answer] = hear(town, action(verb, raw["entry"], "secretary1", seen=lists.entry_by_id(raw["entry"]).last, **about))
            assert answer.answer == "kept", answer
    return raw["entry"]


def test_a_unit_with_open_tasks_cannot_be_closed(admin, town):
    entry = assigned(town)
    assert "还有 1 件没办完" in admin.get("/town/units").text
    assert "请先转派" in admin.post("/town/units/wuye/state", data={"active": "0"}, follow_redirects=True).text
    assert unit(town, "单位wuye").active
    with town.app_context():
        seen = lists.entry_by_id(entry).last
        assert hear(town, action("closed", entry, "secretary1", seen=seen, note="已清走"))[0].answer == "kept"
    assert "已停用" in admin.post("/town/units/wuye/state", data={"active": "0"}, follow_redirects=True).text
    assert not unit(town, "单位wuye").active
    assert noted(town) == ["unit wuye closed"]


def test_a_unit_that_is_closed_is_no_categorys_usual_one_any_more(admin, town):
    admin.post("/town/categories/H0101", data=FORM)
    admin.post("/town/units/wuye/state", data={"active": "0"})
    assert saved(town) == ("working_hours", 4, "joint", None)
    assert admin.post("/town/categories/H0102", data=FORM).status_code == 400
    admin.post("/town/units/wuye/state", data={"active": "1"})
    assert unit(town, "单位wuye").active and admin.post("/town/categories/H0102", data=FORM).status_code == 303


def test_units_outside_ones_own_areas_do_not_exist(town):
    from webapp.store import people

    with town.app_context(), writing() as connection:
        people.add(connection, "admin2", "另一位")
        people.add_post(connection, "admin2", role="admin", area="C2", starts=NOON.date(), ends=None)
    other = signed_in(town, "admin2")
    assert "单位" in other.get("/town/units").text and "单位wuye" not in other.get("/town/units").text
    for path in ("wuye", "wuye/state", "nobody"):
        assert other.post(f"/town/units/{path}", data=UNIT | {"area": "C2", "active": "0"}).status_code == 404
    assert other.post("/town/units", data=UNIT).status_code == 404, "S is above C2"
    assert other.post("/town/units", data=UNIT | {"area": "C2"}).status_code == 303
    assert unit(town, "单位wuye").active


def test_open_tasks_are_counted_by_unit(town):
    assigned(town)
    with town.app_context():
        assert units.open_tasks(["wuye", "chengguan"]) == {"wuye": 1}


# --- return visits


def test_the_share_and_the_clock_of_return_visits(admin, town):
    assert admin.post("/town/follow-up", data={"share": "0", "amount": "3", "clock": "working_days"}).status_code == 303
    with town.app_context():
        found = workdays.town(None, town.config["SETTINGS"].timezone)
    assert (found.share, found.follow) == (0, Terms("working_days", 3))
    assert 'value="3"' in admin.get("/town/follow-up").text
    assert noted(town) == ["follow_up 0% 3 working_days"]


@pytest.mark.parametrize("wrong", [{"share": "101"}, {"share": ""}, {"share": "-1"}, {"amount": "0"}, {"amount": "x"}])
def test_a_share_that_cannot_be_is_explained(admin, town, wrong):
    page = admin.post("/town/follow-up", data={"share": "20", "amount": "7", "clock": "natural_days"} | wrong)
    assert page.status_code == 422 and 'role="alert"' in page.text
    assert noted(town) == []


def test_the_way_to_the_settings_is_where_an_administrator_looks(town, admin):
    assert 'href="/town/calendar"' in admin.get("/settings").text
    assert 'href="/town/calendar"' in admin.get("/figures").text
    for member in ("worker1", "secretary1", "street1", "handler1"):
        assert "/town/" not in signed_in(town, member).get("/settings").text


def hours(client, *pieces: tuple[str, str]):
    return client.post("/town/calendar/hours", data={"opens": [one[0] for one in pieces], "closes": [one[1] for one in pieces]})


@pytest.mark.parametrize("by", ["admin1", "street1"])
def test_the_working_hours_are_the_towns_own_and_every_clock_keeps_them(town, by):
    client = signed_in(town, by)
    assert hours(client, ("08:30", "12:00"), ("14:30", "17:30"), ("", "")).status_code == 303
    assert noted(town)[-1] == "hours 08:30-12:00 14:30-17:30"
    assert "08:30—12:00、14:30—17:30" in words(client.get("/town/calendar"))
    with town.app_context():
        dues = []
        for clock in ("working_days", "working_hours"):
            with writing() as connection:
                workdays.set_category(connection, "H0101", clock=clock, amount=1)
            raw = action(kind="hazard", category="H0101", at="2026-11-23T11:30:00+08:00")
            hear(town, raw)
            dues.append(lists.entry_by_id(raw["entry"]).due_at.astimezone(town.config["SETTINGS"].timezone).strftime("%H:%M"))
    assert dues == ["17:30", "15:00"], "the end of the last working day; half an hour before noon and half an hour after"


@pytest.mark.parametrize("pieces", [[("12:00", "08:00")], [("08:00", "12:00"), ("11:00", "18:00")], [("", "")], [("8", "12:00")], [("08:00", "")]])
def test_hours_that_cannot_be_are_refused(admin, town, pieces):
    assert hours(admin, *pieces).status_code == 303
    assert noted(town) == [] and "上班时间没写对" in admin.get("/town/calendar").text


def test_a_file_makes_known_only_the_years_whose_notice_is_in_it(admin, town):
    text = "day,works,name\n2027-02-08,0,春节\n2027-10-04,0,国庆节\n2028-01-03,0,元旦\n2026-12-31,0,本地\n"
    said = words(upload(admin, text, "0"))
    assert "算作已有放假通知的年份:2027" in said
    upload(admin, text)
    with town.app_context():
        assert workdays.noticed() == {2027} and not works(town, date(2028, 1, 3))
    assert "年份仍标“预估”" in words(upload(admin, "day,works\n2029-01-02,0\n", "0"))


def test_the_street_finds_the_calendar_and_nothing_else_of_the_settings(town):
    page = signed_in(town, "street1").get("/town/calendar")
    assert page.status_code == 200 and "/town/units" not in page.text and "设置" in words(page)
