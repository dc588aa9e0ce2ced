"""12345: orders come in from a file, are answered at their own page, and go back as a table with the closure of the period."""

import csv
import io
from html import unescape
from pathlib import Path

import pytest

from tests.routes.test_desk import do, record
from tests.town import CAST, action, hear, rows, signed_in
from webapp.store import lists, sums
from webapp.store.database import db
from webapp.store.tables import EntryRow

MAPPING = Path(__file__).parents[2] / "docs/hotline.toml"
HEADS = "工单编号,诉求类别,派单时间,办理期限,办结时间,答复内容,工单状态,诉求内容,办理结果,办理中答复,办理中答复时间,网格编码,来电人,来电号码,详细地址"
ORDERS = [
    "W-1,供水,2026-11-02 09:00,2026-11-05 18:00,2026-11-04 10:00,已恢复供水,已办结,停水两天,抢修,,,G11,张三,1,1",
    "W-2,供热,2026-11-03 09:00,2026-11-06 18:00,2026-11-09 10:00,,已办结,暖气不热,调试,,,G12,,,",
    "W-3,路灯,2026-11-10 09:00,2026-11-20 18:00,,,办理中,路灯不亮,,,,,,,",
    "W-4,噪音,2026-11-11 09:00,,,,已撤销,太吵,,,,G11,,,",
]
NOVEMBER = "period=own&from=2026-11-01&to=2026-11-30"


def load(town, tmp_path, orders=ORDERS) -> str:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join([HEADS, *orders]) + "\n", encoding="utf-8")
    with town.app_context():
        result = town.test_cli_runner().invoke(args=["import-cases", str(file), "--mapping", str(MAPPING)])
    assert result.exit_code == 0, result.output
    return result.output


