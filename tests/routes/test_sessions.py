"""说事议事: a series comes back, what is said becomes cases, and the next time it is read out what became of them."""

import re
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from tests.conftest import NOON
from tests.town import action, hear, rows, signed_in
from webapp.core.tasks import load
from webapp.store import people, sums, workdays
from webapp.store.database import db, writing
from webapp.store.tables import EntryRow, LinkRow, Post, SeriesRow, TallyRow

TODAY = NOON.date()  # a Monday
FRIDAY = TODAY - timedelta(days=3)
STATION = {"area": "C1", "form": "station", "name": "书记听民生社区民情站", "weekday": "4", "nth": "0", "opens": "09:00", "closes": "11:00"}
STATION |= {"place": "东门门房", "role": "secretary", "starts": "2026-01-01"}
MEETING = STATION | {"form": "joint", "name": "党建联席会", "weekday": ""}
SAID = {"what": "request:R0206", "words": "王奶奶说三单元门前的路灯不亮", "area": "G11"}


@pytest.fixture
def desk(town):
    """The secretary of C1; a second secretary of C1, who approves what she writes down, is deputy1."""
    with town.app_context(), writing() as connection:
        people.add(connection, "deputy1", "副书记的名字")
        people.add_post(connection, "deputy1", role="secretary", area="C1", starts=date(2026, 1, 1), ends=None)
    return signed_in(town, "secretary1")


def series(town, client, **about) -> str:
    """A series is set up by the form; gives its id."""
    assert client.post("/sessions/series", data=STATION | about).status_code == 303
    with town.app_context():
        named = SeriesRow.__table__.c.name == (STATION | about)["name"]
        return rows(SeriesRow.__table__.select().where(named).order_by(SeriesRow.__table__.c.id.desc()))[0].id


def hold(client, id: str, day: date = TODAY) -> str:
    """The address of a session that is begun."""
    reply = client.post("/sessions", data={"series": id, "day": day.isoformat()})
    assert reply.status_code == 303 and re.fullmatch(r"/sessions/[0-9a-f-]{36}", reply.location), reply.location
    return reply.location


def entries(town, **about) -> list:
    with town.app_context():
        return [row for row in rows(EntryRow.__table__.select().order_by(EntryRow.last_seq)) if all(getattr(row, k) == v for k, v in about.items())]


def approve(town, row, by: str = "deputy1") -> None:
    with town.app_context():
        [answer] = hear(town, action("approved", row.id, by=by, seen=row.last, at="2026-11-23T11:59:00+08:00"))
        assert answer.answer == "kept", answer


def number(page: str, what: str, of: str = "") -> int:
    """The number in a page that leads to the list of what it counted."""
    series = f'[^"]*series={of}' if of else ""
    found = re.findall(rf'href="[^"]*what={what}{series}[^"]*">(\d+)</a>', page)
    return int(found[-1]) if found else 0  # the last line has the sums


def test_a_weekly_series_has_its_coming_days_with_date_and_weekday(town, desk):
    series(town, desk)
    page = desk.get("/sessions").text
    assert "2026年11月27日 周五" in page and "2026年12月18日 周五" in page and "09:00—11:00" in page
    assert "东门门房" in page and "secretary1的名字" in page
    assert "/sessions" in desk.get("/desk").text
    assert "东门门房<" not in signed_in(town, "secretary2").get("/sessions").text and "09:00—11:00" not in signed_in(town, "secretary2").get("/sessions").text


def test_a_holiday_is_marked_and_nothing_is_missed_on_it(town, desk):
    id = series(town, desk)
    with town.app_context(), writing() as connection:
        workdays.set_day(connection, date(2026, 11, 27), False)
        workdays.set_day(connection, date(2026, 11, 20), False)
    page = desk.get("/sessions").text
    assert "放假,不办" in page and page.count("放假,不办") == 1
    assert f'value="{id}"' in page and 'value="2026-11-20"' not in page and 'value="2026-11-13"' in page


def test_the_same_day_is_one_session(town, desk):
    id = series(town, desk)
    assert hold(desk, id, FRIDAY) == hold(desk, id, FRIDAY) != hold(desk, id, FRIDAY - timedelta(days=7))
    assert len(entries(town, kind="session")) == 2 and entries(town, kind="session")[0].details["who"] == "secretary1"


