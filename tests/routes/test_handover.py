"""Somebody leaves: what is open goes to a successor, and only then the account may be closed."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from tests.conftest import NOON
from tests.town import action, hear, rows, signed_in
from webapp.core import actions, rules
from webapp.core.rules import Post as Held
from webapp.store import duties, lists, people
from webapp.store.database import db, writing
from webapp.store.tables import AccessRow, Device, DutyRow, Person

TODAY, TOMORROW = date(2026, 11, 23), "2026-11-24"


def done(town, *raws: dict) -> None:
    with town.app_context():
        for raw in raws:
            [answer] = hear(town, raw)
            assert answer.answer == "kept", answer


def assigned(town, to: list[dict], kind: str = "hazard") -> str:
    """A case of G12 that was given to these; its id."""
    raw = action(by="worker2", kind=kind, area="G12")
    approved = action("approved", raw["entry"], "secretary1", seen=raw["id"])
    done(town, raw, approved, action("assigned", raw["entry"], "secretary1", seen=approved["id"], to=to))
    return raw["entry"]


def tasks(town, id: str) -> list[tuple]:
    with town.app_context():
        return [(task.person or task.unit or task.grid, task.what) for task in lists.folded(lists.entry_by_id(id)).tasks if task.open]


def posts_of(town, username: str) -> list[tuple]:
    with town.app_context():
        who = people.who(db.session.connection(), username)
    return [(post.role, post.area, post.starts, post.ends) for post in who.posts]


def hand_over(town, who="worker1", by="secretary1", **form):
    return signed_in(town, by).post(f"/handover/{who}", data={"all": "worker2", "day": TODAY.isoformat()} | form)


def access(town, what: str) -> list[str]:
    with town.app_context():
        return [row.detail for row in rows(AccessRow.__table__.select().where(AccessRow.what == what))]


def test_the_post_ends_the_day_before_and_begins_on_the_day(town):
    assert hand_over(town, day=TOMORROW).status_code == 303
    assert posts_of(town, "worker1") == [("worker", "G11", date(2026, 1, 1), TODAY)]
    assert ("worker", "G11", date(2026, 11, 24), None) in posts_of(town, "worker2")
    assert access(town, "handed_over") == ["worker1 worker2 worker G11 2026-11-24"]


def test_from_today_the_leaver_sees_nothing_and_the_successor_everything(town):
    raw = action(kind="hazard")
    done(town, raw)
    hand_over(town)
    leaver, successor = signed_in(town, "worker1"), signed_in(town, "worker2")
    assert leaver.get("/me").json["posts"] == [] and leaver.get("/me").json["scopes"] == []
    assert leaver.get("/roster/G11").status_code == 404
    assert {scope["code"] for scope in successor.get("/me").json["scopes"]} == {"G11", "G12"}
    assert raw["entry"] in successor.get("/sync/changes?scope=G11").text


def test_what_was_recorded_while_the_post_was_held_is_still_taken(town):
    hand_over(town)
    late = action(at="2026-11-22T10:00:00+08:00")
    with town.app_context():
        assert hear(town, late)[0].answer == "kept"
        assert hear(town, action())[0].reason == "forbidden"


def test_open_tasks_go_to_the_successor_through_the_log(town):
    id = assigned(town, [{"person": "worker1"}, {"unit": "wuye", "assists": True}])
    assert "1 件" not in signed_in(town, "secretary1").get("/handover/worker2").text
    assert "一起交接" in signed_in(town, "secretary1").get("/handover/worker1").text
    hand_over(town)
    assert tasks(town, id) == [("worker2", "handle"), ("wuye", "assist")]
    with town.app_context():
        _row, action_ = lists.history(id)[-1]
    assert (action_.verb, action_.by) == ("assigned", "secretary1")


def test_an_area_may_have_a_successor_of_its_own(town):
    with town.app_context(), writing() as connection:
        people.add_post(connection, "worker1", role="worker", area="G12", starts=date(2026, 2, 1), ends=None)
    id = assigned(town, [{"person": "worker1"}])
    assert hand_over(town, **{"to-G12": "volunteer1"}).status_code == 303
    assert ("worker", "G11", TODAY, None) in posts_of(town, "worker2")
    assert ("worker", "G12", TODAY, None) in posts_of(town, "volunteer1")
    assert tasks(town, id) == [("volunteer1", "handle")]


@pytest.mark.parametrize(("kind", "who", "what", "before"), [("dispute", "mediator1", "mediate", "taken"), ("hazard", "worker1", "handle", "signed")])
@pytest.mark.parametrize("by", ["secretary1", "admin1"])
def test_what_is_suspended_goes_over_and_stays_suspended_with_its_clock(town, by, kind, who, what, before):
    id = assigned(town, [{"person": who}], kind)

    def does(verb: str, name: str, day: int):
        [answer] = hear(town, action(verb, id, name, seen=lists.entry_by_id(id).last), at=NOON + timedelta(days=day))
        assert answer.answer == "kept", answer
        db.session.rollback()
        return lists.folded(lists.entry_by_id(id))

    with town.app_context():
        assert does("signed", who, 0).stage == before
        due, pauses = (held := does("suspended", "secretary1", 0)).due_at, held.road["pauses"]
    town.config["CLOCK"] = lambda: NOON + timedelta(days=10)
    assert "一起交接" in signed_in(town, by).get(f"/handover/{who}").text
    assert hand_over(town, who, by, all="volunteer1", day="2026-12-03").status_code == 303
    assert tasks(town, id) == [("volunteer1", what)]
    assert 'id="act-assigned"' not in signed_in(town, "secretary1").get(f"/desk/entries/{id}").text
    with town.app_context():
        held = lists.folded(lists.entry_by_id(id))
        assert (held.stage, held.due_at, held.road["pauses"]) == ("suspended", due, pauses) and pauses[-1][1] == ""
        given = tasks_at(held, "sign_due")
        resumed = does("resumed", "secretary1", 20)
        assert resumed.stage == "assigned" and (due is None or resumed.due_at > due), "the successor has to sign"
        assert tasks_at(resumed, "sign_due") == given + timedelta(days=10), "the clock stood still for him since he was given it"
        assert does("signed", "volunteer1", 20).stage == before


def tasks_at(entry, name: str) -> datetime:
    """A moment of the open leading task."""
    return next(datetime.fromisoformat(getattr(task, name)) for task in entry.tasks if task.open and task.leads)


def classified(town, kept_from: list[str]) -> tuple[str, str]:
    """A dispute of G12 with the mediator, whose file is kept from these accounts: (its id, its number)."""
    id = assigned(town, [{"person": "mediator1"}], "dispute")
    with town.app_context():
        for verb, more in (("signed", {}), ("classified", {"kept_from": kept_from})):
            [answer] = hear(town, action(verb, id, "mediator1", seen=lists.entry_by_id(id).last, **more))
            assert answer.answer == "kept", answer
        return id, lists.entry_by_id(id).number


def test_a_partys_dispute_is_neither_shown_nor_moved(town):
    id, number = classified(town, ["secretary1"])
    assert number not in signed_in(town, "secretary1").get("/handover/mediator1").text
    hand_over(town, "mediator1", all="volunteer1")
    assert tasks(town, id) == [("mediator1", "mediate")]
    assert all("在办" not in label for label, _count in signed_in(town, "secretary1").get("/recite.json").json["posts"][0]["facts"])


def test_a_dispute_does_not_go_to_one_of_its_parties(town):
    id, number = classified(town, ["volunteer1"])
    assert number in signed_in(town, "secretary1").get("/handover/mediator1").text
    hand_over(town, "mediator1", all="volunteer1")
    assert tasks(town, id) == [("mediator1", "mediate")]
    assert "任务 1 件" in signed_in(town, "secretary1").post("/handover/mediator1/closing").text


def test_turns_of_the_duty_sheet_go_over_too(town):
    line = {"unit": None, "area_code": "G11", "what": "门房", "weekdays": [0], "opens": "08:00", "closes": "12:00", "on_call": False}
    with town.app_context(), writing() as connection:
        duties.add_duty(connection, username="worker1", starts=date(2026, 1, 1), ends=None, **line)
    hand_over(town)
    with town.app_context():
        assert [(turn.who, turn.what) for turn, _row in duties.turns("S/C1/", TODAY)] == [("worker2", "门房")]
        assert len(rows(DutyRow.__table__.select())) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"all": ""}, {"all": "worker3"}, {"all": "worker1"}, {"all": "nobody"}, {"day": "2026-11-22"}, {"to-G11": "worker3"}],
    ids=str,
)
def test_a_hand_over_needs_a_successor_who_is_here_and_a_day_to_come(town, wrong):
    before = posts_of(town, "worker1")
    assert hand_over(town, **wrong).status_code == 422
    assert posts_of(town, "worker1") == before


def test_carried_out_twice_it_is_done_once(town):
    hand_over(town, day=TOMORROW)
    before = posts_of(town, "worker1"), posts_of(town, "worker2")
    hand_over(town, day=TOMORROW)
    assert (posts_of(town, "worker1"), posts_of(town, "worker2")) == before


@pytest.mark.parametrize("who", ["worker3", "secretary2", "admin1", "nobody"])
def test_others_people_are_not_there_to_be_handed_over(town, who):
    client = signed_in(town, "secretary1")
    assert client.get(f"/handover/{who}").status_code == 404
    assert client.post(f"/handover/{who}", data={"all": "worker1"}).status_code == 404
    assert client.post(f"/handover/{who}/closing").status_code == 404


def test_a_secretary_cannot_hand_on_her_own_post(town):
    page = signed_in(town, "secretary1").get("/handover/secretary1").text
    assert "由管理员交接" in page
    hand_over(town, "secretary1")
    assert posts_of(town, "secretary1") == [("secretary", "C1", date(2026, 1, 1), None)]


def test_the_admin_hands_over_tasks_too_without_seeing_the_cases(town):
    id = assigned(town, [{"person": "worker1"}, {"unit": "wuye", "assists": True}])
    page = signed_in(town, "admin1").get("/handover/worker1").text
    assert "一起交接" in page and f"/desk/entries/{id}" not in page
    hand_over(town, by="admin1")
    assert tasks(town, id) == [("worker2", "handle"), ("wuye", "assist")]
    assert posts_of(town, "worker1")[0][3] == date(2026, 11, 22)
    with town.app_context():
        assert lists.history(id)[-1][1].by == "admin1"
    assert close(town, by="admin1").status_code == 303


def test_an_admin_gives_a_case_to_nobody_but_the_successor(town):
    """The right to hand over moves what the leaver had; nothing else about a case is an administrator's."""
    id = assigned(town, [{"person": "worker1"}, {"unit": "wuye", "assists": True}])
    with town.app_context():
        who, entry = people.who(db.session.connection(), "admin1"), lists.folded(lists.entry_by_id(id))
    right = [{"unit": "", "person": "worker2", "grid": "", "assists": False}, {"unit": "wuye", "person": "", "grid": "", "assists": True}]
    tries = {"assigned": right, "taken": right[:1], "other": [right[0], right[1] | {"unit": "chengguan"}], "self": [right[0] | {"person": "admin1"}, right[1]]}
    for name, to in tries.items():
        one = actions.read(action("assigned", id, "admin1", seen=entry.last, to=to))
        try:
            rules.allow_handover(who, "worker1", "worker2", one, entry, TODAY)
            assert name == "assigned"
        except actions.Refused:
            assert name != "assigned"


