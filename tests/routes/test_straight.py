"""直通联办: an order of the hotline goes straight to the department and the grid, with one clock and one answer."""

import re
from html import unescape

import pytest

from tests.routes.test_desk import HTMX, accesses, do, entry, record
from tests.routes.test_dispatch import approved, give, page, task
from tests.routes.test_hotline import answer
from tests.town import CAST, signed_in
from webapp.store import lists
from webapp.store.database import db, writing
from webapp.store.sums import check
from webapp.store.tables import Category

ORDER = {"source": "hotline", "kind": "hazard", "category": "H0101"}


@pytest.fixture
def town(town):
    with town.app_context(), writing() as connection:
        connection.execute(Category.__table__.update().where(Category.code == "H0101").values(unit="wuye", way="joint"))
    return town


def buttons(text: str, words: str) -> dict:
    """The hidden fields of the form whose button says this."""
    form = next(form for form in re.findall(r"<form.*?</form>", text, re.S) if words in form)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


def test_one_tap_accepts_an_order_and_gives_it_to_the_unit_and_the_grid_with_one_clock_and_one_answer(town):
    id = record(town, **ORDER)
    sent = buttons(page(town, id), "直通:受理并派给 单位wuye,本网格协办")
    assert signed_in(town, "secretary1").post(f"/desk/entries/{id}/dispatch", data=sent).status_code == 303
    lead, beside = task(town, id), task(town, id, 2)
    assert (entry(town, id).stage, lead["unit"], lead["what"], beside["grid"], beside["what"]) == ("assigned", "wuye", "handle", "G11", "assist")
    assert lead["due"] == beside["due"] == entry(town, id).due_at.isoformat()
    text = page(town, id)
    assert all(words in text for words in ("单位wuye", "网格:辖区G11", "协办", "审核通过", "派遣"))
    assert answer(town, id, "物业已换,网格员看过").status_code == 303
    assert page(town, id).count("物业已换,网格员看过") >= 1
    with town.app_context():
        assert list(check(db.session.connection())) == []


def test_once_it_was_accepted_the_one_tap_of_list_and_page_gives_it_to_both(town):
    id = approved(town, **ORDER)
    for path in ("/desk/entries?list=in_hand", f"/desk/entries/{id}"):
        sent = buttons(unescape(signed_in(town, "secretary1").get(path).text), "派给 单位wuye,本网格协办")
        assert (sent["to"], sent["with"]) == ("unit:wuye", "grid:G11")
    reply = give(town, id, headers=HTMX, **{"with": "grid:G11"})
    assert "已派给单位wuye、辖区G11" in reply.text


def test_what_a_worker_found_goes_to_the_unit_alone_unless_the_grid_is_ticked(town):
    id = approved(town)
    text = page(town, id)
    assert "派给 单位wuye,本网格协办" not in text and 'name="with" value="grid:G11"' in text
    assert give(town, id, **{"with": "grid:G12"}).status_code == 400
    give(town, id, whistle="daily", **{"with": ["grid:G11", "unit:chengguan"]})
    assert [task(town, id, n).get("whistle", "") for n in (1, 2, 3)] == ["daily", "", "daily"], "a grid is not blown for"


def test_the_worker_of_the_grid_signs_and_reports_what_he_did_beside_the_unit(town):
    id = approved(town, **ORDER)
    give(town, id, **{"with": "grid:G11"})
    worker = signed_in(town, "worker1")
    assert f"/jobs/{id}/2" in worker.get("/jobs").text and f"/jobs/{id}/2" not in signed_in(town, "worker2").get("/jobs").text
    for verb, words in (("signed", ""), ("handled", "到场看过,住户已通知")):
        assert worker.post(f"/jobs/{id}/2/actions", data={"verb": verb, "words": words}).status_code == 303
    assert (task(town, id, 2)["end"], entry(town, id).stage) == ("done", "assigned"), "the unit's part is still to come"
    assert "到场看过" in page(town, id)


def test_what_changed_in_the_meantime_is_not_accepted_and_not_given(town):
    id = record(town, **ORDER)
    seen = entry(town, id).last
    do(town, "noted", id, by="worker1", note="又来电")
    assert give(town, id, seen=seen).status_code == 409 and entry(town, id).stage == "waiting"


def test_an_order_that_cannot_be_given_away_is_not_accepted_either(town):
    id = record(town, **ORDER)
    seen = entry(town, id).last
    reply = give(town, id, to="unit:nobody")
    assert reply.status_code == 422 and "没有这个单位或人员" in reply.text
    assert (entry(town, id).stage, entry(town, id).last) == ("waiting", seen)
    assert ("secretary1", id) in accesses(town, "refused")
    assert give(town, id).status_code == 303 and entry(town, id).stage == "assigned"
    with town.app_context():
        assert list(check(db.session.connection())) == [] and [said.verb for _, said in lists.history(id)] == ["recorded", "approved", "assigned"]


@pytest.mark.parametrize("by", sorted(set(CAST) - {"secretary1"}))
def test_nobody_else_accepts_an_order_that_way(town, by):
    id = record(town, **ORDER)
    assert give(town, id, by).status_code in {403, 404} and entry(town, id).stage == "waiting"


def test_only_an_order_of_the_hotline_is_accepted_by_giving_it_away(town):
    id = record(town)
    assert "直通" not in page(town, id)
    assert give(town, id).status_code == 409 and entry(town, id).stage == "waiting"
