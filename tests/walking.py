"""Everybody who may do anything about an entry, every verb with the shapes it may have, and one entry that they walk along its road.

All is derived from the tables of the core: a new role, kind or verb walks along by itself.
"""

import heapq
import json
from collections import deque
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from itertools import count, islice

from tests.town import BODIES, CAST, UNITS, action
from webapp.core import actions, clocks, rules, tallies, ways
from webapp.core.actions import CLOCK, DECISIONS, UNIT, VERBS, Refused
from webapp.core.calendar import Calendar, Terms, local_day
from webapp.core.entries import Entry, act, fold, next_stage
from webapp.core.kinds import KINDS
from webapp.core.road import OPEN, ROADS, TURNS, WAYS
from webapp.core.rules import RESIDENT, ROLES

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PATHS = {"S": "S/", "C1": "S/C1/", "C2": "S/C2/", "G11": "S/C1/G11/", "G12": "S/C1/G12/", "G21": "S/C2/G21/"}
TOWN = clocks.Town(Calendar(UTC), {"H0101": Terms("working_days", 1), "D0102": Terms("natural_days", 30)}, share=50, usual={"R0206": "answer"})
CATEGORIES = {"hazard": "H0101", "dispute": "D0102", "request": "R0206", "delivery": "L0101", "visit": "V0101"}

MORE = {f"{role}1": [(role, "C1")] for role in ROLES if role not in {held for posts in CAST.values() for held, _ in posts}}
"""One person for each role that nobody of the little town's cast has."""
ACCOUNTS = CAST | MORE
OTHERS = (RESIDENT, *(f"{UNIT}{unit}" for unit in UNITS), CLOCK)
"""Those without an account: by a link, or by themselves."""
EVERYBODY = (*ACCOUNTS, *OTHERS)

MATTERS = [(kind, {"ordered": True} if case else {}) for kind in KINDS for case in ([False, True] if KINDS[kind].ordered_is_case else [False])]
"""(kind, what makes it a case) of everything that may be recorded."""

TARGETS = (
    [{"unit": "wuye"}],
    [{"person": "mediator1"}],
    [{"person": "volunteer1"}],
    [{"grid": "G11"}, {"unit": "wuye", "assists": True}],
    [{"unit": "chengguan"}, {"person": "worker2", "assists": True}],
)
SHAPES = {
    "assigned": [{"to": to, "whistle": whistle} for to in TARGETS for whistle in ("", "tough")] + [{"way": way} for way in WAYS],
    "followed_up": [{"solved": True}, {"solved": False, "note": "还在漏"}],
    "reviewed": [{}, {"lifts": True}, {"study": True}],
    "classified": [{}, *({"kept_from": [name]} for name in ("worker1", "secretary1", "mediator1"))],
    "agreed": [{}, {"confirmation": "court"}],
    "failed": [{}, {"refer": "presuit"}],
    "performed": [{}, {"fulfilled": False}],
    "flagged": [{"lead": lead} for lead in ("street1", "secretary1", "contact1")],
    "noted": [{}, {"reply": "已派人去看"}],
    "closed": [{}, {"way": "study"}],
    "amended": [{}, {"on_the_spot": True}],
}
"""verb -> what makes a difference in its body, beyond tests.town.BODIES."""


def bodies(verb: str, entry: Entry | None) -> list[dict]:
    """The bodies that are tried of a verb: each shape, and about each task that there is, where it may be about one."""
    found = [dict(BODIES.get(verb, {})) | shape for shape in SHAPES.get(verb, [{}])]
    if "task" in VERBS[verb].model_fields and entry is not None:
        numbers = [task.n for task in entry.tasks[-3:]]
        found = [body | {"task": n} for body in found for n in numbers] + ([] if verb == "graded" else found)
    return found


def who(name: str) -> rules.Who:
    unit = "wuye" if name == "handler1" else None
    return rules.Who(name, name, tuple(rules.Post(role, area, PATHS[area], date(2026, 1, 1), unit=unit) for role, area in ACCOUNTS[name]))


