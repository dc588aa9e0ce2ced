"""A file of areas: what it would change, what is wrong with it, and that it changes all or nothing."""

import pytest

from tests.town import action, hear
from webapp.intake import areas
from webapp.intake.rows import Unreadable, read
from webapp.store import town as store

HEAD = "code,name,parent_code,level,grid_type\n"
GOOD = f"""{HEAD}S01001,一般网格,S010,grid,一般
S,某街道,,street,
S010,某社区,S,community,
S0100101,微网格,S01001,grid,micro
B1,1号楼,S0100101,building,
"""


@pytest.fixture
def compare(tmp_path):
    """compare(text, existing) -> the report of a CSV."""

    def of(text, existing=None, used=()):
        file = tmp_path / "areas.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return areas.compare(read(file), existing or {}, used)

    return of


@pytest.fixture
def run(empty_app, tmp_path):
    """run(text, "--apply") -> (exit code, output) of the command."""

    def of(text, *options):
        file = tmp_path / "file.csv"
        file.write_text(text, encoding="utf-8")
        with empty_app.app_context():
            result = empty_app.test_cli_runner().invoke(args=["import-areas", str(file), *options])
        return result.exit_code, result.output

    return of


def stored(app) -> dict:
    with app.app_context():
        return store.areas()


def test_parents_may_stand_after_their_children(compare):
    report = compare(GOOD)
    assert (report.new, report.bad) == (5, [])
    found = {area["code"]: area for area in report.rows}
    assert found["B1"]["path"] == "S/S010/S01001/S0100101/B1/"
    assert found["B1"]["scope"] == found["S0100101"]["scope"] == "S01001"
    assert found["S010"]["scope"] == "S010"
    assert found["S"]["initials"] == "M"
    assert [area["code"] for area in report.rows][:2] == ["S", "S010"]


def test_a_general_grid_keeps_its_own_feed_and_the_ordinary_ones_below_it_theirs():
    tree = {
        "C": {"code": "C", "name": "C", "parent_code": None, "level": "community"},
        "G": {"code": "G", "name": "G", "parent_code": "C", "level": "grid", "grid_type": "general"},
        "O": {"code": "O", "name": "O", "parent_code": "G", "level": "grid", "grid_type": "ordinary"},
        "M": {"code": "M", "name": "M", "parent_code": "O", "level": "grid", "grid_type": "micro"},
    }
    assert {code: area["scope"] for code, area in areas.placed(tree).items()} == {"C": "C", "G": "G", "O": "O", "M": "O"}


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("X,,S,community,", "name", "不能为空"),
        ("X,名字,S,,", "level", "不能为空"),
        (",名字,S,community,", "code", "不能为空"),
        ("X,名字,NOWHERE,community,", "parent_code", "NOWHERE 不在文件的好行里,也不在系统里"),
        ("X/Y,名字,S,community,", "code", "不能有斜杠"),
        ("S010,又一个,S,community,", "code", "编码 S010 与第 4 行重复"),
        ("X,名字,S,community,ordinary", "grid_type", "只有 level 为 grid"),
        ("X,名字,S,grid,大网格", "grid_type", "ordinary(一般)"),
        ("X,名字,X,community,", "parent_code", "绕成了圈:X → X"),
        ("1.50802E+17,名字,S,community,", "code", "科学计数法"),
    ],
)
def test_a_bad_row_is_named_with_number_column_and_reason(compare, line, column, reason):
    report = compare(GOOD + line + "\n")
    assert [(bad.row, bad.column) for bad in report.bad] == [(7, column)]
    assert reason in report.bad[0].reason
    assert report.new == 5


def test_a_circle_takes_out_everybody_on_it_and_below(compare):
    report = compare(HEAD + "A,甲,B,community,\nB,乙,A,community,\nC,丙,A,grid,\nD,丁,,street,\n")
    assert [bad.row for bad in report.bad] == [2, 3, 4]
    assert "A → B → A" in report.bad[0].reason and "上级 A 所在的行有问题" in report.bad[2].reason
    assert [area["code"] for area in report.rows] == ["D"]


def test_an_area_cannot_move_below_itself(compare):
    existing = {area["code"]: area for area in compare(GOOD).rows}
    report = compare(HEAD + "S,某街道,S010,street,\n", existing)
    assert report.rows == [] and "绕成了圈" in report.bad[0].reason


def test_a_move_takes_everything_below_along(compare):
    existing = {area["code"]: area for area in compare(GOOD + "S020,另一社区,S,community,\n").rows}
    report = compare(HEAD + "S01001,一般网格,S020,grid,ordinary\n", existing)
    assert (report.changed, report.below) == (1, 2)
    assert {area["code"]: area["path"] for area in report.rows}["B1"] == "S/S020/S01001/S0100101/B1/"


