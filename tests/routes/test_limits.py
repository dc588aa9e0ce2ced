"""签收、哨和路径: what the town has set is what who is given a case has; and 研判 is not closed before its conclusion."""

import pytest

from tests.routes.test_desk import decide, entry
from tests.routes.test_dispatch import approved, give, move, page, task
from tests.routes.test_town import noted
from tests.town import signed_in
from webapp.core import clocks
from webapp.core.calendar import Terms
from webapp.core.ways import TERMS
from webapp.store import sums, workdays
from webapp.store.database import db


def set_now(town) -> clocks.Town:
    with town.app_context():
        return workdays.town(None, town.config["SETTINGS"].timezone)


def form(town, **changed) -> dict:
    """Everything as it stands, but for what is changed."""
    now = set_now(town)
    terms = {"sign": now.sign} | {f"way.{way}": one for way, one in now.ways.items()}
    terms |= {f"whistle.{name}.{part}": one for name, pair in now.whistles.items() for part, one in zip(("sign", "work"), pair, strict=True)}
    fields = {f"{name}.{part}": value for name, one in terms.items() for part, value in (("amount", one.amount), ("clock", one.clock))}
    return fields | {name.replace("__", "."): value for name, value in changed.items()}


def test_before_anything_is_set_the_presets_hold(town):
    now = set_now(town)
    assert (now.sign, now.whistles, now.ways) == (clocks.SIGN, clocks.WHISTLE, TERMS)
    assert now.whistles["daily"] == (Terms("urgent_hours", 1), Terms("urgent_hours", 24))
    assert now.usual["R0305"] == "answer"


def test_what_the_town_sets_is_what_the_next_dispatch_has(town):
    admin = signed_in(town, "admin1")
    before = approved(town, category=None)
    give(town, before, way="study")
    changed = {"whistle.tough.work.amount": 7, "sign.amount": 2, "sign.clock": "urgent_hours", "way.study.amount": 20, "way.study.clock": "natural_days"}
    assert admin.post("/town/limits", data=form(town) | changed | {"way.spot.amount": ""}).status_code == 303
    now = set_now(town)
    assert (now.sign, now.whistles["tough"]) == (Terms("urgent_hours", 2), (Terms("urgent_hours", 1), Terms("working_days", 7)))
    assert now.ways == {way: terms for way, terms in TERMS.items() if way != "spot"} | {"study": Terms("natural_days", 20)}
    assert "whistle.tough.work=7 working_days" in noted(town)[0] and "way.spot=-" in noted(town)[0]
    after = approved(town, category=None)
    give(town, after, way="study")
    assert [task(town, id)["due"][:10] for id in (before, after)] == ["2026-12-07", "2026-12-13"]
    assert [task(town, id)["sign_due"] for id in (before, after)] == ["2026-11-23T18:00:00+08:00", "2026-11-23T14:00:00+08:00"]
    assert entry(town, after).due_at.date().isoformat() == "2026-12-13"
    assert "紧急工作时 2 小时内签收" in page(town, approved(town)) and "工作日 7 天内办好" in page(town, approved(town))


def test_the_whistles_of_another_town_are_one_tap_away(town):
    admin = signed_in(town, "admin1")
    assert "正在用南京鼓楼的" in admin.get("/town/limits").text
    assert admin.post("/town/limits", data={"preset": "guangling"}).status_code == 303
    assert set_now(town).whistles == clocks.GUANGLING and set_now(town).ways == TERMS
    shown = admin.get("/town/limits").text
    assert "正在用扬州广陵的" in shown and "用南京鼓楼的" in shown
    assert admin.post("/town/limits", data={"preset": "nowhere"}).status_code == 400


@pytest.mark.parametrize("wrong", [{"sign.amount": ""}, {"whistle.daily.work.amount": "0"}, {"way.joint.amount": "x"}, {"sign.amount": "999"}])
def test_a_clock_that_cannot_be_is_explained_and_nothing_is_set(town, wrong):
    reply = signed_in(town, "admin1").post("/town/limits", data=form(town) | wrong)
    assert reply.status_code == 422 and 'class="errors"' in reply.text and noted(town) == []
    assert signed_in(town, "admin1").post("/town/limits", data=form(town) | {"sign.clock": "moon"}).status_code == 400


def test_a_case_of_study_is_closed_only_with_its_conclusion(town):
    id = approved(town)
    give(town, id, way="study")
    assert "先会商,记下研判结论,才能办结" in page(town, id) and "研判结论" in page(town, id)
    refused = decide(town, id, "closed", words="办好了")
    assert refused.status_code == 422 and "要先记下研判结论" in refused.text and entry(town, id).stage == "assigned"
    for bad in ({"day": "2026-11-24"}, {"day": ""}, {"words": " "}):
        assert move(town, id, "reviewed", **{"day": "2026-11-23", "words": "由物业限期整改"} | bad).status_code == 422
    assert move(town, id, "reviewed", day="2026-11-23", words="由物业限期整改").status_code == 303
    shown = page(town, id)
    assert shown.count("由物业限期整改") == 2, "beside the clock and in the history"
    assert decide(town, id, "closed", words="办好了").status_code == 303
    assert (entry(town, id).stage, entry(town, id).way) == ("closed", "study")
    with town.app_context():
        assert list(sums.check(db.session.connection())) == []
    figures = signed_in(town, "secretary1").get("/figures?area=C1").text
    assert 'measure=study' in figures


def test_whoever_closes_as_study_must_have_met_and_another_path_needs_no_meeting(town):
    id = approved(town)
    assert decide(town, id, "closed", words="办好了", way="study").status_code == 422
    assert move(town, id, "reviewed", by="street1", day="2026-11-20", words="街道定了").status_code == 303
    assert entry(town, id).way == "study"
    other = approved(town)
    assert decide(town, other, "closed", words="告诉他了", way="answer").status_code == 303
    client = signed_in(town, "secretary1")
    link = "/desk/entries?area=G11&measure=answer&from=2026-11-01&to=2026-11-30"
    assert '<span class="quietly">1</span>' in client.get(link).text
    assert "<bdi>答复</bdi>" in client.get("/figures?area=G11").text


def test_what_was_answered_on_the_spot_was_an_answer(town):
    ids = [approved(town, kind="request", category=code, on_the_spot=True) for code in ("R0305", "R0301")]
    assert [(entry(town, id).stage, entry(town, id).way) for id in ids] == [("closed", "answer"), ("closed", "spot")]


def test_a_question_is_answered_by_its_own_grid_in_one_tap(town):
    id = approved(town, kind="request", category="R0305")
    assert "派给 辖区G11" in page(town, id)
    assert 'value="answer" checked' in page(town, id)