@pytest.mark.parametrize("day", ["2026-11-24", "2026-10-01", "x"])
def test_only_days_of_the_last_month_can_be_written_down(town, desk, day):
    id = series(town, desk)
    assert desk.post("/sessions", data={"series": id, "day": day}).status_code in {303, 400}
    assert entries(town) == []


def test_what_is_said_is_a_case_on_the_spot_or_with_a_deadline(town, desk):
    at = hold(desk, series(town, desk))
    assert desk.post(f"{at}/said", data=SAID).status_code == 303
    assert desk.post(f"{at}/said", data=SAID | {"what": "hazard:H0101", "spot": "1", "result": "当场推走了"}).status_code == 303
    [session], [request], [hazard] = (entries(town, kind=kind) for kind in ("session", "request", "hazard"))
    assert request.parent == hazard.parent == session.id and (request.source, request.area, request.category) == ("meeting", "G11", "R0206")
    assert request.due_at and not request.on_the_spot and request.details == {"how": "meeting"}
    assert hazard.on_the_spot and hazard.details == {"result": "当场推走了"}
    page = desk.get(at).text
    assert request.number in page and hazard.number in page and "路灯不亮" in page


def test_what_was_said_stands_on_next_weeks_list_with_what_became_of_it(town, desk):
    id = series(town, desk)
    at = hold(desk, id, FRIDAY)
    desk.post(f"{at}/said", data=SAID)
    desk.post(f"{at}/said", data=SAID | {"spot": "1"})
    open_one, spot = entries(town, kind="request")
    approve(town, spot)
    sheet = desk.get(f"/sessions/series/{id}/read?day=2026-11-27").text
    assert "共 2 件,已有结果 1 件,还在办 1 件" in sheet
    assert open_one.number in sheet and spot.number in sheet and "当场办结" in sheet and "最迟" in sheet
    approve(town, open_one)
    [row] = entries(town, id=open_one.id)
    with town.app_context():
        [answer] = hear(town, action("closed", row.id, by="secretary1", seen=row.last, note="换了灯泡", at="2026-11-23T12:00:00+08:00"))
        assert answer.answer == "kept"
    sheet = desk.get(f"/sessions/series/{id}/read?day=2026-11-27").text
    assert "2026年11月23日 办结" in sheet and "还在办 0 件" in sheet
    follow = hold(desk, id)
    assert open_one.number in desk.get(follow).text and "路灯不亮" in desk.get(follow).text


def decide(town, row, verb: str, at: datetime = NOON, **body) -> None:
    """The second secretary decides about something said, on a day."""
    with town.app_context():
        [answer] = hear(town, action(verb, row.id, by="deputy1", seen=row.last, at=at.isoformat(), **body), at=at)
        assert answer.answer == "kept", answer


def sheet(town, client, id: str, day: date) -> str:
    town.config["CLOCK"] = lambda: datetime.combine(day, datetime.min.time(), UTC)
    return client.get(f"/sessions/series/{id}/read?day={day.isoformat()}").text


def test_what_is_declined_after_the_next_session_is_read_out_once(town, desk):
    """Said on the 6th, sent back on the 10th, the next session on the 13th, declined on the 17th: read on the 20th, not on the 27th."""
    id, week = series(town, desk), timedelta(days=7)
    first = FRIDAY - 2 * week
    desk.post(f"{hold(desk, id, first)}/said", data=SAID)
    decide(town, entries(town, kind="request")[0], "returned", reason="写清在哪个单元", at=NOON - timedelta(days=13))
    hold(desk, id, first + week)
    [row] = entries(town, kind="request")
    assert row.number in sheet(town, desk, id, first + week) and "正在核实" in sheet(town, desk, id, FRIDAY)
    decide(town, row, "declined", reason="不归社区管", at=NOON - timedelta(days=6))
    page = sheet(town, desk, id, FRIDAY)
    assert row.number in page and "不予受理" in page and "已有结果 1 件,还在办 0 件" in page
    hold(desk, id, FRIDAY)
    assert row.number not in sheet(town, desk, id, FRIDAY + week), "it was named"


