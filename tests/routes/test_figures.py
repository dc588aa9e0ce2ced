"""看板: the sums at every level, what a clock does to them, the entries behind each number, who sees what, and the table to take away."""

import csv
import io
import json
import random
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from tests.conftest import NOON
from tests.town import CAST, action, hear, rows, signed_in
from webapp.core import rules, tallies
from webapp.core.kinds import KINDS
from webapp.core.road import LEVELS, WAYS
from webapp.core.tallies import Figures
from webapp.store import lists, log, sums
from webapp.store.database import db, writing
from webapp.store.tables import AccessRow, Area, EntryRow

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 23)
MONTH = (date(2026, 11, 1), TODAY)
EVERYWHERE = ("S", "C1", "C2", "G11", "G12", "G21")
COUNTED_UP = [name for name in Figures.__dataclass_fields__ if name != "households_visited"]


def record(app, by="worker1", **about) -> str:
    raw = action(by=by, **{"kind": "hazard", "area": "B1", "category": "H0101"} | about)
    with app.app_context():
        assert hear(app, raw)[0].answer == "kept"
    return raw["entry"]


def do(app, verb: str, id: str, by: str = "secretary1", heard: str | None = None, **about):
    """`heard` is the moment that counts for a decision; noon without it."""
    with app.app_context():
        moment = datetime.fromisoformat(heard) if heard else None
        answer = hear(app, action(verb, id, by, **{"seen": lists.entry_by_id(id).last} | about), at=moment)[0]
    assert answer.answer == "kept", answer


def figures(app, area="S", days=MONTH, by=None, today=TODAY, **only):
    with app.app_context():
        found = sums.figures(db.session.get(Area, area), *days, today, by, **only)
    return found if by else found[""]


def differences(app) -> list[str]:
    with app.app_context(), db.engine.connect() as connection:
        return list(sums.check(connection))


def page(app, by: str, path: str = "/figures") -> str:
    answer = signed_in(app, by).get(path)
    assert answer.status_code == 200
    return unescape(answer.text)


# --- sums


def test_every_verb_moves_the_figures_of_every_area_above_by_exactly_that(town):
    at = "2026-11-23T09:00:00+08:00"
    id = record(town, at=at)
    expected = Figures(received=1, with_deadline=1)
    closed = {"closed": 1, "closed_on_time": 1, "spot": 1, "closed_grid": 1}
    for verb, by, change in (
        ("noted", "worker1", {}),
        ("returned", "secretary1", {}),
        ("amended", "worker1", {}),
        ("approved", "secretary1", {}),
        ("handled", "worker1", {}),
        ("closed", "secretary1", closed),
        ("followed_up", "worker1", {"followed": 1, "closed_followed": 1, "solved": 1, "rated": 1, "satisfied": 1}),
        ("reopened", "secretary1", dict.fromkeys([*closed, "closed_followed", "rated", "satisfied"], 0) | {"reworked": 1}),
        ("assigned", "secretary1", {}),
        ("supervised", "secretary1", {"supervised": 1}),
        ("suspended", "secretary1", {"suspended": 1}),
        ("resumed", "secretary1", {}),
        ("extended", "secretary1", {"extended": 1}),
        ("raised", "secretary1", {"raised": 1}),
        ("closed", "secretary1", {"closed": 1, "closed_followed": 1, "closed_on_time": 1, "joint": 1, "closed_street": 1}),
    ):
        about = {"kind": "hazard", "area": "B1", "category": "H0101", "at": at} if verb == "amended" else {}
        do(town, verb, id, by, **about)
        expected = Figures(**expected.as_dict() | change)
        assert [figures(town, area) for area in ("S", "C1", "G11")] == [expected] * 3, verb
    assert [figures(town, area) for area in ("C2", "G12", "G21")] == [Figures()] * 3
    assert differences(town) == []


def test_what_is_withdrawn_or_declined_is_set_apart(town):
    do(town, "withdrawn", record(town), "worker1")
    do(town, "declined", record(town))
    assert figures(town) == Figures(withdrawn=1, declined=1)
    assert differences(town) == []


def test_an_entry_that_moves_to_another_day_grid_kind_or_category_leaves_nothing_behind(town):
    id = record(town)
    do(town, "returned", id)
    do(town, "amended", id, "worker1", kind="request", area="G11", category="R0101")
    assert figures(town, by="kind") == {"hazard": Figures(), "request": Figures(received=1, with_deadline=1)}
    assert figures(town, by="category")["R0101"].received == 1
    assert differences(town) == []


