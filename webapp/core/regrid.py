"""重新划分网格: a plan of steps over the area tree, its checks, and the tree after it.

What has figures of its own never moves: a grid that changes its place or its extent is closed, and others begin with codes of their
own. Only buildings and what is below them move. So every entry and every sum stays where it was on its day.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from .grids import TYPES, scope_of
from .kinds.shape import N_

OPS = {
    "split": N_("拆分"),
    "merge": N_("合并"),
    "add": N_("新设"),
    "move": N_("移楼栋"),
    "retype": N_("改类型"),
    "rename": N_("改名"),
    "carry": N_("随迁"),
}
"""Split and merge close the old grids and make new ones. 随迁 is what happens to a micro-grid whose grid is closed: it goes on under a new
code. 新设 takes its buildings, if any, from grids that go on."""

CLOSES = ("split", "merge", "carry")
MAKES = ("split", "merge", "add", "carry")
LOWER = {"building", "unit"}
DEDICATED = 901
"""Dedicated grids are numbered from here on."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a plan: a new grid, a target of moved buildings, or a grid that gets another type or name."""

    op: str
    old: tuple[str, ...] = ()  # grids that it closes
    new: str = ""  # code of the grid that it makes, fills, or changes
    name: str = ""
    type: str = ""
    parent: str = ""
    places: tuple[str, ...] = ()  # buildings that come to it; before `complete` micro-grids too
    workers: tuple[str, ...] = ()  # usernames
    initials: str = ""
    line: int = 1  # of the file


def dump(steps: Iterable[Step]) -> list[dict]:
    """As they are kept: without what is empty."""
    return [{name: value for name, value in asdict(step).items() if value} for step in steps]


def load(rows: list[dict]) -> list[Step]:
    lists = ("old", "places", "workers")
    return [Step(**{name: tuple(value) if name in lists else value for name, value in row.items()}) for row in rows]


class Tree:
    """The areas of a town that are there today, by what lies below what."""

    def __init__(self, areas: dict[str, dict]):
        self.areas = areas
        self.below = defaultdict(list)
        for code in sorted(areas):
            if self.lives(code):
                self.below[areas[code]["parent_code"]].append(code)

    def lives(self, code: str) -> bool:
        return code in self.areas and self.areas[code]["ends"] is None

    def is_grid(self, code: str) -> bool:
        return self.lives(code) and self.areas[code]["level"] == "grid"

    def type(self, code: str) -> str | None:
        return self.areas[code]["grid_type"]

    def name(self, code: str) -> str:
        return self.areas[code]["name"] if code in self.areas else code

    def grids(self, code: str) -> list[str]:
        """The grids below an area, and itself if it is one."""
        own = [code] if self.is_grid(code) else []
        return own + [grid for child in self.below[code] if self.areas[child]["level"] not in LOWER for grid in self.grids(child)]

    def places(self, code: str) -> list[str]:
        """What is to be found below a grid, and below its micro-grids, that is no grid itself: its buildings."""
        found = []
        for child in self.below[code]:
            found += self.places(child) if self.areas[child]["level"] == "grid" else [child]
        return found

    def above(self, code: str) -> list[str]:
        """The codes on the way down to an area, itself the last."""
        return self.areas[code]["path"].rstrip("/").split("/")

    def community(self, code: str) -> str | None:
        return next((one for one in self.above(code) if self.areas[one]["level"] == "community"), None) if code in self.areas else None


def closing(steps: Iterable[Step], tree: Tree) -> set[str]:
    """The grids that end: those named, and every micro-grid below them."""
    return {code for step in steps if step.op in CLOSES for old in step.old for code in tree.grids(old)}


def next_code(taken: set[str], community: str, type: str, parent: str) -> str:
    """The next number that was never used: micro-grids count within their grid, the others within the community."""
    head, digits = (parent, 2) if type == "micro" else (community, 3)
    if type == "general" and f"{head}000" not in taken:
        return f"{head}000"
    used = [int(code[len(head) :]) for code in taken if code.startswith(head) and re.fullmatch(rf"[0-9]{{{digits}}}", code[len(head) :])]
    first = DEDICATED if type == "dedicated" else 1
    number = max([n for n in used if (n >= DEDICATED) == (first == DEDICATED) or type == "micro"], default=0) + 1
    number = max(number, first)
    while (code := f"{head}{number:0{digits}d}") in taken:
        number += 1
    return code


