"""Cases out of another system's file: rows into areas, categories and actions, as a mapping (TOML) says.

What the file says are facts: they go through the same door and into the same log as everything else, only under the rule for
ledgers. Ids are made from the mapping's name and the row's number, so a file that is imported twice changes nothing.
"""

import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..core import actions, calendar
from ..core.actions import Action, Refused
from ..core.hotline import SOURCE
from ..core.kinds import KINDS
from ..store.rows import read
from .areas import FORBIDDEN, placed
from .rows import Report, Row, Sheet, Unreadable, Wrong

NAMESPACE = uuid.UUID("5d9a1f0c-7f7b-5c1d-8c3b-311311311311")
REQUIRED = ("number", "category", "received")
KNOWN = (*REQUIRED, "closed", "due", "updated", "status", "owner", "reply", "interim", "interim_at")


@dataclass(frozen=True)
class Mapping:
    """Which column means what. See docs/la311.toml, where every line is explained."""

    name: str
    kind: str
    source: str
    zone: tzinfo
    time: str
    columns: dict[str, str]
    ignored: frozenset[str]
    withdrawn: frozenset[str]
    words: dict[str, str]
    owners: dict[str, str]
    root: dict[str, str]
    levels: list[dict[str, str]]

    def id(self, *parts: str) -> str:
        return str(uuid.uuid5(NAMESPACE, "/".join((self.name, *parts))))