def test_a_parent_is_its_children_and_what_was_recorded_in_itself(town):
    record(town)
    record(town, "worker2", area="B2")
    record(town, "worker3", area="B3", kind="request", category="R0101")
    record(town, "secretary1", area="C1", kind="dispute", category="D0101")
    children = figures(town, by="area", codes=["C1", "C2"])
    assert figures(town).received == sum(one.received for one in children.values()) == 4
    grids = figures(town, "C1", by="area", codes=["G11", "G12"])
    assert figures(town, "C1").received == sum(one.received for one in grids.values()) + 1
    assert "本级直接登记" in page(town, "secretary1")
    assert "本级直接登记" not in page(town, "street1")


def test_closed_at_the_last_moment_of_the_last_day_is_on_time_and_at_midnight_is_not(town):
    for clock, on_time in (("2026-11-21T23:59:59.999999+08:00", 1), ("2026-11-22T00:00:00+08:00", 0)):
        id = record(town, at="2026-11-20T10:00:00+08:00")  # H0101: one natural day, so to the end of the 21st
        do(town, "approved", id)
        before = figures(town).closed_on_time
        do(town, "closed", id, heard=clock)
        assert figures(town).closed_on_time - before == on_time


def test_a_phone_whose_clock_is_ahead_is_counted_on_the_day_it_was_heard(town):
    id = record(town, at="2026-12-24T08:00:00+08:00")
    assert figures(town, days=(TODAY, TODAY)).received == 1
    do(town, "approved", id)
    do(town, "closed", id, at="2027-01-01T08:00:00+08:00")
    with town.app_context():
        entry = lists.entry_by_id(id)
    assert (entry.day, entry.closed_at, entry.closed_days) == (TODAY, NOON, 1)


def test_what_was_recorded_offline_counts_for_its_own_day_not_for_that_of_the_upload(town):
    record(town, at="2026-11-19T23:50:00+08:00")
    assert figures(town, days=(date(2026, 11, 19), date(2026, 11, 19))).received == 1
    assert figures(town, days=(TODAY, TODAY)).received == 0


def test_the_three_days_count_only_what_is_mature_and_ripen_at_midnight(town):
    id = record(town, at="2026-11-21T10:00:00+08:00")
    do(town, "approved", id)
    do(town, "closed", id, heard="2026-11-22T10:00:00+08:00")
    just_before, midnight = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC), datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    seen = []
    for clock in (just_before, midnight):
        town.config["CLOCK"] = lambda clock=clock: clock
        text = page(town, "street1", "/figures?from=2026-11-21&to=2026-11-21")
        seen.append([re.search(rf"{name}.*?(\d+/\d+)", text, re.S).group(1) for name in ("当天办结", "两天办结", "三天办结")])
    assert seen == [["0/0", "0/0", "0/0"], ["0/1", "1/1", "1/1"]]
    assert figures(town, today=TODAY).mature == 0
    assert figures(town, today=TODAY + timedelta(days=1)).mature == 1


def test_random_stories_agree_with_a_plain_recount_everywhere(town):
    rng, zone = random.Random(7), town.config["SETTINGS"].timezone
    stories = []
    with town.app_context():
        for n in range(60):
            at = datetime(2026, 11, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(22 * 1440))
            kind = rng.choice(["visit", "hazard", "dispute", "request", "delivery"])
            category = rng.choice([None, {"hazard": "H0101", "request": "R0101"}.get(kind)])
            home = rng.choice([("U1", "home-11"), ("B2", "home-12"), ("B3", "home-21"), ("G12", None), ("C2", None)])
            about = {"kind": kind, "area": home[0], "household": home[1], "category": category, "on_the_spot": rng.random() < 0.2}
            raw = action(by="import", at=at.isoformat(), **about, **({"ordered": n % 2 == 0} if kind == "delivery" else {}))
            with writing() as connection:
                log.append(connection, [raw], "import", rules.allow_ledger, at, zone)
            for _ in range(rng.randrange(6)):
                at += timedelta(hours=rng.randrange(1, 40))
                verb = rng.choice(["approved", "handled", "closed", "returned", "declined", "withdrawn", "reopened", "noted", "rated"])
                seen = lists.entry_by_id(raw["entry"]).last
                step = action(verb, raw["entry"], "office", at.isoformat(), seen=seen)
                with writing() as connection:
                    log.append(connection, [step], "office", rules.allow_ledger, at, zone)
            stories.append(raw["entry"])
        entries = [row for (row,) in rows(select(EntryRow))]
        assert len(entries) == len(stories)
    last_mature = TODAY - timedelta(days=3)
    for area in EVERYWHERE:
        mine = [one for one in entries if area in one.path.split("/") and MONTH[0] <= one.day <= MONTH[1]]
        assert figures(town, area) == recount(mine, last_mature)
        for by in ("kind", "category"):
            found = figures(town, area, by=by)
            for name in {getattr(one, by) for one in mine}:
                assert found.get(name, Figures()) == recount([one for one in mine if getattr(one, by) == name], last_mature), (area, name)
    assert differences(town) == []