def test_what_was_said_long_ago_is_read_out_until_it_is_closed_and_again_when_it_was_opened_again(town, desk):
    old = date(2025, 3, 7)
    with town.app_context(), writing() as connection:
        connection.execute(Post.__table__.update().values(starts=date(2025, 1, 1)))
    town.config["CLOCK"] = lambda: datetime(2025, 3, 7, 4, tzinfo=UTC)
    client = signed_in(town, "secretary1")
    id = series(town, client, starts="2025-01-01")
    client.post(f"{hold(client, id, old)}/said", data=SAID)
    town.config["CLOCK"] = lambda: NOON
    hold(client, id, FRIDAY - timedelta(days=7))
    [row] = entries(town, kind="request")
    assert row.number in client.get(f"/sessions/series/{id}/read").text, "twenty months later it is still open"
    decide(town, row, "approved", at=NOON - timedelta(days=9))
    decide(town, entries(town, id=row.id)[0], "closed", note="换了灯", at=NOON - timedelta(days=8))
    hold(client, id, FRIDAY)
    assert row.number not in client.get(f"/sessions/series/{id}/read").text, "its end was known before the former session"
    decide(town, entries(town, id=row.id)[0], "reopened", reason="又不亮了")
    assert row.number in client.get(f"/sessions/series/{id}/read").text


def test_nothing_personal_is_on_the_sheet_that_is_read_out(town, desk):
    id = series(town, desk)
    at = hold(desk, id, FRIDAY)
    desk.post(f"{at}/said", data=SAID)
    [row] = entries(town, kind="request")
    desk.post(f"/desk/entries/{row.id}/link")
    desk.get(at)  # where it was said that it is kept
    with town.app_context():
        [link] = rows(LinkRow.__table__.select())
    sheet = desk.get(f"/sessions/series/{id}/read").text
    assert "居民诉求" in sheet and link.code in sheet and row.number not in sheet
    for private in ("王奶奶", "路灯不亮", "辖区G11", "住户"):
        assert private not in sheet


def test_a_number_leads_to_exactly_as_many(town, desk):
    id = series(town, desk)
    for day, spots in ((FRIDAY - timedelta(days=7), (1, 0)), (FRIDAY, (1, 1, 0))):
        at = hold(desk, id, day)
        for spot in spots:
            desk.post(f"{at}/said", data=SAID | {"spot": str(spot)})
        assert desk.post(at, data={"people": "12", "briefings": "1", "note": "讲了医保"}).status_code == 303
    page = desk.get("/sessions").text
    counted = {what: number(page, what, id) for what in ("held", "people", "briefings", "said", "spot", "in_time", "open", "late")}
    assert [counted[what] for what in ("held", "people", "briefings", "said", "spot", "in_time")] == [2, 24, 2, 5, 3, 0]
    assert counted["spot"] + counted["in_time"] + counted["open"] + counted["late"] == counted["said"]
    for what, count in counted.items():
        cards = desk.get(f"/sessions/list?what={what}&series={id}").text.count("card-title")
        assert cards == {"people": 2}.get(what, count), what
    assert desk.get("/sessions/list?what=gossip").status_code == 400


def test_a_session_moves_no_closure_figure_but_its_children_do(town, desk):
    at = hold(desk, series(town, desk))
    desk.post(at, data={"people": "12"})
    approve(town, entries(town, kind="session")[0])
    with town.app_context():
        assert rows(TallyRow.__table__.select()) == []
    desk.post(f"{at}/said", data=SAID)
    with town.app_context():
        assert {(row.area, row.kind, row.received) for row in rows(TallyRow.__table__.select())} == {(area, "request", 1) for area in ("S", "C1", "G11")}
        assert list(sums.check(db.session.connection())) == []


# --- meetings


@pytest.fixture
def whistled(town, desk):
    """A case of worker1's that was whistled for."""
    with town.app_context():
        told = action(kind="hazard", category="H0104", note="消防通道长期被占")
        hear(town, told)
    [row] = entries(town, kind="hazard")
    approve(town, row, by="secretary1")
    [row] = entries(town, kind="hazard")
    with town.app_context():
        given = {"to": [{"unit": "chengguan"}], "whistle": "daily"}
        hear(town, action("assigned", row.id, by="secretary1", seen=row.last, at="2026-11-23T11:59:30+08:00", **given))
    return entries(town, kind="hazard")[0]


