"""服务点: a gatehouse is set up with its days, a session is held there, and it says when the next one is."""

import pytest

from tests.routes.test_sessions import STATION
from tests.town import rows, signed_in
from webapp.store.tables import SeriesRow, ServicePoint

GATEHOUSE = {"area": "G11", "kind": "gatehouse", "name": "东门门房", "place": "进门右手", "weekday": ["1", "3"], "opens": "08:30", "closes": "17:30"}
TALK = STATION | {"form": "talk", "name": "民情恳谈会", "weekday": "1", "place": ""}


def points(town) -> list:
    with town.app_context():
        return rows(ServicePoint.__table__.select().order_by(ServicePoint.name))


def series(town) -> list:
    with town.app_context():
        return rows(SeriesRow.__table__.select())


@pytest.fixture
def gatehouse(town) -> str:
    assert signed_in(town, "secretary1").post("/sessions/points", data=GATEHOUSE).status_code == 303
    return points(town)[0].id


def test_a_point_says_where_it_is_when_it_is_open_and_what_is_held_there(town, gatehouse):
    desk = signed_in(town, "secretary1")
    page = desk.get("/sessions/points").text
    assert "东门门房" in page and "进门右手" in page and "周二、周四 08:30—17:30" in page and "今天不开" in page and "还没有排在这里的活动" in page
    assert "/sessions/points" in desk.get("/sessions").text and f'value="{gatehouse}"' in desk.get("/sessions").text
    assert desk.post("/sessions/series", data=TALK | {"point": gatehouse}).status_code == 303
    [row] = series(town)
    assert (row.point, row.place) == (gatehouse, "东门门房")
    assert "东门门房" in desk.get("/sessions").text
    page = desk.get("/sessions/points").text
    assert "民情恳谈会" in page and "2026年11月24日 周二" in page and "这天服务点不开" not in page
    assert desk.post("/sessions/series", data=TALK | {"point": gatehouse, "weekday": "2", "name": "周三的"}).status_code == 303
    assert "这天服务点不开" in desk.get("/sessions/points").text


WRONG = [{"name": ""}, {"kind": "palace"}, {"weekday": []}, {"weekday": ["7"]}, {"opens": "8"}, {"closes": "08:00"}, {"place": "长" * 101}]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_point_that_makes_no_sense_is_not_kept_and_what_was_written_stands_there(town, wrong):
    reply = signed_in(town, "secretary1").post("/sessions/points", data=GATEHOUSE | wrong)
    assert reply.status_code == 422 and 'role="alert"' in reply.text and points(town) == []
    assert "进门右手" in reply.text or "place" in wrong


def test_a_point_is_changed_and_ended_and_then_offered_no_more(town, gatehouse):
    desk = signed_in(town, "secretary1")
    changed = GATEHOUSE | {"name": "西门门房", "weekday": ["0"], "ends": "2026-11-22"}
    assert desk.post(f"/sessions/points/{gatehouse}", data=changed).status_code == 303
    [row] = points(town)
    assert (row.name, row.weekdays, row.area_code, row.ends.isoformat()) == ("西门门房", [0], "G11", "2026-11-22")
    assert "已停用" in desk.get("/sessions/points").text and "西门门房" not in desk.get("/sessions").text
    assert desk.post("/sessions/series", data=TALK | {"point": gatehouse}).status_code == 422 and series(town) == []


def test_another_communitys_points_are_neither_seen_nor_changed_nor_chosen(town, gatehouse):
    other, street = signed_in(town, "secretary2"), signed_in(town, "street1")
    assert "进门右手" not in other.get("/sessions/points").text and "进门右手" in street.get("/sessions/points").text
    assert other.post(f"/sessions/points/{gatehouse}", data=GATEHOUSE).status_code == 404
    assert other.post("/sessions/points", data=GATEHOUSE).status_code == 404 and len(points(town)) == 1
    assert other.post("/sessions/series", data=TALK | {"area": "C2", "point": gatehouse}).status_code == 422 and series(town) == []