def recount(entries, last_mature: date) -> Figures:
    """The definitions of docs/indicators.md, in plain Python over the entries."""
    records = {kind: [one for one in entries if one.kind == kind and one.stage not in ("withdrawn", "declined")] for kind in KINDS}
    cases = [one for one in entries if one.case and one.stage not in ("withdrawn", "declined")]
    mature = [one for one in cases if one.day <= last_mature]
    took = [(one.closed_at.astimezone(ZONE).date() - one.day).days + 1 for one in mature if one.closed_at]
    visits = [one for one in entries if one.kind == "visit" and one.stage not in ("withdrawn", "declined")]
    closed = [one for one in cases if one.closed_at]
    ways = {way: sum(one.way == way for one in closed) for way in WAYS}
    levels = {f"closed_{level}": sum(one.level == level for one in closed) for level in LEVELS}
    return Figures(
        received=len(cases),
        closed=sum(one.closed_at is not None for one in cases),
        with_deadline=sum(one.due_at is not None for one in cases),
        closed_on_time=sum(bool(one.closed_at and one.due_at and one.closed_at <= one.due_at) for one in cases),
        closed_day1=sum(days <= 1 for days in took),
        closed_day2=sum(days <= 2 for days in took),
        closed_day3=sum(days <= 3 for days in took),
        mature=len(mature),
        withdrawn=sum(one.case and one.stage == "withdrawn" for one in entries),
        declined=sum(one.case and one.stage == "declined" for one in entries),
        visits=len(visits),
        deliveries=sum(not one.case for one in records["delivery"]),
        patrols=len(records["patrol"]),
        receptions=len(records["reception"]),
        received_people=sum(int(one.details.get("people") or 1) for one in records["reception"]),
        contacts=len(records["contact"]),
        households_visited=len({one.household for one in visits if one.household}),
        rated=sum(one.rating is not None for one in cases),
        satisfied=sum(one.rating in ("satisfied", "fair") for one in cases),
        reworked=sum(lists.folded(one).redos > 0 for one in cases),
        raised=sum("raised" in one.road for one in cases),
        extended=sum("extensions" in one.road for one in cases),
        suspended=sum("suspended" in one.road for one in cases),
        supervised=sum("supervised" in one.road for one in cases),
        followed=sum("follow_ups" in one.road for one in cases),
        closed_followed=sum("follow_ups" in one.road for one in closed),
        solved=sum(one.road.get("solved", False) for one in cases),
        **ways,
        **levels,
    )


def test_a_household_that_was_visited_twice_is_one_household(town):
    for _ in range(2):
        record(town, kind="visit", area="U1", household="home-11", category=None)
    found = figures(town)
    assert (found.visits, found.households_visited) == (2, 1)
    with town.app_context():
        assert sums.households(db.session.get(Area, "S"), ["C1", "C2"]) == {"S": 3, "C1": 2, "C2": 1}
    assert "1/3 户" in page(town, "street1")


# --- the page