def test_a_meeting_takes_open_cases_and_gives_each_to_somebody_by_a_day(town, desk, whistled):
    id = series(town, desk, **MEETING)
    at = hold(desk, id, FRIDAY)
    page = desk.get(at).text
    assert whistled.number in page and "吹哨" in page and "应到几个人" in page
    assert desk.post(f"{at}/agenda", data={"case": whistled.id}).status_code == 303
    decided = {"case": whistled.id, "words": "物业划线并立桩", "to": "unit:wuye", "until": "2026-12-04", "seen": whistled.last}
    decided |= {"for": "6", "against": "1", "abstained": ""}
    assert desk.post(f"{at}/decisions", data=decided).status_code == 303
    assert desk.post(at, data={"expected": "9", "people": "7", "present": "物业、城管"}).status_code == 303
    [case], [session] = entries(town, id=whistled.id), entries(town, kind="session")
    [task] = [task for task in load(case.road) if task.open]
    assert (task.unit, task.due[:10], task.words) == ("wuye", "2026-12-04", "党建联席会(2026年11月20日)决定:物业划线并立桩")
    assert session.details["agenda"] == [{"case": case.id, "words": "物业划线并立桩", "who": "单位wuye", "until": "2026-12-04", "votes": [6, 1, 0]}]
    assert (session.details["expected"], session.details["people"]) == (9, 7)
    paper = desk.get(f"{at}/minutes").text
    assert "应到 9 人,实到 7 人" in paper and "物业划线并立桩" in paper and "2026年12月4日 前办好" in paper and "签字" in paper
    assert "赞成 6、反对 1、弃权 0" in paper


def test_the_next_meeting_shows_what_became_of_the_decisions(town, desk, whistled):
    id = series(town, desk, **MEETING)
    at = hold(desk, id, FRIDAY)
    desk.post(f"{at}/agenda", data={"number": whistled.number})
    desk.post(f"{at}/decisions", data={"case": whistled.id, "words": "城管周三前清理", "seen": whistled.last})
    desk.post(f"{at}/said", data=SAID | {"words": "给物业夜话排日子"})
    following = hold(desk, id)
    page = desk.get(following).text
    assert "以前的决定和事项办得怎么样(2 件)" in page and "城管周三前清理" in page and "金川" not in page
    [row] = entries(town, id=whistled.id)
    with town.app_context():
        hear(town, action("closed", row.id, by="secretary1", seen=row.last, note="已清理", at="2026-11-23T12:00:00+08:00"))
    assert "2026年11月23日 办结" in desk.get(following).text
    assert "党建联席会(2026年11月20日)决定:城管周三前清理" in desk.get(f"/desk/entries/{whistled.id}").text
    page = desk.get("/sessions").text
    assert (number(page, "topics", id), number(page, "settled", id)) == (1, 1)
    assert desk.get(f"/sessions/list?what=settled&series={id}").text.count("card-title") == 1


COMING = date(2026, 12, 10)


def ahead(client, id: str, day: date = COMING, **form):
    path = f"/sessions/series/{id}/agenda?day={day.isoformat()}"
    return client.post(path, data=form) if form else client.get(path)


def test_an_agenda_is_drawn_up_ahead_and_stands_in_the_record_on_the_day(town, desk, whistled):
    id = series(town, desk, **MEETING)
    page = ahead(desk, id)
    assert page.status_code == 200 and "还没有议题" in page.text and whistled.number in page.text and "吹哨" in page.text
    assert ahead(desk, id, case=whistled.id).status_code == 303
    page = desk.get("/sessions").text
    assert "2026年12月10日 周四" in page and "议题 1 个" in page, "the day of a meeting at no fixed time is known now"
    assert entries(town, kind="session") == [], "nothing was held"
    other = signed_in(town, "deputy1")
    assert ahead(other, id, number=whistled.number).status_code == 303, "the same case again"
    assert ahead(other, id).text.count('class="item"') == 1
    town.config["CLOCK"] = lambda: datetime(2026, 12, 10, 2, tzinfo=UTC)
    assert "开始记" in ahead(desk, id).text
    at = hold(desk, id, COMING)
    [session] = entries(town, kind="session")
    assert session.details["agenda"] == [{"case": whistled.id, "words": "", "who": "", "until": None, "votes": []}]
    assert session.day == COMING and whistled.number in desk.get(at).text
    assert ahead(desk, id).location.startswith(at), "now the record has it"
    assert desk.post(f"{at}/decisions", data={"case": whistled.id, "words": "周五前清理", "seen": whistled.last}).status_code == 303


