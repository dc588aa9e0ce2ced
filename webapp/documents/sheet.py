"""An A4 paper as offices write it (GB/T 9704 margins, 仿宋, 28 points a line), with page x of y and who took it out when."""

import io
import re
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

TEXT, TITLE, HEAD = "仿宋_GB2312", "方正小标宋简体", "黑体"
FALLBACKS = {TEXT: "仿宋,FangSong,Noto Serif CJK SC", TITLE: "宋体,SimSun,Noto Serif CJK SC", HEAD: "SimHei,Noto Sans CJK SC"}
"""Each font with those that a program without it takes instead: named in the file's font table."""

SIZE, LINE, SMALL = Pt(16), Pt(28), Pt(12)
CENTRE = WD_ALIGN_PARAGRAPH.CENTER
GREY = RGBColor(0x60, 0x60, 0x60)
_NO_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Sheet:
    """A paper that is being written from top to bottom. Only the program that shows it knows its pages: their numbers are fields."""

    def __init__(self, header: str, mark: str):
        self.document, self.marks = Document(), 0
        self._fonts()
        self._margins(header, mark)

    # --- the sheet itself

    def _fonts(self) -> None:
        normal = self.document.styles["Normal"]
        _face(normal, TEXT, SIZE)
        normal.paragraph_format.space_before = normal.paragraph_format.space_after = Pt(0)
        normal.paragraph_format.line_spacing = LINE
        table = next(part for part in self.document.part.package.iter_parts() if part.partname == "/word/fontTable.xml")
        fonts = "".join(f'<w:font w:name="{name}"><w:altName w:val="{others}"/></w:font>' for name, others in FALLBACKS.items())
        table._blob = table.blob.replace(b"</w:fonts>", f"{fonts}</w:fonts>".encode())

    def _margins(self, header: str, mark: str) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(37), Mm(35), Mm(28), Mm(26)
        section.header_distance, section.footer_distance = Mm(20), Mm(18)
        section.different_first_page_header_footer = True
        _small(section.header.paragraphs[0], header)
        foot = section.footer.paragraphs[0]
        _small(foot, "第 ")
        for instruction, words in (("PAGE", " 页 共 "), ("NUMPAGES", " 页")):
            _field(foot, instruction, "1")
            _small(foot, words)
        for footer in (section.footer, section.first_page_footer):
            line = footer.add_paragraph() if footer is section.footer else footer.paragraphs[0]
            _small(line, mark, Pt(9))

    def bytes(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return out.getvalue()

    def about(self, title: str, who: str, at) -> None:
        """What the file says of itself."""
        core = self.document.core_properties
        core.title, core.author, core.last_modified_by, core.comments = title, who, who, ""
        core.created = core.modified = at.replace(tzinfo=None)

    # --- what is written on it

    def part(self, title: str, mark: str | None = None) -> None:
        """A new page with its title; `mark` names the place for the contents."""
        last = self.document.add_paragraph()
        last.paragraph_format.page_break_before = True
        last.alignment = CENTRE
        last.paragraph_format.space_after = Pt(14)
        last.paragraph_format.line_spacing = Pt(36)
        _face(last.add_run(title), TITLE, Pt(22))
        if mark:
            self.marks += 1
            _bookmark(last, mark, self.marks)

    def big(self, words: str, size: int, before: int = 0) -> None:
        """A line of the cover."""
        line = self.document.add_paragraph()
        line.alignment = CENTRE
        line.paragraph_format.space_before = Pt(before)
        line.paragraph_format.line_spacing = Pt(size * 1.4)
        _face(line.add_run(_clean(words)), TITLE, Pt(size))

    def head(self, words: str) -> None:
        line = self.document.add_paragraph()
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.space_after = Pt(4)
        _face(line.add_run(_clean(words)), HEAD, SIZE)

    def write(self, words: str) -> None:
        """Each line of the text as a paragraph that begins two characters in."""
        for piece in _clean(words).split("\n"):
            line = self.document.add_paragraph(piece)
            line.paragraph_format.first_line_indent = SIZE * 2

    def blank(self, points: int = 28) -> None:
        self.document.add_paragraph().paragraph_format.line_spacing = Pt(points)

    def sign(self, *words: str) -> None:
        """Lines to be signed by hand, kept together."""
        self.blank(14)
        for place, piece in enumerate(words):
            line = self.document.add_paragraph(_clean(piece))
            line.paragraph_format.left_indent = Mm(52)
            line.paragraph_format.keep_with_next = place + 1 < len(words)
            line.paragraph_format.space_before = Pt(6)

    def table(self, rows: list[list[str]], widths: list[int], head: bool = False) -> None:
        """Rows of cells with lines around; `widths` in millimetres. With `head` the first row is repeated on every page.

        The last cell of a row that is shorter reaches to the end.
        """
        table = self.document.add_table(rows=len(rows), cols=len(widths), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, (row, words) in enumerate(zip(table.rows, rows, strict=True)):
            cells = row.cells[: len(words)]
            if len(words) < len(widths):
                cells = [*cells[:-1], cells[-1].merge(row.cells[-1])]
            spans = [*widths[: len(words) - 1], sum(widths[len(words) - 1 :])]
            for cell, width, piece in zip(cells, spans, words, strict=True):
                cell.width = Mm(width)
                _cell(cell, _clean(piece), bold=head and number == 0)
            _whole(row, words)
        if head:
            table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
        self.blank(10)

    def form(self, *rows: tuple[str, ...]) -> None:
        """What it is, and what was written: one such pair in a row, or two."""
        self.table([[words or "—" for words in row] for row in rows], [28, 50, 28, 50])

    def picture(self, path: Path, words: str) -> None:
        line = self.document.add_paragraph()
        line.alignment, line.paragraph_format.line_spacing = CENTRE, 1.0
        line.paragraph_format.keep_with_next = True
        line.add_run().add_picture(str(path), width=Mm(95))
        _small(self.document.add_paragraph(), words)

    def contents(self, rows: list[tuple[str, str, str]]) -> None:
        """序号, 材料名称, 页号, 备注 of the parts that follow: (title, mark, remark) of each. The pages are fields, counted when it is opened."""
        self.table([["序号", "材料名称", "页号", "备注"]] + [[str(n), title, "", remark] for n, (title, _, remark) in enumerate(rows, 1)],
                   [18, 84, 22, 32], head=True)  # fmt: skip
        for row, (_, mark, _) in zip(self.document.tables[-1].rows[1:], rows, strict=True):
            _field(row.cells[2].paragraphs[0], f"PAGEREF {mark} \\h", "")
            for cell in (row.cells[0], row.cells[2]):
                cell.paragraphs[0].alignment = CENTRE


def _clean(words: str) -> str:
    """Without what no XML may hold."""
    return _NO_XML.sub("", str(words))


def _face(piece, name: str, size) -> None:
    """The font of a style or a run, for Chinese and for Latin letters."""
    piece.font.size = size
    piece.font.name = "Times New Roman"
    piece.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def _small(line, words: str, size=SMALL) -> None:
    line.alignment = CENTRE
    line.paragraph_format.line_spacing = 1.0
    run = line.add_run(_clean(words))
    run.font.size, run.font.color.rgb = size, GREY


def _cell(cell, words: str, bold: bool = False) -> None:
    for number, piece in enumerate(words.split("\n")):
        line = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        line.paragraph_format.line_spacing = Pt(20)
        line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(2)
        run = line.add_run(piece)
        _face(run, HEAD if bold else TEXT, SMALL)


def _element(tag: str, **attributes: str):
    element = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _field(line, instruction: str, shown: str) -> None:
    """A field that the program counts by itself when it opens the paper; `shown` is what stands there until then."""
    runs = begin, code, middle, result, end = [line.add_run() for _ in range(5)]
    for run in runs:
        run.font.size = SMALL
    begin._r.append(_element("w:fldChar", fldCharType="begin", dirty="true"))
    code._r.append(_element("w:instrText"))
    code._r[-1].text = f" {instruction} "
    middle._r.append(_element("w:fldChar", fldCharType="separate"))
    result.text = shown
    end._r.append(_element("w:fldChar", fldCharType="end"))


def _bookmark(line, name: str, number: int) -> None:
    line._p.insert(1, _element("w:bookmarkStart", id=str(number), name=name))
    line._p.append(_element("w:bookmarkEnd", id=str(number)))


def _whole(row, words: list[str]) -> None:
    """A row is not torn over two pages, unless it is a long one."""
    if sum(map(len, words)) < 300:
        row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