def test_a_number_leads_to_exactly_that_many_entries(town):
    for kind, category in (("hazard", "H0101"), ("hazard", "H0101"), ("request", None), ("visit", None), ("delivery", None)):
        id = record(town, kind=kind, category=category, at="2026-11-19T09:00:00+08:00", area="U1", household="home-11")
        if kind in ("hazard", "request"):
            do(town, "approved", id)
    do(town, "closed", id if kind == "hazard" else _first_hazard(town), at="2026-11-20T09:00:00+08:00")
    do(town, "withdrawn", record(town), "worker1")
    do(town, "declined", record(town))
    found = figures(town).as_dict()
    with town.app_context():
        area = db.session.get(Area, "S")
        for measure, number in found.items():
            query = sums.behind(area, *MONTH, TODAY, measure)
            count = func.count(EntryRow.household.distinct()) if measure == "households_visited" else func.count()
            assert db.session.scalar(select(count).select_from(query.subquery()) if measure != "households_visited" else
                                     query.with_only_columns(count)) == number, measure  # fmt: skip
    text = page(town, "secretary1")
    link = re.search(r'<a href="(/desk/entries\?[^"]*measure=closed_on_time[^"]*)"', text).group(1)
    assert "area=C1" in link and "from=2026-11-01" in link and "to=2026-11-23" in link
    assert signed_in(town, "secretary1").get(link).status_code == 200


def _first_hazard(app) -> str:
    with app.app_context():
        return rows(select(EntryRow.id).where(EntryRow.kind == "hazard", EntryRow.stage == "in_hand"))[0].id


def test_a_worker_and_an_administrator_see_numbers_but_no_way_to_the_entries(town):
    record(town)
    for by in ("worker1", "admin1"):
        assert "/desk/entries" not in page(town, by)
    assert "/desk/entries" in page(town, "street1")


@pytest.mark.parametrize("by", sorted(CAST))
def test_everybody_sees_the_figures_of_his_own_subtree_and_no_other(town, by):
    own = {"worker1": {"G11"}, "worker2": {"G12"}, "worker3": {"G21"}, "street1": set(EVERYWHERE), "admin1": set(EVERYWHERE)}
    own |= {"secretary1": {"C1", "G11", "G12"}, "secretary2": {"C2", "G21"}}
    client = signed_in(town, by)
    assert client.get("/figures").status_code == (200 if by in own else 404)
    for area in (*EVERYWHERE, "B1", "nowhere"):
        for path in ("/figures", "/figures.csv"):
            assert client.get(f"{path}?area={area}").status_code == (200 if area in own.get(by, ()) else 404), (area, path)


def test_a_stranger_is_sent_to_sign_in(town):
    assert town.test_client().get("/figures").headers["Location"].startswith("/login")


def test_the_way_up_ends_at_ones_own_post(town):
    crumbs = re.search(r'<nav class="crumbs".*?</nav>', page(town, "secretary1", "/figures?area=G11"), re.S).group()
    assert "辖区C1" in crumbs and "辖区S" not in crumbs


def test_the_page_says_how_and_as_of_when_it_counts(town):
    text = page(town, "street1")
    assert "收件口径" in text and "截至 11月23日 12:00" in text
    assert "2026年11月1日—2026年11月23日" in text


def test_nothing_over_nothing_is_a_dash_and_few_cases_are_grey(town):
    tiles = re.findall(r'tile-number">(.*?)</p>\s*<p class="tile-fraction">(.*?)<', page(town, "street1"))
    assert tiles.count(("—", "0/0")) == 5
    record(town)
    record(town, "worker3", area="B3", category=None)
    table = re.search(r'<table class="rates">.*?</table>', page(town, "street1"), re.S).group()
    assert 'class="num few"' in table and "0/1" in table


def test_the_worst_comes_first_and_what_is_too_few_to_rank_comes_last(town):
    for n in range(5):
        record(town, "worker3", area="B3")
        id = record(town, "worker2", area="B2")
        if n < 3:
            do(town, "approved", id)
            do(town, "closed", id)
    record(town)
    table = re.search(r'<table class="rates">.*?</table>', page(town, "street1"), re.S).group()
    assert re.findall(r"辖区\w+", table) == ["辖区C2", "辖区C1"]
    table = re.search(r'<table class="rates">.*?</table>', page(town, "secretary1"), re.S).group()
    assert re.findall(r"辖区\w+", table) == ["辖区G12", "辖区G11"]


def test_of_one_kind_the_page_counts_only_that_kind(town):
    record(town)
    record(town, kind="request", category="R0101")
    text = page(town, "street1", "/figures?kind=request")
    assert "户数覆盖</th>" not in text
    assert re.search(r'收件</a></p>\s*<p class="tile-number">1<', text)


