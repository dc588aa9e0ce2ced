"""Plans for re-drawing grids, without a database: what is completed, what is refused, what the town is afterwards."""

from collections import Counter
from datetime import date

import pytest

from webapp.core import regrid, regrid_checks
from webapp.core.grids import TYPES
from webapp.core.regrid import Step
from webapp.intake.areas import placed

DAY = date(2026, 12, 1)
TOWN = [  # code, name, parent, level, type
    ("S", "金川街道", None, "street", None),
    ("C1", "新城社区", "S", "community", None),
    ("C2", "老城社区", "S", "community", None),
    ("C1000", "新城总网格", "C1", "grid", "general"),
    ("C1001", "第一网格", "C1000", "grid", "ordinary"),
    ("C1002", "第二网格", "C1000", "grid", "ordinary"),
    ("C1901", "市场网格", "C1000", "grid", "dedicated"),
    ("M1", "一号微网格", "C1001", "grid", "micro"),
    ("C2001", "老城网格", "C2", "grid", "ordinary"),
    ("B1", "1号楼", "C1001", "building", None),
    ("B2", "2号楼", "C1001", "building", None),
    ("B3", "3号楼", "M1", "building", None),
    ("B4", "4号楼", "C1002", "building", None),
    ("B9", "9号楼", "C2001", "building", None),
    ("U1", "1单元", "B1", "unit", None),
]
AREAS = placed({code: {"code": code, "name": name, "parent_code": parent, "level": level, "grid_type": type} for code, name, parent, level, type in TOWN})


def split(*places: tuple, **more) -> list[Step]:
    """第一网格 in as many as there are tuples of places."""
    about = {"type": "ordinary"} | more
    return [Step("split", ("C1001",), name=f"新{n}", places=own, line=n, **about) for n, own in enumerate(places, 2)]


def completed(steps, **more) -> list[Step]:
    return regrid.complete(steps, AREAS, **more)


def faults(steps, areas=AREAS, **more) -> list[str]:
    return [f"{fault.line} {fault.column}: {fault}" for fault in regrid_checks.check(regrid.complete(steps, areas), areas, **more)]


GOOD = split(("B1",), ("B2", "M1"))


# --- completing


def test_codes_follow_the_official_ones_and_parents_follow_the_type():
    done = completed([*GOOD, Step("add", name="学校网格", type="dedicated", parent="C1000"), Step("add", name="微", type="micro", parent="C1002")])
    made = {step.name: (step.new, step.parent) for step in done}
    assert made["新2"] == ("C1003", "C1000") and made["新3"] == ("C1004", "C1000")
    assert made["学校网格"] == ("C1902", "C1000")
    assert made["微"] == ("C100201", "C1002")


def test_a_closed_or_reserved_code_is_not_proposed():
    areas = AREAS | {"C1003": AREAS["C1002"] | {"code": "C1003", "ends": date(2026, 1, 1)}}
    assert [step.new for step in regrid.complete(GOOD, areas, {"C1004"})][:2] == ["C1005", "C1006"]


def test_a_micro_grid_goes_on_under_a_new_code_with_its_buildings():
    [carried] = [step for step in completed(GOOD) if step.op == "carry"]
    assert (carried.old, carried.new, carried.parent, carried.name, carried.places) == (("M1",), "C100401", "C1004", "一号微网格", ("B3",))
    assert faults(GOOD) == []


def test_a_merger_takes_everything():
    [new, carried] = completed([Step("merge", ("C1001", "C1002"), name="合并网格", type="ordinary")])
    assert set(new.places) == {"B1", "B2", "B4"} and carried.old == ("M1",)


# --- checks


def test_every_building_lands_exactly_once():
    assert faults(split(("B1",), ("M1",))) == ["2 places: 第一网格 还有 1 栋没有安排:2号楼"]
    assert faults(split(("B1", "B2"), ("B2", "M1"))) == ["2 places: 2号楼 分给了两个网格", "3 places: 2号楼 分给了两个网格"]
    assert faults(split(("B1", "B2"), ("M1", "B3"))) == ["3 places: 3号楼 分给了两个网格"] * 2  # once itself, once with its micro-grid


