"""What the town has set about time: the library's days under its own, and every process sees an edit at once."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from tests.conftest import make_app
from tests.town import action, hear
from webapp.core.calendar import Terms
from webapp.core.categories import defaults
from webapp.store import lists, workdays
from webapp.store.database import db, writing
from webapp.store.tables import AccessRow, Category

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTICE = "day,works,name\n2027-02-08,0,春节\n2027-02-20,1,调休\n2027-10-01,0,国庆节\n"


@pytest.fixture
def inside(town):
    with town.app_context():
        yield town


def works(*days: date) -> list[bool]:
    calendar = workdays.calendar(None, SHANGHAI)
    return [calendar.works(day) for day in days]


# --- the library


def test_the_library_knows_the_holidays_and_the_weekends_worked_for_them(inside):
    assert works(date(2026, 10, 1), date(2026, 10, 7), date(2026, 10, 8)) == [False, False, True]
    assert works(date(2026, 10, 10), date(2026, 9, 20), date(2026, 10, 11)) == [True, True, False]


def test_a_year_that_the_library_has_no_notice_for_is_not_known(inside):
    """It gives the statutory days of such a year without a word, and no weekend that is worked for them."""
    library = workdays.statutory()
    assert {2025, 2026} <= library.known and 2027 not in library.known
    assert library.days[date(2027, 10, 1)] is False
    assert not any(works for day, works in library.days.items() if day.year not in library.known)
    calendar = workdays.calendar(None, SHANGHAI)
    assert calendar.estimated(datetime(2027, 1, 4, 12, tzinfo=SHANGHAI))
    assert not calendar.estimated(datetime(2026, 12, 31, 12, tzinfo=SHANGHAI))


# --- the town's own days


def test_the_towns_own_day_stands_over_the_librarys(inside):
    with writing() as connection:
        assert workdays.set_day(connection, date(2026, 10, 8), False)
        assert workdays.set_day(connection, date(2026, 10, 10), False)
    assert works(date(2026, 10, 8), date(2026, 10, 10)) == [False, False]
    with writing() as connection:
        assert workdays.set_day(connection, date(2026, 10, 8), True)
        assert not workdays.set_day(connection, date(2026, 10, 8), True), "said twice"
    assert works(date(2026, 10, 8)) == [True]
    assert list(workdays.rows()) == [date(2026, 10, 10)], "what is as usual needs no row"


def test_a_notice_makes_its_year_known_and_twice_the_same_changes_nothing(inside):
    days = [{"day": date(2027, 2, 20), "works": True, "name": "调休"}]
    with writing() as connection:
        assert workdays.keep(connection, days, {2027})
        version = connection.scalar(workdays._VERSION, {"these": [workdays.VERSION]})
        assert not workdays.keep(connection, [], {2027})
        assert connection.scalar(workdays._VERSION, {"these": [workdays.VERSION]}) == version
    assert works(date(2027, 2, 20)) == [True]
    assert not workdays.calendar(None, SHANGHAI).estimated(datetime(2027, 2, 20, 9, tzinfo=SHANGHAI))
    with writing() as connection:
        assert workdays.set_known(connection, 2027, False)
    assert workdays.calendar(None, SHANGHAI).estimated(datetime(2027, 2, 20, 9, tzinfo=SHANGHAI))


# --- what decides about deadlines


def test_the_defaults_are_those_of_the_core(inside):
    set_now = workdays.town(None, SHANGHAI)
    assert set_now.terms == {row["code"]: Terms(row["clock"], row["amount"]) for row in defaults() if row["amount"]}
    assert (set_now.share, set_now.follow) == (20, Terms("natural_days", 7))


def test_another_process_sees_an_edit_at_once(inside, monkeypatch):
    before = workdays.town(None, SHANGHAI)
    with writing() as connection:
        workdays.set_category(connection, "H0101", clock="working_hours", amount=2, way="spot", unit=None)
        workdays.set_follow_up(connection, 50, Terms("working_days", 3))
    monkeypatch.setattr(
        workdays, "_last", (((db.session.scalar(workdays._VERSION, {"these": [workdays.VERSION]}) or "") + "old", SHANGHAI), before)
    )  # as it knew it
    after = workdays.town(None, SHANGHAI)
    assert after.terms["H0101"] == Terms("working_hours", 2)
    assert (after.share, after.follow) == (50, Terms("working_days", 3))


def test_an_edit_that_was_taken_back_is_seen_by_nobody(inside):
    with pytest.raises(ZeroDivisionError), writing() as connection:
        workdays.set_category(connection, "H0101", clock="working_hours", amount=2, way="", unit=None)
        assert workdays.town(connection, SHANGHAI).terms["H0101"].amount == 2
        1 / 0  # noqa: B018
    assert workdays.town(None, SHANGHAI).terms["H0101"] == Terms("natural_days", 1)


def test_two_towns_of_one_process_are_not_mixed_up(inside, tmp_path, little_folder):
    import shutil

    shutil.copytree(little_folder, tmp_path / "other")
    with writing() as connection:
        workdays.set_follow_up(connection, 50, Terms("natural_days", 1))
    assert workdays.town(None, SHANGHAI).share == 50
    with make_app(tmp_path / "other").app_context():
        assert workdays.town(None, SHANGHAI).share == 20
    assert workdays.town(None, SHANGHAI).share == 50


def test_as_long_as_nothing_is_set_asking_costs_one_small_query(inside):
    workdays.town(None, SHANGHAI)
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    workdays.town(None, SHANGHAI)
    assert asked == []  # the one small query goes the short way of store.database.fetch


def test_a_deadline_is_found_by_what_the_town_has_set(inside):
    with writing() as connection:
        workdays.set_category(connection, "H0101", clock="working_days", amount=3, way="", unit=None)
        workdays.set_day(connection, date(2026, 11, 25), False)
    raw = action(kind="hazard", category="H0101", area="G11", at="2026-11-23T11:00:00+08:00")
    assert hear(inside, raw)[0].answer == "kept"
    assert lists.entry_by_id(raw["entry"]).due_at.isoformat() == "2026-11-27T10:00:00+00:00"


# --- the command


def run(app, *words: str):
    with app.app_context():
        return app.test_cli_runner().invoke(args=["import-workdays", *words])


def test_the_command_reports_first_and_writes_when_told(town, tmp_path):
    file = tmp_path / "notice.csv"
    file.write_text(NOTICE)
    tried = run(town, str(file))
    assert tried.exit_code == 0 and "新增 3,变更 0,不变 0,有误 0" in tried.output and "只是试算" in tried.output
    with town.app_context():
        assert workdays.rows() == {} and workdays.noticed() == set()
    assert "已写入:新增 3" in run(town, str(file), "--apply").output
    assert "新增 0,变更 0,不变 3" in run(town, str(file), "--apply").output
    with town.app_context():
        assert [row["name"] for row in workdays.rows().values()] == ["春节", "调休", "国庆节"] and workdays.noticed() == {2027}
        noted = db.session.query(AccessRow).where(AccessRow.what == "changed").all()
        assert [(one.username, one.detail) for one in noted] == [("import", "workdays [2027] 3")], "once: the second time changed nothing"


def test_the_command_writes_nothing_of_a_file_with_a_bad_row(town, tmp_path):
    file = tmp_path / "notice.csv"
    file.write_text(NOTICE + "2027-02-30,1,\n")
    tried = run(town, str(file), "--apply")
    assert tried.exit_code == 1 and "第 5 行 day" in tried.output and "一行也没有写入" in tried.output
    with town.app_context():
        assert workdays.rows() == {}


# --- planting


def test_planting_again_keeps_what_the_town_has_set(inside):
    from webapp.store import seed

    with writing() as connection:
        workdays.set_category(connection, "H0101", clock="working_hours", amount=9, way="joint", unit="wuye")
        seed.plant(connection)
    found = db.session.get(Category, "H0101")
    assert (found.clock, found.amount, found.way, found.unit) == ("working_hours", 9, "joint", "wuye")