# --- what was returned


def returned(town) -> str:
    raw = action(kind="hazard", category="H0101", note="楼道堆物")
    done(town, raw, action("returned", raw["entry"], "secretary1", seen=raw["id"], reason="缺照片"))
    return raw["entry"]


def row(town, id: str, username: str) -> dict:
    """The entry as it stands last in this person's feed."""
    rows = signed_in(town, username).get("/sync/changes?scope=G11").json["rows"]
    return [one for one in rows if one["entry"] == id and not one.get("later")][-1]


@pytest.mark.parametrize("by", ["secretary1", "admin1"])
def test_what_was_returned_to_the_leaver_is_the_successors_to_correct(town, by):
    id = returned(town)
    with town.app_context(), writing() as connection:
        people.add_post(connection, "worker2", role="worker", area="G11", starts=date(2026, 1, 1), ends=None)
    assert "heir" not in row(town, id, "worker1") and "heir" not in row(town, id, "worker2")
    hand_over(town, by=by, day=TOMORROW)
    with town.app_context():
        people_now = lists.history(id)[-1][1]
    assert (people_now.verb, people_now.body["note"]) == ("noted", "worker1的名字 离岗,由 worker2的名字 接着补正")
    assert row(town, id, "worker2")["heir"] is True
    mended = action("amended", id, "worker2", kind="hazard", category="H0101", area="G11", note="楼道堆物,三楼拐角")
    done(town, mended)
    assert row(town, id, "worker2")["stage"] == "waiting"