def test_an_area_with_entries_at_or_below_it_does_not_move(compare):
    existing = {area["code"]: area for area in compare(GOOD + "S020,另一社区,S,community,\n").rows}
    move = HEAD + "S01001,一般网格,S020,grid,ordinary\nS020,新名社区,S,community,\nS0100102,新网格,S01001,grid,micro\n"
    for used in ("S/S010/S01001/", "S/S010/S01001/S0100101/B1/"):
        report = compare(move, existing, [used])
        assert [(bad.row, bad.column) for bad in report.bad] == [(2, "parent_code")]
        assert "一般网格 或其下级已有记录" in report.bad[0].reason
        changed = {area["code"]: area["path"] for area in report.rows}
        assert changed == {"S020": "S/S020/", "S0100102": "S/S010/S01001/S0100102/"}
    assert compare(move, existing, ["S/S020/"]).bad == []


def test_a_move_that_waits_for_one_that_is_refused_is_refused_too(compare):
    existing = {area["code"]: area for area in compare(HEAD + "A,甲,,street,\nB,乙,A,community,\nC,丙,,street,\n").rows}
    report = compare(HEAD + "B,乙,C,community,\nA,甲,B,street,\n", existing, ["A/B/"])
    assert [bad.row for bad in report.bad] == [2, 3] and report.rows == []


def test_an_area_with_entries_keeps_its_type_where_the_feed_hangs_on_it(compare):
    existing = {area["code"]: area for area in compare(GOOD).rows}
    general = HEAD + "S01001,一般网格,S010,grid,总\n"
    report = compare(general, existing, ["S/S010/S01001/S0100101/B1/"])
    assert [(bad.row, bad.column) for bad in report.bad] == [(2, "grid_type")] and report.rows == []
    assert compare(general, existing, ["S/S010/"]).bad == []
    assert compare(HEAD + "S01001,新名,S010,grid,专属\n", existing, ["S/S010/S01001/"]).bad == []


def test_the_command_knows_where_entries_lie(town, tmp_path):
    file = tmp_path / "move.csv"
    file.write_text("code,name,parent_code,level\nG11,辖区G11,C2,grid\nG12,辖区G12,C2,grid\n", encoding="utf-8")
    with town.app_context():
        hear(town, action(area="U1"))
        result = town.test_cli_runner().invoke(args=["import-areas", str(file), "--apply", "--skip-bad"])
    assert "第 2 行 parent_code:辖区G11 或其下级已有记录" in result.output and result.exit_code == 0
    assert (stored(town)["G11"]["path"], stored(town)["G12"]["path"]) == ("S/C1/G11/", "S/C2/G12/")


def test_columns_left_out_stay_as_they_are(compare):
    existing = {area["code"]: area for area in compare(HEAD.replace("grid_type", "telephone") + "S,某街道,,street,0478-1\n").rows}
    report = compare("code,name,parent_code,level\nS,新名街道,,street\n", existing)
    assert report.rows[0]["telephone"] == "0478-1" and report.rows[0]["name"] == "新名街道"


def test_without_the_four_columns_nothing_is_read(compare):
    with pytest.raises(Unreadable, match="缺少列:level"):
        compare("code,name,parent_code\nS,某街道,\n")


def test_a_dry_run_writes_nothing_and_apply_writes_everything_once(run, empty_app):
    code, output = run(GOOD)
    assert code == 0 and "新增 5" in output and "没有写入" in output and stored(empty_app) == {}
    assert run(GOOD, "--apply")[0] == 0
    before = stored(empty_app)
    assert len(before) == 5
    code, output = run(GOOD, "--apply")
    assert code == 0 and "新增 0,变更 0,不变 5" in output and stored(empty_app) == before


def test_with_a_bad_row_all_or_nothing_unless_asked(run, empty_app, tmp_path):
    bad = GOOD + "X,,S,community,\n"
    code, output = run(bad, "--apply", "--errors", str(tmp_path / "bad.csv"))
    assert code == 1 and "第 7 行 name:不能为空" in output and stored(empty_app) == {}
    assert (tmp_path / "bad.csv").read_text(encoding="utf-8-sig").splitlines() == ["行号,列,原因", "7,name,不能为空"]
    assert run(bad, "--apply", "--skip-bad")[0] == 0
    assert len(stored(empty_app)) == 5


def test_the_real_street_comes_in(empty_app):
    from webapp.intake.demo.places import DATA

    street = DATA.read_text(encoding="utf-8").replace(",150802,street", ",,street")
    file = empty_app.config["SETTINGS"].data / "street.csv"
    file.write_text(street, encoding="utf-8-sig")
    with empty_app.app_context():
        assert empty_app.test_cli_runner().invoke(args=["import-areas", str(file), "--apply"]).exit_code == 0
    assert stored(empty_app)["150802013"]["initials"] == "JC" and len(stored(empty_app)) == 10