def table(town, by: str = "street1") -> list[list[str]]:
    reply = signed_in(town, by).get(f"/hotline.csv?{NOVEMBER}")
    return list(csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"))))


def answer(town, id: str, words: str, by: str = "secretary1"):
    with town.app_context():
        seen = lists.entry_by_id(id).last
    return signed_in(town, by).post(f"/desk/entries/{id}/reply", data={"seen": seen, "words": words})


def ids(town) -> dict[str, str]:
    with town.app_context():
        return {row.road.get("order"): row.id for row in rows(EntryRow.__table__.select())}


def test_orders_keep_their_number_their_deadline_and_their_answer_and_are_counted(town, tmp_path):
    load(town, tmp_path)
    lines = table(town)
    found = {line[0]: line for line in lines if line and line[0].startswith("W-")}
    assert found.keys() == {"W-1", "W-2", "W-3", "W-4"}
    assert "11月5日" in found["W-1"][4] and found["W-1"][7:10] == ["是", "抢修", "已恢复供水"]
    assert found["W-2"][7:10] == ["否", "调试", ""] and found["W-3"][6] == ""
    rates = [line for line in lines if line and line[0].endswith("率")]
    assert rates == [["办结率", "66.7%", "2/3"], ["按期办结率", "33.3%", "1/3"], ["答复率", "33.3%", "1/3"]]
    page = unescape(signed_in(town, "street1").get(f"/hotline?{NOVEMBER}").text)
    assert "工单 W-3" in page and "2/3" in page and "张三" not in page
    assert "W-3" not in signed_in(town, "secretary1").get(f"/hotline?{NOVEMBER}").text, "at the street: not hers yet"
    assert "新增 0" in load(town, tmp_path) and len(table(town)) == len(lines)
    with town.app_context():
        assert list(sums.check(db.session.connection())) == []


def test_what_is_closed_and_answered_later_comes_in_with_the_next_file(town, tmp_path):
    load(town, tmp_path, ORDERS[2:3])
    load(town, tmp_path, ["W-3,路灯,2026-11-10 09:00,2026-11-20 18:00,2026-11-19 08:00,已修好,已办结,路灯不亮,换灯,,,,,,"])
    [line] = [line for line in table(town) if line and line[0] == "W-3"]
    assert line[7:10] == ["是", "换灯", "已修好"]


def interim(words: str, at: str, closed: str = "", final: str = "") -> list[str]:
    """W-3 as the hotline's file has it once something was said about it."""
    state, outcome = ("已办结", "换灯") if closed else ("办理中", "")
    return [f"W-3,路灯,2026-11-10 09:00,2026-11-20 18:00,{closed},{final},{state},路灯不亮,{outcome},{words},{at},G11,,,"]


def line_of(town, number: str) -> list[str]:
    return next(line for line in table(town) if line and line[0] == number)


def test_what_is_said_while_it_is_worked_on_comes_in_with_its_time_and_the_closing_after_it(town, tmp_path):
    assert "新增 1" in load(town, tmp_path, interim("已派电工", "2026-11-12 10:00"))
    line = line_of(town, "W-3")
    assert line[6] == "" and line[9] == "已派电工" and "11月12日 10:00" in line[10]
    assert "办理中已答复" in signed_in(town, "street1").get(f"/hotline?{NOVEMBER}").text
    assert "不变 1" in load(town, tmp_path, interim("已派电工", "2026-11-12 10:00")), "once"
    assert "变更 1" in load(town, tmp_path, interim("等配件周四到", "2026-11-16 09:00"))
    assert line_of(town, "W-3")[9] == "等配件周四到"
    assert do(town, "approved", ids(town)["W-3"]).answer == "kept"
    answer(town, ids(town)["W-3"], "配件到了,明天装")
    load(town, tmp_path, interim("等配件周四到", "2026-11-16 09:00", "2026-11-19 08:00", "已修好"))
    line = line_of(town, "W-3")
    assert line[7:10] == ["是", "换灯", "已修好"] and "11月19日" in line[6]
    page = unescape(signed_in(town, "secretary1").get(f"/desk/entries/{ids(town)['W-3']}").text)
    assert all(said in page for said in ("已派电工", "等配件周四到", "配件到了,明天装", "已修好"))
    with town.app_context():
        assert list(sums.check(db.session.connection())) == []


def test_an_interim_answer_without_its_time_is_named(town, tmp_path):
    (tmp_path / "orders.csv").write_text("\n".join([HEADS, *interim("已派电工", "")]) + "\n", encoding="utf-8")
    with town.app_context():
        result = town.test_cli_runner().invoke(args=["import-cases", str(tmp_path / "orders.csv"), "--mapping", str(MAPPING)])
    assert "办理中答复时间" in result.output and "有误 1" in result.output


def test_the_secretary_answers_on_the_page_and_the_last_words_stand(town, tmp_path):
    load(town, tmp_path)
    id = ids(town)["W-2"]
    page = signed_in(town, "secretary1").get(f"/desk/entries/{id}").text
    assert "答复热线" in page and "工单 W-2" in page
    assert answer(town, id, "").status_code == 422 and answer(town, id, "长" * 501).status_code == 422
    assert answer(town, id, "已上门调试").status_code == 303 and answer(town, id, "已上门调试,室温 22 度").status_code == 303
    assert [line[9] for line in table(town) if line and line[0] == "W-2"] == ["已上门调试,室温 22 度"]
    page = unescape(signed_in(town, "secretary1").get(f"/desk/entries/{id}").text)
    assert page.count("答复热线") >= 3, "the head and two steps of the history"


@pytest.mark.parametrize("by", sorted(CAST))
def test_nobody_but_the_secretary_of_the_place_answers(town, by):
    id = record(town, source="hotline")
    assert do(town, "approved", id).answer == "kept"
    assert (answer(town, id, "已办", by).status_code == 303) == (by == "secretary1")
    with town.app_context():
        if by not in {"secretary1", "street1", "admin1"}:
            said = hear(town, action("noted", id, by, reply="我来答复"))[0]
            assert said.reason in {"forbidden", "no_entry"}


def test_only_an_order_of_the_hotline_is_answered(town):
    assert answer(town, record(town), "已办").status_code == 400