def test_a_returned_dispute_goes_to_no_party_and_is_not_shown_to_one(town):
    raw = action(kind="dispute", area="G11", parties="worker2的名字、admin1的名字")
    done(town, raw, action("returned", raw["entry"], "secretary1", seen=raw["id"], reason="缺照片"))
    given(town, "worker2", "worker", "G11")
    number = row(town, raw["entry"], "worker1")["number"]
    assert number in signed_in(town, "secretary1").get("/handover/worker1").text and number not in signed_in(town, "admin1").get("/handover/worker1").text
    hand_over(town)
    with town.app_context():
        assert [said.verb for _row, said in lists.history(raw["entry"])] == ["recorded", "returned"], "the successor is a party"
    assert "没有人接手的退回记录 1 条" in close(town).text
    given(town, "worker3", "worker", "G11")
    assert close(town).status_code == 303
    with town.app_context():
        assert lists.history(raw["entry"])[-1][1].body["note"] == "worker1的名字 离岗,由 worker3的名字 接着补正"
    assert row(town, raw["entry"], "worker3")["heir"] is True


def returned_delivery(town) -> str:
    """A delivery of volunteer1's in G11 that was sent back to him."""
    raw = action(by="volunteer1", kind="delivery", area="G11", note="送水")
    done(town, raw, action("returned", raw["entry"], "secretary1", seen=raw["id"], reason="缺照片"))
    return raw["entry"]


