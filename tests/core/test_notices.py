"""Who is told what: by whom it follows, once for each deadline, whatever the moments at which the rules are asked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.town import action as raw
from webapp.core import actions, entries, notices
from webapp.core.calendar import Calendar, Terms
from webapp.core.clocks import Town
from webapp.core.notices import Load, People, Place
from webapp.core.rules import Post

ZONE = ZoneInfo("Asia/Shanghai")
TIMES = Town(Calendar(ZONE, {date(2026, 12, 1): False}), {})
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DUE = NOON + 3 * DAY

POSTS = [
    ("secretary1", Post("secretary", "C1", "S/C1/", date(2026, 1, 1))),
    ("secretary2", Post("secretary", "C2", "S/C2/", date(2026, 1, 1))),
    ("street1", Post("street", "S", "S/", date(2026, 1, 1))),
    ("worker1", Post("worker", "G11", "S/C1/G11/", date(2026, 1, 1))),
    ("worker2", Post("worker", "G12", "S/C1/G12/", date(2026, 1, 1))),
    ("handler1", Post("handler", "C1", "S/C1/", date(2026, 1, 1), unit="wuye")),
    ("handler2", Post("handler", "S", "S/", date(2026, 1, 1), unit="chengguan")),
]
PEOPLE = People(POSTS)
PLACE = {"path": "S/C1/G11/B1/", "grid": "G11", "scope": "G11"}


def case(*verbs, at: datetime = NOON) -> entries.Entry:
    """A hazard in B1, recorded at noon and due in three days, with (verb, body, facts, hours after noon) done to it."""
    entry = None
    story = [("recorded", {"kind": "hazard", "area": "B1"}, PLACE | {"due": DUE.isoformat(), "number": "JC-1"}, 0), *verbs]
    for seq, (verb, body, facts, hours) in enumerate(story, 1):
        by = "worker1" if verb == "recorded" else "clock" if "clock" in body else "secretary1"
        moment = at + hours * HOUR
        seen = entry.last if entry else None
        one = actions.read(raw(verb, entry.id if entry else str(uuid4()), by=by, at=moment.isoformat(), seen=seen, **body))
        one.heard, one.facts = moment, {"day": moment.astimezone(ZONE).date().isoformat()} | facts
        entry = entries.act(entry, one, seq)
    return entry


APPROVED = ("approved", {}, {}, 1)


def given_to(unit="wuye", whistle="", hours=1, sign=4, work=72, **target) -> tuple:
    facts = {"sign_due": (NOON + (hours + sign) * HOUR).isoformat(), "task_due": (NOON + work * HOUR).isoformat()}
    return ("assigned", {"to": [target or {"unit": unit}], "whistle": whistle}, facts, hours)


def told(entry, hours: float, people=PEOPLE, times=TIMES) -> dict[str, list[str]]:
    """what -> who, so many hours after noon."""
    found = {}
    for one in notices.of(entry, people, NOON + hours * HOUR, times):
        found.setdefault(one.what, []).append(one.username)
    return found


def test_a_whistle_is_told_to_the_unit_at_once():
    entry = case(APPROVED, given_to(whistle="daily", sign=1))
    assert told(entry, 1.5) == {"blown": ["handler1"]}


def test_a_whistle_that_was_raised_is_told_up_the_chain_even_when_it_is_answered_afterwards():
    story = [APPROVED, given_to(whistle="daily", sign=1), ("raised", {"reason": "没有签收", "task": 1, "clock": True}, {}, 3)]
    everybody = {"missed": ["handler1", "secretary1", "street1"]}
    assert told(case(*story), 4) == everybody
    assert told(case(*story, ("signed", {"task": 1}, {}, 5), ("closed", {}, {}, 6)), 7) == everybody
    assert told(case(*story), 3 + 24 * 15).get("missed") is None


def test_what_is_not_signed_for_is_told_to_the_unit_and_the_secretary():
    entry = case(APPROVED, given_to())
    assert told(entry, 4) == {"assigned": ["handler1"]}
    assert told(entry, 5) == {"assigned": ["handler1"], "unsigned": ["handler1", "secretary1"]}


def test_the_last_day_is_told_to_the_holder_alone_and_the_deadline_to_the_secretary_too():
    entry = case(APPROVED, given_to(grid="G11"), ("signed", {"task": 1}, {}, 2))
    assert told(entry, 47) == {}
    assert told(entry, 49) == {"due_soon": ["worker1"]}
    assert told(entry, 73) == {"overdue": ["worker1"], "case_overdue": ["secretary1"]}


def test_of_a_task_of_one_day_nobody_is_reminded_while_it_is_new():
    entry = case(APPROVED, given_to(work=24), ("signed", {"task": 1}, {}, 2))
    assert told(entry, 3) == told(entry, 12) == {}
    assert told(entry, 13) == {"due_soon": ["handler1"]}


def test_a_deadline_of_its_own_is_told_to_the_secretary_by_the_task():
    entry = case(APPROVED, given_to(work=24), ("signed", {"task": 1}, {}, 2))
    assert told(entry, 25) == {"overdue": ["handler1", "secretary1"]}


def test_what_was_raised_to_the_street_is_told_to_the_street():
    up = ("raised", {"reason": "要街道协调"}, {}, 2)
    assert told(case(APPROVED, up), 3) == {}
    assert told(case(APPROVED, up, up), 3) == {"raised": ["street1"]}
    assert told(case(APPROVED, up, up), 73) == {"raised": ["street1"], "case_overdue": ["secretary1", "street1"]}


POSTS_OF_CHAIN = [
    *POSTS,
    ("member1", Post("branch_member", "G11", "S/C1/G11/", date(2026, 1, 1))),
    ("group1", Post("group_leader", "G11", "S/C1/G11/", date(2026, 1, 1))),
    ("building1", Post("building_leader", "B1", "S/C1/G11/B1/", date(2026, 1, 1))),
    ("building0", Post("building_leader", "G11", "S/C1/G11/", date(2026, 1, 1))),
    ("unit9", Post("unit_leader", "B9", "S/C1/G11/B9/", date(2026, 1, 1))),
]
CHAIN = People(POSTS_OF_CHAIN)


def test_what_is_overdue_goes_from_post_to_post_of_its_place():
    """The nearest of each post, half a working day after the one below: the building's own leader, not the one above, nobody of another."""
    entry, overdue = case(APPROVED), {"case_overdue": ["secretary1"]}  # due on Thursday noon; Friday is worked, Saturday is not
    assert told(entry, 73, CHAIN) == overdue | {"rung": ["building1"]}
    assert told(entry, 78.5, CHAIN) == overdue | {"rung": ["building1", "group1"]}
    assert told(entry, 96.5, CHAIN) == overdue | {"rung": ["building1", "group1", "worker1"]}
    assert told(entry, 24 * 10, CHAIN)["rung"] == ["building1", "group1", "worker1"], "asked for the first time after a pause: everybody once"
    assert told(replace(entry, level="community"), 73, CHAIN) == {"case_overdue": ["member1", "secretary1"]}