def test_no_code_is_ever_used_again():
    areas = AREAS | {"OLD": AREAS["C1002"] | {"code": "OLD", "ends": date(2026, 1, 1)}}
    used = "编码 %s 用过了;撤并的编码也不能再用"
    assert faults(split(("B1",), ("B2", "M1"), new="C2001"))[0] == f"2 new: {used % 'C2001'}"
    assert faults([Step("add", new="OLD", name="x", type="micro", parent="C1002")], areas) == [f"1 new: {used % 'OLD'}"]
    assert faults(split(("B1",), ("B2", "M1"), new="X"))[0] == "2 new: 编码 X 在方案里出现了两次"


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([], "方案里什么也没有"),
        ([Step("grow", new="x")], "“grow”不行"),
        ([Step("merge", ("C1001",), name="x", type="ordinary")], "合并至少要选两个网格"),
        ([Step("split", ("C1001",), name="x", type="ordinary", places=("B1", "B2", "M1"))], "拆分至少要分成两个"),
        ([Step("split", ("NO",), name="x", type="ordinary")], "没有网格 NO"),
        ([Step("split", ("C1000",), name="x", type="ordinary")], "新城总网格 下面还有 第一网格"),
        ([Step("add", name="x", type="huge", parent="C1000")], "类型“huge”不行"),
        ([Step("add", name="", type="ordinary", parent="C1000")], "请写名称"),
        ([Step("add", name="第一网格", type="ordinary", parent="C1000")], "已经有一个网格叫“第一网格”"),
        ([Step("add", name="x", type="ordinary", parent="C1001")], "x 不能挂在“C1001”下面"),
        ([Step("add", name="x", type="micro", parent="M1")], "x 不能挂在“M1”下面"),
        ([Step("add", name="x", type="micro", parent="C1")], "x 不能挂在“C1”下面"),
        ([Step("add", name="x", type="micro", parent="")], "编码不能为空"),
        ([Step("add", new="a b", name="x", type="micro", parent="C1001")], "不能有斜杠"),
        ([Step("add", name="x", type="micro", parent="C1001", places=("B4", "B9"))], "不能跨两个社区"),
        ([Step("add", name="x", type="micro", parent="C1001", places=("U1",))], "只能整栋移动"),
        ([*GOOD, Step("add", name="x", type="micro", parent="C1002", places=("B1",))], "1号楼 分给了两个网格"),
        ([*split(("B2",), ("M1",)), Step("add", name="x", type="micro", parent="C1002", places=("B1",))], "要撤并,请用拆分或合并"),
        ([*split(("B2",), ("M1", "B4"))], "4号楼 不在要撤并的网格里"),
        ([*GOOD, Step("rename", new="C1001", name="x")], "没有网格 C1001,或者它就要撤并"),
        ([Step("rename", new="C1001", name="第二网格")], "已经有一个网格叫“第二网格”"),
        ([Step("retype", new="C1000", type="ordinary")], "只有一般、专属、综合网格可以互相改"),
        ([Step("retype", new="C1001", type="ordinary")], "它已经是这个类型"),
        ([Step("move", new="C1002")], "请选要移过来的楼栋"),
        ([Step("move", new="C1002", places=("B4",))], "已经在这个网格"),
        ([Step("move", new="C1002", places=("B9",))], "在别的社区"),
        ([Step("move", new="C1000", places=("B4",))], "总网格不直接管楼栋"),
        ([Step("move", new="C1002", places=("NO",))], "没有楼栋 NO"),
        ([Step("add", new="a", name="x", type="general", parent="b"), Step("add", new="b", name="y", type="general", parent="a")], "上级绕成了圈"),
    ],
)
def test_what_makes_no_sense_is_said(steps, words):
    assert any(words in fault for fault in faults(steps)), faults(steps)


def test_what_another_plan_waits_for_is_left_alone():
    busy = {"C1001": DAY, "B4": DAY}
    assert "2 old: C1001 已在 2026-12-01 生效的另一个方案里,请先取消那个方案" in faults(GOOD, busy=busy)
    assert any("B4" in fault for fault in faults([Step("move", new="C1901", places=("B4",))], busy=busy))


def test_a_worker_must_have_an_account():
    steps = split(("B1",), ("B2", "M1"), workers=("nobody",))
    assert faults(steps, people={"worker1"}) == ["2 workers: 没有账号 nobody", "3 workers: 没有账号 nobody"]


