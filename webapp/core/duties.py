"""Who is responsible for what, where and when: the 五包 chain, its vacancies and overlaps, teams, contacts and duty sheets."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from .kinds.shape import N_
from .rules import CHAIN

AT = {
    "branch_member": ("grid",),
    "worker": ("grid",),
    "group_leader": ("micro",),
    "building_leader": ("building",),
    "unit_leader": ("unit", "stair"),
}
"""role of the chain -> the kinds of place that each need one of their own, or one above them."""

TEAM = range(5, 8)
"""How many people look after a micro-grid: 5 to 7."""

TEAM_ROLES = ("group_leader", "micro_member", "building_leader", "unit_leader")

PARTY = (
    ("community", "secretary", N_("社区党总支")),
    ("grid", "branch_member", N_("网格党支部")),
    ("micro", "group_leader", N_("楼栋党小组")),
)
"""社区党总支, 网格党支部, 楼栋党小组: (kind of place, the role that leads it there, its name)."""

COMMITTEE = ("committee_head", "committee_deputy", "committee_member")
"""网格化领导小组 of a street or community (FIELD.md E2); the 党小组长 of its grids stand beside it."""

PART_TIME = 7
"""兼职委员: so many at least in a community, where the town has set no other number."""

PER_10_000 = 18
"""So many grid workers for 10,000 people (FIELD.md F5)."""

WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))
MIDNIGHT = 24 * 60


@dataclass(frozen=True, slots=True)
class Held:
    """A post with its holder's name, at the place `path`, from one day to another (both included)."""

    username: str
    name: str
    role: str
    path: str
    starts: date
    ends: date | None = None

    def lasts(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the chain sees it. `kind`: street community general grid micro building stair unit; a stair is a building without units."""

    code: str
    name: str
    path: str
    kind: str


def places(areas: Iterable[tuple[str, str, str, str, str | None]]) -> list[Place]:
    """Places of (code, name, path, level, grid type) rows, in their order."""
    areas = list(areas)
    with_units = {path.rstrip("/").rpartition("/")[0] + "/" for _, _, path, level, _ in areas if level == "unit"}
    return [Place(code, name, path, _kind(level, grid_type, path in with_units)) for code, name, path, level, grid_type in areas]


def _kind(level: str, grid_type: str | None, with_units: bool) -> str:
    if level == "grid":
        return grid_type if grid_type in {"general", "micro"} else "grid"
    return "stair" if level == "building" and not with_units else level


Where = dict[tuple[str, str], list[Held]]
"""(role, path) -> who holds it exactly there."""


def where(held: Iterable[Held], day: date) -> Where:
    """Who holds what exactly where on a day; each person once."""
    found = defaultdict(dict)
    for one in held:
        if one.lasts(day):
            found[one.role, one.path].setdefault(one.username, one)
    return {place: sorted(people.values(), key=lambda one: (one.starts, one.username)) for place, people in found.items()}


def nearest(there: Where, role: str, path: str) -> list[Held]:
    """Who holds the role at `path`, or at the nearest place above it that has anybody."""
    while path:
        if found := there.get((role, path)):
            return found
        path = path.rstrip("/").rpartition("/")[0]
        path = f"{path}/" if path else ""
    return []


def chain(there: Where, path: str) -> list[tuple[str, list[Held]]]:
    """五包: for each role of the chain who is responsible at `path`; nobody where it is vacant, several where posts overlap."""
    return [(role, nearest(there, role, path)) for role in CHAIN]


def roles_at(kind: str) -> list[str]:
    """The roles of the chain down to this kind of place: a grid has no 单元长 of its own, a household all five."""
    order = ("grid", "micro", "building", "unit")
    reach = order.index({"stair": "unit"}.get(kind, kind)) if kind in {*order, "stair"} else -1
    return [role for role in CHAIN if order.index(AT[role][0]) <= reach]


def wants(place: Place) -> list[str]:
    """The roles of the chain that belong to this kind of place."""
    kind = "building" if place.kind == "stair" else place.kind
    return [role for role in CHAIN if kind in AT[role] or place.kind in AT[role]]


def vacancies(all: Iterable[Place], there: Where) -> list[tuple[Place, str]]:
    """Every place without the role that belongs to it, held there or above it."""
    return [(place, role) for place in all for role in wants(place) if not nearest(there, role, place.path)]


def overlaps(all: Iterable[Place], there: Where) -> list[tuple[Place, str, list[Held]]]:
    """Every place where a role of the chain has two holders at the same time."""
    return [(place, role, found) for place in all for role in CHAIN if len(found := there.get((role, place.path), [])) > 1]


def wanted(all: Iterable[Place]) -> int:
    """How many posts of the chain the places need."""
    return sum(len(wants(place)) for place in all)


def teams(all: Iterable[Place], there: Where) -> list[tuple[Place, list[str]]]:
    """Every micro-grid with the names of its team: everybody who holds a post of it, or of a building or unit in it, once."""
    members = defaultdict(dict)
    micro = [place for place in all if place.kind == "micro"]
    paths = {place.path for place in micro}
    for (role, path), people in there.items():
        if role in TEAM_ROLES and (grid := _above(path, paths)):
            members[grid] |= {one.username: one.name for one in people}
    return [(place, list(members[place.path].values())) for place in micro]


def _above(path: str, paths: set[str]) -> str | None:
    """The one of these paths at or above `path`."""
    codes = path.rstrip("/").split("/")
    ways = ("/".join(codes[:end]) + "/" for end in range(len(codes), 0, -1))
    return next((way for way in ways if way in paths), None)


def committee(there: Where, path: str) -> tuple[str, list[tuple[str, list[Held]]]]:
    """(path, [(role, who holds it)]) of the leading group at `path`, or else at the nearest place above it that has one; "" where none has."""
    held = [found for role in COMMITTEE for found in nearest(there, role, path)[:1]]
    at = max((one.path for one in held), key=len, default="")
    return at, [(role, there.get((role, at), [])) for role in COMMITTEE]


def coverage(all: Iterable[Place], there: Where, role: str, *kinds: str) -> tuple[list[tuple[Place, list[Held]]], list[Place]]:
    """(places of these kinds that have somebody in the role, with whom; those that have nobody)."""
    of_kind = [place for place in all if place.kind in kinds]
    with_one = [(place, there[role, place.path]) for place in of_kind if (role, place.path) in there]
    return with_one, [place for place in of_kind if (role, place.path) not in there]


def below(there: Where, role: str, path: str) -> set[str]:
    """The usernames of everybody who holds the role at `path` or below it."""
    return {one.username for (held, at), people in there.items() if held == role and at.startswith(path) for one in people}


def workers_short(people: int, workers: int) -> int:
    """How many grid workers are missing to 18 for 10,000 people."""
    return max(0, -(-people * PER_10_000 // 10_000) - workers)


# --- 定人定位定责定时


@dataclass(frozen=True, slots=True)
class Turn:
    """One line of a duty sheet: who, what, on which weekdays (0 is Monday), from when to when (minutes of the day)."""

    who: str  # a key: username, or that of a unit
    name: str
    what: str
    weekdays: tuple[int, ...]
    opens: int
    closes: int
    on_call: bool = False
    place: str = ""
    id: int = 0
    spans: tuple[tuple[int, int, int], ...] = field(init=False)  # (weekday, from, to); past midnight it goes on the day after

    def __post_init__(self):
        object.__setattr__(self, "spans", tuple(self._spans()))

    def _spans(self):
        for day in sorted(self.weekdays):
            if self.closes > self.opens:
                yield day, self.opens, self.closes
            else:
                yield day, self.opens, MIDNIGHT
                if self.closes:
                    yield (day + 1) % 7, 0, self.closes


def minutes(text: str) -> int:
    """08:30 -> 510. ValueError for what is no time of the day."""
    hours, _, rest = text.partition(":")
    if not (text.isascii() and len(hours) == len(rest) == 2 and hours.isdecimal() and rest.isdecimal() and int(hours) < 24 and int(rest) < 60):
        raise ValueError(text)
    return int(hours) * 60 + int(rest)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def together(found: Iterable[tuple[int, int, int]]) -> list[tuple[list[int], int, int]]:
    """(weekdays, from, to): the same hours of several days in one line, in the order of the hours."""
    lines = defaultdict(list)
    for day, start, end in found:
        lines[start, end].append(day)
    return [(days, start, end) for (start, end), days in sorted(lines.items())]


def gaps(turns: Iterable[Turn]) -> list[tuple[int, int, int]]:
    """(weekday, from, to) within a duty's own hours, on its own days, when nobody has it. The turns are all of one duty at one place."""
    spans = [span for turn in turns for span in turn.spans]
    if not spans:
        return []
    opens, closes = min(start for _, start, _ in spans), max(end for _, _, end in spans)
    found = []
    for day in sorted({day for day, _, _ in spans}):
        reached = opens
        for _, start, end in sorted(span for span in spans if span[0] == day):
            if start > reached:
                found.append((day, reached, start))
            reached = max(reached, end)
        if reached < closes:
            found.append((day, reached, closes))
    return found


def days_off(turns: Iterable[Turn]) -> list[int]:
    """The weekdays on which nobody has the duty at all."""
    days = {day for turn in turns for day, _, _ in turn.spans}
    return [day for day in range(7) if day not in days]


def doubled(turns: Iterable[Turn]) -> list[tuple[Turn, Turn, tuple[int, int, int]]]:
    """Pairs who have the same duty at the same place at the same time, and the first such (weekday, from, to)."""
    there = [turn for turn in turns if not turn.on_call]
    pairs = combinations(there, 2)
    return [(a, b, at) for a, b in pairs if a.who != b.who and (a.place, a.what) == (b.place, b.what) and (at := meeting(a, b))]


def clashes(turns: Iterable[Turn]) -> list[tuple[Turn, Turn, tuple[int, int, int]]]:
    """Pairs of turns at which the same one would have to be at two places at once."""
    there = [turn for turn in turns if not turn.on_call]
    return [(a, b, at) for a, b in combinations(there, 2) if a.who == b.who and (at := meeting(a, b))]


def meeting(a: Turn, b: Turn) -> tuple[int, int, int] | None:
    """The first (weekday, from, to) that both turns have, or None."""
    both = [(day, max(s, t), min(e, f)) for day, s, e in a.spans for other, t, f in b.spans if day == other and max(s, t) < min(e, f)]
    return min(both, default=None)


# --- 四个一口清

PARTS = {"policy": N_("政策"), "procedure": N_("流程"), "service": N_("服务内容")}
"""The three parts that are papers; the first of the four, 底数, is counted."""


# --- hand-over


def successor(path: str, named: dict[str, str], all: str) -> str:
    """Who takes over what lies at `path`: the one named for the nearest area above it, else the one named for everything."""
    return next((named[at] for at in sorted(named, key=len, reverse=True) if named[at] and path.startswith(at)), all)