def test_what_went_up_by_itself_is_told_to_those_who_had_it_and_to_those_who_get_it():
    up = ("raised", {"reason": notices.CLIMBED, "clock": True}, {}, 80)
    once, twice = case(APPROVED, up), case(APPROVED, up, ("raised", {"reason": notices.CLIMBED, "clock": True}, {}, 120))
    assert told(once, 81, CHAIN)["climbed"] == ["building1", "group1", "member1", "secretary1", "worker1"]
    assert told(twice, 121, CHAIN)["climbed"] == ["member1", "secretary1", "street1"]
    [about] = {one.about["level"] for one in notices.of(once, CHAIN, NOON + 81 * HOUR, TIMES) if one.what == "climbed"}
    assert about == "community"


def test_each_post_has_the_towns_time_and_those_whose_time_would_come_after_the_grids_are_left_out():
    slow = replace(TIMES, rung=Terms("working_days", 1))
    entry = case(APPROVED)
    assert told(entry, 24 * 4.5, CHAIN, slow)["rung"] == ["building1", "group1"], "on Friday evening"
    assert told(entry, 24 * 8, CHAIN, slow)["rung"] == ["building1", "group1"], "on Monday evening the community gets it"


def test_nobody_is_told_twice_when_a_post_below_is_given_up():
    entry, fewer = case(APPROVED), People([one for one in POSTS_OF_CHAIN if not one[0].startswith("building")])
    before = {one.key for one in notices.of(entry, CHAIN, NOON + 96.5 * HOUR, TIMES)}
    after = {one.key for one in notices.of(entry, fewer, NOON + 96.5 * HOUR, TIMES)}
    assert after < before
    assert told(entry, 73, fewer)["rung"] == ["group1"], "and nobody waits for a post that is vacant"