def test_what_was_returned_to_a_volunteer_is_on_the_grid_workers_today(town):
    id = returned_delivery(town)
    assert "heir" not in row(town, id, "worker1")
    before = signed_in(town, "worker1").get("/sync/changes?scope=G11").json["next"]
    hand_over(town, "volunteer1")
    after = signed_in(town, "worker1").get(f"/sync/changes?scope=G11&after={before['after']}&hash={before['hash']}").json["rows"]
    assert [(one["entry"], one["stage"], one["heir"]) for one in after] == [(id, "returned", True)], "the phone that knew of it hears that it is his"
    with town.app_context():
        assert lists.history(id)[-1][1].body["note"] == "volunteer1的名字 离岗,由 worker1的名字 接着补正"
    assert close(town, "volunteer1").status_code == 303
    with town.app_context():
        assert [said.verb for _row, said in lists.history(id)] == ["recorded", "returned", "noted"], "told once"
    done(town, action("amended", id, "worker1", kind="delivery", area="G11", note="送水两桶"))


def test_who_leaves_days_later_is_told_of_again_when_the_account_is_closed(town):
    id = returned_delivery(town)
    hand_over(town, "volunteer1", day="2026-11-26")
    assert "heir" not in row(town, id, "worker1"), "he is still here"
    town.config["CLOCK"] = lambda: NOON + timedelta(days=3)
    before = signed_in(town, "worker1").get("/sync/changes?scope=G11").json["next"]
    assert close(town, "volunteer1").status_code == 303
    after = signed_in(town, "worker1").get(f"/sync/changes?scope=G11&after={before['after']}&hash={before['hash']}").json["rows"]
    assert [(one["entry"], one["heir"]) for one in after] == [(id, True)]


def test_a_worker_of_another_grid_cannot_correct_what_was_returned(town):
    id = returned(town)
    with town.app_context():
        assert hear(town, action("amended", id, "worker2", kind="hazard", area="G11"))[0].reason == "forbidden"
    assert "heir" not in row(town, id, "secretary1")


# --- closing the account


def close(town, who="worker1", by="secretary1"):
    return signed_in(town, by).post(f"/handover/{who}/closing")


def test_nobody_can_be_closed_with_open_work(town):
    assigned(town, [{"person": "worker1"}])
    reply = close(town)
    assert reply.status_code == 422
    assert "岗位 1 个" in reply.text and "任务 1 件" in reply.text
    assert signed_in(town, "worker1").get("/me").status_code == 200
    assert access(town, "close_refused")


def test_after_the_hand_over_the_account_can_be_closed(town):
    assigned(town, [{"person": "worker1"}])
    hand_over(town)
    assert close(town).status_code == 303
    assert signed_in(town, "worker1").get("/me").status_code == 401
    with town.app_context():
        [row] = rows(Person.__table__.select().where(Person.username == "worker1"))
    assert not row.active and access(town, "closed") == ["worker1 {}"]


