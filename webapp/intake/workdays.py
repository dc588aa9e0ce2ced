"""The year's notice of holidays as a file: day,works,name."""

from dataclasses import dataclass, field
from datetime import date

from .rows import Report, Row, Sheet, Unreadable, Wrong

HEADINGS = {"日期": "day", "上班": "works", "是否上班": "works", "名称": "name", "节日": "name"}
WORKS = dict.fromkeys(("1", "是", "班", "上班", "true", "yes", "y"), True) | dict.fromkeys(("0", "否", "休", "休息", "false", "no", "n"), False)
FIRST, LAST = 2001, 2099


@dataclass
class Notice(Report):
    """The report of a notice: the days that it would change, the years that days of it fall into, and those whose notice is in it.

    A notice of a year has days off for 春节 (January or February) and for 国庆节 (October): 1 January of the next year, or one day
    that the town adds, makes no year known.
    """

    rows: list[dict] = field(default_factory=list)
    off: set[tuple[int, int]] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)

    @property
    def years(self) -> set[int]:
        return {year for year in self.touched if (year, 10) in self.off and self.off & {(year, 1), (year, 2)}}


def compare(sheet: Sheet, existing: dict[date, dict]) -> Notice:
    """What the file would change in the town's own days. Rows may stand in any order."""
    heads = {HEADINGS.get(column, column.lower()): column for column in sheet.columns}
    if missing := [name for name in ("day", "works") if name not in heads]:
        raise Unreadable(f"缺少列:{'、'.join(missing)};需要 day,works,name(日期,上班,名称)")
    report, taken = Notice(), {}
    for row in sheet.rows:
        try:
            found = _day(row, heads)
            if found["day"] in taken:
                raise Wrong(heads["day"], f"{found['day']} 与第 {taken[found['day']]} 行重复")
        except Wrong as wrong:
            report.refuse(row.number, wrong)
            continue
        taken[found["day"]] = row.number
        report.touched.add(found["day"].year)
        report.off |= set() if found["works"] else {(found["day"].year, found["day"].month)}
        before = existing.get(found["day"])
        if before == found:
            report.same += 1
            continue
        report.new += before is None
        report.changed += before is not None
        report.rows.append(found)
    return report


def _day(row: Row, heads: dict[str, str]) -> dict:
    """The columns of one day; raises Wrong."""
    day = row.day(heads["day"])
    if day is None:
        raise Wrong(heads["day"], "不能为空")
    if not FIRST <= day.year <= LAST:
        raise Wrong(heads["day"], f"{day} 不在 {FIRST} 到 {LAST} 年之间")
    word = row.wanted(heads["works"]).lower()
    if word not in WORKS:
        raise Wrong(heads["works"], f"“{word}”看不懂;上班填 1 或“是”,休息填 0 或“否”")
    name = row.text(heads["name"]) if "name" in heads else ""
    if len(name) > 40:
        raise Wrong(heads["name"], "最长 40 个字")
    return {"day": day, "works": WORKS[word], "name": name}
