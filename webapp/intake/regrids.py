"""A plan for re-drawing grids as a file: one line for each new grid, or for each grid that gets another name, type or more buildings."""

import re
from dataclasses import dataclass, field
from datetime import date

from ..core import regrid, regrid_checks
from ..core.regrid import Step
from . import pinyin
from .areas import TYPES
from .rows import Report, Row, Sheet, Unreadable, Wrong

COLUMNS = {
    "op": "操作", "old": "原网格", "new": "新编码", "name": "名称", "type": "类型", "parent": "上级", "buildings": "楼栋", "workers": "网格员",
}  # fmt: skip
"""heading -> the same in Chinese; either will do. Several codes stand in one cell with blanks, 、 or ; between them."""

REQUIRED = ("op",)
OPS = {label: op for op, label in regrid.OPS.items() if op != "carry"}
FIELDS = {"places": "buildings"}


@dataclass
class Plan(Report):
    """The report of a file; `steps` is the complete plan."""

    steps: list[Step] = field(default_factory=list)


def compare(sheet: Sheet, areas: dict[str, dict], day: date, busy: dict[str, date], people: set[str], homes: dict[str, int]) -> Plan:
    """The file as a plan for a day, with everything that speaks against it."""
    english = {chinese: name for name, chinese in COLUMNS.items()}
    columns = {english.get(column, column): column for column in sheet.columns}
    if missing := [COLUMNS[name] for name in REQUIRED if name not in columns]:
        raise Unreadable(f"缺少列:{'、'.join(missing)};可用的列:{'、'.join(COLUMNS.values())}")
    report, steps = Plan(), []
    for row in sheet.rows:
        try:
            steps.append(_step(row, columns))
        except Wrong as wrong:
            report.refuse(row.number, wrong)
    if report.bad:
        return report
    report.steps = regrid.complete(steps, areas, busy)
    faults = regrid_checks.check(report.steps, areas, busy=busy, people=people)
    for fault in faults:
        name = FIELDS.get(fault.column, fault.column)
        report.refuse(fault.line, Wrong(columns.get(name, COLUMNS[name]), str(fault)))
    if not faults:
        report.new = sum(step.op in regrid.MAKES for step in report.steps)
        report.changed = len(regrid.closing(report.steps, regrid.Tree(areas)))
        report.notes = [str(remark) for remark in regrid_checks.remarks(report.steps, areas, homes, day)]
    report.bad.sort(key=lambda bad: bad.row)
    return report


def _step(row: Row, columns: dict[str, str]) -> Step:
    def text(name: str) -> str:
        return row.key(columns[name]) if name in columns else ""

    def several(name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(re.split(r"[\s,;、,;]+", text(name)))) if text(name) else ()

    op = OPS.get(text("op"), text("op").lower())
    if op not in OPS.values():
        raise Wrong(columns["op"], f"“{op}”不行,可填:{'、'.join(OPS)}")
    name = row.text(columns["name"]) if "name" in columns else ""
    kind = text("type").removesuffix("网格")
    about = {"type": TYPES.get(kind, kind), "parent": text("parent"), "workers": several("workers"), "places": several("buildings")}
    # A grid that goes on may stand in either column: 原网格 is how people say it.
    old, new = several("old"), text("new")
    if op in ("retype", "rename", "move"):
        old, new = (), new or next(iter(old), "")
    initials = pinyin.initials_of_area(name) if name else ""
    return Step(op, old, new, name, initials=initials, line=row.number, **about)
