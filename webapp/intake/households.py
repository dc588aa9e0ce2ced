"""Households of a ledger kept in a spreadsheet.

A household is known by its place, room and name: the same file changes nothing, and a cell left empty keeps what is stored.
Buildings and units that are not there yet are made below the grid named, and the report says how many.
"""

import re
import unicodedata
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from ..core.care import CARE
from . import pinyin
from .areas import EMPTY, FORBIDDEN, placed
from .rows import Report, Row, Sheet, Unreadable, Wrong, plain

COLUMNS = {
    "网格编码": "必填。网格、微网格、楼栋或单元的编码",
    "楼栋": "例如 3号楼;没有的会新建",
    "单元": "例如 2单元;平房不填",
    "房号": "必填。例如 302",
    "户主": "必填。上门时怎么称呼这一户",
    "电话": "可不填;整列请设为文本",
    "人数": "不填为 1",
    "标签": "可填多个,用顿号隔开:" + "、".join(care.label for care in CARE.values()),
    "标签复核日期": "哪天再核对标签,例如 2027-01-31;不填为半年后",
    "拼音": "读音特殊的名字可自己填,例如 qiu he",
    "迁出日期": "已经搬走的填",
}  # fmt: skip
"""heading -> what the filled-in cell means."""

SAME = {"小区编码": "网格编码", "微网格编码": "网格编码", "辖区编码": "网格编码"}
SAME |= {"房间号": "房号", "姓名": "户主", "联系电话": "电话", "手机": "电话"}
"""Other headings that ledgers use."""

TAGS = {care.label: tag for tag, care in CARE.items()} | {tag: tag for tag in CARE}
REVIEW_DAYS = 182
NAMESPACE = uuid.UUID("0d6f2f6b-8f43-5b0e-9f2a-6772696462f1")
LOWER = {"building": "楼栋", "unit": "单元"}
_DOTS = str.maketrans("•・‧.", "····")


def identity(area: str, room: str, name: str) -> str:
    """The id of a household: always the same for the same place, room and name."""
    return str(uuid.uuid5(NAMESPACE, "/".join((area, *_key(room, name)))))


def _key(room: str, name: str) -> tuple[str, str]:
    """By what two ways of writing one door and one name are the same. What is stored stays as it was written."""
    folded = unicodedata.normalize("NFC", name).replace(" ", "").translate(_DOTS)
    return plain(room).replace(" ", "").removesuffix("室").upper(), folded


@dataclass
class Households(Report):
    """The report of a ledger, with the areas and households to write."""

    areas: list[dict] = field(default_factory=list)
    rows: list[dict] = field(default_factory=list)


def compare(sheet: Sheet, areas: dict[str, dict], existing: dict[str, dict], today: date) -> Households:
    """What the ledger would change."""
    sheet = Sheet([SAME.get(column, column) for column in sheet.columns], [_renamed(row) for row in sheet.rows])
    if missing := [column for column in ("网格编码", "房号", "户主") if column not in sheet.columns]:
        raise Unreadable(f"缺少列:{'、'.join(missing)};可用 household-template 命令得到空表")
    report, places = Households(), Places(areas)
    known = {(home["area_code"], *_key(home["room"], home["name"])): home for home in existing.values()}
    seen: dict[tuple, int] = {}
    for row in sheet.rows:
        try:
            _take(row, report, places, known, seen, today)
        except Wrong as wrong:
            report.refuse(row.number, wrong)
    report.areas = places.new(used={home["area_code"] for home in report.rows})
    for level, word in LOWER.items():
        if number := sum(area["level"] == level for area in report.areas):
            report.notes.append(f"新建{word} {number} 个")
    return report


def _renamed(row: Row) -> Row:
    cells = {}
    for column, cell in row.cells.items():
        if cells.get(name := SAME.get(column, column), "") == "":
            cells[name] = cell
    return Row(row.number, cells)


def _take(row: Row, report: Households, places: "Places", known: dict, seen: dict, today: date) -> None:
    """One row into the report; raises Wrong before anything of it was taken."""
    code, room, name, given = row.wanted("网格编码"), row.text("房号"), row.text("户主"), _given(row, report)
    for column, text in (("房号", room), ("户主", name)):
        if not text or len(text) > 80:
            raise Wrong(column, "不能为空" if not text else "最长 80 个字")
    door = places.find(code, row.text("楼栋"), row.text("单元"))
    key = (door, *_key(room, name))
    if key in seen:
        raise Wrong("户主", f"与第 {seen[key]} 行是同一户")
    seen[key] = row.number
    before = known.get(key)
    if before:
        given = {"pinyin": before["pinyin"], "initials": before["initials"]} | given
        after = before | given
    else:
        sound, initials = pinyin.of_name(name)
        after = {"id": identity(door, room, name), "area_code": door, "room": room, "name": name, "pinyin": sound, "initials": initials}
        after |= {"telephone": None, "people": 1, "tags": [], "tags_review": None, "moved_out": None} | given
    if after["tags"] and not after["tags_review"]:
        after["tags_review"] = today + timedelta(days=REVIEW_DAYS)
    if after == before:
        report.same += 1
        return
    report.new, report.changed = report.new + (not before), report.changed + bool(before)
    report.rows.append(after)


