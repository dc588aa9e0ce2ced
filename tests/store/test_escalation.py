"""What happens by itself: run again, run by two at once, killed on the way, or run after days of standing still, it happens once."""

import os
import signal
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tests.conftest import NOON, make_app
from tests.server import processes
from tests.store.writers import together
from tests.town import action, hear, rows
from webapp.core.calendar import Terms
from webapp.store import escalation, people, sums, workdays
from webapp.store.database import db, writing
from webapp.store.tables import ActionRow, EntryRow, FactRow, NoticeRow, Post, TallyRow, TaskRow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEXT_MORNING = NOON + 20 * HOUR + timedelta(minutes=5)  # Tuesday, five past eight


def zone(town):
    return town.config["SETTINGS"].timezone


def hazard(town, *, at=NOON, approved=True) -> str:
    """A hazard in grid 11, recorded and approved at `at`. Needs an open context, as all of these."""
    raw = action(kind="hazard", at=at.isoformat(), note="楼道堆物")
    hear(town, raw, at=at)
    if approved:
        decide(town, raw["entry"], "approved", at=at)
    return raw["entry"]


def decide(town, id: str, verb: str, by="secretary1", at=NOON, **body) -> None:
    seen = rows(select(EntryRow.last).where(EntryRow.id == id))[0][0]
    answers = hear(town, action(verb, id, by, at.isoformat(), seen=seen, **body), at=at)
    assert answers[0].answer == "kept", answers[0]


def blow(town, at=NOON, whistle="daily", **to) -> str:
    """A hazard for which a whistle was blown: to be signed for within an hour."""
    id = hazard(town, at=at)
    decide(town, id, "assigned", at=at, to=[to or {"unit": "wuye"}], whistle=whistle)
    return id


def told(what: str | None = None) -> list[tuple[str, str]]:
    query = select(NoticeRow.what, NoticeRow.username).order_by(NoticeRow.what, NoticeRow.username)
    return [tuple(row) for row in rows(query.where(NoticeRow.what == what) if what else query)]


def raised(id: str) -> int:
    return rows(select(func.count()).where(ActionRow.entry == id, ActionRow.verb == "raised"))[0][0]


def level(id: str) -> str:
    return rows(select(EntryRow.level).where(EntryRow.id == id))[0][0]


@pytest.fixture
def inside(town):
    """The little town, with a context open."""
    with town.app_context():
        yield town


def test_a_whistle_that_nobody_answers_is_raised_once_and_everybody_hears_of_it(inside):
    id = blow(inside)
    early = escalation.escalate(NOON + 59 * timedelta(minutes=1), zone(inside))
    assert (early.raised, told("blown")) == (0, [("blown", "handler1")])
    late = escalation.escalate(NOON + 61 * timedelta(minutes=1), zone(inside))
    assert (late.raised, level(id)) == (1, "street")
    assert told("missed") == [("missed", "handler1"), ("missed", "secretary1"), ("missed", "street1")]
    [action] = rows(select(ActionRow.by, ActionRow.heard, ActionRow.body).where(ActionRow.entry == id, ActionRow.verb == "raised"))
    assert (action.by, action.heard, action.body["task"]) == ("clock", NOON + 61 * timedelta(minutes=1), 1)
    assert rows(select(TaskRow.raised_at).where(TaskRow.entry == id)) == [(action.heard,)]


def test_running_again_changes_nothing(inside):
    id = blow(inside)
    escalation.escalate(NOON + 2 * HOUR, zone(inside))
    before = told()
    for minutes in (0, 1, 60):
        again = escalation.escalate(NOON + 2 * HOUR + minutes * timedelta(minutes=1), zone(inside))
        assert (again.raised, again.notices) == (0, 0)
    assert (raised(id), told()) == (1, before)


def test_who_signed_in_time_is_left_alone_and_so_is_who_handed_it_back(inside):
    signed, returned = blow(inside), blow(inside)
    hear(inside, action("signed", signed, "handler1", NOON.isoformat(), task=1))
    hear(inside, action("handed_back", returned, "handler1", NOON.isoformat(), task=1))
    assert escalation.escalate(NOON + 5 * HOUR, zone(inside)).raised == 0
    assert (level(signed), level(returned)) == ("community", "community")