def test_what_was_closed_in_the_meantime_is_not_in_the_record(town, desk, whistled):
    id = series(town, desk, **MEETING)
    ahead(desk, id, case=whistled.id)
    with town.app_context():
        [answer] = hear(town, action("closed", whistled.id, by="secretary1", seen=whistled.last, note="已清理", at="2026-11-23T12:00:00+08:00"))
        assert answer.answer == "kept"
    town.config["CLOCK"] = lambda: datetime(2026, 12, 10, 2, tzinfo=UTC)
    hold(desk, id, COMING)
    assert not entries(town, kind="session")[0].details.get("agenda")


def test_what_is_taken_off_the_agenda_is_not_in_the_record(town, desk, whistled):
    id = series(town, desk, **MEETING)
    ahead(desk, id, case=whistled.id)
    assert ahead(desk, id, drop=whistled.id).status_code == 303
    assert "还没有议题" in ahead(desk, id).text and "2026年12月10日" not in desk.get("/sessions").text
    town.config["CLOCK"] = lambda: datetime(2026, 12, 10, 2, tzinfo=UTC)
    hold(desk, id, COMING)
    assert not entries(town, kind="session")[0].details.get("agenda")


def test_an_agenda_has_a_coming_day_open_cases_of_the_area_and_is_the_areas_own(town, desk, whistled):
    id, station = series(town, desk, **MEETING), series(town, desk, name="民情站二")
    for day, status in ((FRIDAY, 404), (TODAY + timedelta(days=36), 404), (TODAY, 200)):
        assert ahead(desk, id, day).status_code == status, day
    assert desk.get(f"/sessions/series/{id}/agenda").status_code == 400
    assert ahead(desk, station).status_code == 404, "residents are heard there: it has no agenda"
    assert ahead(desk, id, number="JC-000000-9999").status_code == 422
    assert ahead(signed_in(town, "secretary2"), id).status_code == 404
    with town.app_context():
        hear(town, action(by="worker3", kind="hazard", area="G21", category="H0104", note="别的社区的"))
    [foreign] = entries(town, area="G21")
    assert ahead(desk, id, case=foreign.id).status_code == 303 and "还没有议题" in ahead(desk, id).text


def test_a_case_that_one_is_a_party_of_is_not_on_the_agenda_one_reads(town, desk):
    id = series(town, desk, **MEETING)
    with town.app_context():
        hear(town, action(by="worker1", kind="dispute", area="G11", category="D0102", parties="secretary1的名字、别人", note="吵架"))
    decide(town, entries(town, kind="dispute")[0], "approved")
    [dispute] = entries(town, kind="dispute")
    assert ahead(signed_in(town, "deputy1"), id, case=dispute.id).status_code == 303
    assert dispute.number in ahead(signed_in(town, "deputy1"), id).text
    assert dispute.number not in ahead(desk, id).text and "吵架" not in ahead(desk, id).text


def test_the_next_meeting_of_a_month_is_among_the_coming_days_beside_weekly_ones(town, desk):
    for n in range(3):
        series(town, desk, name=f"民情站{n}")
    series(town, desk, **MEETING | {"weekday": "3", "nth": "4"})
    assert "2026年11月26日 周四" in desk.get("/sessions").text
    town.config["CLOCK"] = lambda: datetime(2026, 11, 27, 2, tzinfo=UTC)
    assert "2026年12月24日 周四" in desk.get("/sessions").text


