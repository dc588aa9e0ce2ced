"""The re-grid wizard, step by step; who sees what before and after; what phones hand in late; the file for a whole town."""

import csv
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.redivision import DAY, LATER, TODAY, city, grown, halves, redrawn
from tests.town import action, hear, rows, signed_in
from webapp.core import regrid
from webapp.store import regrid as store
from webapp.store import sums, town
from webapp.store.database import db, writing
from webapp.store.tables import AccessRow, Area, EntryRow, Household, RegridRow

SPLIT = {
    "op": "split", "old": "G11", "into": "2", "name-1": "东网格", "type-1": "ordinary", "code-1": "C1001", "name-2": "西网格",
    "type-2": "dedicated", "code-2": "C1901", "to-B1": "1", "to-B4": "2", "to-M1": "2",
}  # fmt: skip
STAFFED = SPLIT | {"worker-1": "worker1", "worker-2": "worker2"}


@pytest.fixture
def grids(town):
    return grown(town)


@pytest.fixture
def admin(grids):
    return signed_in(grids, "admin1")


def tomorrow(grids, days: int = 1) -> None:
    """The clock goes on to the day after the effective one, or further."""
    grids.config["CLOCK"] = lambda: NOON + timedelta(days=days)


def redraw(grids) -> None:
    """G11 becomes N1 (worker1) and N2 (worker2), and it is that day."""
    with grids.app_context():
        halves()
        with writing() as connection:
            assert len(store.carry_out(connection, DAY, LATER)) == 1
    tomorrow(grids, 2)


def sync(grids, name: str, *raws: dict) -> list[dict]:
    reply = signed_in(grids, name).post("/sync", json={"proto": "gridbook/1", "device": str(uuid4()), "actions": list(raws)})
    return reply.json["answers"]


def table(grids, query) -> list:
    with grids.app_context():
        return rows(query)


# --- the wizard


def test_the_first_page_counts_grids_by_type_for_street_and_community(admin):
    page = admin.get("/regrid").text
    heads = re.findall(r'<th class="num" scope="col">(.*?)</th>', page)
    assert heads == ["总网格", "一般网格", "微网格", "专属网格", "合计"]
    lines = [re.findall(r">([^<>\s]+)</", line) for line in re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.S)]
    assert lines == [["辖区S", "0", "3", "1", "0", "4"], ["辖区C1", "0", "2", "1", "0", "3"], ["辖区C2", "0", "1", "0", "0", "1"]]


def test_the_community_shows_its_grids_with_households_and_workers(admin):
    page = admin.get("/regrid/C1").text
    assert "辖区G11" in page and "worker1的名字" in page and "辖区G21" not in page


def test_from_the_choice_to_the_plan_in_five_steps(grids, admin):
    drawing = admin.get("/regrid/C1/drawing?op=split&grid=G11&into=2").text
    assert 'value="C1001"' in drawing and 'value="C1002"' in drawing, "the next free codes are proposed"
    assert drawing.count('type="radio"') == 6 and drawing.count("checked") == 3, "each building has a proposal"
    workers = admin.post("/regrid/C1/workers", data=SPLIT)
    assert workers.status_code == 200 and 'name="worker-1"' in workers.text and 'name="to-B1" value="1"' in workers.text
    preview = admin.post("/regrid/C1/preview", data=STAFFED).text
    for words in ("辖区G11 撤并", "新设 东网格", "网格员:worker1的名字", "微网格 辖区M1 随迁,新编码 C190101", "东网格 有 1 户,一般网格宜为 300–500 户"):
        assert words in preview
    assert table(grids, select(RegridRow.id)) == [], "nothing was written"
    reply = admin.post("/regrid/C1/plans", data=STAFFED | {"effective": DAY.isoformat()})
    assert reply.status_code == 303
    page = admin.get(reply.location).text
    assert "取消这个方案" in page and "2026年11月24日" in page
    assert table(grids, select(Area.code).where(Area.ends.is_not(None))) == [], "it waits for its day"


def test_before_and_after_stand_in_the_preview(admin):
    preview = admin.post("/regrid/C1/preview", data=STAFFED).text
    assert re.search(r'0 → </span><b>1</b>', preview), "a dedicated grid more"
    assert re.search(r'4 → </span><b>5</b>', preview), "five in all"