def test_a_suspended_case_is_not_raised_while_its_clock_stands_still(inside):
    id = blow(inside)
    decide(inside, id, "suspended", until="2026-12-31")
    assert escalation.escalate(NOON + 5 * HOUR, zone(inside)).raised == 0


def test_a_case_that_is_overdue_is_told_of_and_has_two_working_days_more(inside):
    id = hazard(inside)
    decide(inside, id, "assigned", to=[{"unit": "wuye"}])
    due_at(NOON + DAY)
    escalation.escalate(NOON + 2 * DAY, zone(inside))
    assert told("case_overdue") == [("case_overdue", "secretary1")]
    assert (raised(id), level(id)) == (0, "community")


# --- up the chain


def due_at(when) -> None:
    with writing() as connection:
        connection.execute(EntryRow.__table__.update().values(due_at=when))


def climb(town, moment) -> tuple[int, int]:
    done = escalation.escalate(moment, zone(town))
    return done.raised, done.notices


def test_an_overdue_case_goes_up_level_by_level_and_never_twice(inside):
    """Due on Tuesday noon: the grid has until Thursday evening, the community until Monday, and the street keeps it."""
    id = hazard(inside)
    due_at(NOON + DAY)
    evening = NOON + 3 * DAY + 6 * HOUR  # Thursday, 18:00
    assert climb(inside, evening - HOUR)[0] == 0 and level(id) == "grid"
    assert climb(inside, evening + HOUR)[0] == 1 and level(id) == "community"
    assert told("climbed") == [("climbed", "secretary1"), ("climbed", "worker1")]
    for minutes in (0, 1, 60, 24 * 60):
        assert climb(inside, evening + HOUR + minutes * timedelta(minutes=1)) == (0, 0)
    assert climb(inside, evening + 4 * DAY + HOUR)[0] == 1 and level(id) == "street"
    assert told("climbed")[-1] == ("climbed", "worker1") and ("climbed", "street1") in told("climbed")
    assert [climb(inside, evening + days * DAY)[0] for days in (5, 6, 9)] == [0, 0, 0]
    bodies = rows(select(ActionRow.by, ActionRow.body).where(ActionRow.entry == id, ActionRow.verb == "raised"))
    assert [(row.by, row.body["reason"], row.body["task"]) for row in bodies] == [("clock", "到时没有办结,自动提级", None)] * 2


def test_what_was_sent_back_has_its_whole_time_and_goes_up_again(inside):
    """Up to the street, back to the community and to the grid; then each level leaves it once more, whenever and however often the clock looks."""
    id = hazard(inside)
    due_at(NOON + DAY)
    evening = NOON + 3 * DAY + 7 * HOUR
    assert [climb(inside, evening + days * DAY)[0] for days in (0, 4)] == [1, 1] and level(id) == "street"
    decide(inside, id, "lowered", "street1", evening + 4 * DAY + HOUR, reason="社区能办")
    decide(inside, id, "lowered", "secretary1", evening + 4 * DAY + 2 * HOUR, reason="网格能办")
    assert level(id) == "grid"
    climb(inside, evening + 4 * DAY + 3 * HOUR)
    assert ("lowered", "worker1") in told("lowered") and told("rung") == [("rung", "worker1")]
    assert [climb(inside, evening + days * DAY)[0] for days in (5, 6, 6, 7, 8, 9)] == [0, 1, 0, 0, 1, 0] and level(id) == "street"
    assert raised(id) == 4


def test_only_the_street_sends_back_what_the_street_has_and_nobody_below_the_grid(inside):
    id = hazard(inside)
    for by, expected in (("secretary1", "stale"), ("worker1", "forbidden")):
        seen = rows(select(EntryRow.last).where(EntryRow.id == id))[0][0]
        assert hear(inside, action("lowered", id, by, NOON.isoformat(), seen=seen), at=NOON)[0].reason == expected
    decide(inside, id, "raised"), decide(inside, id, "raised")
    seen = rows(select(EntryRow.last).where(EntryRow.id == id))[0][0]
    assert hear(inside, action("lowered", id, "secretary1", NOON.isoformat(), seen=seen), at=NOON)[0].reason == "forbidden"
    decide(inside, id, "lowered", "street1")
    decide(inside, id, "assigned", to=[{"unit": "wuye"}])
    seen = rows(select(EntryRow.last).where(EntryRow.id == id))[0][0]
    assert hear(inside, action("lowered", id, "secretary1", NOON.isoformat(), seen=seen), at=NOON)[0].reason == "stale", "a unit has it"
    with db.engine.connect() as connection:
        assert list(sums.check(connection)) == []