WRONG = [{"words": ""}, {"to": "unit:nobody"}, {"to": "person:worker3"}, {"until": "2026-11-01"}, {"to": "unit:wuye", "seen": str(UUID(int=0))}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_decision_with_a_fault_is_not_kept(town, desk, whistled, wrong):
    at = hold(desk, series(town, desk, **MEETING))
    desk.post(f"{at}/agenda", data={"case": whistled.id})
    decided = {"case": whistled.id, "words": "城管周三前清理", "seen": whistled.last} | wrong
    reply = desk.post(f"{at}/decisions", data=decided)
    assert reply.status_code == 422 and 'role="alert"' in reply.text
    assert not entries(town, kind="session")[0].details["agenda"][0]["words"] and entries(town, id=whistled.id)[0].last == whistled.last


def test_once_approved_the_record_is_not_changed_any_more(town, desk):
    at = hold(desk, series(town, desk))
    approve(town, entries(town, kind="session")[0])
    assert "记录已审核,不再改动" in desk.get(at).text
    assert desk.post(at, data={"people": "99"}).status_code == 404
    assert desk.post(f"{at}/said", data=SAID).status_code == 303


def test_only_whoever_wrote_it_changes_it_and_only_an_empty_one_is_withdrawn(town, desk):
    at = hold(desk, series(town, desk))
    other = signed_in(town, "deputy1")
    assert other.get(at).status_code == 200 and other.post(at, data={"people": "9"}).status_code == 404
    assert other.post(f"{at}/said", data=SAID).status_code == 303
    assert desk.post(f"{at}/withdrawal").status_code == 404
    empty = hold(desk, series(town, desk, name="移动办公桌", weekday="2"), date(2026, 11, 18))
    assert desk.post(f"{empty}/withdrawal").status_code == 303
    assert entries(town, stage="withdrawn")[0].kind == "session"


def test_another_community_finds_nothing(town, desk):
    id = series(town, desk)
    at = hold(desk, id)
    stranger = signed_in(town, "secretary2")
    for path in (at, f"{at}/minutes", f"/sessions/series/{id}/read", f"/sessions?series={id}", f"/sessions/list?series={id}", "/sessions?area=C1"):
        assert stranger.get(path).status_code == 404, path
    for path in (f"{at}/said", f"{at}/agenda", f"{at}/decisions", at, f"/sessions/series/{id}/end"):
        assert stranger.post(path, data=SAID).status_code == 404, path
    assert stranger.post("/sessions", data={"series": id}).status_code == 404


def test_a_meeting_of_the_street_is_the_streets(town, desk):
    street = signed_in(town, "street1")
    id = series(town, street, **MEETING | {"area": "S", "role": "street"})
    at = hold(street, id)
    assert street.post(at, data={"expected": "5", "people": "5"}).status_code == 303
    assert street.post(f"{at}/said", data=SAID | {"area": "G21"}).status_code == 303
    [said] = entries(town, kind="request")
    assert said.area == "G21" and said.author == "street1" and said.number in street.get(at).text
    assert desk.get(at).status_code == 404 and said.number in signed_in(town, "secretary2").get("/desk").text


def test_a_dispute_is_not_told_to_its_party(town, desk):
    id = series(town, desk)
    at = hold(desk, id, FRIDAY)
    session = entries(town, kind="session")[0]
    with town.app_context():
        hear(town, action(by="deputy1", kind="dispute", area="C1", category="D0102", parent=session.id, parties="secretary1的名字、别人", note="吵架"))
    [dispute] = entries(town, kind="dispute")
    for path in (at, f"/sessions/series/{id}/read", "/sessions/list?what=said", f"{at}/minutes"):
        assert dispute.number not in desk.get(path).text
        if "read" in path:
            assert dispute.number in signed_in(town, "deputy1").get(path).text


def test_a_series_that_ended_comes_no_more_and_what_was_held_stays(town, desk):
    id = series(town, desk)
    hold(desk, id, FRIDAY)
    assert desk.post(f"/sessions/series/{id}/end").status_code == 303
    page = desk.get("/sessions").text
    assert "2026年11月27日" not in page and "2026年11月20日 周五" in page and number(page, "held", id) == 1


FAULTS = [{"form": "party"}, {"name": " "}, {"weekday": "9"}, {"nth": "7"}, {"opens": "x"}, {"closes": "08:00"}, {"role": "worker"}]


@pytest.mark.parametrize("wrong", FAULTS, ids=str)
def test_a_series_with_a_fault_is_not_kept(town, desk, wrong):
    reply = desk.post("/sessions/series", data=STATION | wrong)
    assert reply.status_code == 422 and 'role="alert"' in reply.text


def test_the_demo_town_has_held_and_coming_ones(sign_in):
    page = sign_in("secretary1").get("/sessions").text
    assert "书记听民生社区民情站" in page and "移动办公桌" in page and "党建联席会" in page
    assert number(page, "held") >= 4 and number(page, "said") >= 5 and number(page, "spot") >= 1 and number(page, "topics") >= 2


def test_the_hours_are_local(town, desk):
    at = hold(desk, series(town, desk), FRIDAY)
    [session] = entries(town, kind="session")
    assert session.day == FRIDAY and session.happened_at == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert "2026年11月20日" in desk.get(at).text
