"""Files as people's spreadsheets write them."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from webapp.intake import rows
from webapp.intake.rows import Row, Unreadable, Wrong, read

TEXT = "户主,房号\n张三,007\n𠮷田,302\n"


def csv_file(tmp_path, data: bytes):
    file = tmp_path / "file.csv"
    file.write_bytes(data)
    return file


def xlsx_file(tmp_path, lines, change=None):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    if change:
        change(book.active)
    book.save(tmp_path / "file.xlsx")
    return tmp_path / "file.xlsx"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        TEXT.replace("\n", "\r").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        ("户主 *(必填),房号\n张三,007\n,\n\n𠮷田,302").encode(),
        ('"户主","房号"\n"张三","007"\n"𠮷田","302"\n').encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "utf-16", "cr", "crlf", "marks and empty lines", "quotes"],
)
def test_a_csv_is_read_however_it_was_saved(tmp_path, data):
    sheet = read(csv_file(tmp_path, data))
    assert sheet.columns == ["户主", "房号"]
    assert [(row.text("户主"), row.key("房号")) for row in sheet.rows] == [("张三", "007"), ("𠮷田", "302")]


def test_rows_keep_the_numbers_that_the_spreadsheet_shows(tmp_path):
    assert [row.number for row in read(csv_file(tmp_path, b"a\n1\n\n3\n")).rows] == [2, 4]


def test_an_xlsx_gives_numbers_dates_and_merged_cells(tmp_path):
    lines = [["网格", "房号", "日期"], ["G1", 302, date(2027, 1, 31)], [None, "007", datetime(2027, 2, 1, 8)]]
    sheet = read(xlsx_file(tmp_path, lines, lambda page: page.merge_cells("A2:A3")))
    assert [(row.text("网格"), row.key("房号"), row.day("日期")) for row in sheet.rows] == [
        ("G1", "302", date(2027, 1, 31)),
        ("G1", "007", date(2027, 2, 1)),
    ]


@pytest.mark.parametrize("text", ["2027-01-31", "2027/1/31", "2027年1月31日", "20270131", "46418", "２０２７-01-31", "2027.1.31"])
def test_a_day_in_any_of_the_usual_ways(text):
    assert Row(2, {"日期": text}).day("日期") == date(2027, 1, 31)


@pytest.mark.parametrize("text", ["明天", "2027-13-01", "31/01/2027", "2027-02-30"])
def test_what_is_no_day_is_wrong(text):
    with pytest.raises(Wrong, match="不是日期"):
        Row(2, {"日期": text}).day("日期")


@pytest.mark.parametrize("text", ["1.38E+10", "1.38e10", "1.50802E+17", "１.38E+10"])
def test_scientific_notation_is_an_error_not_a_guess(text):
    with pytest.raises(Wrong, match="科学计数法"):
        Row(2, {"电话": text}).key("电话")


def test_a_code_that_became_a_number_has_lost_its_end():
    with pytest.raises(Wrong, match="丢失"):
        Row(2, {"编码": 150802013001001010.0}).key("编码")


def test_keys_are_folded_and_text_is_not():
    row = Row(2, {"房号": "Ａ３０２", "户主": "Ａ先生"})
    assert row.key("房号") == "A302" and row.text("户主") == "Ａ先生"


def test_control_characters_and_direction_marks_are_dropped():
    assert Row(2, {"户主": "张\u202e三\x07"}).text("户主") == "张三"


def test_a_formula_is_only_its_value(tmp_path):
    sheet = read(xlsx_file(tmp_path, [["a", "b"], ["=1+1", "x"]]))
    assert sheet.rows[0].text("a") == "" and sheet.rows[0].text("b") == "x"


def test_what_cannot_be_read_says_why(tmp_path):
    for name, data, words in (
        ("a.xls", b"x", "只能读"),
        ("a.xlsm", b"x", "只能读"),
        ("a.xlsx", b"not a zip", "打不开"),
        ("a.csv", b"", "空的"),
        ("a.csv", b"\xff\xff\xff", "编码"),
        ("a.csv", b'a,b\n"1,2\n', "引号"),
        ("a.csv", b"a,a\n1,2\n", "重复的有:a"),
        ("a.csv", b"x" * (rows.MOST_BYTES + 1), "20 MB"),
        ("a.csv", ",".join(f"c{n}" for n in range(61)).encode(), "列数"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Unreadable, match=words):
            read(tmp_path / name)


@pytest.mark.parametrize(("cell", "words"), [("XFD1048576", "列数超过 60"), ("A1048576", "行数超过")])
def test_a_cell_far_out_does_not_fill_the_memory(tmp_path, cell, words):
    with pytest.raises(Unreadable, match=words):
        read(xlsx_file(tmp_path, [["a"]], lambda page: page.__setitem__(cell, 1)))


def test_a_zip_bomb_is_not_unpacked(tmp_path):
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", io.BytesIO(b" " * (rows.MOST_UNPACKED + 1)).getvalue())
    with pytest.raises(Unreadable, match="200 MB"):
        read(file)