def test_an_older_town_starts_at_the_lowest_rung_when_its_clock_first_runs(inside):
    with writing() as connection:
        connection.execute(FactRow.__table__.delete().where(FactRow.name == workdays.BEGAN))
        workdays.touch(connection)
    id = hazard(inside)
    due_at(NOON + DAY)
    late = NOON + 30 * DAY  # a Wednesday
    assert climb(inside, late)[0] == 0 and level(id) == "grid" and told("rung") == [("rung", "worker1")]
    assert climb(inside, late + DAY) == (0, 0)
    assert climb(inside, late + 2 * DAY + 7 * HOUR)[0] == 1 and level(id) == "community"


def test_who_is_given_a_task_or_gets_one_back_or_is_supervised_is_told_once(inside):
    id = hazard(inside)
    decide(inside, id, "assigned", to=[{"unit": "wuye"}])
    decide(inside, id, "supervised", "street1", note="今天回复")
    for minutes in (1, 1, 2, 60):
        climb(inside, NOON + minutes * timedelta(minutes=1))
    assert told("assigned") == [("assigned", "handler1")]
    assert told("supervised") == [("supervised", "handler1"), ("supervised", "secretary1")]
    hear(inside, action("handed_back", id, "handler1", (NOON + HOUR).isoformat(), task=1), at=NOON + HOUR)
    for days in (3, 3):
        climb(inside, NOON + HOUR + days * HOUR)
    assert told("handed_back") == [("handed_back", "secretary1")]
    assert len(told()) == len(set(told()))


def test_what_nobody_has_looked_at_goes_up_too(inside):
    id = hazard(inside, approved=False)
    due_at(NOON + DAY)
    assert climb(inside, NOON + 5 * DAY)[0] == 1 and level(id) == "community"


def test_after_a_pause_of_the_server_a_case_goes_up_one_level_only(inside):
    ids = [hazard(inside) for _ in range(3)]
    due_at(NOON + DAY)
    first = climb(inside, NOON + 30 * DAY)
    assert first[0] == 3 and climb(inside, NOON + 30 * DAY) == (0, 0)
    assert {level(id) for id in ids} == {"community"} and len(told("climbed")) == 6


def test_what_stands_still_or_is_over_does_not_go_up(inside):
    suspended, returned, closed = hazard(inside), hazard(inside, approved=False), hazard(inside)
    decide(inside, suspended, "suspended", until="2027-03-01")
    decide(inside, returned, "returned")
    decide(inside, closed, "closed")
    due_at(NOON + DAY)
    assert climb(inside, NOON + 20 * DAY)[0] == 0
    assert told("climbed") == []


def test_the_town_sets_how_long_a_level_has(inside):
    id = hazard(inside)
    due_at(NOON + DAY)
    with writing() as connection:
        workdays.set_terms(connection, {"climb": Terms("urgent_hours", 3)})
    assert climb(inside, NOON + DAY + 2 * HOUR)[0] == 0
    assert climb(inside, NOON + DAY + 4 * HOUR)[0] == 1 and level(id) == "community"


def test_what_went_up_counts_in_the_figures_and_folds_to_the_same(inside):
    hazard(inside), hazard(inside)
    with writing() as connection:
        workdays.set_category(connection, "H0101", clock="urgent_hours", amount=1)
    late = hazard_of(inside, "H0101")
    assert climb(inside, NOON + 5 * DAY)[0] == 1
    db.session.rollback()
    counts = rows(select(TallyRow.category, TallyRow.raised).where(TallyRow.area == "C1"))
    assert dict(map(tuple, counts))["H0101"] == 1 and level(late) == "community"
    with db.engine.connect() as connection:
        assert list(sums.check(connection)) == []


def hazard_of(town, category: str) -> str:
    raw = action(kind="hazard", category=category, at=NOON.isoformat(), note="楼道堆物")
    hear(town, raw, at=NOON)
    decide(town, raw["entry"], "approved")
    return raw["entry"]