def read_mapping(path: Path, zone: tzinfo) -> Mapping:
    """The mapping in a TOML file; `zone` is the installation's own. Raises Unreadable."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        mapping = Mapping(
            name=raw["name"],
            kind=raw["kind"],
            source=raw.get("source", "import"),
            zone=ZoneInfo(raw["zone"]) if "zone" in raw else zone,
            time=raw["time"],
            columns=raw["columns"],
            ignored=frozenset(raw.get("ignored", ())),
            withdrawn=frozenset(raw.get("status", {}).get("withdrawn", ())),
            words={"group": raw["name"], "note": "", "outcome": ""} | raw.get("words", {}),
            owners=raw.get("owners", {}),
            root=raw["areas"]["root"],
            levels=raw["areas"].get("levels", []),
        )
        missing = [name for name in REQUIRED if name not in mapping.columns]
        missing += [key for key in ("code", "name", "level") if key not in mapping.root]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ZoneInfoNotFoundError) as error:
        raise Unreadable(f"映射文件有错:{error}") from error
    except KeyError as error:
        raise Unreadable(f"映射文件缺少 {error}") from error
    if unknown := [name for name in mapping.columns if name not in KNOWN]:
        raise Unreadable(f"映射文件 [columns] 里不认识:{'、'.join(unknown)};可用 {'、'.join(KNOWN)}")
    if "interim" in mapping.columns and "interim_at" not in mapping.columns:
        raise Unreadable("映射文件 [columns] 里有 interim,就要有 interim_at:办理中答复是什么时候说的")
    if mapping.source not in actions.SOURCES:
        raise Unreadable(f"映射文件的 source 不认识:{mapping.source};可用 {'、'.join(actions.SOURCES)}")
    if missing or mapping.kind not in KINDS:
        raise Unreadable(f"映射文件缺少:{'、'.join(missing)}" if missing else f"没有 {mapping.kind} 这种记录")
    return mapping


@dataclass
class Case:
    """One row of the file as the actions of one entry, in order."""

    row: int
    actions: list[Action]


@dataclass
class Cases(Report):
    """The report of a file of cases, with everything to write."""

    areas: list[dict] = field(default_factory=list)
    categories: list[dict] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)


def compare(sheet: Sheet, mapping: Mapping, areas: dict[str, dict], categories: dict[str, dict], inside: set[str] | None = None) -> Cases:
    """The file as areas, categories and actions; what the log has of them is for `sift` to say. With `inside`, a row names one of these areas."""
    used = {*mapping.columns.values(), *(level["column"] for level in mapping.levels)}
    told = {name for words in mapping.words.values() for _text, name, *_rest in Formatter().parse(words) if name}
    if missing := (used | told - {"owner"}) - set(sheet.columns):
        raise Unreadable(f"文件里没有映射用到的列:{'、'.join(sorted(missing))}")
    report, reader = Cases(), Reader(mapping, areas, categories)
    if surplus := [column for column in sheet.columns if column and column not in used | told | mapping.ignored]:
        report.notes.append(f"映射没有提到的列,不读入:{'、'.join(surplus)}")
    numbers: dict[str, int] = {}
    for row in sheet.rows:
        try:
            number = row.wanted(mapping.columns["number"])
            if number in numbers:
                raise Wrong(mapping.columns["number"], f"编号 {number} 与第 {numbers[number]} 行重复")
            numbers[number] = row.number
            case = Case(row.number, reader.actions(row, number))
            if inside is not None and case.actions[0].body["area"] not in inside:
                raise Wrong(mapping.levels[-1]["column"], "没有这个网格,或不在您的辖区")
            report.cases.append(case)
        except Wrong as wrong:
            report.refuse(row.number, wrong)
        except Refused as refusal:
            report.refuse(row.number, Wrong("", refusal.message))
    bodies = [case.actions[0].body for case in report.cases]
    report.areas = _needed(placed(reader.areas), areas, {body["area"] for body in bodies})
    report.categories = [reader.categories[code] for code in sorted({body["category"] for body in bodies} - categories.keys())]
    report.notes += [f"新建辖区 {len(report.areas)} 个、类别 {len(report.categories)} 个"] * bool(report.areas or report.categories)
    return report


def _needed(placed: dict[str, dict], there: dict[str, dict], used: set[str]) -> list[dict]:
    """The areas to make: those that a good row names, and what lies above them."""
    codes = {code for one in used for code in placed[one]["path"].rstrip("/").split("/")}
    return [area for code, area in placed.items() if code in codes - there.keys()]


class Reader:
    """Rows into actions; remembers the areas and categories that they name."""

    def __init__(self, mapping: Mapping, areas: dict[str, dict], categories: dict[str, dict]):
        self.mapping, self.areas, self.categories = mapping, dict(areas), dict(categories)
        self.areas.setdefault(mapping.root["code"], mapping.root | {"parent_code": None})

    def actions(self, row: Row, number: str) -> list[Action]:
        """Recorded, and withdrawn or else answered, approved and closed, as far as the row tells. Raises Wrong or Refused."""
        mapping = self.mapping
        received, closed = self._moment(row, "received", wanted=True), self._moment(row, "closed")
        status, owner = self._text(row, "status"), self._text(row, "owner")
        cells = {column: row.text(column) for column in row.cells if column not in mapping.ignored}
        cells["owner"] = mapping.owners.get(owner, owner)
        due = self._due(row)
        recorded = self._action(
            number,
            "recorded",
            actions.LEDGER,
            received,
            {
                "kind": mapping.kind,
                "area": self._area(row),
                "category": self._category(row),
                "happened_at": received.isoformat(),
                "note": mapping.words["note"].format_map(cells),
                "source": mapping.source,
                "due": due,  # no field of an entry, but a part of what makes this row the same as before
            }
            | ({"order": number} if mapping.source == SOURCE else {}),
        )
        recorded = replace(recorded, facts={"due": due} if due else {})
        if status in mapping.withdrawn:
            at = closed or self._moment(row, "updated") or received
            return [recorded, self._action(number, "withdrawn", actions.LEDGER, at, {"note": status}, seen=recorded.id)]
        # Nobody approves what he wrote himself: the file records, the one in charge accepts and closes.
        by = f"{actions.LEDGER}:{owner}" if owner else f"{actions.LEDGER}:{mapping.name}"
        reply = self._text(row, "reply")
        interim = self._interim(row, number, by) if not (closed and reply) else []  # the final words stand, whenever the others come
        if closed is None:
            return [recorded, *interim]
        approved = self._action(number, "approved", by, received, {}, seen=recorded.id)
        outcome = mapping.words["outcome"].format_map(cells)
        ended = self._action(number, "closed", by, closed, {"note": outcome}, seen=approved.id)
        answered = [self._action(number, "noted", by, closed, {"note": "", "reply": reply})] if reply else []
        return [recorded, *interim, approved, ended, *answered]

    def _interim(self, row: Row, number: str, by: str) -> list[Action]:
        """办理中答复: what was said while it was not closed yet; each one is known by its time."""
        said = self._text(row, "interim")
        at = self._moment(row, "interim_at", wanted=True) if said else None
        return [self._action(number, "noted", by, at, {"note": "", "reply": said}, which=at.isoformat())] if said else []

    def _action(self, number: str, verb: str, by: str, at: datetime, body: dict, seen: str | None = None, which: str = "") -> Action:
        ids = {"id": self.mapping.id(number, verb, *filter(None, [which])), "entry": self.mapping.id(number)}
        return read(ids | {"verb": verb, "by": by, "at": at.isoformat(), "seen": seen, "body": body})

    def _text(self, row: Row, name: str) -> str:
        return row.text(self.mapping.columns[name]) if name in self.mapping.columns else ""

    def _moment(self, row: Row, name: str, wanted: bool = False) -> datetime | None:
        """A local time of the file as an instant."""
        column = self.mapping.columns.get(name)
        value = row.cells.get(column, "")
        if isinstance(value, datetime):
            return value.replace(tzinfo=self.mapping.zone)
        text = row.text(column) if column else ""
        if not text:
            if wanted:
                raise Wrong(column, "不能为空")
            return None
        try:
            return datetime.strptime(text, self.mapping.time).replace(tzinfo=self.mapping.zone)
        except ValueError:
            raise Wrong(column, f"“{text}”不是时间,请写成 {datetime(2026, 11, 23, 9, 5):{self.mapping.time}} 的样子") from None

    def _due(self, row: Row) -> str | None:
        moment = self._moment(row, "due")
        return calendar.end_of(moment.date(), self.mapping.zone).isoformat() if moment else None

    def _area(self, row: Row) -> str:
        """The code of the area that the row names; an unknown one is remembered as new."""
        mapping, code, found = self.mapping, self.mapping.root["code"], []
        names = [(level, row.text(level["column"])) for level in mapping.levels]
        if not all(name for _, name in names):
            return code
        for level, name in names:
            if level["code"] == "{name}" and name in self.areas:  # the file has our own codes
                code = name
                continue
            parent, code = code, level["code"].format(parent=code, name=slug(name).upper())
            if FORBIDDEN.search(code) or len(code) > 80:
                code = f"{code[:70]}-{uuid.uuid5(NAMESPACE, code).hex[:8]}"
            area = {"code": code, "name": name, "parent_code": parent, "level": level["level"]}
            if self.areas.get(code, area)["name"] != name:
                raise Wrong(level["column"], f"“{name}”与“{self.areas[code]['name']}”的编码都会是 {code}")
            found.append(area)
        for area in found:
            self.areas.setdefault(area["code"], area)
        return code

    def _category(self, row: Row) -> str:
        """The code of the category that the row names; an unknown one is remembered as new."""
        column = self.mapping.columns["category"]
        if not (label := row.text(column)):
            raise Wrong(column, "不能为空")
        code = f"{self.mapping.name}:{slug(label).lower()}"[:80]
        made = {"code": code, "kind": self.mapping.kind, "group": self.mapping.words["group"], "label": label, "amount": None}
        made |= {"rank": 0, "origin": self.mapping.name}
        if self.categories.setdefault(code, made)["label"] != label:
            raise Wrong(column, f"“{label}”与“{self.categories[code]['label']}”的编码都会是 {code}")
        return code


def slug(name: str) -> str:
    """Letters and digits of any script, with - between the words."""
    return re.sub(r"[\W_]+", "-", name).strip("-")


def sift(report: Cases, known: dict[str, str]) -> Iterator[Case]:
    """Count what is new, changed and the same, given the hashes of the actions that the log has; give what is to be heard.

    A row whose first action is known with another content is bad: the log is not rewritten.
    """
    for case in report.cases:
        fresh = [action for action in case.actions if action.id not in known]
        if any(known.get(action.id, action.hash) != action.hash for action in case.actions):
            report.refuse(case.row, Wrong("", "这一行导入过,内容与上次不同;已导入的不会改写"))
        elif not fresh:
            report.same += 1
        else:
            if len(fresh) == len(case.actions):
                report.new += 1
            else:
                report.changed += 1
            yield case