@pytest.mark.parametrize("wrong", ["kind=x", "sort=x", "period=x", "from=x&to=y", "from=2026-11-01", "from=2020-01-01&to=2026-11-01"])
def test_what_makes_no_sense_is_refused(town, wrong):
    assert signed_in(town, "street1").get(f"/figures?{wrong}").status_code == 400


def test_days_given_the_wrong_way_round_are_turned(town):
    assert "2026年11月1日—2026年11月5日" in page(town, "street1", "/figures?from=2026-11-05&to=2026-11-01")


@pytest.mark.parametrize("period", ["today", "week", "month", "last_month", "90days"])
def test_every_period_can_be_looked_at(town, period):
    record(town)
    assert ("暂" in page(town, "street1", f"/figures?period={period}")) is False


def test_a_hostile_name_stays_text(town):
    hostile = "<img src=x onerror=alert(1)>{{7*7}}"
    with town.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.code == "C1").values(name=hostile))
    record(town)
    raw = signed_in(town, "street1").get("/figures").text
    assert "<img" not in raw and "49" not in re.findall(r"onerror=alert\(1\)&gt;(\S{2})", raw)


# --- the table to take away


def test_the_csv_says_who_took_it_how_it_was_counted_and_when_and_is_logged(town):
    record(town)
    answer = signed_in(town, "street1").get("/figures.csv?period=month")
    assert answer.mimetype == "text/csv"
    lines = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    text = json.dumps(lines, ensure_ascii=False)
    assert "street1" in text and "收件口径" in text and "截至" in text and "2026年11月23日 12:00" in text
    head = next(line for line in lines if "收件" in line)
    total = next(line for line in lines if line and line[0] == "S")
    assert total[head.index("收件")] == "1"
    with town.app_context():
        assert [row.username for row in rows(select(AccessRow.username).where(AccessRow.what == "exported"))] == ["street1"]


def test_no_cell_of_the_csv_is_a_formula(town):
    with town.app_context(), writing() as connection:
        connection.execute(Area.__table__.update().where(Area.code == "C1").values(name="=1+1"))
    lines = csv.reader(io.StringIO(signed_in(town, "street1").get("/figures.csv").text.removeprefix("\ufeff")))
    cells = [cell for line in lines for cell in line]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))]


# --- the command


def command(app, *args: str):
    with app.app_context():
        return app.test_cli_runner().invoke(args=["figures", *args])


def test_the_command_prints_what_its_users_rely_on(town):
    id = record(town, at="2026-11-18T09:00:00+08:00")
    do(town, "approved", id)
    do(town, "closed", id, heard="2026-11-19T09:00:00+08:00")
    record(town, kind="visit", category=None, area="U1", household="home-11")
    run = command(town, "S", "--from", "2026-11-01", "--to", "2026-11-23")
    found = json.loads(run.output)
    names = "received closed with_deadline closed_on_time closed_day1 closed_day2 closed_day3 mature visits households_visited withdrawn"
    assert all(type(found[name]) is int for name in names.split())
    assert found | {"closed_day1": 0} == found
    assert Counter(found[name] for name in ("received", "closed", "closed_on_time", "closed_day2", "mature", "visits")) == {1: 6}
    for by, first in (("kind", "hazard"), ("category", ""), ("area", "C1")):
        run = command(town, "S", "--from", "2026-11-01", "--to", "2026-11-23", "--by", by)
        lines = json.loads(run.output)
        assert lines[0][by] == first
        assert sum(line["received"] for line in lines) == 1


def test_the_command_includes_both_days_and_names_what_it_does_not_know(town):
    record(town, at="2026-11-18T00:00:00+08:00")
    record(town, at="2026-11-19T23:59:59+08:00")
    run = command(town, "G11", "--from", "2026-11-18", "--to", "2026-11-19")
    assert json.loads(run.output)["received"] == 2
    run = command(town, "nowhere", "--from", "2026-11-18", "--to", "2026-11-19")
    assert run.exit_code == 1 and "nowhere" in run.output


def test_the_last_mature_day_is_told_on_the_page(town):
    record(town)
    day = tallies.last_mature_day(TODAY)
    assert f"{day.year}年{day.month}月{day.day}日 及以前收到的" in page(town, "street1")