def test_what_was_overdue_before_the_town_began_starts_at_the_door_when_it_begins():
    late, entry = replace(TIMES, began=DUE + 24 * DAY), case(APPROVED)  # a Sunday
    assert told(entry, 24 * 27 - 1, CHAIN, late) == {}
    assert told(entry, 24 * 27 + 1, CHAIN, late) == {"rung": ["building1"]}
    assert told(entry, 24 * 28.3, CHAIN, late) == {"rung": ["building1", "group1", "worker1"]}


def test_who_was_given_a_task_is_told_once_but_not_by_himself():
    own = ("assigned", {"to": [{"person": "secretary1"}]}, {}, 1)
    assert told(case(APPROVED, given_to(grid="G11")), 2) == {"assigned": ["worker1"]}
    assert told(case(APPROVED, own), 2) == {}
    assert told(case(APPROVED, given_to(), ("signed", {"task": 1}, {}, 2)), 3) == {}, "he knows"
    done = ("handled", {"task": 1, "note": "修好了"}, {}, 3)
    again = case(APPROVED, given_to(), ("signed", {"task": 1}, {}, 2), done, ("reworked", {"reason": "还在漏"}, {}, 4))
    assert told(again, 5) == {"assigned": ["handler1"]}, "what is to be done again is given again"
    assert told(again, 5, times=replace(TIMES, began=NOON + 4.5 * HOUR)) == {}


def test_what_was_handed_back_is_told_to_who_gave_it_or_to_the_secretary():
    entry = case(APPROVED, given_to(), ("handed_back", {"task": 1, "reason": "不归我们"}, {}, 3))
    assert told(entry, 4) == {"handed_back": ["secretary1"]}
    gone = replace(entry, road=entry.road | {"tasks": [entry.road["tasks"][0] | {"by": "gone1"}]})
    assert told(gone, 4) == {"handed_back": ["secretary1"]}
    street = replace(entry, road=entry.road | {"tasks": [entry.road["tasks"][0] | {"by": "street1"}]})
    assert told(street, 4) == {"handed_back": ["street1"]}


def test_what_is_supervised_is_told_to_whoever_has_it_and_the_secretary_but_not_to_who_did_it():
    entry = case(APPROVED, given_to(), ("signed", {"task": 1}, {}, 2), ("supervised", {}, {}, 3))
    assert told(entry, 4) == {"supervised": ["handler1"]}
    by_street = replace(entry, road=entry.road | {"supervision": entry.road["supervision"] | {"by": "street1"}})
    assert told(by_street, 4) == {"supervised": ["handler1", "secretary1"]}
    assert told(case(APPROVED, ("supervised", {}, {}, 3)), 4) == {}


def test_the_third_redo_is_told_where_it_goes_to():
    closed, again = ("closed", {}, {}, 2), ("reopened", {"reason": "又漏了"}, {}, 3)
    assert told(case(APPROVED, *[closed, again] * 2), 4) == {}
    assert told(case(APPROVED, *[closed, again] * 3), 4, CHAIN) == {"redone": ["member1", "secretary1", "worker1"]}


def test_what_is_raised_by_hand_later_is_not_told_as_the_third_redo():
    closed, again = ("closed", {}, {}, 2), ("reopened", {"reason": "又漏了"}, {}, 3)
    entry = case(APPROVED, *[closed, again] * 3, ("lowered", {"reason": "网格能办"}, {}, 4), ("raised", {"reason": "网格办不了"}, {}, 5))
    assert (entry.level, entry.redos) == ("community", 3)
    assert "redone" not in told(entry, 6, CHAIN)


