"""Anybody does anything at any time: what the rules let through never skips a step, sticks, or lets an author approve himself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.walking import ACCOUNTS, EVERYBODY, MATTERS, World, agrees_with_its_log, bodies, skipped_nothing
from webapp.core import progress, ways
from webapp.core.actions import VERBS
from webapp.core.entries import next_stage
from webapp.core.road import OPEN, ROADS, after
from webapp.core.rules import ROLES

LATER = [verb for verb in VERBS if verb != "recorded"]
ENDS = {"withdrawn", "declined", "amended"}


def recorded(kind: str, details: dict, author: str, *, on_the_spot: bool = False) -> World | None:
    """A new entry of this author's, or None where he may not record such a thing."""
    world = World(kind, details)
    return world if world.attempt(author, "recorded", {"on_the_spot": on_the_spot}) == "kept" else None


BEGUN = [(kind, details, name) for kind, details in MATTERS for name in EVERYBODY if recorded(kind, details, name)]
"""Everything that anybody may record."""

USUAL = [one for one in BEGUN if one[0] in {"hazard", "dispute"} and one[2] in {"worker1", "mediator1"}]
BEGINNINGS = st.sampled_from(BEGUN) | st.sampled_from(USUAL)
"""Anything by anybody, and as often that which has the longest road."""

MOVES = st.tuples(st.sampled_from(EVERYBODY), st.sampled_from(LATER), st.integers(0, 99), st.integers(0, 99))


def walk(world: World, moves) -> World:
    """Mostly something that leads on, by whoever may; now and then anything by anybody, and sometimes without having looked."""
    for name, verb, way, pick in moves:
        blind = pick % 10 == 0
        ends = set() if blind else ENDS  # most walks go further than that
        onward = [one for one in LATER if one not in ends and next_stage(world.entry, one)]
        leads = way < 85 and bool(onward)
        verb = onward[way % len(onward)] if leads else verb
        shapes = bodies(verb, world.entry)
        for one in sorted(EVERYBODY, key=lambda other: other != name) if leads else [name]:
            if shapes and world.attempt(one, verb, shapes[pick % len(shapes)], blind=blind) == "kept":
                break
    return world


def test_everybody_and_everything_is_here():
    assert {role for name, posts in ACCOUNTS.items() for role, _area in posts} == set(ROLES)
    assert {kind for kind, _, _ in BEGUN} == {kind for kind, _ in MATTERS}
    roads = {recorded(*one).entry.follows for one in BEGUN}
    assert roads | {"dispute"} == set(ROADS), "a dispute takes its own road with the approval"


@settings(max_examples=150, deadline=None)
@given(begun=BEGINNINGS, spot=st.integers(0, 9), moves=st.lists(MOVES, min_size=10, max_size=35))
def test_no_step_is_skipped_and_no_case_is_stuck(begun, spot, moves):
    world = walk(recorded(*begun, on_the_spot=spot == 0), moves)
    for name, verb, body in world.finish():
        assert world.attempt(name, verb, body) == "kept"
    assert world.entry.stage not in OPEN
    skipped_nothing(world)
    agrees_with_its_log(world)
    assert [step.when is not None for step in progress.steps(world.log)].count(True) >= 1


@pytest.mark.parametrize("begun", BEGUN, ids=lambda begun: "-".join(map(str, begun)) if isinstance(begun, tuple) else None)
def test_no_author_approves_what_he_wrote(begun):
    """Whatever his role: a secretary is refused for that, all others may not approve at all."""
    world = recorded(*begun)
    author = begun[2]
    reason = world.attempt(author, "approved", {})
    assert reason in {"self_approval", "forbidden", "no_entry"}
    assert (reason == "self_approval") == (author in {"secretary1"}), reason
    if world.attempt("secretary1", "returned", {"reason": "请补充"}) == "kept":
        assert world.attempt(author, "approved", {}) != "kept"
        for mender in EVERYBODY:
            if world.attempt(mender, "amended", {}) == "kept":
                assert world.attempt(mender, "approved", {}) in {"self_approval", "forbidden", "no_entry"}
                assert world.attempt(author, "approved", {}) != "kept", "nor does it help that another one corrected it"
                break


def state(world: World) -> tuple:
    """What is told apart when every state is tried: the road, the stage and who has it."""
    entry = world.entry
    lead = next((task for task in entry.tasks if task.open and task.leads), None)
    file = entry.road.get("mediation", {})
    author = entry.author if entry.stage in {"waiting", "returned"} else ""
    held = entry.road["suspended"]["from"] if entry.stage == "suspended" else ""
    signed, study = bool(lead and lead.signed_at), entry.way == "study" and not ways.concluded(entry)
    return entry.follows, entry.stage, entry.kind, author, entry.level, bool(lead), signed, "rounds" in file, "failed" in file, held, study


def test_every_verb_by_every_role_in_every_state():
    """All that can be reached is tried by all with all; from each state that is open, the end can be reached by somebody."""
    first = [recorded(*one) for one in [("hazard", {}, "worker1"), ("dispute", {}, "worker1"), ("visit", {}, "worker1"), ("hazard", {}, "secretary1")]]
    known, leads, taken = {state(world): world for world in first}, {}, set()
    left = list(known.values())
    while left:
        world = left.pop()
        here = leads.setdefault(state(world), set())
        for verb in LATER:
            for body in bodies(verb, world.entry):
                for name in EVERYBODY:
                    if (one := world.then(name, verb, body)) is None:
                        continue
                    taken.add(verb)
                    there = state(one)
                    here.add(there)
                    if there not in known:
                        known[there] = one
                        left.append(one)
    assert taken == set(LATER), "every verb is taken from somebody somewhere"
    reach = {one for one in known if one[1] not in OPEN}
    while more := {one for one in set(known) - reach if leads[one] & reach}:
        reach |= more
    assert set(known) - reach == set(), "stuck"
    there = {(road, stage) for road, table in ROADS.items() for stage in table} - {("dispute", "waiting"), ("dispute", "returned")}
    assert {(road, stage) for road, stage, *_ in known} >= there, "before its approval a dispute is on the road of all cases"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_table_is_the_only_road(data):
    """`after` is asked for every stage there is: what it does not know leads nowhere."""
    world = walk(recorded("hazard", {}, "worker1"), data.draw(st.lists(MOVES, max_size=15)))
    for verb in LATER:
        if verb not in {"resumed", "approved", "reworked"}:
            assert next_stage(world.entry, verb) == after(world.entry.follows, world.entry.stage, verb)
