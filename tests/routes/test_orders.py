"""The hotline's own table, uploaded on a page: tried out first, every bad row named, then in through the command line's door."""

import io
from html import unescape

import pytest

from tests.conftest import NOON
from tests.routes.test_desk import HTMX, accesses
from tests.routes.test_hotline import HEADS, NOVEMBER, ORDERS, ids, load, table
from tests.town import CAST, rows, signed_in
from webapp.store import sums
from webapp.store.database import db, writing
from webapp.store.hotline import kept_columns
from webapp.store.tables import ActionRow, Area, Category, Post


def upload(town, orders=ORDERS, heads: str = HEADS, by: str = "admin1", name: str = "orders.csv", headers=None, **form):
    file = (io.BytesIO("\n".join([heads, *orders]).encode("gb18030")), name)
    data = {"area": "S", "file": file} | form
    return signed_in(town, by).post("/hotline/import", data=data, content_type="multipart/form-data", headers=headers)


def heard(town) -> int:
    with town.app_context():
        return len(rows(ActionRow.__table__.select()))


def test_a_table_is_tried_out_and_nothing_is_written(town):
    reply = upload(town, headers=HTMX)
    assert reply.status_code == 200 and "新增 4 件" in reply.text and "还没有写入" in reply.text and "<html" not in reply.text
    assert heard(town) == 0
    assert "新增 4 件" in upload(town).text, "without a script it is the whole page"


def test_it_is_written_as_the_command_line_does_and_twice_it_is_the_same(town, tmp_path):
    assert upload(town, apply="1").status_code == 303
    found = {line[0] for line in table(town) if line and line[0].startswith("W-")}
    assert found == {"W-1", "W-2", "W-3", "W-4"} == ids(town).keys()
    assert "不变 4" in load(town, tmp_path), "the same ids as from the command line"
    assert "4 件都已经有了" in upload(town).text
    assert ("admin1", None) in accesses(town, "changed")
    with town.app_context():
        assert list(sums.check(db.session.connection())) == []
    assert "工单 W-3" in signed_in(town, "street1").get(f"/hotline?{NOVEMBER}").text


def test_every_bad_row_is_named_with_its_column_and_reason_and_nothing_is_written(town):
    bad = ["W-5,,2026-11-02 09:00,,,,,没有类别,,,,,,,", "W-6,路灯,昨天,,,,,时间不对,,,,,,,", "W-7,路灯,2026-11-02 09:00,,,,,没有这个网格,,,,G99,,,"]
    reply = upload(town, [*ORDERS, *bad], apply="1")
    text = unescape(reply.text)
    assert reply.status_code == 422 and "有 3 行要改,一行也没有写入" in text and heard(town) == 0
    for row, column, reason in ((6, "诉求类别", "不能为空"), (7, "派单时间", "“昨天”不是"), (8, "网格编码", "没有这个网格,或不在您的辖区")):
        assert f'<th scope="row">{row}</th><td><bdi>{column}</bdi>' in text and reason in text
    assert upload(town, [*ORDERS, *bad], apply="1", skip="1").status_code == 303
    assert ids(town).keys() == {"W-1", "W-2", "W-3", "W-4"}
    with town.app_context():
        assert not rows(Area.__table__.select().where(Area.__table__.c.code == "G99")), "a table makes no grids"
        assert not rows(Category.__table__.select().where(Category.__table__.c.label == "没有类别"))


def test_an_administrator_of_one_community_takes_no_orders_of_another(town):
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "admin1").values(area_code="C2"))
    reply = upload(town, ORDERS, area="C2", apply="1")
    assert reply.status_code == 422 and reply.text.count("不在您的辖区") == 3 and heard(town) == 0
    assert upload(town, ORDERS, area="S").status_code == 404
    assert upload(town, ORDERS[2:3], area="C2", apply="1").status_code == 303


@pytest.mark.parametrize(("form", "words"), [
    ({"name": "orders.pdf"}, "只能读 .xlsx 或 .csv"),
    ({"orders": []}, "一次导入 1 到"),
    ({"heads": HEADS.replace("工单编号", "编号")}, "工单编号"),
    ({"heads": HEADS.replace("诉求内容", "内容")}, "诉求内容"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(town, form, words):
    reply = upload(town, **form)
    assert reply.status_code == 422 and words in unescape(reply.text)


def test_other_headings_are_told_once_and_kept(town):
    heads = HEADS.replace("工单编号", "流水号").replace("派单时间", "转办时间(北京时间)").replace("工单状态", "状态")
    assert upload(town, heads=heads).status_code == 422
    columns = {"number": "流水号", "category": "诉求类别", "note": "诉求内容", "received": "转办时间(北京时间)", "area": "网格编码", "status": "状态"}
    admin = signed_in(town, "admin1")
    for wrong, words in (({"number": ""}, "不能空着"), ({"note": "{x}"}, "列名里不能有"), ({"area": "状态"}, "同一列"), ({"time": "%c"}, "时间的写法"),
                         ({"interim": "办理中答复"}, "办理中答复时间"), ({"note": "12345"}, "不能只是数字"), ({"note": "来电 人"}, "不读入")):  # fmt: skip
        reply = admin.post("/hotline/import/columns", data={"time": "%Y-%m-%d %H:%M"} | columns | wrong)
        assert reply.status_code == 422 and words in reply.text
    kept = {"time": "%Y-%m-%d %H:%M", "withdrawn": "已撤销、作废", **columns}
    assert admin.post("/hotline/import/columns", data=kept).status_code == 303
    assert upload(town, [*ORDERS, "W-8,路灯,2026-11-10 09:00,,,,作废,重复,,,,,,,"], heads=heads, apply="1").status_code == 303
    assert ids(town).keys() == {"W-1", "W-2", "W-3", "W-4", "W-8"}
    assert "流水号" in admin.get("/hotline/import").text
    admin.post("/hotline/import/columns", data={"shipped": "1"})
    with town.app_context():
        assert kept_columns()["columns"]["number"] == "工单编号"


@pytest.mark.parametrize("by", sorted(CAST))
def test_only_an_administrator_imports_and_is_led_there(town, by):
    client = signed_in(town, by)
    assert client.get("/hotline/import").status_code == (200 if by == "admin1" else 404)
    if by == "admin1":
        assert "/hotline/import" in client.get("/town/calendar").text
    elif by in {"street1", "secretary1"}:
        assert "设置 › 热线工单导入" in unescape(client.get(f"/hotline?{NOVEMBER}").text)


def test_who_is_both_finds_the_upload_on_the_page_of_the_orders(town):
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.insert(), {"username": "street1", "role": "admin", "area_code": "S", "starts": NOON.date()})
    assert signed_in(town, "street1").get(f"/hotline?{NOVEMBER}").text.count("/hotline/import") == 2
