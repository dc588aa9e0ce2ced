"""分条线: one entry in the ledger of every line that its category is labelled with; care visits by tag; every number leads to its entries."""

import csv
import io
import re
from datetime import date

import pytest

from tests.town import action, hear, rows, signed_in
from webapp.core.lines import by_line
from webapp.store import ledgers, lists, people
from webapp.store.database import writing
from webapp.store.tables import AccessRow, Post

DAYS = "from=2026-11-01&to=2026-11-30"


@pytest.fixture
def told(town):
    """A visit of a tagged household, a fire hazard, a dispute without a category, a patrol, and one that was withdrawn."""
    with town.app_context():
        for about in (
            {"area": "U1", "household": "home-11", "category": "V0202"}, {"area": "U1", "household": "home-11"},
            {"kind": "hazard", "category": "H0104", "source": "meeting"}, {"kind": "dispute"}, {"kind": "patrol"},
        ):  # fmt: skip
            hear(town, action(**about))
        gone = action(kind="hazard", category="H0104")
        hear(town, gone)
        hear(town, action("withdrawn", gone["entry"], seen=gone["id"]))
    return town


def numbers(page: str, label: str) -> list[str]:
    """The cells of a line of a table."""
    line = re.search(rf'<th scope="row">{label}</th>(.*?)</tr>', page, re.DOTALL)[1]
    return [re.sub(r"<.*?>", "", cell).strip() for cell in re.findall(r"<td.*?>(.*?)</td>", line, re.DOTALL)]


def test_one_entry_stands_in_every_ledger_of_its_labels(told):
    page = signed_in(told, "street1").get(f"/figures/lines?area=S&{DAYS}").text
    found = {label: numbers(page, label)[:3] for label in ("生活互助", "邻里守望", "矛盾联调", "治安联防", "党建", "综治", "民政", "公安", "城管")}
    assert found == {
        "生活互助": ["0", "0", "0"], "邻里守望": ["2", "0", "0"], "矛盾联调": ["1", "1", "0"], "治安联防": ["2", "1", "0"],
        "党建": ["0", "0", "0"], "综治": ["3", "2", "0"], "民政": ["1", "0", "0"], "公安": ["0", "0", "0"], "城管": ["1", "1", "0"],
    }  # fmt: skip
    assert numbers(page, "会议")[:3] == ["1", "—", "1"] and numbers(page, "网格员发现")[:3] == ["4", "1", "1"]


@pytest.mark.parametrize("line", ["watch", "mediate", "guard", "safety", "city", "civil"])
def test_a_number_leads_to_exactly_that_many_entries_and_so_does_the_table(told, line):
    client = signed_in(told, "secretary1")
    with told.app_context():
        entered = ledgers.entered(lists.area_by_code("C1"), date(2026, 11, 1), date(2026, 11, 30))
        count = by_line(entered, lists.category_lines())[line][0]
    link = f"measure=entered&area=C1&{DAYS}&line={line}"
    assert client.get(f"/desk/entries?{link}").text.count('class="card-title"') == count
    assert len(list(csv.reader(io.StringIO(client.get(f"/desk/entries.csv?{link}").text)))) == count + 2


def test_care_visits_are_counted_by_tag_with_how_many_of_how_many_homes(told):
    client = signed_in(told, "secretary1")
    assert numbers(client.get(f"/figures/lines?area=C1&{DAYS}").text, "高龄") == ["2", "1/2", "50.0%"]
    assert client.get(f"/desk/entries?measure=visits&area=C1&{DAYS}&tag=aged").text.count('class="card-title"') == 2
    assert client.get(f"/desk/entries?measure=visits&area=C1&{DAYS}&tag=disabled").text.count('class="card-title"') == 0
    assert client.get(f"/desk/entries?measure=visits&area=C1&{DAYS}&tag=rich").status_code == 400


def test_the_town_labels_its_categories_and_the_ledgers_follow(told):
    client, form = signed_in(told, "admin1"), {"amount": "2", "clock": "natural_days", "way": "spot", "labels": ["police", "mutual"]}
    assert client.post("/town/categories/H0104", data=form).status_code == 303
    assert client.post("/town/categories/V0202", data={"labels": ["party"]}).status_code == 303
    page = signed_in(told, "street1").get(f"/figures/lines?area=S&{DAYS}").text
    assert [numbers(page, label)[0] for label in ("公安", "城管", "党建", "民政")] == ["1", "0", "1", "0"]
    with told.app_context():
        noted = [row.detail for row in rows(AccessRow.__table__.select()) if row.what == "changed"]
    assert len(noted) == 2 and "police" in noted[0]
    assert "病后看望" in client.get("/town/categories?kind=visit").text


def test_the_entry_says_its_lines(told):
    client = signed_in(told, "secretary1")
    page = client.get("/desk/entries?list=all&kind=hazard&line=city").text
    assert "治安联防、综治、城管" in client.get(re.search(r"/desk/entries/[0-9a-f-]{36}", page)[0]).text


def test_a_worker_sees_the_numbers_without_the_way_to_the_desk(told):
    page = signed_in(told, "worker1").get(f"/figures/lines?area=G11&{DAYS}").text
    assert numbers(page, "邻里守望")[0] == "2" and "/desk/entries" not in page


def test_people_who_reported_are_counted_beside_what_they_reported(town):
    with town.app_context(), writing() as connection:
        for name in ("rider1", "rider2", "rider3"):
            people.add(connection, name, f"骑手{name}")
            connection.execute(Post.__table__.insert(), [{"username": name, "role": "spotter", "area_code": "S", "starts": date(2026, 1, 1)}])
    with town.app_context():
        for by in ("rider1", "rider1", "rider2"):
            assert hear(town, action(kind="hazard", by=by, area="G11", category="H0104", source="spotter"))[0].answer == "kept"
        assert hear(town, action(kind="request", by="secretary1", area="G11", category="R0206", source="hotline"))[0].answer == "kept"
    page = signed_in(town, "street1").get(f"/figures/lines?area=S&{DAYS}").text
    assert numbers(page, "流动网格员")[:3] == ["3", "2", "3"], "three reports of two people"
    assert numbers(page, "热线")[:2] == ["1", "—"]
    assert "今天在岗的流动网格员 3 人" in page
    assert numbers(signed_in(town, "secretary2").get(f"/figures/lines?area=C2&{DAYS}").text, "生活互助")[:1] == ["0"]