def test_what_stays_is_counted_and_open_cases_are_listed(grids, admin):
    with grids.app_context():
        hear(grids, raw := action(kind="hazard", area="B4", note="飞线"), action(area="U1"))
    preview = admin.post("/regrid/C1/preview", data=STAFFED).text
    [number] = table(grids, select(EntryRow.number).where(EntryRow.id == raw["entry"]))[0]
    assert "已有的 2 条记录留在原网格" in preview and "没办完的 1 件由新网格员接着办" in preview and number in preview
    assert "飞线" not in preview, "an administrator does not read cases"


def test_on_the_same_day_it_is_done_at_once(grids, admin):
    reply = admin.post("/regrid/C1/plans", data=STAFFED | {"effective": TODAY.isoformat()})
    assert "已生效" in admin.get(reply.location).text
    assert table(grids, select(Area.path).where(Area.code == "B9")) == [("S/C1/C1901/C190101/B9/",)]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"to-B4": ""}, "辖区G11 还有 1 栋没有安排:辖区B4"),
        ({"code-2": "C1001"}, "编码 C1001 在方案里出现了两次"),
        ({"code-1": "G12"}, "编码 G12 用过了"),
        ({"name-1": ""}, "请写名称"),
        ({"name-1": "西网格"}, "已经有一个网格叫“西网格”"),
        ({"type-1": "huge"}, "类型“huge”不行"),
        ({"worker-1": "nobody"}, "没有账号 nobody"),
        ({"into": "1", "to-B4": "1", "to-M1": "1"}, "拆分至少要分成两个"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(grids, admin, changed, words):
    for step in ("workers", "preview", "plans"):
        reply = admin.post(f"/regrid/C1/{step}", data=STAFFED | {"effective": DAY.isoformat()} | changed)
        assert reply.status_code == 422 and words in reply.text
    assert table(grids, select(RegridRow.id)) == []


@pytest.mark.parametrize("day", ["", "x", "2026-11-22", "2028-01-01"])
def test_a_day_that_is_past_or_far_is_not_taken(grids, admin, day):
    assert admin.post("/regrid/C1/plans", data=STAFFED | {"effective": day}).status_code == 422
    assert table(grids, select(RegridRow.id)) == []


@pytest.mark.parametrize(
    ("form", "column", "expected"),
    [
        ({"op": "rename", "old": "G12", "name": "河湾网格"}, Area.name, "河湾网格"),
        ({"op": "retype", "old": "G12", "type": "dedicated"}, Area.grid_type, "dedicated"),
    ],
)
def test_another_name_or_type_needs_no_workers(grids, admin, form, column, expected):
    assert "预览" in admin.post("/regrid/C1/workers", data=form).text
    admin.post("/regrid/C1/plans", data=form | {"effective": TODAY.isoformat()})
    assert table(grids, select(column).where(Area.code == "G12")) == [(expected,)]


def test_merging_and_moving_by_the_wizard(grids, admin):
    moved = {"op": "move", "old": "G11", "target": "G12", "place": ["B4", "M1"]}
    admin.post("/regrid/C1/plans", data=moved | {"effective": TODAY.isoformat()})
    assert table(grids, select(Area.path).where(Area.code == "B9")) == [("S/C1/G12/G1201/B9/",)]
    merged = {"op": "merge", "old": ["G11", "G12"], "into": "1", "name-1": "合并网格", "type-1": "ordinary", "code-1": "C1001"}
    admin.post("/regrid/C1/plans", data=merged | {"effective": TODAY.isoformat()})
    living = {code for (code,) in table(grids, select(Area.code).where(Area.ends.is_(None), Area.level == "grid"))}
    assert living == {"C1001", "C100101", "G21"}


def test_a_waiting_plan_can_be_cancelled_and_keeps_others_away(grids, admin):
    location = admin.post("/regrid/C1/plans", data=STAFFED | {"effective": DAY.isoformat()}).location
    again = admin.post("/regrid/C1/workers", data={"op": "rename", "old": "G11", "name": "别的"})
    assert again.status_code == 422 and "请先取消那个方案" in again.text
    assert 'value="C1001"' not in admin.get("/regrid/C1/drawing?op=split&grid=G12&into=2").text, "a planned code is not proposed again"
    assert admin.post(f"{location}/cancellation").status_code == 303
    assert admin.get(location).status_code == 404
    assert admin.post("/regrid/C1/workers", data={"op": "rename", "old": "G11", "name": "别的"}).status_code == 200
    assert {"regrid_planned", "regrid_cancelled"} <= {what for (what,) in table(grids, select(AccessRow.what))}


def test_several_changes_go_into_one_plan_and_happen_on_one_day(grids, admin):
    location = admin.post("/regrid/C1/plans", data=STAFFED | {"effective": DAY.isoformat()}).location
    id = location.rsplit("/", 1)[1]
    rename = {"op": "rename", "old": "G12", "name": "河湾网格"}
    preview = admin.post("/regrid/C1/workers", data=rename).text
    assert f'<option value="{id}">并入 2026年11月24日 生效的方案</option>' in preview
    both = admin.post("/regrid/C1/preview", data=rename | {"join": id}).text
    assert "辖区G11 撤并" in both and "辖区G12 改名为 河湾网格" in both
    reply = admin.post("/regrid/C1/plans", data=rename | {"join": id, "effective": "2027-01-01"})
    [(kept, effective)] = table(grids, select(RegridRow.id, RegridRow.effective))
    assert reply.status_code == 303 and kept != id and effective == DAY
    page = admin.get(reply.location).text
    assert "东网格" in page and "河湾网格" in page
    with grids.app_context(), writing() as connection:
        assert store.carry_out(connection, DAY, LATER) == [kept]
    assert table(grids, select(Area.name).where(Area.code == "G12")) == [("河湾网格",)]
    assert table(grids, select(Area.ends.is_not(None)).where(Area.code == "G11")) == [(True,)]


def going_on(admin, location: str, **form) -> str:
    """Draw on a plan that waits, all the way; gives where the plan is now."""
    id = location.rsplit("/", 1)[1]
    assert f'href="/regrid/C1?on={id}"' in admin.get(location).text
    drawn = admin.post("/regrid/C1/workers", data=form | {"on": id})
    assert drawn.status_code == 200, drawn.text
    assert f'name="on" value="{id}"' in drawn.text
    assert "接着改" in admin.post("/regrid/C1/preview", data=form | {"on": id}).text
    reply = admin.post("/regrid/C1/plans", data=form | {"on": id})
    assert reply.status_code == 303, reply.text
    return reply.location


def test_what_a_plan_makes_is_changed_again_before_its_day(grids, admin):
    """Split; then one of the halves gets another type and name, the other is split once more, and a building goes from one to the other."""
    location = admin.post("/regrid/C1/plans", data=STAFFED | {"effective": DAY.isoformat()}).location
    on = location.rsplit("/", 1)[1]
    page = admin.get(f"/regrid/C1?on={on}").text
    assert "东网格" in page and "西网格" in page and 'value="G11"' not in page and 'value="G12"' in page
    assert 'value="to-' not in page and 'name="to-B4"' in admin.get(f"/regrid/C1/drawing?op=split&grid=C1901&into=2&on={on}").text
    location = going_on(admin, location, op="retype", old="C1901", type="ordinary")
    location = going_on(admin, location, op="rename", old="C1901", name="西苑网格")
    location = going_on(admin, location, op="rename", old="G12", name="河湾网格")
    location = going_on(admin, location, op="rename", old="G12", name="大河湾网格")
    again = {"op": "split", "old": "C1901", "into": "2", "name-1": "西一", "type-1": "ordinary", "code-1": "C1002", "name-2": "西二", "type-2": "ordinary"}
    again |= {"code-2": "C1003", "to-B4": "1", "worker-1": "worker2", "worker-2": ""}
    micro = re.findall(r'name="to-(C1901\d\d)"', admin.get(f"/regrid/C1/drawing?op=split&grid=C1901&into=2&on={location.rsplit('/', 1)[1]}").text)[0]
    location = going_on(admin, location, **again | {f"to-{micro}": "2"})
    location = going_on(admin, location, op="move", old="C1002", target="C1001", place=["B4"])
    [(kept,)] = table(grids, select(RegridRow.id))
    with grids.app_context(), writing() as connection:
        assert store.carry_out(connection, DAY, LATER) == [kept]
        assert list(sums.check(connection)) == []
    there = dict(table(grids, select(Area.code, Area.name).where(Area.ends.is_(None), Area.level == "grid", Area.path.startswith("S/C1/"))))
    assert there == {"C1001": "东网格", "C1002": "西一", "C1003": "西二", "C100301": there["C100301"], "G12": "大河湾网格"}
    assert table(grids, select(Area.path).where(Area.code == "B4")) == [("S/C1/C1001/B4/",)]
    assert not table(grids, select(Area.code).where(Area.code.startswith("C1901"))), "what was never there has no row"
    ended = dict(table(grids, select(Area.code, Area.ends).where(Area.ends.is_not(None))))
    assert ended.keys() == {"G11", "M1"}


def test_two_halves_of_a_plan_are_merged_again_and_another_plans_grids_are_left_alone(grids, admin):
    location = admin.post("/regrid/C1/plans", data=STAFFED | {"effective": DAY.isoformat()}).location
    other = admin.post("/regrid/C1/plans", data={"op": "rename", "old": "G12", "name": "河湾网格", "effective": DAY.isoformat()}).location
    id = location.rsplit("/", 1)[1]
    blocked = admin.post("/regrid/C1/workers", data={"op": "retype", "old": "G12", "type": "dedicated", "on": id})
    assert blocked.status_code == 422 and "请先取消那个方案" in blocked.text
    assert admin.post(f"{other}/cancellation").status_code == 303
    whole = {"op": "merge", "old": ["C1001", "G12"], "into": "1", "name-1": "大网格", "type-1": "ordinary", "code-1": "C1009", "worker-1": ""}
    going_on(admin, location, **whole)
    with grids.app_context(), writing() as connection:
        assert len(store.carry_out(connection, DAY, LATER)) == 1
    assert table(grids, select(Area.parent_code).where(Area.code == "B1")) == [("C1009",)]
    there = {code for (code,) in table(grids, select(Area.code).where(Area.ends.is_(None), Area.level == "grid", Area.grid_type != "micro"))}
    assert there == {"C1009", "C1901", "G21"}
    assert admin.get(f"/regrid/C1?on={id}").status_code == 404, "it is done, under another id"


def test_a_plan_that_is_gone_or_anothers_is_not_joined(grids, admin):
    admin.post("/regrid/C1/plans", data={"op": "rename", "old": "G12", "name": "河湾网格", "join": str(uuid4()), "effective": DAY.isoformat()})
    [(plan,)] = table(grids, select(RegridRow.plan))
    assert len(plan["steps"]) == 1, "it became a plan of its own"


def test_a_plan_whose_day_has_come_can_be_set_off_by_hand(grids, admin):
    admin.post("/regrid/C1/plans", data=STAFFED | {"effective": DAY.isoformat()})
    assert "现在生效" not in admin.get("/regrid").text
    tomorrow(grids)
    assert "现在生效" in admin.get("/regrid").text
    assert admin.post("/regrid/due").status_code == 303
    assert "现在生效" not in admin.get("/regrid").text and "已生效" in admin.get("/regrid").text


@pytest.mark.parametrize("path", ["/regrid/C1", "/regrid/nowhere", "/regrid/C1/drawing?op=split&grid=G11"])
def test_another_communitys_administrator_sees_nothing(grids, path):
    with grids.app_context(), writing() as connection:
        from webapp.store import people

        people.add(connection, "admin2", "别处管理员")
        people.add_post(connection, "admin2", role="admin", area="C2", starts=date(2026, 1, 1), ends=None)
    client = signed_in(grids, "admin2")
    assert client.get("/regrid").status_code == 200 and "辖区C1" not in client.get("/regrid").text
    assert client.get(path).status_code == 404
    assert client.post("/regrid/C1/plans", data=STAFFED | {"effective": DAY.isoformat()}).status_code == 404
    for grid in ({"old": "G11", "name": "x"}, {"old": "G21", "name": "x", "op": "grow"}):
        assert client.post("/regrid/C2/workers", data={"op": "rename"} | grid).status_code == 400
    with grids.app_context():
        id = halves()
    assert client.get(f"/regrid/plans/{id}").status_code == client.post(f"/regrid/plans/{id}/cancellation").status_code == 404


# --- who sees what


def test_everybody_sees_his_own_before_and_after(grids):
    with grids.app_context():
        hear(grids, before := action(kind="hazard", area="B4", note="旧事"))
    redraw(grids)
    [answer] = sync(grids, "worker2", after := action(kind="hazard", area="B4", note="新事", by="worker2", at="2026-11-25T09:00:00+08:00"))
    assert answer["answer"] == "kept"

    def seen(name: str) -> set[str]:
        client = signed_in(grids, name)
        scopes = [one["code"] for one in client.get("/me").json["scopes"]]
        pages = [client.get("/sync/changes", query_string={"scope": scope, "after": 0}).json["rows"] for scope in scopes]
        return {row["note"] for page in pages for row in page if not row.get("gone")}

    assert before and after
    assert seen("worker1") == {"旧事"}, "an open case of the old grid, but nothing of a grid that is not his"
    assert seen("worker2") == {"旧事", "新事"}
    assert seen("worker3") == set()
    desk = signed_in(grids, "secretary1").get("/desk/entries").text
    assert "旧事" in desk and "新事" in desk
    assert signed_in(grids, "worker1").get("/roster/N2").status_code == 404
    assert [home["id"] for home in signed_in(grids, "worker1").get("/roster/N1").json["households"]] == ["home-11"]


def test_lists_of_today_leave_out_what_is_closed_and_figures_of_then_say_so(grids):
    with grids.app_context():
        hear(grids, action(kind="hazard", area="B4"))
    redraw(grids)
    street = signed_in(grids, "street1")
    then = street.get("/figures?area=C1&from=2026-11-23&to=2026-11-23").text
    assert "辖区G11(已撤并)" in then and "辖区M1" not in then
    assert "已撤并" not in street.get("/figures?area=C1&from=2026-11-25&to=2026-11-25").text
    assert street.get("/figures?area=G11&from=2026-11-23&to=2026-11-23").status_code == 200, "a chosen old grid still opens"
    filters = street.get("/desk/entries").text
    assert "辖区G11" not in re.sub(r"<li class=\"card.*?</li>", "", filters, flags=re.S) and "东网格" in filters
    assert "辖区G11(已撤并)" in street.get("/desk/entries?area=G11").text
    assert "辖区G11" not in street.get("/posters?area=C1").text
    assert street.get("/posters/G11").status_code == 404


def test_an_old_poster_still_reaches_the_community(grids):
    redraw(grids)
    form = {"form": "1", "note": "路灯不亮", "place": "大门口"}
    assert grids.test_client().post("/report/G11", data=form).status_code == 303
    assert grids.test_client().post("/report/B4", data=form | {"form": "2"}).status_code == 303
    assert sorted(table(grids, select(EntryRow.path))) == [("S/C1/",), ("S/C1/N2/B4/",)]


# --- what phones hand in late


def test_recorded_offline_before_and_heard_after_it_lands_where_the_building_is_now(grids):
    redraw(grids)
    late = [action(area=place, note=place, household=home) for place, home in (("U1", "home-11"), ("B4", "home-B4"), ("B9", None))]
    assert [answer["answer"] for answer in sync(grids, "worker1", *late)] == ["kept"] * 3
    paths = {note: (path, household) for note, path, household in table(grids, select(EntryRow.note, EntryRow.path, EntryRow.household))}
    assert paths == {"U1": ("S/C1/N1/B1/U1/", "home-11"), "B4": ("S/C1/N2/B4/", "home-B4"), "B9": ("S/C1/N2/N201/B9/", None)}


def test_recorded_offline_before_at_the_grid_that_is_closed_now_it_is_accepted_there(grids):
    redraw(grids)
    assert [answer["answer"] for answer in sync(grids, "worker1", action(area="G11"), action(area="M1"))] == ["kept"] * 2
    assert set(table(grids, select(EntryRow.path))) == {("S/C1/G11/",), ("S/C1/G11/M1/",)}
    with grids.app_context():
        assert list(sums.check(db.session.connection())) == []


def test_a_phone_with_yesterdays_roster_may_name_the_closed_grid_for_a_week(grids):
    redraw(grids)
    today = "2026-11-25T09:00:00+08:00"
    [mine, foreign] = sync(grids, "worker2", action(area="G11", by="worker2", at=today), action(area="B1", by="worker2", at=today))
    assert (mine["answer"], foreign["reason"]) == ("kept", "forbidden")
    with grids.app_context(), writing() as connection:
        connection.execute(EntryRow.__table__.update().values(stage="closed"))
        store.carry_out(connection, DAY + timedelta(days=8), LATER)
    tomorrow(grids, 20)
    [answer] = sync(grids, "worker2", action(area="G11", by="worker2", at="2026-12-13T09:00:00+08:00"))
    assert answer["reason"] == "forbidden"


def test_what_was_done_to_an_old_entry_before_is_accepted_after(grids):
    with grids.app_context():
        hear(grids, raw := action(kind="hazard", area="B4"))
    redraw(grids)
    [answer] = sync(grids, "worker1", action("noted", raw["entry"], note="补一句"))
    assert answer["answer"] == "kept"


def test_who_was_never_there_gets_nothing_in_by_a_date_of_before(grids):
    redraw(grids)
    answers = sync(grids, "worker2", action(area="B1", by="worker2"), action(area="G11", by="worker2", at="2026-10-01T09:00:00+08:00"))
    assert answers[0]["reason"] == "forbidden"


# --- the file


def written(path, steps) -> None:
    """The plan as a street would type it."""
    labels = {"general": "总", "ordinary": "一般", "micro": "微网格", "dedicated": "专属"}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["操作", "原网格", "新编码", "名称", "类型", "上级", "楼栋", "网格员"])
        for step in steps:
            lines.writerow([regrid.OPS[step.op], " ".join(step.old), step.new, step.name, labels[step.type], step.parent, "、".join(step.places), ""])