def complete(steps: list[Step], areas: dict[str, dict], reserved: Iterable[str] = ()) -> list[Step]:
    """The same plan with what was left open: codes, parents, the buildings of a merger; and a step for each micro-grid that is carried along."""
    tree, taken = Tree(areas), {*areas, *reserved, *(step.new for step in steps)}
    ends = closing(steps, tree)
    done = []
    for step in sorted(steps, key=lambda step: step.type != "general"):  # the others hang below these
        if step.op in MAKES:
            step = _with_code(step, tree, taken, ends, done)
        if step.op == "merge" and not step.places:
            step = replace(step, places=tuple(child for old in step.old for child in tree.below[old]))
        done.append(step)
    return [one for step in done for one in _carried(step, tree, taken)]


def _with_code(step: Step, tree: Tree, taken: set[str], ends: set[str], done: list[Step]) -> Step:
    community = _community(step, tree, {one.new: one for one in done})
    if not step.parent and community:
        step = replace(step, parent=_usual_parent(step, tree, community, ends, done))
    if not step.new and community:
        step = replace(step, new=next_code(taken, community, step.type, step.parent))
        taken.add(step.new)
    return step


def _community(step: Step, tree: Tree, made: dict[str, Step]) -> str | None:
    """Where a new grid lies: by what it closes, what it hangs on, or the buildings that it takes."""
    if found := next((found for code in (*step.old, step.parent, *step.places) if (found := tree.community(code))), None):
        return found
    above = made.get(step.parent)
    return _community(above, tree, {code: one for code, one in made.items() if one is not above}) if above else None


def _usual_parent(step: Step, tree: Tree, community: str, ends: set[str], done: list[Step]) -> str:
    """Where a grid hangs if nobody says so: a general grid below the community, a micro-grid in the grid of its buildings, others below the general."""
    if step.type == "general":
        return community
    if step.type == "micro":
        around = [grid for code in (*step.old, *step.places) if code in tree.areas for grid in [_grid_above(tree, code)] if grid not in ends]
        return around[0] if around else ""
    new = [one.new for one in done if one.op in MAKES and one.type == "general" and one.parent == community]
    there = [code for code in tree.grids(community) if tree.type(code) == "general" and code not in ends]
    return [*new, *there, community][0]


def _grid_above(tree: Tree, code: str) -> str:
    """The lowest grid above a place that is no micro-grid, or what stands for it."""
    above = [one for one in tree.above(code)[:-1] if tree.type(one) != "micro" and tree.areas[one]["level"] not in LOWER]
    return above[-1]


def _carried(step: Step, tree: Tree, taken: set[str]) -> list[Step]:
    """The step, and one for each micro-grid among its places: that goes on with its name and buildings under a new code."""
    micros = [code for code in step.places if tree.is_grid(code) and tree.type(code) == "micro"]
    found = [replace(step, places=tuple(code for code in step.places if code not in micros))]
    for code in micros:
        new = next_code(taken, "", "micro", step.new)
        taken.add(new)
        about = {"name": tree.name(code), "type": "micro", "initials": tree.areas[code]["initials"], "line": step.line}
        found.append(Step("carry", (code,), new, parent=step.new, places=tuple(tree.places(code)), **about))
    return found


def then(steps: list[Step], more: list[Step]) -> list[Step]:
    """One plan that does at once what a complete plan and then another do, which was drawn over the town that the first one leaves.

    A grid that the first makes and the second closes is never there: those that close it close what it came from. What the second
    says of a grid that the first makes or changes stands. Whether that can be done is for the checks to say.
    """
    made = {step.new: step for step in steps if step.op in MAKES}
    gone = {code for step in more if step.op in CLOSES for code in step.old} & made.keys()
    done = [step for step in steps if not (step.op in MAKES and step.new in gone)]
    for step in more:
        if step.op in CLOSES:
            old = tuple(dict.fromkeys(code for one in step.old for code in (made[one].old if one in gone else (one,))))
            done.append(replace(step, op=step.op if old else "add", old=old))
        elif step.op in ("retype", "rename"):
            done = _changed(done, step, made)
        else:
            done = [replace(one, places=tuple(code for code in one.places if code not in step.places)) for one in done]
            done = [replace(one, places=one.places + step.places) if one.new == step.new and one.op in MAKES else one for one in done]
            done += [] if step.new in made else [step]
    return done


