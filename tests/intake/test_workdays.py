"""The year's notice of holidays as a file: what is taken, what is refused, and twice the same."""

from datetime import date

import pytest

from webapp.intake import rows, workdays
from webapp.intake.rows import Unreadable


def compare(text: str, existing=None) -> workdays.Notice:
    return workdays.compare(rows.parsed("n.csv", text.encode()), existing or {})


def bad(text: str) -> list[tuple]:
    return [(one.row, one.column, one.reason) for one in compare(text).bad]


def test_a_notice_is_read_day_by_day():
    report = compare("day,works,name\n2027-02-08,0,春节\n2027/2/20,1,调休\n2027年2月21日,否,\n")
    assert [tuple(row.values()) for row in report.rows] == [
        (date(2027, 2, 8), False, "春节"),
        (date(2027, 2, 20), True, "调休"),
        (date(2027, 2, 21), False, ""),
    ]
    assert (report.new, report.changed, report.same, report.bad, report.years) == (3, 0, 0, [], set())


def test_the_headings_may_be_chinese_and_the_names_left_out():
    assert [row["works"] for row in compare("日期,上班\n2027-02-08,休\n2027-02-20,班\n").rows] == [False, True]


def test_what_is_there_already_changes_nothing():
    text = "day,works,name\n2027-02-08,0,春节\n2027-02-20,1,调休\n"
    existing = {row["day"]: row for row in compare(text).rows}
    again = compare(text, existing)
    assert (again.rows, again.same, again.years) == ([], 2, set())
    other = compare(text.replace("20,1", "20,0"), existing)
    assert (other.new, other.changed, other.same) == (0, 1, 1)


@pytest.mark.parametrize(("line", "column", "words"), [
    (",1,调休", "day", "不能为空"),
    ("2027-02-30,1,", "day", "不是日期"),
    ("明天,1,", "day", "不是日期"),
    ("1999-10-01,0,", "day", "不在 2001 到 2099 年之间"),
    ("2027-02-20,,", "works", "不能为空"),
    ("2027-02-20,也许,", "works", "看不懂"),
    ("2027-02-20,1," + "长" * 41, "name", "最长 40 个字"),
    ("2027-02-08,1,", "day", "与第 2 行重复"),
])  # fmt: skip
def test_a_row_that_cannot_be_is_refused_with_its_reason(line, column, words):
    [(row, where, reason)] = bad(f"day,works,name\n2027-02-08,0,春节\n{line}\n")
    assert (row, where) == (3, column) and words in reason


@pytest.mark.parametrize(("text", "words"), [("day,name\n2027-02-08,春节\n", "缺少列:works"), ("", "空的"), ("day,day\n", "重复")])
def test_a_file_that_is_no_notice_is_unreadable(text, words):
    with pytest.raises(Unreadable, match=words):
        compare(text)


@pytest.mark.parametrize(("days", "known"), [
    (["2027-02-08,0", "2027-10-04,0"], {2027}),
    (["2027-01-29,0", "2027-10-04,0", "2028-01-03,0"], {2027}),
    (["2027-02-08,0", "2027-02-20,1"], set()),
    (["2027-02-20,1", "2027-10-10,1"], set()),
    (["2028-01-03,0"], set()),
])  # fmt: skip
def test_a_year_is_known_when_its_spring_festival_and_its_national_day_are_in_the_file(days, known):
    assert compare("day,works\n" + "\n".join(days) + "\n").years == known
