"""The board of 老大难: from the page of a case to the list, by its official, until it is closed."""

from datetime import date

import pytest

from tests.conftest import NOON
from tests.routes.mediation import entry_of, led, recorded, step
from tests.town import action, hear, rows, signed_in
from webapp.store import escalation, people
from webapp.store.database import writing
from webapp.store.tables import NoticeRow, Post


def flag(town, id: str, by: str = "secretary1", **form):
    sent = {"lead": "street1", "why": "三年没有谈成", "seen": entry_of(town, id).last} | form
    return signed_in(town, by).post(f"/stubborn/{id}", data=sent)


def review(town, id: str, by: str = "street1", **form):
    return signed_in(town, by).post(f"/stubborn/{id}/reviews", data={"day": "2026-11-20", "note": "街道牵头再谈一次"} | form)


def board(town, by: str = "secretary1", state: str = "open") -> str:
    return signed_in(town, by).get(f"/stubborn?state={state}").text


def test_a_dispute_is_put_on_the_board_reviewed_and_resolved(town):
    id = led(town, "fed_back")
    assert 'id="act-flagged"' in signed_in(town, "secretary1").get(f"/disputes/{id}").text
    assert flag(town, id).status_code == 303
    for said in ("三年没有谈成", "包案领导:street1的名字", "还没有会商"):
        assert said in board(town), said
    assert review(town, id).status_code == 303
    text = board(town, "mediator1")
    assert "街道牵头再谈一次" in text and "第 1 次会商" in text and "还没有会商" not in text and "记会商" not in text
    assert "会商 1 次" in signed_in(town, "secretary1").get(f"/disputes/{id}").text
    for verb in ("followed_up", "closed"):
        assert step(town, id, verb).status_code == 303
    assert id not in board(town) and id in board(town, state="closed")
    assert '<td class="num">0</td><td class="num">1</td>' in board(town)


def test_any_case_can_be_on_the_board_and_be_taken_off(town):
    with town.app_context():
        raw = action(kind="hazard", area="G11", category="H0101")
        hear(town, raw)
        hear(town, action("approved", raw["entry"], by="secretary1", seen=raw["id"]))
    id = raw["entry"]
    assert 'id="act-flagged"' in signed_in(town, "street1").get(f"/desk/entries/{id}").text
    assert flag(town, id, by="street1", lead="secretary1").status_code == 303
    assert id in board(town) and id not in board(town, "mediator1"), "a mediator sees disputes"
    assert review(town, id, "secretary1", lifts="1").status_code == 303
    assert id not in board(town) and id in board(town, state="lifted")


@pytest.mark.parametrize("form", [{"lead": ""}, {"why": " "}, {"lead": "worker1"}, {"lead": "secretary2"}, {"lead": "nobody"}, {"seen": "0" * 36}])
def test_what_does_not_fit_is_said_and_nothing_is_flagged(town, form):
    id = recorded(town)
    reply = flag(town, id, **form)
    assert reply.status_code == 303 and f"/desk/entries/{id}" in reply.location
    assert "stubborn" not in entry_of(town, id).road


@pytest.mark.parametrize("form", [{"note": " "}, {"day": ""}, {"day": "2026-13-01"}, {"day": "2026-11-24"}])
def test_a_meeting_without_its_day_or_words_is_not_kept(town, form):
    id = recorded(town)
    flag(town, id)
    reply = review(town, id, **form)
    assert reply.status_code == 422 and 'class="errors"' in reply.text
    assert entry_of(town, id).road["stubborn"]["reviews"] == []


def test_an_official_without_a_desk_is_told_and_writes_down_his_meetings(town):
    with town.app_context(), writing() as connection:
        people.add(connection, "leader", "包案的人")
        connection.execute(Post.__table__.insert(), [{"username": "leader", "role": "contact", "area_code": "C1", "starts": date(2026, 1, 1)}])
    assert signed_in(town, "leader").get("/stubborn").status_code == 404
    id = recorded(town)
    assert flag(town, id, lead="leader").status_code == 303
    with town.app_context():
        escalation.escalate(NOON, town.config["SETTINGS"].timezone)
        assert [row.what for row in rows(NoticeRow.__table__.select().where(NoticeRow.username == "leader"))] == ["flagged", "contact_never"]
    assert f"/stubborn#entry-{id}" in signed_in(town, "leader").get("/notices").text
    assert review(town, id, "leader").status_code == 303
    assert signed_in(town, "leader").get(f"/disputes/{id}").status_code == 404, "the file is not his"
    assert review(town, id, "worker1").status_code == review(town, id, "mediator1").status_code == 404


def test_a_party_sees_nothing_of_it_on_the_board(town):
    id = recorded(town, parties="street1的名字")
    assert "street1的名字 ·" not in signed_in(town, "secretary1").get(f"/desk/entries/{id}").text
    assert flag(town, id, lead="street1").status_code == 303 and "stubborn" not in entry_of(town, id).road
    flag(town, id, lead="secretary1")
    assert id in board(town) and id not in board(town, "street1")