def test_what_is_sent_back_is_told_below_and_starts_at_the_door_again():
    up, down = ("raised", {"reason": notices.CLIMBED, "clock": True}, {}, 130), ("lowered", {"reason": "网格能办"}, {}, 140)
    entry = case(APPROVED, up, down)
    assert (entry.level, entry.reason) == ("grid", "网格能办")
    assert told(entry, 141, CHAIN) == {"case_overdue": ["secretary1"], "lowered": ["worker1"], "rung": ["building1"]}
    twice = case(APPROVED, up, up, down)
    assert told(twice, 141, CHAIN)["lowered"] == ["member1", "secretary1"] and twice.level == "community"
    assert "climbed" in told(case(APPROVED, up, down, ("raised", {"reason": notices.CLIMBED, "clock": True}, {}, 190)), 191, CHAIN)


def test_while_the_clock_stands_still_nothing_is_late():
    held = ("suspended", {"reason": "等材料", "until": "2026-12-01"}, {}, 3)
    entry = case(APPROVED, given_to(), held)
    assert told(entry, 100) == {"assigned": ["handler1"]}
    assert told(entry, 24 * 9) == {"assigned": ["handler1"], "suspended": ["secretary1"]}


def test_a_returned_entry_is_told_to_its_author_after_a_day():
    entry = case(("returned", {"reason": "缺照片"}, {}, 1))
    assert told(entry, 24) == {}
    assert told(entry, 25) == {"returned": ["worker1"]}


def test_a_return_visit_is_told_to_the_grid():
    visit = {"follow_up": (NOON + 50 * HOUR).isoformat()}
    entry = case(APPROVED, ("closed", {}, visit, 2))
    assert told(entry, 20) == {}
    assert told(entry, 27) == {"follow_up": ["worker1"]}
    assert told(entry, 51) == {"overdue": ["secretary1", "worker1"]}


def test_an_old_matter_is_no_news():
    entry = case(APPROVED)
    assert told(entry, 73) == {"case_overdue": ["secretary1"], "rung": ["worker1"]}
    assert told(entry, 72 + 24 * 14) == {}


def test_a_party_of_a_dispute_is_told_nothing():
    entry = case(APPROVED, given_to())
    entry = replace(entry, road=entry.road | {"mediation": {"class": {"kept_from": ["handler1"]}}})
    assert told(entry, 5) == {"unsigned": ["secretary1"]}


def classified(level: str, hours: int) -> tuple:
    return ("classified", {"category": "D0102", "level": level}, {}, hours)


def dispute(*steps):
    """A dispute that mediator1 has taken over, with these steps."""
    taken = given_to(work=24 * 90, person="mediator1"), ("signed", {"task": 1}, {}, 2)
    entry = case(("approved", {}, {"road": "dispute"}, 1), *taken, *steps)
    return replace(entry, kind="dispute", due_at=None)


def test_a_red_dispute_is_told_to_the_secretary_and_the_street_at_once_and_once():
    yellow, red = dispute(classified("yellow", 3)), dispute(classified("red", 3))
    assert told(yellow, 4) == {}
    assert told(red, 4) == {"red": ["secretary1", "street1"]}
    again = dispute(classified("red", 3), classified("red", 6))
    keys = [{one.key.replace(entry.id, "") for one in notices.of(entry, PEOPLE, NOON + 7 * HOUR, TIMES)} for entry in (red, again)]
    assert keys[0] & keys[1] == {key for key in keys[1] if key.startswith("red")} != set(), "said again it is no news"
    assert told(dispute(classified("yellow", 3), classified("red", 6)), 7) == {"red": ["secretary1", "street1"]}
    party = replace(red, road=red.road | {"mediation": {"class": {"level": "red", "at": red.road["mediation"]["class"]["at"], "kept_from": ["street1"]}}})
    assert told(party, 4) == {"red": ["secretary1"]}


