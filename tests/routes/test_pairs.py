"""结对: who looks after which household, coverage with those left out, and the hand-over of what is left behind."""

import csv
import io
from datetime import date

from tests.town import action, hear, rows, signed_in
from webapp.store import pairs, people
from webapp.store.database import writing
from webapp.store.tables import AccessRow, Household, PairRow, Person

TODAY = date(2026, 11, 23)


def paired(town) -> list[tuple]:
    with town.app_context():
        return [(row.username, row.household, row.what, row.ends) for row in rows(PairRow.__table__.select())]


def give(town, username="volunteer1", homes=("home-11",), what="help") -> None:
    with town.app_context(), writing() as connection:
        pairs.add(connection, username, homes, what, date(2026, 1, 1))


def test_a_pair_is_made_and_ended_on_the_page_of_the_household(town):
    client = signed_in(town, "secretary1")
    form = {"household": "home-11", "what": "party", "person": "volunteer1"}
    assert client.post("/pairs", data=form).status_code == 303
    page = client.get("/duties/homes/home-11").text
    assert "党员联系户" in page and "volunteer1的名字" in page and "住户1" not in page
    client.post("/pairs", data=form)
    assert paired(town) == [("volunteer1", "home-11", "party", None)]
    with town.app_context():
        [row] = rows(PairRow.__table__.select())
        assert ("paired", "home-11") in {(one.what, one.household) for one in rows(AccessRow.__table__.select())}
    assert client.post(f"/pairs/{row.id}/end").status_code == 303
    assert paired(town) == [] and "还没有人结对" in client.get("/duties/homes/home-11").text


def test_coverage_says_how_many_of_how_many_and_who_has_nobody(town):
    give(town)
    with town.app_context(), writing() as connection:
        connection.execute(Household.__table__.update().where(Household.__table__.c.id == "home-12").values(tags=[]))
    page = signed_in(town, "street1").get("/pairs?area=S&what=help").text
    assert "1/2" in page and "0/3" in page and "还差 1 户" in page
    assert "/duties/homes/home-21" in page and "/duties/homes/home-11" not in page and "/duties/homes/home-12" not in page
    assert not any(name in page for name in ("住户1", "住户2", "住户3")) and 'action="/pairs"' not in page
    table = list(csv.reader(io.StringIO(signed_in(town, "secretary1").get("/pairs.csv?area=C1&what=help").text.lstrip("\ufeff"))))
    assert table[2:] == [["辖区B1 辖区U1", "101", "volunteer1的名字", "2026-01-01"]]


def test_everybody_of_an_area_who_has_nobody_is_paired_at_once(town):
    give(town, "worker1", ["home-11"], "party")
    client = signed_in(town, "secretary1")
    assert client.post("/pairs", data={"area": "C1", "what": "party", "person": "钱大妈", "new": "1"}).status_code == 303
    with town.app_context():
        [new] = [row for row in rows(Person.__table__.select()) if row.name == "钱大妈"]
    assert (new.username, "home-12", "party", None) in paired(town) and len(paired(town)) == 2
    assert client.post("/pairs", data={"area": "C1", "what": "party", "person": "worker1"}).status_code == 422
    assert client.post("/pairs", data={"household": "home-11", "what": "help", "person": "钱大妈"}).status_code == 303


def test_faults_and_foreign_households(town):
    client = signed_in(town, "secretary1")
    for form, status in (
        ({"household": "home-11", "what": "friend", "person": "worker1"}, 400), ({"household": "home-11", "what": "party", "person": ""}, 422),
        ({"household": "home-11", "what": "party", "person": "worker"}, 422), ({"household": "home-21", "what": "party", "person": "worker1"}, 404),
        ({"household": "home-11", "what": "party", "person": "worker3"}, 422), ({"area": "C2", "what": "party", "person": "worker1"}, 404),
    ):  # fmt: skip
        assert client.post("/pairs", data=form).status_code == status, form
    assert paired(town) == []


def test_pairs_are_handed_over_before_an_account_can_be_closed(town):
    with town.app_context(), writing() as connection:
        people.add(connection, "helper", "钱大妈")
    give(town, "helper", ["home-11", "home-12"])
    client = signed_in(town, "secretary1")
    refused = client.post("/handover/helper/closing")
    assert refused.status_code == 422 and "结对的户 2 户" in refused.text
    assert "包扶帮办" in client.get("/handover/helper").text
    assert client.post("/handover/helper", data={"all": "worker1", "day": TODAY.isoformat()}).status_code == 303
    held = {(username, home) for username, home, _what, ends in paired(town) if ends is None}
    assert held == {("worker1", "home-11"), ("worker1", "home-12")}
    assert {ends for username, _home, _what, ends in paired(town) if username == "helper"} == {date(2026, 11, 22)}
    assert client.post("/handover/helper/closing").status_code == 303


def test_an_entry_leads_to_who_is_responsible_for_its_household(town):
    raw = action(kind="visit", area="U1", household="home-11")
    with town.app_context():
        hear(town, raw)
    page = signed_in(town, "secretary1").get(f"/desk/entries/{raw['entry']}").text
    assert "/duties/homes/home-11" in page