def _changed(steps: list[Step], change: Step, made: dict[str, Step]) -> list[Step]:
    """Another type or name: part of making the grid, or instead of what was to become of it before."""
    if change.new not in made:
        return [one for one in steps if (one.op, one.new) != (change.op, change.new)] + [change]
    about = {"type": change.type} if change.op == "retype" else {"name": change.name, "initials": change.initials}
    return [replace(one, **about) if one.new == change.new and one.op in MAKES else one for one in steps]


# --- what becomes of it


def after(steps: list[Step], areas: dict[str, dict], day: date) -> dict[str, dict]:
    """The areas of the town as a checked plan leaves them, from `day` on."""
    tree, later = Tree(areas), dict(areas)
    for code in closing(steps, tree):
        later[code] = areas[code] | {"ends": day - timedelta(days=1)}
    tops = set()
    for step in steps:
        if step.op in MAKES:
            later[step.new] = _made(step, areas, day)
            tops.add(step.new)
        elif step.op == "retype":
            later[step.new] = later[step.new] | {"grid_type": step.type}
        elif step.op == "rename":
            later[step.new] = later[step.new] | {"name": step.name, "initials": step.initials}
        for place in step.places:
            later[place] = later[place] | {"parent_code": step.new}
            tops.add(place)
    below = Tree(later).below
    waiting = [code for code in tops if later[code]["parent_code"] not in tops]
    while waiting:
        code = waiting.pop()
        above = later[later[code]["parent_code"]]
        later[code] = later[code] | {"path": f"{above['path']}{code}/", "scope": scope_of(code, above, later)}
        waiting += below[code]
    return later


def _made(step: Step, areas: dict[str, dict], day: date) -> dict:
    """The row of a new grid; its point on the map is the middle of its buildings'."""
    points = [areas[code] for code in (step.places or step.old) if areas[code]["lat"] is not None]
    middle = {axis: round(sum(point[axis] for point in points) / len(points), 5) if points else None for axis in ("lat", "lng")}
    about = {"code": step.new, "name": step.name, "parent_code": step.parent, "level": "grid", "grid_type": step.type}
    return about | {"path": "", "scope": step.new, "initials": step.initials, "telephone": None, "starts": day, "ends": None} | middle


def changes(before: dict[str, dict], later: dict[str, dict]) -> list[dict]:
    """The rows to be written, parents before children."""
    return sorted((row for code, row in later.items() if row != before.get(code)), key=lambda row: row["path"].count("/"))


def heirs(steps: list[Step], areas: dict[str, dict]) -> set[tuple[str, str]]:
    """(grid that ends, grid that looks after its buildings from now on): the topmost of what ends, and no micro-grid."""
    tree = Tree(areas)
    ends, made = closing(steps, tree), {step.new: step for step in steps if step.op in MAKES}
    found = set()
    for step in steps:
        seat = step.new
        while seat in made and made[seat].type == "micro":
            seat = made[seat].parent
        for place in step.places:
            found |= {(code, seat) for code in [one for one in tree.above(place) if one in ends][:1]}
    return found


def in_place_of(code: str, steps: list[Step]) -> set[str]:
    """The grids that took the place of a closed one, by the steps of every plan that was carried out: those that were not closed since."""
    found, seen = set(), set()
    ask = [code]
    while ask:
        old = ask.pop()
        news = {step.new for step in steps if step.op in CLOSES and old in step.old} - seen
        seen |= news
        found |= {old} if not news and old != code else set()
        ask += news
    return found


def left(steps: list[Step], areas: dict[str, dict], later: dict[str, dict]) -> list[tuple[str, str]]:
    """(building that moved, area that it left): what it was below of before and is not any more."""
    pairs = []
    for place in (place for step in steps for place in step.places):
        was, now = (town[place]["path"].rstrip("/").split("/") for town in (areas, later))
        pairs += [(place, code) for code in was if code not in now]
    return pairs


def counts(areas: dict[str, dict], path: str = "") -> dict[str, int]:
    """How many grids of each type are there today, at or below a path; "" counts those without a type."""
    grids = (area for area in areas.values() if area["level"] == "grid" and area["ends"] is None and area["path"].startswith(path))
    found = Counter(area["grid_type"] or "" for area in grids)
    return {type: found[type] for type in (*TYPES, "") if found[type]}


def size(code: str, areas: dict[str, dict], homes: dict[str, int]) -> tuple[int, int]:
    """(households, buildings) at or below an area, of those that `homes` names."""
    path = areas[code]["path"]
    inside = [place for place in homes if areas[place]["path"].startswith(path)]
    return sum(homes[place] for place in inside), len(inside)
