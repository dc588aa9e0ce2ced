"""What one entry adds to the figures, verb by verb; and that taking away the old and adding the new always comes out right."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.test_entries import heard, story
from webapp.core import tallies
from webapp.core.actions import VERBS, Refused
from webapp.core.entries import DECISIONS, act
from webapp.core.tallies import COUNTS, NOTHING, Figures, Tally, contribution, percent

OPEN = Tally(received=1, with_deadline=1)
CLOSED = Tally(
    received=1, with_deadline=1, closed=1, closed_on_time=1, closed_day1=1, closed_day2=1, closed_day3=1, spot=1, closed_grid=1
)  # fmt: skip
WUYE = ("handled", "handler1", {"task": 1})


def moved(before, after) -> Tally:
    return contribution(after) - contribution(before)


# --- verb by verb


@pytest.mark.parametrize(
    ("verbs", "amounts_to"),
    [
        ([], OPEN),
        (["noted"], OPEN),
        (["returned"], OPEN),
        (["returned", ("amended", "worker1", {"kind": "hazard"})], OPEN),
        (["approved"], OPEN),
        (["approved", "handled"], OPEN),
        (["approved", "closed"], CLOSED),
        (["approved", "handled", "closed"], CLOSED),
        (["approved", "closed", "rated"], CLOSED._replace(rated=1, satisfied=1)),
        (["approved", "closed", "reopened"], OPEN._replace(reworked=1)),
        (["approved", "closed", "reopened", "closed"], CLOSED._replace(reworked=1)),
        (["approved", "assigned", WUYE, "closed"], CLOSED._replace(spot=0, joint=1, closed_grid=0, closed_community=1)),
        (["approved", "assigned", WUYE, "reworked"], OPEN._replace(reworked=1)),
        (["approved", "raised", "raised", "closed"], CLOSED._replace(raised=1, closed_grid=0, closed_street=1)),
        (["approved", "supervised", "supervised", "extended"], OPEN._replace(supervised=1, extended=1)),
        (["approved", "suspended", "resumed", "closed"], CLOSED._replace(suspended=1)),
        (["approved", "closed", ("followed_up", "worker1")], CLOSED._replace(followed=1, closed_followed=1, solved=1, rated=1, satisfied=1)),
        (["approved", "closed", ("followed_up", "worker1", {"solved": False, "score": ""})], OPEN._replace(followed=1, reworked=1)),
        (["declined"], Tally(declined=1)),
        (["withdrawn"], Tally(withdrawn=1)),
    ],
)
def test_what_a_case_amounts_to_after_these_verbs(verbs, amounts_to):
    assert contribution(story(*verbs)) == amounts_to


def test_solved_on_the_spot_is_closed_on_its_first_day():
    assert contribution(story("approved", on_the_spot=True)) == CLOSED


@pytest.mark.parametrize(
    ("kind", "details", "counted"),
    [
        ("visit", {}, Tally(visits=1)),
        ("delivery", {}, Tally(deliveries=1)),
        ("delivery", {"ordered": False}, Tally(deliveries=1)),
        ("delivery", {"ordered": True}, OPEN),
        ("hazard", {}, OPEN),
        ("dispute", {}, OPEN),
        ("request", {}, OPEN),
    ],
)
def test_cases_are_counted_apart_from_records(kind, details, counted):
    assert contribution(story(kind=kind, **details)) == counted


@pytest.mark.parametrize("kind", ["visit", "delivery"])
@pytest.mark.parametrize("verb", ["declined", "withdrawn"])
def test_a_record_that_does_not_stand_is_counted_nowhere(kind, verb):
    assert contribution(story(verb, kind=kind)) == NOTHING


def test_a_record_counts_from_the_moment_it_is_heard_and_approval_adds_nothing():
    assert moved(story(kind="visit"), story("approved", kind="visit")) == NOTHING
    assert moved(None, story(kind="visit")) == Tally(visits=1)


def test_a_delivery_that_turns_out_to_be_ordered_becomes_a_case():
    entry = story(("returned", "secretary1"), ("amended", "worker1", {"kind": "delivery", "ordered": True}), kind="delivery")
    assert contribution(entry) == OPEN


# --- boundaries


def test_closed_exactly_at_the_deadline_is_on_time_and_a_moment_later_is_not():
    closed = story("approved", "closed")
    at_the_last_moment = replace(closed, closed_at=closed.due_at)
    assert contribution(at_the_last_moment).closed_on_time == 1
    assert contribution(replace(closed, closed_at=closed.due_at + timedelta(microseconds=1))).closed_on_time == 0


def test_without_a_deadline_it_is_in_neither_number_of_the_on_time_rate():
    counts = contribution(replace(story("approved", "closed"), due_at=None))
    assert (counts.with_deadline, counts.closed_on_time, counts.closed) == (0, 0, 1)


@pytest.mark.parametrize(("days", "counted"), [(1, (1, 1, 1)), (2, (0, 1, 1)), (3, (0, 0, 1)), (4, (0, 0, 0))])
def test_the_day_of_receipt_is_the_first_day(days, counted):
    found = contribution(replace(story("approved", "closed"), closed_days=days))
    assert (found.closed_day1, found.closed_day2, found.closed_day3) == counted


def test_a_phone_that_runs_ahead_cannot_close_later_than_it_was_heard():
    entry = story("approved")
    action = heard("closed", "secretary1", 2, seen=entry.last)
    ahead = replace(action, at=action.heard + timedelta(days=30))
    assert act(entry, ahead, 9).closed_at == action.heard


def test_a_phone_that_runs_behind_never_gives_less_than_one_day():
    entry = story("approved")
    early = replace(heard("closed", "secretary1", 2, seen=entry.last), facts={"day": "2026-11-01"})
    assert act(entry, early, 9).closed_days == 1


def test_a_day_is_mature_when_its_third_day_has_ended():
    assert tallies.last_mature_day(date(2026, 11, 23)) == date(2026, 11, 20)


# --- doing and undoing

STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(VERBS)), st.integers(0, 5), st.booleans(), st.sampled_from(["worker1", "secretary1"])), max_size=12
)


@settings(max_examples=300, deadline=None)
@given(
    steps=STEPS,
    kind=st.sampled_from(["visit", "hazard", "dispute", "delivery", "request"]),
    ordered=st.booleans(),
    on_the_spot=st.booleans(),
)
def test_minus_before_plus_after_is_always_what_the_entry_amounts_to(steps, kind, ordered, on_the_spot):
    content = {"kind": kind, "on_the_spot": on_the_spot} | ({"ordered": ordered} if kind == "delivery" else {})
    entry, kept = act(None, heard("recorded", **content), 1), NOTHING
    kept = kept + contribution(entry)
    for seq, (verb, days, looked, by) in enumerate(steps, 2):
        given = dict(content) if verb == "amended" else {}
        if verb in DECISIONS and looked:
            given["seen"] = entry.last
        try:
            after = act(entry, heard(verb, by, 24 * days + seq, **given), seq)
        except Refused:
            continue
        kept = kept - contribution(entry) + contribution(after)
        entry = after
        assert kept == contribution(entry)
        assert all(number in (0, 1) for number in kept)
        assert kept.closed_day1 <= kept.closed_day2 <= kept.closed_day3 <= kept.closed <= kept.received
        assert kept.closed_on_time <= min(kept.closed, kept.with_deadline)
        assert kept.received + kept.withdrawn + kept.declined + kept.visits + kept.deliveries <= 1


counts = st.builds(Tally, *([st.integers(-1000, 1000)] * len(COUNTS)))


@given(counts, counts, counts)
def test_tallies_add_up_in_any_order_and_what_was_added_can_be_taken_away(a, b, c):
    assert (a + b) + c == a + (c + b)
    assert a + b - b == a
    assert bool(a - a) is False


# --- the indicators


def test_rates_are_pairs_of_numerator_and_denominator():
    found = Figures(received=10, closed=8, with_deadline=6, closed_on_time=5, closed_day1=1, closed_day2=2, closed_day3=3, mature=4).rates
    expected = {"closure": (8, 10), "on_time": (5, 6), "day1": (1, 4), "day2": (2, 4), "day3": (3, 4), "followed": (0, 8)}
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("over", "under", "words"),
    [
        (0, 0, "—"),
        (0, 7, "0.0%"),
        (296, 355, "83.4%"),
        (41, 43, "95.3%"),
        (114, 138, "82.6%"),
        (228, 228, "100.0%"),
        (1, 8, "12.5%"),
        (1, 2000, "0.1%"),  # half a tenth is rounded up
        (99999, 100000, "99.9%"),  # not all is never all
    ],
)
def test_a_rate_in_words(over, under, words):
    assert percent(over, under) == words