def run(app, *args):
    with app.app_context():
        return app.test_cli_runner().invoke(args=["regrid", *map(str, args)])


def test_a_whole_town_in_one_go(empty_app, tmp_path):
    with empty_app.app_context(), writing() as connection:
        town.save_areas(connection, list(city().values()))
    written(file := tmp_path / "plan.csv", redrawn())
    tried = run(empty_app, file, "--from", TODAY)
    assert tried.exit_code == 0 and "没有写入" in tried.output
    assert "现在:53 综合网格 = 53" in tried.output
    assert "以后:9 总网格 + 55 一般网格 + 376 微网格 + 61 专属网格 = 501" in tried.output
    with empty_app.app_context():
        assert regrid.counts(town.areas()) == {"integrated": 53}
    done = run(empty_app, file, "--from", TODAY, "--apply")
    assert done.exit_code == 0 and "已生效" in done.output
    with empty_app.app_context():
        assert regrid.counts(town.areas()) == {"general": 9, "ordinary": 55, "micro": 376, "dedicated": 61}
        assert db.session.scalar(select(Household.id)) is None and list(sums.check(db.session.connection())) == []
    assert run(empty_app, file, "--from", TODAY, "--apply").exit_code != 0, "the old grids are no more"


def test_bad_rows_are_named_in_chinese_and_nothing_is_written(grids, tmp_path):
    file, errors = tmp_path / "plan.csv", tmp_path / "errors.csv"
    lines = ["op,old,new,name,type,parent,buildings,workers", "split,G11,N1,东,一般,,B1,", "split,G11,G12,西,一般,,M1,nobody", "grow,,,,,,,"]
    file.write_text("\n".join(lines[:3]), encoding="utf-8")
    reply = run(grids, file, "--from", DAY, "--apply", "--errors", errors)
    assert reply.exit_code == 1
    for words in ("第 2 行 buildings:辖区G11 还有 1 栋没有安排:辖区B4", "第 3 行 new:编码 G12 用过了", "第 3 行 workers:没有账号 nobody"):
        assert words in reply.output
    assert "没有安排" in errors.read_text(encoding="utf-8-sig")
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "第 4 行 op:“grow”不行" in run(grids, file, "--from", DAY).output
    assert table(grids, select(RegridRow.id)) == []


