"""Areas of a town: what follows from code, name, parent and level, and the reading of a file of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..core.grids import scope_of
from . import pinyin
from .rows import Report, Row, Sheet, Unreadable, Wrong

TYPES = {"总": "general", "一般": "ordinary", "微": "micro", "专属": "dedicated", "综合": "integrated"}
REQUIRED = ("code", "name", "parent_code", "level")
OPTIONAL = ("grid_type", "telephone", "lat", "lng")
EMPTY = dict.fromkeys((*OPTIONAL, "starts", "ends"))
FORBIDDEN = re.compile(r"[/\s\x00-\x1f\"'<>\\?#%]")


def placed(areas: dict[str, dict]) -> dict[str, dict]:
    """The same areas with path, scope and initials, parents before children. Every parent must be among them.

    The scope, whose change feed carries the entries made there, is the topmost ordinary, dedicated or integrated grid at or
    above an area; without one, the area itself.
    """
    done: dict[str, dict] = {}
    for code in areas:
        waiting = []
        while code and code not in done:
            waiting.append(code)
            code = areas[code]["parent_code"]
        for code in reversed(waiting):
            area = EMPTY | areas[code]
            above = done.get(area["parent_code"])
            path, scope = above["path"] if above else "", scope_of(code, above, areas)
            done[code] = area | {"path": f"{path}{code}/", "scope": scope, "initials": pinyin.initials_of_area(area["name"])}
    return done


@dataclass
class Areas(Report):
    """The report of a file of areas; `below` counts areas that change only because one above them does."""

    rows: list[dict] = None
    below: int = 0


def compare(sheet: Sheet, existing: dict[str, dict], used: Iterable[str] = ()) -> Areas:
    """What the file would change in the areas that are there. Rows may stand in any order; columns left out stay as they are.

    `used` are the paths at which entries lie: an entry keeps its place, so an area with entries at or below it cannot move, nor
    change the feed that it belongs to.
    """
    if missing := [column for column in REQUIRED if column not in sheet.columns]:
        raise Unreadable(f"缺少列:{'、'.join(missing)};需要 code,name,parent_code,level")
    report, taken = Areas(), {}
    for row in sheet.rows:
        try:
            area = _area(row, sheet.columns)
            if area["code"] in taken:
                raise Wrong("code", f"编码 {area['code']} 与第 {taken[area['code']][0].number} 行重复")
            taken[area["code"]] = (row, area)
        except Wrong as wrong:
            report.refuse(row.number, wrong)
    _refuse_the_closed(report, taken, existing)
    _refuse_the_unplaceable(report, taken, existing)
    _refuse_to_move_entries(report, taken, existing, {code for path in used for code in path.rstrip("/").split("/")})
    after = placed(_merged(taken, existing))
    differs = {code for code, area in after.items() if area != existing.get(code)}
    report.new = len(taken.keys() - existing.keys())
    report.changed = len(taken.keys() & existing.keys() & differs)
    report.same = len(taken.keys() - differs)
    report.below = len(differs - taken.keys())
    report.rows = [area for code, area in after.items() if code in differs]
    report.bad.sort(key=lambda bad: bad.row)
    return report


def _area(row: Row, columns: Iterable[str]) -> dict:
    """The columns of one area; raises Wrong."""
    area = {"code": row.wanted("code"), "name": row.text("name"), "parent_code": row.key("parent_code") or None}
    area["level"] = row.wanted("level")
    for column in ("code", "parent_code"):
        if FORBIDDEN.search(area[column] or "") or len(area[column] or "") > 80:
            raise Wrong(column, f"编码“{area[column]}”不能有斜杠、空格、引号等符号,最长 80 个字")
    if not area["name"]:
        raise Wrong("name", "不能为空")
    if len(area["name"]) > 80 or len(area["level"]) > 40:
        raise Wrong("name" if len(area["name"]) > 80 else "level", "太长")
    if "grid_type" in columns:
        area["grid_type"] = _grid_type(row, area["level"])
    if "telephone" in columns:
        area["telephone"] = row.key("telephone") or None
    for column, most in (("lat", 90), ("lng", 180)):
        if column in columns:
            area[column] = row.number_between(column, -most, most)
    return area


def _grid_type(row: Row, level: str) -> str | None:
    word = row.key("grid_type").removesuffix("网格")
    found = TYPES.get(word, word)
    if found and (found not in TYPES.values() or level != "grid"):
        allowed = "、".join(f"{english}({chinese})" for chinese, english in TYPES.items())
        raise Wrong("grid_type", f"“{word}”不行:只有 level 为 grid 的行可以填,可填 {allowed}")
    return found or None


def _refuse_the_closed(report: Areas, taken: dict, existing: dict[str, dict]) -> None:
    """Take out the rows that would put something below an area that a re-grid has closed."""
    closed = {code for code, area in existing.items() if area.get("ends")}
    for code in [code for code, (_, area) in taken.items() if area["parent_code"] in closed and code not in closed]:
        row, area = taken.pop(code)
        report.refuse(row.number, Wrong("parent_code", f"上级 {area['parent_code']} 已撤并"))


def _refuse_the_unplaceable(report: Areas, taken: dict, existing: dict[str, dict]) -> None:
    """Take out the rows that have no way up to a root."""
    parents = {code: area["parent_code"] for code, area in existing.items()}
    parents |= {code: area["parent_code"] for code, (_, area) in taken.items()}
    placeable: set[str | None] = {None}
    broken = {}
    for start in taken:
        way = [start]
        while (above := parents[way[-1]]) not in placeable and above in parents and above not in way:
            way.append(above)
        if above in placeable:
            placeable.update(way)
        elif above == start:
            broken[start] = f"上级绕成了圈:{' → '.join([*way, start])}"
        elif len(way) == 1:
            broken[start] = f"上级 {above} 不在文件的好行里,也不在系统里"
        else:
            broken[start] = f"上级 {parents[start]} 所在的行有问题"
    for code, reason in broken.items():
        report.refuse(taken.pop(code)[0].number, Wrong("parent_code", reason))


def _merged(taken: dict, existing: dict[str, dict]) -> dict[str, dict]:
    return existing | {code: existing.get(code, EMPTY) | area for code, (_, area) in taken.items()}


def _refuse_to_move_entries(report: Areas, taken: dict, existing: dict[str, dict], used: set[str]) -> None:
    """Take out the rows by which an area with entries at or below it would lie elsewhere, and those that hang on them."""
    moved = [code for code, (_, area) in taken.items() if code in used & existing.keys() and area["parent_code"] != existing[code]["parent_code"]]
    for code in moved:
        reason = f"{existing[code]['name']} 或其下级已有记录,不能改到别的上级下面:记录留在原来的位置,会再也找不到"
        report.refuse(taken.pop(code)[0].number, Wrong("parent_code", reason))
    if moved:
        _refuse_the_unplaceable(report, taken, existing)
    after = placed(_merged(taken, existing))
    for code in [code for code in taken if code in existing and _feed_changes(code, existing, after, used)]:
        reason = f"{existing[code]['name']} 或其下级已有记录,不能改层级或网格类型:手机上的这些记录会断掉"
        report.refuse(taken.pop(code)[0].number, Wrong("grid_type", reason))


def _feed_changes(code: str, existing: dict, after: dict, used: set[str]) -> bool:
    """Would this row, by its type, give another scope to something below it that has entries?"""
    if all(existing[code][name] == after[code][name] for name in ("level", "grid_type")):
        return False
    below = (one for one in used & existing.keys() if existing[one]["path"].startswith(existing[code]["path"]))
    return any(existing[one]["scope"] != after[one]["scope"] for one in below)