def sitting(starts: datetime, hours: float) -> tuple:
    return ("booked", {"point": "c1", "starts": starts.isoformat(), "note": "说好了"}, {"ends": (starts + HOUR).isoformat()}, hours)


def at(day: date, hour: float) -> float:
    """So many hours after noon it is that hour of that day."""
    return (datetime.combine(day, datetime.min.time(), ZONE) + hour * HOUR - NOON) / HOUR


FRIDAY, SUNDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 29), date(2026, 11, 30)


def test_a_sitting_is_told_to_the_mediator_and_the_secretary_on_the_working_day_before():
    starts = datetime(2026, 11, 30, 14, tzinfo=ZONE)  # a Monday
    entry = dispute(sitting(starts, 4))
    assert told(entry, at(FRIDAY, 7.9)) == {}
    for hours in (at(FRIDAY, 8), at(SUNDAY, 23), at(MONDAY, 13.9)):
        assert told(entry, hours) == {"sitting": ["mediator1", "secretary1"]}
    assert told(entry, at(MONDAY, 14)) == {}, "it has begun"


def test_after_a_holiday_it_is_told_before_the_holiday():
    wednesday = dispute(sitting(datetime(2026, 12, 2, 9, tzinfo=ZONE), 4))
    assert told(wednesday, at(MONDAY, 7)) == {}
    assert told(wednesday, at(MONDAY, 8)) == {"sitting": ["mediator1", "secretary1"]}, "the Tuesday is a holiday"


def test_a_sitting_booked_on_its_eve_is_told_at_once_a_moved_one_anew_and_one_given_up_not_at_all():
    first, later = datetime(2026, 11, 24, 9, tzinfo=ZONE), datetime(2026, 11, 24, 10, tzinfo=ZONE)
    entry = dispute(sitting(first, 4))
    assert told(entry, 5) == {"sitting": ["mediator1", "secretary1"]}
    moved = dispute(sitting(first, 4), sitting(later, 5))
    keys = [{one.key.replace(of.id, "") for one in notices.of(of, PEOPLE, NOON + 6 * HOUR, TIMES)} for of in (entry, moved)]
    assert len(keys[1]) == 2 and keys[0].isdisjoint(keys[1])
    assert told(dispute(sitting(first, 4), ("unbooked", {"reason": "自己谈好了"}, {}, 5)), 6) == {}


def test_whoever_has_the_dispute_now_is_told_and_a_party_is_not():
    starts = datetime(2026, 11, 24, 9, tzinfo=ZONE)
    entry = dispute(sitting(starts, 3), given_to(person="mediator2", hours=4))
    assert told(entry, 5)["sitting"] == ["mediator2", "secretary1"]
    file = entry.road["mediation"] | {"class": {"kept_from": ["secretary1"]}}
    assert told(replace(entry, road=entry.road | {"mediation": file}), 5)["sitting"] == ["mediator2"]


def agreed(*untils: str | None) -> list[tuple]:
    duties = [{"words": "修好防水", "until": until} for until in untils]
    round_, plan = ("mediated", {"form": "joint", "note": "谈了"}, {}, 5), ("planned", {"steps": ["谈"]}, {}, 4)
    return [classified("yellow", 3), plan, round_, ("agreed", {"note": "说好了", "duties": duties}, {}, 6)]


def performed(duty: int, fulfilled: bool, hours: float) -> tuple:
    return ("performed", {"duty": duty, "fulfilled": fulfilled, "note": "看过"}, {}, hours)


def test_what_an_agreement_asks_for_is_told_three_days_ahead_and_once_when_it_is_late():
    entry = dispute(*agreed("2026-11-27", None))
    assert told(entry, at(date(2026, 11, 23), 23.9)) == {}
    assert told(entry, at(date(2026, 11, 24), 0)) == told(entry, at(FRIDAY, 23.9)) == {"duty_soon": ["mediator1", "worker1"]}
    assert told(entry, at(FRIDAY, 24)) == {"duty_late": ["mediator1", "secretary1", "worker1"]}
    [item] = {one.about["item"] for one in notices.of(entry, PEOPLE, NOON + 200 * HOUR, TIMES)}
    assert item == 1, "what has no day is never late"