def test_a_file_may_wait_for_its_day_too(grids, tmp_path):
    file = tmp_path / "plan.csv"
    file.write_text("操作,原网格,新编码,名称,类型,楼栋,网格员\n改名,G12,,河湾网格,,,\n移楼栋,G12,,,,B1,\n", encoding="gbk")
    assert "2026-11-24 起生效" in run(grids, file, "--from", DAY, "--apply").output
    assert run(grids, file, "--from", "2026-11-20").exit_code == 1
    assert [row.plan["communities"] for row in table(grids, select(RegridRow.__table__))] == [["C1"]]


# --- files of before


def test_ledgers_and_lists_of_before_bring_nothing_back(grids, tmp_path):
    redraw(grids)
    file = tmp_path / "areas.csv"
    file.write_text("code,name,parent_code,level\nB7,7号楼,G11,building\nB1,1号楼,G11,building\n", encoding="utf-8")
    with grids.app_context():
        reply = grids.test_cli_runner().invoke(args=["import-areas", str(file), "--apply"])
    assert reply.exit_code == 1 and reply.output.count("上级 G11 已撤并") == 2
    file.write_text("网格编码,楼栋,房号,户主\nG11,辖区B1,101,王五\n", encoding="utf-8")
    with grids.app_context():
        reply = grids.test_cli_runner().invoke(args=["import-households", str(file), "--apply"])
    assert reply.exit_code == 1 and "已撤并,请填现在的网格编码" in reply.output