def test_what_was_changed_while_the_clock_looked_is_looked_at_again(inside, monkeypatch):
    """Something happened between reading and writing: the raising saw an older case and is refused, and tried again in the next run."""
    id = blow(inside)
    read = escalation._unanswered

    def slow(now):
        found = read(now)
        hear(inside, action("noted", id, "worker1", NOON.isoformat(), note="又去看了一次"), at=NOON + HOUR)
        return found

    monkeypatch.setattr(escalation, "_unanswered", slow)
    assert escalation.escalate(NOON + 2 * HOUR, zone(inside)).raised == 0
    monkeypatch.undo()
    assert escalation.escalate(NOON + 2 * HOUR, zone(inside)).raised == 1
    assert raised(id) == 1


def test_a_whistle_for_several_units_is_raised_once_and_says_who_missed_it(inside):
    id = hazard(inside)
    to = [{"unit": "wuye"}, {"unit": "chengguan", "assists": True}]
    decide(inside, id, "assigned", to=to, whistle="tough")
    done = [escalation.escalate(NOON + 2 * HOUR, zone(inside)).raised for _ in range(3)]
    assert done == [1, 0, 0] and raised(id) == 1
    assert len(told("missed")) == len(set(told("missed"))) + 2  # secretary and street hear of both units; the second unit has nobody
    assert level(id) == "street"
    assert len(rows(select(TaskRow.n).where(TaskRow.entry == id, TaskRow.raised_at.is_not(None)))) == 2, "both missed it in the league"


# --- the digest


def test_in_the_morning_everybody_who_has_something_to_do_is_told_once(inside):
    hazard(inside, approved=False)
    blow(inside)
    assert escalation.escalate(NEXT_MORNING - timedelta(minutes=10), zone(inside)).digests == 0
    assert escalation.escalate(NEXT_MORNING, zone(inside)).digests == 3
    assert escalation.escalate(NEXT_MORNING + 3 * HOUR, zone(inside)).digests == 0
    counts = dict(rows(select(NoticeRow.username, NoticeRow.about).where(NoticeRow.what == "digest")))
    assert {username: about["counts"] for username, about in counts.items()} == {
        "secretary1": {"waiting": 1},
        "street1": {"at_street": 1},
        "handler1": {"to_sign": 1, "own_due_soon": 1},
    }


def test_a_holiday_has_no_digest_and_a_saturday_that_is_worked_has_one(inside):
    hazard(inside, approved=False)
    saturday = NEXT_MORNING + 4 * DAY
    assert escalation.escalate(saturday, zone(inside)).digests == 0
    with writing() as connection:
        workdays.set_day(connection, saturday.date(), True)
    assert escalation.escalate(saturday, zone(inside)).digests == 1


def test_old_notices_go_with_a_digest(inside):
    hazard(inside, approved=False)
    escalation.escalate(NEXT_MORNING, zone(inside))
    assert len(told("digest")) == 1
    escalation.escalate(NEXT_MORNING + 182 * DAY, zone(inside))
    assert [row.at for row in rows(select(NoticeRow.at).where(NoticeRow.what == "digest"))] == [NEXT_MORNING + 182 * DAY]


# --- pauses, doubles, deaths


def test_after_three_days_of_standing_still_everything_is_caught_up_once(inside):
    ids = [blow(inside, at=NOON + n * HOUR) for n in range(3)]
    returned = hazard(inside, approved=False)
    decide(inside, returned, "returned", reason="缺照片")
    late = NOON + 3 * DAY
    first, again = (escalation.escalate(late, zone(inside)) for _ in range(2))
    assert (first.raised, again.raised) == (3, 0)
    assert (again.notices, again.digests) == (0, 0)
    assert len(told("missed")) == 9 and len(told("returned")) == 1
    assert len(told("digest")) == len({username for _what, username in told("digest")}), "one for today, none for the days between"
    assert [raised(id) for id in ids] == [1, 1, 1]


def run(number: int, folder, minutes: int) -> int:
    """One of several processes that escalate at the same moment."""
    town = make_app(folder)
    with town.app_context():
        done = escalation.escalate(NOON + minutes * timedelta(minutes=1), zone(town))
        db.engine.dispose()
    return done.raised


