"""Hygiene among the hazards, and a category that the town adds itself: on the forms at once, with its own clock."""

import pytest
from sqlalchemy import text

from tests.routes.test_desk import do, entry, record
from tests.routes.test_town import noted
from tests.town import rows, signed_in
from webapp.cli import alembic, upgrade
from webapp.core import categories
from webapp.core.calendar import Terms
from webapp.store import lists, workdays
from webapp.store.database import db
from webapp.store.tables import Category

OWN = {"kind": "hazard", "group": "环境卫生", "label": "垃圾满溢", "amount": "4", "clock": "working_hours", "way": "spot", "unit": "wuye"}


def add(town, **form):
    return signed_in(town, "admin1").post("/town/categories", data=OWN | form)


def found(town, label: str) -> Category | None:
    with town.app_context():
        return next((one for one in lists.categories() if one.label == label), None)


def test_hazards_have_a_group_of_hygiene_with_its_clocks(town):
    with town.app_context():
        here = {one.label: (one.code, one.clock, one.amount) for one in lists.categories("hazard") if one.group == "环境卫生"}
    assert here == {
        "暴露垃圾": ("H0601", "working_hours", 4), "乱堆物料": ("H0602", "working_days", 1), "道路不洁": ("H0603", "working_hours", 2),
        "污水乱排": ("H0604", "working_days", 1), "小广告": ("H0605", "working_days", 1),
    }  # fmt: skip
    assert entry(town, record(town, category="H0601")).due_at.isoformat() == "2026-11-23T09:00:00+00:00"
    assert "暴露垃圾" in signed_in(town, "worker1").get("/new").text


def test_a_category_of_ones_own_is_on_the_forms_and_has_its_clock(town):
    assert add(town).status_code == 303
    one = found(town, "垃圾满溢")
    assert (one.code, one.group, one.rank, one.way, one.unit, one.origin) == ("H0699", "环境卫生", 606, "spot", "wuye", "town")
    assert one.labels == ["guard", "city"]
    with town.app_context():
        assert workdays.town(None, town.config["SETTINGS"].timezone).terms["H0699"] == Terms("working_hours", 4)
    assert noted(town) == ["category added H0699 环境卫生 垃圾满溢 4 working_hours spot wuye"]
    form = signed_in(town, "worker1").get("/new").text
    assert form.count("环境卫生") == 1 and "垃圾满溢" in form, "in its group, which is there once"
    assert entry(town, record(town, category="H0699")).category == "H0699"
    assert add(town, label="占绿毁绿", group="绿化管护", amount="").status_code == 303
    assert add(town, label="枯树", group="绿化管护").status_code == 303
    assert [found(town, label).code for label in ("占绿毁绿", "枯树")] == ["H9999", "H9998"]
    assert found(town, "占绿毁绿").amount is None


@pytest.mark.parametrize("wrong", [{"label": ""}, {"group": " "}, {"label": "一" * 21}, {"label": "暴露垃圾"}, {"amount": "0"}, {"amount": "x"}])
def test_what_does_not_fit_is_said_and_nothing_is_added(town, wrong):
    reply = add(town, **wrong)
    assert reply.status_code == 422 and 'class="errors"' in reply.text and noted(town) == []


@pytest.mark.parametrize(("wrong", "status"), [({"kind": "moon"}, 404), ({"clock": "moon"}, 400), ({"way": "moon"}, 400), ({"unit": "moon"}, 400)])
def test_what_no_form_sends_is_refused(town, wrong, status):
    assert add(town, **wrong).status_code == status


def test_a_record_has_no_clock(town):
    assert add(town, kind="visit", group="例行", label="入户宣传").status_code == 303
    assert (found(town, "入户宣传").code, found(town, "入户宣传").amount) == ("V0199", None)


def test_the_codes_of_a_group_run_out():
    there = [(f"H06{n}", "环境卫生", 600 + n) for n in range(50, 100)]
    assert categories.next_code("hazard", "环境卫生", there) is None
    assert categories.next_code("hazard", "绿化", there) == ("H9999", 701)


def test_a_step_down_takes_hygiene_away_where_nobody_used_it_but_nothing_of_the_towns_own(town):
    from alembic import command

    record(town, category="H0602")
    assert add(town).status_code == 303
    question = record(town, kind="request", category="R0305")
    do(town, "approved", question)
    do(town, "closed", question, note="已答复")
    assert entry(town, question).way == "answer"
    with town.app_context():
        command.downgrade(alembic(), "0005")
        with db.engine.connect() as connection:
            left = connection.execute(text("SELECT label FROM category WHERE code LIKE 'H06%' ORDER BY label")).scalars().all()
            of = ("category WHERE code = 'R0305'", f"entry WHERE id = '{question}'")
            ways = [connection.scalar(text(f"SELECT way FROM {one}")) for one in of]
            spot = connection.scalar(text("SELECT sum(spot) FROM tally WHERE area = 'S'"))
        assert (len(left), "垃圾满溢" in left, ways, spot) == (2, True, ["spot", "spot"], 1)
        upgrade()
        assert len(rows(Category.__table__.select().where(Category.code.like("H06%")))) == 6
        assert rows(Category.__table__.select().where(Category.code == "R0305"))[0].way == "answer"