PEOPLE = {name: who(name) for name in ACCOUNTS}
DESKS = tuple((name, post) for name, one in PEOPLE.items() for post in one.posts if post.role == "secretary")
PEOPLE["street1"] = replace(PEOPLE["street1"], desks=DESKS)


def permission(name: str, entry: str, verb: str, task: int | None, holder=None):
    """The rule that is asked about what this one does: allow(action, entry, day). `holder` gives an account's posts."""
    if name == RESIDENT:
        return partial(rules.allow_report, PATHS["G11"]) if verb == "recorded" else partial(rules.allow_link, {entry})
    if name == CLOCK:
        return rules.allow_clock
    if name.startswith(UNIT):
        return partial(rules.allow_unit, name.removeprefix(UNIT), entry, task)
    return partial(rules.allow, (holder or PEOPLE.__getitem__)(name))


def linked(name: str, entry: Entry | None, body: dict) -> int | None:
    """The task that a unit's link is for: the one it names, else its own open one."""
    unit = name.removeprefix(UNIT)
    return body.get("task") or next((task.n for task in (entry.tasks if entry else ()) if task.open and task.unit == unit), None)


_ids = count(1)


@cache
def _read(entry: str, name: str, verb: str, body: str) -> actions.Action:
    """What somebody would send about the entry, once read, with its place; Refused where the door does not take it."""
    said = actions.read(action(verb, entry, name, START.isoformat(), **json.loads(body)))
    said.facts = {"path": PATHS["G11"], "grid": "G11", "scope": "G11", "number": "JC-1", "ends": "2026-12-31T00:00:00+00:00"}  # of a court's slot
    return said


class World:
    """One entry and everything that was let through about it."""

    def __init__(self, kind: str, details: dict, entry: Entry | None = None, log: list | None = None):
        self.kind, self.details, self.entry, self.log = kind, details, entry, log or []
        self.id = entry.id if entry else "e0000000-0000-4000-8000-000000000000"

    def _hear(self, name: str, verb: str, body: dict, blind: bool) -> tuple[actions.Action, Entry]:
        """The action as the store would find it, and the entry after it. Raises Refused."""
        if verb in {"recorded", "amended"}:
            body = {"kind": self.kind, "category": CATEGORIES.get(self.kind), "area": "G11"} | self.details | body
        before, heard = self.entry, START + timedelta(minutes=37 * len(self.log))
        said, day = _read(self.id, name, verb, json.dumps(body)), local_day(heard, UTC)
        permission(name, self.id, verb, linked(name, before, body))(said, before, day)
        last = before.last if before and not blind else None
        said = replace(said, id=f"action-{next(_ids)}", seen=last, at=heard, heard=heard, facts=said.facts | {"day": day.isoformat()})
        said.facts |= clocks.facts(before, said, TOWN)
        if verb == "closed" and before and ways.unconcluded(before, said):
            raise Refused("unconcluded")  # as the store does
        return said, act(before, said, len(self.log) + 1)

    def then(self, name: str, verb: str, body: dict) -> "World | None":
        """The world in which somebody did that too; None where it is refused."""
        try:
            said, entry = self._hear(name, verb, body, blind=False)
        except Refused:
            return None
        if self.entry is not None:
            follows_the_table(self.entry, said, entry)
        return World(self.kind, self.details, entry, [*self.log, (len(self.log) + 1, said)])

    def attempt(self, name: str, verb: str, body: dict, *, blind: bool = False) -> str:
        """Let somebody try: kept, or why not."""
        before = self.entry
        try:
            said, self.entry = self._hear(name, verb, body, blind)
        except Refused as refusal:
            return refusal.reason
        self.log.append((len(self.log) + 1, said))
        if before is not None:
            follows_the_table(before, said, self.entry)
        return "kept"

    # --- to the end

    def finish(self) -> list[tuple[str, str, dict]]:
        """What somebody can do from here until the entry is closed; AssertionError where it is stuck."""
        order, seen = count(), {_looks(self.entry)}
        heap = [(far(self.entry), next(order), self, [])]
        while heap:
            left, _, world, done = heapq.heappop(heap)
            if not left or not world.is_open:
                return done
            for one, move in world._onward():
                if (looks := _looks(one.entry)) in seen:
                    continue
                seen.add(looks)
                heapq.heappush(heap, (far(one.entry), next(order), one, [*done, move]))
                if far(one.entry) < left:
                    break
        raise AssertionError(f"stuck at {self.entry.stage}: {[(said.by, said.verb, said.body) for _, said in self.log]}")

    @property
    def is_open(self) -> bool:
        return self.entry.stage in OPEN

    def _onward(self):
        """(the world after it, who did what) of everything that somebody may do now, what leads on first."""
        verbs = [verb for verb in VERBS if verb != "recorded" and next_stage(self.entry, verb) not in (None, "withdrawn", "declined")]
        yield from self._tried(sorted(verbs, key=lambda verb: far(self.entry, verb)))

    def _tried(self, verbs: list[str]):
        for verb in verbs:
            for body in bodies(verb, self.entry):
                done = ((one, (name, verb, body)) for name in EVERYBODY if (one := self.then(name, verb, body)))
                yield from islice(done, 1)  # one who may is enough