def _given(row: Row, report: Households) -> dict:
    """The columns of a household that the row fills in; raises Wrong."""
    given = {
        "telephone": _telephone(row, report),
        "people": row.number_between("人数", 1, 99),
        "tags": _tags(row),
        "tags_review": row.day("标签复核日期"),
        "moved_out": row.day("迁出日期"),
    }
    if given["people"]:
        if given["people"] % 1:
            raise Wrong("人数", "应是整数")
        given["people"] = int(given["people"])
    if sound := row.key("拼音").lower():
        syllables = sound.split()
        given |= {"pinyin": "".join(syllables), "initials": "".join(syllable[0] for syllable in syllables)}
    return {column: value for column, value in given.items() if value not in (None, [])}


def _tags(row: Row) -> list[str]:
    words = [word for word in re.split(r"[、,,;;/\s]+", row.text("标签")) if word]
    if wrong := [word for word in words if word not in TAGS]:
        raise Wrong("标签", f"没有“{'、'.join(wrong)}”这个标签,只能用:{'、'.join(care.label for care in CARE.values())}")
    return list(dict.fromkeys(TAGS[word] for word in words))


def _telephone(row: Row, report: Households) -> str | None:
    """As it was written, for it is read aloud; what cannot be a number at all is left away with a note."""
    text = row.key("电话")
    digits = re.sub(r"[\s()+\-转]", "", text)
    if text and not (digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 20):
        report.notes.append(f"第 {row.number} 行:“{text}”不像电话,没有录入")
        return None
    if digits and len(digits) not in (7, 8, 10, 11, 12):
        report.notes.append(f"第 {row.number} 行:电话“{text}”的位数少见,已照录")
    return text or None


class Places:
    """Where households live: the areas that are there, and the buildings and units that have to be made."""

    def __init__(self, areas: dict[str, dict]):
        self.areas = dict(areas)
        self.old = set(areas)
        self.below: dict[str, list[str]] = defaultdict(list)
        for code, area in areas.items():
            self.below[area["parent_code"]].append(code)
        self.found: dict[tuple, str] = {}

    def find(self, code: str, building: str, unit: str) -> str:
        """The code of the door's unit or building. Raises Wrong."""
        area = self.areas.get(code) if code in self.old else None
        if area is None:
            raise Wrong("网格编码", f"没有编码为 {code} 的网格")
        if area.get("ends"):
            raise Wrong("网格编码", f"{code}(“{area['name']}”)已撤并,请填现在的网格编码")
        if area["level"] not in {"grid", *LOWER}:
            raise Wrong("网格编码", f"{code} 是“{area['name']}”,请填它下面网格的编码")
        for level, name in (("building", building), ("unit", unit)):
            if name and not (self.areas[code]["level"] == level and name_key(name, level) == name_key(self.areas[code]["name"], level)):
                code = self._child(code, level, name)
        return code

    def _child(self, code: str, level: str, name: str) -> str:
        key = (code, level, name_key(name, level))
        if key not in self.found:
            self.found[key] = self._there(code, level, name) or self._made(code, level, name)
        return self.found[key]

    def _there(self, code: str, level: str, name: str) -> str | None:
        """An area of this level below `code` with this name; 3号楼 is also found as 水韵家园3号楼."""
        wanted, todo, keys = name_key(name, level), [code], {}
        while todo:
            for below in self.below[todo.pop()]:
                todo.append(below)
                if self.areas[below]["level"] == level:
                    keys[below] = name_key(self.areas[below]["name"], level)
        exact = [below for below, key in keys.items() if key == wanted]
        longer = [below for below, key in keys.items() if key.endswith(wanted) and not key.removesuffix(wanted)[-1:].isdigit()]
        found = exact or longer
        if len(found) > 1:
            raise Wrong(LOWER[level], f"“{name}”在 {code} 下面有 {len(found)} 个,请填更细的网格编码")
        return found[0] if found else None

    def _made(self, code: str, level: str, name: str) -> str:
        """A new area below `code`; its code is the parent's and the next free number."""
        if len(name) > 80 or FORBIDDEN.search(name.replace(" ", "")):
            raise Wrong(LOWER[level], f"“{name}”不能用作名称")
        number = 1
        while (own := f"{code}-{number:02d}") in self.areas:
            number += 1
        self.areas[own] = EMPTY | {"code": own, "name": full_name(name, level), "parent_code": code, "level": level}
        self.below[code].append(own)
        return own

    def new(self, used: set[str]) -> list[dict]:
        """The areas to make: those in which somebody lives, and what lies above them."""
        wanted = set()
        for code in used:
            while code not in self.old and code not in wanted:
                wanted.add(code)
                code = self.areas[code]["parent_code"]
        kept = {code: area for code, area in self.areas.items() if code in self.old or code in wanted}
        return [area for code, area in placed(kept).items() if code in wanted] if wanted else []


def full_name(name: str, level: str) -> str:
    """3 is 3号楼, or 3单元."""
    return f"{plain(name)}{'号楼' if level == 'building' else '单元'}" if plain(name).isdigit() else name


def name_key(name: str, level: str) -> str:
    """By what two ways of writing one building's name are the same: 3 栋, ３号楼, 3幢."""
    folded = re.sub(r"(\d)(栋|幢|#|号)$", r"\1号楼", plain(name).replace(" ", ""))
    return full_name(folded, level).upper()