def test_nobody_closes_his_own_account(town):
    with town.app_context(), writing() as connection:
        people.add_post(connection, "secretary1", role="worker", area="G11", starts=TODAY, ends=None)
    assert "不能停用自己的账号" in close(town, "secretary1").text


def test_unsent_records_are_a_warning(town):
    with town.app_context(), writing() as connection:
        row = {"id": str(uuid4()), "username": "worker1", "heard": NOON, "unsent": 3, "version": "", "agent": ""}
        connection.execute(Device.__table__.insert(), row)
    client = signed_in(town, "secretary1")
    assert "手机里还有 3 条没有上传" in client.get("/handover/worker1").text
    assert "手机里还有 3 条" in client.get("/handover").text


def test_returned_entries_are_listed_for_the_successor(town):
    raw = action()
    done(town, raw, action("returned", raw["entry"], "secretary1", seen=raw["id"]))
    page = signed_in(town, "secretary1").get("/handover/worker1").text
    assert "退回给本人" in page and "请补充照片" in page
    hand_over(town)
    assert close(town).status_code == 303


def test_a_person_is_found_by_name(town):
    client = signed_in(town, "secretary1")
    assert "worker1的名字" in client.get("/handover?q=worker1").text
    assert "worker3" not in client.get("/handover?q=worker").text
    assert "没有找到这个人" in client.get("/handover?q=worker3").text


def test_a_post_of_a_handler_keeps_its_unit(town):
    hand_over(town, "handler1", by="admin1", all="volunteer1")
    with town.app_context():
        who = people.who(db.session.connection(), "volunteer1")
    assert Held("handler", "C1", "S/C1/", TODAY, None, "wuye") in who.posts


# --- what is open besides posts and tasks


def court_day(town, id: str, by: str) -> None:
    """A sitting is booked for a dispute."""
    with town.app_context():
        [answer] = hear(town, action("booked", id, by, seen=lists.entry_by_id(id).last))
    assert answer.answer == "kept", answer


def flagged(town, lead: str, by="secretary1", kind="hazard") -> str:
    """A case of G12 on the board of 老大难, for which this person answers; its id."""
    raw = action(by="worker2", kind=kind, area="G12")
    approved = action("approved", raw["entry"], "secretary1", seen=raw["id"])
    done(town, raw, approved, action("flagged", raw["entry"], by, seen=approved["id"], lead=lead, reason="三年没有谈成"))
    return raw["entry"]


def lead_of(town, id: str) -> dict:
    with town.app_context():
        return lists.folded(lists.entry_by_id(id)).road["stubborn"]


def given(town, username: str, role: str, area: str) -> None:
    with town.app_context(), writing() as connection:
        people.add_post(connection, username, role=role, area=area, starts=date(2026, 1, 1), ends=None)


def test_a_turn_on_duty_keeps_the_account_open(town):
    line = {"unit": None, "area_code": "G11", "what": "门房", "weekdays": [0], "opens": "08:00", "closes": "12:00", "on_call": False}
    with town.app_context(), writing() as connection:
        duties.add_duty(connection, username="worker1", starts=date(2026, 1, 1), ends=None, **line)
        duties.add_duty(connection, username="worker1", starts=date(2026, 1, 1), ends=date(2026, 11, 22), **line)
        [post] = duties.held_by("worker1", TODAY)
        duties.end(connection, post[0].id, date(2026, 11, 22))
    assert "名下还有:值班 1 班" in close(town).text
    page = hand_over(town)
    assert page.status_code == 303
    assert close(town).status_code == 303
    with town.app_context():
        assert [(row.username, row.starts, row.ends) for row in rows(DutyRow.__table__.select().order_by(DutyRow.id))] == [
            ("worker1", date(2026, 1, 1), date(2026, 11, 22)),
            ("worker1", date(2026, 1, 1), date(2026, 11, 22)),
            ("worker2", TODAY, None),
        ]


