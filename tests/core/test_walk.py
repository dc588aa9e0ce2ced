"""Anybody does anything at any time: what the rules let through never skips a step, sticks, or lets an author approve himself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.town import BODIES, CAST, action
from webapp.core import actions, clocks, rules, tallies
from webapp.core.actions import DECISIONS, VERBS, Refused
from webapp.core.calendar import Calendar, Terms, local_day
from webapp.core.entries import act, fold, next_stage
from webapp.core.road import OPEN, after

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
ZONE = UTC
PATHS = {"S": "S/", "C1": "S/C1/", "C2": "S/C2/", "G11": "S/C1/G11/", "G12": "S/C1/G12/", "G21": "S/C2/G21/"}
TOWN = clocks.Town(Calendar(ZONE), {"H0101": Terms("working_days", 1), "D0102": Terms("natural_days", 30)}, share=50)
ROAD = ("classified", "planned", "mediated", "agreed", "fed_back", "followed_up")
ASSIGNED = ({"to": [{"unit": "wuye"}]}, {"to": [{"person": "mediator1"}]}, {"to": [{"grid": "G11"}, {"unit": "wuye", "assists": True}]})


def who(name: str) -> rules.Who:
    unit = "wuye" if name == "handler1" else None
    posts = (rules.Post(role, area, PATHS[area], date(2026, 1, 1), unit=unit) for role, area in CAST[name])
    return rules.Who(name, name, tuple(posts))


PEOPLE = {name: who(name) for name in CAST}
DESKS = tuple((name, post) for name, one in PEOPLE.items() for post in one.posts if post.role == "secretary")
PEOPLE["street1"] = replace(PEOPLE["street1"], desks=DESKS)


class World:
    """One entry and everything that was let through about it."""

    def __init__(self, entry: str, kind: str, category: str):
        self.id, self.kind, self.category, self.entry, self.log = entry, kind, category, None, []

    def attempt(self, name: str, verb: str, body: dict, *, blind: bool = False) -> bool:
        """Does the server take it? Facts are found as the store finds them."""
        heard = START + timedelta(minutes=37 * len(self.log))
        content = {"kind": self.kind, "category": self.category, "area": "G11"} if verb in {"recorded", "amended"} else {}
        seen = {"seen": self.entry.last} if self.entry and not blind else {}
        said = actions.read(action(verb, self.id, name, heard.isoformat(), **seen, **content, **body))
        facts = {"day": local_day(heard, ZONE).isoformat(), "number": "JC-1", "path": PATHS["G11"], "grid": "G11", "scope": "G11"}
        facts |= {"ends": "2026-12-31T00:00:00+00:00"}  # of a slot at a court point
        said = replace(said, heard=heard)
        before = self.entry
        try:
            said.facts = clocks.facts(before, said, TOWN) | facts
            rules.allow(PEOPLE[name], said, before, local_day(heard, ZONE))
            self.entry = act(before, said, len(self.log) + 1)
        except Refused:
            return False
        self.log.append((len(self.log) + 1, said))
        if before is not None:
            self._expect(before, said)
        return True

    def _expect(self, before, said) -> None:
        """One accepted action went where the tables say."""
        allowed = {before.stage, next_stage(before, said.verb)}
        if said.verb == "followed_up":  # not solved: again
            allowed |= {"in_hand" if before.stage == "closed" else "planned"}
        assert self.entry.stage in allowed, (before.stage, said.verb, self.entry.stage)
        if said.verb == "approved":
            assert said.by not in before.authors
            assert said.by == ("street1" if "secretary1" in before.authors else "secretary1")
        if said.verb in DECISIONS and said.verb not in {"supervised", "raised", "extended", "graded"}:
            assert next_stage(before, said.verb) is not None
        assert (self.entry.closed_at is not None) == (self.entry.stage == "closed")
        assert not any(task.open for task in self.entry.tasks if task.what != "follow_up") or self.entry.stage != "closed"

    def finish(self) -> None:
        """The shortest way on from anywhere: some of the cast can always do it."""
        for _step in range(20):
            if self.entry.stage not in OPEN:
                return
            assert any(self.attempt(*move) for move in self._moves()), f"stuck at {self.entry.stage}"
        raise AssertionError(f"no end from {self.entry.stage}")

    def _moves(self):
        n = next((task.n for task in self.entry.tasks if task.open and task.leads), None)
        own = {"task": n} if n else {}
        mine = [*PEOPLE]
        mediated = bool(self.entry.road.get("mediation", {}).get("rounds"))
        step = {
            "waiting": ["approved"], "returned": ["amended"], "suspended": ["resumed"], "in_hand": ["assigned"], "assigned": ["signed"],
            "signed": ["handled"], "handled": ["closed"], "taken": ["classified"], "classified": ["planned"],
            "planned": ["agreed" if mediated else "mediated"],
            "agreed": ["fed_back"], "failed": ["fed_back"], "fed_back": ["followed_up"],
        }[self.entry.stage]  # fmt: skip
        for verb in step:
            bodies = [BODIES.get(verb, {})]
            if verb in {"signed", "handled"}:
                bodies = [own]
            if verb == "assigned":
                bodies = [ASSIGNED[1] if self.kind == "dispute" else ASSIGNED[0]]
            yield from ((name, verb, body) for name in mine for body in bodies)


MOVES = st.tuples(
    st.sampled_from([*CAST]),
    st.sampled_from([verb for verb in VERBS if verb != "recorded"]),
    st.sampled_from(ASSIGNED),
    st.sampled_from([None, 1, 2, 3]),
    st.booleans(),
    st.sampled_from(["", "daily", "tough"]),
    st.integers(0, 9).map(lambda n: n == 0),
    st.integers(0, 99),
)


HELD = {"signed", "handed_back", "handled"}


def run(kind: str, category: str, author: str, moves) -> World:
    world = World("e0000000-0000-4000-8000-000000000000", kind, category)
    assert world.attempt(author, "recorded", {"on_the_spot": False} | ({"ordered": True} if kind == "delivery" else {}))
    for name, verb, to, n, solved, whistle, blind, way in moves:
        ends = set() if blind else {"withdrawn", "declined", "amended"}  # most walks go further than that
        ways = [one for one in VERBS if one not in {"recorded", *ends} and next_stage(world.entry, one)]
        likely = way < 85 and bool(ways)  # mostly something that leads on, by whoever may; now and then anything by anybody
        verb = ways[way % len(ways)] if likely else verb
        body = dict(BODIES.get(verb, {}))
        if verb == "assigned":
            body = to | {"whistle": whistle}
        if verb in {"signed", "handed_back", "handled", "graded", "raised"} and n:
            body["task"] = n
        if verb == "followed_up":
            body["solved"] = solved
        if verb in HELD and likely:
            body["task"] = next((task.n for task in world.entry.tasks if task.open), None)
        for one in sorted(CAST, key=lambda other: other != name) if likely else [name]:
            if world.attempt(one, verb, body, blind=blind):
                break
    return world


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from([("hazard", "H0101"), ("dispute", "D0102"), ("request", ""), ("delivery", "")]),
    author=st.sampled_from(["worker1", "secretary1"]),
    moves=st.lists(MOVES, min_size=15, max_size=40),
)
def test_no_step_is_skipped_and_no_case_is_stuck(kind, author, moves):
    world = run(*kind, author, moves)
    world.finish()
    if world.entry.follows == "dispute" and world.entry.stage == "closed":
        verbs = [said.verb for _, said in world.log if said.verb in {*ROAD, "failed"}]
        last = -1
        for verb in ROAD:
            options = {"agreed", "failed"} if verb == "agreed" else {verb}
            places = [place for place, one in enumerate(verbs) if one in options and place > last]
            assert places, f"{verb} was skipped: {verbs}"
            last = places[0]
    assert fold(world.log) == world.entry
    moved = tallies.NOTHING
    entry = None
    for seq, said in world.log:
        before, entry = entry, act(entry, said, seq)
        moved = moved - tallies.contribution(before) + tallies.contribution(entry)
    assert moved == tallies.contribution(world.entry)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_table_is_the_only_road(data):
    """`after` is asked for every stage there is: what it does not know leads nowhere."""
    world = run("hazard", "H0101", "worker1", data.draw(st.lists(MOVES, max_size=15)))
    for verb in VERBS:
        if verb not in {"recorded", "resumed", "approved", "reworked"}:
            assert next_stage(world.entry, verb) == after(world.entry.follows, world.entry.stage, verb)
