"""A ledger of households: what is read, what is refused, and that it changes nothing the second time."""

from datetime import date

import openpyxl
import pytest

from webapp.intake import households, pinyin, template
from webapp.intake.areas import placed
from webapp.intake.rows import Row, Sheet, Unreadable, read
from webapp.store import town

TODAY = date(2026, 11, 23)
AREAS = placed(
    {
        row[0]: dict(zip(("code", "name", "parent_code", "level", "grid_type"), row, strict=True))
        for row in (
            ("C", "社区", None, "community", None),
            ("G", "第一网格", "C", "grid", "ordinary"),
            ("M", "微网格", "G", "grid", "micro"),
            ("B", "水韵家园3号楼", "M", "building", None),
            ("U", "2单元", "B", "unit", None),
            ("T", "水韵家园13号楼", "M", "building", None),
        )
    }
)


def compare(*rows, existing=None, areas=AREAS):
    """The report of a ledger of these rows, each a dict of its cells."""
    columns = list(dict.fromkeys(column for row in rows for column in row)) + ["网格编码", "房号", "户主"]
    return households.compare(Sheet(columns, [Row(n, row) for n, row in enumerate(rows, 2)]), areas, existing or {}, TODAY)


def home(**cells):
    return {"网格编码": "G", "楼栋": "3号楼", "单元": "2单元", "房号": "302", "户主": "张三"} | cells


def test_a_household_finds_its_door():
    report = compare(home(电话="0478-8991234", 人数="3", 标签="独居、高龄", 标签复核日期="2027-03-01"))
    assert report.bad == [] and report.areas == []
    assert report.rows == [
        {
            "id": households.identity("U", "302", "张三"),
            "area_code": "U",
            "room": "302",
            "name": "张三",
            "pinyin": "zhangsan",
            "initials": "zs",
            "telephone": "0478-8991234",
            "people": 3,
            "tags": ["living_alone", "aged"],
            "tags_review": date(2027, 3, 1),
            "moved_out": None,
        }
    ]


@pytest.mark.parametrize("building", ["3号楼", "3", "3栋", "3 幢", "３号楼", "水韵家园3号楼"])
@pytest.mark.parametrize("unit", ["2单元", "2", "２单元"])
def test_a_building_is_found_however_it_is_written(building, unit):
    assert compare(home(楼栋=building, 单元=unit)).rows[0]["area_code"] == "U"


def test_missing_buildings_and_units_are_made_once():
    report = compare(home(楼栋="5", 单元="1"), home(楼栋="5号楼", 单元="1单元", 房号="101"), home(楼栋="5栋", 单元="2"))
    assert [(area["code"], area["name"], area["level"]) for area in report.areas] == [
        ("G-01", "5号楼", "building"),
        ("G-01-01", "1单元", "unit"),
        ("G-01-02", "2单元", "unit"),
    ]
    assert {area["scope"] for area in report.areas} == {"G"}
    assert report.notes == ["新建楼栋 1 个", "新建单元 2 个"]


def test_an_old_house_has_no_unit():
    assert compare(home(楼栋="红星巷", 单元="", 房号="7号")).rows[0]["area_code"] == "G-01"


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ({"网格编码": "X"}, "网格编码", "没有编码为 X"),
        ({"网格编码": ""}, "网格编码", "不能为空"),
        ({"网格编码": "C"}, "网格编码", "请填它下面网格的编码"),
        ({"网格编码": "1.50802E+14"}, "网格编码", "科学计数法"),
        ({"房号": ""}, "房号", "不能为空"),
        ({"户主": ""}, "户主", "不能为空"),
        ({"户主": "长" * 81}, "户主", "最长"),
        ({"楼栋": "a/b"}, "楼栋", "不能用作名称"),
        ({"电话": "1.38E+10"}, "电话", "科学计数法"),
        ({"人数": "三"}, "人数", "不是数字"),
        ({"人数": "0"}, "人数", "不在 1 到 99"),
        ({"人数": "1.5"}, "人数", "整数"),
        ({"标签": "独居、上访"}, "标签", "没有“上访”这个标签,只能用:独居、高龄、残疾、低保、留守儿童、困境儿童、孕产、慢病照护"),
        ({"标签复核日期": "明年"}, "标签复核日期", "不是日期"),
    ],
)
def test_a_bad_row_is_named_and_no_part_of_it_is_taken(cells, column, reason):
    report = compare(home(**cells), home(房号="303"))
    assert [(bad.row, bad.column) for bad in report.bad] == [(2, column)] and reason in report.bad[0].reason
    assert len(report.rows) == 1 and report.areas == []


@pytest.mark.parametrize("name", ["丁", "不详", "阿不都热合曼·卡德尔·买买提·吐尔逊", "𠮷田", "张龑", "Ａ先生", "㐂"])
def test_any_name_is_kept_as_it_was_written(name):
    assert compare(home(户主=name)).rows[0]["name"] == name


@pytest.mark.parametrize("number", ["", "0478-8991234", "+976 11 123456", "13800001111", "１３８００００１１１１", "12345"])
def test_no_telephone_a_landline_or_one_from_abroad_is_fine(number):
    report = compare(home(电话=number))
    assert report.bad == [] and bool(report.rows[0]["telephone"]) == bool(number)


def test_what_is_no_telephone_is_left_away_with_a_note():
    report = compare(home(电话="没有"))
    assert report.rows[0]["telephone"] is None and "不像电话" in report.notes[0]