def test_what_is_fulfilled_is_told_no_more_and_what_is_not_stays_the_same_notice():
    entry = dispute(*agreed("2026-11-25", "2026-11-26"), performed(1, True, 7), performed(2, False, 90))
    assert told(entry, 100) == {"duty_late": ["mediator1", "secretary1", "worker1"]}
    before = dispute(*agreed("2026-11-25", "2026-11-26"), performed(1, True, 7))
    keys = [{one.key.replace(of.id, "") for one in notices.of(of, PEOPLE, NOON + 100 * HOUR, TIMES)} for of in (entry, before)]
    assert keys[0] == keys[1] != set()
    assert told(dispute(*agreed("2026-11-25"), performed(1, True, 7)), 100) == {}


def test_a_duty_is_followed_beyond_the_closing_and_not_where_mediation_began_anew():
    fed, closed = ("fed_back", {"note": "谈成了"}, {}, 7), ("closed", {"note": "和好"}, {}, 9)
    visited = ("followed_up", {"solved": True}, {}, 8), ("followed_up", {"solved": False, "note": "没做"}, {}, 8)
    assert "duty_late" in told(dispute(*agreed("2026-11-25"), fed, visited[0], closed), 100)
    again = dispute(*agreed("2026-11-25"), fed, visited[1])
    assert again.stage == "planned" and "duty_late" not in told(again, 100)


def test_the_digest_counts_what_agreements_ask_for():
    entries = [dispute(*agreed("2026-11-25", "2026-11-26")), dispute(*agreed("2026-11-26")), dispute(*agreed("2026-12-31"))]
    assert notices.owing(entries, PEOPLE, date(2026, 11, 24)) == {"mediator1": 3, "worker1": 3}


def test_a_moved_deadline_makes_a_new_notice():
    entry = case(APPROVED)
    moved = replace(entry, due_at=DUE + DAY)
    keys = [{one.key for one in notices.of(one, PEOPLE, DUE + 2 * DAY, TIMES)} for one in (entry, moved)]
    assert all(keys) and keys[0].isdisjoint(keys[1])


def test_every_notice_has_its_words():
    entry = case(APPROVED, given_to(whistle="tough"), given_to("chengguan", hours=2))
    about = {one.what: one.about for hours in (1, 5, 49, 80) for one in notices.of(entry, PEOPLE, NOON + hours * HOUR, TIMES)}
    assert about
    for what, values in about.items():
        assert notices.NOTICES[what] % (values | {"who": "物业"})


STORIES = [
    [APPROVED, given_to(whistle="daily", sign=1)],
    [APPROVED, given_to(whistle="daily", sign=1), ("raised", {"reason": "没有签收", "task": 1, "clock": True}, {}, 3)],
    [APPROVED, given_to(grid="G11"), ("signed", {"task": 1}, {}, 2)],
    [APPROVED, ("raised", {"reason": "难"}, {}, 2), ("raised", {"reason": "更难"}, {}, 2)],
    [("returned", {"reason": "缺照片"}, {}, 1)],
    [APPROVED, ("raised", {"reason": notices.CLIMBED, "clock": True}, {}, 130)],
    [APPROVED, ("suspended", {"reason": "等材料", "until": "2026-11-25"}, {}, 3)],
    [APPROVED, given_to(), ("handed_back", {"task": 1, "reason": "不归我们"}, {}, 3)],
    [APPROVED, given_to(), ("supervised", {}, {}, 3)],
    [APPROVED, ("raised", {"reason": "难"}, {}, 2), ("lowered", {"reason": "网格能办"}, {}, 80)],
    [APPROVED, ("closed", {}, {"follow_up": (NOON + 50 * HOUR).isoformat()}, 2)],
]
TOWN = [case(*story) for story in STORIES] + [dispute(sitting(NOON + 40 * HOUR, 3), *agreed("2026-11-26", "2026-11-28"))]