@cache
def _distances(road: str) -> dict[str, int]:
    """stage -> how many steps it is to the closing, by the table."""
    found, left = {"closed": 0}, deque(["closed"])
    while left:
        to = left.popleft()
        for stage, leads in ROADS[road].items():
            turns = {TURNS[stage, verb][0] for verb in leads if (stage, verb) in TURNS}
            if stage not in found and to in {*leads.values(), *turns}:
                found[stage] = found[to] + 1
                left.append(stage)
    return found


def far(entry: Entry, verb: str | None = None) -> int:
    """How many steps it is from here to the closing, or would be after `verb`."""
    return _distances(entry.follows).get(next_stage(entry, verb) if verb else entry.stage, 99)


def _looks(entry: Entry) -> tuple:
    """What makes a difference for what may come next."""
    lead = next((task for task in entry.tasks if task.open and task.leads), None)
    holder = (lead.unit, lead.person, lead.grid, bool(lead.signed_at)) if lead else ()
    file = entry.road.get("mediation", {})
    study = entry.way == "study", ways.concluded(entry)
    return entry.follows, entry.stage, holder, study, tuple(entry.kept_from), tuple(name in file for name in ("class", "plan", "rounds", "agreement", "failed"))


# --- what must hold


def follows_the_table(before: Entry, said: actions.Action, after: Entry) -> None:
    """One action that was taken went where the tables say; nobody approved what he wrote; what is closed has nothing open but a visit."""
    allowed = {before.stage, next_stage(before, said.verb), TURNS.get((before.stage, said.verb), ("",))[0]}
    assert after.stage in allowed, (before.stage, said.verb, after.stage)
    if said.verb in DECISIONS:
        assert next_stage(before, said.verb) is not None, (before.stage, said.verb)
    if said.verb == "approved":
        assert said.by not in before.authors, said.by
        assert said.by == "secretary1" or before.kept_from or not rules.impartial("secretary1", before)
    assert (after.closed_at is not None) == (after.stage == "closed")
    if after.stage == "closed":
        assert after.approved_at is not None
        assert not any(task.open for task in after.tasks if task.what != "follow_up")


MEDIATION = ("classified", "planned", "mediated", "agreed", "fed_back", "followed_up")


def skipped_nothing(world: World) -> None:
    """A closed dispute went through every step of mediation, in its order."""
    if world.entry.follows != "dispute" or world.entry.stage != "closed":
        return
    verbs, last = [said.verb for _, said in world.log], -1
    for verb in MEDIATION:
        options = {"agreed", "failed"} if verb == "agreed" else {verb}
        places = [place for place, one in enumerate(verbs) if one in options and place > last]
        assert places, f"{verb} was skipped: {verbs}"
        last = places[0]


def agrees_with_its_log(world: World) -> None:
    """Folded at once it is the same entry, and its counts moved step by step come to the same."""
    assert fold(world.log) == world.entry
    moved, entry = tallies.NOTHING, None
    for seq, said in world.log:
        before, entry = entry, act(entry, said, seq)
        moved = moved - tallies.contribution(before) + tallies.contribution(entry)
    assert moved == tallies.contribution(world.entry)
