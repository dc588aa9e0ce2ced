"""A re-grid on its day: done once, history where it was, nobody's work orphaned."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.conftest import NOON
from tests.redivision import DAY, EVE, LATER, TODAY, area, city, grown, halves, plan, redrawn
from tests.town import action, hear, rows
from webapp.core import regrid, regrid_checks, rules
from webapp.core.regrid import Step
from webapp.store import lists, people, roster, sums, town
from webapp.store import regrid as store
from webapp.store.database import db, save, writing
from webapp.store.tables import ActionRow, Area, DutyRow, EntryRow, Post, RegridRow, TallyRow


@pytest.fixture
def old(town_of_grids):
    """The town with an open context."""
    with town_of_grids.app_context():
        yield town_of_grids


@pytest.fixture
def town_of_grids(town):
    return grown(town)


def carried_out(today: date = DAY) -> list[str]:
    with writing() as connection:
        return store.carry_out(connection, today, LATER)


def state() -> dict:
    """Every row that a re-grid may write."""
    return {table: [tuple(row) for row in rows(select(table.__table__))] for table in (Area, Post, DutyRow, RegridRow)}


def posts(username: str, day: date) -> set[tuple[str, str]]:
    db.session.rollback()
    return {(post.role, post.area) for post in people.who(db.session.connection(), username).posts if post.lasts(day)}


def lived(app) -> dict[str, dict]:
    """Some history: entries of every stage, at the grid, at buildings, in the micro-grid. name -> its first action."""
    done = {name: action(area=place, kind=kind, household=home, note=name) for name, place, kind, home in (
        ("visit", "U1", "visit", "home-11"), ("open", "B4", "hazard", None), ("closed", "G11", "request", None), ("micro", "B9", "visit", "home-B9"),
    )}  # fmt: skip
    hear(app, *done.values())
    approval = action("approved", done["closed"]["entry"], by="secretary1", seen=done["closed"]["id"])
    hear(app, approval, action("closed", done["closed"]["entry"], by="secretary1", seen=approval["id"], note="修好了"))
    return done


def figures() -> dict:
    """Every figure of every area that was there, by everything."""
    old = [lists.area_by_code(code) for code in ("S", "C1", "C2", "G11", "G12", "G21", "M1")]
    month = date(2026, 11, 1), TODAY, TODAY
    found = {(one.code, by): sums.figures(one, *month, by) for one in old for by in (None, "kind", "category", "day")}
    return found | {("C1", "area"): sums.figures(lists.area_by_code("C1"), *month, "area", codes=["G11", "G12", "M1"])}


# --- once


def test_nothing_happens_before_its_day(old):
    halves()
    before = state()
    assert carried_out(EVE) == [] and state() == before


def test_carrying_out_twice_is_carrying_out_once(old):
    id = halves()
    assert carried_out() == [id]
    once = state()
    assert carried_out() == [] and state() == once
    assert carried_out(DAY + timedelta(days=1)) == [] and state() == once


def test_killed_before_the_end_it_is_done_again_from_the_start(old):
    id = halves()
    before = state()
    with pytest.raises(KeyboardInterrupt), writing() as connection:
        assert store.carry_out(connection, DAY, LATER) == [id]
        raise KeyboardInterrupt
    assert state() == before
    assert carried_out() == [id]


def test_a_job_that_slept_does_it_later_as_if_on_the_day(old):
    halves()
    assert len(carried_out(DAY + timedelta(days=3))) == 1
    [(ends,), (starts,)] = rows(select(Area.ends).where(Area.code == "G11")) + rows(select(Area.starts).where(Area.code == "N1"))
    assert (ends, starts) == (EVE, DAY)


def test_a_plan_that_does_not_fit_any_more_stays_and_harms_nothing(old):
    halves()
    with writing() as connection:
        save(connection, Area, [area("B5", "G11", "S/C1/G11/B5/", "building")])
    before = state()
    assert carried_out() == [] and state() == before
    steps = regrid.load(rows(select(RegridRow.plan))[0][0]["steps"])
    assert "辖区G11 还有 1 栋没有安排:辖区B5" in [str(fault) for fault in regrid_checks.check(steps, town.areas())]


def test_a_cancelled_plan_is_gone_and_one_that_was_done_is_not(old):
    id = halves()
    with writing() as connection:
        assert store.cancel(connection, id) and not store.cancel(connection, id)
    assert carried_out() == []
    id = halves()
    carried_out()
    with writing() as connection:
        assert not store.cancel(connection, id)


# --- history


def test_figures_of_before_are_the_same_to_the_digit(old):
    lived(old)
    before, tables = figures(), [rows(select(table.__table__)) for table in (ActionRow, EntryRow, TallyRow)]
    halves()
    carried_out()
    assert figures() == before
    assert [rows(select(table.__table__)) for table in (ActionRow, EntryRow, TallyRow)] == tables
    assert list(sums.check(db.session.connection())) == []
    with writing() as connection:
        sums.rebuild(connection)
    assert figures() == before


def test_new_entries_belong_to_the_new_grids_and_all_add_up(old):
    lived(old)
    halves()
    carried_out()
    fresh = action(area="B9", by="worker2", kind="hazard", at="2026-11-24T09:00:00+08:00")
    assert hear(old, fresh, at=LATER)[0].answer == "kept"
    [row] = rows(select(EntryRow.path, EntryRow.grid, EntryRow.scope).where(EntryRow.id == fresh["entry"]))
    assert row == ("S/C1/N2/N201/B9/", "N201", "N2")
    codes = ["G11", "G12", "N1", "N2"]
    lines = sums.figures(lists.area_by_code("C1"), TODAY, DAY, DAY, "area", codes=codes)
    whole = sums.figures(lists.area_by_code("C1"), TODAY, DAY, DAY)[""]
    assert sum(lines[code].received for code in lines) == whole.received == 3
    assert list(sums.check(db.session.connection())) == []


def test_a_visit_of_before_is_still_the_last_visit_of_the_household(old):
    lived(old)
    halves()
    carried_out()
    visited = {row.Household.id: row.day for row in lists.households("S/C1/N1/")}
    assert visited == {"home-11": TODAY}


# --- posts


def test_the_posts_change_with_the_day(old):
    halves()
    assert posts("worker1", DAY) == {("worker", "G11")}
    carried_out()
    assert posts("worker1", EVE) >= {("worker", "G11"), ("worker", "B1"), ("worker", "B4")}
    tomorrow = DAY + timedelta(days=1)
    assert posts("worker1", tomorrow) == {("worker", "N1"), ("worker", "G11")}
    assert posts("worker2", tomorrow) == {("worker", "G12"), ("worker", "N2"), ("worker", "G11")}
    assert posts("volunteer1", tomorrow) == {("volunteer", "N1"), ("volunteer", "N2"), ("volunteer", "G11")}, "the others go with the buildings"
    assert posts("member1", tomorrow) == {("micro_member", "N201")}
    assert posts("secretary1", tomorrow) == {("secretary", "C1")}


def test_the_post_at_the_old_grid_lasts_until_nothing_is_open_there(old):
    done = lived(old)
    halves()
    carried_out()
    long_after = DAY + timedelta(days=60)
    assert carried_out(long_after) == []
    assert ("worker", "G11") in posts("worker2", long_after + timedelta(days=1)), "a hazard is open there"
    for name in ("visit", "micro", "open"):
        hear(old, action("declined", done[name]["entry"], by="secretary1", seen=done[name]["id"]), at=LATER)
    carried_out(long_after)
    assert posts("worker2", long_after + timedelta(days=1)) == {("worker", "G12"), ("worker", "N2")}
    after = state()
    carried_out(long_after + timedelta(days=1))
    assert state() == after


def test_a_case_that_is_opened_again_at_a_closed_grid_goes_to_the_workers_of_those_in_its_place(old):
    raw = action(kind="hazard", area="B4", note="楼道堆物")
    hear(old, raw)
    hear(old, action("approved", raw["entry"], "secretary1", seen=raw["id"]))
    last = rows(select(EntryRow.last).where(EntryRow.id == raw["entry"]))[0][0]
    hear(old, action("closed", raw["entry"], "secretary1", seen=last))
    halves()
    carried_out()
    week = DAY + timedelta(days=10)
    carried_out(week)
    assert ("worker", "G11") not in posts("worker2", week + timedelta(days=1))
    later = NOON + timedelta(days=12)
    last = rows(select(EntryRow.last).where(EntryRow.id == raw["entry"]))[0][0]
    assert hear(old, action("reopened", raw["entry"], "secretary1", at=later.isoformat(), seen=last), at=later)[0].answer == "kept"
    for _twice in range(2):
        carried_out(later.date())
    assert ("worker", "G11") in posts("worker2", later.date()) and ("worker", "G11") in posts("worker1", later.date())
    worker = people.who(db.session.connection(), "worker2")
    assert rules.sees(worker, lists.folded(lists.entry_by_id(raw["entry"])), later.date())
    assert "G11" in {one["code"] for one in roster.scopes([post for post in worker.posts if post.lasts(later.date())])}


def test_the_grids_in_place_of_a_closed_one_are_those_that_still_are():
    steps = [Step("split", ("A",), "B"), Step("split", ("A",), "C"), Step("merge", ("C", "X"), "D"), Step("rename", new="B")]
    assert regrid.in_place_of("A", steps) == {"B", "D"}
    assert regrid.in_place_of("B", steps) == set() == regrid.in_place_of("Y", steps)


def test_a_duty_at_a_grid_that_ends_ends_with_it(old):
    with writing() as connection:
        save(connection, DutyRow, [{"id": 1, "username": "worker1", "area_code": "G11", "what": "值守", "weekdays": [0], "opens": "08:00",
                                    "closes": "12:00", "starts": TODAY, "ends": None}])  # fmt: skip
    halves()
    carried_out()
    assert rows(select(DutyRow.ends)) == [(EVE,)]


def test_moved_buildings_change_hands_and_nothing_is_closed(old):
    plan(Step("move", new="G12", places=("B1",)))
    carried_out()
    assert rows(select(Area.path).where(Area.code == "U1")) == [("S/C1/G12/B1/U1/",)]
    assert rows(select(Area.code).where(Area.ends.is_not(None))) == []
    assert ("worker", "B1") in posts("worker1", EVE) and posts("worker1", DAY + timedelta(days=1)) == {("worker", "G11")}


def test_a_moved_micro_grid_is_looked_after_by_its_new_neighbours(old):
    plan(Step("move", new="G12", places=("M1",)))
    carried_out()
    assert rows(select(Area.path).where(Area.code == "B9")) == [("S/C1/G12/G1201/B9/",)]
    assert posts("worker2", DAY + timedelta(days=1)) == {("worker", "G12"), ("worker", "M1")}
    assert posts("member1", DAY + timedelta(days=1)) == {("micro_member", "G1201")}


# --- what phones keep


def test_a_phones_scopes_change_by_themselves(old):
    def scopes(name: str, day: date) -> list[str]:
        db.session.rollback()
        return [one["code"] for one in roster.scopes([post for post in people.who(db.session.connection(), name).posts if post.lasts(day)])]

    tomorrow = DAY + timedelta(days=1)
    halves()
    assert scopes("worker1", DAY) == ["G11"]
    carried_out()
    assert (scopes("worker1", tomorrow), scopes("worker2", tomorrow)) == (["N1"], ["G12", "N2"])
    hear(old, action(area="G11", by="worker1"), at=LATER)  # late, of the day before
    assert (scopes("worker1", tomorrow), scopes("worker2", tomorrow)) == (["G11", "N1"], ["G11", "G12", "N2"]), "something is open there"
    assert "G11" in scopes("mediator1", tomorrow)


def test_a_roster_leaves_out_what_is_closed(old):
    halves()
    carried_out()
    db.session.rollback()
    who = people.who(db.session.connection(), "worker1")
    held = [post for post in who.posts if post.lasts(DAY + timedelta(days=1))]
    assert roster.of(lists.area_by_code("G11"), DAY, held)["places"] == []
    assert [code for code, *_ in roster.of(lists.area_by_code("N1"), DAY, held)["places"]] == ["N1", "B1", "U1"]


# --- a whole town in one go


def test_53_grids_become_501(empty_app):
    with empty_app.app_context():
        with writing() as connection:
            town.save_areas(connection, list(city().values()))
        assert regrid.counts(town.areas()) == {"integrated": 53}
        steps = regrid.complete(redrawn(), town.areas())
        assert regrid_checks.check(steps, town.areas()) == []
        plan(*steps, communities=("x",))
        assert len(carried_out()) == 1
        db.session.rollback()
        counts = regrid.counts(town.areas())
        assert counts == {"general": 9, "ordinary": 55, "micro": 376, "dedicated": 61} and sum(counts.values()) == 501
        areas = town.areas()
        homes = [one for one in areas.values() if one["level"] == "building"]
        assert len(homes) == 53 * 8 and {areas[one["parent_code"]]["grid_type"] for one in homes} == {"micro"}
        assert len({row["path"] for row in areas.values()}) == len(areas) == 1 + 9 + 53 + 501 + 424