def test_the_same_household_twice_in_a_file_is_an_error():
    assert compare(home(), home(房号="３０２室")).bad[0].reason == "与第 2 行是同一户"


def test_tags_without_a_day_are_looked_at_again_after_half_a_year():
    assert compare(home(标签="低保")).rows[0]["tags_review"] == date(2027, 5, 24)


def test_the_same_ledger_changes_nothing_and_an_empty_cell_keeps_what_is_stored():
    before = compare(home(电话="13800001111", 标签="高龄")).rows[0]
    existing = {before["id"]: before}
    assert compare(home(), existing=existing).same == 1
    assert compare(home(户主="张三 ", 房号="302室"), existing=existing).same == 1
    report = compare(home(电话="13900002222"), existing=existing)
    assert report.changed == 1 and report.rows == [before | {"telephone": "13900002222"}]


def test_dots_in_a_name_are_the_same_name():
    before = compare(home(户主="阿依古丽·买买提")).rows[0]
    assert compare(home(户主="阿依古丽•买买提"), existing={before["id"]: before}).same == 1


def test_other_headings_are_understood():
    report = compare({"小区编码": "B", "单元": "2", "房间号": "101", "姓名": "李四", "手机": "13800001111"})
    assert report.rows[0]["area_code"] == "U" and report.rows[0]["telephone"] == "13800001111"


def test_without_its_headings_a_file_is_not_a_ledger():
    with pytest.raises(Unreadable, match="缺少列:网格编码、房号"):
        households.compare(Sheet(["户主"], []), AREAS, {}, TODAY)


@pytest.mark.parametrize(
    ("name", "sound", "initials"),
    [
        ("仇和", "qiuhe", "qh"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("解缙", "xiejin", "xj"),
        ("任我行", "renwoxing", "rwx"),
        ("查良镛", "zhaliangyong", "zly"),
        ("曾国藩", "zengguofan", "zgf"),
        ("区志航", "ouzhihang", "ozh"),
        ("盖叫天", "gejiaotian", "gjt"),
        ("翟天临", "zhaitianlin", "ztl"),
        ("尉迟恭", "yuchigong", "ycg"),
        ("朴树", "piaoshu", "ps"),
        ("欧阳娜", "ouyangna", "oyn"),
        ("阿依古丽·买买提", "ayigulimaimaiti", "ayglmmt"),
        ("丁", "ding", "d"),
        ("", "", ""),
    ],
)
def test_surnames_sound_as_surnames(name, sound, initials):
    assert pinyin.of_name(name) == (sound, initials)


def test_a_sound_given_by_hand_counts():
    row = compare(home(户主="张㐂", 拼音="Zhang xi")).rows[0]
    assert (row["pinyin"], row["initials"]) == ("zhangxi", "zx")


@pytest.mark.parametrize(("name", "initials"), [("金川街道", "JC"), ("LAKE BALBOA NC", "LBN"), ("Los Angeles", "LA"), ("水苑社区", "SY")])
def test_initials_of_an_area(name, initials):
    assert pinyin.initials_of_area(name) == initials


def test_the_template_is_filled_in_and_comes_back(app, tmp_path):
    """The whole way: template, dry run, apply, and the same file again."""
    file = tmp_path / "ledger.xlsx"
    run = app.test_cli_runner().invoke
    with app.app_context():
        before = len(town.households())
        assert run(args=["household-template", str(file)]).exit_code == 0
        book = openpyxl.load_workbook(file)
        page = book.active
        heads = [cell.value for cell in page[1]]
        for name, room in (("仇新", "0101"), ("王𠮷", "102")):
            cells = {"网格编码": "150802013001001", "楼栋": "88", "单元": "1", "房号": room, "户主": name}
            cells |= {"电话": 13800001111, "标签": "高龄"}
            page.append([cells.get(head) for head in heads])
        book.save(file)
        assert "新增 2" in run(args=["import-households", str(file)]).output and len(town.households()) == before
        result = run(args=["import-households", str(file), "--apply"])
        assert result.exit_code == 0 and "新建楼栋 1 个" in result.output
        stored = town.households()
        assert len(stored) == before + 2
        assert {(home["name"], home["room"], home["telephone"]) for home in stored.values()} >= {("仇新", "0101", "13800001111")}
        again = run(args=["import-households", str(file), "--apply"])
        assert "新增 0,变更 0,不变 2" in again.output and town.households() == stored


def test_a_bad_row_keeps_the_whole_ledger_out_unless_asked(app, tmp_path):
    file = tmp_path / "ledger.csv"
    file.write_bytes("网格编码,楼栋,房号,户主,电话\n150802013001001,9,101,甲,\n150802013001001,9,102,乙,1.38E+10\n".encode("gbk"))
    run = app.test_cli_runner().invoke
    with app.app_context():
        before, areas = town.households(), town.areas()
        result = run(args=["import-households", str(file), "--apply"])
        assert result.exit_code == 1 and "第 3 行 电话" in result.output
        assert town.households() == before and town.areas() == areas
        assert run(args=["import-households", str(file), "--apply", "--skip-bad"]).exit_code == 0
        assert len(town.households()) == len(before) + 1


def test_the_template_keeps_long_numbers_as_text(tmp_path):
    template.write(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.active.column_dimensions["A"].number_format == "@"
    assert read(tmp_path / "a.xlsx").columns == list(households.COLUMNS)
