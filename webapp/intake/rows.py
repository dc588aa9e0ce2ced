"""Rows of a file that somebody made in a spreadsheet: .xlsx, or .csv in UTF-8 or GBK. Values only."""

import csv
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import click
from python_calamine import CalamineError, CalamineWorkbook

from ..core.actions import inert

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_COLUMNS = 60
MOST_ROWS = 200_000
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE][+-]?\d+$")
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


class Unreadable(click.ClickException):
    """The file as a whole cannot be read; the message says why, in Chinese."""


class Wrong(Exception):
    """One cell cannot be taken. `column` is the file's own heading; `reason` is Chinese."""

    def __init__(self, column: str, reason: str):
        super().__init__(f"{column}: {reason}")
        self.column, self.reason = column, reason


@dataclass(frozen=True)
class Bad:
    """A row that was not taken."""

    row: int
    column: str
    reason: str


@dataclass
class Report:
    """What an import found, and did or would do."""

    new: int = 0
    changed: int = 0
    same: int = 0
    bad: list[Bad] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def refuse(self, row: int, wrong: Wrong) -> None:
        self.bad.append(Bad(row, wrong.column, wrong.reason))


@dataclass(frozen=True)
class Row:
    """One line: its number in the file (the first line is 1), and its cells by heading."""

    number: int
    cells: dict

    def text(self, column: str) -> str:
        """The cell as clean text; a whole number without its ".0". A number that lost digits is wrong."""
        value = self.cells.get(column, "")
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, float):
            if abs(value) >= 1e15:
                raise Wrong(column, "表格软件把它变成了数字,末几位已经丢失;请把这一列设为“文本”后重新填写")
            return str(int(value)) if value.is_integer() else repr(value)
        if isinstance(value, datetime):
            return value.isoformat(" ")
        return inert(str(value))

    def key(self, column: str) -> str:
        """The cell as a code or number: full-width characters become plain ones, scientific notation is wrong."""
        text = plain(self.text(column))
        if SCIENTIFIC.fullmatch(text):
            raise Wrong(column, f"“{text}”是科学计数法,原来的数字已看不出;请把这一列设为“文本”后重新填写")
        return text

    def wanted(self, column: str) -> str:
        if text := self.key(column):
            return text
        raise Wrong(column, "不能为空")

    def day(self, column: str) -> date | None:
        """A date as a spreadsheet or a person writes it: 2027-01-31, 2027/1/31, 2027年1月31日, 20270131, a serial number."""
        value = self.cells.get(column, "")
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        text = self.key(column)
        if not text:
            return None
        if re.fullmatch(r"[2-7]\d{4}", text):
            return date(1899, 12, 30) + timedelta(days=int(text))
        found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text) or re.match(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
        try:
            return date(*map(int, found.groups()))
        except (AttributeError, ValueError):
            raise Wrong(column, f"“{text}”不是日期,请写成 2027-01-31 的样子") from None

    def number_between(self, column: str, least: float, most: float) -> float | None:
        text = self.key(column)
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            raise Wrong(column, f"“{text}”不是数字") from None
        if not least <= number <= most:
            raise Wrong(column, f"{text} 不在 {least:g} 到 {most:g} 之间")
        return number


@dataclass(frozen=True)
class Sheet:
    """The headings, cleaned, and the rows below them that are not empty."""

    columns: list[str]
    rows: list[Row]


def plain(text: str) -> str:
    """Full-width letters, digits and signs as plain ones; for codes and keys, never for a name."""
    return text.translate(_WIDE).strip()


def read(path: Path) -> Sheet:
    """The first table of a file. Raises Unreadable."""
    with path.open("rb") as file:
        return parsed(path.name, file.read(MOST_BYTES + 1))


def parsed(name: str, data: bytes) -> Sheet:
    """The first table in the bytes of a file of this name. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable("文件超过 20 MB,请分成几个文件")
    reader = {".csv": _csv, ".xlsx": _xlsx}.get(Path(name).suffix.lower())
    if reader is None:
        raise Unreadable("只能读 .xlsx 或 .csv 文件;其他格式请在表格软件里另存为这两种")
    lines = reader(data)
    if not lines:
        raise Unreadable("文件是空的")
    columns = [heading(cell) for cell in lines[0]]
    while columns and not columns[-1]:
        columns.pop()
    if len(columns) > MOST_COLUMNS:
        raise Unreadable(f"列数超过 {MOST_COLUMNS}")
    doubled = {column for column in columns if column and columns.count(column) > 1}
    if doubled or not any(columns):
        raise Unreadable(f"第一行应是各不相同的列名{',重复的有:' + '、'.join(sorted(doubled)) if doubled else ''}")
    filled = ((number, cells) for number, cells in enumerate(lines[1:], 2) if any(cell != "" for cell in cells))
    return Sheet(columns, [Row(number, dict(zip(columns, cells, strict=False))) for number, cells in filled])


def heading(cell) -> str:
    """A heading without spaces, required-marks and remarks in brackets: “户主 *(必填)” is 户主."""
    text = unicodedata.normalize("NFKC", str(cell))
    return re.sub(r"\(.*?\)|[\s*:]", "", inert(text))


def _csv(data: bytes) -> list[list[str]]:
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Unreadable(f"CSV 的引号或分隔有错:{error}") from error
    return [[cell.strip() for cell in line] for line in lines]


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("文字编码看不懂,请另存为 CSV UTF-8")


def _xlsx(data: bytes) -> list[list]:
    try:
        _harmless(data)
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        lines = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, ValueError) as error:
        raise Unreadable(f"打不开这个表格:{error}") from error
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for line in lines[top : bottom + 1]:
            line[left : right + 1] = [lines[top][left]] * len(line[left : right + 1])
    return lines


def _harmless(data: bytes) -> None:
    """Neither a zip bomb nor a sheet with a cell so far out that the empty ones before it fill the memory."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED:
            raise Unreadable("表格解压后超过 200 MB")
        for part in parts.infolist():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename):
                cells = re.findall(rb'<c [^>]*?\br="([A-Z]+)(\d+)"', parts.read(part))
                if any(_column(letters) > MOST_COLUMNS for letters in {letters for letters, _ in cells}):
                    raise Unreadable(f"列数超过 {MOST_COLUMNS};请删去右边的空列")
                if any(int(row) > MOST_ROWS for row in {row for _, row in cells}):
                    raise Unreadable(f"行数超过 {MOST_ROWS},请分成几个文件")


def _column(letters: bytes) -> int:
    """27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