@pytest.mark.parametrize("by", ["admin1", "secretary1"])
def test_a_case_that_somebody_answers_for_keeps_his_account_open_and_goes_to_another_official(town, by):
    given(town, "worker1", "contact", "C1")
    id = flagged(town, "worker1")
    assert "包案的老大难 1 件" in close(town, by="admin1").text
    page = signed_in(town, by).get("/handover/worker1").text
    assert "包案的老大难" in page and f'name="lead-{id}"' in page and "street1的名字" in page
    sent = {"all": "worker2", "day": TODAY.isoformat(), f"lead-{id}": "street1"}
    assert signed_in(town, by).post("/handover/worker1", data=sent).status_code == 303
    board = lead_of(town, id)
    assert (board["lead"], board["why"], board["by"]) == ("street1", "三年没有谈成", by)
    if by == "admin1":
        assert close(town, by=by).status_code == 303


def test_who_takes_over_a_post_that_answers_may_answer_too_and_who_may_not_is_said(town):
    given(town, "worker1", "contact", "C1")
    id = flagged(town, "worker1")
    client = signed_in(town, "secretary1")
    page = client.post("/handover/worker1", data={"all": "volunteer1", "day": TODAY.isoformat()}, follow_redirects=True).text
    assert lead_of(town, id)["lead"] == "worker1" and "还有 1 件没有交接" in page, "a volunteer answers for nothing"
    assert hand_over(town, by="admin1").status_code == 303
    assert lead_of(town, id)["lead"] == "worker2", "now he is the contact"


def test_an_admin_changes_only_who_answers_and_only_from_the_leaver(town):
    id = flagged(town, "street1")
    with town.app_context():
        who, entry = people.who(db.session.connection(), "admin1"), lists.folded(lists.entry_by_id(id))
    for leaver, lead, why, right in (
        ("street1", "secretary1", "三年没有谈成", True),
        ("street1", "secretary1", "别的", False),
        ("street1", "street2", "三年没有谈成", False),
        ("worker1", "secretary1", "三年没有谈成", False),
    ):
        one = actions.read(action("flagged", id, "admin1", seen=entry.last, lead=lead, reason=why))
        try:
            rules.allow_handover(who, leaver, "secretary1", one, entry, TODAY)
            assert right, (leaver, lead, why)
        except actions.Refused:
            assert not right, (leaver, lead, why)


def test_a_mediators_sitting_goes_over_with_the_dispute(town):
    id = assigned(town, [{"person": "mediator1"}], "dispute")
    court_day(town, id, "mediator1")
    reply = close(town, "mediator1")
    assert "任务 1 件" in reply.text and "约好的调解 1 次" in reply.text
    assert "跟着纠纷一起交接" in signed_in(town, "secretary1").get("/handover/mediator1").text
    hand_over(town, "mediator1", all="volunteer1")
    assert tasks(town, id) == [("volunteer1", "mediate")]
    assert close(town, "mediator1").status_code == 303


@pytest.mark.parametrize("by", ["admin1", "secretary1"])
def test_a_sitting_for_a_dispute_that_nobody_has_makes_it_the_successors(town, by):
    raw = action(by="worker2", kind="dispute", area="G12")
    done(town, raw, action("approved", raw["entry"], "secretary1", seen=raw["id"]))
    court_day(town, raw["entry"], "mediator1")
    assert "约好的调解 1 次" in close(town, "mediator1").text
    hand_over(town, "mediator1", by, all="volunteer1")
    assert tasks(town, raw["entry"]) == [("volunteer1", "mediate")]
    assert close(town, "mediator1").status_code == 303


def test_what_is_done_and_waits_for_the_closing_is_not_begun_again(town):
    id = assigned(town, [{"unit": "wuye"}, {"person": "worker1", "assists": True}])
    done(town, action("handled", id, "handler1", note="已修", task=1))
    sent = {"all": "worker2", "day": TODAY.isoformat()}
    said = signed_in(town, "secretary1").post("/handover/worker1", data=sent, follow_redirects=True).text
    assert "1 件已办好,等办结后自动结束" in said and "没有交接" not in said
    with town.app_context():
        entry = lists.entry_by_id(id)
        assert entry.stage == "handled"
    done(town, action("closed", id, "secretary1", seen=entry.last))
    assert close(town).status_code == 303


def test_who_assists_while_nobody_leads_hands_the_case_to_the_successor(town):
    id = assigned(town, [{"unit": "wuye"}, {"person": "worker1", "assists": True}])
    done(town, action("handed_back", id, "handler1", task=1))
    hand_over(town)
    assert tasks(town, id) == [("worker2", "handle")]