def test_two_that_run_at_once_do_it_once(inside, tmp_path):
    ids = [blow(inside) for _ in range(12)]
    db.session.rollback()
    done = together(2, run, tmp_path / "town", 90)
    assert all(isinstance(one, int) for one in done), done
    assert sum(done) == 12 and [raised(id) for id in ids] == [1] * 12
    assert len(told("missed")) == 36


def die(*_about) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dies(folder, where: str) -> None:
    """A run that is killed: when some are raised, before anybody is told, or in the middle of writing the notices."""
    post = escalation.mail.post
    if where == "raising":
        escalation.AT_ONCE, posted = 3, []
        escalation.mail.post = lambda *about: die() if posted else posted.append(post(*about)) or posted[0]
    else:
        setattr(escalation, where, die)
    run(0, folder, 90)


@pytest.mark.parametrize(("where", "done", "told_before"), [("raising", 3, 0), ("tell", 8, 0), ("keep_first", 8, 0), ("say_good_morning", 8, 24)])
def test_killed_on_the_way_the_next_run_finishes_it(inside, tmp_path, where, done, told_before):
    ids = [blow(inside) for _ in range(8)]
    db.session.rollback()
    one = processes.Process(target=dies, args=(tmp_path / "town", where))
    one.start()
    one.join()
    assert one.exitcode == -signal.SIGKILL
    assert (sum(raised(id) for id in ids), len(told("missed"))) == (done, told_before)
    db.session.rollback()
    escalation.escalate(NOON + 91 * timedelta(minutes=1), zone(inside))
    assert [raised(id) for id in ids] == [1] * 8
    assert len(told("missed")) == 24


def test_somebody_whose_post_has_ended_is_told_nothing(inside):
    with writing() as connection:
        connection.execute(Post.__table__.update().where(Post.username == "handler1").values(ends=(NOON - DAY).date()))
        connection.execute(people.Person.__table__.update().where(people.Person.username == "street1").values(active=False))
    blow(inside)
    escalation.escalate(NOON + 2 * HOUR, zone(inside))
    assert told() == [("missed", "secretary1")]


def test_a_party_of_a_dispute_is_not_told_of_it_not_even_in_a_count(inside):
    raw = action(kind="dispute", category="D0102", note="楼上漏水")
    hear(inside, raw)
    decide(inside, raw["entry"], "approved")
    decide(inside, raw["entry"], "assigned", to=[{"person": "mediator1"}])
    for verb in ("signed", "classified"):
        body = {"task": 1} if verb == "signed" else {"kept_from": ["secretary1", "street1"]}
        assert hear(inside, action(verb, raw["entry"], "mediator1", NOON.isoformat(), **body))[0].answer == "kept"
    late = NOON + 60 * DAY
    with writing() as connection:
        connection.execute(EntryRow.__table__.update().values(due_at=late - HOUR, level="street"))
        connection.execute(TaskRow.__table__.update().values(due=late - HOUR))
    done = escalation.escalate(late, zone(inside))
    assert done.digests == 1 and {username for _what, username in told()} == {"mediator1"}


def test_nor_is_he_told_that_it_waits_for_approval(inside):
    for days, named in ((60, "street1的名字、secretary1的名字"), (63, "王五")):
        hear(inside, action(kind="dispute", category="D0102", note="楼上漏水", parties=named))
        escalation.escalate(NOON + days * DAY, zone(inside))
        assert ("secretary1" in {username for _what, username in told()}) == (named == "王五")


def test_a_red_dispute_is_told_of_in_the_next_minute(inside):
    raw = action(kind="dispute", category="D0102", note="楼上漏水")
    hear(inside, raw)
    decide(inside, raw["entry"], "approved")
    decide(inside, raw["entry"], "assigned", to=[{"person": "mediator1"}])
    hear(inside, action("signed", raw["entry"], "mediator1", NOON.isoformat(), task=1))
    assert hear(inside, action("classified", raw["entry"], "mediator1", NOON.isoformat(), level="red"))[0].answer == "kept"
    escalation.escalate(NOON + HOUR / 60, zone(inside))
    assert told("red") == [("red", "secretary1"), ("red", "street1")]
    assert escalation.escalate(NOON + HOUR, zone(inside)).notices == 0