def test_sizes_and_vacancies_are_remarked_upon():
    homes = {"B1": 350, "B2": 20, "B3": 30, "B4": 0, "B9": 0}
    words = [str(one) for one in regrid_checks.remarks(completed(GOOD), AREAS, homes, DAY)]
    assert words == ["新2 还没有网格员", "新3 有 50 户,一般网格宜为 300–500 户", "新3 还没有网格员"]


# --- what becomes of it


def test_old_grids_end_the_day_before_and_new_ones_begin():
    later = regrid.after(completed(GOOD), AREAS, DAY)
    assert later["C1001"]["ends"] == later["M1"]["ends"] == date(2026, 11, 30)
    assert (later["C1003"]["starts"], later["C1003"]["ends"]) == (DAY, None)
    assert later["B1"]["path"] == "S/C1/C1000/C1003/B1/" and later["U1"]["path"] == "S/C1/C1000/C1003/B1/U1/"
    assert later["B3"]["path"] == "S/C1/C1000/C1004/C100401/B3/"
    assert {later[code]["scope"] for code in ("C1003", "B1", "U1")} == {"C1003"}
    assert {later[code]["scope"] for code in ("C100401", "B3")} == {"C1004"}
    assert later["C1001"] == AREAS["C1001"] | {"ends": date(2026, 11, 30)}, "it keeps its place in the tree"


def test_the_town_is_in_order_afterwards():
    for steps in (GOOD, [Step("merge", ("C1001", "C1002"), name="x", type="dedicated")], [Step("move", new="C1002", places=("M1", "B1"))]):
        assert faults(steps) == []
        later = regrid.after(completed(steps), AREAS, DAY)
        again = placed(later)
        assert {code: (row["path"], row["scope"]) for code, row in later.items()} == {code: (row["path"], row["scope"]) for code, row in again.items()}
        tree = regrid.Tree(later)
        assert sorted(tree.places("C1") + tree.places("C2")) == ["B1", "B2", "B3", "B4", "B9"]
        living = [code for code in later if tree.lives(code)]
        assert all(tree.lives(code) for one in living for code in tree.above(one)), "nothing lives below what is closed"


def test_only_what_changes_is_written_parents_first():
    rows = regrid.changes(AREAS, regrid.after(completed(GOOD), AREAS, DAY))
    codes = [row["code"] for row in rows]
    assert set(codes) == {"C1001", "M1", "C1003", "C1004", "C100401", "B1", "U1", "B2", "B3"}
    assert all(codes.index(row["parent_code"]) < codes.index(row["code"]) for row in rows if row["parent_code"] in codes)
    assert len({frozenset(row) for row in rows}) == 1, "all with the same columns"


def test_another_type_or_name_keeps_the_code():
    steps = [Step("retype", new="C1002", type="dedicated"), Step("rename", new="C1901", name="商圈网格", initials="SQ")]
    later = regrid.after(completed(steps), AREAS, DAY)
    assert [row["code"] for row in regrid.changes(AREAS, later)] == ["C1002", "C1901"]
    assert regrid.counts(later) == {"general": 1, "ordinary": 2, "micro": 1, "dedicated": 2}


def test_counts_by_type_leave_out_what_is_closed():
    later = regrid.after(completed(GOOD), AREAS, DAY)
    assert regrid.counts(AREAS, "S/C1/") == {"general": 1, "ordinary": 2, "micro": 1, "dedicated": 1}
    assert regrid.counts(later, "S/C1/") == {"general": 1, "ordinary": 3, "micro": 1, "dedicated": 1}


def test_who_looks_after_what():
    steps = completed(GOOD)
    assert regrid.heirs(steps, AREAS) == {("C1001", "C1003"), ("C1001", "C1004")}
    left = Counter(place for place, _code in regrid.left(steps, AREAS, regrid.after(steps, AREAS, DAY)))
    assert left == {"B1": 1, "B2": 1, "B3": 2}


def test_a_plan_survives_being_kept():
    steps = completed(GOOD)
    assert regrid.load(regrid.dump(steps)) == steps


def test_the_types_are_those_that_the_importer_knows():
    from webapp.intake import areas

    assert set(areas.TYPES.values()) == set(TYPES)
