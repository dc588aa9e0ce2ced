"""What speaks against a plan for re-drawing grids, and what is worth a second look."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from .grids import FEEDS, TYPES
from .kinds.shape import N_
from .regrid import CLOSES, LOWER, MAKES, OPS, Step, Tree, after, closing, size

HOUSEHOLDS = (300, 500)
"""How many households an ordinary grid should have."""
FORBIDDEN = re.compile(r"[/\s\x00-\x1f\"'<>\\?#%]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, or worth a second look; `words` is a source string, filled from `about`."""

    line: int
    column: str
    words: str
    about: dict = field(default_factory=dict)

    def __str__(self) -> str:
        return self.words % self.about


def check(steps: list[Step], areas: dict[str, dict], *, busy: dict[str, date] | None = None, people: set[str] | None = None) -> list[Fault]:
    """Everything that speaks against a complete plan; nothing found means that it can be carried out.

    `busy` are the codes that other waiting plans close, change or make, with their days; `people` the accounts that may be workers.
    """
    return [*_Check(steps, areas, busy or {}, people).run()]


class _Check:
    def __init__(self, steps, areas, busy, people):
        self.steps, self.tree, self.busy, self.people = steps, Tree(areas), busy, people
        self.ends = closing(steps, self.tree)
        self.made = {step.new: step for step in steps if step.op in MAKES}
        self.landings = Counter(place for step in steps for place in step.places)

    def run(self):
        if not self.steps:
            yield Fault(1, "op", N_("方案里什么也没有"))
        for step in self.steps:
            if step.op not in OPS:
                yield Fault(step.line, "op", N_("“%(op)s”不行,可填:拆分、合并、新设、移楼栋、改类型、改名"), {"op": step.op})
                continue
            yield from self._old(step)
            yield from self._new(step) if step.op in MAKES else self._changed(step)
            for place in step.places:
                yield from self._place(step, place)
            for name in step.workers if self.people is not None else ():
                if name not in self.people:
                    yield Fault(step.line, "workers", N_("没有账号 %(name)s"), {"name": name})
        yield from self._all_land()

    def _busy(self, step: Step, column: str, codes: Iterable[str]):
        for code in codes:
            if code in self.busy:
                about = {"code": code, "day": self.busy[code].isoformat()}
                yield Fault(step.line, column, N_("%(code)s 已在 %(day)s 生效的另一个方案里,请先取消那个方案"), about)

    def _old(self, step: Step):
        least = {"split": 1, "merge": 2, "carry": 1}.get(step.op, 0)
        if len(set(step.old)) < least:
            yield Fault(step.line, "old", N_("合并至少要选两个网格") if least == 2 else N_("请写要拆分的网格"))
        if step.op == "split" and len(step.old) == 1 and sum(step.old[0] in one.old for one in self.steps) < 2:
            yield Fault(step.line, "old", N_("拆分至少要分成两个;只换名字请用“改名”"))
        for code in step.old:
            if not self.tree.is_grid(code):
                closed = code in self.tree.areas and not self.tree.lives(code)
                yield Fault(step.line, "old", N_("网格 %(code)s 已撤并") if closed else N_("没有网格 %(code)s"), {"code": code})
                continue
            yield from self._busy(step, "old", [code])
            if lower := [one for one in self.tree.grids(code) if self.tree.type(one) != "micro" and one not in self._named()]:
                about = {"name": self.tree.name(code), "below": self.tree.name(lower[0])}
                yield Fault(step.line, "old", N_("%(name)s 下面还有 %(below)s,不能只撤上面的"), about)

    def _named(self) -> set[str]:
        return {old for step in self.steps if step.op in CLOSES for old in step.old}

    def _new(self, step: Step):
        if not step.new or FORBIDDEN.search(step.new) or len(step.new) > 80:
            yield Fault(step.line, "new", N_("编码不能为空,不能有斜杠、空格、引号等符号,最长 80 个字"))
        elif step.new in self.tree.areas:
            yield Fault(step.line, "new", N_("编码 %(code)s 用过了;撤并的编码也不能再用"), {"code": step.new})
        elif sum(one.new == step.new for one in self.steps if one.op in MAKES) > 1:
            yield Fault(step.line, "new", N_("编码 %(code)s 在方案里出现了两次"), {"code": step.new})
        else:
            yield from self._busy(step, "new", [step.new])
        if step.type not in TYPES:
            yield Fault(step.line, "type", N_("类型“%(type)s”不行,可填:总、一般、微、专属、综合"), {"type": step.type})
        yield from self._name(step, step.parent)
        yield from self._parent(step)

    def _name(self, step: Step, parent: str):
        if not step.name or len(step.name) > 80:
            yield Fault(step.line, "name", N_("请写名称,最长 80 个字"))
        going_on = [code for code in self.tree.below[parent] if code not in self.ends and code != step.new]
        changed = {one.new: one.name for one in self.steps if one.op == "rename"}
        names = [changed.get(code, self.tree.name(code)) for code in going_on]
        names += [one.name for one in self.made.values() if one.parent == parent and one.new != step.new]
        if step.name and step.name in names:
            yield Fault(step.line, "name", N_("已经有一个网格叫“%(name)s”"), {"name": step.name})

    def _parent(self, step: Step):
        parent, above = step.parent, self.made.get(step.parent)
        if not above and (not self.tree.lives(parent) or parent in self.ends):
            yield Fault(step.line, "parent", N_("上级“%(code)s”不在,或者就要撤并"), {"code": parent})
            return
        level = "grid" if above else self.tree.areas[parent]["level"]
        kind = above.type if above else self.tree.type(parent)
        right = {
            "general": level == "community",
            "micro": level == "grid" and kind != "micro",
        }.get(step.type, level == "community" or kind == "general")
        if not right:
            yield Fault(step.line, "parent", N_("%(name)s 不能挂在“%(code)s”下面"), {"name": step.name, "code": parent})
        if above and self._circles(step):
            yield Fault(step.line, "parent", N_("上级绕成了圈"))
        if (own := {self.tree.community(code) for code in (*step.old, *step.places)} - {None}) and own != {self._community(step)}:
            yield Fault(step.line, "parent", N_("一个网格不能跨两个社区"))

    def _circles(self, step: Step) -> bool:
        seen = set()
        while step and step.new not in seen:
            seen.add(step.new)
            step = self.made.get(step.parent)
        return step is not None

    def _community(self, step: Step) -> str | None:
        for _ in self.steps:
            if step.parent not in self.made:
                break
            step = self.made[step.parent]
        return self.tree.community(step.parent)

    def _changed(self, step: Step):
        """A grid that is there and goes on, under another name or type, or with more buildings."""
        if not self.tree.is_grid(step.new) or step.new in self.ends:
            yield Fault(step.line, "new", N_("没有网格 %(code)s,或者它就要撤并"), {"code": step.new})
            return
        yield from self._busy(step, "new", [step.new])
        if step.op == "rename":
            yield from self._name(step, self.tree.areas[step.new]["parent_code"])
        if step.op == "retype" and (step.type not in FEEDS or self.tree.type(step.new) not in FEEDS):
            yield Fault(step.line, "type", N_("只有一般、专属、综合网格可以互相改;总网格和微网格请用拆分或合并"))
        if step.op == "retype" and step.type == self.tree.type(step.new):
            yield Fault(step.line, "type", N_("它已经是这个类型"))
        if step.op == "move" and not step.places and not any(one.op == "carry" and one.parent == step.new for one in self.steps):
            yield Fault(step.line, "places", N_("请选要移过来的楼栋"))
        if step.op == "move" and self.tree.type(step.new) == "general":
            yield Fault(step.line, "new", N_("总网格不直接管楼栋"))

    def _place(self, step: Step, code: str):
        area, about = self.tree.areas.get(code), {"code": code, "name": self.tree.name(code)}
        if area is None or not self.tree.lives(code):
            yield Fault(step.line, "places", N_("没有楼栋 %(code)s"), about)
            return
        parent = area["parent_code"]
        if area["level"] not in LOWER or not self.tree.is_grid(parent):
            yield Fault(step.line, "places", N_("%(name)s 不能这样移:只能整栋移动"), about)
        elif self.landings[code] > 1:
            yield Fault(step.line, "places", N_("%(name)s 分给了两个网格"), about)
        elif step.op in ("add", "move") and parent in self.ends:
            yield Fault(step.line, "places", N_("%(name)s 所在的网格要撤并,请用拆分或合并"), about)
        elif step.op in ("split", "merge", "carry") and not {*self.tree.above(code)} & {*step.old}:
            yield Fault(step.line, "places", N_("%(name)s 不在要撤并的网格里"), about)
        elif step.op == "move" and (parent == step.new or self.tree.community(code) != self.tree.community(step.new)):
            yield Fault(step.line, "places", N_("%(name)s 已经在这个网格,或者在别的社区"), about)
        elif step.op in ("add", "move"):
            yield from self._busy(step, "places", [code, *self.tree.above(code)])

    def _all_land(self):
        """Every building of a grid that ends comes to another, exactly once."""
        for step in self.steps:
            for old in step.old if step.op in ("split", "merge") else ():
                left = [place for place in self.tree.places(old) if place not in self.landings] if self.tree.is_grid(old) else []
                if left and step is next(one for one in self.steps if old in one.old):
                    names = "、".join(self.tree.name(place) for place in left[:5])
                    about = {"old": self.tree.name(old), "count": len(left), "names": names}
                    yield Fault(step.line, "places", N_("%(old)s 还有 %(count)s 栋没有安排:%(names)s"), about)


def remarks(steps: list[Step], areas: dict[str, dict], homes: dict[str, int], day: date) -> list[Fault]:
    """What is allowed and worth a second look: sizes and vacancies. `homes` is the number of households of each building."""
    later = after(steps, areas, day)
    found = []
    for step in steps:
        name = step.name or later[step.new]["name"]
        if step.op not in (*MAKES, "move"):
            continue
        count, places = size(step.new, later, homes)
        type = later[step.new]["grid_type"]
        if type == "ordinary" and not HOUSEHOLDS[0] <= count <= HOUSEHOLDS[1]:
            about = {"name": name, "count": count, "least": HOUSEHOLDS[0], "most": HOUSEHOLDS[1]}
            found.append(Fault(step.line, "places", N_("%(name)s 有 %(count)s 户,一般网格宜为 %(least)s–%(most)s 户"), about))
        if type in ("ordinary", "micro", "integrated") and not places:
            found.append(Fault(step.line, "places", N_("%(name)s 没有楼栋"), {"name": name}))
        if type in FEEDS and step.op in ("split", "merge", "add") and not step.workers:
            found.append(Fault(step.line, "workers", N_("%(name)s 还没有网格员"), {"name": name}))
    return found
