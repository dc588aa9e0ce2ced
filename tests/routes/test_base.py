"""底数: counted from the ledgers by area; what is stated bears its day and its source."""

import csv
import io

import pytest

from tests.town import signed_in

FORM = {"area": "S", "name": "size", "number": "8.75", "day": "2026-10-01", "source": "统计年报"}


def test_what_there_is_is_counted_by_area(town):
    page = signed_in(town, "street1").get("/base.csv?area=S").text
    lines = list(csv.reader(io.StringIO(page.lstrip("\ufeff"))))[1:]
    assert lines[0][2:] == ["社区", "网格", "微网格", "楼栋", "单元", "住户", "人口"]
    assert lines[1] == ["S", "辖区S", "2", "3", "0", "3", "1", "3", "3"]
    assert lines[2][:4] == ["C1", "辖区C1", "1", "2"] and lines[3][0] == "C2"
    assert "截至 11月23日 12:00" in signed_in(town, "secretary1").get("/base").text


def test_a_stated_number_bears_its_day_and_source_and_is_known_by_heart(town):
    client = signed_in(town, "street1")
    assert client.post("/base", data=FORM).status_code == 303
    assert "8.75" in (page := client.get("/base").text) and "截至 2026年10月1日,统计年报" in page
    assert ["面积", "8.75 平方公里(2026年10月1日)"] in client.get("/recite.json").json["posts"][0]["facts"]
    assert client.post("/base", data=FORM | {"number": ""}).status_code == 303
    assert "统计年报" not in client.get("/base").text.split("填一个底数")[0]


@pytest.mark.parametrize("wrong", [{"number": "x"}, {"number": "-1"}, {"number": "nan"}, {"number": "1e99"}, {"source": " "}, {"day": "2027-01-01"}], ids=str)
def test_a_number_with_a_fault_is_not_kept(town, wrong):
    client = signed_in(town, "street1")
    assert client.post("/base", data=FORM | wrong).status_code == 422
    assert "其他底数" not in client.get("/base").text
    assert client.post("/base", data=FORM | {"name": "mood"}).status_code == 400
    assert signed_in(town, "secretary1").post("/base", data=FORM).status_code == 404