@given(st.lists(st.integers(3 * 60, 24 * 60 * 30), max_size=12), st.integers(0, len(TOWN) - 1))
def test_however_often_and_in_whatever_order_it_is_asked_everybody_is_told_once(minutes, which):
    """Each (what, deadline, person) has one key, and each key says the same at every moment."""
    entry, by_key = TOWN[which], {}
    for minute in minutes:
        now = NOON + timedelta(minutes=minute)
        found = notices.of(entry, PEOPLE, now, TIMES)
        assert len({one.key for one in found}) == len(found)
        for one in found:
            assert by_key.setdefault(one.key, one) == one
    sayings = [(one.what, one.about["when"], one.username) for one in by_key.values()]
    assert len(sayings) == len(set(sayings))


def keys(minutes) -> set[str]:
    """Every notice of the whole town at any of these minutes after noon."""
    moments = [NOON + timedelta(minutes=minute) for minute in minutes]
    return {one.key for now in moments for entry in TOWN for one in notices.of(entry, PEOPLE, now, TIMES)}


ALWAYS = keys(range(3 * 60, 24 * 60 * 30, 30))


@given(st.sets(st.integers(3 * 60, 24 * 60 * 30), max_size=6))
def test_a_pause_invents_nothing(minutes):
    """Who was asked seldom tells nothing that who was asked all the time would not have told."""
    assert keys(minutes) <= ALWAYS


# --- the digest


def counts(**given) -> dict:
    return dict.fromkeys(notices.COUNTED, 0) | given


def test_the_digest_says_to_each_what_is_his():
    places = [Place("S/C1/G11/B1/", counts(waiting=2, overdue=1)), Place("S/C2/", counts(in_hand=1, at_street=1))]
    loads = [
        Load("S/C1/G11/B1/", unit="wuye", counts=counts(to_sign=1)),
        Load("S/C1/G11/B1/", grid="G11", counts=counts(follow_up=2)),
        Load("S/C1/G12/", person="mediator1", counts=counts(own_overdue=1)),
    ]
    assert notices.digests(PEOPLE, places, loads, {"worker2": 3}, {"mediator1": 2}) == {
        "secretary1": {"waiting": 2, "overdue": 1, "follow_up": 2},
        "secretary2": {"in_hand": 1},
        "street1": {"overdue": 1, "at_street": 1},
        "handler1": {"to_sign": 1},
        "worker1": {"follow_up": 2},
        "mediator1": {"own_overdue": 1, "owed": 2},
        "worker2": {"returned": 3},
    }


def test_the_street_is_told_of_what_waits_and_no_secretary_may_decide():
    by_secretary = [Place("S/C1/", counts(waiting=2), authors=("secretary1",)), Place("S/C2/", counts(waiting=1), authors=("worker3",))]
    assert notices.digests(PEOPLE, by_secretary, [], {}, {})["street1"] == {"waiting": 2}
    by_both = [Place("S/C1/", counts(waiting=1), authors=("secretary1", "street1"))]
    assert "street1" not in notices.digests(PEOPLE, by_both, [], {}, {})
    a_party = [Place("S/C1/", counts(waiting=1), kept_from=("secretary1",))]
    assert notices.digests(PEOPLE, a_party, [], {}, {}) == {"street1": {"waiting": 1}}


def test_whoever_has_nothing_to_do_gets_no_digest():
    assert notices.digests(PEOPLE, [Place("S/C1/", counts())], [Load("S/C1/", grid="G11", counts=counts())], {}, {}) == {}


def test_there_is_one_digest_for_a_person_and_a_day():
    first, again = (notices.digest("worker1", date(2026, 11, 23), {"returned": n}) for n in (1, 2))
    assert first.key == again.key
    assert first.key != notices.digest("worker1", date(2026, 11, 24), {}).key


@pytest.mark.parametrize("place", ["S/C1/G11/B1/U1/", "S/C1/G11/"])
def test_over_a_place_are_those_at_it_and_above(place):
    assert PEOPLE.over("secretary", place) == {"secretary1"}
    assert PEOPLE.over("worker", place) == {"worker1"}
    assert PEOPLE.over("worker", "S/C1/") == set()
