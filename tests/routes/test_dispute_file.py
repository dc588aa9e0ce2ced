"""调解卷宗: the Word file, read back: its parts in their order, what each says, who took it out, and that it is logged."""

import io
import re
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn

from tests.routes.mediation import led, recorded, step
from tests.town import rows, signed_in
from webapp.store.tables import AccessRow

PARTS = [
    "卷 宗 目 录", "人民调解受理登记表", "权利义务告知书", "当事人身份说明", "调 查 记 录", "调 解 笔 录", "人民调解协议书", "协议履行情况",
    "回 访 记 录", "司法确认申请书",
]  # fmt: skip
TITLE = "方正小标宋简体"


def downloaded(town, id: str, by: str = "mediator1"):
    reply = signed_in(town, by).get(f"/disputes/{id}/file.docx")
    assert reply.status_code == 200, reply.status_code
    assert reply.headers["Content-Disposition"].endswith(".docx")
    return reply.data, Document(io.BytesIO(reply.data))


def blocks(document) -> list[str]:
    """The text of each paragraph and each row of a table, from top to bottom."""
    found = []
    for block in document.element.body:
        if block.tag == qn("w:p"):
            found.append("".join(text.text or "" for text in block.iter(qn("w:t"))))
        elif block.tag == qn("w:tbl"):
            found += ["|".join("".join(text.text or "" for text in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))) for row in block.iter(qn("w:tr"))]
    return found


def titles(document) -> list[str]:
    return [line.text for line in document.paragraphs if line.paragraph_format.page_break_before]


def part(document, title: str) -> str:
    """Everything between one title and the next."""
    lines = blocks(document)
    start = lines.index(title, lines.index("卷 宗 目 录"))
    ends = [lines.index(other, start + 1) for other in PARTS if other in lines[start + 1 :]]
    return "\n".join(lines[start + 1 : min(ends, default=len(lines))])


def test_the_parts_stand_in_their_order_and_say_what_was_done(town):
    id = led(town, "agreed")
    for verb in ("performed", "confirmed", "fed_back", "followed_up", "closed"):
        assert step(town, id, verb).status_code == 303
    data, document = downloaded(town, id)
    assert titles(document) == PARTS
    said = {title: part(document, title) for title in PARTS[1:]}
    assert "楼上漏水,争了三回" in said["人民调解受理登记表"] and "黄:专人包案" in said["人民调解受理登记表"]
    assert "自愿达成调解协议" in said["权利义务告知书"]
    assert "王志强|楼上|男|46|13900000001|402" in said["当事人身份说明"]
    assert "分头听双方说" in said["调 查 记 录"]
    assert "第1次 当面调解" in said["调 解 笔 录"] and "双方各说了经过" in said["调 解 笔 录"]
    assert "王志强修好防水" in said["人民调解协议书"] and "修防水（2026年12月1日前）" in said["人民调解协议书"]
    assert "已履行" in said["协议履行情况"] and "司法确认：已申请" in said["协议履行情况"]
    assert "谈成了,请去看看" in said["回 访 记 录"] and "满意" in said["回 访 记 录"]
    assert "人民法院" in said["司法确认申请书"]
    cover = "\n".join(blocks(document)[: blocks(document).index("卷 宗 目 录")])
    assert re.search(r"调解〔2026〕JC-\d{6}-\d{4}号", cover) and "王志强与李桂兰邻里纠纷" in cover and "调解成功" in cover


def test_parts_that_did_not_take_place_say_so_and_an_application_is_only_there_when_wished(town):
    _data, document = downloaded(town, led(town, "signed"))
    assert titles(document) == PARTS[:-1]
    for title in ("当事人身份说明", "调 查 记 录", "调 解 笔 录", "人民调解协议书", "协议履行情况", "回 访 记 录"):
        assert part(document, title).strip() == "未进行", title


def test_a_failure_is_told_in_the_place_of_the_agreement(town):
    id = led(town, "mediated")
    step(town, id, "failed")
    _data, document = downloaded(town, id)
    assert "未达成协议" in part(document, "人民调解协议书") and "赔多少谈不拢" in part(document, "人民调解协议书")
    assert "调解不成" in "\n".join(blocks(document)[:20])


def test_the_paper_is_a4_with_the_margins_and_fonts_of_offices_and_numbers_its_pages(town):
    data, document = downloaded(town, led(town, "agreed"))
    section = document.sections[0]
    sizes = [round(length.mm) for length in (section.page_width, section.page_height, section.top_margin, section.left_margin)]
    assert sizes == [210, 297, 37, 28]
    parts = zipfile.ZipFile(io.BytesIO(data))
    body, table = parts.read("word/document.xml").decode(), parts.read("word/fontTable.xml").decode()
    assert 'w:eastAsia="仿宋_GB2312"' in parts.read("word/styles.xml").decode() and TITLE in body
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,' in table
    footer = "".join(parts.read(name).decode() for name in parts.namelist() if "footer" in name)
    assert "NUMPAGES" in footer and " PAGE " in footer
    pages = [row.cells[2].text for row in document.tables[1].rows[1:]]
    assert body.count("PAGEREF") == len(pages) == 9 and set(pages) == {""}, "counted by the program that opens it, never guessed"
    assert re.findall(r'PAGEREF (\w+)', body) == re.findall(r'bookmarkStart w:id="\d+" w:name="(\w+)"', body)


def test_who_took_it_out_and_when_stands_on_every_page_and_in_the_log(town):
    id = led(town, "agreed")
    data, document = downloaded(town, id, "secretary1")
    section = document.sections[0]
    for footer in (section.footer, section.first_page_footer):
        assert "secretary1的名字（secretary1） 于2026年11月23日 12:00导出" in "".join(line.text for line in footer.paragraphs)
    with town.app_context():
        [row] = rows(AccessRow.__table__.select().where(AccessRow.what == "exported"))
        assert (row.username, row.entry, row.detail) == ("secretary1", id, "dossier")


@pytest.mark.parametrize("evil", ["<w:p/>&amp;<script>", "甲\x0b\x00乙", "\uffff坏", "=1+1"])
def test_what_people_wrote_is_text_and_nothing_else(town, evil):
    id = led(town, "planned")
    step(town, id, "mediated", note=f"笔录{evil}完")
    _data, document = downloaded(town, id)
    found = part(document, "调 解 笔 录")
    assert "笔录" in found and "完" in found and ("<w:p/>" in found) == evil.startswith("<")


def test_a_mediator_who_never_had_it_does_not_take_the_file_out(town):
    id = recorded(town)
    assert signed_in(town, "mediator1").get(f"/disputes/{id}").status_code == 200, "he sees the disputes of his area"
    assert signed_in(town, "mediator1").get(f"/disputes/{id}/file.docx").status_code == 404
    assert signed_in(town, "secretary1").get(f"/disputes/{id}/file.docx").status_code == 200
